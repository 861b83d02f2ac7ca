import type { IDataObject } from 'n8n-workflow';

import { MINUTE_MS } from '../../../../nodes/AlfaCrm/values/time';
import { LOG_EVENT } from '../../../support/codes';
import { MemoryLists, writeStamp } from '../lists';
import type { CustomerEvent } from './histories';

const GROUP = 7;
const PLAN = 4;
const YESTERDAY = '2026-02-09';

/** The change log of a school, in memory. It tells of events as AlfaCRM's log does. */
export class ChangeLog {
	now = Date.parse('2026-02-10T09:00:00Z');
	/** The log is all that the trigger reads. */
	readonly lists = new MemoryLists((_branch, filters) => this.listEntries(filters));
	/** The entries of the log, the newest first. */
	private readonly rows: IDataObject[] = [];
	/** The current membership of each customer who is in the group, by the ID of the customer. */
	private readonly memberships = new Map<number, number>();
	private lastId = 0;

	/** Lets ten minutes pass. */
	wait(): void {
		this.now += 10 * MINUTE_MS;
	}

	/** Writes the entry by which the log tells of an event. */
	write({ event, customer }: CustomerEvent): void {
		switch (event) {
			case 'archived':
				this.writeArchiving(customer);
				break;
			case 'sold':
				this.writeSale(customer);
				break;
			case 'joinedGroup':
				this.writeJoining(customer);
				break;
			case 'leftGroup':
				this.writeLeaving(customer);
				break;
		}
	}

	/** Writes that a customer was archived. */
	private writeArchiving(customer: number): void {
		this.addEntry({
			entity: 'Customer',
			entity_id: customer,
			event: LOG_EVENT.updated,
			// Without a note of its own, an entry could not be told from another one of the same second.
			fields_new: { removed: 1, note: String(this.makeId()) },
		});
	}

	/** Writes that a customer has bought a subscription. */
	private writeSale(customer: number): void {
		this.addEntry({
			entity: 'CustomerToTariff',
			entity_id: this.makeId(),
			event: LOG_EVENT.created,
			fields_new: { customer_id: customer, tariff_id: PLAN },
		});
	}

	/** Writes that a customer has joined the group, and keeps the membership for the entry about its end. */
	private writeJoining(customer: number): void {
		const membership = this.makeId();
		this.memberships.set(customer, membership);
		this.addEntry({
			entity: 'CustomerGroupInvolve',
			entity_id: membership,
			event: LOG_EVENT.created,
			fields_new: { customer_id: customer, group_id: GROUP, e_date: null },
		});
	}

	/** Writes that a customer has left the group. Without a membership there is nothing to write. */
	private writeLeaving(customer: number): void {
		const membership = this.memberships.get(customer);
		if (membership === undefined) return;

		this.memberships.delete(customer);
		this.addEntry({
			entity: 'CustomerGroupInvolve',
			entity_id: membership,
			event: LOG_EVENT.updated,
			// An update does not say whose membership it is.
			fields_new: { e_date: YESTERDAY },
		});
	}

	private addEntry(entry: IDataObject): void {
		this.rows.unshift({ ...entry, fields_old: {}, date_time: writeStamp(this.now) });
	}

	private makeId(): number {
		this.lastId += 1;
		return this.lastId;
	}

	/** Lists the log, or only the entries of one record. */
	private listEntries({ entity_id }: IDataObject): IDataObject[] {
		return entity_id === undefined ? this.rows : this.rows.filter((row) => row.entity_id === entity_id);
	}
}

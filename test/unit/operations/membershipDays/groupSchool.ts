import type { IDataObject } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { SmallSchool } from '../school';
import type { Membership, RequestedDays } from './rule';

/** Noon in Moscow on the day that the rule calls today. */
export const NOW = '2026-02-10T09:00:00Z';

const MIDNIGHT = DateTime.fromISO('2026-02-10', { zone: 'utc' });

const MIA = 1;
const LEV = 2;
const CHESS_GROUP = 41;
const CHECKERS_GROUP = 42;

/**
 * A school in which Mia has memberships in the chess group. Mia is in the checkers group as well, and
 * Lev is in the chess group: these other memberships must not change.
 */
export class GroupSchool extends SmallSchool {
	constructor(memberships: readonly Membership[]) {
		super();
		this.addLead({ id: MIA, is_study: 1 });
		this.addLead({ id: LEV, is_study: 1 });
		this.addGroup(CHESS_GROUP, 'Шахматы');
		this.addGroup(CHECKERS_GROUP, 'Шашки');

		for (const membership of memberships) {
			this.addMembership(MIA, CHESS_GROUP, membership);
		}
		this.addMembership(LEV, CHESS_GROUP, { firstDay: -5, lastDay: 5 });
		this.addMembership(MIA, CHECKERS_GROUP, { firstDay: -5, lastDay: 5 });
	}

	/** Adds Mia to the chess group by the node, which may refuse it. */
	async addMiaToGroup({ firstDay, lastDay }: RequestedDays) {
		const additionalFields: IDataObject = {};
		if (firstDay !== undefined) {
			additionalFields.b_date = toDate(firstDay).toISODate();
		}
		if (lastDay !== undefined) {
			additionalFields.e_date = toDate(lastDay).toISODate();
		}

		return await this.runToEnd({
			resource: 'customer',
			operation: 'addToGroup',
			branchId: 1,
			id: MIA,
			group_id: CHESS_GROUP,
			additionalFields,
		});
	}

	/** Reads the memberships of Mia in the chess group, in the order of their days. */
	readMemberships(): Membership[] {
		const memberships = this.readRecords('cgi')
			.filter(isOfMiaInChessGroup)
			.map(({ b_date, e_date }) => ({
				firstDay: readDay(b_date, -Infinity),
				lastDay: readDay(e_date, Infinity),
			}));
		return memberships.sort((a, b) => a.firstDay - b.firstDay);
	}

	/** Reads all other memberships, as AlfaCRM has them. */
	readOtherMemberships(): IDataObject[] {
		const otherMemberships = this.readRecords('cgi').filter((row) => !isOfMiaInChessGroup(row));
		return structuredClone(otherMemberships);
	}

	private addGroup(id: number, name: string): void {
		this.addRecord('group', { id, name, branch_ids: [1], b_date: '2020-09-01', e_date: '2035-05-31' });
	}

	private addMembership(customer: number, group: number, { firstDay, lastDay }: Membership): void {
		this.addRecord('cgi', {
			customer_id: customer,
			group_id: group,
			b_date: toDate(firstDay).toFormat('dd.MM.yyyy'),
			e_date: lastDay === Infinity ? null : toDate(lastDay).toFormat('dd.MM.yyyy'),
		});
	}
}

function isOfMiaInChessGroup({ customer_id, group_id }: IDataObject): boolean {
	return customer_id === MIA && group_id === CHESS_GROUP;
}

/** Turns a day that is counted from today into a date. */
function toDate(day: number): DateTime {
	return MIDNIGHT.plus({ days: day });
}

/** Reads a date of AlfaCRM, "10.02.2026", as a day that is counted from today. */
function readDay(value: unknown, dayIfEmpty: number): number {
	if (typeof value !== 'string') return dayIfEmpty;

	const date = DateTime.fromFormat(value, 'dd.MM.yyyy', { zone: 'utc' });
	return date.diff(MIDNIGHT, 'days').days;
}

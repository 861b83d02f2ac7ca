import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../api/list';
import { archivedByRow } from '../../entities/archive';
import { customer as customerEntity, isRejected } from '../../entities/customer';
import { listCall } from '../../entities/listCall';
import { idsOf, readId } from '../../values/formats';
import type { Branch } from '../located';

/** The record of a customer, and the branch whose list shows it. */
interface CustomerCard {
	row: IDataObject;
	branch: Branch;
}

/**
 * The most cards that are requested one by one. For more cards, the branch's whole list is read. It
 * may have hundreds of pages, so it is not read for a few cards.
 */
const MOST_SINGLE_CALLS = 5;

/**
 * Reads and keeps the cards of customers: their records, and the branches that list them. Archived
 * customers are included.
 */
export class CustomerCards {
	private readonly cards = new Map<number, CustomerCard>();
	/** The finished lookups, as `branch customerId` ("1 501"), so that none is repeated. */
	private readonly finishedLookups = new Set<string>();
	/**
	 * True once a call with several IDs has returned several cards, so AlfaCRM takes lists of IDs.
	 */
	private acceptsIdLists = false;

	constructor(
		private readonly reader: ListReader,
		private readonly zone: string,
	) {}

	/** Keeps a card that was read, here or by the caller. */
	add(id: number, card: CustomerCard): void {
		this.cards.set(id, card);
	}

	/** Returns the IDs whose card has not been read, each once. */
	findIdsWithoutCard(ids: readonly number[]): number[] {
		const distinctIds = [...new Set(ids)];
		return distinctIds.filter((id) => !this.cards.has(id));
	}

	find(id: number): CustomerCard | undefined {
		return this.cards.get(id);
	}

	/**
	 * Finds the card of a customer who may attend lessons. Returns undefined for archived customers
	 * and rejected leads.
	 */
	findAttendingCard(id: number): CustomerCard | undefined {
		const card = this.cards.get(id);
		if (card === undefined || this.isKnownAsArchived(card) || isRejected(card.row))
			return undefined;
		return card;
	}

	/** Whether a card shows that the customer is archived. False if the card does not tell. */
	isKnownAsArchived(card: CustomerCard): boolean {
		return archivedByRow(customerEntity, card.row, this.zone) === true;
	}

	/**
	 * Looks up the missing cards of customers in a branch.
	 *
	 * Several cards are requested by one call with a list of IDs. Only one known program sends such a
	 * list, so AlfaCRM may not support it (API notes 3). Until a list has brought at least two cards,
	 * the cards that it did not bring are requested without a list.
	 */
	async readMissing(branch: Branch, ids: readonly number[]): Promise<void> {
		const lookupOf = (id: number) => `${branch} ${id}`;
		const missingIds = this.findIdsWithoutCard(ids);
		const newIds = missingIds.filter((id) => !this.finishedLookups.has(lookupOf(id)));

		if (newIds.length > 1) {
			await this.readByIdList(branch, newIds);
		}
		// If ID lists work, a card that the list did not return is not in this branch. A single ID was
		// not requested yet.
		const mayBeInBranch = newIds.length === 1 || !this.acceptsIdLists;
		if (mayBeInBranch) {
			await this.readWithoutIdList(branch, this.findIdsWithoutCard(newIds));
		}

		for (const id of newIds) {
			this.finishedLookups.add(lookupOf(id));
		}
	}

	/** Reads several cards by one call, and remembers if such calls work. */
	private async readByIdList(branch: Branch, ids: readonly number[]): Promise<void> {
		const cardCount = await this.readList({ id: ids }, branch, ids);
		if (cardCount > 1) {
			this.acceptsIdLists = true;
		}
	}

	/** Reads cards one by one, or the branch's whole list if there are many. */
	private async readWithoutIdList(branch: Branch, ids: readonly number[]): Promise<void> {
		if (ids.length > MOST_SINGLE_CALLS) {
			const noFilter = {};
			await this.readList(noFilter, branch, ids);
			return;
		}
		await Promise.all(ids.map(async (id) => await this.readList({ id }, branch, [id])));
	}

	/**
	 * Reads one list of customers, and keeps the cards of the customers with these IDs.
	 *
	 * @returns how many of the cards the list held
	 */
	private async readList(
		filter: IDataObject,
		branch: Branch,
		ids: readonly number[],
	): Promise<number> {
		// Without these filters AlfaCRM lists no leads and no archived customers. API notes 3.
		const filtersThatShowEverybody = customerEntity.hidden?.show;
		const list = {
			...listCall(customerEntity, branch),
			body: { ...filter, ...filtersThatShowEverybody },
		};
		const requestedIds = new Set<number | undefined>(ids);
		// AlfaCRM may ignore the filter, so each row is checked.
		const isRequested = (row: IDataObject) => requestedIds.has(readId(row.id));

		const { rows } = await this.reader.collect(list, { keep: isRequested });
		for (const row of rows) {
			const id = readId(row.id);
			if (id !== undefined) {
				this.add(id, { row, branch });
			}
		}
		return new Set(idsOf(rows)).size;
	}
}

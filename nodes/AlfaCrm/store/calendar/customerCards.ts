import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../api/list';
import { isArchivedByRow } from '../../entities/archive';
import { customer as customerEntity, isLostLead } from '../../entities/customer';
import { makeListCall } from '../../entities/listCall';
import { idsOf, readId } from '../../values/formats';
import type { Branch } from '../located';

/** The record of a customer, and the branch whose list shows the record. */
interface CustomerCard {
	row: IDataObject;
	branch: Branch;
}

/**
 * Up to this many cards are requested one by one. For more cards, all customers of the branch are
 * read. That list can have hundreds of pages, so it is not worth reading for a few cards.
 */
const MOST_SINGLE_CALLS = 5;

/**
 * Reads the cards of customers, and keeps them. The card of a customer is the customer's record,
 * with the branch that lists it. Archived customers have cards too.
 */
export class CustomerCards {
	private readonly cards = new Map<number, CustomerCard>();
	/** The customers that were looked up in a branch, as `branch customerId`: "1 501". */
	private readonly finishedLookups = new Set<string>();
	/**
	 * Whether AlfaCRM accepts a list of IDs. True once a call with several IDs has returned several
	 * cards.
	 */
	private acceptsIdLists = false;

	constructor(
		private readonly reader: ListReader,
		private readonly zone: string,
	) {}

	/** Keeps a card that this class or its caller has read. */
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
		if (card === undefined || this.isKnownAsArchived(card) || isLostLead(card.row))
			return undefined;
		return card;
	}

	/** Whether a card shows that the customer is archived. False if the card shows no state. */
	isKnownAsArchived(card: CustomerCard): boolean {
		return isArchivedByRow(customerEntity, card.row, this.zone) === true;
	}

	/**
	 * Looks up the missing cards of customers in a branch.
	 *
	 * Several cards are first requested by one call with a list of IDs. It is not certain that
	 * AlfaCRM accepts such a list (docs/alfacrm-api.md 3). If no call with a list has returned
	 * several cards yet, the cards that are still missing are requested in another way.
	 */
	async readMissing(branch: Branch, ids: readonly number[]): Promise<void> {
		const lookupOf = (id: number) => `${branch} ${id}`;
		const missingIds = this.findIdsWithoutCard(ids);
		const newIds = missingIds.filter((id) => !this.finishedLookups.has(lookupOf(id)));

		if (newIds.length > 1) {
			await this.readByIdList(branch, newIds);
		}
		// A single ID was not requested yet. If AlfaCRM accepts ID lists, cards that were not returned
		// are not in this branch.
		const canBeInBranch = newIds.length === 1 || !this.acceptsIdLists;
		if (canBeInBranch) {
			await this.readWithoutIdList(branch, this.findIdsWithoutCard(newIds));
		}

		for (const id of newIds) {
			this.finishedLookups.add(lookupOf(id));
		}
	}

	/** Reads several cards by one call, and remembers if AlfaCRM accepts the list of IDs. */
	private async readByIdList(branch: Branch, ids: readonly number[]): Promise<void> {
		const cardCount = await this.readList({ id: ids }, branch, ids);
		if (cardCount > 1) {
			this.acceptsIdLists = true;
		}
	}

	/** Reads cards one by one or, if there are many, reads all customers of the branch. */
	private async readWithoutIdList(branch: Branch, ids: readonly number[]): Promise<void> {
		if (ids.length > MOST_SINGLE_CALLS) {
			const noFilter = {};
			await this.readList(noFilter, branch, ids);
			return;
		}
		await Promise.all(ids.map(async (id) => await this.readList({ id }, branch, [id])));
	}

	/**
	 * Reads a list of customers with a filter, and keeps the cards of the customers with these IDs.
	 *
	 * @returns how many of these cards the list has
	 */
	private async readList(
		filter: IDataObject,
		branch: Branch,
		ids: readonly number[],
	): Promise<number> {
		// Without these filters, AlfaCRM lists no leads and no archived customers.
		const filtersThatShowEverybody = customerEntity.hidden?.bodyShowingAll;
		const list = {
			...makeListCall(customerEntity, branch),
			body: { ...filter, ...filtersThatShowEverybody },
		};
		// The type allows undefined, because a row can lack an ID.
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

import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../api/list';
import { archivedByRow } from '../../entities/archive';
import { customer as customerEntity, isRejected } from '../../entities/customer';
import { listCall } from '../../entities/listCall';
import { idsOf } from '../../values/formats';
import type { Branch } from '../located';

/** The card of a customer, and the branch whose list shows it. */
interface CustomerCard {
	row: IDataObject;
	branch: Branch;
}

/**
 * The most cards that are requested one by one. For more cards, the branch's whole list is read. It
 * may have hundreds of pages, so it is not read for a few cards.
 */
const MOST_SINGLE_CALLS = 5;

/** Reads and keeps the cards of customers: their records. Archived customers are included. */
export class CustomerCards {
	private readonly cards = new Map<number, CustomerCard>();
	/** The finished lookups, as `branch customerId` ("1 501"), so that none is repeated. */
	private readonly finishedLookups = new Set<string>();
	/**
	 * True once a call with several IDs has returned several cards, so AlfaCRM takes lists of IDs.
	 */
	private takesIdLists = false;

	constructor(
		private readonly reader: ListReader,
		private readonly zone: string,
	) {}

	/** Adds a card that the caller has read itself. */
	add(id: number, card: CustomerCard): void {
		this.cards.set(id, card);
	}

	/** Returns the IDs whose card has not been read, each once. */
	findIdsWithoutCard(ids: readonly number[]): number[] {
		return [...new Set(ids)].filter((id) => !this.cards.has(id));
	}

	find(id: number): CustomerCard | undefined {
		return this.cards.get(id);
	}

	/**
	 * Finds the card of a customer who may attend lessons. Returns undefined for archived customers
	 * and rejected leads.
	 */
	findAttending(id: number): CustomerCard | undefined {
		const card = this.cards.get(id);
		if (card === undefined || this.isShownAsArchived(card) || isRejected(card.row)) return undefined;
		return card;
	}

	/** Whether the row of a card shows that the customer is archived. */
	isShownAsArchived({ row }: CustomerCard): boolean {
		// `archivedByRow` returns undefined if the row does not tell. Then the customer counts as not
		// archived.
		return archivedByRow(customerEntity, row, this.zone) === true;
	}

	/**
	 * Looks up the missing cards of customers in a branch.
	 *
	 * One call with a list of IDs is tried first. Only one known program sends `id` as a list, so
	 * AlfaCRM may not support it (API notes 3). If no such call has returned at least two cards so
	 * far, the cards that are still missing are requested one by one, or the branch's whole list is
	 * read.
	 */
	async readMissing(branch: Branch, ids: readonly number[]): Promise<void> {
		const lookupOf = (id: number) => `${branch} ${id}`;
		const missingIds = this.findIdsWithoutCard(ids).filter((id) => !this.finishedLookups.has(lookupOf(id)));
		if (missingIds.length > 1) {
			const count = await this.readCards({ id: missingIds }, branch, missingIds);
			this.takesIdLists ||= count > 1;
		}

		// A single ID was not requested yet. Of several IDs nothing more is requested if ID lists work:
		// then a card that the list did not return is not in this branch.
		if (missingIds.length === 1 || !this.takesIdLists) {
			await this.readWithoutIdLists(branch, this.findIdsWithoutCard(missingIds));
		}

		for (const id of missingIds) {
			this.finishedLookups.add(lookupOf(id));
		}
	}

	/** Reads cards one by one, or the branch's whole list if there are many. */
	private async readWithoutIdLists(branch: Branch, ids: readonly number[]): Promise<void> {
		if (ids.length > MOST_SINGLE_CALLS) {
			const noFilter = {};
			await this.readCards(noFilter, branch, ids);
			return;
		}
		await Promise.all(ids.map(async (id) => await this.readCards({ id }, branch, [id])));
	}

	/**
	 * Reads one list of customers and keeps the cards with these IDs.
	 *
	 * @returns how many of the cards the list held
	 */
	private async readCards(
		filter: IDataObject,
		branch: Branch,
		ids: readonly number[],
	): Promise<number> {
		// Without these filters AlfaCRM lists no leads and no archived customers. API notes 3.
		const includeEverybody = customerEntity.hidden?.show;
		const list = {
			...listCall(customerEntity, branch),
			body: { ...filter, ...includeEverybody },
		};
		// AlfaCRM may ignore the filter, so each row is checked.
		const isRequested = (row: IDataObject) => idsOf([row]).some((id) => ids.includes(id));

		const { rows } = await this.reader.collect(list, { keep: isRequested });
		for (const row of rows) {
			for (const id of idsOf([row])) {
				this.add(id, { row, branch });
			}
		}
		return new Set(idsOf(rows)).size;
	}
}

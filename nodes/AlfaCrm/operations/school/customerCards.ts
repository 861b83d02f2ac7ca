import type { IDataObject } from 'n8n-workflow';

import type { ListReader } from '../../api/list';
import { archivedByRow } from '../../entities/archive';
import { customer as customerEntity, isRejected } from '../../entities/customer';
import { listCall } from '../../entities/listCall';
import { idsOf, readId } from '../../values/formats';
import type { Branch } from '../records/branches';

/** The card of a customer, and the branch in whose list it is. */
interface CustomerCard {
	row: IDataObject;
	branch: Branch;
}

/** Up to so many cards are asked for one by one, since the whole list of a branch may have hundreds of pages. */
const MOST_SINGLE_CALLS = 5;

/** Reads the cards of customers, archived ones as well, a list of IDs at a time. */
export class CustomerCards {
	private readonly cards = new Map<number, CustomerCard>();
	/** In which branch which cards were looked for, so that nothing is asked for twice. */
	private readonly finishedLookups = new Set<string>();
	/** Whether AlfaCRM was seen to answer a list of IDs. */
	private takesLists = false;

	constructor(
		private readonly reader: ListReader,
		private readonly zone: string,
	) {}

	/** Adds a card that was read elsewhere. */
	add(id: number, card: CustomerCard): void {
		this.cards.set(id, card);
	}

	/** Returns those IDs of which no card has been read, each once. */
	missing(ids: readonly number[]): number[] {
		return [...new Set(ids)].filter((id) => !this.cards.has(id));
	}

	find(id: number): CustomerCard | undefined {
		return this.cards.get(id);
	}

	/** Finds the card of somebody who comes to lessons: archived customers and rejected leads do not. */
	findComing(id: number): CustomerCard | undefined {
		const card = this.cards.get(id);
		if (card === undefined || this.isArchivedByRow(card) || isRejected(card.row)) return undefined;
		return card;
	}

	isArchivedByRow({ row }: CustomerCard): boolean {
		return archivedByRow(customerEntity, row, this.zone) === true;
	}

	/**
	 * Reads the missing cards of a branch by one list of IDs. Only one integration gives `id` a list, so unless several cards come
	 * of that, the others are asked for one by one, or the whole list of the branch is read. API notes 3.
	 */
	async read(branch: Branch, ids: readonly number[]): Promise<void> {
		const lookupOf = (id: number) => `${branch} ${id}`;
		const missingIds = this.missing(ids).filter((id) => !this.finishedLookups.has(lookupOf(id)));
		if (missingIds.length > 1) {
			const count = await this.readBy({ id: missingIds }, branch, missingIds);
			this.takesLists ||= count > 1;
		}
		if (missingIds.length === 1 || !this.takesLists) {
			await this.readWithoutLists(branch, this.missing(missingIds));
		}
		for (const id of missingIds) this.finishedLookups.add(lookupOf(id));
	}

	private async readWithoutLists(branch: Branch, ids: readonly number[]): Promise<void> {
		if (ids.length > MOST_SINGLE_CALLS) {
			await this.readBy({}, branch, ids);
			return;
		}
		await Promise.all(ids.map(async (id) => await this.readBy({ id }, branch, [id])));
	}

	/** @returns how many of the cards came */
	private async readBy(filter: IDataObject, branch: Branch, ids: readonly number[]): Promise<number> {
		const list = {
			...listCall(customerEntity, branch),
			body: { ...filter, ...customerEntity.hidden?.show },
		};
		const keep = ({ id }: IDataObject) => ids.includes(readId(id) ?? 0);
		const { rows } = await this.reader.collect(list, { keep });
		for (const row of rows) {
			for (const id of idsOf([row])) this.add(id, { row, branch });
		}
		return new Set(idsOf(rows)).size;
	}
}

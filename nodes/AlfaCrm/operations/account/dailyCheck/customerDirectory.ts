import { customer as customerEntity, CUSTOMER_TYPE } from '../../../entities/customer';
import { listCall } from '../../../entities/listCall';
import { allBranches } from '../../../run/branches';
import { makeReaderWithHints } from '../../../run/readList';
import { CustomerCards } from '../../../store/calendar/customerCards';
import type { Branch, LocatedRecord } from '../../../store/located';
import { readId } from '../../../values/formats';
import type { SchoolReader } from './schoolReader';

/**
 * Reads and keeps the cards of customers, and says which customers are archived. A card is the
 * record of one customer.
 *
 * The list of a branch holds no archived customers unless AlfaCRM is asked for them. So a customer
 * is archived if the complete list of the branch does not show the card, but a request by ID does.
 */
export class CustomerDirectory {
	/** All cards that were read, those of archived customers included. */
	readonly cards: CustomerCards;
	/** The cards of customers who are not archived, by customer ID. */
	private readonly activeCards = new Map<number, LocatedRecord>();
	/** The branches whose list of active customers came complete. */
	private readonly completeBranches = new Set<Branch>();
	/** The reading of `readActiveCustomers`, once it has begun. */
	private activeCustomersPromise?: Promise<LocatedRecord[]>;

	constructor(private readonly schoolReader: SchoolReader) {
		// Adds a hint if a list of cards is incomplete.
		const reader = makeReaderWithHints(schoolReader.item, customerEntity.plural.toLowerCase());
		this.cards = new CustomerCards(reader, schoolReader.form.days.zone);
	}

	/** Whether the card of a customer is known, and the customer is not archived. */
	hasActive(id: number): boolean {
		return this.activeCards.has(id);
	}

	/** Finds the card of a customer who is not archived. */
	findActive(id: number): LocatedRecord | undefined {
		return this.activeCards.get(id);
	}

	/** Adds the card of a customer who is not archived. A card that is known already is kept. */
	addActive(card: LocatedRecord): void {
		const id = readId(card.row.id);
		if (id === undefined || this.hasActive(id)) return;

		this.activeCards.set(id, card);
		// A `LocatedRecord` may lack the property `branch`; `CustomerCards` demands it.
		this.cards.add(id, { row: card.row, branch: card.branch });
	}

	/**
	 * Reads all customers of the checked branches who are not archived, with the groups that they are
	 * in. The lists are requested at the first call only.
	 */
	async readActiveCustomers(): Promise<LocatedRecord[]> {
		this.activeCustomersPromise ??= this.readActiveCustomersInAllBranches();
		return await this.activeCustomersPromise;
	}

	/** Reads and keeps the customers of the checked branches who are not archived. */
	private async readActiveCustomersInAllBranches(): Promise<LocatedRecord[]> {
		const { branches } = this.schoolReader;
		const cardsOfBranches = await Promise.all(
			branches.map(async (branch) => await this.readActiveCustomersInBranch(branch)),
		);

		const cards = cardsOfBranches.flat();
		for (const card of cards) {
			this.addActive(card);
		}
		return cards;
	}

	/**
	 * Reads the customers of a branch who are not archived. If this user may not list them, returns
	 * none and adds no hint, because the checks go on: members are then read from the groups, and
	 * names are replaced by IDs.
	 */
	private async readActiveCustomersInBranch(branch: number): Promise<LocatedRecord[]> {
		const list = {
			...listCall(customerEntity, branch),
			body: { is_study: CUSTOMER_TYPE.all, withGroups: true },
		};
		const read = async () => await this.schoolReader.collect(list, customerEntity.plural);
		const collected = await this.schoolReader.item.readIfAllowed(read, { treats404AsDenied: true });
		if (collected === undefined) return [];

		if (collected.isComplete) this.completeBranches.add(branch);
		return collected.rows.map((row) => ({ row, branch }));
	}

	/**
	 * Looks up the cards of customers by ID, and keeps them in `cards`, archived ones included. Looks
	 * in the checked branches first, then in the others, unless the user has chosen branches.
	 */
	async lookUpCards(ids: readonly number[]): Promise<void> {
		const { branches, form } = this.schoolReader;
		await Promise.all(branches.map(async (branch) => await this.lookUpCardsInBranch(branch, ids)));

		const isLimitedToBranches = form.chosenBranches.length > 0;
		const isAnyMissing = this.cards.findIdsWithoutCard(ids).length > 0;
		if (isLimitedToBranches || !isAnyMissing) return;

		// One branch after the other: a card that one of them shows is not requested in the next.
		for (const branch of await this.readOtherBranches()) {
			await this.lookUpCardsInBranch(branch, ids);
		}
	}

	/** Looks up the cards that are missing still in a branch, if this user may see it. */
	private async lookUpCardsInBranch(branch: Branch, ids: readonly number[]): Promise<void> {
		const read = async () => await this.cards.readMissing(branch, ids);
		await this.schoolReader.item.readIfAllowed(read, { treats404AsDenied: true });
	}

	/**
	 * Reads which branches the account has besides the checked ones, such as closed ones. Returns
	 * none if this user may not list the branches.
	 */
	private async readOtherBranches(): Promise<Branch[]> {
		const { item, branches } = this.schoolReader;
		const [firstCheckedBranch] = branches;
		const branchesOfAccount = await allBranches(item, firstCheckedBranch);
		// Undefined means a call without a branch. It is only there if the account has no branches.
		return branchesOfAccount.filter((branch) => branch === undefined || !branches.includes(branch));
	}

	/**
	 * Whether a customer is known to be archived. False for a customer without a card, such as one in
	 * a branch that this user may not see.
	 */
	isArchived(id: number): boolean {
		const card = this.cards.find(id);
		if (card === undefined || this.hasActive(id)) return false;

		const isMissingInCompleteList = this.completeBranches.has(card.branch);
		return isMissingInCompleteList || this.cards.isShownAsArchived(card);
	}
}

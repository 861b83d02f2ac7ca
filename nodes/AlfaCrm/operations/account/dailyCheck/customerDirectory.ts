import { customer as customerEntity, CUSTOMER_TYPE } from '../../../entities/customer';
import { makeListCall } from '../../../entities/listCall';
import { allBranches } from '../../../run/branches';
import { makeReaderWithHints } from '../../../run/readList';
import { CustomerCards } from '../../../store/calendar/customerCards';
import type { Branch, LocatedRecord } from '../../../store/located';
import { readId } from '../../../values/formats';
import type { SchoolReader } from './schoolReader';

/**
 * Reads and keeps the cards of customers for *Account → Daily Check*, and says which customers are
 * archived. A card is the record of one customer; an active customer is one who is not archived.
 *
 * The list of a branch holds no archived customers unless the call asks for them. So a customer is
 * archived if a request by ID shows the card, but the complete list of the branch does not.
 */
export class CustomerDirectory {
	/** All cards that were read, also those of archived customers. */
	readonly cards: CustomerCards;
	/** The cards of active customers, by customer ID. */
	private readonly activeCards = new Map<number, LocatedRecord>();
	/** The branches whose list of active customers was read completely. */
	private readonly completeBranches = new Set<Branch>();
	/** The result of `readActiveCustomers`; undefined before its first call. */
	private activeCustomersPromise?: Promise<LocatedRecord[]>;

	constructor(private readonly schoolReader: SchoolReader) {
		// Adds a hint if a list of cards is incomplete.
		const reader = makeReaderWithHints(schoolReader.item, customerEntity.plural.toLowerCase());
		this.cards = new CustomerCards(reader, schoolReader.form.days.zone);
	}

	/** Whether a customer is known to be active. */
	hasActive(id: number): boolean {
		return this.activeCards.has(id);
	}

	/** Finds the card of an active customer. */
	findActive(id: number): LocatedRecord | undefined {
		return this.activeCards.get(id);
	}

	/** Adds the card of an active customer, unless the directory has it already. */
	addActive(card: LocatedRecord): void {
		const id = readId(card.row.id);
		if (id === undefined || this.hasActive(id)) return;

		this.activeCards.set(id, card);
		// Written out, because the card may lack the property `branch`, which `CustomerCards` requires.
		this.cards.add(id, { row: card.row, branch: card.branch });
	}

	/**
	 * Reads the cards of all active customers of the checked branches. Each card also shows the
	 * groups of the customer. Only the first call requests the lists.
	 */
	async readActiveCustomers(): Promise<LocatedRecord[]> {
		this.activeCustomersPromise ??= this.readActiveCustomersInAllBranches();
		return await this.activeCustomersPromise;
	}

	/** Requests the lists of active customers of the checked branches, and keeps the cards. */
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
	 * Requests the list of active customers of a branch. If this user may not read the list, returns
	 * no cards and adds no hint, because the checks do without: they read members from the groups,
	 * and show IDs in place of names.
	 */
	private async readActiveCustomersInBranch(branch: number): Promise<LocatedRecord[]> {
		const list = {
			...makeListCall(customerEntity, branch),
			body: { is_study: CUSTOMER_TYPE.all, withGroups: true },
		};
		const read = async () => await this.schoolReader.collect(list, customerEntity.plural);
		const collected = await this.schoolReader.item.readIfAllowed(read, { treats404AsDenied: true });
		if (collected === undefined) return [];

		if (collected.isComplete) this.completeBranches.add(branch);
		return collected.rows.map((row) => ({ row, branch }));
	}

	/**
	 * Looks up the cards of customers by ID, and keeps them in `cards`, also those of archived
	 * customers. Looks in the checked branches and, unless the user has chosen branches, then in all
	 * other branches.
	 */
	async lookUpCards(customerIds: readonly number[]): Promise<void> {
		const { branches, form } = this.schoolReader;
		await Promise.all(
			branches.map(async (branch) => await this.lookUpCardsInBranch(branch, customerIds)),
		);

		const hasChosenBranches = form.chosenBranches.length > 0;
		const isAnyCardMissing = this.cards.findIdsWithoutCard(customerIds).length > 0;
		if (hasChosenBranches || !isAnyCardMissing) return;

		// One branch after the other, because a card that is found is not requested in the next branch.
		for (const branch of await this.readOtherBranches()) {
			await this.lookUpCardsInBranch(branch, customerIds);
		}
	}

	/**
	 * Looks up the cards that have not been found yet in a branch, if this user may see the branch.
	 */
	private async lookUpCardsInBranch(branch: Branch, ids: readonly number[]): Promise<void> {
		const read = async () => await this.cards.readMissing(branch, ids);
		await this.schoolReader.item.readIfAllowed(read, { treats404AsDenied: true });
	}

	/**
	 * Reads which branches the account has besides the checked branches, such as closed branches.
	 * Returns an empty list if this user may not list the branches.
	 */
	private async readOtherBranches(): Promise<Branch[]> {
		const { item, branches } = this.schoolReader;
		const [firstCheckedBranch] = branches;
		const branchesOfAccount = await allBranches(item, firstCheckedBranch);
		// An account without branches has the branch undefined, which means a call without a branch.
		return branchesOfAccount.filter((branch) => branch === undefined || !branches.includes(branch));
	}

	/**
	 * Whether a customer is known to be archived. False if the card was not found, for example
	 * because this user may not see the branch.
	 */
	isArchived(id: number): boolean {
		const card = this.cards.find(id);
		if (card === undefined || this.hasActive(id)) return false;

		const isMissingInCompleteList = this.completeBranches.has(card.branch);
		return isMissingInCompleteList || this.cards.isKnownAsArchived(card);
	}
}

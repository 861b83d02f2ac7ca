import { DAY_MS, HOUR_MS } from '../../../../nodes/AlfaCrm/values/time';
import type { Account, Customer } from './account';
import type { CardChange, TriggerSettings } from './histories';
import type { PollReport, Trigger } from './trigger';

/** A customer who shows up later than this after its creation may be missed. */
const PROMISED_MS = 47 * HOUR_MS;

/** The trigger waits this long for a branch that cannot be read. */
const PATIENCE_MS = 7 * DAY_MS;

/** Facts that the trigger knows after a poll. */
interface Knowledge {
	/** The branches that the poll watched. */
	polledBranches: readonly number[];
	/** The user's choice of branches at the poll; undefined before the first poll. */
	choice: string | undefined;
	/** Branches that the user has chosen, and that no poll could read yet. */
	unreadBranches: ReadonlySet<number>;
	/** The times since which branches cannot be read, by the ID of the branch. */
	failingSince: ReadonlyMap<number, number>;
	/** Customers whom a poll has seen, and the filters have left out. */
	unwantedIds: ReadonlySet<number>;
}

const NOTHING_KNOWN: Knowledge = {
	polledBranches: [],
	choice: undefined,
	unreadBranches: new Set(),
	failingSince: new Map(),
	unwantedIds: new Set(),
};

/**
 * Keeps account of the customers whom the trigger must report, and of those whom it has reported. A customer
 * is reported once, as soon as a watched branch lists the customer and the filters let the customer pass.
 *
 * **Old** customers are never reported:
 * - a customer whom the first reading of its branch shows. This is the first poll, or the first one after the
 *   user has chosen the branch. If several watched branches list the customer, it must be the first reading of
 *   all of them;
 * - a customer whom a poll has seen and the filters have left out, once the user has changed the filters.
 *
 * **Optional** customers may be reported or not:
 * - a customer who was there when the first poll ended, or came into a branch while it was read for the first
 *   time;
 * - a customer whom only branches list that the user has chosen and no poll has read yet;
 * - a customer who was not due both before and after a change of the settings;
 * - a customer of a branch that could not be read for a week;
 * - a customer who became due more than 47 hours after its creation.
 */
export class Expectations {
	/** The times since which customers are due, so that a poll that reads everything would report them. */
	private readonly dueSince = new Map<number, number>();
	private readonly oldIds = new Set<number>();
	private readonly optionalIds = new Set<number>();
	private readonly reportedIds = new Set<number>();
	/** The knowledge of the trigger after its last poll, and the knowledge that n8n has saved. */
	private knowledge = NOTHING_KNOWN;
	private savedKnowledge = NOTHING_KNOWN;
	private lastUpdate = 0;
	/** The customers who were there when the last poll began. */
	private customersBeforePoll: readonly Customer[] = [];
	/** Customers whom the last poll may have overlooked. */
	private readonly overlookedIds = new Set<number>();

	constructor(
		private readonly account: Account,
		private readonly trigger: Trigger,
	) {}

	/** Lists the customers who should have been reported by now, and were not. */
	findMissing(): number[] {
		const missing = this.account.customers.filter(({ id, createdAt }) => {
			const dueSince = this.dueSince.get(id);
			const isPromised = dueSince !== undefined && dueSince - createdAt <= PROMISED_MS;
			const mayBeMissing = this.optionalIds.has(id) || this.oldIds.has(id);
			return isPromised && !mayBeMissing && !this.reportedIds.has(id);
		});
		return missing.map(({ id }) => id);
	}

	/** Lists the old customers who were reported all the same. */
	findReportedOldCustomers(): number[] {
		return [...this.reportedIds].filter((id) => this.oldIds.has(id));
	}

	/** Lists the customers whom a poll that reads everything would report, if it were the first to see them. */
	listDueCustomers(): number[] {
		const dueCustomers = this.account.customers.filter((customer) => this.isDue(customer));
		return dueCustomers.map(({ id }) => id);
	}

	/** Notes who has become due since the last update. Call it after each change. */
	update(): void {
		for (const customer of this.account.customers) {
			const { id, shownFrom } = customer;
			if (!this.isDue(customer)) {
				this.dueSince.delete(id);
			} else if (!this.dueSince.has(id)) {
				this.dueSince.set(id, Math.max(shownFrom, this.lastUpdate));
			}
			if (this.isReadForTheFirstTime(customer)) {
				this.optionalIds.add(id);
			}
		}
		this.lastUpdate = this.account.now;
	}

	// ---------------------------------------------------------------- a poll

	/** Notes the customers who are there before a poll. */
	beginPoll(): void {
		this.customersBeforePoll = [...this.account.customers];
		this.overlookedIds.clear();
	}

	/**
	 * Notes customers who came during the poll. A branch that is read for the first time may list them as old.
	 */
	addArrivalsDuringPoll(customers: readonly Customer[]): void {
		const unreadBranches = this.findUnreadBranches();
		for (const { id, branches } of customers) {
			if (branches.some((branch) => unreadBranches.has(branch))) {
				this.optionalIds.add(id);
			}
		}
	}

	/** Notes a change during the poll by which rows may have got to pages that were read already. */
	addChangeDuringPoll(change: CardChange, changedCustomer: Customer): void {
		if (!this.account.lists.hasTotals) {
			// Only a total would have told the poll that rows have moved.
			for (const { id } of this.account.customers) {
				this.overlookedIds.add(id);
			}
		} else if (change.kind === 'move') {
			this.overlookedIds.add(changedCustomer.id);
		}
	}

	/** Notes what a poll that succeeded has seen and reported. */
	endPoll(report: PollReport): void {
		const unwantedIds = this.judgeSeenCustomers(report);
		for (const { row } of report.reported) {
			this.reportedIds.add(Number(row.id));
		}
		if (report.isFirst) {
			this.startWithPresentCustomers(report);
		}

		this.knowledge = this.learnFrom(report, unwantedIds);
		if (report.isStateSaved) {
			this.savedKnowledge = this.knowledge;
		}
		this.giveUpBranchesThatFailForAWeek();
	}

	/**
	 * Makes customers old whom the poll has seen in the first reading of their branch. Returns the unwanted
	 * ones.
	 */
	private judgeSeenCustomers(report: PollReport): Set<number> {
		const unwantedIds = new Set(this.knowledge.unwantedIds);
		for (const customer of this.findSeenCustomers(report)) {
			if (this.isReadForTheFirstTime(customer)) {
				this.oldIds.add(customer.id);
			} else if (this.isDue(customer)) {
				unwantedIds.delete(customer.id);
			} else {
				unwantedIds.add(customer.id);
			}
		}
		return unwantedIds;
	}

	/** Makes the knowledge of the trigger after a poll. */
	private learnFrom(
		{ readBranches, failedBranches }: PollReport,
		unwantedIds: ReadonlySet<number>,
	): Knowledge {
		const unreadBranches = this.findUnreadBranches();
		const failingSince = new Map<number, number>();
		for (const branch of failedBranches) {
			failingSince.set(branch, this.knowledge.failingSince.get(branch) ?? this.account.now);
		}
		return {
			polledBranches: [...readBranches, ...failedBranches],
			choice: this.readChoice(),
			unreadBranches: new Set(failedBranches.filter((branch) => unreadBranches.has(branch))),
			failingSince,
			unwantedIds,
		};
	}

	/** Finds the customers whom the poll has seen in a list and has not reported. */
	private findSeenCustomers({ readBranches }: PollReport): Customer[] {
		return this.customersBeforePoll.filter((customer) => {
			const isListed = readBranches.some((branch) => this.isListedIn(branch, customer));
			return isListed && !this.overlookedIds.has(customer.id) && !this.reportedIds.has(customer.id);
		});
	}

	/**
	 * Allows everybody who is there to stay unreported. The first poll may report some of them, as the user has
	 * chosen.
	 */
	private startWithPresentCustomers({ reported }: PollReport): void {
		for (const { id } of this.account.customers) {
			this.optionalIds.add(id);
		}
		for (const { row } of reported) {
			this.oldIds.delete(Number(row.id));
		}
	}

	/** Allows customers of a branch to stay unreported once the branch could not be read for a week. */
	private giveUpBranchesThatFailForAWeek(): void {
		for (const [failingBranch, since] of this.knowledge.failingSince) {
			if (this.account.now - since < PATIENCE_MS) continue;

			for (const { id, branches } of this.account.customers) {
				if (branches.includes(failingBranch)) {
					this.optionalIds.add(id);
				}
			}
		}
	}

	// ---------------------------------------------------------------- settings and restarts

	/** Notes that the user has changed the settings. Customers who were due and still are stay due. */
	changeSettings(previous: TriggerSettings): void {
		const areFiltersOther = previous.customerType !== this.trigger.settings.customerType;
		if (areFiltersOther) {
			this.makeUnwantedCustomersOld();
		}
		this.savedKnowledge = this.knowledge;

		for (const customer of this.account.customers) {
			const wasDue = this.dueSince.has(customer.id);
			const staysDue = wasDue && this.isDue(customer);
			if (!staysDue) {
				this.optionalIds.add(customer.id);
			}
		}
	}

	/** Notes that n8n has started again with the state that it has saved. */
	restart(): void {
		this.knowledge = this.savedKnowledge;
	}

	/** Makes the customers old whom a poll has seen and the filters have left out. */
	private makeUnwantedCustomersOld(): void {
		for (const id of this.knowledge.unwantedIds) {
			if (!this.reportedIds.has(id)) {
				this.oldIds.add(id);
			}
		}
		this.knowledge = { ...this.knowledge, unwantedIds: new Set() };
	}

	// ---------------------------------------------------------------- questions

	/** Tells whether a watched branch lists a customer, and the filters let the customer pass. */
	private isDue(customer: Customer): boolean {
		const watchedBranches = this.trigger.listWatchedBranches();
		const isListed = watchedBranches.some((branch) => this.isListedIn(branch, customer));
		return isListed && this.trigger.wantsType(customer.type);
	}

	/** Tells whether a branch lists a customer for the trigger. */
	private isListedIn(branch: number, customer: Customer): boolean {
		return this.account.isShownIn(branch, customer, this.trigger.settings);
	}

	/** Tells whether no poll has read any of the customer's watched branches since the user has chosen them. */
	private isReadForTheFirstTime({ branches }: Customer): boolean {
		const watchedBranches = this.trigger.listWatchedBranches();
		const ownBranches = branches.filter((branch) => watchedBranches.includes(branch));
		const unreadBranches = this.findUnreadBranches();
		return ownBranches.length > 0 && ownBranches.every((branch) => unreadBranches.has(branch));
	}

	/** Finds the watched branches that the user has chosen, and that no poll has read since. */
	private findUnreadBranches(): Set<number> {
		const { choice, polledBranches, unreadBranches } = this.knowledge;
		const isChoiceOther = choice !== this.readChoice();
		const watchedBranches = this.trigger.listWatchedBranches();
		return new Set(
			watchedBranches.filter((branch) => {
				const isJustChosen = isChoiceOther && !polledBranches.includes(branch);
				return isJustChosen || unreadBranches.has(branch);
			}),
		);
	}

	private readChoice(): string {
		return String(this.trigger.settings.chosenBranches);
	}
}

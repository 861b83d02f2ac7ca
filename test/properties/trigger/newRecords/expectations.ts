import { DAY_MS, HOUR_MS } from '../../../../nodes/AlfaCrm/values/time';
import type { Account, Customer } from './account';
import type { CardChange, TriggerSettings } from './histories';
import type { PollReport, Trigger } from './trigger';

/** The trigger may miss a customer whom a list shows only after this time. */
const LATEST_PROMISED_MS = 47 * HOUR_MS;

/** The trigger waits this long for a branch that cannot be read. Then it gives up the customers of this branch. */
const LONGEST_WAIT_MS = 7 * DAY_MS;

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
	/** Customers whom a poll has seen, and whom the filters of the user left out. */
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
 * - a customer whom the first reading of a branch shows. The first reading is the first poll, or the first poll
 *   after the user has chosen the branch. A customer of several watched branches is old if this was the first
 *   reading of all of them;
 * - a customer whom the filters left out when a poll saw it, once the user has changed the filters.
 *
 * **Optional** customers may be reported or not:
 * - a customer who was there when the first poll ended, or who came while the first poll read its branch;
 * - a customer of branches that the user has chosen, but that no poll has read yet;
 * - a customer who was due only before, only after, or neither before nor after a change of the settings;
 * - a customer of a branch that could not be read for a week;
 * - a customer who became due more than 47 hours after its creation.
 */
export class Expectations {
	/** The times since which customers are due: from then on, a poll that reads everything reports them. */
	private readonly dueTimes = new Map<number, number>();
	private readonly oldIds = new Set<number>();
	private readonly optionalIds = new Set<number>();
	private readonly reportedIds = new Set<number>();
	/** The knowledge of the trigger after its last poll, and the knowledge that n8n has saved. */
	private knowledge = NOTHING_KNOWN;
	private savedKnowledge = NOTHING_KNOWN;
	private lastUpdate = 0;
	/** The customers who were there when the last poll began. */
	private customersBeforePoll: readonly Customer[] = [];
	/** Customers whose rows may have moved to a page that the last poll had read already. */
	private readonly possiblyMissedIds = new Set<number>();

	constructor(
		private readonly account: Account,
		private readonly trigger: Trigger,
	) {}

	/** Lists the customers who should have been reported by now, and were not. */
	findUnreportedCustomers(): number[] {
		const unreportedCustomers = this.account.customers.filter(({ id, createdAt }) => {
			const dueSince = this.dueTimes.get(id);
			const isPromised = dueSince !== undefined && dueSince - createdAt <= LATEST_PROMISED_MS;
			const mayStayUnreported = this.optionalIds.has(id) || this.oldIds.has(id);
			return isPromised && !mayStayUnreported && !this.reportedIds.has(id);
		});
		return unreportedCustomers.map(({ id }) => id);
	}

	/** Lists the old customers who were reported all the same. */
	findReportedOldCustomers(): number[] {
		return [...this.reportedIds].filter((id) => this.oldIds.has(id));
	}

	/** Lists the customers who are due now, whether or not an earlier poll has reported them. */
	listDueCustomers(): number[] {
		const dueCustomers = this.account.customers.filter((customer) => this.isDue(customer));
		return dueCustomers.map(({ id }) => id);
	}

	/** Notes which customers are due now, and since when. Call it after each change of the account. */
	update(): void {
		for (const customer of this.account.customers) {
			const { id, shownFrom } = customer;
			if (!this.isDue(customer)) {
				this.dueTimes.delete(id);
			} else if (!this.dueTimes.has(id)) {
				const earliestTime = Math.max(shownFrom, this.lastUpdate);
				this.dueTimes.set(id, earliestTime);
			}
			if (this.isOnlyInUnreadBranches(customer)) {
				this.optionalIds.add(id);
			}
		}
		this.lastUpdate = this.account.now;
	}

	// ---------------------------------------------------------------- a poll

	/** Notes the customers who are there before a poll. */
	beginPoll(): void {
		this.customersBeforePoll = [...this.account.customers];
		this.possiblyMissedIds.clear();
	}

	/** Notes customers who came during the poll. They are optional if the poll reads their branch for the first time. */
	addArrivalsDuringPoll(customers: readonly Customer[]): void {
		const unreadBranches = this.findUnreadBranches();
		for (const { id, branches } of customers) {
			if (branches.some((branch) => unreadBranches.has(branch))) {
				this.optionalIds.add(id);
			}
		}
	}

	/**
	 * Notes a change during the poll. If a row leaves a list by it, the rows below move up, perhaps to a page that the
	 * poll has read already. The poll sees that only from the total.
	 */
	addChangeDuringPoll(change: CardChange, changedCustomer: Customer): void {
		if (!this.account.lists.hasTotals) {
			for (const { id } of this.account.customers) {
				this.possiblyMissedIds.add(id);
			}
		} else if (change.kind === 'move') {
			this.possiblyMissedIds.add(changedCustomer.id);
		}
	}

	/** Notes what a poll that succeeded has seen and reported. */
	endPoll(report: PollReport): void {
		const unwantedIds = this.findUnwantedIds(report);
		this.makeFirstSeenCustomersOld(report);
		for (const { row } of report.reported) {
			this.reportedIds.add(Number(row.id));
		}
		if (report.isFirst) {
			this.allowPresentCustomersToStayUnreported(report);
		}

		this.knowledge = this.learnFrom(report, unwantedIds);
		if (report.isStateSaved) {
			this.savedKnowledge = this.knowledge;
		}
		this.giveUpBranchesThatFailForAWeek();
	}

	/** Makes the customers old whom this poll has seen in the first reading of their branches. */
	private makeFirstSeenCustomersOld(report: PollReport): void {
		for (const customer of this.findSeenCustomers(report)) {
			if (this.isOnlyInUnreadBranches(customer)) {
				this.oldIds.add(customer.id);
			}
		}
	}

	/** Finds the customers whom the filters left out when a poll saw them last. */
	private findUnwantedIds(report: PollReport): Set<number> {
		const unwantedIds = new Set(this.knowledge.unwantedIds);
		for (const customer of this.findSeenCustomers(report)) {
			if (this.isOnlyInUnreadBranches(customer)) continue;

			if (this.isDue(customer)) {
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

	/** Finds the customers whom the poll has certainly seen in a list, and whom no poll has reported. */
	private findSeenCustomers({ readBranches }: PollReport): Customer[] {
		return this.customersBeforePoll.filter((customer) => {
			const isListed = readBranches.some((branch) => this.isListedIn(branch, customer));
			const isSeen = isListed && !this.possiblyMissedIds.has(customer.id);
			return isSeen && !this.reportedIds.has(customer.id);
		});
	}

	/**
	 * Allows all customers of the first poll to stay unreported. The poll may report some of them all the same, because
	 * the user may ask for the newest ones.
	 */
	private allowPresentCustomersToStayUnreported({ reported }: PollReport): void {
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
			if (this.account.now - since < LONGEST_WAIT_MS) continue;

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
		const haveFiltersChanged = previous.customerType !== this.trigger.settings.customerType;
		if (haveFiltersChanged) {
			this.makeUnwantedCustomersOld();
		}
		this.savedKnowledge = this.knowledge;

		for (const customer of this.account.customers) {
			const wasDue = this.dueTimes.has(customer.id);
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

	/** Makes the customers old whom the filters left out when a poll saw them. */
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

	/** Tells whether no poll has read any watched branch of a customer since the user has chosen these branches. */
	private isOnlyInUnreadBranches({ branches }: Customer): boolean {
		const watchedBranches = this.trigger.listWatchedBranches();
		const branchesOfCustomer = branches.filter((branch) => watchedBranches.includes(branch));
		const unreadBranches = this.findUnreadBranches();
		return branchesOfCustomer.length > 0 && branchesOfCustomer.every((branch) => unreadBranches.has(branch));
	}

	/** Finds the watched branches that no poll has read since the user has chosen them. */
	private findUnreadBranches(): Set<number> {
		const { choice, polledBranches, unreadBranches } = this.knowledge;
		const hasChoiceChanged = choice !== this.readChoice();
		const watchedBranches = this.trigger.listWatchedBranches();
		const branchesToReadFirst = watchedBranches.filter((branch) => {
			const isJustChosen = hasChoiceChanged && !polledBranches.includes(branch);
			return isJustChosen || unreadBranches.has(branch);
		});
		return new Set(branchesToReadFirst);
	}

	private readChoice(): string {
		return String(this.trigger.settings.chosenBranches);
	}
}

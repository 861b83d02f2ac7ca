import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../nodes/AlfaCrm/values/time';
import { writeStamp } from '../lists';
import { Account } from './account';
import { Expectations } from './expectations';
import type {
	BusyDays,
	Change,
	ChangeDuringPoll,
	ConnectionLoss,
	CustomerChange,
	History,
	SettingsChange,
	Step,
} from './histories';
import { BRANCHES } from './histories';
import type { PollReport } from './trigger';
import { Trigger } from './trigger';

/** The largest number of polls after a history, until everything is reported. */
const MOST_FINAL_POLLS = 300;

/** A page of this size has room for all customers. */
const LARGEST_PAGE = 500;

/** The mistakes of the trigger in a history. */
interface Findings {
	/** Customers who were never reported. */
	neverReported: number[];
	reportedTwice: number[];
	/** Customers who were reported although they are old. */
	reportedThoughOld: number[];
	/** Polls that did not report the customers in the order of their IDs. */
	unorderedPolls: number[][];
	/** Customers who were reported with other branches than list them. */
	withWrongBranches: number[];
	/** Customers whom a poll did not report at once although it could. */
	reportedLate: number[];
	/** First polls that reported others than the newest customers. */
	wrongFirstPolls: number[][];
	/** Failures of polls during which nothing failed. */
	unexplainedFailures: unknown[];
	/** States of the trigger that remember customers of long ago. */
	outdatedStates: unknown[];
	/** Numbers of requests of a poll without news, if it needed more than one for each branch. */
	needlessRequests: number[];
}

export const NOTHING_WRONG: Findings = {
	neverReported: [],
	reportedTwice: [],
	reportedThoughOld: [],
	unorderedPolls: [],
	withWrongBranches: [],
	reportedLate: [],
	wrongFirstPolls: [],
	unexplainedFailures: [],
	outdatedStates: [],
	needlessRequests: [],
};

/** Plays a history, and finds what the trigger did wrong. */
export async function playHistory(history: History): Promise<Findings> {
	const player = new HistoryPlayer(history);
	for (const step of history.steps) {
		await player.play(step);
	}
	return await player.finish();
}

/** Plays the steps of a history, and collects the mistakes of the trigger. */
class HistoryPlayer {
	private readonly account: Account;
	private readonly trigger: Trigger;
	private readonly expectations: Expectations;
	private readonly reportedIds: number[] = [];
	private readonly findings = structuredClone(NOTHING_WRONG);
	/** Whether the last poll left nothing to report, and nothing has changed since but that new customers came. */
	private isUpToDate = false;

	constructor(private readonly history: History) {
		this.account = new Account(history.account);
		this.account.addFirstCustomers(history.agesInHours);
		this.trigger = new Trigger(this.account, history);
		this.expectations = new Expectations(this.account, this.trigger);
	}

	/** Plays one step of the history. */
	async play(step: Step): Promise<void> {
		switch (step.kind) {
			case 'wait':
				this.account.now += step.minutes * MINUTE_MS;
				break;
			case 'poll':
				await this.poll();
				break;
			case 'loseConnection':
				await this.pollWithoutConnection(step);
				break;
			case 'changeDuringPoll':
				await this.pollDuringChange(step);
				break;
			case 'busyDays':
				await this.pollOnBusyDays(step);
				break;
			case 'changeSettings':
				await this.changeSettings(step);
				break;
			case 'restart':
				this.trigger.restart();
				this.expectations.restart();
				this.isUpToDate = false;
				break;
			default:
				this.change(step);
		}
		this.expectations.update();
	}

	/** Polls until nothing is left to report, and returns what went wrong. */
	async finish(): Promise<Findings> {
		this.account.lists.failing.clear();
		await this.pollUntilAllIsReported();
		await this.checkRequestsWithoutNews();
		return {
			...this.findings,
			neverReported: this.expectations.findUnreportedCustomers(),
			reportedTwice: findRepeatedIds(this.reportedIds),
			reportedThoughOld: this.expectations.findReportedOldCustomers(),
		};
	}

	// ---------------------------------------------------------------- steps

	/** Makes a change in AlfaCRM between two polls. */
	private change(change: Change): void {
		switch (change.kind) {
			case 'create':
				this.account.addArrivals(change);
				return;
			case 'failBranch':
			case 'repairBranch':
			case 'openBranch':
			case 'closeBranch':
				this.account.changeBranch(change);
				break;
			default:
				this.account.changeCustomer(change);
		}
		this.isUpToDate = false;
	}

	/** Polls while the connection breaks at one request. */
	private async pollWithoutConnection({ request }: ConnectionLoss): Promise<void> {
		this.account.lists.loseConnectionAtRequest(request);
		await this.poll({ isDisturbed: true });
		this.account.lists.answerUndisturbed();
	}

	/** Polls while customers come or change before the answer to one request. */
	private async pollDuringChange({ request, change }: ChangeDuringPoll): Promise<void> {
		this.account.lists.actBeforeRequest(request, () => this.changeDuringPoll(change));
		await this.poll({ isDisturbed: true });
		this.account.lists.answerUndisturbed();
		if (change.kind !== 'create') {
			this.isUpToDate = false;
		}
	}

	/** Makes a change in the middle of a poll, and notes which customers the poll may miss because of it. */
	private changeDuringPoll(change: CustomerChange): void {
		if (change.kind === 'create') {
			const customers = this.account.addArrivals(change);
			this.expectations.addArrivalsDuringPoll(customers);
		} else {
			const customer = this.account.changeCustomer(change);
			if (customer !== undefined) {
				this.expectations.addChangeDuringPoll(change, customer);
			}
		}
		this.expectations.update();
	}

	/** Polls twice a day while leads come into two branches. A third branch may be unreadable on these days. */
	private async pollOnBusyDays({ days, branch, failingBranch }: BusyDays): Promise<void> {
		const nextBranch = (branch % BRANCHES.length) + 1;
		this.failBranch(failingBranch);
		for (let halfDay = 0; halfDay < days * 2; halfDay++) {
			this.account.now += 12 * HOUR_MS;
			this.account.addLead(branch);
			this.account.addLead(nextBranch);
			this.expectations.update();
			await this.poll();
		}
		this.checkMemoryAfterBusyDays({ days, branch });
		this.repairBranch(failingBranch);
	}

	/** Changes the settings of the trigger. The next poll may meet a branch that cannot be read. */
	private async changeSettings({ settings, failingBranch }: SettingsChange): Promise<void> {
		const previous = this.trigger.settings;
		this.trigger.changeSettings(settings);
		this.expectations.changeSettings(previous);
		this.expectations.update();
		this.isUpToDate = false;
		if (failingBranch === undefined) return;

		this.failBranch(failingBranch);
		await this.poll();
		this.repairBranch(failingBranch);
	}

	/** Makes a branch unreadable. */
	private failBranch(branch: number | undefined): void {
		if (branch !== undefined) {
			this.account.lists.failing.add(branch);
		}
	}

	/** Makes a branch readable again. */
	private repairBranch(branch: number | undefined): void {
		if (branch !== undefined) {
			this.account.lists.failing.delete(branch);
		}
	}

	// ---------------------------------------------------------------- the end of a history

	/** Polls once a day until a poll reports nobody. */
	private async pollUntilAllIsReported(): Promise<void> {
		for (let polls = 0; polls < MOST_FINAL_POLLS; polls++) {
			this.account.now += DAY_MS;
			this.expectations.update();
			const countBefore = this.reportedIds.length;
			await this.poll();
			// After two days nobody shows up any more.
			const hasEverybodyShownUp = polls > 1;
			if (hasEverybodyShownUp && this.reportedIds.length === countBefore) return;
		}
	}

	/** Checks that a poll without news asks only once for each branch. */
	private async checkRequestsWithoutNews(): Promise<void> {
		// The first of these polls may ask for another day than the one before it.
		this.account.now += 10 * MINUTE_MS;
		await this.poll();

		this.account.now += 10 * MINUTE_MS;
		const requestsBefore = this.account.lists.requests;
		await this.poll();

		const requests = this.account.lists.requests - requestsBefore;
		const branchCount = this.trigger.listWatchedBranches().length;
		if (this.account.lists.hasTotals && requests > branchCount) {
			this.findings.needlessRequests.push(requests);
		}
	}

	// ---------------------------------------------------------------- a poll and its checks

	/** Polls once, and checks the report. A poll that fails changes nothing. */
	private async poll({ isDisturbed = false } = {}): Promise<void> {
		const dueCustomers = this.expectations.listDueCustomers();
		const isHealthy = !isDisturbed && this.account.lists.failing.size === 0;
		this.expectations.beginPoll();

		let report: PollReport | undefined;
		try {
			report = await this.trigger.poll();
		} catch (failure) {
			if (isHealthy) {
				this.findings.unexplainedFailures.push(failure);
			}
		}
		if (report === undefined) return;

		this.checkOrder(report);
		if (!isDisturbed) {
			this.checkBranches(report);
		}
		if (isHealthy && report.isFirst) {
			this.checkFirstPoll(report, dueCustomers);
		}
		this.reportedIds.push(...report.reported.map(({ row }) => Number(row.id)));
		this.expectations.endPoll(report);
		this.checkNothingIsLate(report, { isHealthy });
	}

	/** Checks that a poll reports the customers in the order of their IDs. */
	private checkOrder({ reported }: PollReport): void {
		const ids = reported.map(({ row }) => Number(row.id));
		const inOrder = [...ids].sort((a, b) => a - b);
		if (String(ids) !== String(inOrder)) {
			this.findings.unorderedPolls.push(ids);
		}
	}

	/**
	 * Checks that each customer is reported with the branches that list it. Only lists of one page are always
	 * read whole.
	 */
	private checkBranches({ reported, readBranches }: PollReport): void {
		if (this.account.lists.pageSize < LARGEST_PAGE) return;

		for (const { row, branches } of reported) {
			const customer = this.account.customers[Number(row.id) - 1];
			const listingBranches = readBranches.filter((branch) =>
				this.account.isShownIn(branch, customer, this.trigger.settings),
			);
			if (String(branches) !== String(listingBranches)) {
				this.findings.withWrongBranches.push(customer.id);
			}
		}
	}

	/** Checks that a first poll reports as many of the newest customers as the user has chosen. */
	private checkFirstPoll({ reported }: PollReport, dueCustomers: readonly number[]): void {
		const { firstReportCount } = this.history;
		const newestCustomers = firstReportCount === 0 ? [] : dueCustomers.slice(-firstReportCount);
		const ids = reported.map(({ row }) => Number(row.id));
		if (String(ids) !== String(newestCustomers)) {
			this.findings.wrongFirstPolls.push(ids);
		}
	}

	/**
	 * Checks that a poll reports each new customer at once, if the poll before it has left nothing to report.
	 */
	private checkNothingIsLate(
		{ isEverythingReported }: PollReport,
		{ isHealthy }: { isHealthy: boolean },
	): void {
		const unreported = this.expectations.findUnreportedCustomers();
		if (isHealthy && this.isUpToDate && isEverythingReported) {
			this.findings.reportedLate.push(...unreported);
		}
		// A lead that became a client may be seen only when the lists are read whole, up to an hour later.
		this.isUpToDate = this.account.lists.failing.size === 0 && unreported.length === 0;
	}

	/** Checks that the trigger forgets old customers after days on which it has reported many new ones. */
	private checkMemoryAfterBusyDays(busyDays: Pick<BusyDays, 'branch' | 'days'>): void {
		const state = this.trigger.readState();
		if (state === undefined || !this.mustForgetOldCustomers(busyDays)) return;

		const remembersOldCustomers = [state.told, state.unwanted].some((ids) => parseInt(ids) <= state.mark);
		const asksForOldCustomers = this.account.lastRequestedDay < writeStamp(this.account.now - 5 * DAY_MS);
		if (remembersOldCustomers || asksForOldCustomers) {
			this.findings.outdatedStates.push(state);
		}
	}

	/** Tells whether busy days were so many, and so undisturbed, that the trigger needs no older customers any more. */
	private mustForgetOldCustomers({ days, branch }: Pick<BusyDays, 'branch' | 'days'>): boolean {
		const { failing } = this.account.lists;
		// The trigger waits for a branch that cannot be read, for seven days.
		const neededDays = failing.size > 0 ? 12 : 6;
		const isBranchRead = this.trigger.listWatchedBranches().includes(branch) && !failing.has(branch);
		const isEverybodyReported = this.trigger.settings.maxRecords === 500;
		return days >= neededDays && isBranchRead && isEverybodyReported;
	}
}

/** Finds the IDs that a list has more than once. */
function findRepeatedIds(ids: readonly number[]): number[] {
	return ids.filter((id, index) => ids.indexOf(id) !== index);
}

import { MINUTE_MS, SECOND_MS } from '../../../../nodes/AlfaCrm/values/time';
import { Account } from './account';
import type { Miscount } from './expectations';
import { Expectations } from './expectations';
import type { BranchChange, ConnectionLoss, History, Step, Write, WriteDuringPoll } from './histories';
import { isCalm } from './histories';
import type { PollReport } from './trigger';
import { Trigger } from './trigger';

/** The largest number of polls after a history, until everything is reported. */
const MOST_FINAL_POLLS = 1_000;

/** The mistakes of the trigger in a history. */
interface Findings {
	/** Entries that were reported more or less often than they should have been, by their keys. */
	miscounts: Record<string, Miscount>;
	/** The times of the entries of polls that did not report the oldest first. */
	unorderedPolls: string[][];
}

export const NOTHING_WRONG: Findings = { miscounts: {}, unorderedPolls: [] };

/**
 * Plays a history, and finds what the trigger did wrong.
 *
 * @returns what went wrong, and how many characters the largest state of the trigger had
 */
export async function playHistory(history: History): Promise<{ findings: Findings; largestState: number }> {
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
	private readonly unorderedPolls: string[][] = [];
	private readonly isCalm: boolean;
	/** The time of the last entry that was reported. */
	private lastReportedTime = '';
	private reportedCount = 0;

	constructor(history: History) {
		this.account = new Account(history.account);
		this.trigger = new Trigger(this.account, history.settings);
		this.expectations = new Expectations(this.account, this.trigger);
		this.isCalm = isCalm(history);
		this.expectations.addEntries(this.account.addFirstEntries(history.agesInMinutes));
	}

	/** Plays one step of the history. */
	async play(step: Step): Promise<void> {
		switch (step.kind) {
			case 'write':
				this.write(step);
				break;
			case 'wait':
				this.account.now += step.minutes * MINUTE_MS;
				break;
			case 'poll':
				await this.poll();
				break;
			case 'loseConnection':
				await this.pollWithoutConnection(step);
				break;
			case 'writeDuringPoll':
				await this.pollDuringWrite(step);
				break;
			case 'changeSettings':
				this.trigger.changeSettings(step.settings);
				this.expectations.changeSettings();
				break;
			case 'restart':
				this.trigger.restart();
				this.expectations.restart();
				break;
			default:
				this.changeBranch(step);
		}
	}

	/** Polls until nothing is left to report, and returns what went wrong. */
	async finish(): Promise<{ findings: Findings; largestState: number }> {
		this.account.lists.failing.clear();
		for (let polls = 0; polls < MOST_FINAL_POLLS; polls++) {
			this.account.now += 40 * MINUTE_MS;
			const countBefore = this.reportedCount;
			await this.poll();
			// Entries come up to two hours late.
			const haveLateEntriesCome = polls > 3;
			if (haveLateEntriesCome && this.reportedCount === countBefore) break;
		}
		const miscounts = this.expectations.findMiscounts();
		return {
			findings: { miscounts, unorderedPolls: this.unorderedPolls },
			largestState: this.trigger.largestState,
		};
	}

	/** Writes entries into the log, and notes them as expected. */
	private write(write: Write): void {
		const entries = this.account.write(write);
		this.expectations.addEntries(entries);
	}

	/** Changes a branch. If it is closed by that, its entries need no report any more. */
	private changeBranch(change: BranchChange): void {
		const openBranchesBefore = this.account.listOpenBranches();
		this.account.changeBranch(change);
		if (change.kind === 'closeBranch' && openBranchesBefore.length > 1) {
			this.expectations.addClosedBranch(change.branch);
		}
	}

	/** Polls while the connection breaks at one request. */
	private async pollWithoutConnection({ request }: ConnectionLoss): Promise<void> {
		this.account.lists.loseConnectionAtRequest(request);
		await this.poll();
		this.account.lists.answerUndisturbed();
	}

	/** Polls while entries are written before the answer to one request. */
	private async pollDuringWrite({ request, write }: WriteDuringPoll): Promise<void> {
		this.account.lists.actBeforeRequest(request, () => this.write(write));
		await this.poll();
		this.account.lists.answerUndisturbed();
	}

	/** Polls once, and checks the report. A poll that fails changes nothing. */
	private async poll(): Promise<void> {
		this.expectations.beginPoll();

		let report: PollReport | undefined;
		try {
			report = await this.trigger.poll();
		} catch {
			// n8n keeps nothing of a poll that fails.
		}
		if (report === undefined) return;

		this.passSecondAfterPartialReading(report);
		this.checkOrder(report);
		this.reportedCount += report.reportedRows.length;
		this.expectations.endPoll(report);
	}

	/**
	 * Lets a second pass if the trigger has read a newly chosen branch only in part. The trigger knows the old entries
	 * of this branch only by their time, so it would take a new entry of the same second for an old one.
	 */
	private passSecondAfterPartialReading(report: PollReport): void {
		const branchesReadFirst = this.expectations.listBranchesReadFirst(report);
		if (branchesReadFirst.length > 0 && !this.expectations.isEveryLogRead(report)) {
			this.account.now += SECOND_MS;
		}
	}

	/** Checks that a poll reports the oldest entries first. In a calm history, all polls together do so. */
	private checkOrder({ reportedRows }: PollReport): void {
		const times = reportedRows.map(({ date_time }) => String(date_time));
		const comparedTimes = this.isCalm ? [this.lastReportedTime, ...times] : times;
		const timesInOrder = [...comparedTimes].sort();
		if (String(comparedTimes) !== String(timesInOrder)) {
			this.unorderedPolls.push(comparedTimes);
		}
		this.lastReportedTime = times.at(-1) ?? this.lastReportedTime;
	}
}

import type { IDataObject } from 'n8n-workflow';

import type { OccasionName } from '../../../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { countDays, findYear, listBirthdays, parseDay } from './calendar';
import type { Client, History, Poll } from './histories';
import { BOTH_BRANCHES, findCard } from './histories';

/** A visit still counts when the staff enters it this number of days late. */
const MOST_DAYS_LATE = 30;

/**
 * Finds the clients whom each poll must report. An occasion of a client is reported once, in the first poll
 * that sees it due, the most urgent occasion first. It is due when its level is at the limit or below it.
 *
 * - What was due when the trigger started is not reported, unless the user wants that. The same holds for
 *   what is due when the first poll reads a branch that was chosen later. With another limit the trigger starts
 *   again, but still knows what it has reported.
 * - An occasion with a day, such as a birthday, is reported even if n8n was off on that day.
 * - An occasion without a day, such as a debt, can come again once it is over.
 * - Clients whom n8n does not take come in the next poll.
 *
 * @returns the IDs of the clients of each poll, such as `[[], [500, 503]]`
 */
export function expectedReports(occasion: OccasionName, history: History): number[][] {
	const trigger = new ExpectedTrigger(occasion, history);
	return history.polls.map((poll) => trigger.poll(poll));
}

/** An occasion as the card of a client shows it. */
interface Due {
	client: number;
	/** The day of the occasion, or the debt or the lessons left. The lowest value is the most urgent one. */
	value: number;
	/** The distance of the occasion from being due: the days until then, or the value itself. */
	level: number;
	/** True if no branch of the client was read before. */
	isFirstReading: boolean;
	/** True if all branches that list the client were chosen after the start. */
	isOfAddedBranch: boolean;
}

/** The latest occasion of a client that is not reported again. */
interface KnownOccasion {
	/** The value when it was reported. For an occasion without a day, it is the lowest value since then. */
	value: number;
	/** False if it was due at the start. */
	wasReported: boolean;
}

/** The state of an occasion in a poll, which decides whether the poll reports it. */
type DueStatus = 'notDue' | 'known' | 'dueAtStart' | 'toReport';

/** A trigger that follows the rule. It looks at one client after the other, and forgets nothing. */
class ExpectedTrigger {
	private readonly knownOccasions = new Map<number, KnownOccasion>();
	/** The day on which each branch was read last. */
	private readonly lastReadings = new Map<number, number>();
	private startDay = NaN;
	private limit = NaN;
	/** The branches that were chosen when the trigger started, and all the time since. */
	private branchesSinceStart: number[] = [];

	constructor(
		private readonly occasion: OccasionName,
		private readonly history: History,
	) {}

	/** Polls once, and returns the IDs of the clients that n8n takes. */
	poll(poll: Poll): number[] {
		const today = countDays(poll.at, this.history.zone);
		this.adaptToChoices(poll, today);

		const toReport: Due[] = [];
		for (const due of this.findOccasions(poll, today)) {
			const status = this.findStatus(due, today);
			if (status === 'toReport') {
				toReport.push(due);
			} else {
				this.remember(due, status);
			}
		}
		toReport.sort((a, b) => a.value - b.value || a.client - b.client);

		const taken = toReport.slice(0, poll.takenClients);
		for (const { client, value } of taken) {
			this.knownOccasions.set(client, { value, wasReported: true });
		}
		if (taken.length === toReport.length) {
			this.noteReadings(poll, today);
		}
		return taken.map(({ client }) => client);
	}

	/** Starts the trigger, or starts it again with another limit, and forgets branches that are not chosen. */
	private adaptToChoices({ limit, watchedBranches }: Poll, today: number): void {
		if (limit !== this.limit) {
			this.limit = limit;
			this.startDay = today;
			this.branchesSinceStart = watchedBranches;
			this.lastReadings.clear();
			this.forgetStart();
		}
		this.branchesSinceStart = this.branchesSinceStart.filter((branch) => watchedBranches.includes(branch));
		for (const branch of BOTH_BRANCHES) {
			if (!watchedBranches.includes(branch)) {
				this.lastReadings.delete(branch);
			}
		}
	}

	/** Forgets the occasions that were due at the start. */
	private forgetStart(): void {
		for (const [client, { wasReported }] of this.knownOccasions) {
			if (!wasReported) {
				this.knownOccasions.delete(client);
			}
		}
	}

	/** Notes that branches were read, except those whose lists may lack clients: the next poll reads them again. */
	private noteReadings({ incompleteBranches, ...poll }: Poll, today: number): void {
		for (const branch of listReadableBranches(poll)) {
			if (!incompleteBranches.includes(branch)) {
				this.lastReadings.set(branch, today);
			}
		}
	}

	// ---------------------------------------------------------------- what the cards show

	/** Finds the occasions that the cards show in a poll. */
	private findOccasions(poll: Poll, today: number): Due[] {
		const readableBranches = listReadableBranches(poll);
		return this.history.clients.flatMap((client) => {
			const listingBranches = client.branches.filter((branch) => readableBranches.includes(branch));
			if (listingBranches.length === 0) return [];

			const value = this.readValue(client, poll, this.findFirstDay(listingBranches, today));
			if (value === undefined) return [];
			return [this.makeDue(client, listingBranches, { value, today })];
		});
	}

	/** Describes an occasion with the facts that decide whether it is reported. */
	private makeDue(
		{ id, branches }: Client,
		listingBranches: readonly number[],
		{ value, today }: { value: number; today: number },
	): Due {
		const isFirstReading = !branches.some((branch) => this.lastReadings.has(branch));
		const isOfBranchSinceStart = listingBranches.some((branch) => this.branchesSinceStart.includes(branch));
		return {
			client: id,
			value,
			level: hasDay(this.occasion) ? value - today : value,
			isFirstReading,
			isOfAddedBranch: isFirstReading && !isOfBranchSinceStart,
		};
	}

	/**
	 * Finds the first day whose occasions are still reported. It is the day on which the branches were read last, because
	 * later occasions may have fallen due since.
	 */
	private findFirstDay(listingBranches: readonly number[], today: number): number {
		const readingDays = listingBranches.map((branch) => {
			const dayOfChoice = this.branchesSinceStart.includes(branch) ? this.startDay : today;
			return this.lastReadings.get(branch) ?? dayOfChoice;
		});
		const earliestReading = Math.min(...readingDays);
		return this.occasion === 'notSeen' ? earliestReading + this.limit - MOST_DAYS_LATE : earliestReading;
	}

	/**
	 * Reads the value of the occasion from a card. Returns undefined if the card shows none, or if its day is
	 * over.
	 */
	private readValue(client: Client, poll: Poll, firstDay: number): number | undefined {
		if (client.id === poll.unreadableClient) return undefined;

		const value = VALUE_READERS[this.occasion](findCard(client, poll), firstDay);
		if (value === undefined || (hasDay(this.occasion) && value < firstDay)) return undefined;
		return value;
	}

	// ---------------------------------------------------------------- the status of an occasion

	/** Finds whether an occasion is not due, known already, due since the start, or to be reported now. */
	private findStatus(due: Due, today: number): DueStatus {
		const { client, value, level, isFirstReading, isOfAddedBranch } = due;
		if (level > this.limit) return 'notDue';

		const known = this.knownOccasions.get(client);
		if (known !== undefined && IS_SAME_OCCASION[this.occasion](known.value, value)) return 'known';

		if (!isFirstReading) return 'toReport';
		if (isOfAddedBranch) return 'dueAtStart';
		return this.isReportedAtFirstReading(level, today) ? 'toReport' : 'dueAtStart';
	}

	/**
	 * Tells whether an occasion of the first reading fell due after the start, or is wanted although it was due
	 * at the start.
	 */
	private isReportedAtFirstReading(level: number, today: number): boolean {
		const { reportsAtStart } = this.history;
		if (!hasDay(this.occasion)) return reportsAtStart;

		const fellDueOn = today - (this.limit - level);
		return fellDueOn > this.startDay || (reportsAtStart && fellDueOn === this.startDay);
	}

	/** Remembers an occasion that is not reported now, or forgets one that is over. */
	private remember({ client, value }: Due, status: Exclude<DueStatus, 'toReport'>): void {
		if (status === 'dueAtStart') {
			this.knownOccasions.set(client, { value, wasReported: false });
			return;
		}
		if (hasDay(this.occasion)) return;

		const known = this.knownOccasions.get(client);
		if (status === 'notDue') {
			this.knownOccasions.delete(client);
		} else if (known !== undefined) {
			known.value = Math.min(known.value, value);
		}
	}
}

/** Lists the watched branches that a poll can read. */
function listReadableBranches({
	watchedBranches,
	failingBranches,
}: Pick<Poll, 'failingBranches' | 'watchedBranches'>): number[] {
	return watchedBranches.filter((branch) => !failingBranches.includes(branch));
}

// ---------------------------------------------------------------- the occasions

/** Tells whether an occasion belongs to a day. Others, such as a debt, have a level. */
function hasDay(occasion: OccasionName): boolean {
	return occasion === 'birthday' || occasion === 'notSeen' || occasion === 'subscriptionEnding';
}

/** Readers of the value of each occasion from a card. */
const VALUE_READERS: Record<OccasionName, (card: IDataObject, firstDay: number) => number | undefined> = {
	birthday: ({ dob }, firstDay) =>
		listBirthdays(parseDay(String(dob))).find((birthday) => birthday >= firstDay),
	inDebt: ({ balance }) => Math.round(Number(balance) * 100),
	lessonsRunningOut: ({ paid_lesson_count }) => Number(paid_lesson_count),
	notSeen: ({ last_attend_date }) => parseDay(String(last_attend_date)),
	subscriptionEnding: ({ paid_till }) => parseDay(String(paid_till)),
};

/** Tests by which a new value is recognised as that of an occasion that is known already. */
const IS_SAME_OCCASION: Record<OccasionName, (knownValue: number, value: number) => boolean> = {
	birthday: (knownDay, day) => findYear(knownDay) === findYear(day),
	inDebt: () => true,
	// One lesson more was taken back. Two and more were bought.
	lessonsRunningOut: (fewestLessons, lessons) => lessons < fewestLessons + 2,
	notSeen: (knownVisit, visit) => visit <= knownVisit,
	// An end that moves by a week belongs to another subscription.
	subscriptionEnding: (knownEnd, end) => end < knownEnd + 7,
};

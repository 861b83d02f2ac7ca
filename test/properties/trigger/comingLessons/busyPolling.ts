import type { PollRequest, PollResult } from '../../../../nodes/AlfaCrm/trigger/eventSource';
import { ComingLessons } from '../../../../nodes/AlfaCrm/trigger/sources/comingLessons/comingLessons';
import type { Reminder } from '../../../../nodes/AlfaCrm/trigger/sources/comingLessons/comingLessonsState';
import type { BusyReminder, FinishedPoll } from './busyRule';
import type { BusySchool } from './busySchools';
import { HOURS_NEAR, POLL_COUNT } from './busySchools';
import { BEGINNING, HOUR, MINUTE } from './histories';
import { readState } from './polling';
import { findLessonIndex, makeReader } from './timetable';

/** The time that AlfaCRM takes for an answer. */
const REQUEST_MS = 200;

/**
 * Polls a busy school, and returns the polls that came to their end. n8n ends polls that take too long, and
 * stores the state as text between two polls.
 */
export async function playBusySchool(
	school: BusySchool,
	{ pollCount = POLL_COUNT } = {},
): Promise<FinishedPoll[]> {
	const trigger = new BusyTrigger(school);
	const finishedPolls: FinishedPoll[] = [];
	for (let index = 0; index < pollCount; index++) {
		const finishedPoll = await trigger.poll(index);
		if (finishedPoll !== undefined) {
			finishedPolls.push(finishedPoll);
		}
	}
	return finishedPolls;
}

/** A trigger for near lessons whose requests take time, with the state that n8n stores for it. */
class BusyTrigger {
	private now = BEGINNING;
	private storedState: string | undefined;
	private readonly source: ComingLessons;

	constructor(private readonly school: BusySchool) {
		this.source = new ComingLessons({ hours: HOURS_NEAR, zone: school.zone, scanIntervalMs: HOUR });
		jest.spyOn(Date, 'now').mockImplementation(() => this.now);
	}

	/** Polls once. Returns undefined if n8n ends the poll or crashes, because it stores nothing then. */
	async poll(index: number): Promise<FinishedPoll | undefined> {
		const { minutesBetweenPolls, timeLimit, takenReminders } = this.school;
		const at = BEGINNING + index * minutesBetweenPolls * MINUTE;
		const branches = index < this.school.branch2ChosenAt ? [1] : [1, 2];
		const failingBranches = this.school.pollsWithFailure.includes(index) ? [2] : [];
		this.now = at;

		const { records, stateAfter } = await this.readSource({ branches, failingBranches });

		const wasEnded = this.now - at > timeLimit;
		const hasCrashed = this.school.pollsWithCrash.includes(index);
		if (wasEnded || hasCrashed) return undefined;

		const reminders = (records as Reminder[]).slice(0, takenReminders);
		this.storedState = JSON.stringify(stateAfter(reminders.length));
		return {
			at,
			readBranches: branches.filter((branch) => !failingBranches.includes(branch)),
			reminders: reminders.map((reminder) => toBusyReminder(reminder, this.school)),
		};
	}

	/** Reads the source of the trigger from the stored state. Each request takes its time. */
	private async readSource({
		branches,
		failingBranches,
	}: {
		branches: number[];
		failingBranches: number[];
	}): Promise<PollResult> {
		const { now } = this;
		const onRequest = () => {
			this.now += REQUEST_MS;
		};
		const request = {
			branches,
			now,
			// The trigger leaves half of its time for what comes after the reading.
			deadline: now + this.school.timeLimit / 2,
			reader: makeReader(this.school, { now, failingBranches, onRequest }),
			client: {},
		};
		return await this.source.poll(request as unknown as PollRequest, readState(this.storedState));
	}
}

/** Describes a reminder by its customer and its lesson. */
function toBusyReminder({ participant }: Reminder, { lessons }: BusySchool): BusyReminder {
	const lesson = findLessonIndex(participant);
	return {
		customer: participant.customer_id,
		lesson,
		beginsAt: lessons[lesson].versions[0].beginsAt ?? 0,
	};
}

import type { PollRequest } from '../../../../nodes/AlfaCrm/trigger/eventSource';
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
	let now = BEGINNING;
	jest.spyOn(Date, 'now').mockImplementation(() => now);
	const source = new ComingLessons({ hours: HOURS_NEAR, zone: school.zone, scanIntervalMs: HOUR });
	const finishedPolls: FinishedPoll[] = [];
	let storedState: string | undefined;

	for (let poll = 0; poll < pollCount; poll++) {
		const at = BEGINNING + poll * school.minutesBetweenPolls * MINUTE;
		now = at;
		const branches = poll < school.branch2ChosenAt ? [1] : [1, 2];
		const failingBranches = school.pollsWithFailure.includes(poll) ? [2] : [];
		const onRequest = () => {
			now += REQUEST_MS;
		};
		const request = {
			branches,
			now: at,
			// The trigger leaves half of its time for what comes after the reading.
			deadline: at + school.timeLimit / 2,
			reader: makeReader(school, { now: at, failingBranches, onRequest }),
			client: {},
		};
		const { records, stateAfter } = await source.poll(
			request as unknown as PollRequest,
			readState(storedState),
		);

		const wasEnded = now - at > school.timeLimit;
		if (wasEnded || school.pollsWithCrash.includes(poll)) continue;

		const taken = (records as Reminder[]).slice(0, school.takenReminders);
		storedState = JSON.stringify(stateAfter(taken.length));
		finishedPolls.push({
			at,
			readBranches: branches.filter((branch) => !failingBranches.includes(branch)),
			reminders: taken.map((reminder) => toBusyReminder(reminder, school)),
		});
	}
	return finishedPolls;
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

import type { PollRequest, PollResult } from '../../../../nodes/AlfaCrm/trigger/eventSource';
import { ComingLessons } from '../../../../nodes/AlfaCrm/trigger/sources/comingLessons/comingLessons';
import type { Reminder } from '../../../../nodes/AlfaCrm/trigger/sources/comingLessons/comingLessonsState';
import type { History, Poll } from './histories';
import { canReadAnyBranch, describeReminder } from './rule';
import { findLessonIndex, makeReader } from './timetable';

/** The reminders of each poll, and the size of the state. */
interface PlayedHistory {
	reminders: string[][];
	/** The largest number of characters that n8n had to store. */
	mostCharactersStored: number;
}

/**
 * Polls as a history says, and returns the reminders of each poll. n8n stores the state as text between two
 * polls.
 *
 * @param scanIntervalMs the time between two scans of all near lessons; by default each poll scans all
 */
export async function playHistory(history: History, { scanIntervalMs = 0 } = {}): Promise<PlayedHistory> {
	const reminders: string[][] = [];
	let storedState: string | undefined;
	let mostCharactersStored = 0;
	for (const poll of history.polls) {
		const polling = readSource(history, poll, { scanIntervalMs, storedState });
		if (!canReadAnyBranch(poll)) {
			await expect(polling).rejects.toThrow('cannot be read');
			reminders.push([]);
			continue;
		}

		const { records, stateAfter } = await polling;
		if (poll.crashes) {
			reminders.push([]);
			continue;
		}

		const takenReminders = (records as Reminder[]).slice(0, poll.takenReminders);
		storedState = JSON.stringify(stateAfter(takenReminders.length));
		mostCharactersStored = Math.max(mostCharactersStored, storedState.length);
		reminders.push(takenReminders.map(describeTakenReminder));
	}
	return { reminders, mostCharactersStored };
}

/** Reads the source of the trigger in one poll, from the stored state. */
async function readSource(
	history: History,
	{ at: now, hours, watchedBranches, failingBranches }: Poll,
	{ scanIntervalMs, storedState }: { scanIntervalMs: number; storedState: string | undefined },
): Promise<PollResult> {
	const source = new ComingLessons({ hours, zone: history.zone, scanIntervalMs });
	const request = {
		branches: watchedBranches,
		now,
		reader: makeReader(history, { now, failingBranches }),
	};
	return await source.poll(request as unknown as PollRequest, readState(storedState));
}

/** Reads a state that was stored as text. Before the first poll there is none. */
export function readState(storedState: string | undefined): unknown {
	return storedState === undefined ? undefined : JSON.parse(storedState);
}

/** Describes a reminder that n8n has taken in the words of the rule. */
function describeTakenReminder({ participant }: Reminder): string {
	const { customer_id, time_from } = participant;
	return describeReminder(customer_id, findLessonIndex(participant), String(time_from));
}

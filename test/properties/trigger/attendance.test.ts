import fc from 'fast-check';

import { depth, seed } from '../../support/depth';
import { CUSTOMERS, histories, historyWithSteps, lessonBrokenAtEachPoll } from './attendance/histories';
import { PlayedHistory } from './attendance/playedHistory';

afterEach(() => jest.restoreAllMocks());

it('the trigger reports each attendance once and in the order of the log, although AlfaCRM fails and n8n restarts', async () => {
	let reportedCount = 0;
	const property = fc.asyncProperty(histories, async (history) => {
		const played = new PlayedHistory(history);

		await played.activate();
		await played.play();

		expect(played.rule.mistakes).toEqual([]);
		reportedCount += played.rule.reportedCount;
	});

	await fc.assert(property, {
		numRuns: depth.attendanceHistories,
		seed,
		examples: [[lessonBrokenAtEachPoll]],
	});

	// Otherwise the rule would hold because hardly anything was reported.
	expect(reportedCount).toBeGreaterThan(depth.attendanceHistories / 4);
}, 600_000);

it('the trigger remembers the keys of the latest 3,000 attendances that it has reported, and forgets the older keys', async () => {
	const played = new PlayedHistory(
		historyWithSteps([
			{ kind: 'planLesson', branch: 1, customers: CUSTOMERS },
			{ kind: 'completeLesson', lesson: 0, presentCustomers: CUSTOMERS },
		]),
	);
	await played.activate();
	setReportedKeys(played, makeKeys(3_000));

	await played.play();

	const { reported } = played.state as { reported: string };
	expect(played.rule.mistakes).toEqual([]);
	// Each of the four customers has attended the lesson.
	expect(played.rule.reportedCount).toBe(4);
	expect(reported).toHaveLength(3_000 * KEY_LENGTH);
	// The four new keys have pushed out the oldest ones, 100000 to 100003.
	expect(reported.startsWith('100004')).toBe(true);
});

const KEY_LENGTH = 6;

/** Makes keys of attendances: 100000, 100001 and so on. */
function makeKeys(count: number): string {
	const keys = Array.from({ length: count }, (_, index) => String(100_000 + index));
	return keys.join('');
}

/** Lets the trigger believe that it has reported attendances with these keys, and no others. */
function setReportedKeys(played: PlayedHistory, keys: string): void {
	Object.assign(played.state as object, { reported: keys });
}

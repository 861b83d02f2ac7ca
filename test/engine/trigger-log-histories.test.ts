import fc from 'fast-check';

import type { LogHistory } from './support/log-history';
import { logHistories, LogPlay } from './support/log-history';

declare const POLL_HISTORIES: number;

async function outcome(history: LogHistory) {
	const play = new LogPlay(history);
	await play.run();
	const { unordered } = play;
	return {
		missing: play.missing(),
		repeated: play.repeated(),
		others: play.others(),
		unordered,
		mixed: play.mixed(),
	};
}

const CLEAN = { missing: [], repeated: [], others: [], unordered: [], mixed: [] };

describe('whatever happens in AlfaCRM and n8n', () => {
	it(`each entry of the change log is reported exactly once, in order, in ${POLL_HISTORIES} random histories`, async () => {
		await fc.assert(
			fc.asyncProperty(logHistories, async (history) => {
				expect(await outcome(history)).toEqual(CLEAN);
			}),
			{ numRuns: POLL_HISTORIES },
		);
	}, 1_200_000);
});

import fc from 'fast-check';

import type { History } from './support/history';
import { histories, Play } from './support/history';

declare const POLL_HISTORIES: number;

async function outcome(history: History) {
	const play = new Play(history);
	await play.run();
	return { missing: play.missing(), repeated: play.repeated(), old: play.old(), unordered: play.unordered };
}

const CLEAN = { missing: [], repeated: [], old: [], unordered: [] };

describe('whatever happens in AlfaCRM and n8n', () => {
	it(`each created customer is reported exactly once, in order, in ${POLL_HISTORIES} random histories`, async () => {
		await fc.assert(
			fc.asyncProperty(histories, async (history) => {
				expect(await outcome(history)).toEqual(CLEAN);
			}),
			{ numRuns: POLL_HISTORIES },
		);
	}, 1_200_000);
});

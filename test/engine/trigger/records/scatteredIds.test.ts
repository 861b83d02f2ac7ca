import { NOTHING, ScatteredAccount, type Timeline } from '../../support/scattered';

afterEach(() => {
	jest.restoreAllMocks();
});

const lines: Timeline[] = (['customerCreated', 'paymentCreated'] as const).flatMap((event) =>
	([20, 500] as const).flatMap((pageSize) => [
		{ event, pageSize, maxPerPoll: 500, minutes: 30 },
		{ event, pageSize, maxPerPoll: 7, minutes: 60 },
	]),
);

describe('IDs that do not grow with creation', () => {
	it.each(lines)(
		'lose, repeat and shuffle nothing for days, $event by $pageSize, $maxPerPoll a poll',
		async (line) => {
			const account = new ScatteredAccount(line);
			account.school.settings.newIds = 'scattered';
			account.fill(6, 30);
			expect(await account.poll()).toEqual([]);
			await account.polls(3, 30);
			expect(account.wrong).toEqual(NOTHING);
			expect(account.longestWait).toBeLessThan(line.minutes);

			account.silence(3, 30);
			const { length } = account.wrong.missing;
			expect(length).toBeGreaterThan(60);
			for (let reported = 0; reported < length; reported += line.maxPerPoll) {
				expect((await account.poll()).length).toBe(Math.min(line.maxPerPoll, length - reported));
			}
			expect(account.wrong).toEqual(NOTHING);
			expect(account.unordered).toEqual([]);

			await account.polls(3, 30);
			expect(account.wrong).toEqual(NOTHING);
			expect(account.unordered).toEqual([]);
			expect(account.made.length).toBeGreaterThan(200);
		},
	);
});

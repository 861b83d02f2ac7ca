import { NOTHING, ScatteredAccount, type Timeline } from '../../support/scattered';

afterEach(() => {
	jest.restoreAllMocks();
});

const plain: Timeline = { event: 'customerCreated', pageSize: 500, maxPerPoll: 500, minutes: 60 };

/** In days, as polls are asked for. */
const hours = (count: number): number => count / 24;

describe('IDs that do not grow with creation', () => {
	// What was reported is forgotten below the watermark's ID, although times will decide as soon as a low ID is noticed.
	it('do not bring again what was reported before they were noticed', async () => {
		const account = new ScatteredAccount(plain);
		account.had(1_000, 2);
		await account.poll();
		account.add(5_000);
		await account.polls(hours(30));
		account.add(3_000);
		await account.polls(hours(48));
		account.add(2_000);
		await account.polls(hours(6));
		expect(account.wrong).toEqual(NOTHING);
	});

	it.each([1, 5, 30])('may begin to do so, with %i records a day', async (perDay) => {
		const account = new ScatteredAccount(plain);
		account.fill(6, perDay);
		await account.poll();
		account.school.settings.newIds = 'scattered';
		await account.polls(8, perDay);
		expect(account.wrong).toEqual(NOTHING);
	});

	// The day that is asked for goes back, from two days before the first poll to two days before the newest record then.
	it('do not bring what was there before the days that the first poll has read', async () => {
		const account = new ScatteredAccount(plain);
		account.had(900, 80);
		account.had(10, 40);
		await account.poll();
		await account.polls(2);
		account.add(1_000);
		await account.polls(4);
		expect(account.wrong).toEqual(NOTHING);
	});

	// A low ID within 26 hours of the newest record of the first poll is not noticed, and the watermark passes it by.
	it('lose nothing of the first day', async () => {
		const account = new ScatteredAccount(plain);
		account.had(1_000, 2);
		await account.poll();
		await account.polls(hours(10));
		account.add(900);
		await account.polls(hours(1));
		account.add(1_100);
		await account.polls(3);
		account.add(800);
		await account.polls(3);
		expect(account.wrong).toEqual(NOTHING);
	});
});

import { RateLimit } from '../../sandbox/http/rateLimit';
import { defaultSettings, type Settings } from '../../sandbox/model/settings';
import { School, yii } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({}, { customers: 5 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const burst = async (calls: number) =>
	(await Promise.all(Array.from({ length: calls }, () => school.call('branch/index')))).map(
		({ status }) => status,
	);
const passed = (statuses: number[]) => statuses.filter((status) => status === 200).length;

/** What becomes of calls at these times in milliseconds. */
function admitted(settings: Partial<Settings>, times: number[]): boolean[] {
	const limit = new RateLimit({ ...defaultSettings, ...settings });
	return times.map((at) => limit.admits(at));
}

/** The calls of the journal that were let through although so many were in the second before, and those that were refused although not. */
function misjudged(rateLimit: number): number[] {
	const { journal } = school.sandbox;
	const starts = journal.filter(({ status }) => status === 200).map(({ at }) => at);
	return journal.flatMap(({ at, status }) => {
		const before = starts.filter((start) => start < at && at - start < 1000).length;
		return (status === 429) === before >= rateLimit ? [] : [at];
	});
}

describe('the limit', () => {
	it('is 5 calls a second', () => {
		expect(defaultSettings.rateLimit).toBe(5);
	});

	it('slides and counts no refused calls: the next passes when the first is a second old', () => {
		const times = [0, 300, 300, 600, 900, 999, 999.9, 1000, 1299, 1300, 1300, 1301, 1600];
		const expected = [1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1].map(Boolean);
		expect(admitted({ rateLimit: 5 }, times)).toEqual(expected);
	});

	it('counts refused calls with countRejected: whoever goes on calling stays out', () => {
		const times = [0, 500, 1000, 1499, 1999, 2999, 3999, 4998];
		const expected = [1, 0, 0, 0, 0, 1, 1, 0].map(Boolean);
		expect(admitted({ rateLimit: 1, countRejected: true }, times)).toEqual(expected);
	});

	it('can be off, and counts nothing then', () => {
		const settings = { ...defaultSettings, rateLimit: 0 };
		const limit = new RateLimit(settings);
		expect([0, 1, 2, 3].map((at) => limit.admits(at))).toEqual([true, true, true, true]);
		settings.rateLimit = 1;
		expect([4, 5].map((at) => limit.admits(at))).toEqual([true, false]);
	});

	it('lets so many calls pass and answers 429 to the rest', async () => {
		school.settings.rateLimit = 5;
		school.sandbox.clearJournal();
		let calls = 0;
		// However slow the machine is: until one is refused, or it is clear that none will be.
		for (; calls < 1000 && school.sandbox.journal.every(({ status }) => status === 200); calls += 20) {
			expect(passed(await burst(20))).toBeGreaterThanOrEqual(1);
		}
		expect(school.sandbox.journal).toHaveLength(calls);
		expect(misjudged(5)).toEqual([]);
		expect(school.sandbox.journal.map(({ status }) => status)).toContain(429);
	});

	it('answers 429 without saying how long to wait', async () => {
		school.settings.rateLimit = 1;
		const answers = await refusals();
		expect(answers.map(({ json }) => json)).toContainEqual(yii(429, 'Too Many Requests'));
		for (const { headers } of answers) expect(headers.get('retry-after')).toBeNull();
	});

	it('names the wait when retryAfterSeconds is set', async () => {
		Object.assign(school.settings, { rateLimit: 1, retryAfterSeconds: 3 });
		const answers = await refusals();
		expect(answers.length).toBeGreaterThanOrEqual(1);
		for (const { headers } of answers) expect(headers.get('retry-after')).toBe('3');
	});

	it('counts logins, but no control calls', async () => {
		school.settings.rateLimit = 2;
		school.sandbox.clearJournal();
		const { email, apiKey } = school.sandbox.account;
		for (let round = 0; round < 20; round += 1) {
			await Promise.all([
				school.control('GET', 'health'),
				school.tryLogin(email, apiKey),
				school.control('GET', 'journal'),
				school.tryLogin(email, apiKey),
				school.tryLogin(email, apiKey),
			]);
		}
		expect(school.sandbox.journal).toHaveLength(60);
		expect(misjudged(2)).toEqual([]);
		expect(school.sandbox.journal.map(({ status }) => status)).toContain(429);
	});

	/** Those of many calls at once that were refused. */
	async function refusals() {
		const answers = await Promise.all(Array.from({ length: 50 }, () => school.call('branch/index')));
		return answers.filter(({ status }) => status === 429);
	}
});

describe('latency', () => {
	it('delays every answer of the API', async () => {
		school.settings.latencyMs = 150;
		const start = performance.now();
		await school.call('branch/index');
		expect(performance.now() - start).toBeGreaterThanOrEqual(145);
	});
});

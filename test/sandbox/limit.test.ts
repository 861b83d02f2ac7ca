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
/** Calls one after another until one is let through; the answers up to then. */
async function untilAdmitted(): Promise<number> {
	for (let calls = 1; calls < 10_000; calls += 1) {
		if ((await school.call('branch/index')).status === 200) return calls;
	}
	throw new Error('Never admitted');
}

describe('the limit', () => {
	it('is 5 calls a second', async () => {
		expect((await import('../../sandbox/model/settings')).defaultSettings.rateLimit).toBe(5);
	});

	it('lets so many calls pass and answers 429 to the rest', async () => {
		school.settings.rateLimit = 5;
		school.sandbox.clearJournal();
		expect(passed(await burst(9))).toBe(5);
		const refused = await school.call('branch/index');
		expect(refused.json).toEqual(yii(429, 'Too Many Requests'));
		expect(refused.headers.get('retry-after')).toBeNull();
		expect(school.sandbox.journal.map(({ status }) => status)).toContain(429);
	});

	it('slides and counts no refused calls: the next passes when the first is a second old', async () => {
		school.settings.rateLimit = 5;
		school.sandbox.clearJournal();
		expect(passed(await burst(5))).toBe(5);
		await untilAdmitted();
		const times = (status: number) =>
			school.sandbox.journal.filter((entry) => entry.status === status).map(({ at }) => at);
		const admitted = times(200);
		const [first = 0, sixth = 0] = [admitted[0], admitted[5]];
		expect(admitted).toHaveLength(6);
		expect(sixth - first).toBeGreaterThanOrEqual(1000);
		for (const at of times(429)) expect(at - first).toBeLessThan(1000);
	});

	it('counts logins, but no control calls', async () => {
		school.settings.rateLimit = 2;
		await school.control('GET', 'health');
		await school.control('GET', 'journal');
		const { email, apiKey } = school.sandbox.account;
		expect((await school.tryLogin(email, apiKey)).status).toBe(200);
		expect(await burst(1)).toEqual([200]);
		expect((await school.tryLogin(email, apiKey)).status).toBe(429);
	});

	it('counts refused calls with countRejected: whoever goes on calling stays out', async () => {
		Object.assign(school.settings, { rateLimit: 1, countRejected: true });
		school.sandbox.clearJournal();
		await burst(1);
		const start = Date.now();
		while (Date.now() - start < 1200) await burst(1);
		const { journal } = school.sandbox;
		for (const [n, entry] of journal.entries()) {
			const pause = entry.at - (journal[n - 1]?.at ?? 0);
			expect(entry.status).toBe(pause < 1000 ? 429 : 200);
		}
	});

	it('names the wait when retryAfterSeconds is set', async () => {
		Object.assign(school.settings, { rateLimit: 1, retryAfterSeconds: 3 });
		await burst(1);
		expect((await school.call('branch/index')).headers.get('retry-after')).toBe('3');
	});

	it('can be off, and counts nothing then', async () => {
		expect(passed(await burst(30))).toBe(30);
		school.settings.rateLimit = 1;
		expect(await burst(1)).toEqual([200]);
	});
});

describe('latency', () => {
	it('delays every answer of the API', async () => {
		school.settings.latencyMs = 150;
		const start = performance.now();
		await school.call('branch/index');
		expect(performance.now() - start).toBeGreaterThanOrEqual(145);
	});
});

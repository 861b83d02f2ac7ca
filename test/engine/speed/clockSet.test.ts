import { delay } from '../../../sandbox/http/delay';
import { Engine } from '../support/engine';
import { useSchool } from '../support/school';

/** The clock of a machine is set now and then: by its time server, or when it wakes up. */
const school = useSchool({ customers: 0 });
const MINUTES_MS = 600_000;
const byTheClock = Date.now.bind(Date);
afterEach(() => jest.restoreAllMocks());

const setClock = (byMs: number) => jest.spyOn(Date, 'now').mockImplementation(() => byTheClock() + byMs);
const get = async (engine: Engine, count: number) =>
	await engine.run({
		parameters: { resource: 'subject', operation: 'get', id: '1', branchId: 1 },
		items: Array.from({ length: count }, () => ({})),
	});

it.each([
	['back', -MINUTES_MS],
	['forward', MINUTES_MS],
])(
	'calls go on at their rate when the clock is set %s',
	async (_way, byMs) => {
		school.sandbox.settings.rateLimit = 5;
		const engine = new Engine({ ...school.credential, requestsPerSecond: 5 });
		expect((await get(engine, 6)).error).toBeUndefined();
		setClock(byMs);
		const begun = performance.now();
		expect((await get(engine, 6)).error).toBeUndefined();
		expect(performance.now() - begun).toBeLessThan(10_000);
		expect(school.sandbox.journal.filter(({ status }) => status === 429)).toEqual([]);
	},
	20_000,
);

it('calls go on when the clock is set back while a 429 is waited for', async () => {
	const engine = new Engine(school.credential);
	school.sandbox.faults.add({ kind: 'tooMany' });
	const running = get(engine, 1);
	void delay(500, new AbortController().signal).then(() => setClock(-MINUTES_MS));
	expect((await running).error).toBeUndefined();
}, 20_000);

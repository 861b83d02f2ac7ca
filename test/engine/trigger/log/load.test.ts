import { deepCopy } from 'n8n-workflow';

import { LARGE, LOG, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

/** Each call takes as long as AlfaCRM's limit of five a second makes it take. */
const CALL_MINUTES = 0.22 / 60;
/** n8n gives up a poll of its durable scheduler then, and drops what comes of it. */
const TIMEOUT_SECONDS = 45;

/** A log that grows all the time, also while it is read. */
function busy(world: World, seconds: number, before: number): () => void {
	for (const n of range(1, before)) world.log({ ago: ((before - n) * seconds) / 60 });
	let next = world.now.plus({ seconds });
	const grow = () => {
		for (; next <= world.now; next = next.plus({ seconds })) world.log();
	};
	world.school.onCall = () => {
		world.pass(CALL_MINUTES);
		grow();
	};
	return grow;
}

it('a total that is one too high makes neither requests nor state grow from day to day', async () => {
	const world = new World({ settings: { ...SMALL, total: 'oneTooHigh' }, parameters: LOG });
	world.log();
	await world.poll();
	const days: number[] = [];
	for (let day = 0; day < 16; day++) {
		const from = world.school.calls;
		await world.polls(4, 6 * 60, () => range(1, 40).forEach((n) => world.log({ ago: (40 - n) * 5 })));
		days.push(world.school.calls - from);
	}
	expect(world.repeated).toEqual([]);
	// After two days it should be the same each day.
	expect(days[15]).toBeLessThan(1.5 * days[3]);
	expect(world.stateBytes).toBeLessThan(10_000);
}, 100_000);

it('a log that grows while it is read is not read three times', async () => {
	const world = new World({ settings: SMALL, parameters: LOG });
	const grow = busy(world, 17, 5_000);
	await world.poll();
	range(1, 4).forEach(() => {
		world.pass(16);
		grow();
	});
	const requests = await world.poll().then(() => world.requests.at(-1) ?? 0);
	expect(requests).toBeLessThan((1.3 * world.entries) / 20);
}, 100_000);

it('no poll of the durable scheduler takes longer than it may, where there are 3,000 changes a day', async () => {
	const world = new World({ settings: SMALL, parameters: LOG, poller: { isDurable: true } });
	const grow = busy(world, 28.8, 4_500);
	await world.poll();
	const seconds: number[] = [];
	for (let n = 0; n < 16; n++) {
		world.pass(5);
		grow();
		const before = deepCopy(world.poller.cursor);
		const from = world.now;
		await world.poll();
		seconds.push(world.now.diff(from, 'seconds').seconds);
		if ((seconds.at(-1) ?? 0) > TIMEOUT_SECONDS) world.poller.cursor = before;
	}
	expect(seconds.filter((one) => one > TIMEOUT_SECONDS).map(Math.round)).toEqual([]);
}, 100_000);

it('Start With Newest finds an event that is rarer than one in 2,000', async () => {
	const parameters = { event: 'leadConverted', fetchRecord: false, options: { startWith: 3 } };
	const values = { fields_old: { is_study: 0 }, fields_new: { is_study: 1 } };
	const world = new World({ settings: LARGE, parameters });
	const wanted = range(1, 3).map((n) => world.log({ ago: 5_000 - n, values }));
	range(1, 2_600).forEach((n) => world.log({ ago: 4_000 - n }));
	await world.poll();
	await world.polls(3, 10);
	expect(world.out).toEqual(wanted);
});

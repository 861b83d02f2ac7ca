import type { PollerOptions } from '../../support/poller';
import { between, LOG, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

/** 100 pages of a busy day. Each request takes a quarter of a second. */
async function busyDay(poller: PollerOptions, twinAt?: number): Promise<World> {
	const world = new World({ settings: { pageSize: 20, bodyPageSize: 'ignored' }, parameters: LOG, poller });
	for (let n = 0; n < 2_000; n++) {
		const id = world.log();
		// The same change, saved twice within a second.
		if (n === twinAt) world.log({ values: { entity_id: id } });
		world.pass(0.4);
	}
	between(world, async (_asked, real) => {
		world.pass(0.25 / 60);
		return await real();
	});
	for (let polls = 0; polls < 10; polls++) {
		world.pass(5);
		await world.poll();
	}
	return world;
}

// n8n's durable scheduler gives a poll 36 seconds, so that an hour's reading takes two polls.
test.each([
	['no equal entries', undefined],
	['two equal entries on the edge of two pages', 1_000],
	['two equal entries', 999],
])('durable, %s: the log is read whole once an hour', async (_name, twinAt) => {
	const world = await busyDay({ isDurable: true }, twinAt);
	const from = world.requests.length;
	for (let polls = 0; polls < 36; polls++) {
		world.pass(5);
		await world.poll();
	}
	const quiet = world.requests.slice(from).filter((count) => count === 1).length;
	expect(quiet).toBeGreaterThan(24);
});

test.each([
	['no equal entries', undefined],
	['two equal entries on the edge of two pages', 1_000],
	['two equal entries', 999],
])('%s: a poll reads no more than 100 pages, hourly or after a backlog', async (_name, twinAt) => {
	const world = await busyDay({}, twinAt);
	for (let polls = 0; polls < 30; polls++) {
		world.pass(5);
		await world.poll();
	}
	for (let n = 0; n < 900; n++) {
		world.log();
		world.pass(0.5);
	}
	for (let polls = 0; polls < 30; polls++) {
		world.pass(5);
		await world.poll();
	}
	expect(Math.max(...world.requests)).toBeLessThan(110);
});

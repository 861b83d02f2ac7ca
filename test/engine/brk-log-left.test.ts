import { LARGE, LOG, range, SMALL, World } from './support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

/** n8n is off for some days; each so-many-th change is a wanted one. */
async function play(most: number, { every, count, days }: { every: number; count: number; days: number }) {
	const parameters = { ...LOG, entities: ['Task'], options: { maxPerPoll: most } };
	const world = new World({ settings: SMALL, parameters });
	world.log();
	await world.poll();
	await world.polls(2, 5, () => world.log());
	await world.polls(2, 5);
	const wanted: number[] = [];
	for (const n of range(1, count)) {
		world.pass((days * 24 * 60) / count);
		if (n % every === 0) wanted.push(world.log({ values: { entity: 'Task' } }));
		else world.log();
	}
	for (let n = 0; n < 400 && (n < 40 || world.out.length < wanted.length - 200); n++) {
		world.pass(5);
		await world.poll();
	}
	await world.polls(3, 61);
	const unordered = world.out.filter((id, index) => index > 0 && id < world.out[index - 1]);
	return {
		lost: wanted.filter((id) => !world.out.includes(id)).length,
		unordered: unordered.length,
		repeated: world.repeated.length,
	};
}

it.each([
	[500, 2, 4_000, 3],
	[500, 2, 8_000, 5],
	[500, 3, 8_000, 5],
	[500, 4, 8_000, 5],
	[100, 3, 3_000, 5],
	[10, 3, 500, 5],
	[10, 3, 500, 1],
	[10, 10, 3_000, 5],
	[1, 3, 200, 5],
])('Max per Poll %s, each %s-th wanted, %s changes in %s days off', async (most, every, count, days) => {
	expect(await play(most, { every, count, days })).toEqual({ lost: 0, unordered: 0, repeated: 0 });
}, 100_000);

it.each([
	['durable scheduler, 0.2 s a call', true, 0.2],
	['default engine, 1 s a call', false, 1],
])('Fetch Full Record: %s', async (_name, isDurable, seconds) => {
	const parameters = { ...LOG, entities: ['Customer'], fetchRecord: true };
	const world = new World({ settings: SMALL, parameters, poller: { isDurable } });
	let customer = 0;
	const change = () => ({ values: { entity: 'Customer', entity_id: (customer = world.customer()) } });
	world.log(change());
	await world.poll();
	await world.polls(2, 5, () => world.log(change()));
	await world.polls(2, 5);
	const before = world.out.length;
	const stamps: string[] = [];
	const made: string[] = [];
	// Two days without n8n: a third of the changes concern customers.
	for (const n of range(1, 1_800)) {
		world.pass(3.2);
		if (n % 3 === 0) {
			made.push(world.account(0));
			world.log(change());
		} else world.log({ values: { entity: 'Lesson' } });
	}
	world.school.onCall = () => world.pass(seconds / 60);
	const items: string[] = [];
	const tick = world.poller.tick.bind(world.poller);
	world.poller.tick = async () => {
		const out = await tick();
		items.push(...out.map(({ datetime }) => String(datetime)));
		return out;
	};
	await world.polls(30, 5, () => world.log({ values: { entity: 'Lesson' } }));
	await world.polls(3, 61);
	const unordered = items.filter((time, index) => index > 0 && time < items[index - 1]).length;
	const lost = made.filter((time) => !items.includes(time)).length;
	expect({ lost, unordered, count: world.out.length - before }).toEqual({ lost: 0, unordered: 0, count: made.length });
	void stamps;
}, 100_000);

it.each([
	[500, 'of 500', LARGE],
	[500, 'of 20', SMALL],
	[100, 'of 20', SMALL],
	[20, 'of 20', SMALL],
])('Max per Poll %s, pages %s: wanted ones in clusters', async (most, _name, settings) => {
	const results: string[] = [];
	for (const seed of range(1, 6)) {
		let random = seed * 7919;
		const next = (below: number) => (random = (random * 48_271) % 2_147_483_647) % below;
		const parameters = { ...LOG, entities: ['Customer'], options: { maxPerPoll: most } };
		const world = new World({ settings, parameters });
		world.log();
		await world.poll();
		await world.polls(2, 5);
		const made: number[] = [];
		let isWanted = true;
		while (made.length < most * 5) {
			for (const _ of range(1, 1 + next(40))) {
				world.pass((5 * 24 * 60) / (most * 10));
				if (isWanted) made.push(world.log());
				else world.log({ values: { entity: 'Lesson' } });
			}
			isWanted = !isWanted;
		}
		for (const _ of range(1, 25)) {
			for (const __ of range(1, next(4))) world.log({ values: { entity: 'Lesson' } });
			world.pass(5);
			await world.poll();
		}
		await world.polls(3, 61);
		const lost = made.filter((id) => !world.out.includes(id)).length;
		const unordered = world.out.filter((id, index) => index > 0 && id < world.out[index - 1]).length;
		results.push(`${seed}: ${lost} lost, ${unordered} out of order`);
	}
	expect(results.filter((line) => !line.endsWith(': 0 lost, 0 out of order'))).toEqual([]);
}, 100_000);

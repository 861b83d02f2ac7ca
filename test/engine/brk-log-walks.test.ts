import { between, LOG, range, reactivate, SMALL, World } from './support/world';
import { httpFailure } from './support/direct';

afterEach(() => {
	jest.restoreAllMocks();
});

const inOrder = (ids: number[]): boolean => ids.every((id, index) => index === 0 || ids[index - 1] < id);
const lostOf = (world: World, ids: number[]): number[] => ids.filter((id) => !world.out.includes(id));

it('H7 lossy50: a walk of two polls over a long window', async () => {
	const world = new World({ settings: { pageSize: 20, bodyPageSize: 'lossy50' }, parameters: LOG });
	world.log();
	await world.poll();
	await world.polls(2, 5);
	// 4,000 a day: the window of two days has 160 pages of 50.
	const made: number[] = [];
	const bodies: Array<[unknown, unknown]> = [];
	for (const n of range(1, 7_000)) {
		world.pass(0.36);
		made.push(world.log());
		if (n % 400 === 0) await world.poll();
	}
	between(world, async (asked, real) => {
		bodies.push([asked.body?.page, asked.body?.pageSize]);
		return await real();
	});
	const late = world.log({ ago: 30 * 60 });
	await world.polls(4, 65);
	console.error('H7', JSON.stringify(bodies.filter(([page]) => Number(page) > 95)));
	expect(lostOf(world, made)).toEqual([]);
	void late;
}, 100_000);

it.each([true, false])('H50 durable %s: the hourly look after two hours off, with 65 pages of which few are wanted', async (isDurable) => {
	const parameters = { ...LOG, entities: ['Task'] };
	const world = new World({ settings: SMALL, parameters, poller: { isDurable } });
	world.log();
	await world.poll();
	await world.polls(2, 5);
	const wanted: number[] = [];
	for (const n of range(1, 1_300)) {
		world.pass(0.1);
		if (n % 13 === 0) wanted.push(world.log({ values: { entity: 'Task' } }));
		else world.log();
	}
	// Five requests a second.
	world.school.onCall = () => world.pass(0.2 / 60);
	await world.polls(6, 5);
	expect({ lost: lostOf(world, wanted).length, ordered: inOrder(world.out) }).toEqual({ lost: 0, ordered: true });
}, 100_000);

it('H9 Start With Newest of a rare event', async () => {
	const parameters = { ...LOG, entities: ['Task'], options: { startWith: 10 } };
	const world = new World({ settings: SMALL, parameters });
	const wanted: number[] = [];
	for (const n of range(1, 20_000)) {
		world.pass(5);
		if (n % 1_800 === 0) wanted.push(world.log({ values: { entity: 'Task' } }));
		else world.log();
	}
	world.school.onCall = () => world.pass(0.4 / 60);
	await world.poll();
	for (const _ of range(1, 30)) {
		world.pass(5);
		if (_ % 10 === 0) wanted.push(world.log({ values: { entity: 'Task' } }));
		await world.poll();
	}
	console.error('H9', JSON.stringify(world.out), JSON.stringify(world.requests), JSON.stringify(wanted));
	expect({ lost: lostOf(world, wanted.slice(-10)).length, ordered: inOrder(world.out) }).toEqual({ lost: 0, ordered: true });
}, 200_000);

it.each(['2026-02-10T09:00:00+03:00', '10.02.2026 09:00:00', null])('H10 state where times are like %s', async (time) => {
	const world = new World({ settings: SMALL, parameters: LOG });
	const sizes: number[] = [];
	let n = 0;
	await world.poll();
	for (const _ of range(1, 40)) {
		world.pass(6 * 60);
		for (const __ of range(1, 150)) world.log({ values: { date_time: time, user_id: ++n } });
		await world.poll();
		sizes.push(world.stateBytes);
	}
	console.error('H10', JSON.stringify(sizes), JSON.stringify(world.requests), world.entries, world.out.length, world.repeated.length);
	expect(world.stateBytes).toBeLessThan(31_000);
}, 100_000);

void reactivate;
void httpFailure;

import type { Settings } from '../../sandbox/model/settings';
import { between, LOG, range, SMALL, World } from './support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

/** Polls until nothing comes any more. */
async function drain(world: World, most = 200): Promise<number[]> {
	const all: number[] = [];
	let quiet = 0;
	for (let n = 0; n < most && quiet < 4; n++) {
		world.pass(5);
		const ids = await world.poll();
		quiet = ids.length === 0 ? quiet + 1 : 0;
		all.push(...ids);
	}
	return all;
}

/** n8n is off for some days in which there are so many changes, evenly spread. */
function off(world: World, days: number, count: number): void {
	const step = (days * 24 * 60) / count;
	for (let n = 0; n < count; n++) {
		world.pass(step);
		world.log();
	}
}

const inOrder = (ids: number[]): boolean => ids.every((id, index) => index === 0 || ids[index - 1] < id);

const modes: Array<[string, Partial<Settings>]> = [
	['plain', {}],
	['page size refused', { bodyPageSize: 'refused400' }],
	['page size refused with 200', { bodyPageSize: 'refused200' }],
	['no totals', { total: 'missing' }],
	['totals of a page', { total: 'pageLength' }],
	['total of page 0', { total: 'pageSize' }],
];

describe.each(modes)('%s', (_name, settings) => {
	it.each([
		[1_500, 5],
		[3_000, 5],
		[5_000, 5],
		[9_000, 4],
	])('%d changes while n8n is off all come, in order', async (count, days) => {
		const world = new World({ settings: { ...SMALL, ...settings }, parameters: LOG });
		world.log();
		await world.poll();
		await world.polls(2, 5, () => world.log());
		await world.polls(2, 5);
		const known = world.entries;
		off(world, days, count);
		const ids = await drain(world);
		const lost = range(known + 1, known + count).filter((id) => !ids.includes(id));
		expect({ lost: lost.length, repeated: world.repeated.length, ordered: inOrder(ids) }).toEqual({
			lost: 0,
			repeated: 0,
			ordered: true,
		});
	}, 100_000);
});

it('an account in which changes are made at every moment of the catching up', async () => {
	const world = new World({ settings: SMALL, parameters: LOG });
	world.log();
	await world.poll();
	await world.polls(2, 5, () => world.log());
	await world.polls(2, 5);
	off(world, 4, 6_000);
	// A mass mailing is under way: one entry at each request.
	world.school.onCall = () => void world.log();
	const ids = await world.polls(4, 5);
	world.school.onCall = () => {};
	ids.push(...(await drain(world)));
	const lost = range(2, world.entries).filter((id) => !world.out.includes(id));
	expect({ lost: lost.length, repeated: world.repeated.length, ordered: inOrder(ids) }).toEqual({
		lost: 0,
		repeated: 0,
		ordered: true,
	});
}, 100_000);

it('the poll before the silence was the first of a day', async () => {
	const world = new World({ settings: SMALL, parameters: LOG });
	world.log();
	await world.poll();
	await world.polls(2, 5, () => world.log());
	world.pass(24 * 60);
	world.log();
	await world.poll();
	off(world, 4, 6_000);
	const ids = await drain(world);
	const lost = range(2, world.entries).filter((id) => !world.out.includes(id));
	expect({ lost: lost.length, repeated: world.repeated.length, ordered: inOrder(ids) }).toEqual({
		lost: 0,
		repeated: 0,
		ordered: true,
	});
}, 100_000);

it('a branch that is forbidden in the beginning and given after 10 days', async () => {
	const world = new World({ settings: SMALL, branches: 2, parameters: LOG });
	world.log();
	world.branch(2, 'forbidden');
	await world.poll();
	for (const _ of range(1, 4_000)) {
		world.pass(3.6);
		world.log({ branches: [2] });
		if (_ % 20 === 0) await world.poll();
	}
	world.branch(2, 'allowed');
	const ids = await drain(world);
	const lost = range(2, world.entries).filter((id) => !world.out.includes(id));
	expect({ lost: lost.length, repeated: world.repeated.length, ordered: inOrder(ids) }).toEqual({
		lost: 0,
		repeated: 0,
		ordered: true,
	});
}, 100_000);

it('rare events', async () => {
	const parameters = { ...LOG, entities: ['Task'] };
	const world = new World({ settings: { ...SMALL, total: 'missing' }, parameters });
	world.log();
	await world.poll();
	await world.polls(2, 5, () => world.log());
	const wanted: number[] = [];
	for (const n of range(1, 6_000)) {
		world.pass(1);
		if (n % 100 === 0) wanted.push(world.log({ values: { entity: 'Task' } }));
		else world.log();
	}
	for (const _ of range(1, 20)) {
		world.pass(5);
		await world.poll();
	}
	expect(world.out).toEqual(wanted);
}, 100_000);

void between;

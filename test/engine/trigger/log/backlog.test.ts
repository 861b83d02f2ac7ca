import type { Settings } from '../../../../sandbox/model/settings';
import { LOG, range, SMALL, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

const RESULT = { lost: 0, unordered: 0, repeated: 0 };

function resultOf(world: World, made: readonly number[]) {
	return {
		lost: made.filter((id) => !world.out.includes(id)).length,
		unordered: world.out.filter((id, index) => index > 0 && id < world.out[index - 1]).length,
		repeated: world.repeated.length,
	};
}

/** n8n is off for some days. */
function off(world: World, days: number, count: number): number[] {
	return range(1, count).map(() => {
		world.pass((days * 24 * 60) / count);
		return world.log();
	});
}

async function begun(settings: Partial<Settings> = {}): Promise<World> {
	const world = new World({ settings: { ...SMALL, ...settings }, parameters: LOG });
	world.log();
	await world.poll();
	await world.polls(2, 5, () => world.log());
	await world.polls(2, 5);
	return world;
}

async function drain(world: World): Promise<void> {
	await world.polls(40, 5);
	await world.polls(4, 61);
}

const modes: Array<[string, Partial<Settings>]> = [
	['the page size is refused', { bodyPageSize: 'refused400' }],
	['there are no totals', { total: 'missing' }],
	['totals count the page', { total: 'pageLength' }],
];

// A walk goes on at its own page, what it left over stays on the pages before, and nothing remembers that.
it.each(modes)(
	'3,000 changes in five days off, where %s',
	async (_name, settings) => {
		const world = await begun(settings);
		const made = off(world, 5, 3_000);
		await drain(world);
		expect(resultOf(world, made)).toEqual(RESULT);
	},
	100_000,
);

// The keys of a walk that has only seen the newest push out time that it has not come to yet.
it.each(modes)(
	'9,000 changes in four days off, where %s',
	async (_name, settings) => {
		const world = await begun(settings);
		const made = off(world, 4, 9_000);
		await drain(world);
		expect(resultOf(world, made)).toEqual(RESULT);
	},
	100_000,
);

it('6,000 changes in four days off, the last poll before was the first one of a day', async () => {
	const world = await begun();
	world.pass(24 * 60);
	world.log();
	await world.poll();
	const made = off(world, 4, 6_000);
	await drain(world);
	expect(resultOf(world, made)).toEqual(RESULT);
}, 100_000);

it('6,000 changes in four days off, others are made with each request of the first polls after that', async () => {
	const world = await begun();
	const made = off(world, 4, 6_000);
	world.school.onCall = () => void made.push(world.log());
	await world.polls(4, 5);
	world.school.onCall = () => {};
	await drain(world);
	expect(resultOf(world, made)).toEqual(RESULT);
}, 100_000);

it('a branch that is forbidden in the beginning and given after ten days: 400 changes a day', async () => {
	const world = new World({ settings: SMALL, branches: 2, parameters: LOG });
	world.log();
	world.branch(2, 'forbidden');
	await world.poll();
	const made: number[] = [];
	for (const n of range(1, 4_000)) {
		world.pass(3.6);
		made.push(world.log({ branches: [2] }));
		if (n % 20 === 0) await world.poll();
	}
	world.branch(2, 'allowed');
	await drain(world);
	expect(resultOf(world, made)).toEqual(RESULT);
}, 100_000);

// What comes while a list is read raises its total, but was not read.
it('changes are made while a list is read of which some is left over, then AlfaCRM is silent for days', async () => {
	const world = new World({ settings: { pageSize: 2 }, parameters: { ...LOG, options: { maxPerPoll: 1 } } });
	await world.poll();
	const made = range(1, 3).map(() => world.log());
	await world.poll();
	made.push(world.log());
	world.pass(1);
	const from = world.school.calls;
	world.school.onCall = (call) => {
		if (call === from + 2) for (let round = 0; round < 3; round++) made.push(world.log());
	};
	await world.poll();
	world.school.onCall = () => {};
	world.pass(5_000);
	made.push(...range(1, 4).map(() => world.log()));
	await world.polls(14, 5);
	expect(resultOf(world, made)).toEqual(RESULT);
});

it('the hourly look of the durable scheduler reports the newest first', async () => {
	const parameters = { ...LOG, entities: ['Task'] };
	const world = new World({ settings: SMALL, parameters, poller: { isDurable: true } });
	world.log();
	await world.poll();
	await world.polls(2, 5);
	const made: number[] = [];
	// Two hours without n8n.
	for (const n of range(1, 1_300)) {
		world.pass(0.1);
		if (n % 13 === 0) made.push(world.log({ values: { entity: 'Task' } }));
		else world.log();
	}
	// Five requests a second.
	world.school.onCall = () => world.pass(0.2 / 60);
	await world.polls(6, 5);
	expect(resultOf(world, made)).toEqual(RESULT);
}, 100_000);

it('Start With Newest of a rare event', async () => {
	const parameters = { ...LOG, entities: ['Task'], options: { startWith: 5 } };
	const world = new World({ settings: SMALL, parameters });
	const made: number[] = [];
	for (const n of range(1, 10_000)) {
		world.pass(5);
		if (n % 1_800 === 0) made.push(world.log({ values: { entity: 'Task' } }));
		else world.log();
	}
	// A call takes half a second.
	world.school.onCall = () => world.pass(0.5 / 60);
	await world.poll();
	await world.polls(30, 5);
	expect(resultOf(world, made)).toEqual(RESULT);
}, 100_000);

it('a late entry before n8n is off for five days', async () => {
	const world = await begun();
	const late = world.log({ hiddenMinutes: 90 });
	await world.polls(3, 20, () => range(1, 15).forEach(() => world.log()));
	off(world, 5, 1_500);
	await drain(world);
	expect(world.out).toContain(late);
}, 100_000);

import { between, isIn, LARGE, LOG, range, SMALL, World } from '../../support/world';
import { httpFailure } from '../../support/direct';

afterEach(() => {
	jest.restoreAllMocks();
});

const lostOf = (world: World, ids: number[]): number[] => ids.filter((id) => !world.out.includes(id));

it('a branch that answers 500 when it is chosen reports what comes until it can be read', async () => {
	const world = new World({ settings: SMALL, branches: 2, parameters: { ...LOG, branchIds: [1] } });
	world.log();
	world.log({ branches: [2] });
	await world.poll();
	await world.polls(2, 5);
	let isDown = true;
	between(world, async (asked, real) => {
		if (isDown && isIn(asked, 2)) throw httpFailure(500);
		return await real();
	});
	world.poller.change({ ...LOG, branchIds: [1, 2] });
	await world.poll().catch(() => {});
	const made: number[] = [];
	for (let round = 0; round < 10; round++) {
		world.pass(5);
		made.push(world.log({ branches: [2] }));
		await world.poll().catch(() => {});
	}
	isDown = false;
	await world.polls(3, 5);
	expect(lostOf(world, made)).toEqual([]);
});

it('a branch that is forbidden when it is chosen reports what comes until it can be read', async () => {
	const world = new World({ settings: SMALL, branches: 2, parameters: { ...LOG, branchIds: [1] } });
	world.log();
	world.log({ branches: [2] });
	await world.poll();
	await world.polls(2, 5);
	world.branch(2, 'forbidden');
	world.poller.change({ ...LOG, branchIds: [1, 2] });
	await world.poll();
	world.pass(30);
	const made = [world.log({ branches: [2] })];
	await world.poll();
	world.branch(2, 'allowed');
	await world.polls(3, 5);
	expect(lostOf(world, made)).toEqual([]);
});

it('a new branch of the account that the user may not read for 3 days', async () => {
	const world = new World({ settings: SMALL, branches: 1, parameters: LOG });
	world.log();
	await world.poll();
	await world.polls(2, 5);
	world.school.store.insert('branch', { id: 2, name: 'Новый', is_active: 1 });
	world.branch(2, 'forbidden');
	await world.polls(2, 40);
	const made: number[] = [];
	for (let round = 0; round < 30; round++) {
		world.pass(180);
		made.push(world.log({ branches: [2] }));
		world.log();
		await world.poll();
	}
	world.branch(2, 'allowed');
	await world.polls(3, 5);
	expect(lostOf(world, made)).toEqual([]);
});

it('account scope: a branch is chosen while a backlog is reported', async () => {
	const world = new World({
		settings: { ...SMALL, logScope: 'account' },
		branches: 2,
		parameters: { ...LOG, branchIds: [1] },
	});
	world.log();
	await world.poll();
	await world.polls(2, 5);
	const made = range(1, 1_500).map(() => {
		world.pass(2);
		return world.log();
	});
	await world.poll();
	world.poller.change({ ...LOG, branchIds: [1, 2] });
	await world.polls(10, 5);
	expect({ lost: lostOf(world, made).length, repeated: world.repeated.length }).toEqual({
		lost: 0,
		repeated: 0,
	});
});

it('records in two branches: a branch is chosen while a backlog is reported', async () => {
	const world = new World({ settings: SMALL, branches: 2, parameters: { ...LOG, branchIds: [1] } });
	world.log();
	await world.poll();
	await world.polls(2, 5);
	const made = range(1, 1_500).map(() => {
		world.pass(2);
		return world.log({ branches: [1, 2] });
	});
	await world.poll();
	world.poller.change({ ...LOG, branchIds: [1, 2] });
	await world.polls(10, 5);
	expect({ lost: lostOf(world, made).length, repeated: world.repeated.length }).toEqual({
		lost: 0,
		repeated: 0,
	});
});

it('account scope: a new branch is opened while n8n is off for a week', async () => {
	const world = new World({ settings: { ...SMALL, logScope: 'account' }, branches: 2, parameters: LOG });
	world.log();
	await world.poll();
	await world.polls(2, 5);
	world.school.store.insert('branch', { id: 3, name: 'Новый', is_active: 1 });
	const made = range(1, 1_400).map(() => {
		world.pass(7.2);
		return world.log();
	});
	world.poller.restart();
	await world.polls(10, 5);
	expect({ lost: lostOf(world, made).length, repeated: world.repeated.length }).toEqual({
		lost: 0,
		repeated: 0,
	});
});

it('account scope: the other branch fails in the poll in which one is chosen', async () => {
	const world = new World({
		settings: { ...SMALL, logScope: 'account' },
		branches: 2,
		parameters: { ...LOG, branchIds: [1] },
	});
	world.log();
	await world.poll();
	await world.polls(2, 5);
	world.pass(5);
	const made = [world.log()];
	let isDown = true;
	between(world, async (asked, real) => {
		if (isDown && isIn(asked, 1)) throw httpFailure(500);
		return await real();
	});
	world.poller.change({ ...LOG, branchIds: [1, 2] });
	await world.poll().catch(() => {});
	isDown = false;
	await world.polls(3, 5);
	expect(lostOf(world, made)).toEqual([]);
});

it('the size of the state while a branch is forbidden for 29 days', async () => {
	const world = new World({ settings: SMALL, branches: 2, parameters: LOG });
	world.log();
	world.branch(2, 'forbidden');
	await world.poll();
	let most = 0;
	for (const n of range(1, 29 * 96)) {
		world.pass(15);
		world.log();
		if (n % 4 === 0) await world.poll();
		most = Math.max(most, world.stateBytes);
	}
	expect(world.repeated).toEqual([]);
	expect(most).toBeLessThan(31_000);
}, 100_000);

it('the size of the state where a branch of thousands of changes is chosen in the middle of a backlog', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: { ...LOG, branchIds: [1] } });
	world.log();
	await world.poll();
	const made = range(1, 1_600).map(() => {
		world.pass(1);
		for (let n = 0; n < 4; n++) world.log({ branches: [2] });
		return world.log();
	});
	await world.poll();
	world.poller.change({ ...LOG, branchIds: [1, 2] });
	let most = 0;
	for (let round = 0; round < 8; round++) {
		await world.poll();
		most = Math.max(most, world.stateBytes);
		world.pass(1);
		made.push(world.log({ branches: [2] }), world.log());
	}
	await world.poll();
	expect([...world.out].sort((a, b) => a - b)).toEqual(made);
	expect(most).toBeLessThan(31_000);
}, 60_000);

const twin = { values: { entity: 'Customer', entity_id: 77 } };

it.each([
	['filter by day ignored', { ignoredFilters: ['log.date_from'] }, 0],
	['total too high by 3', {}, 3],
])('twins across the edge of a page: %s', async (_name, settings, off) => {
	const results: string[] = [];
	for (const after of range(15, 24)) {
		const world = new World({ settings: { ...SMALL, ...settings }, parameters: LOG });
		world.school.totalOff = off;
		for (let round = 0; round < 100; round++) {
			world.pass(60);
			world.log();
		}
		await world.poll();
		await world.polls(3, 5);
		world.pass(5);
		for (let round = 0; round < 10; round++) world.log();
		world.log(twin);
		world.log(twin);
		for (let round = 0; round < after; round++) world.log();
		await world.polls(3, 5);
		await world.polls(2, 65);
		const twins = world.out.filter((id) => id === 77).length;
		if (twins !== 2 || world.out.length !== 12 + after)
			results.push(`${after}: ${twins} of ${world.out.length}`);
	}
	expect(results).toEqual([]);
});

it('account scope: requests where an entry comes between the requests for two branches', async () => {
	const world = new World({ settings: { ...SMALL, logScope: 'account' }, branches: 3, parameters: LOG });
	for (let round = 0; round < 600; round++) {
		world.pass(4);
		world.log();
	}
	await world.poll();
	await world.polls(2, 5);
	world.school.onCall = (call) => void (call % 2 === 0 && world.log());
	await world.polls(6, 5);
	world.school.onCall = () => {};
	expect(Math.max(...world.requests.slice(3))).toBeLessThan(15);
});

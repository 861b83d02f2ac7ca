import type { Settings } from '../../../sandbox/model/settings';
import { CUSTOMERS, LOG, SMALL, World } from '../support/world';

const LARGE: Partial<Settings> = { pageSize: 50, bodyPageSize: 'honoured' };

afterEach(() => {
	jest.restoreAllMocks();
});

test('an import of one second, too long for the first poll, is old', async () => {
	const world = new World({ settings: SMALL, parameters: CUSTOMERS });
	for (let n = 0; n < 2_500; n++) world.customer();
	const ids = await world.polls(5, 5);
	expect(ids).toEqual([]);
	const id = world.customer();
	expect(await world.polls(1, 5)).toEqual([id]);
});

test.each([
	['two', [1, 2]],
	['all', []],
])('the log of a branch that was given up is no news when %s are chosen again', async (_name, branchIds) => {
	const world = new World({ settings: LARGE, branches: 2, parameters: { ...LOG, branchIds } });
	world.log({ branches: [2] });
	await world.polls(1, 5);
	world.poller.change({ ...LOG, branchIds: [1] });
	await world.polls(1, 5);
	for (let day = 0; day < 10; day++) {
		world.log({ branches: [2] });
		await world.polls(1, 1_440);
	}
	world.poller.change({ ...LOG, branchIds });
	expect(await world.polls(1, 5)).toEqual([]);
	const id = world.log({ branches: [2] });
	expect(await world.polls(1, 5)).toEqual([id]);
});

test('a backlog of a log that grows while it is read is not read whole', async () => {
	const world = new World({ settings: SMALL, parameters: LOG });
	world.log();
	await world.polls(1, 5);
	const made: number[] = [];
	for (let n = 0; n < 3_000; n++) {
		made.push(world.log());
		world.pass(2);
	}
	world.school.onCall = (call) => {
		if (call % 10 === 0) made.push(world.log());
	};
	const ids: number[] = [];
	for (let polls = 0; polls < 12; polls++) {
		world.pass(1);
		const polled = await world.poll();
		// 25 pages hold what a poll reports; they are read a second time where they move with each request.
		expect(world.requests.at(-1)).toBeLessThan(65);
		ids.push(...polled);
	}
	expect(ids.length).toBeGreaterThan(1_000);
	expect(ids).toEqual(made.slice(0, ids.length));
});

test('a branch that comes back after weeks does not have the others read for all of them', async () => {
	const world = new World({ settings: SMALL, branches: 2, parameters: LOG });
	world.log();
	await world.polls(1, 5);
	world.school.settings.forbiddenBranches = [2];
	for (let day = 0; day < 20; day++) {
		for (let n = 0; n < 100; n++) {
			world.log();
			world.log({ branches: [2] });
		}
		await world.polls(1, 1_440);
	}
	world.school.settings.forbiddenBranches = [];
	world.pass(1);
	expect(await world.poll()).toHaveLength(500);
	// Some 50 for what is reported of the one, and for what the other lists of those days.
	expect(world.requests.at(-1)).toBeLessThan(80);
});

test('what nobody wants does not hold up what is wanted', async () => {
	const world = new World({ settings: LARGE, parameters: { event: 'leadMoved', fetchRecord: false } });
	world.log();
	await world.polls(1, 5);
	for (let n = 0; n < 2_000; n++) {
		world.log();
		world.pass(10);
	}
	const id = world.log({ values: { fields_new: { lead_status_id: 2 } } });
	expect(await world.polls(1, 1)).toEqual([id]);
});

test('a branch has room for late entries that others do not need', async () => {
	const world = new World({ settings: LARGE, branches: 10, parameters: LOG });
	world.log();
	await world.polls(1, 5);
	const late = world.log();
	world.school.store.hide('log', late);
	for (let n = 0; n < 60; n++) {
		for (let twin = 0; twin < 10; twin++) world.log();
		await world.polls(1, 2);
	}
	world.school.store.show('log', late);
	expect(await world.polls(70, 2)).toContain(late);
});

test('an entry that comes 20 hours late is reported', async () => {
	const world = new World({ settings: LARGE, parameters: LOG });
	world.pass(14 * 60 + 50);
	world.log();
	await world.polls(1, 5);
	const late = world.log();
	world.school.store.hide('log', late);
	for (let hour = 0; hour < 20; hour++) {
		world.log();
		await world.polls(1, 60);
	}
	world.school.store.show('log', late);
	expect(await world.polls(3, 60)).toContain(late);
});

test('a branch that could not be read at the activation has what is newer than the others had', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
	world.customer();
	world.pass(5_000);
	const newer: number[] = [];
	for (let n = 0; n < 10; n++) {
		newer.push(world.customer({ branch_ids: [2] }));
		world.pass(600);
	}
	world.school.settings.forbiddenBranches = [2];
	await world.polls(2, 10);
	world.school.settings.forbiddenBranches = [];
	// The first three are more than two days and 26 hours old.
	expect(await world.polls(1, 10)).toEqual(newer.slice(3));
});

test('a branch that was chosen while it could not be read has what is newer than the others had', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: { ...CUSTOMERS, branchIds: [1] } });
	world.customer();
	await world.polls(1, 5);
	const newer: number[] = [];
	for (let n = 0; n < 10; n++) {
		newer.push(world.customer({ branch_ids: [2] }));
		await world.polls(1, 60);
	}
	world.school.settings.forbiddenBranches = [2];
	world.poller.change({ ...CUSTOMERS, branchIds: [1, 2] });
	await world.polls(2, 10);
	world.school.settings.forbiddenBranches = [];
	expect(await world.polls(1, 10)).toEqual(newer);
});

test('10,000 changes of one second come once each', async () => {
	const world = new World({ settings: { bodyPageSize: 'honoured' }, parameters: LOG });
	world.log();
	await world.polls(1, 5);
	for (let n = 0; n < 10_000; n++) world.log();
	const ids = [...(await world.polls(25, 1)), ...(await world.polls(3, 70))];
	expect([ids.length, new Set(ids).size]).toEqual([10_000, 10_000]);
});

test('a branch goes on where it was after four weeks in a busy account', async () => {
	const world = new World({ settings: LARGE, branches: 2, parameters: CUSTOMERS });
	world.customer();
	await world.polls(1, 5);
	world.school.settings.forbiddenBranches = [2];
	const made: number[] = [];
	for (let half = 0; half < 56; half++) {
		for (let n = 0; n < 50; n++) {
			world.customer();
			made.push(world.customer({ branch_ids: [2] }));
		}
		await world.polls(1, 720);
	}
	world.school.settings.forbiddenBranches = [];
	expect(await world.polls(10, 5)).toEqual(made);
});

test.each([LOG, CUSTOMERS])(
	'a branch that is chosen and cannot be read stops no other: $event',
	async (settings) => {
		const world = new World({ settings: LARGE, branches: 2, parameters: { ...settings, branchIds: [1] } });
		const add = () => (settings === LOG ? world.log() : world.customer());
		add();
		await world.polls(1, 5);
		world.school.settings.forbiddenBranches = [2];
		world.poller.change({ ...settings, branchIds: [1, 2] });
		await world.polls(1, 5);
		const made = [add(), add()];
		expect(await world.polls(2, 5)).toEqual(made);
	},
);

import type { INodeParameters } from 'n8n-workflow';
import { DateTime } from 'luxon';

import type { JsonObject } from '../../../sandbox';
import type { Settings } from '../../../sandbox/model/settings';
import { DirectSchool } from '../support/direct';
import { Engine } from '../support/engine';
import { FORMAT } from '../support/playing';
import { Poller } from '../support/poller';

const LOG = { event: 'recordChanged', fetchRecord: false };
const CUSTOMERS = { event: 'customerCreated', includeArchived: true };

/** An AlfaCRM and a trigger whose clocks go together. */
class World {
	readonly school: DirectSchool;
	readonly poller: Poller;
	private now = DateTime.fromSQL('2026-02-10 09:00:00', { zone: 'utc' });
	private entries = 0;

	constructor(settings: Partial<Settings>, branches: number, parameters: INodeParameters) {
		this.school = new DirectSchool(settings, branches);
		this.pass(0);
		jest.spyOn(Date, 'now').mockImplementation(() => this.now.toMillis());
		const account = { hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 };
		this.poller = new Poller(new Engine(account), parameters, { send: this.school.send });
	}

	pass(minutes: number): void {
		this.now = this.now.plus({ minutes });
		this.school.settings.now = this.now.toFormat(FORMAT);
	}

	addCustomer(branch: number): number {
		return this.school.store.insert('customer', { branch_ids: [branch], is_study: 0 }).id;
	}

	/** An entry of the log, known by its `entity_id`. */
	log(branch: number, fields_new: JsonObject = { note: 'да' }): number {
		const entity_id = ++this.entries;
		const values = { entity: 'Customer', entity_id, event: 2, fields_new, branch_ids: [branch] };
		return this.school.store.insert('log', { id: entity_id, ...values, date_time: this.school.settings.now })
			.id;
	}

	/** What a poll reports, and how many requests it takes. */
	async poll(): Promise<{ ids: number[]; requests: number }> {
		const before = this.school.calls;
		const items = await this.poller.tick();
		const ids = items.map(({ id, entity_id }) => Number(entity_id ?? id));
		return { ids, requests: this.school.calls - before };
	}

	/** So many polls, so many minutes apart. */
	async polls(count: number, minutes: number): Promise<number[]> {
		const all: number[] = [];
		for (let n = 0; n < count; n++) {
			this.pass(minutes);
			all.push(...(await this.poll()).ids);
		}
		return all;
	}
}

const SMALL: Partial<Settings> = { pageSize: 20, bodyPageSize: 'ignored' };
const LARGE: Partial<Settings> = { pageSize: 50, bodyPageSize: 'honoured' };

afterEach(() => {
	jest.restoreAllMocks();
});

test('an import of one second, too long for the first poll, is old', async () => {
	const world = new World(SMALL, 1, CUSTOMERS);
	for (let n = 0; n < 2_500; n++) world.addCustomer(1);
	const ids = await world.polls(5, 5);
	expect(ids).toEqual([]);
	const id = world.addCustomer(1);
	expect(await world.polls(1, 5)).toEqual([id]);
});

test.each([
	['two', [1, 2]],
	['all', []],
])('the log of a branch that was given up is no news when %s are chosen again', async (_name, branchIds) => {
	const world = new World(LARGE, 2, { ...LOG, branchIds });
	world.log(2);
	await world.polls(1, 5);
	world.poller.change({ ...LOG, branchIds: [1] });
	await world.polls(1, 5);
	for (let day = 0; day < 10; day++) {
		world.log(2);
		await world.polls(1, 1_440);
	}
	world.poller.change({ ...LOG, branchIds });
	expect(await world.polls(1, 5)).toEqual([]);
	const id = world.log(2);
	expect(await world.polls(1, 5)).toEqual([id]);
});

test('a backlog of a log that grows while it is read is not read whole', async () => {
	const world = new World(SMALL, 1, LOG);
	world.log(1);
	await world.polls(1, 5);
	const made: number[] = [];
	for (let n = 0; n < 3_000; n++) {
		made.push(world.log(1));
		world.pass(2);
	}
	world.school.onCall = (call) => {
		if (call % 10 === 0) made.push(world.log(1));
	};
	const ids: number[] = [];
	for (let polls = 0; polls < 12; polls++) {
		world.pass(1);
		const poll = await world.poll();
		// 25 pages hold what a poll reports; they are read a second time where they move with each request.
		expect(poll.requests).toBeLessThan(65);
		ids.push(...poll.ids);
	}
	expect(ids.length).toBeGreaterThan(1_000);
	expect(ids).toEqual(made.slice(0, ids.length));
});

test('a branch that comes back after weeks does not have the others read for all of them', async () => {
	const world = new World(SMALL, 2, LOG);
	world.log(1);
	await world.polls(1, 5);
	world.school.settings.forbiddenBranches = [2];
	for (let day = 0; day < 20; day++) {
		for (let n = 0; n < 100; n++) {
			world.log(1);
			world.log(2);
		}
		await world.polls(1, 1_440);
	}
	world.school.settings.forbiddenBranches = [];
	world.pass(1);
	const { ids, requests } = await world.poll();
	expect(ids).toHaveLength(500);
	// Some 50 for what is reported of the one, and for what the other lists of those days.
	expect(requests).toBeLessThan(80);
});

test('what nobody wants does not hold up what is wanted', async () => {
	const world = new World(LARGE, 1, { event: 'leadMoved', fetchRecord: false });
	world.log(1);
	await world.polls(1, 5);
	for (let n = 0; n < 2_000; n++) {
		world.log(1);
		world.pass(10);
	}
	const id = world.log(1, { lead_status_id: 2 });
	expect(await world.polls(1, 1)).toEqual([id]);
});

test('a branch has room for late entries that others do not need', async () => {
	const world = new World(LARGE, 10, LOG);
	world.log(1);
	await world.polls(1, 5);
	const late = world.log(1);
	world.school.store.hide('log', late);
	for (let n = 0; n < 60; n++) {
		for (let twin = 0; twin < 10; twin++) world.log(1);
		await world.polls(1, 2);
	}
	world.school.store.show('log', late);
	expect(await world.polls(70, 2)).toContain(late);
});

test('an entry that comes 20 hours late is reported', async () => {
	const world = new World(LARGE, 1, LOG);
	world.pass(14 * 60 + 50);
	world.log(1);
	await world.polls(1, 5);
	const late = world.log(1);
	world.school.store.hide('log', late);
	for (let hour = 0; hour < 20; hour++) {
		world.log(1);
		await world.polls(1, 60);
	}
	world.school.store.show('log', late);
	expect(await world.polls(3, 60)).toContain(late);
});

test('a branch that could not be read at the activation has what is newer than the others had', async () => {
	const world = new World(LARGE, 2, CUSTOMERS);
	world.addCustomer(1);
	world.pass(5_000);
	const newer: number[] = [];
	for (let n = 0; n < 10; n++) {
		newer.push(world.addCustomer(2));
		world.pass(600);
	}
	world.school.settings.forbiddenBranches = [2];
	await world.polls(2, 10);
	world.school.settings.forbiddenBranches = [];
	// The first three are more than two days and 26 hours old.
	expect(await world.polls(1, 10)).toEqual(newer.slice(3));
});

test('a branch that was chosen while it could not be read has what is newer than the others had', async () => {
	const world = new World(LARGE, 2, { ...CUSTOMERS, branchIds: [1] });
	world.addCustomer(1);
	await world.polls(1, 5);
	const newer: number[] = [];
	for (let n = 0; n < 10; n++) {
		newer.push(world.addCustomer(2));
		await world.polls(1, 60);
	}
	world.school.settings.forbiddenBranches = [2];
	world.poller.change({ ...CUSTOMERS, branchIds: [1, 2] });
	await world.polls(2, 10);
	world.school.settings.forbiddenBranches = [];
	expect(await world.polls(1, 10)).toEqual(newer);
});

test('10,000 changes of one second come once each', async () => {
	const world = new World({ bodyPageSize: 'honoured' }, 1, LOG);
	world.log(1);
	await world.polls(1, 5);
	for (let n = 0; n < 10_000; n++) world.log(1);
	const ids = [...(await world.polls(25, 1)), ...(await world.polls(3, 70))];
	expect([ids.length, new Set(ids).size]).toEqual([10_000, 10_000]);
});

test('a branch goes on where it was after four weeks in a busy account', async () => {
	const world = new World(LARGE, 2, CUSTOMERS);
	world.addCustomer(1);
	await world.polls(1, 5);
	world.school.settings.forbiddenBranches = [2];
	const made: number[] = [];
	for (let half = 0; half < 56; half++) {
		for (let n = 0; n < 50; n++) {
			world.addCustomer(1);
			made.push(world.addCustomer(2));
		}
		await world.polls(1, 720);
	}
	world.school.settings.forbiddenBranches = [];
	expect(await world.polls(10, 5)).toEqual(made);
});

test.each([LOG, CUSTOMERS])(
	'a branch that is chosen and cannot be read stops no other: $event',
	async (settings) => {
		const world = new World(LARGE, 2, { ...settings, branchIds: [1] });
		const add = () => (settings === LOG ? world.log(1) : world.addCustomer(1));
		add();
		await world.polls(1, 5);
		world.school.settings.forbiddenBranches = [2];
		world.poller.change({ ...settings, branchIds: [1, 2] });
		await world.polls(1, 5);
		const made = [add(), add()];
		expect(await world.polls(2, 5)).toEqual(made);
	},
);

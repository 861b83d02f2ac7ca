import assert from 'node:assert/strict';

import { DataDeduplicationService } from 'n8n-core';
import { sleep } from 'n8n-workflow';

import { Engine } from '../../../scripts/lib/engine/engine';
import { LockRow } from '../../../nodes/AlfaCrm/api/lockRow';
import { ProcessedRows } from '../../unit/processedData';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 10 });

/** What n8n's database holds for the node; each test begins without a row. */
let rows: ProcessedRows;
const helpersNow = () => rows.helpersOf({ latency: () => 0 });
beforeAll(async () => {
	await DataDeduplicationService.init({
		checkProcessedAndRecord: async (items, scope, _context, options) =>
			await helpersNow().checkProcessedAndRecord(items, scope, options),
		getProcessedDataCount: async (scope, _context, options) =>
			await helpersNow().getProcessedDataCount(scope, options),
		clearAllProcessedItems: async (scope, _context, options) =>
			await helpersNow().clearAllProcessedItems(scope, options),
		removeProcessed: async () => await Promise.reject(new Error('The node does not use this')),
	});
});
beforeEach(() => {
	rows = new ProcessedRows();
});

const PHONE = '+79005550011';
const save = async (engine = school.engine) =>
	await engine.run({
		parameters: {
			resource: 'customer',
			operation: 'upsert',
			branchId: 1,
			phone: PHONE,
			fieldsToSet: { name: 'Ильина Вера', note: 'С сайта' },
			options: {},
		},
	});
const otherProcess = () => new LockRow(helpersNow());
/** This process keeps the lock for a moment. */
async function untilFree(): Promise<void> {
	while ((await otherProcess().size()) > 0) await sleep(5);
}
async function until(condition: () => boolean): Promise<void> {
	while (!condition()) await sleep(5);
}

it('while another process holds the lock, who is there is updated at once', async () => {
	await save();
	await untilFree();
	const other = otherProcess();
	expect(await other.take()).toBe(true);
	const { json, error } = await save();
	expect(error).toBeUndefined();
	expect(json[0].operationResult).toBe('unchanged');
	expect(await other.size()).toBeGreaterThan(0);
	await other.remove();
});

it('who is not there is looked for once more when the other process is done, and is the one that it has created', async () => {
	const other = otherProcess();
	expect(await other.take()).toBe(true);
	const saving = save();
	await until(() => school.entries('customer/index').length > 2);
	// It asks for the lock: an entry more.
	while ((await other.size()) < 2) await sleep(5);
	expect(school.entries('customer/create')).toEqual([]);
	school.sandbox.store.insert('customer', {
		name: 'Ильина Вера',
		phone: [PHONE],
		branch_ids: [1],
		note: 'С сайта',
	});
	await other.remove();
	const { json, error } = await saving;
	expect(error).toBeUndefined();
	expect(json[0].operationResult).toBe('unchanged');
	expect(school.entries('customer/create')).toEqual([]);
	await untilFree();
});

it('a list that serves many items is read anew once the lock is there', async () => {
	const other = otherProcess();
	expect(await other.take()).toBe(true);
	const [{ id }, { id: second }] = school.sandbox.store.rows('customer');
	const task = { title: 'Перезвонить', customer_ids: [id], branch_ids: [1] };
	const creating = school.engine.run({
		parameters: {
			resource: 'customer',
			operation: 'createTask',
			branchId: 1,
			id: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
			title: 'Перезвонить',
		},
		items: [{ id }, { id: second }],
	});
	while ((await other.size()) < 2) await sleep(5);
	school.sandbox.store.insert('task', task);
	await other.remove();
	const { json, error } = await creating;
	expect(error).toBeUndefined();
	expect(json.map(({ operationResult }) => operationResult)).toEqual(['unchanged', 'created']);
	await untilFree();
});

it('one n8n process alone makes no call more than where n8n cannot keep a lock', async () => {
	await save();
	await untilFree();
	const calls = school.calls();
	expect(rows.statements).toBeGreaterThan(0);
	school.sandbox.reset();
	school.sandbox.settings.rateLimit = 0;
	const broken = jest
		.spyOn(DataDeduplicationService, 'getInstance')
		.mockImplementation(() => assert.fail('Instance needs to be initialized before use'));
	await save(new Engine(school.credential));
	broken.mockRestore();
	expect(school.calls()).toEqual(calls);
});

// The last in this file, since the clock is not to go back.
describe('a process that stood still while it logged in for a create', () => {
	let stoodMs = 0;
	beforeAll(() => {
		const now = performance.now.bind(performance);
		jest.spyOn(performance, 'now').mockImplementation(() => now() + stoodMs);
	});
	afterAll(() => {
		jest.restoreAllMocks();
	});

	it.each([401, 403])('after a %s does not send it any more', async (status) => {
		school.sandbox.faults.add(
			{ kind: 'status', status, match: { entity: 'customer', action: 'create' } },
			{ kind: 'delay', ms: 200, when: 'before', match: { action: 'login' }, skip: 1 },
		);
		const saving = save();
		await until(() => school.entries('auth/login').length === 2);
		stoodMs += 60_000;
		const { json, error } = await saving;
		expect(json).toEqual([]);
		expect(error?.message).toContain('another n8n process may be creating the same one');
		expect(school.entries('customer/create').map((entry) => entry.status)).toEqual([status]);
		await otherProcess().remove();
	});
});

import assert from 'node:assert/strict';

import { DataDeduplicationService } from 'n8n-core';
import { sleep } from 'n8n-workflow';

import { Engine } from '../../../scripts/lib/engine/engine';
import { useOtherProcesses } from '../support/otherProcesses';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 10 });

const processes = useOtherProcesses();
const { otherProcess, untilFree } = processes;

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
	expect(processes.rows.statements).toBeGreaterThan(0);
	school.sandbox.reset();
	school.sandbox.settings.rateLimit = 0;
	const broken = jest
		.spyOn(DataDeduplicationService, 'getInstance')
		.mockImplementation(() => assert.fail('Instance needs to be initialized before use'));
	await save(new Engine(school.credential));
	broken.mockRestore();
	expect(school.calls()).toEqual(calls);
});

import assert from 'node:assert/strict';

import { DataDeduplicationService } from 'n8n-core';
import { sleep } from 'n8n-workflow';

import { Engine } from '../support/engine';
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

describe('a lesson that another process completes meanwhile', () => {
	/** Has it completed with the first of its customers, while the other process completes it with the one of this number. */
	async function completeBeside(nth: number) {
		const { store } = school.sandbox;
		const isMeant = ({ status, branch_id, customer_ids }: (typeof lessons)[number]) =>
			status === 1 && branch_id === 1 && (customer_ids as number[]).length > 1;
		const lessons = store.rows('lesson');
		const { id, customer_ids } = lessons.find(isMeant) ?? assert.fail('There is no planned lesson');
		const customers = customer_ids as number[];
		const other = otherProcess();
		expect(await other.take()).toBe(true);
		const completing = school.engine.run({
			parameters: {
				resource: 'lesson',
				operation: 'complete',
				branchId: 1,
				id: { __rl: true, mode: 'id', value: String(id) },
				if_completed: 'refuse',
				present_ids: String(customers[0]),
				additionalFields: {},
			},
		});
		while ((await other.size()) < 2) await sleep(5);
		store.insert('lesson-details', { lesson_id: id, customer_id: customers[nth], is_attend: 1 });
		store.patch('lesson', id, { status: 3 });
		await other.remove();
		const outcome = await completing;
		await untilFree();
		return outcome;
	}

	it('is not completed a second time', async () => {
		const { json, error } = await completeBeside(0);
		expect(error).toBeUndefined();
		expect(json[0].operationResult).toBe('unchanged');
		expect(school.entries('lesson/teach')).toEqual([]);
	});

	it('is refused where that one says something else', async () => {
		const { error } = await completeBeside(1);
		expect(error?.message).toContain('is already completed, with another attendance');
		expect(school.entries('lesson/teach')).toEqual([]);
	});
});

describe('a time that another process books meanwhile', () => {
	const at = { date: '2031-03-10', time_from: '2031-03-10 17:00:00', time_to: '2031-03-10 18:00:00' };

	/** Books a lesson of customer 7 with teacher 2, while the other process books this one. */
	async function bookBeside(row: { customer_ids: number[]; teacher_ids: number[] }) {
		const other = otherProcess();
		expect(await other.take()).toBe(true);
		const booking = school.engine.run({
			parameters: {
				...{
					resource: 'lesson',
					operation: 'create',
					branchId: 1,
					customer_ids: { __rl: true, mode: 'id', value: '7' },
				},
				...{ lesson_date: at.date, time_from: '17:00', lesson_type_id: 3, subject_id: 1, teacher_ids: [2] },
			},
		});
		while ((await other.size()) < 2) await sleep(5);
		const { id } = school.sandbox.store.insert('lesson', { branch_id: 1, status: 1, ...at, ...row });
		await other.remove();
		const outcome = await booking;
		await untilFree();
		expect(school.entries('lesson/create')).toEqual([]);
		return { id, ...outcome };
	}

	it('is not booked again for the same customer', async () => {
		const { id, json } = await bookBeside({ customer_ids: [7], teacher_ids: [2] });
		expect(json).toMatchObject([{ id }]);
	});

	it('is refused where it took the teacher', async () => {
		const { id, error } = await bookBeside({ customer_ids: [9], teacher_ids: [2] });
		expect(error?.message).toContain(`Teacher 2 has another lesson at that time: lesson ${id}`);
	});
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

import { DataDeduplicationService } from 'n8n-core';
import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { ProcessedRows } from '../support/processedData';
import { Engine } from './support/engine';
import { useFastTime } from './support/fastTime';
import { recordWithId, upsertByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useSchool } from './support/school';

/**
 * Executions that meet: of one n8n process, of several, and one that was cancelled while AlfaCRM was at work. In which order
 * their calls may reach AlfaCRM is tried in `properties/sideBySide`.
 */
const school = useSchool({ customers: 30 });
const { addRecord, readCustomer, addLead, readRecords, run, runToEnd } = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const job = (operation: string, id: unknown, more: object = {}) =>
	({
		...{ resource: 'customer', operation, branchId: 1, id: recordWithId(id), additionalFields: {} },
		...more,
	}) as INodeParameters;
const until = async (condition: () => boolean | Promise<boolean>) => {
	for (let tries = 0; !(await condition()); tries++) {
		if (tries > 4_000) throw new Error('It never came to that');
		await sleep(5);
	}
};

describe('two executions at the same moment', () => {
	it('wait for each other, and who is cancelled meanwhile sends nothing and holds up nobody', async () => {
		const id = addLead({ phone: [PHONE], note: 'Старое' });
		// The first one holds the record until its update is let through.
		let letThrough = () => {};
		const gate = new Promise<void>((resolve) => (letThrough = resolve));
		school.sandbox.onRequest = async ({ action }) => {
			if (action === 'update') await gate;
		};
		const first = runToEnd(upsertByPhoneForm(PHONE, { note: 'Первое' }));
		await until(() => school.readJournal('customer/update').length > 0);

		const stop = new AbortController();
		const second = runToEnd(upsertByPhoneForm(PHONE, { note: 'Второе' }), { signal: stop.signal });
		// It waits for its turn when it asks nothing more.
		let calls = -1;
		for (let still = 0; still < 50; still++) {
			await sleep(1);
			if (school.readCalls().length !== calls) still = 0;
			calls = school.readCalls().length;
		}
		stop.abort();
		// It ends while the first one still holds the record.
		expect((await second).json).toEqual([]);
		expect(readCustomer(id).note).toBe('Старое');
		letThrough();
		await first;
		expect(readCustomer(id).note).toBe('Первое');
		expect(school.readCalls()).toHaveLength(calls);
		expect(await run(upsertByPhoneForm(PHONE, { note: 'Третье' }))).toMatchObject([
			{ operationResult: 'updated' },
		]);
	});
});

describe('AlfaCRM goes on with a write that nobody waits for any more', () => {
	useFastTime();

	const payment = (id: unknown) => job('takePayment', id, { income: 500, pay_account_id: 1 });
	/** Runs until AlfaCRM is at work on the new record, and is stopped then. */
	async function cancelled(parameters: INodeParameters, entity: string) {
		const stop = new AbortController();
		school.sandbox.onRequest = async ({ path }) => {
			if (stop.signal.aborted || !path.endsWith(`${entity}/create`)) return;
			stop.abort();
			await sleep(500);
		};
		return await runToEnd(parameters, { signal: stop.signal });
	}

	it.each<[string, string, (id: number) => INodeParameters]>([
		['takePayment', 'pay', payment],
		['Create or Update', 'customer', () => upsertByPhoneForm(PHONE, { name: 'Мия' })],
	])('%s that was cancelled is there once after it was run again at once', async (_what, path, form) => {
		const parameters = form(addLead({ is_study: 1 }));
		const before = readRecords(path).length;
		expect((await cancelled(parameters, path)).status).not.toBe('success');
		expect(readRecords(path)).toHaveLength(before);
		expect(await run(parameters)).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(readRecords(path)).toHaveLength(before + 1);
	});

	it('so another execution about the same waits and finds it, and others need not wait', async () => {
		const [id, other] = [addLead({ is_study: 1 }), addLead({ is_study: 1 })];
		const second = new Engine(school.credential, '2');
		const paid = () => readRecords('pay').filter((one) => one.customer_id === id).length;
		await cancelled(payment(id), 'pay');
		const [waited, free] = await Promise.all([
			second.run({ parameters: payment(id) }),
			second.run({ parameters: payment(other) }).then((result) => ({ ...result, paid: paid() })),
		]);
		expect(waited.json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(free).toMatchObject({ json: [{ operationResult: 'created' }], paid: 0 });
		expect(paid()).toBe(1);
	});

	it('so items after one whose answer did not come in time wait where they are about the same, and only there', async () => {
		const [id, other] = [addLead({ is_study: 1 }), addLead({ is_study: 1 })];
		school.sandbox.faults.add({ kind: 'status', status: 504, match: { action: 'create' } });
		const order: unknown[] = [];
		let lostAt = 0;
		let waitedMs = 0;
		school.sandbox.onRequest = ({ action, body }) => {
			if (action !== 'create') return;
			order.push((body as IDataObject).related_id);
			if (order.length === 1) lostAt = performance.now();
			else waitedMs = performance.now() - lostAt;
		};
		await runToEnd(job('addComment', '={{ $json.id }}', { comment: 'Просил позвонить' }), {
			items: [id, other, other, id].map((one) => ({ id: one })),
			onError: 'continueRegularOutput',
		});
		expect(order.map(Number)).toEqual([id, other, id]);
		expect(waitedMs).toBeGreaterThanOrEqual(900);
	});
});

describe('another n8n process', () => {
	let processed: ProcessedRows;
	/** Each test has a lock of its own, for this process keeps one for a moment. */
	let workflow = 0;
	const here = async (parameters: INodeParameters, items: IDataObject[] = [{}]) =>
		await runToEnd(parameters, { items, workflow: `beside ${workflow}` });
	const helpers = () => processed.helpersOf({ latency: () => 0 });
	/** This process keeps the lock for a moment. */
	const untilFree = async () => await until(() => processed.size === 0);

	beforeAll(async () => {
		// n8n's database, for the lock that the node has over all processes.
		await DataDeduplicationService.init({
			checkProcessedAndRecord: async (items, scope, _context, options) =>
				await helpers().checkProcessedAndRecord(items, scope, options),
			getProcessedDataCount: async (scope, _context, options) =>
				await helpers().getProcessedDataCount(scope, options),
			clearAllProcessedItems: async (scope, _context, options) =>
				await helpers().clearAllProcessedItems(scope, options),
			removeProcessed: async () => await Promise.reject(new Error('The node does not use this')),
		});
	});
	beforeEach(() => {
		processed = new ProcessedRows();
		workflow += 1;
	});

	const save = upsertByPhoneForm(PHONE, { name: 'Ильина Вера', note: 'С сайта' });

	/** The other process holds the lock until this one waits for it, does its work and lets the lock go. */
	async function beside(parameters: INodeParameters, work: () => void, items: IDataObject[] = [{}]) {
		processed.hold();
		const { size } = processed;
		const running = here(parameters, items);
		// It waits for the lock: an entry more.
		await until(() => processed.size > size);
		work();
		processed.remove();
		const outcome = await running;
		await untilFree();
		return outcome;
	}

	it('that creates somebody: who was not there is looked for once more, and found', async () => {
		const { json } = await beside(save, () => {
			expect(school.readJournal('customer/create')).toEqual([]);
			addLead({ name: 'Ильина Вера', phone: [PHONE], note: 'С сайта' });
		});
		expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(school.readJournal('customer/create')).toEqual([]);
	});

	it('that makes a task: the list that serves many items is read anew', async () => {
		const ids = [addLead(), addLead()];
		const { json } = await beside(
			job('createTask', '={{ $json.id }}', { title: 'Перезвонить' }),
			() => void addRecord('task', { title: 'Перезвонить', customer_ids: [ids[0]], branch_ids: [1] }),
			ids.map((id) => ({ id })),
		);
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['unchanged', 'created']);
	});

	it('that completes a lesson in another way is not overwritten', async () => {
		const both = [addLead({ is_study: 1 }), addLead({ is_study: 1 })];
		const times = { time_from: '2026-03-03 17:00:00', time_to: '2026-03-03 18:00:00' };
		const planned = { date: '2026-03-03', lesson_type_id: 2, subject_id: 1, status: 1 };
		const id = addRecord('lesson', { branch_id: 1, ...planned, ...times, customer_ids: both });
		const present = { if_completed: 'refuse', present_ids: String(both[0]) };
		const { error } = await beside(job('complete', id, { resource: 'lesson', ...present }), () => {
			addRecord('lesson-details', { lesson_id: id, customer_id: both[1], is_attend: 1 });
			school.sandbox.store.patch('lesson', id, { status: 3 });
		});
		expect(error?.message).toMatch(/is already completed, with another attendance/);
		expect(school.readJournal('lesson/teach')).toEqual([]);
	});

	it('that books the time of the teacher: it is refused', async () => {
		const at = { date: '2031-03-10', time_from: '2031-03-10 17:00:00', time_to: '2031-03-10 18:00:00' };
		const form = {
			customer_ids: recordWithId(7),
			lesson_date: at.date,
			time_from: '17:00',
			teacher_ids: [2],
		};
		const booking = { resource: 'lesson', operation: 'create', branchId: 1, ...form };
		let id = 0;
		const { error } = await beside({ ...booking, lesson_type_id: 3, subject_id: 1 }, () => {
			id = addRecord('lesson', { branch_id: 1, status: 1, ...at, customer_ids: [9], teacher_ids: [2] });
		});
		expect(school.readJournal('lesson/create')).toEqual([]);
		expect(error?.message).toContain(`Teacher 2 has another lesson at that time: lesson ${id}`);
	});

	/** The last one: the limiter of this file does not expect its clock to go back. */
	it('that may have taken the lock of one that stood still while it logged in anew: nothing is created', async () => {
		school.sandbox.faults.add(
			{ kind: 'status', status: 401, match: { entity: 'customer', action: 'create' } },
			{ kind: 'delay', ms: 200, when: 'before', match: { action: 'login' }, skip: 1 },
		);
		const running = here(save);
		await until(() => school.readJournal('auth/login').length === 2);
		const now = performance.now.bind(performance);
		jest.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
		const { error } = await running;
		expect(error?.message).toContain('another n8n process may be doing the same');
		expect(school.readJournal('customer/create').map(({ status }) => status)).toEqual([401]);
	});
});

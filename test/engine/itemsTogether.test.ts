import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { ATTENDANCE, LESSON_STATUS } from '../support/codes';
import type { RunResult } from './support/engine';
import { useFastTime } from './support/fastTime';
import { customerForm, paymentForm, recordWithId, upsertByPhoneForm } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { useOtherProcess, waitUntil } from './support/otherProcess';
import { useSchool } from './support/school';

/**
 * Executions that deal with the same record at the same time: in one n8n process, in two, and after
 * an execution was cancelled while AlfaCRM was at work. `properties/sideBySide` tries in which order
 * their calls may reach AlfaCRM.
 */
const school = useSchool({ customers: 30 });
const {
	addClient,
	addLead,
	addRecord,
	changeRecord,
	readCustomer,
	readPaymentsOf,
	readRecords,
	run,
	runToEnd,
	runWithOtherCredential,
} = frontDeskOf(school);

const PHONE = '+7(900)555-00-01';
const TEACHER = 2;
const SUBJECT = 1;
const LESSON_TYPE = 3;

/** Finds the customers who have the phone of these tests. */
const readCustomersWithPhone = () =>
	readRecords('customer').filter(({ phone }) => (phone as string[]).includes(PHONE));

describe('Two executions that update the same customer', () => {
	let customer: number;
	let firstExecution: Promise<RunResult>;
	let secondExecution: Promise<RunResult>;
	let secondController: AbortController;
	/** Lets AlfaCRM carry out the update of the first execution. */
	let finishUpdate: () => void;

	/** Holds all updates until `finishUpdate` is called. */
	function holdUpdates(): void {
		const released = new Promise<void>((resolve) => {
			finishUpdate = resolve;
		});
		school.sandbox.onRequest = async ({ action }) => {
			if (action === 'update') {
				await released;
			}
		};
	}

	/** Waits until no call has come for 50 ms. Then the second execution waits for its turn. */
	async function waitUntilNoCallComes(): Promise<void> {
		let callCount = -1;
		let quietMs = 0;
		while (quietMs < 50) {
			await sleep(1);
			quietMs = school.readCalls().length === callCount ? quietMs + 1 : 0;
			callCount = school.readCalls().length;
		}
	}

	// The second execution waits, because AlfaCRM has not answered the update of the first one.
	beforeEach(async () => {
		customer = addLead({ phone: [PHONE], note: 'Старое' });
		holdUpdates();
		firstExecution = runToEnd(upsertByPhoneForm(PHONE, { note: 'Первое' }));
		await waitUntil(() => school.readJournal('customer/update').length === 1);
		secondController = new AbortController();
		secondExecution = runToEnd(upsertByPhoneForm(PHONE, { note: 'Второе' }), {
			signal: secondController.signal,
		});
		await waitUntilNoCallComes();
	});

	it('the second execution sends its update after that of the first one', async () => {
		const updatesWhileSecondWaits = school.readJournal('customer/update').length;
		finishUpdate();
		await firstExecution;
		const { json } = await secondExecution;

		expect(updatesWhileSecondWaits).toBe(1);
		expect(json).toMatchObject([{ operationResult: 'updated' }]);
		expect(readCustomer(customer).note).toBe('Второе');
	});

	it('a waiting execution ends at once when it is cancelled', async () => {
		secondController.abort();

		const { json } = await secondExecution;

		expect(json).toEqual([]);
		expect(readCustomer(customer).note).toBe('Старое');
		finishUpdate();
		await firstExecution;
	});

	it('an execution that was cancelled while it waited sends nothing', async () => {
		const callsBefore = school.readCalls();
		secondController.abort();
		await secondExecution;

		finishUpdate();
		await firstExecution;

		expect(readCustomer(customer).note).toBe('Первое');
		expect(school.readCalls()).toEqual(callsBefore);
	});

	it('a third execution saves its note, although the one before it was cancelled while it waited', async () => {
		secondController.abort();
		await secondExecution;
		finishUpdate();
		await firstExecution;

		const records = await run(upsertByPhoneForm(PHONE, { note: 'Третье' }));

		expect(records).toMatchObject([{ operationResult: 'updated' }]);
		expect(readCustomer(customer).note).toBe('Третье');
	});
});

describe('A record that AlfaCRM creates although the execution was cancelled', () => {
	useFastTime();

	/** Runs a form, and cancels it half a second before AlfaCRM creates the record. */
	async function cancelDuringCreate(form: INodeParameters, entity: string): Promise<void> {
		const controller = new AbortController();
		school.sandbox.onRequest = async ({ path }) => {
			const isFirstCreate = path.endsWith(`${entity}/create`) && !controller.signal.aborted;
			if (!isFirstCreate) return;
			controller.abort();
			await sleep(500);
		};

		const { status } = await runToEnd(form, { signal: controller.signal });

		expect(status).not.toBe('success');
	}

	it('Take Payment returns the payment that AlfaCRM entered after the first run was cancelled', async () => {
		const payer = addClient();
		const form = paymentForm(recordWithId(payer));
		await cancelDuringCreate(form, 'pay');
		const paymentsAfterCancelling = readPaymentsOf(payer);

		const records = await run(form);

		expect(paymentsAfterCancelling).toEqual([]);
		expect(records).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(readPaymentsOf(payer)).toHaveLength(1);
	});

	it('Create or Update returns the customer whom AlfaCRM created after the first run was cancelled', async () => {
		const form = upsertByPhoneForm(PHONE, { name: 'Мия' });
		await cancelDuringCreate(form, 'customer');
		const customersAfterCancelling = readCustomersWithPhone();

		const records = await run(form);

		expect(customersAfterCancelling).toEqual([]);
		expect(records).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(readCustomersWithPhone()).toHaveLength(1);
	});

	it('Take Payment with another credential returns the payment that AlfaCRM entered after the first run was cancelled', async () => {
		const payer = addClient();
		const form = paymentForm(recordWithId(payer));
		await cancelDuringCreate(form, 'pay');

		const { json } = await runWithOtherCredential(form);

		expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(readPaymentsOf(payer)).toHaveLength(1);
	});

	it("Take Payment enters another customer's payment without waiting for the cancelled execution", async () => {
		const payer = addClient();
		const otherPayer = addClient();
		const form = paymentForm(recordWithId(payer));
		await cancelDuringCreate(form, 'pay');

		const { json } = await runWithOtherCredential(paymentForm(recordWithId(otherPayer)));
		const paymentsMeanwhile = readPaymentsOf(payer);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
		expect(paymentsMeanwhile).toEqual([]);
		// Waits until the first payer is free again, because the next test has a client with this ID.
		await run(form);
	});
});

describe('An item after one whose comment was answered with a 504', () => {
	useFastTime();

	/** The shortest time for which the node waits for a write that AlfaCRM may still be carrying out. */
	const SHORTEST_WAIT_MS = 900;

	/** A call that adds a comment. */
	interface CommentCall {
		customer: number;
		/** The time since the first of these calls, in milliseconds. */
		afterMs: number;
	}

	/** Adds a comment to each customer in one execution. AlfaCRM answers the first call with a 504. */
	async function addCommentsWithFirstLost(customers: number[]): Promise<CommentCall[]> {
		school.sandbox.faults.add({ kind: 'status', status: 504, match: { action: 'create' } });
		const calls: CommentCall[] = [];
		let firstAt = 0;
		school.sandbox.onRequest = ({ action, body }) => {
			if (action !== 'create') return;
			if (calls.length === 0) {
				firstAt = performance.now();
			}
			const customer = Number((body as IDataObject).related_id);
			calls.push({ customer, afterMs: performance.now() - firstAt });
		};

		await runToEnd(
			customerForm('addComment', recordWithId('={{ $json.id }}'), { comment: 'Просил позвонить' }),
			{
				items: customers.map((id) => ({ id })),
				onError: 'continueRegularOutput',
			},
		);
		return calls;
	}

	it('Add Comment waits for a lost comment before it adds another one to the same customer', async () => {
		const client = addClient();

		const calls = await addCommentsWithFirstLost([client, client]);

		expect(calls).toMatchObject([{ customer: client }, { customer: client }]);
		expect(calls[1].afterMs).toBeGreaterThanOrEqual(SHORTEST_WAIT_MS);
	});

	it('Add Comment does not wait for a lost comment before it adds one to another customer', async () => {
		const client = addClient();
		const otherClient = addClient();

		const calls = await addCommentsWithFirstLost([client, otherClient, client]);

		expect(calls).toMatchObject([{ customer: client }, { customer: otherClient }, { customer: client }]);
		expect(calls[1].afterMs).toBeLessThan(SHORTEST_WAIT_MS);
		expect(calls[2].afterMs).toBeGreaterThanOrEqual(SHORTEST_WAIT_MS);
	});

	it("Add Comment adds an equal comment of two items only once while it waits for another customer's lost comment", async () => {
		const client = addClient();
		const otherClient = addClient();

		const calls = await addCommentsWithFirstLost([client, otherClient, otherClient, client]);

		expect(calls).toMatchObject([{ customer: client }, { customer: otherClient }, { customer: client }]);
	});
});

describe('Work beside another n8n process', () => {
	const otherProcess = useOtherProcess(school);

	const saveVera = upsertByPhoneForm(PHONE, { name: 'Ильина Вера', note: 'С сайта' });
	const createTask = customerForm('createTask', recordWithId('={{ $json.id }}'), {
		title: 'Перезвонить',
	});

	it('Create or Update finds the customer whom the other process has just created', async () => {
		const { json } = await otherProcess.runBeside(() => {
			addLead({ name: 'Ильина Вера', phone: [PHONE], note: 'С сайта' });
		}, saveVera);

		expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(school.readJournal('customer/create')).toEqual([]);
	});

	it('Create Task finds the task that the other process has just created, although one list serves several items', async () => {
		const lead = addLead();
		const otherLead = addLead();

		const { json } = await otherProcess.runBeside(
			() => {
				addRecord('task', { title: 'Перезвонить', customer_ids: [lead], branch_ids: [1] });
			},
			createTask,
			[{ id: lead }, { id: otherLead }],
		);

		expect(json).toMatchObject([{ operationResult: 'unchanged' }, { operationResult: 'created' }]);
	});

	// After ten searches that found a task, the node searches before it waits for the lock.
	it('Create Task finds the task that the other process has created since the first search', async () => {
		const lead = addLead();
		addRecord('task', { title: 'Перезвонить', customer_ids: [lead], branch_ids: [1] });
		await otherProcess.runHere(createTask, Array(10).fill({ id: lead }));
		const otherLead = addLead();

		const { json } = await otherProcess.runBeside(
			() => {
				addRecord('task', { title: 'Перезвонить', customer_ids: [otherLead], branch_ids: [1] });
			},
			createTask,
			[{ id: otherLead }],
		);

		expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(school.readJournal('task/create')).toEqual([]);
	});

	it('Complete Lesson does not overwrite the attendance with which the other process has completed the lesson', async () => {
		const anna = addClient();
		const boris = addClient();
		const lesson = addRecord('lesson', {
			branch_id: 1,
			date: '2026-03-03',
			time_from: '2026-03-03 17:00:00',
			time_to: '2026-03-03 18:00:00',
			lesson_type_id: 2,
			subject_id: SUBJECT,
			status: LESSON_STATUS.planned,
			customer_ids: [anna, boris],
		});

		const { error } = await otherProcess.runBeside(
			() => {
				addRecord('lesson-details', {
					lesson_id: lesson,
					customer_id: boris,
					is_attend: ATTENDANCE.attended,
				});
				changeRecord('lesson', lesson, { status: LESSON_STATUS.held });
			},
			{
				resource: 'lesson',
				operation: 'complete',
				branchId: 1,
				id: recordWithId(lesson),
				present_ids: String(anna),
				if_completed: 'refuse',
				additionalFields: {},
			},
		);

		expect(error?.message).toMatch(/is already completed, with another attendance/);
		expect(school.readJournal('lesson/teach')).toEqual([]);
	});

	it('Create of a lesson is refused when the other process has just booked the teacher', async () => {
		let lesson = 0;

		const { error } = await otherProcess.runBeside(
			() => {
				lesson = addRecord('lesson', {
					branch_id: 1,
					date: '2031-03-10',
					time_from: '2031-03-10 17:00:00',
					time_to: '2031-03-10 18:00:00',
					status: LESSON_STATUS.planned,
					customer_ids: [9],
					teacher_ids: [TEACHER],
				});
			},
			{
				resource: 'lesson',
				operation: 'create',
				branchId: 1,
				customer_ids: recordWithId(7),
				lesson_date: '2031-03-10',
				time_from: '17:00',
				teacher_ids: [TEACHER],
				lesson_type_id: LESSON_TYPE,
				subject_id: SUBJECT,
			},
		);

		expect(error?.message).toContain(`Teacher 2 has another lesson at that time: lesson ${lesson}`);
		expect(school.readJournal('lesson/create')).toEqual([]);
	});

	// This test is the last one, because the rate limiter of the file does not expect the clock to go
	// back after it.
	it('Create or Update creates nobody when the other process may have taken the lock over during a login', async () => {
		const createIsRefused = { kind: 'status', status: 401 } as const;
		const secondLoginIsSlow = { kind: 'delay', ms: 200, when: 'before', skip: 1 } as const;
		school.sandbox.faults.add(
			{ ...createIsRefused, match: { entity: 'customer', action: 'create' } },
			{ ...secondLoginIsSlow, match: { action: 'login' } },
		);
		const running = otherProcess.runHere(saveVera);
		await waitUntil(() => school.readJournal('auth/login').length === 2);
		const now = performance.now.bind(performance);
		jest.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);

		const { error } = await running;

		expect(error?.message).toContain('another n8n process may be doing the same');
		expect(school.readJournal('customer/create')).toMatchObject([{ status: 401 }]);
	});
});

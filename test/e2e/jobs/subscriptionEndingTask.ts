import type { JsonObject, Row, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE } from '../../support/codes';
import { dayPlus, toDottedDay } from '../../support/days';
import type { Example } from '../support/example';
import { CENTRAL_BRANCH } from './demoSchool';
import type { Job } from './types';

/** The manager who is responsible for Mia. */
const MANAGER = 3;

export const subscriptionEndingTask: Job = {
	name: 'subscription-ending-task',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		const mia = addCustomer(sandbox, 'Орлова Мия', { assigned_id: MANAGER });
		const yan = addCustomer(sandbox, 'Орлов Ян');
		// Two subscriptions that end on the same day make one task.
		addSubscription(sandbox, mia, dottedDayIn(7, example));
		addSubscription(sandbox, mia, dottedDayIn(7, example), { tariff_id: 2, b_date: '01.10.2026' });
		addSubscription(sandbox, yan, dottedDayIn(0, example));
		addCustomersWithoutTask(example);
		addTaskOfCustomerWithSimilarId(mia, example);
		const readNewTasks = watchNewTasks(sandbox);

		await example.runManually();

		expect(readNewTasks()).toHaveLength(2);
		expect(findTaskOf(mia, readNewTasks())).toMatchObject({
			title: 'Продлить абонемент',
			text: `Абонемент клиента Орлова Мия действует до ${dottedDayIn(7, example)}.`,
			customer_ids: [mia],
			branch_ids: [CENTRAL_BRANCH],
			due_date: dottedDayIn(7, example),
			assigned_ids: [MANAGER],
		});
		expect(findTaskOf(yan, readNewTasks())).toMatchObject({
			title: 'Продлить абонемент',
			text: `Абонемент клиента Орлов Ян действует до ${dottedDayIn(0, example)}.`,
			customer_ids: [yan],
			branch_ids: [CENTRAL_BRANCH],
			due_date: dottedDayIn(0, example),
			assigned_ids: [],
		});

		await expectNoNewTaskAfterChanges(
			example,
			findTaskOf(mia, readNewTasks()),
			findTaskOf(yan, readNewTasks()),
		);
	},
};

/** Adds customers whose subscription ends too late, has ended or has no end, and a lead. */
function addCustomersWithoutTask(example: Example): void {
	const { sandbox } = example;
	const endsLater = addCustomer(sandbox, 'Ещё Не Скоро');
	const hasEnded = addCustomer(sandbox, 'Уже Кончился');
	const hasNoEnd = addCustomer(sandbox, 'Без Срока');
	const lead = addCustomer(sandbox, 'Лид Рита', { is_study: CUSTOMER_TYPE.lead });

	addSubscription(sandbox, endsLater, dottedDayIn(8, example));
	addSubscription(sandbox, hasEnded, dottedDayIn(-1, example));
	addSubscription(sandbox, hasNoEnd, null);
	addSubscription(sandbox, lead, dottedDayIn(5, example));
}

/** Adds a task like the one that the customer needs, but of another customer, whose ID ends with the digits of this one. */
function addTaskOfCustomerWithSimilarId(customer: number, example: Example): void {
	example.sandbox.store.insert('task', {
		title: 'Продлить абонемент',
		customer_ids: [Number(`1${customer}`)],
		branch_ids: [CENTRAL_BRANCH],
		due_date: dottedDayIn(7, example),
	});
}

/** Runs the example again after each change of a task. It must recognise the task and add no other one. */
async function expectNoNewTaskAfterChanges(example: Example, taskOfMia: Row, taskOfYan: Row): Promise<void> {
	const { store } = example.sandbox;
	const taskCount = store.rows('task').length;
	const runAfterChange = async (task: Row, changes: JsonObject) => {
		store.patch('task', task.id, changes);
		await example.runManually();
		expect(store.rows('task')).toHaveLength(taskCount);
	};

	await runAfterChange(taskOfMia, { is_done: 1 });
	// Nobody has seen in which form AlfaCRM returns the day of a task. The sandbox has the other form, such as 07.03.2026.
	await runAfterChange(taskOfYan, { due_date: `${example.today} 00:00:00` });
	await runAfterChange(taskOfMia, { due_date: dottedDayIn(12, example) });
	await runAfterChange(taskOfYan, { due_date: dottedDayIn(2, example) });
	await runAfterChange(taskOfMia, { due_date: dottedDayIn(-3, example) });
}

function addCustomer({ store }: Sandbox, name: string, changes: JsonObject = {}): number {
	return store.insert('customer', {
		name,
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [CENTRAL_BRANCH],
		...changes,
	}).id;
}

function addSubscription(
	{ store }: Sandbox,
	customer: number,
	lastDay: string | null,
	changes: JsonObject = {},
): void {
	store.insert('customer-tariff', {
		customer_id: customer,
		tariff_id: 1,
		b_date: '01.09.2026',
		e_date: lastDay,
		...changes,
	});
}

/** Remembers the tasks that the school has, and returns a function that reads the tasks which were added since. */
function watchNewTasks({ store }: Sandbox): () => readonly Row[] {
	const countBefore = store.rows('task').length;
	return () => store.rows('task').slice(countBefore);
}

function findTaskOf(customer: number, tasks: readonly Row[]): Row {
	const task = tasks.find(({ customer_ids }) => (customer_ids as number[]).includes(customer));
	if (!task) throw new Error(`Customer ${customer} has no task`);
	return task;
}

/** Writes the day some days after today as AlfaCRM does, such as "07.03.2026". */
function dottedDayIn(days: number, { today }: Example): string {
	return toDottedDay(dayPlus(today, days));
}

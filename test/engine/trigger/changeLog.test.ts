import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { JsonObject, Settings } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });

/**
 * Starts a trigger whose items have only the IDs of records and the changes. Its first poll must report
 * nothing.
 */
async function startTrigger(event: string, parameters: INodeParameters = {}): Promise<Poller> {
	const trigger = new Poller(school.engine, { event, fetchRecord: false, ...parameters });
	expect(await trigger.poll()).toEqual([]);
	return trigger;
}

function addLead(values: JsonObject = {}): number {
	return school.sandbox.store.insert('customer', {
		name: 'Новая Анна',
		is_study: CUSTOMER_TYPE.lead,
		branch_ids: [1],
		lead_status_id: 1,
		...values,
	}).id;
}

function addLesson(status: number): number {
	return school.sandbox.store.insert('lesson', {
		branch_id: 1,
		date: '2026-03-01',
		lesson_type_id: 1,
		status,
	}).id;
}

function addTask(): number {
	return school.sandbox.store.insert('task', { title: 'Перезвонить', branch_ids: [1] }).id;
}

function changeRecord(path: string, id: number, values: JsonObject): void {
	school.sandbox.store.patch(path, id, values);
}

function removeRecord(path: string, id: number): void {
	school.sandbox.store.remove(path, id);
}

/** Polls once and returns the changes without their times, branches and users. */
async function pollChanges(trigger: Poller): Promise<IDataObject[]> {
	const items = await trigger.poll();
	return items.map(({ change }) => {
		const { event, entity, entity_id, fields_old, fields_new } = change as IDataObject;
		return { event, entity, entity_id, fields_old, fields_new };
	});
}

/** Polls once and describes each change by event and record, such as "create Lesson 5". */
async function pollSummaries(trigger: Poller): Promise<string[]> {
	const items = await trigger.poll();
	return items.map((item) => {
		const { event, entity, entity_id } = item.change as { event: string; entity: string; entity_id: number };
		expect(item).toEqual({ id: entity_id, change: item.change });
		return `${event} ${entity} ${entity_id}`;
	});
}

function makeCustomerUpdate(
	entity_id: number,
	fields_old: IDataObject,
	fields_new: IDataObject,
): IDataObject {
	return { event: 'update', entity: 'Customer', entity_id, fields_old, fields_new };
}

describe('Customer Updated', () => {
	it('Customer Updated reports an update once with its user and time, and neither the creation nor the deletion of a customer', async () => {
		const trigger = await startTrigger('customerUpdated');
		const lead = addLead();
		const update = await school.engine.run({
			parameters: {
				resource: 'customer',
				operation: 'update',
				branchId: 1,
				id: lead,
				updateFields: { note: 'Перезвонить' },
			},
		});
		expect(update.error).toBeUndefined();
		removeRecord('customer', lead);

		const items = await trigger.poll();
		const itemsOfNextPoll = await trigger.poll();

		expect(items).toEqual([
			{
				id: lead,
				change: {
					event: 'update',
					entity: 'Customer',
					entity_id: lead,
					fields_old: { note: null },
					fields_new: { note: 'Перезвонить' },
					fields_rel: {},
					branch_id: 1,
					user_id: 1,
					datetime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string,
				},
			},
		]);
		expect(itemsOfNextPoll).toEqual([]);
	});
});

describe('Lead Moved', () => {
	/** Moves a new lead to stage 2, to stage 4 and out of all stages. The note changes in between. */
	function moveLead(): number {
		const lead = addLead({ lead_status_id: null });
		changeRecord('customer', lead, { lead_status_id: 2 });
		changeRecord('customer', lead, { note: 'без движения' });
		changeRecord('customer', lead, { lead_status_id: 4 });
		changeRecord('customer', lead, { lead_status_id: null });
		return lead;
	}

	it('Lead Moved reports every move of a lead when no stage is chosen', async () => {
		const trigger = await startTrigger('leadMoved');
		const lead = moveLead();

		const changes = await pollChanges(trigger);

		expect(changes).toEqual([
			makeCustomerUpdate(lead, { lead_status_id: null }, { lead_status_id: 2 }),
			makeCustomerUpdate(lead, { lead_status_id: 2 }, { lead_status_id: 4 }),
			makeCustomerUpdate(lead, { lead_status_id: 4 }, { lead_status_id: null }),
		]);
	});

	it('Lead Moved reports only the moves to the chosen stages', async () => {
		const trigger = await startTrigger('leadMoved', { stages: [3, 4] });
		const lead = moveLead();

		const changes = await pollChanges(trigger);

		expect(changes).toEqual([makeCustomerUpdate(lead, { lead_status_id: 2 }, { lead_status_id: 4 })]);
	});
});

describe('Lead Became Client', () => {
	it('Lead Became Client reports a lead who becomes a client, but not a client who becomes a lead', async () => {
		const trigger = await startTrigger('leadConverted');
		const lead = addLead();
		changeRecord('customer', lead, { is_study: CUSTOMER_TYPE.client });
		changeRecord('customer', lead, { is_study: CUSTOMER_TYPE.lead });

		const changes = await pollChanges(trigger);

		expect(changes).toEqual([
			makeCustomerUpdate(lead, { is_study: CUSTOMER_TYPE.lead }, { is_study: CUSTOMER_TYPE.client }),
		]);
	});

	it('Lead Became Client does not report a customer who was created as a client', async () => {
		const trigger = await startTrigger('leadConverted');
		addLead({ is_study: CUSTOMER_TYPE.client });

		expect(await pollChanges(trigger)).toEqual([]);
	});
});

describe('The events of lessons', () => {
	/** Three lessons, named by the statuses with which they were created. */
	interface Lessons {
		planned: number;
		held: number;
		cancelled: number;
	}

	/**
	 * Adds a planned, a held and a cancelled lesson. Then the planned one is held, and the held one is
	 * cancelled.
	 */
	function addAndChangeLessons(): Lessons {
		const planned = addLesson(LESSON_STATUS.planned);
		const held = addLesson(LESSON_STATUS.held);
		const cancelled = addLesson(LESSON_STATUS.cancelled);
		changeRecord('lesson', planned, { topic: 'Ход конём' });
		changeRecord('lesson', planned, { status: LESSON_STATUS.held });
		changeRecord('lesson', held, { status: LESSON_STATUS.cancelled });
		return { planned, held, cancelled };
	}

	it('Lesson Created reports each new lesson, whatever its status', async () => {
		const trigger = await startTrigger('lessonCreated');
		const { planned, held, cancelled } = addAndChangeLessons();

		const summaries = await pollSummaries(trigger);

		expect(summaries).toEqual([
			`create Lesson ${planned}`,
			`create Lesson ${held}`,
			`create Lesson ${cancelled}`,
		]);
	});

	it('Lesson Completed reports a lesson that is held now, and one that was created as held', async () => {
		const trigger = await startTrigger('lessonConducted');
		const { planned, held } = addAndChangeLessons();

		const summaries = await pollSummaries(trigger);

		expect(summaries).toEqual([`create Lesson ${held}`, `update Lesson ${planned}`]);
	});

	it('Lesson Cancelled reports a lesson that is cancelled now, and one that was created as cancelled', async () => {
		const trigger = await startTrigger('lessonCancelled');
		const { held, cancelled } = addAndChangeLessons();

		const summaries = await pollSummaries(trigger);

		expect(summaries).toEqual([`create Lesson ${cancelled}`, `update Lesson ${held}`]);
	});
});

describe('Task Created', () => {
	it('Task Created reports a new task, but not a later change of the task', async () => {
		const trigger = await startTrigger('taskCreated');
		const task = addTask();
		changeRecord('task', task, { is_done: 1 });

		const summaries = await pollSummaries(trigger);

		expect(summaries).toEqual([`create Task ${task}`]);
	});
});

describe('Record Changed', () => {
	it.each<{ expected: string; parameters: INodeParameters; changes: string[] }>([
		{
			expected: 'every change when nothing is filled in',
			parameters: {},
			changes: ['create Customer', 'create Task', 'update Customer', 'delete Task'],
		},
		{
			expected: 'the changes of tasks when Entities is Task',
			parameters: { entities: ['Task'] },
			changes: ['create Task', 'delete Task'],
		},
		{
			expected: 'the changes of tasks when an expression for Entities comes to tasks and payments',
			parameters: { entities: '={{ "Task, Pay" }}' },
			changes: ['create Task', 'delete Task'],
		},
		{
			expected: 'deleted records when Events is Deleted',
			parameters: { events: ['delete'] },
			changes: ['delete Task'],
		},
		{
			expected: 'new and deleted records, but not the update of the note, when Changed Fields is the phone',
			parameters: { changedFields: 'phone' },
			changes: ['create Customer', 'create Task', 'delete Task'],
		},
		{
			expected: 'only the update of the note when Changed Fields is the note and Events is Updated',
			parameters: { changedFields: 'note', events: ['update'] },
			changes: ['update Customer'],
		},
	])('Record Changed reports $expected', async ({ parameters, changes }) => {
		const trigger = await startTrigger('recordChanged', parameters);
		const lead = addLead();
		const task = addTask();
		changeRecord('customer', lead, { note: 'да' });
		removeRecord('task', task);

		const reportedChanges = await pollChanges(trigger);

		const descriptions = reportedChanges.map(({ event, entity }) => `${String(event)} ${String(entity)}`);
		expect(descriptions).toEqual(changes);
	});

	it("an item of Record Changed has only the record's ID and the change when Fetch Full Record is off", async () => {
		const trigger = await startTrigger('recordChanged');
		const lead = addLead();

		const items = await trigger.poll();

		expect(items).toEqual([
			{ id: lead, change: expect.objectContaining({ event: 'create', entity: 'Customer' }) as unknown },
		]);
	});

	it.each<{ account: string; settings: Partial<Settings> }>([
		{ account: 'writes the fields as JSON', settings: { logFields: 'jsonText' } },
		{ account: 'lists the log of the whole account in each branch', settings: { logScope: 'account' } },
		{ account: 'tells no totals of its short pages', settings: { total: 'missing', pageSize: 2 } },
		{
			account: 'ignores the filters of the log',
			settings: { ignoredFilters: ['log.entity', 'log.date_from'] },
		},
	])(
		'Record Changed reports each change once with old and new values when AlfaCRM $account',
		async ({ settings }) => {
			const oldLead = addLead();
			Object.assign(school.sandbox.settings, settings);
			const trigger = await startTrigger('recordChanged', { entities: ['Customer'] });
			addTask();
			const newLead = addLead({ branch_ids: [1, 2] });
			changeRecord('customer', newLead, { note: 'да' });
			removeRecord('customer', newLead);
			changeRecord('customer', oldLead, { note: 'тоже' });

			const changes = await pollChanges(trigger);
			const changesOfNextPoll = await pollChanges(trigger);

			expect(changes).toEqual([
				{
					event: 'create',
					entity: 'Customer',
					entity_id: newLead,
					fields_old: {},
					fields_new: expect.objectContaining({ name: 'Новая Анна', lead_status_id: 1 }) as unknown,
				},
				makeCustomerUpdate(newLead, { note: null }, { note: 'да' }),
				{
					event: 'delete',
					entity: 'Customer',
					entity_id: newLead,
					fields_old: expect.objectContaining({ name: 'Новая Анна', note: 'да' }) as unknown,
					fields_new: {},
				},
				makeCustomerUpdate(oldLead, { note: null }, { note: 'тоже' }),
			]);
			expect(changesOfNextPoll).toEqual([]);
		},
	);

	it('Record Changed reports a change that belongs to no branch once', async () => {
		const trigger = await startTrigger('recordChanged');
		changeRecord('lead-status', 1, { name: 'Совсем новый' });

		const changes = await pollChanges(trigger);

		expect(changes).toEqual([
			{
				event: 'update',
				entity: 'LeadStatus',
				entity_id: 1,
				fields_old: { name: 'Новый' },
				fields_new: { name: 'Совсем новый' },
			},
		]);
	});
});

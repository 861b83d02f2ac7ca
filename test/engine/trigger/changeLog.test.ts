import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { JsonObject, Settings } from '../../../sandbox';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });

const started = async (event: string, parameters: INodeParameters = {}) => {
	const poller = new Poller(school.engine, { event, fetchRecord: false, ...parameters });
	expect(await poller.poll()).toEqual([]);
	return poller;
};
const { insert, patch, remove } = {
	insert: (path: string, values: JsonObject) => school.sandbox.store.insert(path, values).id,
	patch: (path: string, id: number, values: JsonObject) => school.sandbox.store.patch(path, id, values),
	remove: (path: string, id: number) => school.sandbox.store.remove(path, id),
};
const newLead = (values: JsonObject = {}) =>
	insert('customer', { name: 'Новая Анна', is_study: 0, branch_ids: [1], lead_status_id: 1, ...values });
const newLesson = (values: JsonObject = {}) =>
	insert('lesson', { branch_id: 1, date: '2026-03-01', lesson_type_id: 1, status: 1, ...values });
/** What a change looks like without its times. */
const bare = ({ change }: IDataObject) => {
	const { event, entity, entity_id, fields_old, fields_new } = change as IDataObject;
	return { event, entity, entity_id, fields_old, fields_new };
};
/** Where no record is fetched, an item is its ID and the change. */
const events = (items: IDataObject[]) =>
	items.map((item) => {
		const { event, entity, entity_id } = bare(item);
		expect(item).toEqual({ id: entity_id, change: item.change });
		return [event, entity, entity_id];
	});
const update = (entity: string, entity_id: number, fields_old: IDataObject, fields_new: IDataObject) => ({
	event: 'update',
	entity,
	entity_id,
	fields_old,
	fields_new,
});

describe('an event of the change log', () => {
	it('Customer Updated tells who changed what, and no new customers', async () => {
		const poller = await started('customerUpdated');
		const id = newLead();
		const updated = await school.engine.run({
			parameters: {
				resource: 'customer',
				operation: 'update',
				branchId: 1,
				id,
				updateFields: { note: 'Перезвонить' },
			},
		});
		expect(updated.error).toBeUndefined();
		remove('customer', id);

		const items = await poller.poll();

		expect(items).toEqual([
			{
				id,
				change: {
					...update('Customer', id, { note: null }, { note: 'Перезвонить' }),
					branch_id: 1,
					user_id: 1,
					datetime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string,
					fields_rel: {},
				},
			},
		]);
		expect(await poller.poll()).toEqual([]);
	});

	it('Lead Moved tells each move, or those to some stages', async () => {
		const any = await started('leadMoved');
		const some = await started('leadMoved', { stages: [3, 4] });
		const id = newLead({ lead_status_id: null });
		patch('customer', id, { lead_status_id: 2 });
		patch('customer', id, { note: 'без движения' });
		patch('customer', id, { lead_status_id: 4 });
		patch('customer', id, { lead_status_id: null });
		const moves = [
			[null, 2],
			[2, 4],
			[4, null],
		].map(([from, to]) => update('Customer', id, { lead_status_id: from }, { lead_status_id: to }));
		expect((await any.poll()).map(bare)).toEqual(moves);
		expect((await some.poll()).map(bare)).toEqual([moves[1]]);
	});

	it('Lead Became Client tells that and not the way back', async () => {
		const poller = await started('leadConverted');
		const id = newLead();
		patch('customer', id, { is_study: 1 });
		patch('customer', id, { is_study: 0 });
		newLead({ is_study: 1 });
		expect((await poller.poll()).map(bare)).toEqual([
			update('Customer', id, { is_study: 0 }, { is_study: 1 }),
		]);
	});

	it('Lesson Created, Conducted and Cancelled tell theirs, at creation too', async () => {
		const created = await started('lessonCreated');
		const conducted = await started('lessonConducted');
		const cancelled = await started('lessonCancelled');
		const planned = newLesson();
		const held = newLesson({ status: 3 });
		const off = newLesson({ status: 2 });
		patch('lesson', planned, { topic: 'Ход конём' });
		patch('lesson', planned, { status: 3 });
		patch('lesson', held, { status: 2 });
		const told = async (poller: Poller) => events(await poller.poll()).map(([event, , id]) => [event, id]);
		expect(await told(created)).toEqual([planned, held, off].map((id) => ['create', id]));
		expect(await told(conducted)).toEqual([
			['create', held],
			['update', planned],
		]);
		expect(await told(cancelled)).toEqual([
			['create', off],
			['update', held],
		]);
	});

	it('Task Created tells new tasks', async () => {
		const poller = await started('taskCreated');
		const id = insert('task', { title: 'Перезвонить', branch_ids: [1] });
		patch('task', id, { is_done: 1 });
		expect(events(await poller.poll())).toEqual([['create', 'Task', id]]);
	});

	it.each<[what: string, parameters: INodeParameters, told: string[]]>([
		['everything', {}, ['create Customer', 'create Task', 'update Customer', 'delete Task']],
		['one class', { entities: ['Task'] }, ['create Task', 'delete Task']],
		['classes that an expression names', { entities: '={{ "Task, Pay" }}' }, ['create Task', 'delete Task']],
		['removals', { events: ['delete'] }, ['delete Task']],
		[
			'updates of a field, and what is new or gone',
			{ changedFields: 'phone' },
			['create Customer', 'create Task', 'delete Task'],
		],
		['a field of updates alone', { changedFields: 'note', events: ['update'] }, ['update Customer']],
	])('Record Changed tells %s', async (_what, parameters, told) => {
		const poller = await started('recordChanged', parameters);
		const lead = newLead();
		const task = insert('task', { title: 'Перезвонить', branch_ids: [1] });
		patch('customer', lead, { note: 'да' });
		remove('task', task);
		expect(
			events(await poller.poll()).map(([event, entity]) => `${String(event)} ${String(entity)}`),
		).toEqual(told);
	});
});

describe('whatever the form of the log', () => {
	it.each<Partial<Settings>>([
		{ logFields: 'jsonText' },
		{ logScope: 'account' },
		{ total: 'missing', pageSize: 2 },
		{ ignoredFilters: ['log.entity', 'log.date_from'] },
	])('%j: each change comes once, with old and new values', async (settings) => {
		const old = newLead();
		Object.assign(school.sandbox.settings, settings);
		const poller = await started('recordChanged', { entities: ['Customer'] });
		insert('task', { title: 'Не то', branch_ids: [1] });
		const id = newLead({ branch_ids: [1, 2] });
		patch('customer', id, { note: 'да' });
		remove('customer', id);
		patch('customer', old, { note: 'тоже' });

		const items = (await poller.poll()).map(bare);

		expect(items.map(({ event, entity_id }) => [event, entity_id])).toEqual([
			['create', id],
			['update', id],
			['delete', id],
			['update', old],
		]);
		expect(items[0]).toMatchObject({ fields_old: {}, fields_new: { name: 'Новая Анна', lead_status_id: 1 } });
		expect(items[1]).toMatchObject({ fields_old: { note: null }, fields_new: { note: 'да' } });
		expect(items[2]).toMatchObject({ fields_old: { name: 'Новая Анна', note: 'да' }, fields_new: {} });
		expect(await poller.poll()).toEqual([]);
	});

	it('a change that belongs to no branch comes once', async () => {
		const poller = await started('recordChanged');
		patch('lead-status', 1, { name: 'Совсем новый' });
		expect((await poller.poll()).map(bare)).toEqual([
			update('LeadStatus', 1, { name: 'Новый' }, { name: 'Совсем новый' }),
		]);
	});
});

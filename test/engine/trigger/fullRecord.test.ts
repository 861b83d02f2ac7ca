import type { INodeParameters } from 'n8n-workflow';

import type { Fault } from '../../../sandbox';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';
import { tellsCause } from '../support/version';

const school = useSchool({ customers: 60 });

const started = async (event: string, parameters: INodeParameters = {}) => {
	const poller = new Poller(school.engine, { event, ...parameters });
	expect(await poller.tick()).toEqual([]);
	school.sandbox.clearJournal();
	return poller;
};
const newLesson = () =>
	school.sandbox.store.insert('lesson', { branch_id: 1, date: '2026-03-01', lesson_type_id: 1, status: 1 });
const newLead = () => school.sandbox.store.insert('customer', { name: 'Анна', is_study: 0, branch_ids: [1] });

describe('Fetch Full Record', () => {
	it('adds the record as it is now', async () => {
		const poller = await started('leadMoved');
		const { id } = newLead();
		school.sandbox.store.patch('customer', id, { lead_status_id: 2 });
		school.sandbox.store.patch('customer', id, { name: 'Анна Новая' });
		expect(await poller.tick()).toMatchObject([
			{ entity_id: id, fields_new: { lead_status_id: 2 }, record: { id, name: 'Анна Новая', is_study: 0 } },
		]);
	});

	it('finds a lesson that is only planned', async () => {
		const poller = await started('lessonCreated');
		const { id } = newLesson();
		expect(await poller.tick()).toMatchObject([{ entity_id: id, record: { id, status: 1 } }]);
	});

	it('finds a refund where AlfaCRM lists incomes only', async () => {
		school.sandbox.settings.payDefault = 'income';
		const poller = await started('recordChanged', { entities: ['Pay'] });
		const fields = { customer_id: 1, branch_id: 1, income: 100, payer_name: 'Орлова А.' };
		const { id } = school.sandbox.store.insert('pay', {
			...{ ...fields, pay_type_id: 2, document_date: '2026-02-09' },
		});
		school.sandbox.store.patch('pay', id, { note: 'да' });
		expect(await poller.tick()).toMatchObject([
			{ event: 'create', record: { id, pay_type_id: 2, note: 'да' } },
			{ event: 'update', record: { id, pay_type_id: 2 } },
		]);
	});

	it('reads a record once, however often it was changed', async () => {
		const poller = await started('customerUpdated');
		const { id } = newLead();
		for (const note of ['а', 'б', 'в']) school.sandbox.store.patch('customer', id, { note });
		expect((await poller.tick()).map(({ record }) => (record as { note: string }).note)).toEqual([
			'в',
			'в',
			'в',
		]);
		expect(school.entries('customer/index')).toHaveLength(1);
	});

	it('has no record for what is gone', async () => {
		const poller = await started('recordChanged', { entities: ['Customer'] });
		const { id } = newLead();
		school.sandbox.store.remove('customer', id);
		const items = await poller.tick();
		expect(items.map(({ event, record }) => [event, record])).toEqual([
			['create', null],
			['delete', null],
		]);
		for (const item of items) expect(item).not.toHaveProperty('recordError');
	});

	it('says why there is none for a class that AlfaCRM does not list', async () => {
		const poller = await started('recordChanged', { entities: ['LessonDetails'] });
		const { id } = newLesson();
		const details = school.sandbox.store.insert('lesson-details', {
			lesson_id: id,
			customer_id: 1,
			branch_id: 1,
		});
		expect(await poller.tick()).toMatchObject([
			{
				entity: 'LessonDetails',
				entity_id: details.id,
				record: null,
				recordError: "No list of AlfaCRM's API is known to hold LessonDetails. Use the fields of the event.",
			},
		]);
	});

	it('is not done where it is switched off', async () => {
		const poller = await started('customerUpdated', { fetchRecord: false });
		const { id } = newLead();
		school.sandbox.store.patch('customer', id, { note: 'да' });
		const [item] = await poller.tick();
		expect(item).not.toHaveProperty('record');
		expect(school.calls().filter((call) => call !== 'log/index')).toEqual([]);
	});

	const onRecord = (id: number, status: number): Fault => {
		return { kind: 'status', status, times: 0, match: { entity: 'customer', bodyContains: `"id":${id}` } };
	};
	const changed = () => {
		const ids = [newLead().id, newLead().id];
		for (const id of ids) school.sandbox.store.patch('customer', id, { note: 'да' });
		return ids;
	};

	it('that meets 500 is waited for, by what comes after it alone', async () => {
		const poller = await started('customerUpdated');
		const ids = changed();
		school.sandbox.faults.add(onRecord(ids[1], 500));
		expect((await poller.tick()).map((item) => item.entity_id)).toEqual([ids[0]]);
		const before = poller.state;

		await expect(poller.tick()).rejects.toMatchObject({
			message: expect.stringMatching(/^AlfaCRM could not get customer \d+ \(HTTP 500\)$/) as string,
			...(tellsCause ? { failure: { cause: 'temporarily-unavailable' } } : {}),
		});

		expect(poller.state).toEqual(before);
		school.sandbox.faults.clear();
		expect((await poller.tick()).map((item) => item.entity_id)).toEqual([ids[1]]);
		expect(await poller.tick()).toEqual([]);
	});

	it.each<[status: number, message: RegExp]>([
		[403, /^AlfaCRM denied access: this user may not get customer \d+/],
		[400, /^AlfaCRM would not get customer \d+/],
	])('that meets %i says so beside the change, and goes on', async (status, message) => {
		const poller = await started('customerUpdated');
		const ids = changed();
		school.sandbox.faults.add(onRecord(ids[0], status));
		expect(await poller.tick()).toMatchObject([
			{ entity_id: ids[0], record: null, recordError: expect.stringMatching(message) as string },
			{ entity_id: ids[1], record: { id: ids[1] } },
		]);
		expect(await poller.tick()).toEqual([]);
	});
});

describe('switches that are given by an expression', () => {
	it.each<[fetchRecord: string, isRead: boolean]>([
		['={{ "true" }}', true],
		['={{ null }}', true],
		['={{ "false" }}', false],
		['={{ 0 }}', false],
	])("'Fetch Full Record' %s reads the record: %s", async (fetchRecord, isRead) => {
		const poller = await started('customerUpdated', { fetchRecord });
		const { id } = newLead();
		school.sandbox.store.patch('customer', id, { note: 'да' });
		const [item] = await poller.tick();
		expect('record' in item).toBe(isRead);
	});

	it.each<[event: string, parameters: INodeParameters, message: RegExp]>([
		['customerUpdated', { fetchRecord: '={{ "maybe" }}' }, /'Fetch Full Record' must be/],
		['customerCreated', { simplify: '={{ "maybe" }}' }, /'Simplify' must be/],
		['customerCreated', { includeArchived: '={{ "maybe" }}' }, /'Include Archived' must be/],
		['recordChanged', { entities: '={{ [{ name: "Customer" }] }}' }, /'Entities' must be/],
		['recordChanged', { changedFields: '={{ true }}' }, /'Changed Fields' must be/],
	])(
		'%s with %j that says neither stops the poll, and nothing is lost',
		async (event, parameters, message) => {
			const poller = await started(event);
			poller.change({ event, ...parameters });
			const { id } = newLead();
			school.sandbox.store.patch('customer', id, { note: 'да' });
			await expect(poller.tick()).rejects.toThrow(message);
			poller.change({ event });
			expect((await poller.tick()).length).toBeGreaterThan(0);
		},
	);
});

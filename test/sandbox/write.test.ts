import fc from 'fast-check';

import type { JsonObject, Row } from '../../sandbox';
import { entities } from '../../sandbox/school/entities';
import { CUSTOMER_TYPE, LESSON_STATUS, LOG_EVENT, RECORD_STATUS } from '../support/codes';
import { depth, seed } from '../support/depth';
import { allCustomers, formatError, newLead, requiredError, useSchool, yiiError } from './support';
import type { WritableEntity } from './writableEntities';
import { WRITABLE_ENTITIES } from './writableEntities';
import {
	breakTexts,
	readFromList,
	shapeSettings,
	UPDATABLE_ENTITIES,
	withoutUpdateTime,
	writeBack,
} from './writtenBack';

/** The last day of a customer who is not archived. */
const OPEN_END = '2030-12-31';
const HOUR_MS = 3_600_000;
const TODAY = '2026-02-11';
const NOW = `${TODAY} 09:30:00`;
const CUSTOMERS_OF_SCHOOL = 60;
const ADMIN = 1;
const FIRST_NEW_CUSTOMER = 61;

const school = useSchool({ now: NOW }, { customers: CUSTOMERS_OF_SCHOOL });

/** Creates a lead, which must succeed. */
const createLead = async (values: JsonObject = {}): Promise<JsonObject> =>
	await school.save('1/customer/create', { ...newLead, ...values });

/** Updates a customer, which must succeed. */
const updateCustomer = async (id: unknown, values: JsonObject): Promise<JsonObject> =>
	await school.save(`1/customer/update?id=${String(id)}`, values);

/** Creates the example record of an entity, which must succeed, and returns it as the answer shows it. */
const createExample = async ({ path, createQuery = '', values }: WritableEntity): Promise<JsonObject> =>
	await school.save(`1/${path}/create?${createQuery}`, values);

/**
 * Makes the example change of a record, which must succeed, and returns the record as the answer shows it.
 */
const changeExample = async (
	{ path, updateQuery = '', change }: WritableEntity,
	{ id }: JsonObject,
): Promise<JsonObject> => await school.save(`1/${path}/update?id=${String(id)}&${updateQuery}`, change);

/** Deletes a record and returns the body of the answer. */
const deleteExample = async (
	{ path, updateQuery = '' }: WritableEntity,
	{ id }: JsonObject,
): Promise<unknown> => {
	const { json } = await school.call(`${path}/delete?id=${String(id)}&${updateQuery}`);
	return json;
};

/** Reads the names of the fields that answers show of an entity. */
function readFieldNames(path: string): string[] {
	const entity = entities.find((candidate) => candidate.path === path);
	return Object.keys(entity?.fields ?? {}).filter((name) => name !== 'removed');
}

/** Reads the names of the properties of an object, sorted. */
const readSortedKeys = (object: unknown): string[] => Object.keys(object as JsonObject).sort();

describe('create, update and delete', () => {
	it.each(WRITABLE_ENTITIES)(
		'create of $path returns the new record with all of its fields',
		async (example) => {
			const record = await createExample(example);

			expect(record).toMatchObject(example.shown);
			expect(Object.keys(record)).toEqual(expect.arrayContaining(readFieldNames(example.path)));
		},
	);

	it.each(WRITABLE_ENTITIES)(
		'index of $path shows a new record in the form in which create has returned it',
		async (example) => {
			const { path, createQuery = '' } = example;
			const record = await createExample(example);

			// The filters suit all entities: the days are those of memberships, and the status that of
			// lessons.
			const rows = await school.listEveryPage(`1/${path}/index?${createQuery}`, {
				...allCustomers,
				status: LESSON_STATUS.planned,
				b_date: '01.01.2020',
				e_date: '01.01.2040',
			});

			expect(rows).toContainEqual(record);
		},
	);

	it.each(WRITABLE_ENTITIES)(
		'update of $path changes the given fields and keeps the others',
		async (example) => {
			const record = await createExample(example);

			const changedRecord = await changeExample(example, record);

			expect(changedRecord).toMatchObject({
				...example.shown,
				...example.shownChange,
				id: record.id,
			});
		},
	);

	it.each(WRITABLE_ENTITIES)('delete of $path removes the record', async (example) => {
		const record = await createExample(example);

		const answer = await deleteExample(example, record);

		expect(answer).toEqual({ success: true, errors: [] });
		expect(school.readRecord(example.path, record.id)).toBeUndefined();
	});

	it.each(WRITABLE_ENTITIES)(
		'the log has an entry of the create, the update and the delete of a $path, the newest first',
		async (example) => {
			const record = await createExample(example);
			await changeExample(example, record);
			await deleteExample(example, record);

			const log = await school.call('log/index', { entity: example.logName, entity_id: record.id });

			const [deletion, update, creation] = log.items;
			expect(deletion).toMatchObject({ event: LOG_EVENT.deleted, user_id: ADMIN, fields_new: '' });
			expect(update).toMatchObject({ event: LOG_EVENT.updated, user_id: ADMIN });
			expect(readSortedKeys(update.fields_new)).toEqual(readSortedKeys(example.change));
			expect(creation).toMatchObject({ event: LOG_EVENT.created, user_id: ADMIN, fields_old: [] });
		},
	);

	it.each(WRITABLE_ENTITIES)(
		'create of $path refuses a record without its required fields',
		async ({ path, createQuery = '', errorsWhenEmpty, settings = {} }) => {
			school.changeSettings(settings);

			const errors = await school.expectRefused(`${path}/create?${createQuery}`, {});

			expect(errors).toEqual(errorsWhenEmpty);
		},
	);

	it.each(WRITABLE_ENTITIES.filter(({ updateQuery }) => updateQuery === undefined))(
		'update of $path does not need the required fields',
		async ({ path, settings = {} }) => {
			school.changeSettings(settings);

			const { json } = await school.call(`${path}/update?id=1`, { weight: 5 });

			expect(json.success).toBe(true);
		},
	);

	it.each([
		{ path: 'branch', field: 'name', label: 'Название' },
		{ path: 'location', field: 'name', label: 'Название' },
		{ path: 'customer', field: 'name', label: 'Имя' },
		{ path: 'subject', field: 'name', label: 'Название' },
		{ path: 'study-status', field: 'name', label: 'Название' },
		{ path: 'lead-status', field: 'name', label: 'Название' },
		{ path: 'lead-source', field: 'name', label: 'Название' },
		{ path: 'lead-reject', field: 'name', label: 'Название' },
		{ path: 'room', field: 'name', label: 'Название' },
		{ path: 'group', field: 'name', label: 'Название' },
		{ path: 'communication', field: 'comment', label: 'Комментарий' },
	])('update of $path refuses a blank $field', async ({ path, field, label }) => {
		const errors = await school.expectRefused(`${path}/update?id=1`, { [field]: ' ' });

		expect(errors).toEqual({ [field]: requiredError(label) });
	});

	it('create of task needs no title by default', async () => {
		const task = await school.save('task/create', {});

		expect(task).toMatchObject({ title: null });
	});

	it('update of task refuses a blank title when the settings require a title', async () => {
		school.changeSettings({ requiredFields: { 'task.title': true } });

		const errors = await school.expectRefused('task/update?id=1', { title: ' ' });

		expect(errors).toEqual({ title: requiredError('Заголовок') });
	});
});

describe('the ID of an update or delete', () => {
	it.each(['update', 'delete'])(
		'%s of a customer answers that the ID is missing when only the body has it',
		async (action) => {
			const { json } = await school.call(`1/customer/${action}`, { id: 1, name: 'Х' });

			expect(json).toEqual({
				...yiiError(400, 'Bad Request'),
				message: 'Отсутствуют обязательные параметры: id',
			});
		},
	);

	it.each([
		{ action: 'update', id: '9999' },
		{ action: 'update', id: 'x' },
		{ action: 'update', id: '-1' },
		{ action: 'delete', id: '9999' },
		{ action: 'delete', id: 'x' },
		{ action: 'delete', id: '-1' },
	])('$action of a customer answers "not found" for the unknown ID $id', async ({ action, id }) => {
		const { json } = await school.call(`1/customer/${action}?id=${id}`);

		expect(json).toEqual(yiiError(404, 'Not Found'));
	});
});

describe('required fields', () => {
	it('create of pay, a payment, needs no payer name when the settings say so', async () => {
		school.changeSettings({ requiredFields: { 'pay.payer_name': false } });

		const errors = await school.expectRefused('1/pay/create', {});

		expect(errors).toHaveProperty('document_date');
		expect(errors).not.toHaveProperty('payer_name');
	});

	it('create of customer-tariff, a subscription, needs a balance when the settings say so', async () => {
		school.changeSettings({ requiredFields: { 'customer-tariff.balance': true } });

		const errors = await school.expectRefused('1/customer-tariff/create?customer_id=1', { tariff_id: 1 });

		expect(errors).toEqual({ balance: requiredError('Остаток') });
	});
});

describe('formats of dates', () => {
	const LESSON_ON_ISO_DAY = {
		lesson_date: '2026-03-05',
		time_from: '10:00',
		duration: 45,
		lesson_type_id: 2,
		subject_id: 1,
	};

	it.each<{ path: string; field: string; label: string; values: JsonObject; query?: string }>([
		{ path: 'group', field: 'b_date', label: 'Дата начала', values: { branch_ids: [1], name: 'Г' } },
		{ path: 'cgi', field: 'b_date', label: 'Дата начала', values: { customer_id: 1 }, query: 'group_id=2' },
		{ path: 'lesson', field: 'lesson_date', label: 'Дата урока', values: LESSON_ON_ISO_DAY },
	])('create of $path refuses an ISO date as $field', async ({ path, field, label, values, query = '' }) => {
		const errors = await school.expectRefused(`1/${path}/create?${query}`, {
			...values,
			[field]: '2026-03-05',
		});

		expect(errors).toEqual({ [field]: formatError(label) });
	});

	it('create of group takes an ISO date when the settings say so', async () => {
		school.changeSettings({ dateFormats: { 'group.b_date': 'iso' } });

		const group = await school.save('1/group/create', {
			branch_ids: [1],
			name: 'Г',
			b_date: '2025-09-01',
		});

		expect(group.b_date).toBe('2025-09-01');
	});

	it('create of group refuses a dotted date when the settings want ISO dates', async () => {
		school.changeSettings({ dateFormats: { 'group.b_date': 'iso' } });

		const errors = await school.expectRefused('1/group/create', {
			branch_ids: [1],
			name: 'Г',
			b_date: '01.09.2025',
		});

		expect(errors).toEqual({ b_date: formatError('Дата начала') });
	});

	it('create of lesson takes an ISO date when the settings allow either format', async () => {
		school.changeSettings({ dateFormats: { 'lesson.lesson_date': 'either' } });

		const lesson = await school.save('1/lesson/create', LESSON_ON_ISO_DAY);

		expect(lesson.date).toBe('2026-03-05');
	});

	it('create of customer reports success, but creates nobody, when the date of birth is an ISO date', async () => {
		const { json } = await school.call('1/customer/create', { ...newLead, dob: '2026-02-05' });

		expect(json).toEqual({ success: true, errors: [], model: {} });
		expect(school.readRecords('customer')).toHaveLength(CUSTOMERS_OF_SCHOOL);
	});

	it('update of customer reports success, but changes nothing, when the date of birth is an ISO date', async () => {
		const customerBefore = school.readRecord('customer', 1);

		const { json } = await school.call('1/customer/update?id=1', { name: 'Х', dob: '2015-09-04' });

		expect(json.success).toBe(true);
		expect(school.readRecord('customer', 1)).toEqual(customerBefore);
	});
});

describe('the period of a record', () => {
	const END_BEFORE_BEGIN = 'Значение «Дата окончания» должно быть позже значения «Дата начала».';

	it('create of group refuses an end on the day of the begin', async () => {
		const errors = await school.expectRefused('1/group/create', {
			branch_ids: [1],
			name: 'Г',
			b_date: '01.09.2025',
			e_date: '01.09.2025',
		});

		expect(errors).toEqual({ e_date: [END_BEFORE_BEGIN] });
	});

	it('create of cgi, a membership, refuses an end before the begin', async () => {
		const errors = await school.expectRefused('1/cgi/create?group_id=2', {
			customer_id: 1,
			b_date: '02.09.2025',
			e_date: '01.09.2025',
		});

		expect(errors).toEqual({ e_date: [END_BEFORE_BEGIN] });
	});

	it('create of customer-tariff, a subscription, refuses an end before the begin', async () => {
		const errors = await school.expectRefused('1/customer-tariff/create?customer_id=1', {
			tariff_id: 1,
			b_date: '02.09.2025',
			e_date: '01.09.2025',
		});

		expect(errors).toEqual({ e_date: [END_BEFORE_BEGIN] });
	});

	it('create of regular-lesson refuses an end before the begin', async () => {
		const errors = await school.expectRefused('1/regular-lesson/create', {
			branch_id: 1,
			days: [2],
			b_date_v: '02.09.2025',
			e_date_v: '01.09.2025',
		});

		expect(errors).toEqual({ e_date_v: [END_BEFORE_BEGIN] });
	});

	it('update of group refuses an end before the begin that is stored', async () => {
		const errors = await school.expectRefused('1/group/update?id=1', { e_date: '01.01.2020' });

		expect(errors).toEqual({ e_date: [END_BEFORE_BEGIN] });
	});
});

describe('values of a customer', () => {
	it.each<{ description: string; values: JsonObject; stored: JsonObject }>([
		{
			description: 'numbers that are given as text as numbers',
			values: { legal_type: '1', lead_status_id: '3' },
			stored: { legal_type: 1, lead_status_id: 3 },
		},
		{
			description: 'true as 1',
			values: { is_study: true },
			stored: { is_study: CUSTOMER_TYPE.client },
		},
		{
			description: 'the date of birth dotted and the last day in ISO',
			values: { dob: '04.09.2015', e_date: '01.02.2026' },
			stored: { dob: '04.09.2015', e_date: '2026-02-01' },
		},
		{
			description: 'Russian phones in one form and other phones as they are',
			values: { phone: ['89000000101', '+7 900 000-01-02', '+375 29 000-00-00'] },
			stored: { phone: ['+7(900)000-01-01', '+7(900)000-01-02', '+375 29 000-00-00'] },
		},
		{
			description: 'a phone that is given as a number as a list of one phone',
			values: { phone: 79000000104 },
			stored: { phone: ['+7(900)000-01-04'] },
		},
		{
			description: 'a single email as a list',
			values: { email: 'a@example.org' },
			stored: { email: ['a@example.org'] },
		},
		{
			description: 'a list of emails without the blank ones',
			values: { email: ['', 'a@example.org', null] },
			stored: { email: ['a@example.org'] },
		},
		{
			description: 'empty values as null',
			values: { note: '', dob: null, lead_source_id: '' },
			stored: { note: null, dob: null, lead_source_id: null },
		},
		{
			description: 'a text, a colour and an empty list as they are',
			values: { custom_school: '12', color: 'red', teacher_ids: [] },
			stored: { custom_school: '12', color: 'red', teacher_ids: [] },
		},
		{
			description: 'a name of 50 characters',
			values: { name: 'Ы'.repeat(50) },
			stored: { name: 'Ы'.repeat(50) },
		},
	])('create of customer stores $description', async ({ values, stored }) => {
		const customer = await createLead(values);

		expect(customer).toMatchObject(stored);
	});

	it.each(['1/customer/create', '1/customer/update?id=1'])(
		'%s refuses unreadable values and names the field of each of them',
		async (path) => {
			const errors = await school.expectRefused(path, {
				name: 'Ы'.repeat(51),
				is_study: 2,
				legal_type: null,
				gender: 'female',
				branch_ids: [1, 'x'],
				email: [{}],
				phone: [true],
				note: { a: 1 },
				dob: '31.02.2015',
			});

			expect(errors).toEqual({
				name: ['Значение «Имя» должно содержать максимум 50 символов.'],
				is_study: formatError('Состояние'),
				legal_type: requiredError('Тип заказчика'),
				gender: formatError('Пол'),
				branch_ids: formatError('Филиал'),
				email: formatError('Email'),
				phone: formatError('Телефон'),
				note: formatError('Примечание'),
				dob: formatError('Дата рождения'),
			});
		},
	);
});

describe('a new customer', () => {
	it('a new customer has the same fields as a customer of a list', async () => {
		const customer = await createLead();

		const { items } = await school.call('customer/index');
		expect(Object.keys(customer).sort()).toEqual(Object.keys(items[0]).sort());
	});

	it('a new customer has default values in the fields that were not given', async () => {
		const customer = await createLead();

		expect(customer).toMatchObject({
			branch_ids: [1],
			teacher_ids: [],
			lead_status_id: null,
			phone: [],
			e_date: OPEN_END,
			custom_school: null,
		});
	});

	it('a new customer has neither values that only the server sets nor unknown fields', async () => {
		const customer = await createLead({
			id: 5,
			balance: '9.00',
			created_at: '2020-01-01 00:00:00',
			b_date: '01.02.2026',
			custom_nothing: 1,
			junk: 1,
		});

		expect(customer).toMatchObject({
			...newLead,
			id: FIRST_NEW_CUSTOMER,
			balance: '0.00',
			b_date: NOW,
			created_at: NOW,
			updated_at: NOW,
		});
		expect(customer).not.toHaveProperty('custom_nothing');
		expect(customer).not.toHaveProperty('junk');
	});

	it('a new customer has no stage, although a pipeline was given', async () => {
		const customer = await createLead({ pipeline_id: 1 });

		expect(customer.lead_status_id).toBeNull();
		expect(school.readRecord('customer', customer.id)).toMatchObject({ lead_status_id: null });
	});

	it.each([
		{ path: '1/customer/create', given: [2, 3], stored: [2, 3] },
		{ path: '1/customer/create', given: 3, stored: [3] },
		{ path: '2/customer/create', given: undefined, stored: [2] },
		{ path: 'customer/create', given: undefined, stored: [1] },
	])(
		'a new customer of $path with branch_ids $given belongs to the branches $stored',
		async ({ path, given, stored }) => {
			const body = { ...newLead, branch_ids: given };

			const customer = await school.save(path, body as JsonObject);

			expect(customer.branch_ids).toEqual(stored);
		},
	);

	it('a new customer does not get the ID of a deleted customer', async () => {
		const deletedCustomer = await createLead();
		await school.call(`customer/delete?id=${deletedCustomer.id}`);

		const customer = await createLead();

		expect(deletedCustomer.id).toBe(FIRST_NEW_CUSTOMER);
		expect(customer.id).toBe(FIRST_NEW_CUSTOMER + 1);
	});
});

describe('update of customer', () => {
	it('update of customer replaces lists, sets the time of the update and keeps all other fields', async () => {
		const customerBefore = school.readRecord('customer', 4);

		await updateCustomer(4, { phone: ['89000000999'], branch_ids: [3] });

		expect(school.readRecord('customer', 4)).toEqual({
			...customerBefore,
			phone: ['+7(900)000-09-99'],
			branch_ids: [3],
			updated_at: NOW,
		});
	});

	it('update of customer sets a stage', async () => {
		const lead = await createLead();

		await updateCustomer(lead.id, { lead_status_id: 2 });

		expect(school.readRecord('customer', lead.id)).toMatchObject({ lead_status_id: 2 });
	});

	it('update of customer takes a stage away by null', async () => {
		const lead = await createLead({ lead_status_id: 2 });

		await updateCustomer(lead.id, { lead_status_id: null });

		expect(school.readRecord('customer', lead.id)).toMatchObject({ lead_status_id: null });
	});
});

describe('archiving', () => {
	/** Lists the new lead among the active or among the archived customers. */
	const listLead = async (filters: JsonObject = {}): Promise<number[]> =>
		await school.listIds('customer/index', {
			id: FIRST_NEW_CUSTOMER,
			is_study: CUSTOMER_TYPE.lead,
			...filters,
		});

	it('removed = 1 sets the last day of a customer to today, and the answer does not show the field "removed"', async () => {
		const lead = await createLead();

		const customer = await updateCustomer(lead.id, { removed: 1 });

		expect(customer.e_date).toBe(TODAY);
		expect(customer).not.toHaveProperty('removed');
	});

	it('removed = 1 moves a customer from the list of the active ones into that of the archived ones', async () => {
		const lead = await createLead();

		await updateCustomer(lead.id, { removed: 1 });

		expect(await listLead()).toEqual([]);
		expect(await listLead({ removed: RECORD_STATUS.archived })).toEqual([FIRST_NEW_CUSTOMER]);
	});

	it('removed = 1 keeps the day on which a customer was archived before', async () => {
		const lead = await createLead();
		await updateCustomer(lead.id, { removed: 1 });
		school.setClock('2026-02-12 12:00:00');

		const customer = await updateCustomer(lead.id, { removed: 1 });

		expect(customer.e_date).toBe(TODAY);
	});

	it('removed = 0 makes an archived customer active again', async () => {
		const lead = await createLead();
		await updateCustomer(lead.id, { removed: 1 });

		const customer = await updateCustomer(lead.id, { removed: 0 });

		expect(customer.e_date).toBe(OPEN_END);
		expect(await listLead()).toEqual([FIRST_NEW_CUSTOMER]);
	});

	it('removed = 1 hides a group and leaves its last day as it is', async () => {
		const group = await school.save('1/group/update?id=1', { removed: 1 });

		expect(group.e_date).toBe('2035-05-31');
		expect(await school.listIds('group/index', { id: 1 })).toEqual([]);
	});

	it('a customer whose last day is 2030-12-31 stays active when that day is over', async () => {
		const activeCustomers = await school.listIds('customer/index', { is_study: CUSTOMER_TYPE.all });

		school.setClock('2031-06-01 00:00:00');

		expect(await school.listIds('customer/index', { is_study: CUSTOMER_TYPE.all })).toEqual(activeCustomers);
		expect(activeCustomers.length).toBeGreaterThan(0);
	});

	it('a teacher whose last day is 2030-12-31 stays active when that day is over', async () => {
		school.setClock('2031-06-01 00:00:00');

		expect((await school.listIds('teacher/index')).length).toBeGreaterThan(0);
	});
});

describe('the time zone of the account', () => {
	/** 20:00 in Moscow is 03:00 of the next day in Vladivostok, and noon in New York. */
	const EVENING_IN_MOSCOW = '2026-02-10T20:00:00.000+03:00';
	const VLADIVOSTOK = { now: EVENING_IN_MOSCOW, timeZone: 'Asia/Vladivostok' };
	const NEW_YORK = { now: EVENING_IN_MOSCOW, timeZone: 'America/New_York' };

	it.each([
		{ settings: VLADIVOSTOK, time: '2026-02-11 03:00:00' },
		{ settings: NEW_YORK, time: '2026-02-10 12:00:00' },
	])(
		'a customer of $settings.timeZone is created at $time when it is 20:00 in Moscow',
		async ({ settings, time }) => {
			school.changeSettings(settings);

			const customer = await createLead();

			expect(customer.created_at).toBe(time);
		},
	);

	it.each([
		{ settings: VLADIVOSTOK, status: 'archived', activeCustomers: [] },
		{ settings: NEW_YORK, status: 'active', activeCustomers: [FIRST_NEW_CUSTOMER] },
	])(
		'a customer whose last day is 2026-02-11 is $status in $settings.timeZone when it is 20:00 on February 10 in Moscow',
		async ({ settings, activeCustomers }) => {
			school.changeSettings(settings);

			const lead = await createLead({ e_date: '2026-02-11' });

			expect(await school.listIds('customer/index', { is_study: CUSTOMER_TYPE.lead, id: lead.id })).toEqual(
				activeCustomers,
			);
		},
	);

	it.each([
		{ settings: VLADIVOSTOK, today: '2026-02-11' },
		{ settings: NEW_YORK, today: '2026-02-10' },
	])(
		'a customer of $settings.timeZone is archived on $today when it is 20:00 on February 10 in Moscow',
		async ({ settings, today }) => {
			school.changeSettings(settings);
			const lead = await createLead();

			const customer = await updateCustomer(lead.id, { removed: 1 });

			expect(customer.e_date).toBe(today);
		},
	);

	it.each([
		{ settings: VLADIVOSTOK, today: '11.02.2026' },
		{ settings: NEW_YORK, today: '10.02.2026' },
	])(
		'a membership of $settings.timeZone begins on $today when it is 20:00 on February 10 in Moscow',
		async ({ settings, today }) => {
			school.changeSettings(settings);
			const lead = await createLead();

			const membership = await school.save('1/cgi/create?group_id=1', { customer_id: lead.id });

			expect(membership.b_date).toBe(today);
		},
	);

	it.each([
		{ settings: VLADIVOSTOK, count: 1 },
		{ settings: NEW_YORK, count: 0 },
	])(
		'$count subscriptions that end on 2026-02-10 are over in $settings.timeZone when it is 20:00 on that day in Moscow',
		async ({ settings, count }) => {
			school.changeSettings(settings);
			const lead = await createLead();
			const subscription: JsonObject = { tariff_id: 1, e_date: '10.02.2026' };
			await school.save(`1/customer-tariff/create?customer_id=${String(lead.id)}`, subscription);

			const ids = await school.listIds(`1/customer-tariff/index?customer_id=${String(lead.id)}`, {
				dead: true,
			});

			expect(ids).toHaveLength(count);
		},
	);
});

describe('the clock of a school whose clock is not set', () => {
	/**
	 * Creates a lead in a school of a time zone, and returns when the school says that it was created. The time
	 * is a number of hours, as if the school's clock showed UTC, so that two time zones differ by their offsets.
	 */
	const createAndReadHours = async (timeZone: string): Promise<number> => {
		school.changeSettings({ now: null, timeZone });
		const { created_at } = await createLead();
		expect(created_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
		return Date.parse(`${String(created_at).replace(' ', 'T')}Z`) / HOUR_MS;
	};

	it('a school whose clock is not set has the clock of the machine', async () => {
		const hours = await createAndReadHours('UTC');

		expect(hours).toBeCloseTo(Date.now() / HOUR_MS, 1);
	});

	it('a school whose clock is not set is two hours ahead in Almaty compared with Moscow', async () => {
		const hoursInAlmaty = await createAndReadHours('Asia/Almaty');
		const hoursInMoscow = await createAndReadHours('Europe/Moscow');

		expect(Math.round(hoursInAlmaty - hoursInMoscow)).toBe(2);
	});
});

describe('a record that is written back as it was read', () => {
	it.each(UPDATABLE_ENTITIES)(
		'a $path that is written back as its list shows it stays the same',
		async (entity) => {
			await fc.assert(
				fc.asyncProperty(shapeSettings, fc.nat({ max: 10_000 }), async (settings, place) => {
					await school.restore();
					school.changeSettings({ pageSize: 500, ...settings });
					const rows = school.readRecords(entity.path);
					const row = rows[place % rows.length];

					const record = await readFromList(school, entity, row);
					const answer = await writeBack(school, entity, { row, record });

					expect(answer).toMatchObject({ success: true, errors: [] });
					expect(record).toMatchObject({ id: row.id });
					expect(withoutUpdateTime(school.readRecord(entity.path, row.id))).toEqual(withoutUpdateTime(row));
				}),
				{ seed, numRuns: depth.echoedRows },
			);
		},
	);

	it.each(UPDATABLE_ENTITIES)(
		'a $path that is written back is accepted, although its texts break the rules',
		async (entity) => {
			const [row] = school.readRecords(entity.path) as [Row];
			breakTexts(school, entity, row);

			const record = await readFromList(school, entity, row);
			const answer = await writeBack(school, entity, { row, record });

			expect(answer).toMatchObject({ success: true, errors: [] });
		},
	);

	it.each<{ path: string; values: JsonObject }>([
		{ path: 'group', values: { b_date: '2020-01-01', e_date: '2020-01-02' } },
		{ path: 'regular-lesson', values: { b_date: '2020-01-01', e_date: '2020-01-02' } },
		{
			path: 'lesson',
			values: {
				date: '2020-01-01',
				time_from: '2020-01-01 05:00:00',
				time_to: '2020-01-01 06:00:00',
			},
		},
	])(
		'a $path that is written back is accepted, although its texts break the rules and its time is long over',
		async ({ path, values }) => {
			const entity = entities.find((candidate) => candidate.path === path)!;
			const [row] = school.readRecords(path) as [Row];
			breakTexts(school, entity, row);
			school.changeRecord(path, row.id, values);

			const record = await readFromList(school, entity, row);
			const answer = await writeBack(school, entity, { row, record });

			expect(answer).toMatchObject({ success: true, errors: [] });
		},
	);
});

describe('read-only fields', () => {
	it.each<{ path: string; values: JsonObject }>([
		{
			path: 'customer',
			values: {
				id: 'x',
				b_date: '2025-02-03T10:11:12',
				balance: 5.5,
				paid_till: 'never',
				group_ids: 'none',
			},
		},
		{ path: 'task', values: { done_date: '2025-02-03T10:11:12', created_at: 0 } },
		{ path: 'lesson', values: { date: '03.02.2025', regular_id: 'x', details: 'all' } },
	])('an update of $path ignores the fields that only the server sets', async ({ path, values }) => {
		const recordBefore = school.readRecord(path, 1);

		await school.save(`1/${path}/update?id=1`, values);

		expect(withoutUpdateTime(school.readRecord(path, 1))).toEqual(withoutUpdateTime(recordBefore));
	});
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities, entityOf } from '../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../nodes/AlfaCrm/entities/types';
import { allSchemas } from '../../nodes/AlfaCrm/operations/schemas';
import { recordSchema } from '../../nodes/AlfaCrm/output/recordSchema';
import { CUSTOMER_TYPE, LESSON_STATUS, RECORD_STATUS, WORKING_HOUR_WEEKDAY } from '../support/codes';
import { chooseListOperation } from '../support/form';
import { customerForm, findByPhoneForm, locate, recordWithId } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { findExpectedNames, NAME_LISTS } from './support/recordNames';
import { useSchool } from './support/school';
import { stopClock } from './support/stoppedClock';

/** The fields of an output item: those of AlfaCRM, the names of IDs, and the address of the page. */
const school = useSchool({ customers: 60 });
const {
	addClient,
	addLead,
	addRecord,
	changeSettings,
	expectRefused,
	expectRefusedUnsent,
	readRecord,
	readRecords,
	run,
	runToEnd,
} = frontDeskOf(school);

const schemas = allSchemas();

const PETROV = 1;
const UNKNOWN_TEACHER = 99_998;
const UNKNOWN_STAGE = 99_999;
const STAGE = { newLead: 1, trialLesson: 2 } as const;
const PHONE = '+7(900)555-00-01';

/** A customer whom the sandbox has, with the group of the customer. */
const CUSTOMER_WITH_GROUP = 2;
const GROUP = 1;
const GROUP_NAME = 'Программирование Чт 14:00';

/** A room of branch 2. */
const ROOM_IN_BRANCH_2 = 4;

afterEach(() => {
	jest.useRealTimers();
});

const LISTED_ENTITIES = entities.filter(({ operations }) => operations.includes('getAll'));

describe.each(LISTED_ENTITIES)('Get Many of $resource', ({ resource, path }) => {
	it('Get Many shows the name beside each ID of a short list and each code, without a hint', async () => {
		const { json, hints } = await runToEnd(getManyForm(resource));

		const expectedNames = json.map((record) => findExpectedNames(school, resource, record));
		expect(json).toMatchObject(expectedNames);
		expect(json.length).toBeGreaterThan(0);
		expect(hints).toEqual([]);
	});

	it('Get Many returns at most 2 000 bytes a record, because a model reads all of it', async () => {
		const records = await run(getManyForm(resource));

		const sizes = records.map((record) => Buffer.byteLength(JSON.stringify(record)));
		expect(Math.max(...sizes)).toBeLessThanOrEqual(2_000);
	});

	it('Get Many reads each list of names at most once', async () => {
		await run(getManyForm(resource));

		// The types of payments are also read to ask for the payments of each type.
		const calls = readCallsForNames(path).filter((call) => resource !== 'pay' || call !== 'pay-type/index');
		expect(calls).toEqual([...new Set(calls)]);
	});
});

it('Get Many of payments reads the types of payments at most twice', async () => {
	await run(getManyForm('pay'));

	expect(school.readJournal('pay-type/index').length).toBeLessThanOrEqual(2);
});

// Some lists are chosen by a parameter of a shared resource. A schema cannot know the choice, so they have none.
const ENTITIES_WITH_SCHEMA = LISTED_ENTITIES.filter(({ listedIn }) => listedIn === undefined);
const UNSIMPLIFIED_ENTITIES = ENTITIES_WITH_SCHEMA.filter(
	({ simplifiedFields }) => simplifiedFields === undefined,
);
const SIMPLIFIED_ENTITIES = LISTED_ENTITIES.filter(({ simplifiedFields }) => simplifiedFields !== undefined);
const SIMPLIFIED_ENTITIES_WITH_SCHEMA = ENTITIES_WITH_SCHEMA.filter(
	({ simplifiedFields }) => simplifiedFields !== undefined,
);

describe.each(UNSIMPLIFIED_ENTITIES)('the output schema of Get Many of $resource', ({ resource, path }) => {
	it('the schema has each name and address that Get Many adds', async () => {
		const records = await run(getManyForm(resource));

		const schemaFields = Object.keys(schemas[`${resource}/getAll`].properties);
		const addedFields = findFieldsUnknownToAlfaCrm(path, records).filter((field) =>
			/_names?$|^url$/.test(field),
		);
		expect(schemaFields).toEqual(expect.arrayContaining(addedFields));
	});
});

describe.each(SIMPLIFIED_ENTITIES_WITH_SCHEMA)(
	'the simplified output of Get Many of $resource',
	({ resource }) => {
		it('Get Many returns exactly the fields of the schema, in their order', async () => {
			const records = await run(getManyForm(resource));

			const schemaFields = Object.keys(schemas[`${resource}/getAll`].properties);
			expect(findFieldLists(records)).toEqual([schemaFields]);
		});
	},
);

describe.each(SIMPLIFIED_ENTITIES)('Get Many of $resource without Simplify', ({ resource, path }) => {
	it('Get Many reads no list of names when Simplify is off', async () => {
		await run(getManyForm(resource, { simplify: false }));

		// Get Many of payments lists the types of payments even without Simplify.
		const calls = readCallsForNames(path).filter((call) => call !== 'pay-type/index');
		expect(calls).toEqual([]);
	});

	it('Get Many returns only fields that AlfaCRM sends when Simplify is off', async () => {
		const records = await run(getManyForm(resource, { simplify: false }));

		expect(findFieldsUnknownToAlfaCrm(path, records)).toEqual([]);
	});
});

describe('Get of several customers', () => {
	beforeEach(() => {
		addLead({ id: 901, lead_status_id: STAGE.newLead });
		addLead({ id: 902, lead_status_id: STAGE.trialLesson });
		addLead({ id: 903, lead_status_id: STAGE.newLead });
	});

	const ITEMS = [{ id: 901 }, { id: 902 }, { id: 903 }];
	const GET_BY_ITEM = customerForm('get', recordWithId('={{ $json.id }}'));

	it('Get reads each list of names once for all items', async () => {
		const customers = await run(GET_BY_ITEM, { items: ITEMS });

		expect(customers).toMatchObject([
			{ id: 901, branch_names: 'Центральный', lead_status_name: 'Новый' },
			{ id: 902, branch_names: 'Центральный', lead_status_name: 'Назначено пробное' },
			{ id: 903, branch_names: 'Центральный', lead_status_name: 'Новый' },
		]);
		expect(readCallsForNames('customer')).toEqual(['branch/index', 'lead-status/index']);
	});

	it.each([
		{
			status: 403,
			hint: 'Names are missing, because this user may not read the lists of them: stages',
		},
		{
			status: 404,
			hint: 'Names are missing, because the lists of them could not be read. Run it again to have them: stages',
		},
	])(
		'Get returns no stage names and one hint when AlfaCRM answers $status to the list of stages',
		async ({ status, hint }) => {
			school.sandbox.faults.add({ kind: 'status', status, times: 0, match: { entity: 'lead-status' } });

			const { json, hints } = await runToEnd(GET_BY_ITEM, { items: ITEMS });

			expect(json).toMatchObject([
				{ id: 901, name: 'Орлова Мия', lead_status_name: null },
				{ id: 902, name: 'Орлова Мия', lead_status_name: null },
				{ id: 903, name: 'Орлова Мия', lead_status_name: null },
			]);
			expect(hints).toEqual([hint]);
		},
	);

	it.each([{ status: 403 }, { status: 404 }])(
		'Get asks for the list of stages at most twice when AlfaCRM answers $status',
		async ({ status }) => {
			school.sandbox.faults.add({ kind: 'status', status, times: 0, match: { entity: 'lead-status' } });

			await run(GET_BY_ITEM, { items: ITEMS });

			// An old token may be the cause of a 403, so the call is sent once more with a new token.
			expect(school.readJournal('lead-status/index').length).toBeLessThanOrEqual(2);
		},
	);
});

it('Get reads the names from the lists of the chosen branch', async () => {
	const lesson = addLesson({ branch_id: 2, room_id: ROOM_IN_BRANCH_2 });

	const lessons = await run(getForm('lesson', lesson, { branchId: 2 }));

	expect(lessons).toMatchObject([{ room_id: ROOM_IN_BRANCH_2, room_name: 'Каб. 21' }]);
	expect(school.readJournal('room/index')).toMatchObject([{ path: '/v2api/2/room/index' }]);
});

it('the lesson type is the only field whose name AlfaCRM itself shows', () => {
	const namesFromAlfaCrm = entities.flatMap(listNamesFromAlfaCrm);

	expect(namesFromAlfaCrm).toEqual(['lesson.lesson_type_name']);
});

describe('an output item with a weekday', () => {
	it.each([
		{ name: 'Sunday', weekday: WORKING_HOUR_WEEKDAY.sunday },
		{ name: 'Monday', weekday: WORKING_HOUR_WEEKDAY.monday },
		{ name: 'Tuesday', weekday: WORKING_HOUR_WEEKDAY.tuesday },
		{ name: 'Saturday', weekday: WORKING_HOUR_WEEKDAY.saturday },
	])('Get Working Hours shows the weekday $weekday as $name', async ({ name, weekday }) => {
		const id = addRecord('working-hour', { teacher_id: PETROV, branch_id: 1, weekday, time_from: '10:00' });

		const workingHours = await run(recordForm('teacher', 'getWorkingHours', { returnAll: true }));

		const expected: unknown = expect.objectContaining({
			id,
			weekday,
			weekday_name: name,
			teacher_name: 'Петров Лев',
		});
		expect(workingHours).toContainEqual(expected);
	});

	it('Get shows the weekday 0 of a regular lesson as Sunday in an account that counts in this way', async () => {
		changeSettings({ sunday: 0 });
		const regularLesson = addRecord('regular-lesson', {
			branch_id: 1,
			related_class: 'Group',
			related_id: GROUP,
			day: 7,
			time_from_v: '10:00',
		});

		const regularLessons = await run(getForm('regularLesson', regularLesson));

		expect(regularLessons).toMatchObject([{ day: 0, day_name: 'Sunday' }]);
	});
});

describe('Get of a customer', () => {
	it('Get reads no stages for a lead who has none', async () => {
		const lead = addLead({ lead_status_id: null });

		const customers = await run(getForm('customer', lead));

		expect(customers).toMatchObject([{ lead_status_name: null, is_study_name: 'Lead' }]);
		expect(school.readJournal('lead-status/index')).toEqual([]);
	});

	it('Get shows the ID of a stage that AlfaCRM no longer has, without a name', async () => {
		const lead = addLead({ lead_status_id: UNKNOWN_STAGE });

		const customers = await run(getForm('customer', lead));

		expect(customers).toMatchObject([{ lead_status_id: UNKNOWN_STAGE, lead_status_name: null }]);
	});

	it.each([
		{ stored: 'an ID as a text', lead_status_id: '1', name: 'Новый' },
		{ stored: 'a name in place of an ID', lead_status_id: 'Думает', name: 'Думает' },
		{ stored: '0', lead_status_id: 0, name: null },
	])('Get shows $name as the stage when AlfaCRM has $stored', async ({ lead_status_id, name }) => {
		const lead = addLead({ lead_status_id });

		const customers = await run(getForm('customer', lead));

		expect(customers).toMatchObject([{ lead_status_name: name }]);
	});

	it('Get returns the remaining lessons of a customer', async () => {
		const client = addClient({ paid_lesson_count: 6 });

		const customers = await run(getForm('customer', client));

		expect(customers).toMatchObject([{ paid_lesson_count: 6 }]);
	});

	it('Get returns the day until which the lessons are paid when Simplify is off', async () => {
		const client = addClient({ paid_lesson_count: 6, paid_till: '2026-03-01 00:00:00' });

		const customers = await run(getForm('customer', client, { simplify: false }));

		expect(customers).toMatchObject([{ paid_lesson_count: 6, paid_till: '2026-03-01 00:00:00' }]);
	});
});

describe('Get of a group', () => {
	it.each([
		{ teachers: 'nobody', teacher_ids: [], names: '' },
		{ teachers: 'a deleted teacher', teacher_ids: [UNKNOWN_TEACHER], names: null },
		{
			teachers: 'Petrov and a deleted teacher',
			teacher_ids: [PETROV, UNKNOWN_TEACHER],
			names: 'Петров Лев, 99998',
		},
	])(
		"Get shows $names as the teachers' names when the group has $teachers",
		async ({ teacher_ids, names }) => {
			const group = addRecord('group', { branch_ids: [1], teacher_ids });

			const groups = await run(getForm('group', group));

			expect(groups).toMatchObject([{ teacher_names: names }]);
		},
	);

	it('Get shows the ID of a deleted teacher', async () => {
		const group = addRecord('group', { branch_ids: [1], teacher_ids: [UNKNOWN_TEACHER] });

		const groups = await run(getForm('group', group));

		expect(groups).toMatchObject([{ teacher_ids: UNKNOWN_TEACHER }]);
	});
});

describe('the output of a customer with the address of the page', () => {
	it('Get returns the address of a page of leads for a lead', async () => {
		const lead = addLead();

		const customers = await run(getForm('customer', lead));

		expect(customers).toMatchObject([{ url: `${school.sandbox.url}/company/1/lead/view?id=${lead}` }]);
	});

	it('Get returns an address in the branch of the call for a client of two branches', async () => {
		const client = addClient({ branch_ids: [3, 1] });

		const customers = await run(getForm('customer', client));

		expect(customers).toMatchObject([{ url: `${school.sandbox.url}/company/1/customer/view?id=${client}` }]);
	});

	it("Find returns an address in the client's branch for a client of another branch", async () => {
		const client = addClient({ branch_ids: [3], phone: [PHONE] });

		const customers = await run(findByPhoneForm('89005550001'));

		expect(customers).toMatchObject([{ url: `${school.sandbox.url}/company/3/customer/view?id=${client}` }]);
	});

	it("Get returns an address in the client's branch when the branch of the call lists all clients", async () => {
		changeSettings({ pooledBranches: [1] });
		const client = addClient({ branch_ids: [3] });

		const customers = await run(getForm('customer', client));

		expect(customers).toMatchObject([{ url: `${school.sandbox.url}/company/3/customer/view?id=${client}` }]);
	});

	it('Get returns an address by which the picker finds the customer again', async () => {
		const lead = addLead();
		const [{ url }] = await run(getForm('customer', lead));

		const customers = await run(customerForm('get', locate('url', url)));

		expect(customers).toMatchObject([{ id: lead, url }]);
	});
});

describe('Update of a customer with the output of Get', () => {
	let lead: number;
	let outputOfGet: IDataObject;

	beforeEach(async () => {
		lead = addLead({ lead_status_id: STAGE.newLead, email: [], phone: [] });
		const [{ url }] = await run(getForm('customer', lead));
		outputOfGet = {
			lead_status_id: STAGE.newLead,
			lead_status_name: 'Новый',
			is_study: CUSTOMER_TYPE.lead,
			is_study_name: 'Lead',
			url,
			name: 'Орлова Мия',
			email: '',
		};
	});

	it("Update changes nothing and sends no names when it gets Get's output as JSON", async () => {
		const before = school.sandbox.snapshot();

		await run(updateFromJsonForm(lead, outputOfGet));

		expect(school.sandbox.changes(before)).toEqual([]);
		expect(school.readJournal('customer/update').map(({ body }) => body)).toEqual([
			{ lead_status_id: STAGE.newLead, is_study: CUSTOMER_TYPE.lead, name: 'Орлова Мия' },
		]);
	});

	it("Update ignores the name of a stage when it gets Get's output", async () => {
		const before = school.sandbox.snapshot();

		await run(updateFromJsonForm(lead, { ...outputOfGet, lead_status_name: 'Другой' }));

		expect(school.sandbox.changes(before)).toEqual([]);
	});

	it("Update changes nothing when Get's output is mapped automatically", async () => {
		const before = school.sandbox.snapshot();
		const form = customerForm('update', recordWithId(lead), {
			inputMode: 'map',
			columns: { mappingMode: 'autoMapInputData', value: null },
		});

		await run(form, { items: [outputOfGet] });

		expect(school.sandbox.changes(before)).toEqual([]);
	});

	it.each([
		{ field: 'lead_status_name', value: 'Новый' },
		{ field: 'is_study_name', value: 'Lead' },
		{ field: 'url', value: 'https://example.org' },
	])('Update refuses $field without the field that it describes', async ({ field, value }) => {
		school.sandbox.clearJournal();

		await expectRefusedUnsent(
			updateFromJsonForm(lead, { note: 'x', [field]: value }),
			`AlfaCRM's customer has no field "${field}" that can be set here`,
		);
	});
});

it('Get Many of customers returns the groups of a customer when With Groups is on', async () => {
	const form = getManyForm('customer', {
		is_study: CUSTOMER_TYPE.all,
		removed: RECORD_STATUS.all,
		simplify: false,
		filters: { ids: String(CUSTOMER_WITH_GROUP), withGroups: true },
	});

	const customers = await run(form);

	expect(customers).toMatchObject([{ id: CUSTOMER_WITH_GROUP, groups: [{ id: GROUP, name: GROUP_NAME }] }]);
});

describe('the description of the fields of a record', () => {
	it.each([
		{ resource: 'customer', fields: ['groups', 'lead_status_ids'] },
		{ resource: 'lesson', fields: ['lesson_type_name', 'streaming', 'branch_id'] },
	])('the description of a $resource lists $fields', ({ resource, fields }) => {
		const describedFields = Object.keys(recordSchema(entityOf(resource)).properties);

		expect(describedFields).toEqual(expect.arrayContaining(fields));
	});

	it('the schema of a payment lists its expenditure', () => {
		const describedFields = Object.keys(schemas['pay/get'].properties);

		expect(describedFields).toContain('expenditure');
	});

	it('the number of lessons that a customer has paid for is called Remaining Lessons', () => {
		expect(entityOf('customer').outputFields).toContainEqual(
			expect.objectContaining({ name: 'paid_lesson_count', label: 'Remaining Lessons' }),
		);
	});
});

it('Get Many of subscription plans returns how a plan is calculated', async () => {
	const plans = await run(getManyForm('tariff'));

	expect(plans[0]).toHaveProperty('calculation_type');
});

it('Get of a lesson without Simplify returns the name of its type, and whether it is streamed', async () => {
	const lesson = addLesson({ streaming: false });

	const lessons = await run(getForm('lesson', lesson, { simplify: false }));

	expect(lessons).toMatchObject([{ lesson_type_name: 'Групповой', streaming: false }]);
});

describe('a lesson that is given as JSON', () => {
	/** Makes the fields of a lesson of a new lead. */
	const makeLessonFields = () => ({
		customer_ids: addLead(),
		lesson_date: '2026-03-03',
		time_from: '17:00',
		duration: 60,
		lesson_type_id: 1,
		subject_id: 1,
		topic: 'Датчики',
	});

	/** Runs Create or Update of a lesson whose fields are given as JSON. */
	const saveLesson = async (operation: string, lesson: IDataObject, parameters: INodeParameters = {}) =>
		await run(
			recordForm('lesson', operation, { inputMode: 'json', json: JSON.stringify(lesson), ...parameters }),
		);

	it('Create puts a lesson in JSON into the branch of the form', async () => {
		const [{ id }] = await saveLesson('create', makeLessonFields());

		expect(readRecord('lesson', id)).toMatchObject({ branch_id: 1 });
	});

	it('Create puts a lesson in JSON into the branch that the JSON names', async () => {
		const [{ id }] = await saveLesson('create', { ...makeLessonFields(), branch_id: 2 });

		expect(readRecord('lesson', id)).toMatchObject({ branch_id: 2 });
	});

	it('Update moves a lesson to the branch that its JSON names, and keeps the topic and the day', async () => {
		const [{ id }] = await saveLesson('create', makeLessonFields());

		await saveLesson('update', { branch_id: 2 }, { id: recordWithId(id) });

		expect(readRecord('lesson', id)).toMatchObject({
			branch_id: 2,
			topic: 'Датчики',
			date: '2026-03-03',
		});
	});
});

describe('Get', () => {
	it('Get finds an archived client with one call', async () => {
		const client = addClient({ e_date: '2025-01-31' });

		const customers = await run(getForm('customer', client));

		expect(customers).toMatchObject([{ id: client }]);
		expect(school.readJournal('customer/index')).toHaveLength(1);
	});

	it.each([
		{ room: 30, name: 'Кабинет 30' },
		{ room: 60, name: 'Кабинет 60' },
		{ room: 90, name: 'Кабинет 90' },
	])('Get finds room $room on a later page when AlfaCRM ignores the filter by ID', async ({ room, name }) => {
		changeSettings({ ignoredFilters: ['room.id'] });
		addRoomsUntil(96);

		const rooms = await run(getForm('room', room));

		expect(rooms).toMatchObject([{ id: room, name }]);
	});

	it.each([
		{ name: 'planned', status: LESSON_STATUS.planned },
		{ name: 'cancelled', status: LESSON_STATUS.cancelled },
		{ name: 'held', status: LESSON_STATUS.held },
	])('Get finds a $name lesson', async ({ status }) => {
		const lesson = addLesson({ status });

		const lessons = await run(getForm('lesson', lesson));

		expect(lessons).toMatchObject([{ id: lesson, status }]);
	});
});

describe('Update of a subscription in an account that lists only current subscriptions', () => {
	let owner: number;

	beforeEach(() => {
		stopClock('2026-02-10T09:00:00Z');
		changeSettings({ deadDefault: 'current' });
		owner = addClient();
	});

	it.each([
		{ state: 'ends in May', e_date: '31.05.2026' },
		{ state: 'ended last year', e_date: '31.05.2025' },
		{ state: 'ended yesterday', e_date: '09.02.2026' },
		{ state: 'has no end', e_date: null },
	])(
		'Update changes a subscription that $state, although AlfaCRM lists only current ones',
		async ({ e_date }) => {
			const subscription = addSubscription(owner, e_date);

			const subscriptions = await run(updateSubscriptionForm(owner, subscription));

			expect(subscriptions).toMatchObject([{ id: subscription }]);
		},
	);

	it('Update refuses a subscription of another customer', async () => {
		const otherClient = addClient();
		const subscription = addSubscription(owner, '31.05.2025');

		const { httpCode } = await expectRefused(updateSubscriptionForm(otherClient, subscription));

		expect(httpCode).toBe('404');
	});

	it('Update finds an ended subscription among many when AlfaCRM ignores the filter by ID', async () => {
		changeSettings({ ignoredFilters: ['customer-tariff.id'] });
		const subscription = addSubscription(owner, '31.05.2025');
		for (let count = 0; count < 28; count++) {
			addSubscription(owner, '31.05.2025');
		}

		const subscriptions = await run(updateSubscriptionForm(owner, subscription));

		expect(subscriptions).toMatchObject([{ id: subscription }]);
	});
});

describe('the output of a customer that is saved', () => {
	/** Creates a lead with a birth date and a custom field, and returns the item. */
	const createCustomer = async () => {
		const [customer] = await run(
			recordForm('customer', 'create', {
				name: 'Мия Записанная',
				is_study: 0,
				legal_type: 1,
				additionalFields: {
					dob: '2015-09-04',
					customFields: { values: [{ name: 'custom_school', value: '12' }] },
				},
			}),
		);
		return customer;
	};

	it('Create returns the fields that it has set and the address of the page', async () => {
		const customer = await createCustomer();

		expect(customer).toMatchObject({
			name: 'Мия Записанная',
			dob: '2015-09-04',
			custom_school: '12',
			url: `${school.sandbox.url}/company/1/lead/view?id=${String(customer.id)}`,
		});
	});

	it('Create leaves seldom needed fields out of its output when it has not set them', async () => {
		const customer = await createCustomer();

		expect(customer).not.toHaveProperty('color');
		expect(customer).not.toHaveProperty('gender');
		expect(customer).not.toHaveProperty('updated_at');
	});

	it('Update returns the note that it has set, but no birth date that was left empty', async () => {
		const { id } = await createCustomer();

		const [customer] = await run(
			customerForm('update', recordWithId(id), { updateFields: { note: 'Перезвонить', dob: '' } }),
		);

		expect(customer).toMatchObject({ id, name: 'Мия Записанная', note: 'Перезвонить' });
		expect(customer).not.toHaveProperty('dob');
	});
});

/** Fills the form of an operation in branch 1. */
function recordForm(resource: string, operation: string, parameters: INodeParameters = {}): INodeParameters {
	return { resource, operation, branchId: 1, ...parameters };
}

/** Fills the form of Get by ID. */
function getForm(resource: string, id: number, parameters: INodeParameters = {}): INodeParameters {
	return recordForm(resource, 'get', { id: String(id), ...parameters });
}

/** Fills the form of Get Many, with an owner whose records the sandbox has if the form asks for one. */
function getManyForm(resource: string, parameters: INodeParameters = {}): INodeParameters {
	return {
		...chooseListOperation(entityOf(resource)),
		branchId: 1,
		returnAll: true,
		...OWNERS[resource],
		...parameters,
	};
}

/** The owner of the first record that the sandbox has, for each resource whose list belongs to an owner. */
const OWNERS: Record<string, INodeParameters> = {
	cgi: { group_id: GROUP },
	customerTariff: { customer_id: CUSTOMER_WITH_GROUP },
	communication: { class: 'Customer', related_id: 1 },
};

/** Fills the form of Update of a customer whose fields are given as JSON. */
function updateFromJsonForm(customer: number, fields: IDataObject): INodeParameters {
	return customerForm('update', recordWithId(customer), {
		inputMode: 'json',
		json: JSON.stringify(fields),
	});
}

/** Fills the form of Update of a subscription with a note. */
function updateSubscriptionForm(customer: number, subscription: number): INodeParameters {
	return recordForm('customerTariff', 'update', {
		id: String(subscription),
		customer_id: recordWithId(customer),
		updateFields: { note: 'x' },
	});
}

/** Lists the fields of an entity that hold the name of another field, such as `lesson_type_name`. */
function listNamesFromAlfaCrm({ resource, fields, outputFields = [] }: Entity): string[] {
	const fieldNames = [...fields, ...outputFields].map(({ name }) => name);
	const emptyRecord = Object.fromEntries(fieldNames.map((name) => [name, '']));
	const possibleNames = Object.keys(findExpectedNames(school, resource, emptyRecord));

	const namesFromAlfaCrm = possibleNames.filter((name) => fieldNames.includes(name));
	return namesFromAlfaCrm.map((name) => `${resource}.${name}`);
}

/** Adds a planned group lesson of branch 1. */
function addLesson(values: IDataObject): number {
	return addRecord('lesson', {
		branch_id: 1,
		lesson_type_id: 2,
		subject_id: 1,
		status: LESSON_STATUS.planned,
		date: '2026-02-10',
		time_from: '2026-02-10 17:00:00',
		time_to: '2026-02-10 18:00:00',
		...values,
	});
}

/** Adds a subscription that began in 2024. */
function addSubscription(customer: number, e_date: string | null): number {
	return addRecord('customer-tariff', {
		customer_id: customer,
		tariff_id: 1,
		b_date: '01.09.2024',
		e_date,
	});
}

/** Adds rooms after the six that the sandbox has. */
function addRoomsUntil(lastId: number): void {
	for (let id = 7; id <= lastId; id++) {
		addRecord('room', { id, name: `Кабинет ${id}`, branch_id: 1, color_id: 1, weight: id });
	}
}

/** Reads the calls so far for lists of names, other than the list of the records themselves. */
function readCallsForNames(ownPath: string): string[] {
	const calls = NAME_LISTS.filter((path) => path !== ownPath).map((path) => `${path}/index`);
	return school.readCalls().filter((call) => calls.includes(call));
}

/** Fields that AlfaCRM sends with a lesson but does not store. API notes 5.11. */
const SENT_FIELDS = ['lesson_type_name', 'details'];

/** Finds the fields of records that AlfaCRM neither stores nor sends. */
function findFieldsUnknownToAlfaCrm(path: string, records: readonly IDataObject[]): string[] {
	const knownFields = new Set([...readRecords(path).flatMap((row) => Object.keys(row)), ...SENT_FIELDS]);
	const fields = new Set(records.flatMap((record) => Object.keys(record)));
	return [...fields].filter((field) => !knownFields.has(field));
}

/** Finds the different lists of fields that records have, in the order of the fields. */
function findFieldLists(records: readonly IDataObject[]): string[][] {
	const fieldLists = new Set(records.map((record) => Object.keys(record).join(',')));
	return [...fieldLists].map((fields) => fields.split(','));
}

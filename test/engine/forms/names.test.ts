import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { LESSON_STATUS } from '../../support/codes';
import { fromAi } from '../support/agentTool';
import {
	asExpression,
	customerForm,
	locate,
	paymentForm,
	recordWithId,
	recordWithName,
	upsertByPhoneForm,
} from '../support/forms';
import { frontDeskOf } from '../support/frontDesk';
import { useSchool } from '../support/school';
import { leadForm, leadFormFromInput, leadFormWithColumns, leadFormWithJson } from './leadForms';

/** Names of records in place of their IDs, wherever an ID may stand. */
const school = useSchool({ customers: 40 });
const {
	addRecord,
	callAsTool,
	changeRecord,
	changeSettings,
	expectRefused,
	readCustomer,
	readRecord,
	readRecords,
	run,
	runToEnd,
} = frontDeskOf(school);

const TRIAL_STAGE = 2;
const TRIAL_STAGE_NAME = 'Назначено пробное';
const AFTER_TRIAL_STAGE = 3;
/** A stage that is switched off. */
const OLD_STAGE = 5;
const OLD_STAGE_NAME = 'Старый этап';

const PETROV = 1;
const SIDOROVA = 2;
const NORTHERN_BRANCH = 2;
const CUSTOMER = 1;
const PHONE = '+7(900)555-00-01';

describe('the name of a stage', () => {
	const LEAD_WITH_STAGE = { name: 'Мия', is_study: 0, lead_status_id: TRIAL_STAGE_NAME };

	it.each([
		{
			place: 'the mode By Name of the picker',
			form: leadForm({ lead_status_id: recordWithName(TRIAL_STAGE_NAME) }),
		},
		{
			place: 'the mode By ID of the picker',
			form: leadForm({ lead_status_id: locate('id', TRIAL_STAGE_NAME) }),
		},
		{
			place: 'an expression',
			form: leadForm({ lead_status_id: asExpression(TRIAL_STAGE_NAME) }),
		},
		{
			place: 'JSON',
			form: leadFormWithJson(JSON.stringify(LEAD_WITH_STAGE)),
		},
		{
			place: 'an object that an expression puts into JSON',
			form: leadFormWithJson(asExpression(LEAD_WITH_STAGE)),
		},
		{
			place: 'a column of the field mapper',
			form: leadFormWithColumns(LEAD_WITH_STAGE),
		},
	])(
		'Create finds the stage whose name is given in $place, after one list of the stages',
		async ({ form }) => {
			const [lead] = await run(form);

			expect(readCustomer(lead.id)).toMatchObject({ name: 'Мия', lead_status_id: TRIAL_STAGE });
			expect(school.readJournal('lead-status/index')).toHaveLength(1);
		},
	);

	it('Create finds the stage whose name comes in an input item', async () => {
		const [lead] = await run(leadFormFromInput(), { items: [LEAD_WITH_STAGE] });

		expect(readCustomer(lead.id)).toMatchObject({ lead_status_id: TRIAL_STAGE });
	});

	it('Move to Stage finds the stage by its name', async () => {
		await run(
			customerForm('moveToStage', recordWithId(CUSTOMER), {
				lead_status_id: recordWithName(TRIAL_STAGE_NAME),
			}),
		);

		expect(readCustomer(CUSTOMER)).toMatchObject({ lead_status_id: TRIAL_STAGE });
	});

	it('Create or Update finds the stage by its name', async () => {
		const [lead] = await run(
			upsertByPhoneForm(PHONE, { name: 'Мия', is_study: 0, lead_status_id: TRIAL_STAGE_NAME }),
		);

		expect(readCustomer(lead.id)).toMatchObject({ lead_status_id: TRIAL_STAGE });
	});

	it.each([
		{ difference: 'other capitals and more blanks', name: 'назначено  ПРОБНОЕ' },
		{ difference: 'blanks and a line break around it', name: ' Назначено пробное\n' },
		{ difference: 'decomposed Unicode letters', name: 'Назначено пробное'.normalize('NFD') },
	])('Create finds a stage whose name is written with $difference', async ({ name }) => {
		const [lead] = await run(leadForm({ lead_status_id: name }));

		expect(readCustomer(lead.id)).toMatchObject({ lead_status_id: TRIAL_STAGE });
	});

	it('Get Many lists no stages for the filter "not sorted", which stands for no stage', async () => {
		await run({
			resource: 'customer',
			operation: 'getAll',
			branchId: 1,
			filters: { lead_status_id: recordWithName('not sorted') },
		});

		expect(school.readJournal('lead-status/index')).toHaveLength(0);
	});
});

describe('Move to Stage with names in Only If In Stage', () => {
	/** Fills the form of Move to Stage, so that it moves the customer only from the given stages. */
	const moveOnlyFromForm = (onlyIfInStage: unknown) =>
		customerForm('moveToStage', recordWithId(CUSTOMER), {
			lead_status_id: AFTER_TRIAL_STAGE,
			options: { onlyIfInStage: asExpression(onlyIfInStage), neverBack: true },
		});

	beforeEach(() => {
		changeRecord('customer', CUSTOMER, { is_study: 0, lead_status_id: TRIAL_STAGE });
	});

	it.each([
		{ spelling: 'a list', onlyIfInStage: [TRIAL_STAGE_NAME, 'Новый'] },
		{ spelling: 'a text with a comma, one of them "none"', onlyIfInStage: `${TRIAL_STAGE_NAME}, none` },
	])('Move to Stage reads the names in Only If In Stage from $spelling', async ({ onlyIfInStage }) => {
		const records = await run(moveOnlyFromForm(onlyIfInStage));

		expect(records).toMatchObject([{ operationResult: 'updated', lead_status_id: AFTER_TRIAL_STAGE }]);
	});

	it('Move to Stage lists the stages once for the names, and once for the order that Never Back needs', async () => {
		await run(moveOnlyFromForm([TRIAL_STAGE_NAME, 'Новый']));

		expect(school.readJournal('lead-status/index')).toHaveLength(2);
	});

	it('Move to Stage refuses an unknown name in Only If In Stage', async () => {
		const { message } = await expectRefused(moveOnlyFromForm('Не такой'));

		expect(message).toBe('\'Only If In Stage Names or IDs\' is "Не такой", and no stage is called that');
	});
});

describe('the name of a stage that a model gives', () => {
	const leadWithStageFromModel = leadForm({ lead_status_id: locate('id', fromAi('stage')) });

	it('the tool of an agent finds the stage that the model names', async () => {
		const { records } = await callAsTool(leadWithStageFromModel, { stage: TRIAL_STAGE_NAME });

		expect(readCustomer(records[0].id)).toMatchObject({ lead_status_id: TRIAL_STAGE });
	});

	it('the tool of an agent refuses an unknown stage of the model and lists the known stages', async () => {
		const call = callAsTool(leadWithStageFromModel, { stage: 'Согласие' });

		await expect(call).rejects.toMatchObject({
			message: expect.stringContaining('\'Stage\' is "Согласие"') as string,
			description: expect.stringContaining('Назначено пробное (2)') as string,
		});
	});
});

it('Create finds the lead source "Счётчик" by "счетчик", with е in place of ё', async () => {
	const source = addRecord('lead-source', { name: 'Счётчик', code: 'c', is_enabled: 1 });

	const [lead] = await run(leadForm({ lead_source_id: 'счетчик' }));

	expect(readCustomer(lead.id)).toMatchObject({ lead_source_id: source });
});

it.each([
	{ spelling: 'a number', id: 5 },
	{ spelling: 'a text', id: '5' },
	{ spelling: 'a text with blanks', id: ' 5 ' },
	{ spelling: 'a choice from the list', id: locate('list', 5) },
])('Create saves a stage whose ID is $spelling without listing the stages', async ({ id }) => {
	const [lead] = await run(leadForm({ lead_status_id: id }));

	expect(readCustomer(lead.id)).toMatchObject({ lead_status_id: OLD_STAGE });
	expect(school.readCalls()).toEqual(['auth/login', 'customer/create']);
});

describe('digits for a location', () => {
	const LOCATION_101 = 77;

	it.each([
		{ where: 'in the mode By Name', digits: recordWithName('101'), meaning: 'a name', saved: LOCATION_101 },
		{
			where: 'as a number from a sheet in the mode By Name',
			digits: recordWithName('={{ 101 }}'),
			meaning: 'a name',
			saved: LOCATION_101,
		},
		{ where: 'outside of a picker', digits: '101', meaning: 'an ID', saved: 101 },
	])('Create of a room takes "101" $where as $meaning of a location', async ({ digits, saved }) => {
		addRecord('location', { id: LOCATION_101, name: '101', branch_id: 1, is_active: 1 });

		await run({
			resource: 'room',
			operation: 'create',
			branchId: 1,
			name: 'Зал',
			color_id: 1,
			is_enabled: true,
			additionalFields: { location_id: digits },
		});

		expect(school.readJournal('room/create')).toMatchObject([{ body: { location_id: saved } }]);
	});
});

describe('the name of a branch', () => {
	const customersOfBranchForm = (branchId: string): INodeParameters => ({
		resource: 'customer',
		operation: 'getAll',
		returnAll: true,
		branchId,
	});

	/** Reads the addresses of the requests so far. Most of them show the branch. */
	const readAddresses = () => school.sandbox.journal.map(({ path }) => path);

	it('Create looks all names up in the branch that is given by its name', async () => {
		changeSettings({ forbiddenBranches: [1, 3] });

		await run({ ...leadForm({ lead_status_id: TRIAL_STAGE_NAME }), branchId: 'северный' });

		expect(readAddresses()).toEqual([
			'/v2api/auth/login',
			'/v2api/branch/index',
			'/v2api/2/lead-status/index',
			'/v2api/2/customer/create',
		]);
	});

	it('Find searches the branches that Search Branches gives by name and by ID', async () => {
		await run({
			resource: 'customer',
			operation: 'find',
			branchId: 'Центральный',
			matchBy: 'phone',
			phone: '+7 900 000-00-00',
			options: { ifNone: 'nothing', searchBranches: ['Северный', 1] },
		});

		const searches = readAddresses().filter((address) => address.endsWith('customer/index'));
		expect(new Set(searches)).toEqual(new Set(['/v2api/1/customer/index', '/v2api/2/customer/index']));
	});

	it('Get Many refuses an unknown branch name and lists the open branches', async () => {
		const { message, description } = await expectRefused(customersOfBranchForm('Южная'));

		expect(message).toBe('\'Branch\' is "Южная", and no branch is called that');
		expect(description).toBe('There are: Центральный (1), Северный (2).');
	});

	it("Get Many asks for the branch's ID when the user may not list the branches", async () => {
		changeSettings({ forbiddenCalls: ['branch/index'] });

		const { message, description } = await expectRefused(customersOfBranchForm('Северный'));

		expect(message).toContain('\'Branch\' is "Северный", and this user may not list the branches');
		expect(description).toContain('Give the ID instead.');
	});
});

it('Create of a branch finds its subject by name and gives no hint, although the user may not list the branches', async () => {
	changeSettings({ forbiddenCalls: ['branch/index'] });

	const { json, hints } = await runToEnd({
		resource: 'branch',
		operation: 'create',
		name: 'Филиал 9',
		is_active: true,
		additionalFields: { subject_ids: ['Робототехника'] },
	});

	expect(json).toMatchObject([{ subject_ids: [1] }]);
	expect(hints).toEqual([]);
});

describe('Take Payment into an account whose name stands in two branches', () => {
	const CASH = 'Касса у входа';
	const CASH_OF_BRANCH_1 = 71;
	const CASH_OF_BRANCH_2 = 72;

	beforeEach(() => {
		addRecord('pay-account', { id: CASH_OF_BRANCH_1, name: CASH, branch_id: 1 });
		addRecord('pay-account', { id: CASH_OF_BRANCH_2, name: CASH, branch_id: 2 });
	});

	const addPayerOfBranches = (...branchIds: number[]) =>
		addRecord('customer', { name: 'Мия', is_study: 1, branch_ids: branchIds });

	/** Fills the form of Take Payment with the name of the account. */
	const cashPaymentForm = (payer: number, parameters: INodeParameters = {}) =>
		paymentForm(recordWithId(payer), { pay_account_id: recordWithName(CASH), ...parameters });

	const readSentPayments = () => school.readJournal('pay/create').map(({ body }) => body);

	it('Take Payment finds the account in the branch that is chosen for the payment', async () => {
		const payer = addPayerOfBranches(1, 2);

		await run(cashPaymentForm(payer, { additionalFields: { branch_id: recordWithName('Северный') } }));

		expect(readSentPayments()).toMatchObject([{ branch_id: 2, pay_account_id: CASH_OF_BRANCH_2 }]);
	});

	it("Take Payment refuses an account's name when Branch is not the branch of the payer", async () => {
		const payer = addPayerOfBranches(2);

		const { message, description } = await expectRefused(cashPaymentForm(payer, { branchId: 1 }));

		expect(message).toMatch(
			/^'Payment Account' \(Касса у входа\) is of branch 1, but this goes into branch 2/,
		);
		expect(description).toContain("Choose branch 2 in 'Branch', or give the ID.");
	});

	it('Take Payment accepts the ID of an account in the branch of the payer', async () => {
		const payer = addPayerOfBranches(2);

		await run(cashPaymentForm(payer, { branchId: 1, pay_account_id: asExpression(CASH_OF_BRANCH_2) }));

		expect(readSentPayments()).toMatchObject([{ pay_account_id: CASH_OF_BRANCH_2 }]);
	});

	it('Take Payment finds the account by its name when Branch is the branch of the payer', async () => {
		const payer = addPayerOfBranches(2);

		await run(cashPaymentForm(payer, { branchId: 2 }));

		expect(readSentPayments()).toMatchObject([{ pay_account_id: CASH_OF_BRANCH_2 }]);
	});
});

it('Complete looks a room up in the branch of the lesson, not in that of an attendance', async () => {
	const atticOfBranch1 = addRecord('room', { name: 'Мансарда', branch_id: 1, is_enabled: 1 });
	addRecord('room', { name: 'Мансарда', branch_id: 2, is_enabled: 1 });
	const lesson = addRecord('lesson', {
		branch_id: 1,
		date: '2026-02-10',
		time_from: '2026-02-10 17:00:00',
		time_to: '2026-02-10 18:00:00',
		status: LESSON_STATUS.planned,
		lesson_type_id: 2,
		subject_id: 1,
		customer_ids: [CUSTOMER],
	});

	await run({
		resource: 'lesson',
		operation: 'complete',
		branchId: 1,
		id: recordWithId(lesson),
		details: {
			values: [{ customer_id: CUSTOMER, is_attend: true, branch_id: NORTHERN_BRANCH }],
		},
		additionalFields: { room_id: recordWithName('Мансарда') },
	});

	expect(school.readJournal('lesson/teach')).toMatchObject([{ body: { room_id: atticOfBranch1 } }]);
});

it('Get Many of payment accounts reads the branch that is given by its name', async () => {
	await run({
		resource: 'referenceList',
		operation: 'getAll',
		list: 'payAccount',
		branchId: recordWithName('Северный'),
	});

	expect(school.readJournal('pay-account/index')[0].path).toBe('/v2api/2/pay-account/index');
});

it('Get Many of text messages finds a branch and a user by their names', async () => {
	await run({
		resource: 'message',
		operation: 'getAll',
		kind: 'smsMessage',
		branchId: recordWithName('Северный'),
		filters: { user_id: recordWithName('Администратор') },
	});

	expect(school.sandbox.journal.at(-1)).toMatchObject({
		path: '/v2api/2/sms-message/index',
		body: { user_id: 1 },
	});
});

describe('a name that several records have', () => {
	it('Create refuses a name that two active stages have, and gives their IDs', async () => {
		addRecord('lead-status', { id: 60, name: TRIAL_STAGE_NAME, is_enabled: 1, pipeline_id: 2 });

		const { message, description } = await expectRefused(leadForm({ lead_status_id: TRIAL_STAGE_NAME }));

		expect(message).toBe('\'Stage\' is "Назначено пробное", and 2 stages are called that');
		expect(description).toBe(
			'Give the ID of the one that is meant: Назначено пробное (60), Назначено пробное (2). Nothing was saved.',
		);
	});

	it('Create takes the active lead source of two with one name', async () => {
		const active = addRecord('lead-source', { name: 'Листовки', is_enabled: 1 });
		addRecord('lead-source', { name: 'Листовки', is_enabled: 0 });

		const [lead] = await run(leadForm({ lead_source_id: 'Листовки' }));

		expect(readCustomer(lead.id)).toMatchObject({ lead_source_id: active });
	});

	it('Get Many takes the teacher who still works of two with one name', async () => {
		addRecord('teacher', { name: 'Лисов Лев', e_date: '2020-12-31', branch_ids: [1] });
		const active = addRecord('teacher', { name: 'Лисов Лев', e_date: '2030-12-31', branch_ids: [1] });

		await run({
			resource: 'lesson',
			operation: 'getAll',
			branchId: 1,
			filters: { teacher_id: recordWithName('Лисов Лев') },
		});

		expect(school.readJournal('lesson/index').at(-1)?.body).toMatchObject({ teacher_id: active });
	});
});

it('Create takes an inactive lead source when no active one has the name', async () => {
	const switchedOff = addRecord('lead-source', { name: 'Газета', is_enabled: 0 });

	const [lead] = await run(leadForm({ lead_source_id: 'Газета' }));

	expect(readCustomer(lead.id)).toMatchObject({ lead_source_id: switchedOff });
});

describe('a name that no record has', () => {
	/** Adds lead sources to the four active ones of the school. */
	const addLeadSources = (count: number) => {
		for (let number = 1; number <= count; number++) {
			addRecord('lead-source', { name: `Сайт ${number}`, is_enabled: 1 });
		}
	};

	it('Create refuses an unknown name, lists twenty lead sources and counts the others', async () => {
		addLeadSources(30);

		const { description } = await expectRefused(leadForm({ lead_source_id: 'Радио' }));

		expect(description).toMatch(/^There are: (.* \(\d+\), ){19}.* \(\d+\) and 14 more\. /);
	});

	it('Create says that AlfaCRM hides a stage when it cannot find the name of that stage', async () => {
		school.sandbox.store.hide('lead-status', OLD_STAGE, 'counted');

		const { description } = await expectRefused(leadForm({ lead_status_id: OLD_STAGE_NAME }));

		expect(description).toContain('. AlfaCRM counts some that it does not show. Nothing was saved.');
	});
});

it('Create finds a stage that AlfaCRM shows, although AlfaCRM hides another one', async () => {
	school.sandbox.store.hide('lead-status', OLD_STAGE, 'counted');

	const [lead] = await run(leadForm({ lead_status_id: TRIAL_STAGE_NAME }));

	expect(readCustomer(lead.id)).toMatchObject({ lead_status_id: TRIAL_STAGE });
});

describe('the name of a room of branch 2', () => {
	const lessonsInAtticForm = (branchId: number): INodeParameters => ({
		resource: 'lesson',
		operation: 'getAll',
		branchId,
		filters: { room_ids: ['Мансарда'] },
	});

	it('Get Many in branch 1 refuses the name of a room of branch 2', async () => {
		addRecord('room', { name: 'Мансарда', branch_id: 2, is_enabled: 1 });

		const { message } = await expectRefused(lessonsInAtticForm(1));

		expect(message).toContain('no room is called that');
	});

	it('Get Many in branch 2 finds a room of branch 2 by its name', async () => {
		const attic = addRecord('room', { name: 'Мансарда', branch_id: 2, is_enabled: 1 });

		await run(lessonsInAtticForm(2));

		expect(school.readJournal('lesson/index')[0].body).toMatchObject({ room_ids: [attic] });
	});
});

describe('a comment that looks like the fields of a record', () => {
	const COMMENT = '{"user_id":"Кто-то"}';

	it.each([
		{ source: 'the form', comment: COMMENT },
		{ source: 'an expression', comment: asExpression(COMMENT) },
	])(
		'Add Comment saves a comment that looks like JSON as it is when it comes from $source',
		async ({ comment }) => {
			await run(customerForm('addComment', recordWithId(CUSTOMER), { comment, skipIfThere: false }));

			expect(readRecords('communication').at(-1)?.comment).toBe('{"user_id":"Кто-то"}');
		},
	);
});

describe('several names of teachers', () => {
	/** Updates the teachers of a customer, and returns the IDs that AlfaCRM receives. */
	const sendTeachers = async (teacher_ids: unknown) => {
		await run({
			resource: 'customer',
			operation: 'update',
			branchId: 1,
			id: CUSTOMER,
			updateFields: { teacher_ids } as INodeParameters,
		});

		const [{ body }] = school.readJournal('customer/update');
		return (body as IDataObject).teacher_ids;
	};

	it.each([
		{ spelling: 'a list of names', value: ['Петров Лев', 'Сидорова Ева'] },
		{ spelling: 'a list of a name and an ID', value: ['Петров Лев', SIDOROVA] },
		{ spelling: 'a text of names with a comma', value: 'Петров Лев, Сидорова Ева' },
		{ spelling: 'a text of a name and an ID', value: 'Петров Лев, 2' },
		{ spelling: 'a list of names as JSON', value: '["Петров Лев","Сидорова Ева"]' },
		{ spelling: 'a list with one text of two names', value: ['Петров Лев, Сидорова Ева'] },
		{ spelling: 'a list with one text of two IDs', value: ['1, 2'] },
	])('Update reads the teachers from $spelling', async ({ value }) => {
		const sent = await sendTeachers(value);

		expect(sent).toEqual([PETROV, SIDOROVA]);
	});

	it.each([
		{ spelling: 'in a list', value: ['Орлова, Анна'] },
		{ spelling: 'in a text, with other capitals and blanks', value: 'орлова,  анна' },
	])('Update finds a teacher whose name has a comma when it is given $spelling', async ({ value }) => {
		const orlova = addRecord('teacher', { name: 'Орлова, Анна', branch_ids: [1] });

		const sent = await sendTeachers(value);

		expect(sent).toEqual([orlova]);
	});

	it.each(['name', 'id'])(
		'Assign Teachers finds two teachers whose names are typed in the mode %s of the picker',
		async (mode) => {
			changeRecord('customer', CUSTOMER, { teacher_ids: [] });

			await run(
				customerForm('assignTeachers', recordWithId(CUSTOMER), {
					teacher_ids: locate(mode, 'Петров Лев, Сидорова Ева'),
				}),
			);

			expect(readRecord('customer', CUSTOMER).teacher_ids).toEqual([PETROV, SIDOROVA]);
		},
	);
});

it('Get Many reads each list of names once for all items and for the names in the output', async () => {
	const ITEM = { branch: 'Центральный', stage: 'Новый' };

	const { json } = await runToEnd(
		{
			resource: 'customer',
			operation: 'getAll',
			branchId: '={{ $json.branch }}',
			filters: { lead_status_id: '={{ $json.stage }}' },
			is_study: 0,
			limit: 3,
			simplify: false,
		},
		{ items: [ITEM, ITEM, ITEM, ITEM, ITEM, ITEM] },
	);

	expect(json.length).toBeGreaterThan(0);
	expect(school.readJournal('branch/index')).toHaveLength(1);
	expect(school.readJournal('lead-status/index')).toHaveLength(1);
});

describe('the picker of rooms', () => {
	/** Types a text into the picker of rooms, and returns the names that it shows. */
	const searchRooms = async (branchId: unknown, typedText?: string) => {
		const { results } = await school.engine.searchPicker(
			'rooms',
			{ branchId: branchId as string },
			typedText,
		);
		return results.map(({ name }) => name);
	};

	it('the picker of rooms shows the rooms whose names contain the typed text', async () => {
		changeRecord('room', 1, { name: 'Зелёный зал' });

		expect(await searchRooms(1, 'зелен')).toEqual(['Зелёный зал']);
	});

	it('the picker of rooms shows all rooms of the branch when nothing is typed', async () => {
		expect(await searchRooms(1)).toEqual(['Каб. 1', 'Каб. 2', 'Мастерская']);
	});

	it.each([
		{ how: 'picked', branchId: locate('list', NORTHERN_BRANCH) },
		{ how: 'given by its name', branchId: recordWithName('северный') },
	])('the picker of rooms shows the rooms of the branch that is $how', async ({ branchId }) => {
		expect(await searchRooms(branchId)).toEqual(['Каб. 21', 'Каб. 22']);
	});
});

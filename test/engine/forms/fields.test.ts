import type { SupplyDataContext } from 'n8n-core';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import type { JsonSchema } from '../../../nodes/AlfaCrm/fields/kind';
import { recordSchema } from '../../../nodes/AlfaCrm/output/recordSchema';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { findShownParameters } from '../../support/form';
import { callTool, fromAi, makeToolContext } from '../support/agentTool';
import { Engine } from '../support/engine';
import {
	asExpression,
	customerForm,
	EMPTY,
	findByPhoneForm,
	locate,
	NULL,
	recordWithId,
	upsertByPhoneForm,
} from '../support/forms';
import { frontDeskOf } from '../support/frontDesk';
import { useSchool } from '../support/school';
import { leadForm, leadFormFromInput, leadFormWithColumns, leadFormWithJson } from './leadForms';

/** Tests the values that fields take: typed, as JSON, mapped, picked, by expression, or from an agent. */
const school = useSchool({ customers: 40 });
const {
	addClient,
	addLead,
	addRecord,
	callAsTool,
	changeRecord,
	changeSettings,
	expectRefused,
	expectRefusedUnsent,
	readCustomer,
	readRecord,
	readRecords,
	run,
	runToEnd,
} = frontDeskOf(school);

const CREATE_CUSTOMER: INodeParameters = { resource: 'customer', operation: 'create', branchId: 1 };
const PHONE = '+7(900)555-00-01';

/** Reads the body of the only call that has created a customer. */
const readCreatedBody = () => {
	const bodies = school.readJournal('customer/create').map(({ body }) => body);
	expect(bodies).toHaveLength(1);
	return bodies[0];
};

const countBranchRequests = () => school.readJournal('branch/index').length;

describe('Create with JSON', () => {
	const LEAD = {
		name: 'Из JSON',
		is_study: CUSTOMER_TYPE.lead,
		legal_type: 1,
		dob: '2015-09-04',
		phone: '89000000101',
		custom_school: '12',
	};

	it.each([
		{ source: 'a text', json: JSON.stringify(LEAD) },
		{ source: 'an object from an expression', json: asExpression(LEAD) },
	])('Create sends the fields of $source as it sends those of the form', async ({ json }) => {
		await run(leadFormWithJson(json));

		expect(readCreatedBody()).toEqual({
			name: 'Из JSON',
			is_study: 0,
			legal_type: 1,
			dob: '04.09.2015',
			phone: ['89000000101'],
			custom_school: '12',
			branch_ids: [1],
		});
	});

	it('the tool of an agent asks the model only for the JSON, and describes its fields, types and choices', async () => {
		const { toolArguments } = await callAsTool({ ...CREATE_CUSTOMER, inputMode: 'json' }, { JSON: LEAD });

		expect(toolArguments).toHaveLength(1);
		expect(toolArguments[0]).toMatchObject({ key: 'JSON', type: 'json' });
		expect(toolArguments[0].description).toMatch(
			/^required: name, is_study \(1 Client, 0 Lead\); optional: .*dob \(date\), gender \(0 Not Given, 1 Male/,
		);
	});

	it('the tool of an agent sends the JSON that the model gives', async () => {
		await callAsTool({ ...CREATE_CUSTOMER, inputMode: 'json' }, { JSON: LEAD });

		expect(readCreatedBody()).toMatchObject({ name: 'Из JSON', dob: '04.09.2015', custom_school: '12' });
	});

	it('Create refuses an unknown field in the JSON and lists the known fields', async () => {
		const json = JSON.stringify({ ...LEAD, telefon: '1' });

		const { message, description } = await expectRefusedUnsent(leadFormWithJson(json), '"telefon"');

		expect(message).toBe('AlfaCRM\'s customer has no field "telefon" that can be set here');
		expect(description).toMatch(/There are name, phone \(list\), .*gender \(0 Not Given, 1 Male, 2 Female\)/);
	});
});

describe('the field mapper', () => {
	const loadCustomerColumns = async (operation: string) =>
		await school.engine.loadColumns('customerColumns', { ...CREATE_CUSTOMER, operation });

	it('the field mapper begins with the two fields that a new customer needs', async () => {
		const [name, customerType, ...otherColumns] = await loadCustomerColumns('create');

		expect(name).toMatchObject({ displayName: 'Name', required: true });
		expect(name.defaultValue).toBeUndefined();
		expect(customerType).toMatchObject({
			displayName: 'Customer Type',
			required: true,
			defaultValue: CUSTOMER_TYPE.lead,
		});
		expect(otherColumns).not.toContainEqual(expect.objectContaining({ required: true }));
	});

	it('the field mapper shows the other fields from A to Z, and the custom fields last', async () => {
		const columns = await loadCustomerColumns('create');

		expect(columns.map(({ displayName }) => displayName)).toEqual([
			'Name',
			'Customer Type',
			'Address',
			'Assigned Manager Name or ID',
			'Barcode',
			'Branch Names or IDs',
			'Date of Birth',
			'Email',
			'Gender',
			'Lead Source Name or ID',
			'Legal Type',
			'Note',
			'Payer Name',
			'Phone',
			'Pipeline Name or ID',
			'Stage Name or ID',
			'Study Status Name or ID',
			'Teacher Names or IDs',
			'Website',
			'custom_dogovor',
			'custom_interesy',
			'custom_school',
		]);
	});

	it.each([
		{ id: 'name', type: 'string' },
		{ id: 'dob', type: 'dateTime' },
		{ id: 'phone', type: 'string' },
		{ id: 'gender', type: 'options' },
	])('the field mapper gives the column $id the type $type', async ({ id, type }) => {
		const columns = await loadCustomerColumns('create');

		expect(columns).toContainEqual(expect.objectContaining({ id, type }));
	});

	it('the field mapper neither requires nor presets a field for Update', async () => {
		const columns = await loadCustomerColumns('update');

		const requiredOrPreset = columns.filter(
			({ required, defaultValue }) => required || defaultValue !== undefined,
		);
		expect(requiredOrPreset).toEqual([]);
	});

	const entitiesWithCustomFields = entities.filter(({ hasCustomFields }) => hasCustomFields);

	it.each(entitiesWithCustomFields)(
		'the field mapper shows the fields and the custom fields of $plural',
		async ({ resource, label, fields }) => {
			const method = `${label.toLowerCase()}Columns`;

			const columns = await school.engine.loadColumns(method, { ...CREATE_CUSTOMER, resource });

			const ids = columns.map(({ id }) => id);
			expect(ids).toEqual(expect.arrayContaining(fields.map(({ name }) => name)));
			expect(ids).toContainEqual(expect.stringMatching(/^custom_/));
		},
	);

	it('Create sends only the columns of the field mapper that are filled', async () => {
		const columns = {
			name: '={{ $json.who }}',
			is_study: '0',
			legal_type: 1,
			custom_school: '7',
			note: null,
		};

		await run(leadFormWithColumns(columns), { items: [{ who: 'Мапов' }] });

		expect(readCreatedBody()).toEqual({
			name: 'Мапов',
			is_study: 0,
			legal_type: 1,
			custom_school: '7',
			branch_ids: [1],
		});
	});

	it('Create sends the fields of the input item when they are mapped by their names', async () => {
		const item = { name: 'Сам', is_study: 0, legal_type: 1, custom_school: '3' };

		await run(leadFormFromInput(), { items: [item] });

		expect(readCreatedBody()).toMatchObject(item);
	});

	it('Create leaves out an unknown field of the input item and names it in a hint', async () => {
		const item = { name: 'Сам', is_study: 0, legal_type: 1, extra: 1 };

		const { hints } = await runToEnd(leadFormFromInput(), { items: [item] });

		expect(readCreatedBody()).not.toHaveProperty('extra');
		expect(hints).toEqual([
			'Left out, since AlfaCRM\'s customer has no such field that can be set here: "extra"',
		]);
	});
});

describe('the preview of the output', () => {
	const IS_OF_TYPE: Record<string, (value: unknown) => boolean> = {
		integer: Number.isInteger,
		string: (value) => typeof value === 'string',
		boolean: (value) => typeof value === 'boolean',
		array: Array.isArray,
	};

	/** Describes the values of a record that have another type than the preview says. */
	const findMistypedValues = (record: IDataObject, properties: Record<string, JsonSchema>) =>
		Object.entries(properties)
			.map(([name, { type }]) => ({ name, type: String(type), value: record[name] ?? null }))
			.filter(({ type, value }) => value !== null && IS_OF_TYPE[type]?.(value) === false)
			.map(({ name, type, value }) => `${name}: ${JSON.stringify(value)} is no ${type}`);

	it.each(entities)(
		'the preview of the output shows the types that the values of $plural have in AlfaCRM',
		(entity) => {
			const { properties } = recordSchema(entity);

			const records = readRecords(entity.path).slice(0, 40);

			const mistyped = records.flatMap((record) => findMistypedValues(record, properties));
			expect(mistyped).toEqual([]);
			expect(records.length).toBeGreaterThan(0);
		},
	);
});

describe('a field with one row for each value', () => {
	it('Create opens with one empty row for a phone', () => {
		const parameters = findShownParameters(CREATE_CUSTOMER);

		const phone = parameters.find(({ name }) => name === 'phone');
		expect(phone?.default).toEqual(['']);
	});

	it.each<{ state: string; fields: INodeParameters }>([
		{ state: 'is left as the form opens', fields: {} },
		{ state: 'has nothing but empty rows', fields: { phone: [asExpression(''), ' '] } },
	])('Create sends no phone when it $state', async ({ fields }) => {
		await run({ ...leadForm(), ...fields });

		expect(readCreatedBody()).not.toHaveProperty('phone');
	});

	it('Create sends the phones and emails of the rows that are filled', async () => {
		const [lead] = await run({
			...leadForm(),
			phone: ['', '8 900 555-00-01', ''],
			email: ['a@example.org', ''],
		});

		expect(readCustomer(lead.id)).toMatchObject({ phone: [PHONE], email: ['a@example.org'] });
	});
});

describe('an empty Branch in an account with one branch', () => {
	const HINT = "'Branch' is empty, so the only branch of the account was used";
	const LEAD_WITHOUT_BRANCH = { ...leadForm(), branchId: '' };

	beforeEach(() => {
		school.sandbox.store.remove('branch', 2);
		school.sandbox.store.remove('branch', 3);
	});

	it.each([
		{ state: 'left empty', branchId: '' },
		{ state: 'null', branchId: NULL },
		{ state: 'an empty list', branchId: asExpression([]) },
	])('Create uses the only branch when Branch is $state, and names it in a hint', async ({ branchId }) => {
		const { json, hints } = await runToEnd({ ...leadForm(), branchId });

		expect(readCustomer(json[0].id).branch_ids).toEqual([1]);
		expect(hints).toEqual([`${HINT}: Центральный (1)`]);
		expect(countBranchRequests()).toBe(1);
	});

	it('Create lists the branches once for eight items with an empty Branch', async () => {
		const items = [...'abcdefgh'].map((name) => ({ name }));

		const leads = await run({ ...LEAD_WITHOUT_BRANCH, name: '={{ $json.name }}' }, { items });

		expect(leads).toHaveLength(8);
		expect(countBranchRequests()).toBe(1);
	});

	it('Create or Update lists the branches once when Branch is empty and all branches are searched', async () => {
		addLead({ phone: [PHONE] });

		const records = await run({ ...upsertByPhoneForm(PHONE), branchId: '' });

		expect(records).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(countBranchRequests()).toBe(1);
	});

	it('Create with an empty Branch does not list the branches again in the next execution', async () => {
		await run(LEAD_WITHOUT_BRANCH);

		await run(LEAD_WITHOUT_BRANCH);

		expect(countBranchRequests()).toBe(1);
	});

	it.each<INodeParameters>([
		{ resource: 'subject', operation: 'getAll' },
		{ resource: 'customer', operation: 'addComment', comment: 'Звонили' },
		{ resource: 'customer', operation: 'getCalendar', date1: '2026-02-01', date2: '2026-02-28' },
	])('$resource $operation uses the only branch when Branch is empty', async (parameters) => {
		const customer = addLead();

		const { error, hints } = await runToEnd({ ...parameters, id: recordWithId(customer) });

		expect(error).toBeUndefined();
		expect(hints.join()).toContain(HINT);
	});

	it('Create does not list the branches when Branch is filled', async () => {
		const { hints } = await runToEnd(leadForm());

		expect(hints).toEqual([]);
		expect(countBranchRequests()).toBe(0);
	});

	it('Get Many of branches lists the branches once, because it needs no branch', async () => {
		await run({ resource: 'branch', operation: 'getAll' });

		expect(countBranchRequests()).toBe(1);
	});

	it.each<{ mistake: string; parameters: INodeParameters; words: string }>([
		{ mistake: 'an empty Name', parameters: { name: EMPTY }, words: "'Name' is empty" },
		{
			mistake: 'an unknown field',
			parameters: { inputMode: 'json', json: '{"name":"Мия","colour":1}' },
			words: '"colour"',
		},
	])(
		'Create says that nothing was saved when it refuses $mistake after it has read the branches',
		async ({ parameters, words }) => {
			const { message, description } = await expectRefused({ ...LEAD_WITHOUT_BRANCH, ...parameters });

			expect(message).toContain(words);
			expect(description).toContain('Nothing was saved.');
			expect(countBranchRequests()).toBe(1);
		},
	);

	it('Create says that nothing was sent when it refuses a Branch of 0', async () => {
		const form = { ...leadForm(), branchId: asExpression(0) };

		const { description } = await expectRefusedUnsent(form, "'Branch'");

		expect(description).toContain('Nothing was sent to AlfaCRM.');
	});

	it('Create refuses all items with an empty Branch after one request when the user may not list the branches', async () => {
		changeSettings({ forbiddenCalls: ['branch/index'] });

		const { errorItems } = await runToEnd(LEAD_WITHOUT_BRANCH, {
			items: [{}, {}, {}],
			onError: 'continueErrorOutput',
		});

		const mention = expect.stringContaining(
			"'Branch' is empty, and this user may not list the branches of the account",
		) as string;
		expect(errorItems.map(({ json }) => JSON.stringify(json))).toEqual([mention, mention, mention]);
		// After a 403, the node logs in again and asks once more.
		expect(countBranchRequests()).toBeLessThanOrEqual(2);
	});
});

describe('an empty Branch in an account with two branches or none', () => {
	const LEAD_WITHOUT_BRANCH = { ...leadForm(), branchId: '' };

	beforeEach(() => {
		school.sandbox.store.remove('branch', 3);
	});

	it('Create refuses an empty Branch when the account has an open and a closed branch, because a closed one still has records', async () => {
		changeRecord('branch', 2, { is_active: 0 });

		const { message, description } = await expectRefused(LEAD_WITHOUT_BRANCH);

		expect(message).toBe("'Branch' is empty, and AlfaCRM shows 2 branches of the account");
		expect(description).toBe('Choose the branch, or check the expression in it. Nothing was saved.');
		expect(countBranchRequests()).toBe(1);
	});

	it('Create refuses an empty Branch when the account has no branch', async () => {
		school.sandbox.store.remove('branch', 1);
		school.sandbox.store.remove('branch', 2);

		const { message } = await expectRefused(LEAD_WITHOUT_BRANCH);

		expect(message).toBe("'Branch' is empty, and AlfaCRM shows 0 branches of the account");
	});
});

// test/properties/values does this with each option of each operation.
describe.each<{ label: string; fillOption: (value: string) => INodeParameters }>([
	{
		label: 'If Several Match',
		fillOption: (ifSeveral) => upsertByPhoneForm(PHONE, { note: '' }, { ifSeveral }),
	},
	{
		label: 'Include Archived',
		fillOption: (archived) => findByPhoneForm(PHONE, { archived }),
	},
	{
		label: 'Simplify',
		fillOption: (simplify) => customerForm('get', recordWithId(1), { simplify }),
	},
])('the option $label', ({ label, fillOption }) => {
	it.each([
		{ kind: 'null', value: NULL },
		{ kind: 'an empty text', value: EMPTY },
		{ kind: 'an unknown word', value: 'nevest' },
	])(`the node refuses $kind for '${label}' before anything is sent`, async ({ value }) => {
		const { description } = await expectRefusedUnsent(fillOption(value), `'${label}'`);

		expect(description).toContain('Nothing was sent to AlfaCRM.');
	});
});

describe('the option Set Only on Creation', () => {
	it.each([
		{ kind: 'null', onlyForNew: NULL },
		{ kind: 'a list with an unknown field', onlyForNew: asExpression(['is_study', 'naem']) },
	])(
		'Create or Update refuses $kind as Set Only on Creation before anything is sent',
		async ({ onlyForNew }) => {
			addClient({ phone: [PHONE] });
			const form = upsertByPhoneForm(PHONE, { is_study: CUSTOMER_TYPE.lead }, { onlyForNew });

			const { description } = await expectRefusedUnsent(form, "'Set Only on Creation'");

			expect(description).toContain('Nothing was sent to AlfaCRM.');
		},
	);

	it.each([
		{ spelling: 'a text with commas', onlyForNew: 'is_study, note' },
		{ spelling: 'JSON', onlyForNew: '["is_study","note"]' },
	])(
		'Create or Update keeps the fields of a known customer that $spelling names as Set Only on Creation',
		async ({ onlyForNew }) => {
			const id = addClient({ phone: [PHONE], note: 'Старое', assigned_id: null });
			const fields = { is_study: CUSTOMER_TYPE.lead, note: 'Новое', assigned_id: 4 };

			const records = await run(upsertByPhoneForm(PHONE, fields, { onlyForNew }));

			expect(records).toMatchObject([{ id, changedFields: ['assigned_id'] }]);
		},
	);
});

describe('the address of a page', () => {
	/** Makes the address of the page of a record in this account. */
	const makePageAddress = (page: string, id: number) =>
		`${school.sandbox.url}/company/1/${page}/view?id=${id}`;
	const PAGE_OF_OTHER_SCHOOL = 'https://other-school.s20.online/company/1/customer/view?id=1';

	const lessonForm = (operation: string, parameters: object): INodeParameters => ({
		resource: 'lesson',
		operation,
		branchId: 1,
		id: '1',
		...parameters,
	});

	it.each<{ mode: string; makePicker: () => INodeParameters }>([
		{ mode: 'From List', makePicker: () => locate('list', 5) },
		{ mode: 'By ID', makePicker: () => recordWithId(5) },
		{ mode: 'By URL', makePicker: () => locate('url', makePageAddress('customer', 5)) },
	])('Get finds customer 5 who is picked in the mode $mode', async ({ makePicker }) => {
		const records = await run(customerForm('get', makePicker()));

		expect(records).toMatchObject([{ id: 5 }]);
	});

	it.each<{ address: string; makeUrl: (id: number) => string }>([
		{ address: 'a page of another school', makeUrl: () => PAGE_OF_OTHER_SCHOOL },
		{ address: 'the page of a lesson', makeUrl: (id) => makePageAddress('lesson', id) },
		{
			address: 'a list with a filter',
			makeUrl: (id) => `${school.sandbox.url}/company/1/customer/index?id=${id}`,
		},
		{
			address: 'a page that belongs to no branch',
			makeUrl: (id) => `${school.sandbox.url}/customer/view?id=${id}`,
		},
		{
			address: 'a page with the ID in the fragment',
			makeUrl: (id) => `${school.sandbox.url}/company/1/customer/view#?id=${id}`,
		},
		{ address: 'a page with a letter after the ID', makeUrl: (id) => `${makePageAddress('customer', id)}a` },
		{
			address: 'a page on another host, with the host of the school as its user',
			makeUrl: (id) => makePageAddress('customer', id).replace('/company', '@example.com/company'),
		},
	])('Delete refuses $address as a customer before anything is sent', async ({ makeUrl }) => {
		const customer = addLead();

		await expectRefusedUnsent(customerForm('delete', locate('url', makeUrl(customer))), "'Customer'");

		expect(readCustomer(customer)).toMatchObject({ id: customer });
	});

	it.each<{ address: string; label: string; makeForm: () => INodeParameters }>([
		{
			address: 'the page of a group among the customers of a lesson',
			label: 'Customer',
			makeForm: () =>
				lessonForm('update', { updateFields: { customer_ids: `1, ${makePageAddress('group', 1)}` } }),
		},
		{
			address: 'the page of a customer as a room',
			label: 'Room',
			makeForm: () => lessonForm('update', { updateFields: { room_id: makePageAddress('customer', 1) } }),
		},
		{
			address: 'a page of another school in an attendance',
			label: 'Customer',
			makeForm: () =>
				lessonForm('complete', { details: { values: [{ customer_id: PAGE_OF_OTHER_SCHOOL }] } }),
		},
		{
			address: 'a page of another school in the filter of IDs',
			label: 'IDs',
			makeForm: () => ({
				resource: 'customer',
				operation: 'getAll',
				branchId: 1,
				returnAll: true,
				filters: { ids: PAGE_OF_OTHER_SCHOOL },
			}),
		},
		{
			address: 'the page of a customer as a payment',
			label: 'Payment ID',
			makeForm: () => ({
				resource: 'pay',
				operation: 'delete',
				branchId: 1,
				id: makePageAddress('customer', 1),
			}),
		},
		{
			address: 'the page of a customer as a branch',
			label: 'Branch',
			makeForm: () => lessonForm('delete', { branchId: makePageAddress('customer', 1) }),
		},
	])('the node refuses $address before anything is sent', async ({ label, makeForm }) => {
		const { description } = await expectRefusedUnsent(makeForm(), `'${label}'`);

		expect(description).toContain('Nothing was sent to AlfaCRM.');
	});

	it.each(['customer', 'lead'])(
		'Delete deletes only the customer whose page of a %s is given',
		async (page) => {
			const deleted = addLead();
			const kept = addLead();

			await run(customerForm('delete', locate('url', ` ${makePageAddress(page, deleted)}&tab=2#x `)));

			expect(readCustomer(deleted)).toBeUndefined();
			expect(readCustomer(kept)).toMatchObject({ id: kept });
		},
	);

	it('Complete marks the customers whose pages are given, from any branch', async () => {
		const first = addClient();
		const second = addClient();
		const lesson = addRecord('lesson', {
			branch_id: 1,
			status: LESSON_STATUS.planned,
			lesson_type_id: 2,
			subject_id: 1,
			date: '2026-02-10',
			time_from: '2026-02-10 17:00:00',
			time_to: '2026-02-10 18:00:00',
		});
		const pageInBranch1 = makePageAddress('customer', first);
		const pageInBranch2 = makePageAddress('customer', second).replace('/company/1/', '/company/2/');

		await run(
			lessonForm('complete', { id: String(lesson), present_ids: `${pageInBranch1}, ${pageInBranch2}` }),
		);

		const attendances = readRecords('lesson-details').filter(({ lesson_id }) => lesson_id === lesson);
		expect(attendances.map(({ customer_id }) => customer_id)).toEqual([first, second]);
	});

	it('Update takes the address of a page although the credential has its host in capitals and with a path', async () => {
		const group = addRecord('group', { name: 'Шахматы', branch_ids: [1] });
		const hostname = `${school.sandbox.url.toUpperCase()}/company/1`;
		school.engine = new Engine({ ...school.credential, hostname });

		await run({
			resource: 'group',
			operation: 'update',
			branchId: 1,
			id: locate('url', makePageAddress('group', group)),
			updateFields: { name: 'Шашки' },
		});

		expect(readRecord('group', group)).toMatchObject({ name: 'Шашки' });
	});
});

describe('Create or Update as the tool of an agent', () => {
	const formForModel = upsertByPhoneForm(fromAi('phone'), { name: fromAi('name'), note: fromAi('note') });

	/** Hides the function that shows hints, which n8n 1.97 does not have. */
	const withoutHints = (context: SupplyDataContext): SupplyDataContext =>
		new Proxy(context, {
			has: (target, name) => name !== 'addExecutionHints' && name in target,
			get: (target, name) => {
				if (name === 'addExecutionHints') return undefined;
				const value: unknown = Reflect.get(target, name, target);
				return typeof value === 'function' ? value.bind(target) : value;
			},
		});

	it.each(['null', '', '[]'])(
		'the tool of an agent refuses the phone %j of a model and creates nobody',
		async (phone) => {
			const countBefore = readRecords('customer').length;

			const call = callAsTool(formForModel, { phone, name: 'Вера' });

			await expect(call).rejects.toThrow(/'Phone'/);
			expect(readRecords('customer')).toHaveLength(countBefore);
		},
	);

	describe('of a user who may not list the branches, which is worth a hint', () => {
		const ARGUMENTS = { phone: `["${PHONE}"]`, name: 'Вера', note: 'Перезвонить' };

		beforeEach(() => {
			changeSettings({ forbiddenCalls: ['branch/index'] });
		});

		it('the tool of an agent saves what the model gives and returns the record, although there is a hint', async () => {
			const customer = addLead({ phone: [PHONE] });

			const { records } = await callAsTool(formForModel, ARGUMENTS);

			expect(records).toEqual([expect.objectContaining({ id: customer, operationResult: 'updated' })]);
			expect(readCustomer(customer).note).toBe('Перезвонить');
		});

		it('the tool of an agent saves what the model gives in n8n 1.97, where a tool cannot show hints', async () => {
			const customer = addLead({ phone: [PHONE] });
			const context = withoutHints(makeToolContext(school, formForModel, ARGUMENTS));

			const items = await callTool(context);

			expect(items.map(({ json }) => json)).toEqual([
				expect.objectContaining({ id: customer, operationResult: 'updated' }),
			]);
			expect(readCustomer(customer).note).toBe('Перезвонить');
		});
	});
});

describe('Create of a lesson as the tool of an agent', () => {
	const formForModel: INodeParameters = {
		resource: 'lesson',
		operation: 'create',
		branchId: 1,
		lesson_type_id: 3,
		subject_id: 1,
		lesson_date: fromAi('day'),
		time_from: fromAi('time'),
		customer_ids: recordWithId(fromAi('customer')),
	};

	const readLessonsOfDay = () => readRecords('lesson').filter(({ date }) => date === '2031-03-10');

	it.each<{ args: IDataObject }>([
		{ args: {} },
		{ args: { customer: '' } },
		{ args: { customer: 'null' } },
		{ args: { customer: '[]' } },
	])(
		"the tool of an agent refuses a lesson for nobody when the model's arguments are $args",
		async ({ args }) => {
			const call = callAsTool(formForModel, { day: '2031-03-10', time: '17:00', ...args });

			await expect(call).rejects.toThrow(/'Customer'/);
			expect(readLessonsOfDay()).toEqual([]);
		},
	);

	it('the tool of an agent creates one lesson when the model calls it twice', async () => {
		const args = { day: '2031-03-10', time: '17:00', customer: String(addLead()) };

		const { records: firstRecords } = await callAsTool(formForModel, args);
		const { records: secondRecords } = await callAsTool(formForModel, args);

		expect(secondRecords[0].id).toBe(firstRecords[0].id);
		expect(readLessonsOfDay()).toHaveLength(1);
	});
});

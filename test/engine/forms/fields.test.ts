import type { SupplyDataContext } from 'n8n-core';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { forgetAccounts } from '../../../nodes/AlfaCrm/api/accountKnowledge';
import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import { recordSchema } from '../../../nodes/AlfaCrm/output/recordSchema';
import { findShownParameters } from '../../support/form';
import { readToolArguments, callTool, fromAi, makeToolContext } from '../support/agentTool';
import { Engine } from '../support/engine';
import {
	EMPTY,
	NULL,
	asExpression,
	findByPhoneForm,
	recordWithId,
	upsertByPhoneForm,
} from '../support/forms';
import { frontDeskOf } from '../support/frontDesk';
import { useSchool } from '../support/school';

/** What the fields of a form take: typed, as JSON, mapped, picked, by expression, or by an agent. */
const school = useSchool({ customers: 40 });
const {
	addRecord,
	readCustomer,
	addLead,
	changeRecord,
	expectRefusedUnsent,
	readRecord,
	readRecords,
	run,
	changeSettings,
	expectRefused,
	runToEnd,
} = frontDeskOf(school);

const base: INodeParameters = { resource: 'customer', operation: 'create', branchId: 1 };
const body = () => school.sandbox.journal.at(-1)?.body;
const PHONE = '+7(900)555-00-01';

describe('JSON', () => {
	const json = {
		...{ name: 'Из JSON', is_study: 0, legal_type: 1 },
		...{ dob: '2015-09-04', phone: '89000000101', custom_school: '12' },
	};
	const asJson = (value: object | string, more: INodeParameters = {}): INodeParameters => ({
		...{ ...base, inputMode: 'json', ...more },
		json: typeof value === 'string' ? value : JSON.stringify(value),
	});

	it.each([
		['a text', JSON.stringify(json)],
		['an object from an expression', asExpression(json)],
	])('given as %s is checked and sent like the form', async (_what, value) => {
		await run(asJson(value));
		expect(body()).toEqual({ ...json, branch_ids: [1], dob: '04.09.2015', phone: ['89000000101'] });
	});

	it('of a tool is for the model to give, which is told what is required, the fields, their types and choices', async () => {
		const context = makeToolContext(school, { ...base, inputMode: 'json' }, { JSON: json });
		const [asked, ...others] = readToolArguments(context);
		expect([asked.key, asked.type, others]).toEqual(['JSON', 'json', []]);
		const told =
			/^required: name, is_study \(1 Client, 0 Lead\); optional: .*dob \(date\), gender \(0 Not Given, 1 Male/;
		expect(asked.description).toMatch(told);
		await callTool(context);
		expect(body()).toMatchObject({ name: json.name, dob: '04.09.2015', custom_school: '12' });
	});

	it('with a field that AlfaCRM does not know is refused, with those that there are', async () => {
		const { error } = await runToEnd(asJson({ ...json, telefon: '1' }));
		expect(error?.message).toBe('AlfaCRM\'s customer has no field "telefon" that can be set here');
		expect(error?.description).toMatch(
			/There are name, phone \(list\), .*gender \(0 Not Given, 1 Male, 2 Female\)/,
		);
		expect(school.readCalls()).toEqual([]);
	});
});

describe('the field mapper', () => {
	const columnsFor = async (more: INodeParameters = {}) =>
		await school.engine.loadColumns('customerColumns', { ...base, ...more });
	const mapped = (columns: object): INodeParameters => ({
		...base,
		inputMode: 'map',
		columns: columns as never,
	});
	const below = (value: object) => mapped({ mappingMode: 'defineBelow', value });

	it('begins with what must be given at create, then the fields in order, then the custom ones', async () => {
		const columns = await columnsFor();
		const of = Object.fromEntries(columns.map((column) => [column.id, column]));
		expect(of.name).toMatchObject({ displayName: 'Name', required: true, type: 'string' });
		expect(of.dob).toMatchObject({ type: 'dateTime', required: false });
		expect(of.phone).toMatchObject({ type: 'string' });
		expect(columns.slice(0, 2).map((one) => [one.displayName, one.required, one.defaultValue])).toEqual([
			['Name', true, undefined],
			['Customer Type', true, 0],
		]);
		const optional = columns.slice(2).filter(({ id }) => !id.startsWith('custom_'));
		const labels = optional.map(({ displayName }) => displayName);
		expect(labels).toEqual([...labels].sort((a, b) => a.localeCompare(b, 'en')));
		expect(labels).toEqual(expect.arrayContaining(['Stage Name or ID', 'Teacher Names or IDs', 'Note']));
		expect(columns.slice(2 + optional.length).map(({ id }) => id)).toEqual([
			...['custom_dogovor', 'custom_interesy', 'custom_school'],
		]);

		const forUpdate = await columnsFor({ operation: 'update' });
		expect(forUpdate.filter(({ required, defaultValue }) => required || defaultValue !== undefined)).toEqual(
			[],
		);
	});

	it('exists for every resource with custom fields', async () => {
		for (const { resource, label, fields } of entities.filter(({ hasCustomFields }) => hasCustomFields)) {
			const method = `${label.charAt(0).toLowerCase()}${label.slice(1).replace(/ /g, '')}Columns`;
			const ids = (await school.engine.loadColumns(method, { ...base, resource })).map(({ id }) => id);
			expect(ids).toEqual(expect.arrayContaining(fields.map(({ name }) => name)));
			expect(ids.some((id) => id.startsWith('custom_'))).toBe(true);
		}
	});

	it('sends what is mapped below', async () => {
		const value = { name: '={{ $json.who }}', is_study: '0', legal_type: 1, custom_school: '7', note: null };
		await run(below(value), { items: [{ who: 'Мапов' }] });
		expect(body()).toEqual({
			...{ name: 'Мапов', is_study: 0, legal_type: 1, branch_ids: [1], custom_school: '7' },
		});
	});

	it('maps the input by name, and leaves out what AlfaCRM does not know, which a hint says', async () => {
		const parameters = mapped({ mappingMode: 'autoMapInputData', value: null });
		const item = { name: 'Сам', is_study: 0, legal_type: 1, custom_school: '3' };
		await run(parameters, { items: [item] });
		expect(body()).toMatchObject(item);
		const { hints } = await runToEnd(parameters, { items: [{ ...item, extra: 1 }] });
		expect(body()).not.toHaveProperty('extra');
		expect(hints).toEqual([
			'Left out, since AlfaCRM\'s customer has no such field that can be set here: "extra"',
		]);
	});
});

it.each(entities)('the preview of the output of $resource agrees with what AlfaCRM sends', (entity) => {
	const kinds: Record<string, (value: unknown) => boolean> = {
		integer: Number.isInteger,
		string: (value) => typeof value === 'string',
		boolean: (value) => typeof value === 'boolean',
		array: Array.isArray,
	};
	const { properties } = recordSchema(entity);
	const held = readRecords(entity.path).slice(0, 40);
	const wrong = held.flatMap((one) =>
		Object.entries(one)
			.filter(([name, value]) => name in properties && value !== null && value !== undefined)
			.filter(([name, value]) => kinds[String(properties[name].type)]?.(value) === false)
			.map(([name, value]) => `${name}: ${JSON.stringify(value)} is no ${String(properties[name].type)}`),
	);
	expect([...new Set(wrong)]).toEqual([]);
	expect(held.length).toBeGreaterThan(0);
});

describe('a list with a row for one value at once', () => {
	const create = { ...base, name: 'Орлова Мия' };

	it('that is left as the form opens, or comes to nothing, is not sent', async () => {
		expect(findShownParameters(create).find(({ name }) => name === 'phone')?.default).toEqual(['']);
		for (const fields of [{}, { phone: [asExpression(''), ' '] }] as INodeParameters[]) {
			await run({ ...create, ...fields });
			expect(body()).not.toHaveProperty('phone');
		}
	});

	it('is sent without the rows that are not filled', async () => {
		const [{ id }] = await run({
			...create,
			phone: ['', '8 900 555-00-01', ''],
			email: ['a@example.org', ''],
		});
		expect(readCustomer(id)).toMatchObject({ phone: [PHONE], email: ['a@example.org'] });
	});
});

describe('an empty Branch', () => {
	const HINT = "'Branch' is empty, so the only branch of the account was used";
	const LEAD: INodeParameters = { resource: 'customer', operation: 'create', name: 'Мия Орлова' };
	/** Leaves the account with so many branches. */
	const leave = (count: number) => {
		for (const { id } of readRecords('branch').slice(count))
			school.sandbox.store.remove('branch', id as number);
	};
	const listings = () => school.readJournal('branch/index').length;

	it.each<INodeParameters>([{}, { branchId: NULL }, { branchId: asExpression([]) }])(
		'as %j is the only one there is, and the output says so',
		async (form) => {
			leave(1);
			changeRecord('branch', 1, { name: 'Центр' });
			const { json, hints } = await runToEnd({ ...LEAD, ...form });
			expect(readCustomer(json[0].id).branch_ids).toEqual([1]);
			expect(hints.join()).toContain(`${HINT}: Центр (1)`);
			expect(listings()).toBe(1);
		},
	);

	it('is looked up once for all items, also where a search goes over all branches', async () => {
		leave(1);
		const items = [...'abcdefgh'].map((name) => ({ name }));
		expect(await run({ ...LEAD, name: '={{ $json.name }}' }, { items })).toHaveLength(8);
		expect(listings()).toBe(1);
		addLead({ phone: [PHONE] });
		const upsert = { resource: 'customer', operation: 'upsert', matchBy: 'phone', phone: PHONE };
		expect(await run(upsert)).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(listings()).toBe(1);
	});

	it.each<INodeParameters>([
		{ resource: 'subject', operation: 'getAll' },
		{ resource: 'customer', operation: 'addComment', comment: 'Звонили' },
		{ resource: 'customer', operation: 'getCalendar', date1: '2026-02-01', date2: '2026-02-28' },
	])('is the only one for $resource $operation, too', async (form) => {
		leave(1);
		const { error, hints } = await runToEnd({ ...form, id: recordWithId(addLead()) });
		expect(error).toBeUndefined();
		expect(hints.join()).toContain(HINT);
	});

	it('is not looked up where the branch is given, or none is needed', async () => {
		leave(1);
		const { hints } = await runToEnd({ ...LEAD, branchId: 1 });
		expect([hints.join().includes(HINT), listings()]).toEqual([false, 0]);
		await run({ resource: 'branch', operation: 'getAll' });
		expect(listings()).toBe(1);
	});

	it('that was looked up is not said to have cost nothing where something else is refused', async () => {
		leave(1);
		const unknown = { inputMode: 'json', json: JSON.stringify({ name: 'Мия', colour: 1 }) };
		for (const [wrong, words] of [
			[{ name: EMPTY }, "'Name' is empty"],
			[unknown, '"colour"'],
		] as const) {
			forgetAccounts();
			const { message, description } = await expectRefused({ ...LEAD, ...wrong });
			expect(message).toContain(words);
			expect(description).toContain('Nothing was saved.');
		}
		school.sandbox.clearJournal();
		const { message, description } = await expectRefusedUnsent(
			{ ...LEAD, branchId: asExpression(0) },
			"'Branch'",
		);
		expect(`${message} ${description}`).toMatch(/'Branch'.*Nothing was sent to AlfaCRM\./);
	});

	it('is refused where one of two is closed, for it holds records still, and where there is none', async () => {
		leave(2);
		changeRecord('branch', 2, { is_active: 0 });
		const { message, description } = await expectRefused(LEAD);
		expect(message).toBe("'Branch' is empty, and AlfaCRM shows 2 branches of the account");
		expect(description).toBe('Choose the branch, or check the expression in it. Nothing was saved.');
		expect(listings()).toBe(1);
		leave(0);
		expect((await expectRefused(LEAD)).message).toBe(
			"'Branch' is empty, and AlfaCRM shows 0 branches of the account",
		);
	});

	it('is refused where this user may not list the branches, without asking again for each item', async () => {
		leave(1);
		changeSettings({ forbiddenCalls: ['branch/index'] });
		const { errorItems } = await runToEnd(LEAD, { items: [{}, {}, {}], onError: 'continueErrorOutput' });
		expect(errorItems).toHaveLength(3);
		for (const { json } of errorItems)
			expect(JSON.stringify(json)).toContain(
				"'Branch' is empty, and this user may not list the branches of the account",
			);
		// Once more with a new login, as after any 403.
		expect(listings()).toBeLessThanOrEqual(2);
	});
});

describe('an option that comes by an expression', () => {
	// Of each option of each operation in properties/values.
	it.each<[label: string, form: (value: string) => INodeParameters]>([
		['If Several Match', (ifSeveral) => upsertByPhoneForm(PHONE, { note: '' }, { ifSeveral })],
		['Include Archived', (archived) => findByPhoneForm(PHONE, { archived })],
		['Simplify', (simplify) => ({ ...base, operation: 'get', id: recordWithId(1), simplify })],
	])('and cannot be read is refused before anything is sent: %s', async (label, form) => {
		for (const value of [NULL, EMPTY, 'nevest']) await expectRefusedUnsent(form(value), `'${label}'`);
	});

	it.each([NULL, asExpression(['is_study', 'naem'])])(
		'and is %s is no field to set only on creation',
		async (onlyForNew) => {
			addLead({ phone: [PHONE], is_study: 1 });
			await expectRefusedUnsent(
				upsertByPhoneForm(PHONE, { is_study: 0 }, { onlyForNew }),
				"'Set Only on Creation'",
			);
		},
	);

	it.each(['is_study, note', '["is_study","note"]'])('may name such fields as %s', async (onlyForNew) => {
		const id = addLead({ phone: [PHONE], is_study: 1, note: 'Старое', assigned_id: null });
		const fields = { is_study: 0, note: 'Новое', assigned_id: 4 };
		expect(await run(upsertByPhoneForm(PHONE, fields, { onlyForNew }))).toMatchObject([
			{ id, changedFields: ['assigned_id'] },
		]);
	});
});

describe('a picker', () => {
	const here = (page: string, id: unknown) => `${school.sandbox.url}/company/1/${page}/view?id=${String(id)}`;
	const other = 'https://other-school.s20.online/company/1/customer/view?id=1';
	const byUrl = (value: string): INodeParameters => ({ __rl: true, mode: 'url', value });
	const lesson = { ...base, resource: 'lesson' };

	it('names a record from its list, by its ID, or by the address of its page', async () => {
		for (const id of [{ __rl: true, mode: 'list', value: 5 }, recordWithId(5), byUrl(here('customer', 5))])
			expect(await run({ ...base, operation: 'get', id })).toMatchObject([{ id: 5 }]);
	});

	it.each<[string, (id: number) => string]>([
		['another school', () => other],
		['a lesson', (id) => here('lesson', id)],
		['a list with a filter', (id) => `${school.sandbox.url}/company/1/customer/index?id=${id}`],
		['no page of a branch', (id) => `${school.sandbox.url}/customer/view?id=${id}`],
		['the fragment', (id) => `${school.sandbox.url}/company/1/customer/view#?id=${id}`],
		['a part of the number', (id) => `${here('customer', id)}a`],
		[
			'a host before which ours stands as a user',
			(id) => here('customer', id).replace('/company', '@example.com/company'),
		],
	])('does not take the address of what is not the page of the record: %s', async (_what, url) => {
		const id = addLead();
		await expectRefusedUnsent({ ...base, operation: 'delete', id: byUrl(url(id)) }, "'Customer'");
	});

	it('is not the only field that takes no other address', async () => {
		const ofLesson = (operation: string, more: object) => ({ ...lesson, operation, id: '1', ...more });
		const forms: Array<[label: string, form: INodeParameters]> = [
			['Customer', ofLesson('update', { updateFields: { customer_ids: `1, ${here('group', 1)}` } })],
			['Room', ofLesson('update', { updateFields: { room_id: here('customer', 1) } })],
			['Customer', ofLesson('complete', { details: { values: [{ customer_id: other }] } })],
			['IDs', { ...base, operation: 'getAll', returnAll: true, filters: { ids: other } }],
			['Payment ID', { ...base, resource: 'pay', operation: 'delete', id: here('customer', 1) }],
			['Branch', ofLesson('delete', { branchId: here('customer', 1) })],
		];
		for (const [label, form] of forms) await expectRefusedUnsent(form, `'${label}'`);
	});

	it.each(['customer', 'lead'])('takes the address of a customer from the page of a %s', async (page) => {
		const [id, another] = [addLead(), addLead()];
		await run({ ...base, operation: 'delete', id: byUrl(` ${here(page, id)}&tab=2#x `) });
		expect([readCustomer(id), readCustomer(another)]).toMatchObject([undefined, { id: another }]);
	});

	it('takes the addresses of several, in any branch, and whatever the spelling of the host', async () => {
		const [one, two] = [addLead({ is_study: 1 }), addLead({ is_study: 1 })];
		const day = { date: '2026-02-10', time_from: '2026-02-10 17:00:00', time_to: '2026-02-10 18:00:00' };
		const id = addRecord('lesson', { branch_id: 1, status: 1, lesson_type_id: 2, subject_id: 1, ...day });
		const present_ids = [here('customer', one), here('customer', two).replace('/1/', '/2/')].join(', ');
		await run({ ...lesson, operation: 'complete', id: String(id), present_ids });
		const marked = readRecords('lesson-details').filter(({ lesson_id }) => lesson_id === id);
		expect(marked.map(({ customer_id }) => customer_id)).toEqual([one, two]);

		const group = addRecord('group', { name: 'Шахматы', branch_ids: [1] });
		const hostname = `${school.sandbox.url.toUpperCase()}/company/1`;
		school.engine = new Engine({ ...school.credential, hostname });
		const updateFields = { name: 'Шашки' };
		await run({
			...base,
			resource: 'group',
			operation: 'update',
			id: byUrl(here('group', group)),
			updateFields,
		});
		expect(readRecord('group', group)).toMatchObject({ name: 'Шашки' });
	});
});

describe('what an agent fills in', () => {
	const parameters = upsertByPhoneForm(fromAi('phone'), { name: fromAi('name'), note: fromAi('note') });
	/** The context of n8n 1.97: an agent is shown no hints there. */
	const withoutHints = (context: SupplyDataContext): SupplyDataContext =>
		new Proxy(context, {
			has: (target, name) => name !== 'addExecutionHints' && name in target,
			get: (target, name) => {
				if (name === 'addExecutionHints') return undefined;
				const value: unknown = Reflect.get(target, name, target);
				return typeof value === 'function' ? value.bind(target) : value;
			},
		});

	it.each(['null', '', '[]'])('finds and makes nobody by a phone that is %j', async (phone) => {
		const before = readRecords('customer').length;
		const call = callTool(makeToolContext(school, parameters, { phone, name: 'Вера' }));
		await expect(call).rejects.toThrow(/'Phone'/);
		expect(readRecords('customer')).toHaveLength(before);
	});

	it.each(['now', 'in n8n 1.97'])(
		'is saved and comes back, also where there is a hint, %s',
		async (version) => {
			changeSettings({ forbiddenCalls: ['branch/index'] });
			const id = addLead({ phone: [PHONE] });
			const args = { phone: `["${PHONE}"]`, name: 'Вера', note: 'Перезвонить' };
			const context = makeToolContext(school, parameters, args);
			const items = await callTool(version === 'now' ? context : withoutHints(context));
			expect(items.map(({ json }) => json)).toEqual([
				expect.objectContaining({ id, operationResult: 'updated' }),
			]);
			expect(readCustomer(id).note).toBe('Перезвонить');
		},
	);

	it('books a lesson once, and none for a customer whom it leaves out, or has not found', async () => {
		const lesson = {
			...{ resource: 'lesson', operation: 'create', branchId: 1, lesson_type_id: 3, subject_id: 1 },
			...{
				lesson_date: fromAi('day'),
				time_from: fromAi('time'),
				customer_ids: recordWithId(fromAi('customer')),
			},
		};
		const book = async (args: IDataObject) =>
			await callTool(makeToolContext(school, lesson, { day: '2031-03-10', time: '17:00', ...args }));
		for (const nobody of [{}, { customer: '' }, { customer: 'null' }, { customer: '[]' }])
			await expect(book(nobody)).rejects.toThrow(/'Customer'/);
		expect(readRecords('lesson').filter(({ date }) => date === '2031-03-10')).toEqual([]);
		const id = String(addLead());
		const [[first], [second]] = [await book({ customer: id }), await book({ customer: id })];
		expect(second.json.id).toBe(first.json.id);
	});
});

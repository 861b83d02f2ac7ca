import fc from 'fast-check';

import type { Json, JsonObject, Row, Settings } from '../../sandbox';
import type { Entity } from '../../sandbox/model/entity';
import { entities } from '../../sandbox/school/entities';
import { depth, seed } from '../support/depth';
import { allCustomers, newLead, requiredError, useSchool, formatError, yiiError } from './support';

const school = useSchool({ now: '2026-02-11 09:30:00' });

const create = async (body: JsonObject, path = '1/customer/create') => await school.call(path, body);
const update = async (id: unknown, body: JsonObject) =>
	await school.call(`1/customer/update?id=${String(id)}`, body);

interface Writable {
	entity: string;
	/** By what the log calls it, if that is not the name of its path. */
	className?: string;
	/** Written in the form of the documentation; `read` is what comes back, `undefined` what does not. */
	given: JsonObject;
	read?: Record<string, Json | undefined>;
	/** All that is given, unless said. */
	needs?: string[];
	/** It needs them only where a setting says so, for the sources differ. */
	isDemanded?: true;
	change?: JsonObject;
	changed?: JsonObject;
	/** Parameters of the path, of which an update may need fewer. */
	query?: string;
	updateQuery?: string;
}

const dates = { b_date: '01.09.2025', e_date: '31.05.2026' };
const isoDates = { b_date: '2025-09-01', e_date: '2026-05-31' };
const named = { name: 'Новое' };
const switched = { ...named, is_enabled: 0 };

const writable: Writable[] = [
	{ entity: 'branch', given: { ...named, is_active: 1 } },
	{ entity: 'location', given: { branch_id: 1, ...named, is_active: 1 } },
	{ entity: 'customer', given: newLead },
	{ entity: 'subject', given: named },
	{ entity: 'study-status', given: switched },
	{ entity: 'lead-status', given: switched },
	{ entity: 'lead-source', given: { code: 'new', ...switched } },
	{ entity: 'lead-reject', given: switched },
	{
		entity: 'room',
		given: { branch_id: 1, color_id: 3, ...named, weight: 5 },
		change: { note: 'Ключ у вахты', is_enabled: 0 },
	},
	{
		entity: 'group',
		given: { branch_ids: [1], teacher_ids: [1], name: 'Шахматы', ...dates },
		read: { ...isoDates, custom_format: null },
		needs: ['branch_ids', 'name'],
		change: { limit: 8, custom_format: 'очно' },
	},
	{
		...{ entity: 'cgi', className: 'CustomerGroupInvolve' },
		...{ query: '&group_id=2', updateQuery: '&group_id=2' },
		given: { customer_id: 1, ...dates },
		read: { group_id: 2 },
		needs: ['customer_id'],
		change: { e_date: '11.02.2026' },
	},
	{
		...{ entity: 'customer-tariff', className: 'CustomerToTariff' },
		...{ query: '&customer_id=1', updateQuery: '&customer_id=1' },
		given: { tariff_id: 1, ...dates, balance: 3200 },
		read: { customer_id: 1, balance: '3200.00', paid_lesson_count: 0 },
		needs: ['tariff_id'],
		change: { note: 'Семейный', balance: '10' },
		changed: { note: 'Семейный', balance: '10.00' },
	},
	{
		entity: 'lesson',
		given: { lesson_date: '05.03.2026', time_from: '10:00', duration: 45, lesson_type_id: 2, subject_id: 1 },
		read: {
			...{ lesson_date: undefined, duration: undefined, date: '2026-03-05', status: 1, branch_id: 1 },
			...{ time_from: '2026-03-05 10:00:00', time_to: '2026-03-05 10:45:00', details: [] },
		},
		needs: ['lesson_date', 'time_from', 'lesson_type_id', 'subject_id'],
		change: { customer_ids: [1, 2], topic: 'Циклы' },
	},
	{
		entity: 'regular-lesson',
		given: { branch_id: 1, days: [2], b_date_v: '01.09.2025', e_date_v: '31.05.2026' },
		read: { days: undefined, b_date_v: undefined, e_date_v: undefined, day: 2, ...isoDates },
		change: { time_from_v: '17:00', time_to_v: '18:00', related_class: 'Group', related_id: 1 },
	},
	{
		entity: 'pay',
		given: {
			...{ branch_id: 1, customer_id: 1, pay_type_id: 1, pay_account_id: 2, payer_name: 'Орлова А.' },
			...{ document_date: '05.02.2026', income: 5000 },
		},
		read: { income: '5000.00', custom_md_order: null },
		change: { is_confirmed: 0, note: 'Картой' },
	},
	{
		entity: 'task',
		given: { title: 'Перезвонить', text: 'Уточнить группу', due_date: '12.02.2026', customer_ids: [1] },
		read: { user_id: 1, branch_ids: [1], is_done: 0, created_at: '2026-02-11 09:30:00' },
		needs: ['title'],
		isDemanded: true,
		change: { is_done: 1 },
	},
	{
		entity: 'communication',
		query: '&class=Customer&related_id=1',
		given: { type_id: 1, user_id: 1, comment: 'Просил позвонить вечером' },
		read: { class: 'Customer', related_id: 1, added: '2026-02-11 09:30:00' },
		needs: ['comment', 'user_id'],
		change: { comment: 'Позвонили' },
	},
];

const pascal = (path: string) =>
	path.replace(/(^|-)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase());

describe.each(writable)('$entity', (item) => {
	const { entity, query = '', updateQuery = '', given, change = { name: 'Другой' } } = item;
	const { needs = Object.keys(given) } = item;
	const { fields = {}, inputs = {} } = entities.find(({ path }) => path === entity) ?? {};

	it('is created, listed with the same fields, updated and deleted, and all of it is logged', async () => {
		const shown = Object.fromEntries(
			Object.entries({ ...given, ...item.read }).filter(([, value]) => value !== undefined),
		);
		const created = await school.call(`1/${entity}/create?${query}`, given);
		expect(created.json).toMatchObject({ success: true, errors: [] });
		expect(created.model).toMatchObject(shown);
		const { id } = created.model;
		const everything = { status: 1, b_date: '01.01.2020', e_date: '01.01.2040', ...allCustomers };
		const rows = await school.listEveryPage(`1/${entity}/index?${query}`, everything);
		expect(rows.find((row) => row.id === id)).toEqual(created.model);
		const names = Object.keys(fields).filter((name) => name !== 'removed');
		expect(Object.keys(created.model)).toEqual(expect.arrayContaining(names));

		const updated = await school.call(`1/${entity}/update?id=${id}${updateQuery}`, change);
		expect(updated.json).toMatchObject({ success: true, errors: [] });
		expect(updated.model).toMatchObject({ ...shown, ...(item.changed ?? change), id });
		const deleted = await school.call(`${entity}/delete?id=${id}${updateQuery}`);
		expect(deleted.json).toEqual({ success: true, errors: [] });
		expect(school.readRecord(entity, id)).toBeUndefined();

		const log = await school.call('log/index', { entity: item.className ?? pascal(entity), entity_id: id });
		expect(log.items.slice(0, 3)).toMatchObject([
			{ event: 3, user_id: 1, fields_new: '' },
			{ event: 2, user_id: 1 },
			{ event: 1, user_id: 1, fields_old: [] },
		]);
		expect(Object.keys(log.items[1]?.fields_new as JsonObject).sort()).toEqual(Object.keys(change).sort());
	});

	it('is not created without what it needs, and needs it on an update only where it is given', async () => {
		const add = async () => await school.call(`${entity}/create?${query}`, {});
		const missing = Object.fromEntries(
			needs.map((name) => [name, requiredError({ ...fields, ...inputs }[name]?.label ?? '')]),
		);
		if (item.isDemanded) {
			expect((await add()).json).toMatchObject({ success: true });
			school.settings.requiredFields = Object.fromEntries(needs.map((name) => [`${entity}.${name}`, true]));
		}
		const before = school.readRecords(entity).length;
		expect(await add()).toMatchObject({ status: 200, json: { success: false, errors: missing } });
		expect(school.readRecords(entity)).toHaveLength(before);
		if (updateQuery !== '') return;
		const path = `${entity}/update?id=1`;
		expect((await school.call(path, { weight: 5 })).json.success).toBe(true);
		const needed = needs.find((name) => /^(name|title|comment)$/.test(name));
		if (needed === undefined) return;
		expect((await school.call(path, { [needed]: ' ' })).errors).toEqual({ [needed]: missing[needed] });
	});
});

it.each(['update', 'delete'])('%s names the missing id, and knows an unknown one', async (action) => {
	const without = await school.call(`1/customer/${action}`, { id: 1, name: 'Х' });
	const message = 'Отсутствуют обязательные параметры: id';
	expect(without.json).toEqual({ ...yiiError(400, 'Bad Request'), message });
	for (const id of ['9999', 'x', '-1']) {
		const unknown = await school.call(`1/customer/${action}?id=${id}`);
		expect(unknown.json).toEqual(yiiError(404, 'Not Found'));
	}
});

describe('requirements and date formats', () => {
	const given = (entity: string) => writable.find((one) => one.entity === entity) as Writable;

	it('follow settings where sources conflict', async () => {
		school.settings.requiredFields = { 'pay.payer_name': false, 'customer-tariff.balance': true };
		expect((await school.call('1/pay/create', {})).errors).not.toHaveProperty('payer_name');
		const tariff = await school.call('1/customer-tariff/create?customer_id=1', { tariff_id: 1 });
		expect(tariff.errors).toEqual({ balance: requiredError('Остаток') });

		const group = { branch_ids: [1], name: 'Г', b_date: '2025-09-01' };
		expect((await school.call('1/group/create', group)).errors).toEqual({
			b_date: formatError('Дата начала'),
		});
		school.settings.dateFormats = { 'group.b_date': 'iso', 'lesson.lesson_date': 'either' };
		expect((await school.call('1/group/create', group)).model.b_date).toBe('2025-09-01');
		const dotted = await school.call('1/group/create', { ...group, b_date: '01.09.2025' });
		expect(dotted.errors).toEqual({ b_date: formatError('Дата начала') });
		const lesson = { ...given('lesson').given, lesson_date: '2026-03-05' };
		expect((await school.call('1/lesson/create', lesson)).model.date).toBe('2026-03-05');
	});

	it.each<[string, string]>([
		['cgi', 'b_date'],
		['lesson', 'lesson_date'],
	])('%s wants a dotted %s, and refuses another', async (entity, field) => {
		const { query = '', given: body } = given(entity);
		const add = async () =>
			await school.call(`1/${entity}/create?${query}`, { ...body, [field]: '2026-02-05' });
		const errors = { [field]: [expect.stringMatching(/Неверный формат/) as string] };
		expect((await add()).json).toEqual({ success: false, errors });
	});

	it('a customer whose date of birth is not dotted is lost without an error', async () => {
		const before = school.readRecords('customer').length;
		const { json } = await school.call('1/customer/create', { ...newLead, dob: '2026-02-05' });
		expect(json).toEqual({ success: true, errors: [], model: {} });
		expect(school.readRecords('customer')).toHaveLength(before);
		expect((await update(1, { name: 'Х', dob: '2015-09-04' })).json.success).toBe(true);
		expect(school.readRecord('customer', 1)?.name).not.toBe('Х');
	});

	it.each<[string, string, JsonObject]>([
		['group', 'e_date', { b_date: '01.09.2025', e_date: '01.09.2025' }],
		['cgi', 'e_date', { b_date: '02.09.2025', e_date: '01.09.2025' }],
		['customer-tariff', 'e_date', { b_date: '02.09.2025', e_date: '01.09.2025' }],
		['regular-lesson', 'e_date_v', { b_date_v: '02.09.2025', e_date_v: '01.09.2025' }],
	])('%s ends after it begins', async (entity, field, days) => {
		const { query = '', given: body } = given(entity);
		const { json } = await school.call(`1/${entity}/create?${query}`, { ...body, ...days });
		expect(json).toMatchObject({ success: false, errors: { [field]: [expect.stringMatching(/позже/)] } });
		// A stored begin counts as well.
		if (entity !== 'group') return;
		const ended = await school.call('1/group/update?id=1', { e_date: '01.01.2020' });
		expect(ended.errors).toHaveProperty('e_date');
	});
});

describe('values', () => {
	it.each<[JsonObject, kept?: JsonObject]>([
		[
			{ legal_type: '1', lead_status_id: '3', is_study: true, dob: '04.09.2015', e_date: '01.02.2026' },
			{ legal_type: 1, lead_status_id: 3, is_study: 1, dob: '04.09.2015', e_date: '2026-02-01' },
		],
		[
			{ phone: ['89000000101', '+7 900 000-01-02', '+375 29 000-00-00'], email: 'a@example.org' },
			{ phone: ['+7(900)000-01-01', '+7(900)000-01-02', '+375 29 000-00-00'], email: ['a@example.org'] },
		],
		[
			{ phone: 79000000104, email: ['', 'a@example.org', null], note: '', dob: null, lead_source_id: '' },
			{ phone: ['+7(900)000-01-04'], email: ['a@example.org'], note: null, dob: null, lead_source_id: null },
		],
		[{ custom_school: '12', color: 'red', name: 'Ы'.repeat(50), teacher_ids: [] }],
	])('are stored: %j', async (given, kept = given) => {
		const { json, model } = await create({ ...newLead, ...given });
		expect(json.success).toBe(true);
		expect(model).toMatchObject(kept);
	});

	it('are refused, each by the name of its field', async () => {
		const text = { name: 'Ы'.repeat(51), email: [{}], phone: [true], note: { a: 1 } };
		const choices = { is_study: 2, legal_type: null, gender: 'female', branch_ids: [1, 'x'] };
		const given = { ...newLead, ...text, ...choices, dob: '31.02.2015' };
		const errors = {
			name: ['Значение «Имя» должно содержать максимум 50 символов.'],
			...{ email: formatError('Email'), phone: formatError('Телефон'), note: formatError('Примечание') },
			...{
				is_study: formatError('Состояние'),
				legal_type: requiredError('Тип заказчика'),
				gender: formatError('Пол'),
			},
			...{ branch_ids: formatError('Филиал'), dob: formatError('Дата рождения') },
		};
		for (const answer of [await create(given), await update(1, given)])
			expect([answer.status, answer.json]).toEqual([200, { success: false, errors }]);
	});
});

describe('a new customer', () => {
	it('has every field, and of those that the server alone sets no value that was given', async () => {
		const given = { id: 5, balance: '9.00', created_at: '2020-01-01 00:00:00', b_date: '01.02.2026' };
		const { model } = await create({ ...newLead, ...given, custom_nothing: 1, junk: 1 });
		expect(model).toMatchObject({
			...newLead,
			...{ id: 61, branch_ids: [1], teacher_ids: [], lead_status_id: null, balance: '0.00', phone: [] },
			...{ e_date: '2030-12-31', custom_school: null },
			...{ b_date: '2026-02-11 09:30:00', created_at: '2026-02-11 09:30:00' },
			updated_at: '2026-02-11 09:30:00',
		});
		const [listed = {}] = (await school.call('customer/index')).items;
		expect(Object.keys(model).sort()).toEqual(Object.keys(listed).sort());
	});

	it('has no stage in a pipeline, until one is written and taken back', async () => {
		const { model } = await create({ ...newLead, pipeline_id: 1 });
		const stage = () => school.readRecord('customer', model.id)?.lead_status_id;
		expect([model.lead_status_id, stage()]).toEqual([null, null]);
		for (const lead_status_id of [2, null]) {
			await update(model.id, { lead_status_id });
			expect(stage()).toBe(lead_status_id);
		}
	});

	it('belongs to the branches named, else to that of the path, else to the first', async () => {
		expect((await create({ ...newLead, branch_ids: [2, 3] })).model.branch_ids).toEqual([2, 3]);
		expect((await create({ ...newLead, branch_ids: 3 })).model.branch_ids).toEqual([3]);
		expect((await create(newLead, '2/customer/create')).model.branch_ids).toEqual([2]);
		expect((await create(newLead, 'customer/create')).model.branch_ids).toEqual([1]);
	});

	it('gets an id that is never used twice', async () => {
		const { model } = await create(newLead);
		await school.call(`customer/delete?id=${model.id}`);
		expect((await create(newLead)).model.id).toBe(62);
	});
});

it('an update changes what it names and replaces lists', async () => {
	const before = school.readRecord('customer', 4);
	await update(4, { phone: ['89000000999'], branch_ids: [3] });
	const changed = { phone: ['+7(900)000-09-99'], branch_ids: [3], updated_at: '2026-02-11 09:30:00' };
	expect(school.readRecord('customer', 4)).toEqual({ ...before, ...changed });
});

describe('archiving', () => {
	const visible = async (body: JsonObject) =>
		(await school.call('customer/index', { id: 61, is_study: 0, ...body })).ids.length;

	it('is done by writing removed, once, and undone; the end of a group it leaves alone', async () => {
		await create(newLead);
		const { model } = await update(61, { removed: 1 });
		expect(model.e_date).toBe('2026-02-11');
		expect(model).not.toHaveProperty('removed');
		school.settings.now = '2026-02-12 12:00:00';
		expect((await update(61, { removed: 1 })).model.e_date).toBe('2026-02-11');
		expect([await visible({}), await visible({ removed: 2 })]).toEqual([0, 1]);
		expect((await update(61, { removed: 0 })).model.e_date).toBe('2030-12-31');
		expect(await visible({})).toBe(1);
		expect((await school.call('1/group/update?id=1', { removed: 1 })).model.e_date).toBe('2035-05-31');
		expect(await school.listIds('group/index', { id: 1 })).toEqual([]);
	});

	it('does not take in those whose e_date is 2030-12-31, also when that day has passed', async () => {
		const active = await school.listIds('customer/index', { is_study: 2 });
		school.settings.now = '2031-06-01 00:00:00';
		expect(await school.listIds('customer/index', { is_study: 2 })).toEqual(active);
		expect((await school.listIds('teacher/index')).length).toBeGreaterThan(0);
	});
});

describe('the time of the account', () => {
	// 03:00 of the next day in Vladivostok, noon in New York.
	it.each([
		['Asia/Vladivostok', '2026-02-11'],
		['America/New_York', '2026-02-10'],
	])('in %s is that of its zone, in which it is %s', async (timeZone, today) => {
		Object.assign(school.settings, { now: '2026-02-10T20:00:00.000+03:00', timeZone });
		const isOver = today === '2026-02-11';
		const { model } = await create({ ...newLead, e_date: '2026-02-11' });
		expect(String(model.created_at).slice(0, 10)).toBe(today);
		const id = Number(model.id);
		expect(await school.listIds('customer/index', { is_study: 0, id })).toEqual(isOver ? [] : [id]);
		await update(id, { e_date: '2030-12-31' });
		expect((await update(id, { removed: 1 })).model.e_date).toBe(today);

		const { model: member } = await school.call('1/cgi/create?group_id=1', { customer_id: id });
		expect(member.b_date).toBe(today.split('-').reverse().join('.'));
		await school.call(`1/customer-tariff/create?customer_id=${id}`, { tariff_id: 1, e_date: '10.02.2026' });
		const tariffs = `1/customer-tariff/index?customer_id=${id}`;
		expect(await school.listIds(tariffs, { dead: true })).toHaveLength(isOver ? 1 : 0);
	});

	it('is the clock of the machine unless it is set', async () => {
		school.settings.now = null;
		const hours = async (timeZone: string) => {
			school.settings.timeZone = timeZone;
			const { model } = await create(newLead);
			expect(model.created_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
			return Date.parse(`${String(model.created_at).replace(' ', 'T')}Z`) / 3_600_000;
		};
		expect(Math.round((await hours('Asia/Almaty')) - (await hours('Europe/Moscow')))).toBe(2);
		expect(await hours('UTC')).toBeCloseTo(Date.now() / 3_600_000, 1);
	});
});

describe('what has been read', () => {
	/** The parameters besides the id under which a list shows the row. */
	const queryOf = (entity: Entity, row: Row) =>
		(entity.params?.index ?? []).map((name) => `${name}=${String(row[name])}`).join('&');
	/** The row as a list shows it, whatever it has to be asked for. */
	const listed = async (entity: Entity, row: Row): Promise<JsonObject> => {
		const times = { b_date: '01.01.1900', e_date: '31.12.2099' };
		const everything = { ...allCustomers, ...times, active: false, id: row.id };
		const status: JsonObject = entity.path === 'lesson' ? { status: row.status ?? null } : {};
		const path = `${entity.path}/index?${queryOf(entity, row)}`;
		const items = await school.listEveryPage(path, { ...everything, ...status });
		return items.find(({ id }) => id === row.id) ?? {};
	};
	const writeBack = async (entity: Entity, row: Row, body: JsonObject) =>
		await school.call(`${entity.path}/update?id=${row.id}&${queryOf(entity, row)}`, body);
	const withoutStamp = (row: JsonObject | undefined): JsonObject => ({ ...row, updated_at: null });

	const shapes = fc.record<Partial<Settings>>(
		{
			sunday: fc.constantFrom(7, 0),
			groupTeachers: fc.constantFrom('ids', 'names', 'objects'),
			shownFields: fc.constantFrom([], ['customer.removed', 'group.removed']),
			refundSum: fc.constantFrom('income', 'expenditure'),
			lessonUpdate: fc.constantFrom('keeps', 'blanks', 'refuses400'),
			timeZone: fc.constantFrom('Europe/Moscow', 'Asia/Vladivostok', 'America/New_York'),
			now: fc.constantFrom('2026-02-10 12:00:00', '2024-02-29 23:59:59', '2031-06-01 00:00:00'),
		},
		{ requiredKeys: [] },
	);
	const updatable = entities.filter(({ actions }) => !actions || actions.includes('update'));

	describe.each(updatable.map((entity) => [entity.path, entity] as const))('of a %s', (path, entity) => {
		it('can be written back, and is the same afterwards', async () => {
			await fc.assert(
				fc.asyncProperty(shapes, fc.nat({ max: 10_000 }), async (settings, place) => {
					await school.restore();
					Object.assign(school.settings, { pageSize: 500, ...settings });
					const rows = school.readRecords(path);
					const row = rows[place % rows.length] as Row;
					const model = await listed(entity, row);
					expect(model).toMatchObject({ id: row.id });
					const { json } = await writeBack(entity, row, model);
					expect(json).toMatchObject({ success: true, errors: [] });
					expect(withoutStamp(school.readRecord(path, row.id))).toEqual(withoutStamp(row));
				}),
				{ seed, numRuns: depth.echoedRows },
			);
		});

		it('can be written back where no rule would have let it in', async () => {
			const [row] = school.readRecords(path) as [Row];
			const empty = Object.entries(entity.fields).filter(([, { kind }]) => kind === 'string');
			const days = { b_date: '2020-01-01', e_date: '2020-01-02', date: '2020-01-01' };
			const times = { time_from: '2020-01-01 05:00:00', time_to: '2020-01-01 06:00:00' };
			const held = Object.entries({ ...days, ...times }).filter(([name]) => name in entity.fields);
			const odd = {
				...Object.fromEntries(empty.map(([name]) => [name, name === 'class' ? 'Customer' : ''])),
				...(['group', 'lesson', 'regular-lesson'].includes(path) ? Object.fromEntries(held) : {}),
			};
			school.sandbox.store.patch(path, row.id, odd);
			const model = await listed(entity, row);
			expect((await writeBack(entity, row, model)).json).toMatchObject({ success: true });
		});
	});

	it.each<[string, JsonObject]>([
		[
			'customer',
			{ b_date: '2025-02-03T10:11:12', balance: 5.5, paid_till: 'never', group_ids: 'none', id: 'x' },
		],
		['task', { done_date: '2025-02-03T10:11:12', created_at: 0 }],
		['lesson', { date: '03.02.2025', regular_id: 'x', details: 'all' }],
	])('of a %s and is read only is passed over: %j', async (path, body) => {
		const before = school.readRecord(path, 1);
		const { json } = await school.call(`1/${path}/update?id=1`, body);
		expect(json).toMatchObject({ success: true, errors: [] });
		expect(withoutStamp(school.readRecord(path, 1))).toEqual(withoutStamp(before));
	});
});

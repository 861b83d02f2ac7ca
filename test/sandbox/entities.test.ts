import { entities } from '../../sandbox/school/entities';
import type { JsonObject } from '../../sandbox';
import { School, yii } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-11 09:30:00' });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const stored = (entity: string, id: unknown) => school.sandbox.store.find(entity, Number(id));
const must = (label: string) => [`Необходимо заполнить «${label}».`];
const wrong = (label: string) => [`Неверный формат значения «${label}».`];

/** Written in the form of the documentation; `read` is what comes back. */
const writable: Array<{
	entity: string;
	query?: string;
	given: JsonObject;
	read?: JsonObject;
	missing: Record<string, string[]>;
	/** Those of them that only some sources call required. */
	demanded?: string[];
	change: JsonObject;
	changed?: JsonObject;
	updateQuery?: string;
	className: string;
}> = [
	{
		entity: 'lead-reject',
		given: { name: 'Дорого', is_enabled: 1 },
		missing: { name: must('Название'), is_enabled: must('Включен') },
		change: { name: 'Далеко' },
		className: 'LeadReject',
	},
	{
		entity: 'room',
		given: { branch_id: 1, color_id: 3, name: 'Каб. 9', weight: 5 },
		missing: {
			branch_id: must('Филиал'),
			color_id: must('Цвет'),
			name: must('Название'),
			weight: must('Вес'),
		},
		change: { note: 'Ключ у вахты', is_enabled: 0 },
		className: 'Room',
	},
	{
		entity: 'group',
		given: { branch_ids: [1], teacher_ids: [1], name: 'Шахматы', b_date: '01.09.2025', e_date: '31.05.2026' },
		read: { b_date: '2025-09-01', e_date: '2026-05-31', custom_format: null },
		missing: { branch_ids: must('Филиал'), name: must('Название') },
		change: { limit: 8, custom_format: 'очно' },
		className: 'Group',
	},
	{
		entity: 'cgi',
		query: 'group_id=2',
		given: { customer_id: 1, b_date: '01.09.2025', e_date: '31.05.2026' },
		read: { group_id: 2 },
		missing: { customer_id: must('Клиент') },
		change: { e_date: '11.02.2026' },
		updateQuery: '&group_id=2',
		className: 'CustomerGroupInvolve',
	},
	{
		entity: 'customer-tariff',
		query: 'customer_id=1',
		given: { tariff_id: 1, b_date: '01.09.2025', e_date: '31.05.2026', balance: 3200 },
		read: { customer_id: 1, balance: '3200.00', paid_lesson_count: 0 },
		missing: { tariff_id: must('Абонемент') },
		change: { note: 'Семейный', balance: '10' },
		changed: { note: 'Семейный', balance: '10.00' },
		updateQuery: '&customer_id=1',
		className: 'CustomerToTariff',
	},
	{
		entity: 'lesson',
		given: { lesson_date: '05.03.2026', time_from: '10:00', duration: 45, lesson_type_id: 2, subject_id: 1 },
		read: {
			date: '2026-03-05',
			time_from: '2026-03-05 10:00:00',
			time_to: '2026-03-05 10:45:00',
			status: 1,
			branch_id: 1,
			details: [],
		},
		missing: {
			lesson_date: must('Дата урока'),
			time_from: must('Время начала'),
			lesson_type_id: must('Тип урока'),
			subject_id: must('Предмет'),
		},
		change: { customer_ids: [1, 2], topic: 'Циклы' },
		className: 'Lesson',
	},
	{
		entity: 'regular-lesson',
		given: { branch_id: 1, days: [2], b_date_v: '01.09.2025', e_date_v: '31.05.2026', time_from_v: '17:00' },
		read: { day: 2, b_date: '2025-09-01', e_date: '2026-05-31', time_from_v: '17:00' },
		missing: {
			branch_id: must('Филиал'),
			days: must('Дни недели'),
			b_date_v: must('Дата начала'),
			e_date_v: must('Дата окончания'),
		},
		change: { time_to_v: '18:00', related_class: 'Group', related_id: 1 },
		className: 'RegularLesson',
	},
	{
		entity: 'pay',
		given: {
			...{ branch_id: 1, customer_id: 1, pay_type_id: 1, pay_account_id: 2, payer_name: 'Орлова А.' },
			...{ document_date: '05.02.2026', income: 5000 },
		},
		read: { document_date: '05.02.2026', income: '5000.00', custom_md_order: null },
		missing: {
			branch_id: must('Филиал'),
			customer_id: must('Клиент'),
			pay_type_id: must('Тип платежа'),
			pay_account_id: must('Касса'),
			document_date: must('Дата'),
			income: must('Сумма'),
			payer_name: must('Плательщик'),
		},
		change: { is_confirmed: 0, note: 'Картой' },
		className: 'Pay',
	},
	{
		entity: 'task',
		given: { title: 'Перезвонить', text: 'Уточнить группу', due_date: '12.02.2026', customer_ids: [1] },
		read: { user_id: 1, branch_ids: [1], is_done: 0, created_at: '2026-02-11 09:30:00' },
		missing: { title: must('Заголовок') },
		demanded: ['title'],
		change: { is_done: 1 },
		className: 'Task',
	},
	{
		entity: 'communication',
		query: 'class=Customer&related_id=1',
		given: { type_id: 1, user_id: 1, comment: 'Просил позвонить вечером' },
		read: { class: 'Customer', related_id: 1, user_id: 1, added: '2026-02-11 09:30:00' },
		missing: { comment: must('Комментарий'), user_id: must('Пользователь') },
		change: { comment: 'Позвонили' },
		className: 'Communication',
	},
];

describe.each(writable)('$entity', (item) => {
	const { entity, query = '', given, missing, change, updateQuery = '', className } = item;
	const create = (body: JsonObject) => school.call(`1/${entity}/create?${query}`, body);
	const inputs = ['lesson_date', 'time_from', 'duration', 'days', 'b_date_v', 'e_date_v'];
	const kept = Object.fromEntries(
		Object.entries(given).filter(([name]) => !(entity.includes('lesson') && inputs.includes(name))),
	);

	it('is created, listed, updated and deleted, and all of it is logged', async () => {
		const created = await create(given);
		expect(created.json).toMatchObject({ success: true, errors: [] });
		expect(created.model).toMatchObject({ ...kept, ...item.read });
		const { id } = created.model;
		const everything = { status: 1, b_date: '01.01.2020', e_date: '01.01.2040' };
		const rows = await school.all(`1/${entity}/index?${query}`, everything);
		expect(rows.find((row) => row.id === id)).toEqual(created.model);

		const updated = await school.call(`1/${entity}/update?id=${id}${updateQuery}`, change);
		expect(updated.json).toMatchObject({ success: true, errors: [] });
		expect(updated.model).toMatchObject({ ...kept, ...item.read, ...(item.changed ?? change), id });

		const deleted = await school.call(`1/${entity}/delete?id=${id}${updateQuery}`);
		expect(deleted.json).toEqual({ success: true, errors: [] });
		expect(stored(entity, id)).toBeUndefined();

		const log = (await school.call('1/log/index', { entity: className, entity_id: id })).items;
		expect(log.slice(0, 3)).toMatchObject([
			{ event: 3, user_id: 1, fields_new: '' },
			{ event: 2, user_id: 1 },
			{ event: 1, user_id: 1, fields_old: [] },
		]);
		expect(Object.keys(log[1]?.fields_new as JsonObject).sort()).toEqual(Object.keys(change).sort());
	});

	it('is not created without what it needs', async () => {
		const demanded = (item.demanded ?? []).map((name): [string, boolean] => [`${entity}.${name}`, true]);
		if (demanded.length > 0) expect((await create({})).json).toMatchObject({ success: true });
		school.settings.requiredFields = Object.fromEntries(demanded);
		const before = school.sandbox.store.rows(entity).length;
		expect((await create({})).json).toEqual({ success: false, errors: missing });
		expect(school.sandbox.store.rows(entity)).toHaveLength(before);
	});

	it('names the missing id, and knows an unknown one', async () => {
		for (const action of ['update', 'delete']) {
			const without = await school.call(`1/${entity}/${action}?${updateQuery}`, { id: 1 });
			expect(without.json).toMatchObject({
				...yii(400, 'Bad Request'),
				message: 'Отсутствуют обязательные параметры: id',
			});
			const unknown = await school.call(`1/${entity}/${action}?id=9999${updateQuery}`);
			expect(unknown.status).toBe(404);
		}
	});

	it('shows the same fields when created and when listed', async () => {
		const { model } = await create(given);
		const names = Object.keys(model);
		const described = entities.find(({ path }) => path === entity)?.fields ?? {};
		const shown = Object.keys(described).filter((name) => name !== 'removed');
		expect(names).toEqual(expect.arrayContaining(shown));
		expect(names).not.toEqual(expect.arrayContaining(['lesson_id']));
	});
});

describe('requirements and date formats', () => {
	it('follow settings where sources conflict', async () => {
		school.settings.requiredFields = { 'pay.payer_name': false, 'customer-tariff.balance': true };
		const pay = await school.call('1/pay/create', {});
		expect(pay.errors).not.toHaveProperty('payer_name');
		const tariff = await school.call('1/customer-tariff/create?customer_id=1', { tariff_id: 1 });
		expect(tariff.errors).toEqual({ balance: must('Остаток') });

		const group = { branch_ids: [1], name: 'Г', b_date: '2025-09-01' };
		expect((await school.call('1/group/create', group)).errors).toEqual({ b_date: wrong('Дата начала') });
		school.settings.dateFormats = { 'group.b_date': 'iso', 'lesson.lesson_date': 'either' };
		expect((await school.call('1/group/create', group)).model.b_date).toBe('2025-09-01');
		const dotted = await school.call('1/group/create', { ...group, b_date: '01.09.2025' });
		expect(dotted.errors).toEqual({ b_date: wrong('Дата начала') });
		const lesson = { lesson_date: '2026-03-05', time_from: '10:00', duration: 45 };
		const made = await school.call('1/lesson/create', { ...lesson, lesson_type_id: 2, subject_id: 1 });
		expect(made.model.date).toBe('2026-03-05');
	});

	it.each<[string, string, JsonObject]>([
		['pay', 'document_date', { document_date: '2026-02-05' }],
		['customer-tariff', 'b_date', { b_date: '2026-02-05' }],
		['cgi', 'b_date', { b_date: '2026-02-05' }],
		['lesson', 'lesson_date', { lesson_date: '2026-03-05' }],
		['regular-lesson', 'b_date_v', { b_date_v: '2025-09-01' }],
		['task', 'due_date', { due_date: '2026-02-05' }],
	])('%s wants a dotted %s', async (entity, field, change) => {
		const item = writable.find((one) => one.entity === entity);
		const path = `1/${entity}/create?${item?.query ?? ''}`;
		const { json } = await school.call(path, { ...item?.given, ...change });
		expect(json).toMatchObject({
			success: false,
			errors: { [field]: [expect.stringMatching(/Неверный формат/)] },
		});
		school.settings.isoDate = 'silentlyLost';
		const lost = await school.call(path, { ...item?.given, ...change });
		expect(lost.json).toEqual({ success: true, errors: [], model: {} });
	});

	it.each<[string, string, JsonObject, string]>([
		['group', '', { branch_ids: [1], name: 'Г', b_date: '01.09.2025', e_date: '01.09.2025' }, 'e_date'],
		['cgi', 'group_id=2', { customer_id: 1, b_date: '02.09.2025', e_date: '01.09.2025' }, 'e_date'],
		[
			'customer-tariff',
			'customer_id=1',
			{ tariff_id: 1, b_date: '02.09.2025', e_date: '01.09.2025' },
			'e_date',
		],
		[
			'regular-lesson',
			'',
			{ branch_id: 1, days: [1], b_date_v: '02.09.2025', e_date_v: '01.09.2025' },
			'e_date_v',
		],
	])('%s ends after it begins', async (entity, query, body, field) => {
		const { json } = await school.call(`1/${entity}/create?${query}`, body);
		expect(json).toMatchObject({ success: false, errors: { [field]: [expect.stringMatching(/позже/)] } });
	});

	it('the end is compared with a stored begin as well', async () => {
		const { id, b_date } = school.sandbox.store.rows('group')[0] ?? {};
		const { errors } = await school.call(`1/group/update?id=${String(id)}`, { e_date: '01.01.2020' });
		expect(b_date).toBe('2025-09-01');
		expect(errors).toHaveProperty('e_date');
	});
});

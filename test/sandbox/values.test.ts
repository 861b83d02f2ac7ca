import type { JsonObject } from '../../sandbox';
import { School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-11 09:30:00' });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const lead = { name: 'Тестов Пример', is_study: 0, legal_type: 1 };
const must = (label: string) => [`Необходимо заполнить «${label}».`];
const wrong = (label: string) => [`Неверный формат значения «${label}».`];
const create = (body: JsonObject) => school.call('1/customer/create', body);
const update = (id: number, body: JsonObject) => school.call(`1/customer/update?id=${id}`, body);

describe('values', () => {
	it.each<[string, JsonObject, JsonObject]>([
		['numbers as text', { legal_type: '1', lead_status_id: '3' }, { legal_type: 1, lead_status_id: 3 }],
		['flags as booleans', { is_study: true }, { is_study: 1 }],
		[
			'phones in one form',
			{ phone: ['89000000101', '+7 900 000-01-02'] },
			{ phone: ['+7(900)000-01-01', '+7(900)000-01-02'] },
		],
		['a single phone', { phone: '+79000000103' }, { phone: ['+7(900)000-01-03'] }],
		['other phones as they are', { phone: ['+375 29 000-00-00'] }, { phone: ['+375 29 000-00-00'] }],
		['a phone as a number', { phone: 79000000104 }, { phone: ['+7(900)000-01-04'] }],
		['one mail address', { email: 'a@example.org' }, { email: ['a@example.org'] }],
		['a list without blanks', { email: ['', 'a@example.org', null] }, { email: ['a@example.org'] }],
		['a dotted date of birth', { dob: '04.09.2015' }, { dob: '04.09.2015' }],
		['e_date either way', { e_date: '01.02.2026' }, { e_date: '2026-02-01' }],
		[
			'null and blanks as null',
			{ note: '', dob: null, lead_source_id: '' },
			{ note: null, dob: null, lead_source_id: null },
		],
		['an empty list', { teacher_ids: [] }, { teacher_ids: [] }],
		['known custom fields', { custom_school: '12' }, { custom_school: '12' }],
		['colours of any kind', { color: 'red' }, { color: 'red' }],
		['names of 50 letters', { name: 'Ы'.repeat(50) }, { name: 'Ы'.repeat(50) }],
	])('are stored: %s', async (_name, given, kept) => {
		const { json, model } = await create({ ...lead, ...given });
		expect(json.success).toBe(true);
		expect(model).toMatchObject(kept);
	});

	it.each<[JsonObject, Record<string, string[]>]>([
		[{ is_study: 2 }, { is_study: wrong('Состояние') }],
		[{ legal_type: 3 }, { legal_type: wrong('Тип заказчика') }],
		[{ gender: 'female' }, { gender: wrong('Пол') }],
		[{ lead_status_id: 'new' }, { lead_status_id: wrong('Этап воронки') }],
		[{ branch_ids: [1, 'x'] }, { branch_ids: wrong('Филиал') }],
		[{ email: [{}] }, { email: wrong('Email') }],
		[{ phone: [true] }, { phone: wrong('Телефон') }],
		[{ note: { a: 1 } }, { note: wrong('Примечание') }],
		[{ dob: '31.02.2015' }, { dob: wrong('Дата рождения') }],
		[{ dob: 20150904 }, { dob: wrong('Дата рождения') }],
		[{ name: 'Ы'.repeat(51) }, { name: ['Значение «Имя» должно содержать максимум 50 символов.'] }],
		[
			{ name: '', legal_type: null, dob: 'x' },
			{ name: must('Имя'), legal_type: must('Тип заказчика'), dob: wrong('Дата рождения') },
		],
	])('are refused: %j', async (given, errors) => {
		const { status, json } = await create({ ...lead, ...given });
		expect(status).toBe(200);
		expect(json).toEqual({ success: false, errors });
		expect((await update(1, given)).json).toEqual({ success: false, errors });
	});

	it('that the server alone sets, and unknown keys, are ignored', async () => {
		const given = {
			id: 5,
			balance: '9.00',
			created_at: '2020-01-01 00:00:00',
			b_date: '01.02.2026',
			custom_nothing: 1,
			junk: 1,
		};
		const { model } = await create({ ...lead, ...given });
		expect(model).toMatchObject({ id: 61, balance: '0.00', created_at: '2026-02-11 09:30:00' });
		expect(model.b_date).toBe('2026-02-11 09:30:00');
		expect(model).not.toHaveProperty('custom_nothing');
		expect(model).not.toHaveProperty('junk');
	});

	it('refused can have status 422', async () => {
		school.settings.validationStatus = 422;
		expect(await create({})).toMatchObject({ status: 422, json: { success: false } });
	});
});

describe('ISO dates', () => {
	it('are refused by default', async () => {
		const answer = await create({ ...lead, dob: '2015-09-04' });
		expect(answer.errors).toEqual({ dob: wrong('Дата рождения') });
	});

	it('can be lost together with the record', async () => {
		school.settings.isoDate = 'silentlyLost';
		const answer = await create({ ...lead, dob: '2015-09-04' });
		expect(answer.json).toEqual({ success: true, errors: [], model: {} });
		expect((await update(1, { name: 'Х', dob: '2015-09-04' })).json.success).toBe(true);
		expect(school.sandbox.store.rows('customer')).toHaveLength(60);
		expect(school.sandbox.store.find('customer', 1)?.name).not.toBe('Х');
	});
});

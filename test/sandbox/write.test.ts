import type { JsonObject } from '../../sandbox';
import { School, yii } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-11 09:30:00' });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const lead = { name: 'Тестов Пример', is_study: 0, legal_type: 1 };
const stored = (entity: string, id: unknown) => school.sandbox.store.find(entity, Number(id));
const must = (label: string) => [`Необходимо заполнить «${label}».`];
const create = (body: JsonObject, path = '1/customer/create') => school.call(path, body);
const update = (id: number, body: JsonObject) => school.call(`1/customer/update?id=${id}`, body);

it('a lead that is created in a pipeline and no stage has none, until one is written and taken back', async () => {
	const { model } = (await create({ ...lead, pipeline_id: 1 })) as { model: JsonObject };
	const shown = async () => stored('customer', model.id)?.lead_status_id;
	expect(model.lead_status_id).toBeNull();
	expect(await shown()).toBeNull();
	for (const lead_status_id of [2, null]) {
		await update(Number(model.id), { lead_status_id });
		expect(await shown()).toBe(lead_status_id);
	}
});

const every: Array<[entity: string, minimal: JsonObject, missing: Record<string, string[]>]> = [
	['branch', { name: 'Новый', is_active: 1 }, { name: must('Название'), is_active: must('Активен') }],
	[
		'location',
		{ branch_id: 1, name: 'Новая', is_active: 1 },
		{ branch_id: must('Филиал'), name: must('Название'), is_active: must('Активен') },
	],
	['customer', lead, { name: must('Имя'), is_study: must('Состояние'), legal_type: must('Тип заказчика') }],
	['subject', { name: 'Новый' }, { name: must('Название') }],
	['study-status', { name: 'Новый', is_enabled: 0 }, { name: must('Название'), is_enabled: must('Включен') }],
	['lead-status', { name: 'Новый', is_enabled: 0 }, { name: must('Название'), is_enabled: must('Включен') }],
	[
		'lead-source',
		{ code: 'new', name: 'Новый', is_enabled: 1 },
		{ code: must('Код'), name: must('Название'), is_enabled: must('Включен') },
	],
];

describe.each(every)('%s', (entity, minimal, missing) => {
	it('is created, read, updated and deleted', async () => {
		const created = await create(minimal, `1/${entity}/create`);
		expect(created.json).toMatchObject({ success: true, errors: [], model: minimal });
		const { id } = created.model;
		expect(created.model).toEqual(
			(await school.call(`1/${entity}/index`, { id, is_study: 2, name: minimal.name })).items[0],
		);

		const renamed = await school.call(`1/${entity}/update?id=${id}`, { name: 'Другой' });
		expect(renamed.json).toMatchObject({
			success: true,
			errors: [],
			model: { ...minimal, id, name: 'Другой' },
		});
		expect(stored(entity, id)?.name).toBe('Другой');

		const deleted = await school.call(`1/${entity}/delete?id=${id}`);
		expect(deleted.json).toEqual({ success: true, errors: [] });
		expect(stored(entity, id)).toBeUndefined();
	});

	it('is written without a branch in the path as well', async () => {
		expect((await create(minimal, `${entity}/create`)).json.success).toBe(true);
	});

	it('is not created without what it needs', async () => {
		const before = school.sandbox.store.rows(entity).length;
		const answer = await create({}, `1/${entity}/create`);
		expect(answer.status).toBe(200);
		expect(answer.json).toEqual({ success: false, errors: missing });
		expect(school.sandbox.store.rows(entity)).toHaveLength(before);
	});

	it('needs it on an update only where it is given', async () => {
		expect((await school.call(`${entity}/update?id=1`, { weight: 5 })).json.success).toBe(true);
		const emptied = await school.call(`${entity}/update?id=1`, { name: ' ' });
		expect(emptied.errors).toEqual({ name: missing.name });
	});

	it('names the missing id, and knows an unknown one', async () => {
		for (const action of ['update', 'delete']) {
			const without = await school.call(`1/${entity}/${action}`, { id: 1, name: 'Х' });
			expect(without.json).toEqual({
				...yii(400, 'Bad Request'),
				message: 'Отсутствуют обязательные параметры: id',
			});
			for (const id of ['9999', 'x', '-1']) {
				const unknown = await school.call(`1/${entity}/${action}?id=${id}`);
				expect(unknown.json).toEqual(yii(404, 'Not Found'));
			}
		}
	});
});

describe('a new customer', () => {
	it('has every field', async () => {
		const { model } = await create(lead);
		expect(model).toMatchObject({
			...lead,
			id: 61,
			branch_ids: [1],
			teacher_ids: [],
			lead_status_id: null,
			balance: '0.00',
			e_date: '2030-12-31',
			b_date: '2026-02-11 09:30:00',
			created_at: '2026-02-11 09:30:00',
			updated_at: '2026-02-11 09:30:00',
			phone: [],
			custom_school: null,
		});
		expect(Object.keys(model).sort()).toEqual(
			Object.keys((await school.call('customer/index')).items[0] ?? {}).sort(),
		);
	});

	it('belongs to the branches named, else to that of the path, else to the first', async () => {
		expect((await create({ ...lead, branch_ids: [2, 3] })).model.branch_ids).toEqual([2, 3]);
		expect((await create({ ...lead, branch_ids: 3 })).model.branch_ids).toEqual([3]);
		expect((await create(lead, '2/customer/create')).model.branch_ids).toEqual([2]);
		expect((await create(lead, 'customer/create')).model.branch_ids).toEqual([1]);
	});

	it('must name its branches with requireBranchIds', async () => {
		school.settings.requireBranchIds = true;
		expect((await create(lead)).errors).toEqual({ branch_ids: must('Филиал') });
		expect((await create({ ...lead, branch_ids: [1] })).json.success).toBe(true);
	});

	it('gets ids that are never used twice', async () => {
		const { model } = await create(lead);
		await school.call(`customer/delete?id=${model.id}`);
		expect((await create(lead)).model.id).toBe(62);
	});
});

describe('an update', () => {
	it('changes what it names and replaces lists', async () => {
		const before = stored('customer', 4);
		const { model } = await update(4, { phone: ['89000000999'], branch_ids: [3] });
		expect(stored('customer', 4)).toEqual({
			...before,
			phone: ['+7(900)000-09-99'],
			branch_ids: [3],
			updated_at: '2026-02-11 09:30:00',
		});
		expect(model.name).toBe(before?.name);
	});

	it('replaces everything when updateMode is full', async () => {
		school.settings.updateMode = 'full';
		expect((await update(4, { note: 'х' })).errors).toMatchObject({ name: must('Имя') });
		const before = stored('customer', 4);
		const { model } = await update(4, lead);
		expect(model).toMatchObject({
			...lead,
			phone: [],
			email: [],
			branch_ids: [1],
			created_at: before?.created_at,
		});
	});

	it('reaches a customer of another branch unless otherBranch is missing', async () => {
		school.sandbox.store.patch('customer', 4, { branch_ids: [2] });
		expect((await update(4, { note: 'х' })).json.success).toBe(true);
		school.settings.otherBranch = 'missing';
		expect((await update(4, { note: 'у' })).status).toBe(404);
		expect((await school.call('2/customer/update?id=4', { note: 'у' })).json.success).toBe(true);
		expect((await school.call('customer/update?id=4', { note: 'у' })).json.success).toBe(true);
	});

	it('of a missing record can be success false', async () => {
		school.settings.missingRecord = 'successFalse';
		for (const action of ['update', 'delete']) {
			const answer = await school.call(`1/customer/${action}?id=999`, { note: 'х' });
			expect(answer).toMatchObject({
				status: 200,
				json: { success: false, errors: { id: [expect.any(String)] } },
			});
		}
	});
});

describe('archiving', () => {
	const visible = async (body: JsonObject) =>
		(await school.call('customer/index', { id: 61, is_study: 0, ...body })).ids.length;

	it('by writing removed', async () => {
		await create(lead);
		const { model } = await update(61, { removed: 1 });
		expect(model.e_date).toBe('2026-02-11');
		expect(model).not.toHaveProperty('removed');
		expect([await visible({}), await visible({ removed: 2 })]).toEqual([0, 1]);
		expect((await update(61, { removed: 0 })).model.e_date).toBe('2030-12-31');
		expect(await visible({})).toBe(1);
	});

	it('by writing removed can do nothing', async () => {
		school.settings.removedWrite = 'ignored';
		await create(lead);
		expect((await update(61, { removed: 1 })).model.e_date).toBe('2030-12-31');
	});

	it('by delete, when deleteMode says so', async () => {
		school.settings.deleteMode = 'archive';
		await create(lead);
		expect((await school.call('1/customer/delete?id=61')).json).toEqual({
			success: true,
			errors: [],
		});
		expect([await visible({}), await visible({ removed: 1 })]).toEqual([0, 1]);
		await school.call('subject/delete?id=1');
		expect(stored('subject', 1)).toBeUndefined();
	});
});

describe('time', () => {
	it('is that of the account', async () => {
		school.settings.now = null;
		const hours = async (timeZone: string) => {
			school.settings.timeZone = timeZone;
			const { model } = await create(lead);
			expect(model.created_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
			return Date.parse(`${String(model.created_at).replace(' ', 'T')}Z`) / 3_600_000;
		};
		expect(Math.round((await hours('Asia/Almaty')) - (await hours('Europe/Moscow')))).toBe(2);
		expect(await hours('UTC')).toBeCloseTo(Date.now() / 3_600_000, 1);
	});
});

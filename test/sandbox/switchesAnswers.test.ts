import type { JsonObject, Settings } from '../../sandbox';
import { School, yii } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-10 12:00:00' });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const index = (token?: string) => school.call('1/customer/index', {}, { token });
const stored = (entity: string, id: unknown) => school.sandbox.store.find(entity, Number(id));

describe('tokens', () => {
	it('that have expired can be refused in the body alone', async () => {
		school.settings.expiredTokenStatus = 200;
		school.sandbox.expireTokens();
		expect(await index()).toMatchObject({ status: 200, json: yii(401, 'Unauthorized') });
		expect((await index('unknown')).status).toBe(401);
		await school.login();
		expect((await index()).items).not.toEqual([]);
	});

	it.each([false, true])('live on when they are used, with tokenExtends %s', async (tokenExtends) => {
		const now = jest.spyOn(performance, 'now');
		const begin = performance.now();
		const at = (minutes: number) => now.mockReturnValue(begin + minutes * 60_000);
		try {
			school.settings.tokenExtends = tokenExtends;
			const statuses: number[] = [];
			at(0);
			await school.login();
			for (const minutes of [10, 20, 40]) {
				at(minutes);
				statuses.push((await index()).status);
			}
			expect(statuses).toEqual(tokenExtends ? [200, 200, 401] : [200, 401, 401]);
		} finally {
			now.mockRestore();
		}
	});

	it.each([
		['matters', 403],
		['ignored', 200],
	] as const)('are given whatever the case of the email, which %s', async (emailCase, status) => {
		school.settings.emailCase = emailCase;
		const { email, apiKey } = school.sandbox.account;
		expect((await school.tryLogin(email.toUpperCase(), apiKey)).status).toBe(status);
		expect((await school.tryLogin(email, apiKey.toUpperCase())).status).toBe(403);
	});

	it('of one user end together when each login ends the older ones', async () => {
		school.settings.singleToken = true;
		school.settings.expiredTokenStatus = 200;
		const older = school.token;
		await school.login();
		expect((await index(older)).json).toMatchObject({ status: 401 });
		expect((await index()).json).toHaveProperty('total');
	});
});

describe('errors', () => {
	it('can all come with HTTP 200', async () => {
		school.settings.errorsAs200 = true;
		for (const [path, status, name] of [
			['nothing/index', 404, 'Not Found'],
			['1/customer/update', 400, 'Bad Request'],
			['9/customer/index', 404, 'Not Found'],
		] as const) {
			expect(await school.call(path)).toMatchObject({ status: 200, json: yii(status, name) });
		}
		expect((await index('unknown')).json).toEqual(yii(401, 'Unauthorized'));
	});

	it('name the class of the exception, or not', async () => {
		expect((await school.call('nothing/index')).json).toHaveProperty('type');
		school.settings.errorType = false;
		const { json } = await school.call('nothing/index');
		expect(Object.keys(json)).toEqual(['name', 'message', 'code', 'status']);
	});
});

describe('rights', () => {
	const status = async (path: string, token?: string) => (await school.call(path, {}, { token })).status;

	it('may lack a branch, which is listed all the same', async () => {
		expect(await status('2/customer/index')).toBe(200);
		school.settings.forbiddenBranches = [2];
		expect((await school.call('2/customer/index')).json).toEqual(yii(403, 'Forbidden'));
		expect(await status('2/customer/update?id=1')).toBe(403);
		expect(await status('1/customer/index')).toBe(200);
		expect(await status('customer/index')).toBe(200);
		expect((await school.call('branch/index')).ids).toEqual([1, 2, 3]);
	});

	it('may lack the list of branches, or an entity', async () => {
		expect(await status('branch/index')).toBe(200);
		school.settings.forbiddenCalls = ['branch/index', 'pay/*'];
		expect((await school.call('branch/index')).json).toEqual(yii(403, 'Forbidden'));
		expect(await status('1/branch/index')).toBe(403);
		expect(await status('branch/update?id=1')).toBe(200);
		expect(await status('1/pay/index')).toBe(403);
		expect(await status('1/pay/delete?id=1')).toBe(403);
		expect(await status('1/pay-type/index')).toBe(200);
	});

	it('may be those of one user alone', async () => {
		const admin = school.token;
		const other = await school.login(school.sandbox.account.noSubjects);
		Object.assign(school.settings, { forbiddenCalls: ['branch/index'], forbiddenBranches: [2] });
		school.settings.forbiddenTo = 'manager@school.example';
		for (const path of ['branch/index', '2/customer/index']) {
			expect([await status(path, admin), await status(path, other)]).toEqual([200, 403]);
		}
	});
});

describe('a refused write', () => {
	const create = async () => (await school.call('1/customer/create', { is_study: 0, dob: 'x' })).json;
	const must = (label: string) => `Необходимо заполнить «${label}».`;
	const wrong = 'Неверный формат значения «Дата рождения».';
	const [name, type] = [must('Имя'), must('Тип заказчика')];

	it.each<[Settings['errorsShape'], unknown]>([
		['map', { name: [name], legal_type: [type], dob: [wrong] }],
		['textMap', { name, legal_type: type, dob: wrong }],
		['list', [name, type, wrong]],
		['text', `${name} ${type} ${wrong}`],
	])('tells its errors as %s', async (shape, errors) => {
		school.settings.errorsShape = shape;
		expect(await create()).toEqual({ success: false, errors });
	});

	it.each<[Settings['refusalSuccess'], JsonObject]>([
		['saysFalse', { success: false }],
		['saysTrue', { success: true }],
		['saysNothing', {}],
	])('%s, and saves nothing', async (says, body) => {
		school.settings.refusalSuccess = says;
		expect(await create()).toEqual({ ...body, errors: expect.any(Object) });
		expect(school.sandbox.store.rows('customer')).toHaveLength(60);
		const spend = await school.call('1/bonus/bonus-spend?customer_id=1', { amount: 9_000_000 });
		expect(spend.json).toEqual({ ...body, errors: { amount: ['Недостаточно бонусов.'] } });
	});
});

describe('bonuses', () => {
	it.each(['envelope', 'bare'] as const)('answer %s', async (form) => {
		school.settings.bonusAnswer = form;
		school.sandbox.store.patch('customer', 1, { balance_bonus: 0 });
		const { json } = await school.call('1/bonus/bonus-add?customer_id=1', { amount: 150 });
		expect(stored('customer', 1)?.balance_bonus).toBe(150);
		if (form === 'bare') expect(json).toEqual({ balance_bonus: 150 });
		else expect(json).toMatchObject({ success: true, errors: [], model: { balance_bonus: 150 } });
	});
});

describe('a partial lesson/update', () => {
	const times = { time_from: '10:00', time_to: '11:00' };
	const lists = { teacher_ids: [1], customer_ids: [1, 2], group_ids: [1] };
	const plan = { lesson_date: '05.03.2026', ...times, lesson_type_id: 2, subject_id: 1 };
	const make = async () => {
		const body = { ...plan, ...lists, topic: 'Циклы', room_id: 1 };
		return (await school.call('1/lesson/create', body)).model;
	};
	const update = (model: JsonObject, body: JsonObject) =>
		school.call(`1/lesson/update?id=${String(model.id)}`, body);

	it('keeps the rest', async () => {
		const model = await make();
		expect((await update(model, { homework: 'Да' })).model).toEqual({ ...model, homework: 'Да' });
	});

	it('blanks the rest', async () => {
		school.settings.lessonUpdate = 'blanks';
		const model = await make();
		expect((await update(model, { homework: 'Да' })).model).toEqual({
			...model,
			homework: 'Да',
			...{ teacher_ids: [], customer_ids: [], group_ids: [] },
			...{ topic: null, room_id: null, note: null, time_from: null, time_to: null },
		});
		const status = { status: 2, ...times, ...lists, topic: 'Циклы', room_id: 1 };
		expect((await update(model, status)).model).toEqual({ ...model, status: 2 });
	});

	it('is refused, while a whole one is not', async () => {
		school.settings.lessonUpdate = 'refuses400';
		const model = await make();
		expect((await update(model, { homework: 'Да', time_from: '10:00' })).json).toMatchObject({
			...yii(400, 'Bad Request'),
			message: 'Отсутствуют обязательные параметры: lesson_date, time_to, lesson_type_id, subject_id',
		});
		expect(stored('lesson', model.id)?.homework).toBeNull();
		expect((await update(model, { ...plan, homework: 'Да' })).model.homework).toBe('Да');
		const { homework, ...rest } = model;
		expect(homework).toBeNull();
		expect((await update(model, { ...rest, homework: 'Нет' })).model.homework).toBe('Нет');
	});

	it.each(['keeps', 'blanks', 'refuses400'] as const)('%s leaves teach alone', async (mode) => {
		school.settings.lessonUpdate = mode;
		const model = await make();
		const taught = await school.call(`1/lesson/teach?id=${String(model.id)}`, { status: 3 });
		expect(taught.model).toEqual({ ...model, status: 3 });
	});
});

describe('names of teachers written to a group', () => {
	const update = (teachers: unknown) =>
		school.call('1/group/update?id=1', { teacher_ids: teachers } as JsonObject);
	const names = ['Петров Лев', 2, '3', 'Никто'];

	it('are refused, unless they are as answers show them', async () => {
		school.settings.groupTeachers = 'names';
		const before = stored('group', 1)?.teacher_ids;
		const shown = (await school.call('group/index', { id: 1 })).items[0]?.teacher_ids as string[];
		expect((await update(shown)).json.success).toBe(true);
		expect((await update([...shown, 2])).errors).toHaveProperty('teacher_ids');
		expect(stored('group', 1)?.teacher_ids).toEqual(before);
	});

	it('are understood', async () => {
		school.settings.groupTeacherNames = 'understood';
		await update(names);
		expect(stored('group', 1)?.teacher_ids).toEqual([1, 2, 3]);
	});

	it('are lost', async () => {
		school.settings.groupTeacherNames = 'lost';
		await update(names);
		expect(stored('group', 1)?.teacher_ids).toEqual([2, 3]);
	});
});

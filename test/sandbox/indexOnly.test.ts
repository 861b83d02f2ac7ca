import { School, yii } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-11 09:30:00' });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const indexOnly = [
	...[
		'customer-reject',
		'pipeline',
		'tariff',
		'discount',
		'lesson-type',
		'teacher',
		'user',
		'company',
		'level',
	],
	...[
		'pay-account',
		'pay-item',
		'pay-item-category',
		'pay-type',
		'sms-message',
		'mail-message',
		'phone-call',
	],
	'log',
];
const stored = (entity: string, id: unknown) => school.sandbox.store.find(entity, Number(id));

describe.each(indexOnly)('%s', (name) => {
	it('is listed in a branch, without one and without an action', async () => {
		const inBranch = await school.call(`1/${name}/index`);
		expect(inBranch.json).toMatchObject({ page: 0, count: inBranch.items.length });
		expect(inBranch.items.length).toBeGreaterThan(0);
		expect((await school.call(`${name}/index`)).items.length).toBeGreaterThan(0);
		expect((await school.call(`1/${name}`)).json).toEqual(inBranch.json);
	});

	it.each(['create', 'update', 'delete', 'view'])('has no %s', async (action) => {
		const answer = await school.call(`1/${name}/${action}?id=1`, { name: 'Х' });
		expect(answer.json).toEqual(yii(404, 'Not Found'));
	});
});

describe('the rest', () => {
	it('users without the right are refused everywhere', async () => {
		await school.login(school.sandbox.account.noRights);
		for (const path of [
			'1/lesson/index',
			'1/lesson/teach?id=1',
			'1/bonus/bonus-add?customer_id=1',
			'1/log/index',
		]) {
			expect((await school.call(path)).json).toEqual(yii(403, 'Forbidden'));
		}
	});

	it('company is the one list that may be read by GET', async () => {
		const answer = await school.call('company/index', {}, { method: 'GET' });
		expect(answer.items).toMatchObject([{ id: 1 }, { id: 2 }]);
		expect((await school.call('1/level/index', {}, { method: 'GET' })).status).toBe(405);
		expect((await school.call('1/company/index')).ids).toEqual([1, 2]);
	});

	it.each([
		'calendar/index',
		'bonus/index',
		'lesson/status',
		'lead/index',
		'teacher-rate/index',
		'lesson-details/index',
		'cgi/view',
	])('%s is 404', async (path) => expect((await school.call(`1/${path}`)).status).toBe(404));

	it('faults that only break the answer let no write happen, whatever the action', async () => {
		school.sandbox.faults.add({ kind: 'cutJson', times: 0 });
		const lesson = school.sandbox.store.rows('lesson').find(({ status }) => status === 1);
		await school.call(`1/lesson/teach?id=${lesson?.id}`);
		await school.call('1/bonus/bonus-add?customer_id=1', { amount: 5 });
		expect(stored('lesson', lesson?.id)?.status).toBe(1);
		expect(stored('customer', 1)?.balance_bonus).toBe(0);
		expect((await school.call('1/teacher/working-hour')).text).toMatch(/^\{"total":18/);
	});
});

import type { Json, JsonObject, Row, Settings } from '../../sandbox';
import { defaultSettings, parseSetting } from '../../sandbox/model/settings';
import { allCustomers, useSchool } from './support';

const school = useSchool({ now: '2026-02-10 12:00:00' }, { customers: 130 });

type Switches = Partial<
	Record<keyof Settings, { ask: () => Promise<unknown>; answers: Record<string, unknown> }>
>;

const call = async (path: string, body: JsonObject = {}) => await school.call(path, body);
const status = async (path: string, body: JsonObject = {}) => (await call(path, body)).status;
const statuses = async (...paths: string[]) => await inOrder(paths, async (path) => await status(path));
const customer = async (body: JsonObject) => await call('1/customer/update?id=1', body);
const first = async (path: string, body: JsonObject = {}) => (await call(path, body)).items[0] ?? {};
const login = async (email: string, key = school.sandbox.account.apiKey, headers?: Record<string, string>) =>
	await school.tryLogin(email, key, { headers });
const branches = async (token?: string, headers?: Record<string, string>) =>
	(await school.call('branch/index', {}, { token, headers })).status;
const row = (entity: string, test: (row: Row) => boolean) => school.readRecords(entity).find(test) as Row;
const distinct = (values: readonly unknown[]) => [...new Set(values)].sort();
const admin = 'admin@school.example';
const logged = { date_from: '10.02.2026' };

async function inOrder<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
	const answers: R[] = [];
	for (const item of items) answers.push(await ask(item));
	return answers;
}

/** How much there is of the page that each body asks for, or how it is refused. */
const sizes = async (path: string, ...bodies: JsonObject[]) =>
	await inOrder(bodies, async (body) => {
		const { status, json, items } = await call(path, { ...allCustomers, ...body });
		return json.success === false ? 'refused' : status === 200 ? items.length : status;
	});
const totals = async (...bodies: JsonObject[]) =>
	await inOrder(
		bodies,
		async (body) => (await call('customer/index', { ...allCustomers, ...body })).json.total,
	);

const endedTariff = () => row('customer-tariff', (one) => one.e_date === '31.05.2025');
const tariffsOf = () => `1/customer-tariff/index?customer_id=${String(endedTariff().customer_id)}`;
/** What to ask AlfaCRM, and its answer for each value of a setting, the default among them. */
const switches: Switches = {
	loginRejection: {
		ask: async () => {
			const ofAnother = school.sandbox.account.noRights.apiKey;
			const { status, json } = await login(admin, ofAnother);
			return [status, json.message, (await login('nobody@school.example')).status];
		},
		answers: {
			forbidden403: [403, 'Not Authorized', 403],
			unauthorized401: [401, expect.any(String), 401],
		},
	},
	tokenTtlSeconds: { ask: async () => await branches(await school.login()), answers: { 900: 200, 0: 401 } },
	expiredTokenStatus: {
		ask: async () => {
			school.sandbox.expireTokens();
			const { status, json } = await call('branch/index');
			return [status, json.status, await branches('unknown')];
		},
		answers: { 401: [401, 401, 401], 403: [403, 403, 401], 200: [200, 401, 401] },
	},
	singleToken: {
		ask: async () => {
			const older = school.token;
			const ofAnother = await school.login(school.sandbox.account.noSubjects);
			return await inOrder([older, await school.login(), ofAnother], branches);
		},
		answers: { false: [200, 200, 200], true: [401, 200, 200] },
	},
	requireAppKey: {
		ask: async () => {
			const right = { 'x-app-key': 'partner' };
			const logins = await inOrder([{}, right], async (key) => (await login(admin, undefined, key)).status);
			return [
				...logins,
				await branches(undefined, { 'x-app-key': 'other' }),
				await branches(undefined, right),
			];
		},
		answers: { null: [200, 200, 200, 200], partner: [403, 200, 403, 200] },
	},
	forbiddenCalls: {
		ask: async () =>
			await statuses('1/branch/index', '1/pay/delete?id=1', 'branch/update?id=1', '1/pay-type/index'),
		answers: { '[]': [200, 200, 200, 200], '["branch/index", "pay/*"]': [403, 403, 200, 200] },
	},
	forbiddenBranches: {
		ask: async () =>
			await statuses('2/customer/index', '2/customer/update?id=1', '1/customer/index', 'customer/index'),
		answers: { '[]': [200, 200, 200, 200], '[2]': [403, 403, 200, 200] },
	},
	branchless: {
		ask: async () => {
			const [without, all, first] = await inOrder(['', '0/', '1/'], async (branch) => {
				return JSON.stringify((await call(`${branch}customer/index`)).ids);
			});
			const paths = ['customer/index', 'branch/index', 'company/index'];
			return [without === all, without === first, await statuses(...paths)];
		},
		answers: {
			all: [true, false, [200, 200, 200]],
			first: [false, true, [200, 200, 200]],
		},
	},
	mainBranch: {
		ask: async () => await statuses('branch/index', '2/branch/index', 'company/index', 'customer/index'),
		answers: { on: [200, 200, 200, 200], off: [403, 200, 200, 200] },
	},
	// Whether lists of a branch show records of branch 1 alone.
	pooledBranches: {
		ask: async () => {
			const showsBranchOne = async (path: string) => {
				const shown = await school.listEveryPage(path, { is_study: 2 });
				return shown.some(({ branch_ids, branch_id }) => String(branch_ids ?? branch_id) === '1');
			};
			return {
				'customers of 2': await showsBranchOne('2/customer/index'),
				'payments of 2': await showsBranchOne('2/pay/index'),
				'groups of 2': await showsBranchOne('2/group/index'),
				'customers of 3': await showsBranchOne('3/customer/index'),
			};
		},
		answers: {
			'[]': {
				'customers of 2': false,
				'payments of 2': false,
				'groups of 2': false,
				'customers of 3': false,
			},
			'[2]': {
				'customers of 2': true,
				'payments of 2': true,
				'groups of 2': false,
				'customers of 3': false,
			},
		},
	},
	otherBranch: {
		ask: async () => {
			school.sandbox.store.patch('customer', 4, { branch_ids: [2] });
			return await statuses(...['1/', '2/', ''].map((branch) => `${branch}customer/update?id=4`));
		},
		answers: { allowed: [200, 200, 200], missing: [404, 200, 200] },
	},
	phoneSearch: {
		ask: async () => await sizes('customer/index', { phone: '9000000012' }, { phone: '(900)000-00-12' }),
		answers: { digits: [1, 1], text: [0, 1] },
	},
	deadDefault: {
		ask: async () => await sizes(tariffsOf(), { dead: true }, { dead: false }, {}),
		answers: { all: [1, 2, 2], current: [1, 2, 1] },
	},
	payDefault: {
		ask: async () => {
			const types = (await school.listEveryPage('pay/index')).map((pay) => pay.pay_type_id);
			return [distinct(types), (await first('pay/index', { pay_type_id: 2 })).pay_type_id];
		},
		answers: { all: [[1, 11, 12, 2], 2], income: [[1], 2] },
	},
	refundSum: {
		ask: async () => {
			const { id, income } = row('pay', (pay) => pay.pay_type_id === 2);
			const shown = await first('pay/index', { id });
			return [shown.income, shown.expenditure].map((sum) => (sum === income ? 'the sum' : sum));
		},
		answers: { income: ['the sum', '0.00'], expenditure: ['0.00', 'the sum'] },
	},
	removedZero: {
		ask: async () => {
			const leads = await school.listEveryPage('customer/index', { is_study: 0, removed: 0 });
			return leads.some((one) => one.lead_status_id === null);
		},
		answers: { active: true, hidesUnsorted: false },
	},
	// Two pages of a size, and one of none.
	bodyPageSize: {
		ask: async () => {
			const two = [0, 1].map((page) => ({ pageSize: 100, page }));
			return await sizes('customer/index', ...two, { pageSize: 0 });
		},
		answers: {
			ignored: [20, 20, 20],
			honoured: [100, 30, 20],
			refused400: [400, 400, 400],
		},
	},
	// Of the first, the last and an empty page, and of a list of one.
	total: {
		ask: async () => await totals({}, { page: 6 }, { page: 7 }, { id: 5 }),
		answers: {
			present: [130, 130, 130, 1],
			missing: Array(4).fill(undefined),
			pageSize: [20, 130, 130, 1],
		},
	},
	discountPages: {
		ask: async () => {
			school.settings.pageSize = 2;
			const { items: page } = await call('discount/index', { page: 1 });
			return page.length === school.readRecords('discount').length;
		},
		answers: { honoured: false, ignored: true },
	},
	removedWrite: {
		ask: async () => {
			await customer({ e_date: '2030-12-31' });
			return (await customer({ removed: 1 })).model.e_date;
		},
		answers: { archives: '2026-02-10', ignored: '2030-12-31' },
	},
	shownFields: {
		ask: async () => {
			const { id } = row('customer', (one) => (one.group_ids as Json[]).length > 0);
			school.sandbox.store.patch('customer', id, { lead_status_id: 2 });
			const card = await first('customer/index', { ...allCustomers, id });
			const sold = await first(tariffsOf(), { dead: true });
			const rows = [card, sold, await first('group/index'), await first('teacher/index')];
			const told = ['lead_status_ids', 'dead', 'removed'];
			return rows.map((one) => told.filter((name) => name in one));
		},
		answers: {
			'[]': [[], [], [], []],
			'["customer.lead_status_ids", "customer-tariff.dead", "customer.removed", "group.removed"]': [
				['lead_status_ids', 'removed'],
				['dead'],
				['removed'],
				[],
			],
		},
	},
	deleteMode: {
		ask: async () => {
			await customer({ e_date: '2030-12-31' });
			for (const entity of ['customer', 'group', 'subject']) await call(`1/${entity}/delete?id=1`);
			const [one, group] = [school.readRecord('customer', 1), school.readRecord('group', 1)];
			return [one?.e_date, group?.removed, school.readRecord('subject', 1)];
		},
		answers: { destroy: [undefined, undefined, undefined], archive: ['2026-02-10', 1, undefined] },
	},
	groupTeachers: {
		ask: async () => {
			const { teacher_ids, teachers } = await first('group/index', { teacher_id: 1 });
			return [teacher_ids, teachers];
		},
		answers: {
			ids: [[1], undefined],
			names: [['Петров Лев'], undefined],
			objects: [[1], [{ id: 1, name: 'Петров Лев' }]],
		},
	},
	bonusAnswer: {
		ask: async () => {
			school.sandbox.store.patch('customer', 1, { balance_bonus: 100 });
			return (await call('1/bonus/bonus-add?customer_id=1', { amount: 150 })).json;
		},
		answers: { envelope: expect.objectContaining({ success: true }), bare: { balance_bonus: 250 } },
	},
	lessonDetails: {
		ask: async () => {
			const { lesson_id, customer_id } = row('lesson-details', () => true) as JsonObject;
			const shown = async (body: JsonObject) =>
				((await first('lesson/index', { id: lesson_id ?? 0, ...body })).details as Json[]).length > 0;
			return [await shown({}), await shown({ customer_id: customer_id ?? 0 })];
		},
		answers: { always: [true, true], withCustomer: [false, true] },
	},
	sunday: {
		ask: async () => {
			const { id } = row('regular-lesson', (one) => one.day === 7);
			const shown = (await school.listEveryPage('regular-lesson/index')).find((one) => one.id === id);
			return [shown?.day, (await call(`1/regular-lesson/update?id=${id}`, { day: 7 })).model.day];
		},
		answers: { 7: [7, 7], 0: [0, 0] },
	},
	recordOutside: {
		ask: async () => {
			school.sandbox.store.patch('room', 2, { note: 'у' });
			await call('1/room/update?id=1', { note: 'х' });
			return (await call('log/index', logged)).items.length;
		},
		answers: { true: 2, false: 1 },
	},
	logScope: {
		ask: async () => {
			await call('1/room/update?id=1', { note: 'х' });
			await call('1/subject/update?id=1', { name: 'х' });
			return (await call('2/log/index', logged)).items.map(({ entity }) => entity);
		},
		answers: { branch: ['Subject'], account: ['Subject', 'Room'] },
	},
	logFields: {
		ask: async () => {
			await call('1/subject/update?id=1', { name: 'Х' });
			return (await first('log/index')).fields_new;
		},
		answers: { objects: { name: 'Х' }, jsonText: '{"name":"Х"}' },
	},
	logLesson: {
		ask: async () => {
			const { id } = row('lesson', (one) => one.status === 1);
			await call(`lesson/teach?id=${id}`, { status: 3, details: [{ customer_id: 1, is_attend: 1 }] });
			const { fields_new } = await first('log/index', { ...logged, entity: 'LessonDetails' });
			return (fields_new as JsonObject).lesson_id === id;
		},
		answers: { true: true, false: false },
	},
};

it.each(Object.entries(switches))('%s has an answer for each value', async (setting, { ask, answers }) => {
	const given = Object.keys(answers).map((value) => parseSetting(`${setting}=${value}`));
	expect(given).toContainEqual({ [setting]: defaultSettings[setting as keyof Settings] });
	for (const [index, answer] of Object.values(answers).entries()) {
		await school.restore();
		Object.assign(school.settings, given[index]);
		expect([given[index], await ask()]).toEqual([given[index], answer]);
	}
});

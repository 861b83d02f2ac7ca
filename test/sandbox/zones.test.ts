import { School } from './support';

/** 03:00 of the next day in Vladivostok, 20:00 in Moscow, noon in New York. */
const moment = '2026-02-10T17:00:00Z';
const days = {
	'Asia/Vladivostok': '2026-02-11',
	'Europe/Moscow': '2026-02-10',
	'America/New_York': '2026-02-10',
} as const;
const zones = Object.keys(days) as Array<keyof typeof days>;
const dotted = (day: string) => day.split('-').reverse().join('.');

let school: School;
beforeAll(async () => {
	school = await School.open({ pageSize: 500 });
});
beforeEach(() => void school.sandbox.store.patch('customer', 1, { e_date: '2030-12-31' }));
afterEach(() => school.restore());
afterAll(() => school.close());

const list = async (path: string, body = {}) => (await school.call(path, body)).ids;

describe.each(zones)('an account in %s', (zone) => {
	const today = days[zone];
	beforeEach(() => Object.assign(school.settings, { now: moment, timeZone: zone }));

	it('stamps what is written with its own time', async () => {
		const { model } = await school.call('1/customer/create', { name: 'Х', is_study: 0, legal_type: 1 });
		expect(String(model.created_at).slice(0, 10)).toBe(today);
	});

	it('archives on its own day, and lists by it', async () => {
		const { model } = await school.call('1/customer/update?id=1', { removed: 1 });
		expect(model.e_date).toBe(today);
		const everybody = { is_study: 2, id: 1 };
		expect(await list('customer/index', everybody)).toEqual([]);
		expect(await list('customer/index', { ...everybody, removed: 2 })).toEqual([1]);
		await school.call('1/customer/update?id=1', { removed: 0 });
		await school.call('1/customer/update?id=1', { e_date: '2026-02-11' });
		expect(await list('customer/index', everybody)).toEqual(today === '2026-02-11' ? [] : [1]);
	});

	it('begins and ends memberships and subscriptions by its own day', async () => {
		const lead = school.sandbox.store.rows('customer').find(({ is_study }) => is_study === 0)?.id ?? 0;
		const { model } = await school.call('1/cgi/create?group_id=1', { customer_id: lead });
		expect(model.b_date).toBe(dotted(today));
		expect(await list('1/cgi/index?group_id=1')).toContain(model.id);
		await school.call(`1/cgi/update?id=${String(model.id)}&group_id=1`, {
			b_date: '01.02.2026',
			e_date: '10.02.2026',
		});
		const isOver = today === '2026-02-11';
		expect((await list('1/cgi/index?group_id=1')).includes(Number(model.id))).toBe(!isOver);
		const path = `1/customer-tariff/index?customer_id=${lead}`;
		await school.call(`1/customer-tariff/create?customer_id=${lead}`, {
			tariff_id: 1,
			e_date: '10.02.2026',
		});
		expect(await list(path, { dead: true })).toHaveLength(isOver ? 1 : 0);
	});
});

describe('the archive', () => {
	it('keeps the first day when something is archived again', async () => {
		Object.assign(school.settings, { now: '2026-02-10 12:00:00' });
		const archive = async () => (await school.call('1/customer/update?id=1', { removed: 1 })).model.e_date;
		expect(await archive()).toBe('2026-02-10');
		school.settings.now = '2026-02-12 12:00:00';
		expect(await archive()).toBe('2026-02-10');
	});

	it('does not hold those whose e_date is 2030-12-31, also when that day has passed', async () => {
		const active = await list('customer/index', { is_study: 2 });
		school.settings.now = '2031-06-01 00:00:00';
		expect(await list('customer/index', { is_study: 2 })).toEqual(active);
		expect((await list('teacher/index')).length).toBeGreaterThan(0);
	});
});

it('the clock can be set to a moment with an offset', async () => {
	Object.assign(school.settings, { now: '2026-02-10T17:00:00.000+03:00', timeZone: 'Asia/Vladivostok' });
	const { model } = await school.call('1/customer/create', { name: 'Х', is_study: 0, legal_type: 1 });
	expect(model.created_at).toBe('2026-02-11 00:00:00');
});

import type { INodeListSearchItems } from 'n8n-workflow';

import { useRawServer } from '../support/rawServer';
import { Engine } from '../support/engine';
import { useSchool } from '../support/school';

const form = { resource: 'customer', operation: 'get', branchId: 1 };

/** All that a picker shows when somebody scrolls to its end. */
async function scrolled(engine: Engine, method: string, typed = '', parameters: object = form) {
	const entries: INodeListSearchItems[] = [];
	let pages = 0;
	let token: string | undefined;
	do {
		const { results, paginationToken } = await engine.search(method, parameters as never, typed, token);
		entries.push(...results);
		token = paginationToken as string | undefined;
		pages += 1;
	} while (token !== undefined && pages < 100);
	return entries;
}

describe('the pages of a picker', () => {
	const school = useSchool({ customers: 300 });
	const inBranch = () =>
		school.sandbox.store.rows('customer').filter(({ branch_ids }) => (branch_ids as number[]).includes(1));

	it.each<[what: string, settings: object]>([
		['a server that does as it should', {}],
		['a last page that comes again and again', { pastEnd: 'repeatLast', total: 'missing' }],
		['a last page that comes again, with a total', { pastEnd: 'repeatLast' }],
		['a total that counts the page', { total: 'pageSize' }],
		[
			'a total that counts the page, and a last page that comes again',
			{ total: 'pageSize', pastEnd: 'repeatLast' },
		],
		['no total', { total: 'missing' }],
		['pages of 7', { pageSize: 7 }],
		['pages of 50', { pageSize: 50 }],
	])('show each customer once with %s', async (_what, settings) => {
		Object.assign(school.sandbox.settings, settings);
		const entries = await scrolled(school.engine, 'searchCustomers');
		const numbers = entries.map(({ value }) => Number(value)).sort((a, b) => a - b);
		expect(numbers).toEqual(
			inBranch()
				.map(({ id }) => id)
				.sort((a, b) => a - b),
		);
	});

	it('are read on when a filter leaves nothing of the first ones, so that an early match is not missed', async () => {
		const { store } = school.sandbox;
		const lessons = store.rows('lesson').filter(({ branch_id }) => branch_id === 1);
		const [last] = lessons;
		store.patch('lesson', last.id, { topic: 'Ёжики  и  Ёлки' });
		const found = await school.engine.search(
			'searchLessons',
			{ ...form, resource: 'lesson' },
			'ежики и ЕЛКИ',
		);
		expect(found.results.map(({ value }) => value)).toEqual([last.id]);
	});
});

describe('a phone number typed into a picker', () => {
	const school = useSchool({ customers: 60 });
	const add = (phone: string, name = 'Мария Телефонова') =>
		school.sandbox.store.insert('customer', {
			name,
			phone: [phone],
			branch_ids: [1],
			is_study: 0,
			e_date: '2030-12-31',
		}).id;
	const found = async (typed: string) =>
		(await scrolled(school.engine, 'searchCustomers', typed)).map(({ value }) => value);

	it.each(['digits', 'text'] as const)(
		'finds +7(987)654-32-10 however it is typed, where AlfaCRM compares the %s',
		async (phoneSearch) => {
			school.sandbox.settings.phoneSearch = phoneSearch;
			const id = add('+7(987)654-32-10');
			for (const typed of [
				'8 987 654-32-10',
				'89876543210',
				'+7 987 654 32 10',
				'7 (987) 654-32-10',
				'+7(987)654-32-10',
				'9876543210',
				'8 987',
				'8987654',
				'+7987',
				'9876',
				'654-32-10',
				'6543210',
				'4-32-10',
				'3210',
			]) {
				expect([typed, await found(typed)]).toEqual([typed, [id]]);
			}
		},
	);

	it('finds foreign numbers too', async () => {
		const id = add('+375291112233');
		for (const typed of ['+375 29 111-22-33', '375291112233', '8 029 111 22 33', '2911122']) {
			expect([typed, await found(typed)]).toEqual([typed, [id]]);
		}
	});

	it('finds nobody else, even where AlfaCRM ignores the filter', async () => {
		school.sandbox.settings.ignoredFilters = ['customer.phone'];
		const id = add('+7(987)654-32-10');
		expect(await found('8 987 654-32-10')).toEqual([id]);
		expect(await found('8 987 000-00-00')).toEqual([]);
	});

	it('does not take a name for a number', async () => {
		const id = add('+7(987)654-32-10', 'Группа 2026-27');
		expect(await found('Группа 2026')).toEqual([id]);
	});
});

describe('an entry of a picker', () => {
	const school = useSchool({ customers: 5 });
	const add = (values: object) =>
		school.sandbox.store.insert('customer', {
			name: 'Анна Тёзкина',
			branch_ids: [1],
			is_study: 1,
			phone: [],
			e_date: '2030-12-31',
			...values,
		}).id;
	const names = async (typed: string) =>
		(await scrolled(school.engine, 'searchCustomers', typed)).map(({ name }) => name).sort();

	it('tells namesakes apart by phone and type, and marks archived ones, which come last', async () => {
		add({ phone: ['+7(987)654-32-10', '+7(987)000-00-00'] });
		add({ is_study: 0, phone: ['+7(987)654-32-11'] });
		const archived = add({ phone: ['+7(987)654-32-12'], e_date: '2020-01-31' });
		add({});
		expect(await names('Тёзкина')).toEqual([
			'Анна Тёзкина · +7(987)654-32-10 · Client',
			'Анна Тёзкина · +7(987)654-32-11 · Lead',
			'Анна Тёзкина · +7(987)654-32-12 · Client · archived',
			'Анна Тёзкина · Client',
		]);
		const entries = await scrolled(school.engine, 'searchCustomers', 'Тёзкина');
		expect(entries.at(-1)?.value).toBe(archived);
	});

	it('of a lesson says when it is, whose, of what and how far', async () => {
		const { store } = school.sandbox;
		const lesson = (values: object) =>
			store.insert('lesson', {
				branch_id: 1,
				date: '2031-03-01',
				time_from: '2031-03-01 20:00:00',
				time_to: '2031-03-01 21:00:00',
				lesson_type_id: 2,
				subject_id: 1,
				status: 1,
				group_ids: [],
				customer_ids: [],
				topic: null,
				...values,
			}).id;
		const group = store.insert('group', { name: 'Шахматы Пн', branch_ids: [1], e_date: '2031-12-31' }).id;
		const customer = add({ name: 'Мия Орлова' });
		const whole = lesson({ group_ids: [group], topic: 'Дебют' });
		const alone = lesson({ customer_ids: [customer], status: 2 });
		const twins = [lesson({}), lesson({})];
		const subject = String(store.find('subject', 1)?.name);
		const lessons = { ...form, resource: 'lesson' };
		const entries = await scrolled(school.engine, 'searchLessons', '2031-03-01', lessons);
		expect(Object.fromEntries(entries.map(({ name, value }) => [value, name]))).toEqual({
			[whole]: `1 Mar 2031 20:00 · Шахматы Пн · ${subject} · Дебют · Planned`,
			[alone]: `1 Mar 2031 20:00 · Мия Орлова · ${subject} · Cancelled`,
			[twins[0]]: `1 Mar 2031 20:00 · ${subject} · Planned · ID ${twins[0]}`,
			[twins[1]]: `1 Mar 2031 20:00 · ${subject} · Planned · ID ${twins[1]}`,
		});
	});

	it.each([{}, { ignoredFilters: ['group.ids'] }])(
		'of a lesson is found by its group, and named by it, on whichever page it is: %j',
		async (settings) => {
			const { store } = school.sandbox;
			Object.assign(school.sandbox.settings, { pageSize: 7, bodyPageSize: 'ignored', ...settings });
			const groupOf = (name: string) =>
				store.insert('group', { name, branch_ids: [1], e_date: '2031-12-31' }).id;
			const [often, seldom] = [groupOf('Частая'), groupOf('Редкая')];
			const lesson = (day: number, group: number) =>
				store.insert('lesson', {
					...{ branch_id: 1, status: 1, lesson_type_id: 2, subject_id: 1, group_ids: [group] },
					...{ date: `2031-03-${day}`, customer_ids: [], topic: null },
					...{ time_from: `2031-03-${day} 20:00:00`, time_to: `2031-03-${day} 21:00:00` },
				}).id;
			for (let day = 20; day < 30; day++) lesson(day, often);
			const wanted = lesson(19, seldom);
			const { results } = await school.engine.search(
				'searchLessons',
				{ ...form, resource: 'lesson' },
				'редкая',
			);
			expect(results).toEqual([
				{ value: wanted, name: expect.stringMatching(/^19 Mar 2031 20:00 · Редкая · /) as string },
			]);
			const asked = school.entries('group/index').map(({ body }) => (body as { ids: number[] }).ids);
			expect(asked.flat()).toEqual([...new Set(asked.flat())]);
		},
	);

	it('of a lesson costs one list each of what it names, and shows numbers where they may not be read', async () => {
		const lessons = { ...form, resource: 'lesson' };
		await school.engine.search('searchLessons', lessons);
		for (const list of ['group/index', 'subject/index', 'customer/index'])
			expect(school.calls().filter((call) => call === list).length).toBeLessThan(2);
		school.sandbox.faults.add({
			kind: 'status',
			status: 403,
			times: 9,
			match: { entity: 'subject' },
		} as never);
		const { results } = await school.engine.search('searchLessons', lessons);
		expect(results[0].name).toMatch(/ · Subject \d+ · /);
	});

	it.each(['Customers', 'Groups', 'Teachers', 'Lessons'])('of %s reads unlike all others', async (list) => {
		const resource = list.slice(0, -1).toLowerCase();
		const entries = (await school.engine.search(`search${list}`, { ...form, resource })).results;
		expect(entries.length).toBeGreaterThan(0);
		expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
	});

	it('of a group that is archived is marked too', async () => {
		const { store } = school.sandbox;
		const [group] = store.rows('group').filter(({ branch_ids }) => (branch_ids as number[]).includes(1));
		expect(group).toBeDefined();
		const before = await scrolled(school.engine, 'searchGroups', '', { ...form, resource: 'group' });
		expect(before.find(({ value }) => value === group.id)?.name).not.toContain('archived');
		await school.engine.run({
			parameters: {
				resource: 'group',
				operation: 'update',
				branchId: 1,
				id: group.id,
				updateFields: { removed: true },
			} as never,
		});
		const after = await scrolled(school.engine, 'searchGroups', '', { ...form, resource: 'group' });
		expect(after.find(({ value }) => value === group.id)?.name).toMatch(/ · archived$/);
		expect(after).toHaveLength(before.length);
	});
});

describe('a list that does not keep archived records apart', () => {
	const server = useRawServer();

	it('shows each once, and marks by what the rows tell', async () => {
		const items = [
			{ id: 1, name: 'Анна', is_study: 1, e_date: '2030-12-31' },
			{ id: 2, name: 'Борис', is_study: 1, e_date: '2020-01-01', removed: 1 },
		];
		server.answer = ({ path }) => ({ body: path === 'auth/login' ? { token: 'x' } : { total: 2, items } });
		const engine = new Engine({
			hostname: server.url,
			email: 'p@school.example',
			apiKey: 'k',
			requestsPerSecond: 0,
		});
		const entries = await scrolled(engine, 'searchCustomers');
		expect(entries).toEqual([
			{ name: 'Анна · Client', value: 1 },
			{ name: 'Борис · Client · archived', value: 2 },
		]);
	});
});

import type { INodeListSearchItems, INodeParameters } from 'n8n-workflow';

import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import { findShownParameters } from '../../support/form';
import { Engine } from '../support/engine';
import { recordWithId } from '../support/forms';
import { frontDeskOf } from '../support/frontDesk';
import { stopClock } from '../support/stoppedClock';
import { useRawServer } from '../support/rawServer';
import { useSchool } from '../support/school';

/** What an editor shows in dropdowns and pickers. */
const school = useSchool({ customers: 60 });
const server = useRawServer();
const { addRecord, addLead, changeRecord, readRecord, readRecords, changeSettings } = frontDeskOf(school);

afterEach(() => jest.useRealTimers());

const form: INodeParameters = { resource: 'customer', operation: 'get', branchId: 1 };
/** All that a picker shows when somebody scrolls to its end. */
async function scrolled(method: string, typed = '', more: INodeParameters = {}, engine = school.engine) {
	const entries: INodeListSearchItems[] = [];
	let token: string | undefined;
	for (let page = 0; page === 0 || (token !== undefined && page < 100); page++) {
		const { results, paginationToken } = await engine.searchPicker(
			method,
			{ ...form, ...more },
			typed,
			token,
		);
		entries.push(...results);
		token = paginationToken as string | undefined;
	}
	return entries;
}
const namesIn = (list: INodeListSearchItems[]) => list.map(({ name }) => name);
const idsIn = (list: INodeListSearchItems[]) => list.map(({ value }) => Number(value));
const byId = (list: INodeListSearchItems[]) =>
	Object.fromEntries(list.map(({ value, name }) => [value, name]));
const sorted = (ids: unknown[]) => ids.map(Number).sort((one, other) => one - other);
const idsOf = (path: string) => sorted(readRecords(path).map(({ id }) => id));
const inBranch1 = (path: string) =>
	readRecords(path).filter(({ branch_ids, branch_id }) =>
		((branch_ids ?? [branch_id]) as number[]).includes(1),
	);
const client = (name: string, more: object = {}) => addLead({ name, is_study: 1, ...more });
const groupOf = (name: string) => addRecord('group', { name, branch_ids: [1], e_date: '2031-12-31' });
const lessonOn = (date: string, more: object = {}) =>
	addRecord('lesson', {
		...{ branch_id: 1, status: 1, lesson_type_id: 2, subject_id: 1, date, topic: null },
		...{
			time_from: `${date} 20:00:00`,
			time_to: `${date} 21:00:00`,
			group_ids: [],
			customer_ids: [],
			...more,
		},
	});

describe('a dropdown', () => {
	const stages = async (parameters: INodeParameters = { branchId: 1 }) =>
		await school.engine.loadOptions('stages', parameters);
	const askedAt = () => school.readJournal('lead-status/index').map(({ path }) => path);

	it('is of the branch that is called so, though its name be a number', async () => {
		const id = addRecord('branch', { name: '2', is_active: 1 });
		await stages({ branchId: { __rl: true, mode: 'name', value: '2' } });
		expect(askedAt()).toEqual([`/v2api/${id}/lead-status/index`]);
	});

	it('exists for every parameter that asks for one', () => {
		const { description, methods } = new AlfaCrm();
		const asked = [...JSON.stringify(description).matchAll(/"loadOptionsMethod":"(\w+)"/g)];
		expect(asked.length).toBeGreaterThan(0);
		for (const [, name] of asked) expect(methods.loadOptions).toHaveProperty(name);
	});

	it.each([
		['branches', 'branch', []],
		// AlfaCRM lists those that are active.
		['subjects', 'subject', [5]],
	])('%s offers every %s of the account, also on a second page', async (method, path, hidden: number[]) => {
		for (let number = 1; number <= 45; number++) addRecord(path, { name: `Ещё ${number}`, is_enabled: 1 });
		const options = await school.engine.loadOptions(method, { branchId: 1 });
		expect(sorted([...options.map(({ value }) => value), ...hidden])).toEqual(idsOf(path));
	});

	it('of stages begins with none, follows the order of AlfaCRM, and marks what is switched off', async () => {
		const [none, ...options] = await stages();
		expect(none).toEqual({ name: 'Not Sorted', value: 'none' });
		const wanted = [...readRecords('lead-status')].sort((a, b) => Number(a.weight) - Number(b.weight));
		expect(options.map(({ value }) => value)).toEqual(wanted.map(({ id }) => id));
		const off = wanted.find(({ is_enabled }) => is_enabled === 0);
		expect(options.find(({ value }) => value === off?.id)?.name).toBe(`${String(off?.name)} (inactive)`);
		expect(school.readJournal('pipeline/index')).toHaveLength(0);
	});

	it('of stages names the pipelines where there are several, or the ID of namesakes', async () => {
		const of = (values: object) => addRecord('lead-status', { is_enabled: 1, ...values });
		of({ name: 'Новый', pipeline_id: 2 });
		of({ name: 'Закрыт', pipeline_id: 2, is_enabled: 0 });
		of({ name: 'Ничей' });
		const names = async () => (await stages()).map(({ name }) => name);
		expect(await names()).toEqual(
			expect.arrayContaining([
				...['Новый · Основная', 'Новый · Летний лагерь', 'Закрыт (inactive) · Летний лагерь', 'Ничей'],
			]),
		);
		expect(school.readJournal('pipeline/index')).toHaveLength(1);

		changeSettings({ forbiddenCalls: ['pipeline/index'] });
		const without = await names();
		expect(without).toContain('Назначено пробное');
		const namesakes = readRecords('lead-status').filter(({ name }) => name === 'Новый');
		expect(without.filter((name) => /^Новый/.test(name)).sort()).toEqual(
			namesakes.map(({ id }) => `Новый · ID ${String(id)}`).sort(),
		);
	});

	it.each<[string, INodeParameters, number]>([
		['the branch of the node', { branchId: 2 }, 2],
		['the first of those that a trigger watches', { branchIds: [2, 3] }, 2],
		['the first of all, where none is chosen', { branchId: '' }, 1],
		['the first of all, where it is an expression', { branchId: '={{ $json.branch }}' }, 1],
	])('asks in %s', async (_which, parameters, branch) => {
		// Also where this user may not work in the first one.
		if (branch > 1) changeSettings({ forbiddenBranches: [1] });
		expect((await stages(parameters)).length).toBeGreaterThan(1);
		expect(askedAt()).toEqual([`/v2api/${branch}/lead-status/index`]);
	});

	it('marks a branch as closed, and asks in an open one', async () => {
		changeRecord('branch', 1, { is_active: '0' });
		const branches = await school.engine.loadOptions('branches', {});
		expect(branches.find(({ value }) => value === 1)?.name).toMatch(/ \(inactive\)$/);
		await stages({ branchIds: [] });
		expect(askedAt()).toEqual(['/v2api/2/lead-status/index']);
	});

	it('says so where a branch is needed and AlfaCRM lists none, or where the login is wrong', async () => {
		for (const { id } of [...readRecords('branch')]) school.sandbox.store.remove('branch', id as number);
		await expect(stages({})).rejects.toThrow('AlfaCRM returned no branches');
		const engine = new Engine({ ...school.credential, apiKey: 'not-the-key' });
		await expect(engine.loadOptions('branches', {})).rejects.toThrow("Check 'Email' and 'API Key'");
	});
});

it('a dropdown, a picker and the field mapper say so where AlfaCRM sends no list', async () => {
	server.answer = ({ path }) => ({ body: path === 'auth/login' ? { token: 'a token' } : { total: 1 } });
	const login = { email: 'form@school.example', apiKey: 'the key of a user' };
	const engine = new Engine({ hostname: server.url, requestsPerSecond: 0, ...login });
	for (const load of [
		engine.loadOptions('stages', form),
		engine.searchPicker('customers', form, 'Мия'),
		engine.loadColumns('customerColumns', form),
	])
		await expect(load).rejects.toThrow(/AlfaCRM sent no list when asked to/);
});

describe('the pages of a picker', () => {
	it('show each customer once, also where the total counts the page', async () => {
		changeSettings({ total: 'pageSize' });
		for (let count = 0; count < 60; count++) client(`Ученик ${count}`);
		expect(sorted(idsIn(await scrolled('customers')))).toEqual(
			sorted(inBranch1('customer').map(({ id }) => id)),
		);
	});

	/** A server that knows customers 1 to `count` and gives 50 on a page. */
	function serveCustomers(count: number, { tellsTotal, repeatsLastPage }: Record<string, boolean>) {
		const requestedPages: number[] = [];
		server.answer = ({ path, body }) => {
			if (path === 'auth/login') return { body: { token: 'a token' } };
			const { page, removed } = body as { page: number; removed?: number };
			if (removed === 2) return { body: { total: 0, items: [] } };
			requestedPages.push(page);
			const shownPage = repeatsLastPage ? Math.min(page, Math.ceil(count / 50) - 1) : page;
			const ids = Array.from({ length: count }, (_one, index) => index + 1);
			const items = ids
				.slice(shownPage * 50, (shownPage + 1) * 50)
				.map((id) => ({ id, name: `Ученик ${id}` }));
			return { body: tellsTotal ? { total: count, items } : { items } };
		};
		const login = { email: 'form@school.example', apiKey: 'the key of a user' };
		const engine = new Engine({ hostname: server.url, requestsPerSecond: 0, ...login });
		return { engine, requestedPages };
	}

	it('end at the total, without a request for an empty page', async () => {
		const { engine, requestedPages } = serveCustomers(130, { tellsTotal: true, repeatsLastPage: false });

		const entries = await scrolled('customers', '', {}, engine);

		expect(entries).toHaveLength(130);
		expect(requestedPages).toEqual([0, 1, 2]);
	});

	it('end when the last page comes once more', async () => {
		const { engine, requestedPages } = serveCustomers(130, { tellsTotal: false, repeatsLastPage: true });

		const entries = await scrolled('customers', '', {}, engine);

		expect(entries).toHaveLength(130);
		expect(requestedPages).toEqual([0, 1, 2, 3]);
	});

	it('show each subscription once', async () => {
		const customer = client('Мия Орлова');
		const made = Array.from({ length: 130 }, (_one, index) => {
			const e_date = index % 2 === 0 ? '31.05.2031' : '31.05.2021';
			return addRecord('customer-tariff', {
				customer_id: customer,
				b_date: '01.09.2020',
				e_date,
				tariff_id: 1,
			});
		});
		const of = { resource: 'customerTariff', customer_id: recordWithId(customer) };
		const bought = await scrolled('customerSubscriptions', '', of);
		expect(sorted(idsIn(bought))).toEqual(made);
	});

	it('are read on when a filter leaves nothing of the first ones, so that an early match is not missed', async () => {
		const [first] = inBranch1('lesson');
		changeRecord('lesson', first.id, { topic: 'Ёжики  и  Ёлки' });
		const { results } = await school.engine.searchPicker(
			'lessons',
			{ ...form, resource: 'lesson' },
			'ежики и ЕЛКИ',
		);
		expect(idsIn(results)).toEqual([first.id]);
	});
});

describe('the picker of customers', () => {
	const found = async (typed: string) => idsIn(await scrolled('customers', typed));

	it('finds a part of a name', async () => {
		const id = client('Мария Телефонова');
		client('Вера Другая');
		expect(await found('телеф')).toEqual([id]);
	});

	it('says where nothing is found that another branch may have, unless one is chosen', async () => {
		addRecord('customer', { name: 'Северова Яна', is_study: 1, branch_ids: [2] });
		const names = async (branchId: number | string) =>
			namesIn(await scrolled('customers', 'Северова', { branchId }));
		expect(await names('')).toEqual(["Nothing found. If there are several branches, choose 'Branch' first"]);
		expect(await names(1)).toEqual([]);
		expect(await names(2)).toEqual([expect.stringContaining('Северова Яна')]);
	});

	it('adds no "Nothing found" below the records that were found, however far one scrolls', async () => {
		const ids = Array.from({ length: 40 }, (_, index) => client(`Рядова ${index}`));

		const results = await scrolled('customers', 'Рядова', { branchId: '' });

		expect(sorted(idsIn(results))).toEqual(ids);
	});

	it('does not take a name for a number', async () => {
		const id = client('Группа 2026-27', { phone: ['+7(987)654-32-10'] });
		expect(await found('Группа 2026')).toEqual([id]);
	});

	it('tells namesakes apart by phone and type, and marks archived ones, which come last', async () => {
		client('Анна Тёзкина', { phone: ['+7(987)654-32-12'], e_date: '2020-01-31' });
		client('Анна Тёзкина', { phone: ['+7(987)654-32-10', '+7(987)000-00-00'] });
		client('Анна Тёзкина', { phone: ['+7(987)654-32-11'], is_study: 0 });
		client('Анна Тёзкина');
		const names = namesIn(await scrolled('customers', 'Тёзкина'));
		expect(names.at(-1)).toBe('Анна Тёзкина · +7(987)654-32-12 · Client · archived');
		expect(names.sort()).toEqual([
			'Анна Тёзкина · +7(987)654-32-10 · Client',
			'Анна Тёзкина · +7(987)654-32-11 · Lead',
			'Анна Тёзкина · +7(987)654-32-12 · Client · archived',
			'Анна Тёзкина · Client',
		]);
	});
});

it('archived groups are marked, whatever their last day', async () => {
	for (const [name, removed, e_date] of [
		['Роботы новые', 0, '31.12.2030'],
		['Роботы старые', 1, '31.12.2030'],
		['Роботы прошлые', 1, '31.05.2020'],
	])
		addRecord('group', { name, branch_ids: [1], removed, e_date });
	expect(namesIn(await scrolled('groups', 'Роботы')).sort()).toEqual([
		...['Роботы новые', 'Роботы прошлые · archived', 'Роботы старые · archived'],
	]);
});

describe('the picker of lessons', () => {
	const lessons = { resource: 'lesson' };
	const found = async (typed: string) => idsIn(await scrolled('lessons', typed, lessons));

	it('shows lessons of all statuses, and finds them by day or ID', async () => {
		const all = inBranch1('lesson');
		const [one] = all;
		const sameDay = all.filter(({ date }) => date === one.date);
		expect(sorted(await found(''))).toEqual(sorted(all.map(({ id }) => id)));
		expect(sorted(await found(String(one.date)))).toEqual(sorted(sameDay.map(({ id }) => id)));
		expect(await found(String(one.id))).toEqual([one.id]);
		for (const typed of ['no lesson is called so', '45.13']) expect(await found(typed)).toEqual([]);
	});

	it.each([
		['2026-11-27', { '10.02': '2027-02-10', '26.11': '2026-11-26', '1.6.': '2026-06-01' }],
		['2026-02-11', { '10.02': '2026-02-10', '31.12': '2025-12-31', '10.2.25': '2025-02-10' }],
		['2027-12-01', { '29.02': '2028-02-29', '01.12': '2027-12-01' }],
	])('takes a day without a year for the nearest one, on %s', async (today, wanted) => {
		stopClock(`${today}T09:00:00Z`);
		const added = new Map<unknown, string>();
		for (const year of [2025, 2026, 2027, 2028])
			for (const day of new Set(Object.values(wanted).map((one) => one.slice(4))))
				added.set(lessonOn(`${year}${day}`), `${year}${day}`);
		for (const [typed, day] of Object.entries(wanted)) {
			const own = (await found(typed)).flatMap((id) => added.get(id) ?? []);
			expect([typed, own]).toEqual([typed, [day]]);
		}
	});

	it.each(['10/02', '10.02/'])('does not take %s, a day that cannot be told, for an ID', async (typed) => {
		lessonOn('2026-02-12', { id: 1002 });
		expect(await found('1002')).toEqual([1002]);
		expect(await found(typed)).toEqual([]);
	});

	it('says when it is, whose, of what and how far', async () => {
		const whole = lessonOn('2031-03-01', { group_ids: [groupOf('Шахматы Пн')], topic: 'Дебют' });
		const alone = lessonOn('2031-03-01', { customer_ids: [client('Мия Орлова')], status: 2 });
		const twins = [lessonOn('2031-03-01'), lessonOn('2031-03-01')];
		const subject = String(readRecord('subject', 1).name);
		expect(byId(await scrolled('lessons', '2031-03-01', lessons))).toEqual({
			[whole]: `1 Mar 2031 20:00 · Шахматы Пн · ${subject} · Дебют · Planned`,
			[alone]: `1 Mar 2031 20:00 · Мия Орлова · ${subject} · Cancelled`,
			[twins[0]]: `1 Mar 2031 20:00 · ${subject} · Planned · ID ${twins[0]}`,
			[twins[1]]: `1 Mar 2031 20:00 · ${subject} · Planned · ID ${twins[1]}`,
		});
	});

	it('finds one by its group, on whichever page it is, and asks for no group twice', async () => {
		changeSettings({ pageSize: 7, bodyPageSize: 'ignored' });
		const [often, seldom] = [groupOf('Частая'), groupOf('Редкая')];
		for (let day = 20; day < 30; day++) lessonOn(`2031-03-${day}`, { group_ids: [often] });
		const wanted = lessonOn('2031-03-19', { group_ids: [seldom] });
		const { results } = await school.engine.searchPicker('lessons', { ...form, ...lessons }, 'редкая');
		expect(results).toEqual([
			{ value: wanted, name: expect.stringMatching(/^19 Mar 2031 20:00 · Редкая · /) as string },
		]);
		const asked = school.readJournal('group/index').flatMap(({ body }) => (body as { ids: number[] }).ids);
		expect(asked).toEqual([...new Set(asked)]);
	});

	it('asks for each name once, and shows numbers where they may not be read', async () => {
		const search = async () => (await school.engine.searchPicker('lessons', { ...form, ...lessons })).results;
		await search();
		const asked = school.readJournal('customer/index').flatMap(({ body }) => (body as { id: number[] }).id);
		expect(asked).toEqual([...new Set(asked)]);
		expect(asked.length).toBeGreaterThan(1);
		for (const list of ['group/index', 'subject/index'])
			expect(school.readJournal(list).length).toBeLessThan(2);
		changeSettings({ forbiddenCalls: ['subject/index'] });
		expect((await search())[0].name).toMatch(/ · Subject \d+ · /);
	});
});

describe('a picker of what belongs to somebody', () => {
	/** A customer with a subscription of this year, one without an end, and one that is over. */
	function subscriber() {
		const customer = client('Мия Орлова');
		const plan = addRecord('tariff', { name: '8 занятий', branch_ids: [1] });
		const [current, open, past] = [
			{ b_date: '01.09.2025', e_date: '31.05.2031' },
			{ b_date: '01.09.2025' },
			{ b_date: '01.09.2020', e_date: '31.05.2021' },
		].map((days) => addRecord('customer-tariff', { customer_id: customer, tariff_id: plan, ...days }));
		return { customer, current, open, past };
	}

	it('shows subscriptions as plan and days, those that are over too', async () => {
		const { customer, current, open, past } = subscriber();
		const of = { resource: 'customerTariff', customer_id: recordWithId(customer) };
		const found = byId(await scrolled('customerSubscriptions', '', of));
		expect(found).toEqual({
			[current]: '8 занятий · 1 Sep 2025 – 31 May 2031',
			[open]: '8 занятий · 1 Sep 2025 –',
			[past]: expect.stringMatching(/^8 занятий · 1 Sep 2020 – 31 May 2021/) as string,
		});
		expect(byId(await scrolled('customerSubscriptions', '2021', of))).toEqual({ [past]: found[past] });
	});

	it('shows the subscriptions of whichever customer the form holds', async () => {
		const { customer, current, open, past } = subscriber();
		const page = `https://demo.s20.online/company/1/customer/view?id=${customer}`;
		for (const of of [
			{ resource: 'pay', operation: 'update', updateFields: { customer_id: recordWithId(customer) } },
			{ operation: 'takePayment', id: recordWithId(customer) },
			{ operation: 'takePayment', id: { __rl: true, mode: 'url', value: page } },
		])
			expect(sorted(idsIn(await scrolled('customerSubscriptions', '', of)))).toEqual(
				sorted([current, open, past]),
			);
	});

	it.each<INodeParameters>([{ customer_id: '={{ $json.customer_id }}' }, { customer_id: recordWithId('') }])(
		'asks for its owner first, and costs no call: %j',
		async (owner) => {
			const form = { resource: 'customerTariff', operation: 'update', ...owner };
			expect(await scrolled('customerSubscriptions', '', form)).toEqual([
				{ name: "Choose 'Customer' first, or give an ID", value: '' },
			]);
			expect(school.readCalls()).toEqual([]);
		},
	);

	it.each(['update', 'delete'])('stands below its owner in the form of %s', (operation) => {
		const names = findShownParameters({ resource: 'customerTariff', operation }).map(({ name }) => name);
		expect(names.indexOf('customer_id')).toBeLessThan(names.indexOf('id'));
	});

	it('shows of regular lessons whose, when and what', async () => {
		changeSettings({ sunday: 0 });
		const owner = { related_class: 'Group', related_id: groupOf('Шахматы Вс') };
		const subject = addRecord('subject', { name: 'Шахматы' });
		const regular = (values: object) =>
			addRecord('regular-lesson', {
				...{ branch_id: 1, subject_id: subject, time_from_v: '17:00', time_to_v: '18:00' },
				...{ b_date: '2031-09-01', e_date: '2032-05-31', ...values },
			});
		const ofGroup = regular({ ...owner, day: 7 });
		const own = regular({ related_class: 'Customer', related_id: client('Мия Орлова'), day: 2 });
		expect(byId(await scrolled('regularLessons', 'Шахматы ·', { resource: 'regularLesson' }))).toMatchObject({
			[ofGroup]: 'Шахматы Вс · Sunday · 17:00 · Шахматы · 1 Sep 2031 – 31 May 2032',
			[own]: 'Мия Орлова · Tuesday · 17:00 · Шахматы · 1 Sep 2031 – 31 May 2032',
		});
	});
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node.ts';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { findShownParameters } from '../../support/form';
import { Engine } from '../support/engine';
import { locate, recordWithId, recordWithName } from '../support/forms';
import { frontDeskOf } from '../support/frontDesk';
import { useRawServer } from '../support/rawServer';
import { useSchool } from '../support/school';
import { stopClock } from '../support/stoppedClock';
import { CUSTOMER_FORM, listIds, listNames, namesById, searchToEnd, sortIds } from './editorLists';

/** Tests the choices that the editor shows in dropdowns and pickers. */
const school = useSchool({ customers: 60 });
const server = useRawServer();
const { addClient, addRecord, changeRecord, changeSettings, readRecord, readRecords } = frontDeskOf(school);

afterEach(() => {
	jest.useRealTimers();
});

const SUBJECT = 1;
const SUBJECT_NAME = 'Робототехника';
const PLAN = 1;
const PLAN_NAME = '8 занятий';

const addGroup = (name: string, values: IDataObject = {}) =>
	addRecord('group', { name, branch_ids: [1], e_date: '2031-12-31', ...values });

/** Adds a planned lesson of branch 1, from 20:00 to 21:00, that nobody attends yet. */
const addLesson = (date: string, values: IDataObject = {}) =>
	addRecord('lesson', {
		branch_id: 1,
		status: LESSON_STATUS.planned,
		lesson_type_id: 2,
		subject_id: SUBJECT,
		date,
		topic: null,
		time_from: `${date} 20:00:00`,
		time_to: `${date} 21:00:00`,
		group_ids: [],
		customer_ids: [],
		...values,
	});

/** Reads the IDs of all records of branch 1, in ascending order. */
const readIdsOfBranch1 = (entity: string) => {
	const records = readRecords(entity).filter(({ branch_id, branch_ids = [branch_id] }) =>
		(branch_ids as number[]).includes(1),
	);
	return sortIds(records.map(({ id }) => id));
};

/** Connects n8n with the raw server, as a user of some account. */
const connectToRawServer = () =>
	new Engine({
		hostname: server.url,
		email: 'form@school.example',
		apiKey: 'the key of a user',
		requestsPerSecond: 0,
	});

const loadStages = async (parameters: INodeParameters = { branchId: 1 }) =>
	await school.engine.loadOptions('stages', parameters);

/** Reads the addresses of the requests for stages, which show the branch. */
const readStageRequests = () => school.readJournal('lead-status/index').map(({ path }) => path);

describe('a dropdown', () => {
	it('every dropdown is filled by a method that the node has', () => {
		const { description, methods } = new AlfaCrm();

		const usedMethods = JSON.stringify(description).matchAll(/"loadOptionsMethod":"(\w+)"/g);
		const usedNames = [...usedMethods].map(([, name]) => name);

		expect(usedNames).toContain('stages');
		expect(Object.keys(methods.loadOptions)).toEqual(expect.arrayContaining(usedNames));
	});

	it.each([
		{ plural: 'branches', entity: 'branch', total: 48 },
		// AlfaCRM does not list the fifth subject, which is switched off.
		{ plural: 'subjects', entity: 'subject', total: 49 },
	])(
		'a dropdown offers all $total $plural, although AlfaCRM lists them on several pages',
		async ({ plural, entity, total }) => {
			for (let number = 1; number <= 45; number++) {
				addRecord(entity, { name: `Ещё ${number}`, is_enabled: 1 });
			}

			const options = await school.engine.loadOptions(plural, { branchId: 1 });

			const names = options.map(({ name }) => name);
			expect(names).toEqual(expect.arrayContaining(['Ещё 1', 'Ещё 45']));
			expect(new Set(names).size).toBe(total);
			expect(options).toHaveLength(total);
		},
	);

	it('a dropdown that needs a branch says so when AlfaCRM lists none', async () => {
		school.sandbox.store.remove('branch', 1);
		school.sandbox.store.remove('branch', 2);
		school.sandbox.store.remove('branch', 3);

		await expect(loadStages({})).rejects.toThrow('AlfaCRM returned no branches');
	});

	it('a dropdown names the fields of the credential when AlfaCRM refuses the login', async () => {
		const engine = new Engine({ ...school.credential, apiKey: 'not-the-key' });

		const loading = engine.loadOptions('branches', {});

		await expect(loading).rejects.toThrow("Check 'Email' and 'API Key'");
	});
});

describe('the dropdown of stages', () => {
	it('the dropdown of stages begins with "Not Sorted", keeps AlfaCRM\'s order and marks inactive stages', async () => {
		// AlfaCRM shows the stages in the order of their weights. This one moves the first stage behind the
		// fourth.
		changeRecord('lead-status', 1, { weight: 45 });

		const stages = await loadStages();

		expect(stages).toEqual([
			{ name: 'Not Sorted', value: 'none' },
			{ name: 'Назначено пробное', value: 2 },
			{ name: 'Был на пробном', value: 3 },
			{ name: 'Ждём оплату', value: 4 },
			{ name: 'Новый', value: 1 },
			{ name: 'Старый этап (inactive)', value: 5 },
		]);
	});

	it('the dropdown of stages asks for no pipelines when all stages are of one pipeline', async () => {
		await loadStages();

		expect(school.readCalls()).not.toContain('pipeline/index');
	});

	describe('of two pipelines', () => {
		beforeEach(() => {
			addRecord('lead-status', { id: 21, name: 'Новый', pipeline_id: 2, is_enabled: 1 });
			addRecord('lead-status', { id: 22, name: 'Закрыт', pipeline_id: 2, is_enabled: 0 });
			addRecord('lead-status', { id: 23, name: 'Ничей', is_enabled: 1 });
		});

		it('the dropdown of stages names the pipeline of each stage after one request for the pipelines', async () => {
			const stages = await loadStages();

			expect(stages.map(({ name }) => name)).toEqual(
				expect.arrayContaining([
					'Новый · Основная',
					'Новый · Летний лагерь',
					'Закрыт (inactive) · Летний лагерь',
					'Ничей',
				]),
			);
			expect(school.readJournal('pipeline/index')).toHaveLength(1);
		});

		it('the dropdown of stages adds the IDs to equal names when the user may not list the pipelines', async () => {
			changeSettings({ forbiddenCalls: ['pipeline/index'] });

			const stages = await loadStages();

			expect(stages).toEqual(
				expect.arrayContaining([
					{ name: 'Назначено пробное', value: 2 },
					{ name: 'Новый · ID 1', value: 1 },
					{ name: 'Новый · ID 21', value: 21 },
				]),
			);
		});
	});
});

describe('the branch of a dropdown', () => {
	it.each([
		{ choice: 'chosen in the node', parameters: { branchId: 2 } },
		{
			choice: 'the first one that a trigger watches',
			parameters: { branchIds: [2, 3] },
		},
	])('the dropdown of stages reads the branch that is $choice', async ({ parameters }) => {
		// A request in the first branch would fail.
		changeSettings({ forbiddenBranches: [1] });

		const stages = await loadStages(parameters);

		expect(stages).toHaveLength(6);
		expect(readStageRequests()).toEqual(['/v2api/2/lead-status/index']);
	});

	it.each([
		{ state: 'empty', branchId: '' },
		{ state: 'an expression', branchId: '={{ $json.branch }}' },
	])('the dropdown of stages reads the first branch when Branch is $state', async ({ branchId }) => {
		const stages = await loadStages({ branchId });

		expect(stages).toHaveLength(6);
		expect(readStageRequests()).toEqual(['/v2api/1/lead-status/index']);
	});

	it('the dropdown of stages reads the first open branch when the first branch is closed', async () => {
		changeRecord('branch', 1, { is_active: '0' });

		await loadStages({ branchIds: [] });

		expect(readStageRequests()).toEqual(['/v2api/2/lead-status/index']);
	});

	it('the dropdown of stages reads the branch named "2" rather than the branch with the ID 2 when the name is chosen', async () => {
		addRecord('branch', { id: 77, name: '2', is_active: 1 });

		await loadStages({ branchId: recordWithName('2') });

		expect(readStageRequests()).toEqual(['/v2api/77/lead-status/index']);
	});
});

it('the dropdown of branches marks a closed branch as inactive', async () => {
	changeRecord('branch', 1, { is_active: '0' });

	const branches = await school.engine.loadOptions('branches', {});

	expect(branches).toContainEqual({ name: 'Центральный (inactive)', value: 1 });
});

describe('an answer of AlfaCRM without a list', () => {
	it.each([
		{
			place: 'a dropdown',
			load: async (engine: Engine) => await engine.loadOptions('stages', CUSTOMER_FORM),
		},
		{
			place: 'a picker',
			load: async (engine: Engine) => await engine.searchPicker('customers', CUSTOMER_FORM, 'Мия'),
		},
		{
			place: 'the field mapper',
			load: async (engine: Engine) => await engine.loadColumns('customerColumns', CUSTOMER_FORM),
		},
	])('$place fails when AlfaCRM sends no list', async ({ load }) => {
		server.answer = ({ path }) => ({ body: path === 'auth/login' ? { token: 'a token' } : { total: 1 } });

		await expect(load(connectToRawServer())).rejects.toThrow(/AlfaCRM sent no list when asked to/);
	});
});

describe('a picker that is scrolled to its end', () => {
	/** Answers as an AlfaCRM with customers 1 to `count`, of whom 50 are on a page. */
	function serveCustomers(
		count: number,
		{ tellsTotal = false, repeatsLastPage = false }: { tellsTotal?: boolean; repeatsLastPage?: boolean },
	) {
		const lastPage = Math.ceil(count / 50) - 1;
		const customers = Array.from({ length: count }, (_, index) => ({
			id: index + 1,
			name: `Ученик ${index + 1}`,
		}));
		const requestedPages: number[] = [];

		server.answer = ({ path, body }) => {
			if (path === 'auth/login') return { body: { token: 'a token' } };

			const { page, removed } = body as { page: number; removed?: number };
			const onlyArchived = removed === 2;
			if (onlyArchived) return { body: { total: 0, items: [] } };

			requestedPages.push(page);
			const shownPage = repeatsLastPage ? Math.min(page, lastPage) : page;
			const items = customers.slice(shownPage * 50, (shownPage + 1) * 50);
			return { body: tellsTotal ? { total: count, items } : { items } };
		};
		return requestedPages;
	}

	it("the picker of customers shows each customer once when AlfaCRM gives the page's size as the total", async () => {
		changeSettings({ total: 'pageSize' });
		for (let number = 1; number <= 60; number++) addClient({ name: `Ученик ${number}` });

		const entries = await searchToEnd(school.engine, 'customers', '');

		expect(listIds(entries)).toEqual(readIdsOfBranch1('customer'));
	});

	it("the picker of customers stops at AlfaCRM's total without requesting an empty page", async () => {
		const requestedPages = serveCustomers(130, { tellsTotal: true });

		const entries = await searchToEnd(connectToRawServer(), 'customers', '');

		expect(entries).toHaveLength(130);
		expect(requestedPages).toEqual([0, 1, 2]);
	});

	it('the picker of customers stops when AlfaCRM sends its last page again', async () => {
		const requestedPages = serveCustomers(130, { repeatsLastPage: true });

		const entries = await searchToEnd(connectToRawServer(), 'customers', '');

		expect(entries).toHaveLength(130);
		expect(requestedPages).toEqual([0, 1, 2, 3]);
	});

	it('the picker of subscriptions shows each of 130 subscriptions once', async () => {
		const customer = addClient({ name: 'Мия Орлова' });
		const subscriptions = Array.from({ length: 130 }, (_, index) =>
			addRecord('customer-tariff', {
				customer_id: customer,
				tariff_id: PLAN,
				b_date: '01.09.2020',
				e_date: index % 2 === 0 ? '31.05.2031' : '31.05.2021',
			}),
		);

		const entries = await searchToEnd(school.engine, 'customerSubscriptions', '', {
			resource: 'customerTariff',
			customer_id: recordWithId(customer),
		});

		expect(listIds(entries)).toEqual(subscriptions);
	});
});

it('a picker reads further pages when no title on the first ones contains the typed text', async () => {
	changeRecord('lesson', 1, { topic: 'Ёжики  и  Ёлки' });

	const { results } = await school.engine.searchPicker(
		'lessons',
		{ ...CUSTOMER_FORM, resource: 'lesson' },
		'ежики и ЕЛКИ',
	);

	expect(listIds(results)).toEqual([1]);
});

describe('the picker of customers', () => {
	const searchCustomers = async (typedText: string, parameters: INodeParameters = {}) =>
		await searchToEnd(school.engine, 'customers', typedText, parameters);

	it('the picker of customers finds a customer by a part of the name', async () => {
		const maria = addClient({ name: 'Мария Телефонова' });
		addClient({ name: 'Вера Другая' });

		const entries = await searchCustomers('телеф');

		expect(listIds(entries)).toEqual([maria]);
	});

	it('the picker of customers takes a text with digits as a name, not as a phone', async () => {
		const customer = addClient({ name: 'Группа 2026-27', phone: ['+7(987)654-32-10'] });

		const entries = await searchCustomers('Группа 2026');

		expect(listIds(entries)).toEqual([customer]);
	});

	it('the picker of customers finds a customer of another branch when that branch is chosen', async () => {
		addRecord('customer', { name: 'Северова Яна', is_study: CUSTOMER_TYPE.client, branch_ids: [2] });

		const entries = await searchCustomers('Северова', { branchId: 2 });

		expect(listNames(entries)).toEqual([expect.stringContaining('Северова Яна')]);
	});

	it('the picker of customers shows nothing when the chosen branch does not have the customer', async () => {
		addRecord('customer', { name: 'Северова Яна', is_study: CUSTOMER_TYPE.client, branch_ids: [2] });

		const entries = await searchCustomers('Северова', { branchId: 1 });

		expect(entries).toEqual([]);
	});

	it('the picker of customers says to choose a branch when it finds nothing and none is chosen', async () => {
		addRecord('customer', { name: 'Северова Яна', is_study: CUSTOMER_TYPE.client, branch_ids: [2] });

		const entries = await searchCustomers('Северова', { branchId: '' });

		expect(listNames(entries)).toEqual([
			"Nothing found. If there are several branches, choose 'Branch' first",
		]);
	});

	it('the picker of customers adds no "Nothing found" below the customers that it has found', async () => {
		const customers = Array.from({ length: 40 }, (_, index) => addClient({ name: `Рядова ${index}` }));

		const entries = await searchCustomers('Рядова', { branchId: '' });

		expect(listIds(entries)).toEqual(customers);
	});

	it('the picker of customers tells customers with one name apart by phone and type', async () => {
		addClient({ name: 'Анна Тёзкина', phone: ['+7(987)654-32-10', '+7(987)000-00-00'] });
		addClient({ name: 'Анна Тёзкина', phone: ['+7(987)654-32-11'], is_study: CUSTOMER_TYPE.lead });
		addClient({ name: 'Анна Тёзкина' });

		const entries = await searchCustomers('Тёзкина');

		expect(listNames(entries).sort()).toEqual([
			'Анна Тёзкина · +7(987)654-32-10 · Client',
			'Анна Тёзкина · +7(987)654-32-11 · Lead',
			'Анна Тёзкина · Client',
		]);
	});

	it('the picker of customers shows archived customers last and marks them', async () => {
		addClient({ name: 'Вера Тёзкина', e_date: '2020-01-31' });
		addClient({ name: 'Анна Тёзкина' });

		const entries = await searchCustomers('Тёзкина');

		expect(listNames(entries)).toEqual(['Анна Тёзкина · Client', 'Вера Тёзкина · Client · archived']);
	});
});

it('the picker of groups marks archived groups, whatever their last day', async () => {
	addGroup('Роботы новые', { removed: 0, e_date: '2030-12-31' });
	addGroup('Роботы прошлые', { removed: 1, e_date: '2020-05-31' });
	addGroup('Роботы старые', { removed: 1, e_date: '2030-12-31' });

	const entries = await searchToEnd(school.engine, 'groups', 'Роботы');

	expect(listNames(entries).sort()).toEqual([
		'Роботы новые',
		'Роботы прошлые · archived',
		'Роботы старые · archived',
	]);
});

describe('the picker of lessons', () => {
	const LESSON_FORM: INodeParameters = { ...CUSTOMER_FORM, resource: 'lesson' };

	const searchLessons = async (typedText: string) =>
		await searchToEnd(school.engine, 'lessons', typedText, LESSON_FORM);

	/** Shows the entries that the picker shows when it is opened. */
	const openPicker = async () => {
		const { results } = await school.engine.searchPicker('lessons', LESSON_FORM);
		return results;
	};

	it('the picker of lessons shows lessons of all statuses', async () => {
		const entries = await searchLessons('');

		expect(listIds(entries)).toEqual(readIdsOfBranch1('lesson'));
	});

	it('the picker of lessons finds the lessons of a day', async () => {
		const entries = await searchLessons('2026-01-07');

		expect(listIds(entries)).toEqual([1, 2]);
	});

	it('the picker of lessons finds a lesson by its ID', async () => {
		const entries = await searchLessons('2');

		expect(listIds(entries)).toEqual([2]);
	});

	it.each(['no lesson is called so', '45.13'])(
		'the picker of lessons finds nothing for "%s"',
		async (typedText) => {
			const entries = await searchLessons(typedText);

			expect(entries).toEqual([]);
		},
	);

	it.each(['10/02', '10.02/'])(
		'the picker of lessons finds nothing for "%s", which is neither a day nor the ID 1002',
		async (typedText) => {
			addLesson('2026-02-12', { id: 1002 });

			const entries = await searchLessons(typedText);

			expect(entries).toEqual([]);
		},
	);

	it.each([
		{ today: '2026-11-27', typedText: '10.02', nearest: '2027-02-10' },
		{ today: '2026-11-27', typedText: '26.11', nearest: '2026-11-26' },
		{ today: '2026-11-27', typedText: '1.6.', nearest: '2026-06-01' },
		{ today: '2026-02-11', typedText: '10.02', nearest: '2026-02-10' },
		{ today: '2026-02-11', typedText: '31.12', nearest: '2025-12-31' },
		{ today: '2027-12-01', typedText: '29.02', nearest: '2028-02-29' },
		{ today: '2027-12-01', typedText: '01.12', nearest: '2027-12-01' },
	])(
		'the picker of lessons takes "$typedText" as $nearest when today is $today',
		async ({ today, typedText, nearest }) => {
			stopClock(`${today}T09:00:00Z`);
			const dayOfYear = nearest.slice('2026-'.length);
			for (const year of [2025, 2026, 2027, 2028]) addLesson(`${year}-${dayOfYear}`);

			const ids = listIds(await searchLessons(typedText));

			const days = ids.map((id) => readRecord('lesson', id).date);
			expect(new Set(days)).toEqual(new Set([nearest]));
		},
	);

	it('the picker of lessons takes "10.2.25" as a day of 2025, although a day of 2026 is nearer', async () => {
		stopClock('2026-02-11T09:00:00Z');
		const lesson = addLesson('2025-02-10');
		addLesson('2026-02-10');

		const entries = await searchLessons('10.2.25');

		expect(listIds(entries)).toEqual([lesson]);
	});

	it("the picker of lessons shows a lesson's time, group, subject, topic and status", async () => {
		addLesson('2031-03-01', { group_ids: [addGroup('Шахматы Пн')], topic: 'Дебют' });

		const entries = await searchLessons('2031-03-01');

		expect(listNames(entries)).toEqual([`1 Mar 2031 20:00 · Шахматы Пн · ${SUBJECT_NAME} · Дебют · Planned`]);
	});

	it('the picker of lessons shows the customer of a lesson without a group', async () => {
		addLesson('2031-03-01', {
			customer_ids: [addClient({ name: 'Мия Орлова' })],
			status: LESSON_STATUS.cancelled,
		});

		const entries = await searchLessons('2031-03-01');

		expect(listNames(entries)).toEqual([`1 Mar 2031 20:00 · Мия Орлова · ${SUBJECT_NAME} · Cancelled`]);
	});

	it('the picker of lessons adds the IDs to lessons that would look the same', async () => {
		addLesson('2031-03-01', { id: 801 });
		addLesson('2031-03-01', { id: 802 });

		const entries = await searchLessons('2031-03-01');

		expect(namesById(entries)).toEqual({
			801: `1 Mar 2031 20:00 · ${SUBJECT_NAME} · Planned · ID 801`,
			802: `1 Mar 2031 20:00 · ${SUBJECT_NAME} · Planned · ID 802`,
		});
	});

	describe('with ten lessons of one group before a lesson of another one, seven on a page', () => {
		const RARE_LESSON = 900;
		const FREQUENT_GROUP = 91;
		const RARE_GROUP = 92;

		beforeEach(() => {
			changeSettings({ pageSize: 7, bodyPageSize: 'ignored' });
			addGroup('Частая', { id: FREQUENT_GROUP });
			addGroup('Редкая', { id: RARE_GROUP });
			for (let day = 20; day < 30; day++) addLesson(`2031-03-${day}`, { group_ids: [FREQUENT_GROUP] });
			addLesson('2031-03-19', { id: RARE_LESSON, group_ids: [RARE_GROUP] });
		});

		it('the picker of lessons finds a lesson by its group on a later page', async () => {
			const { results } = await school.engine.searchPicker('lessons', LESSON_FORM, 'редкая');

			expect(results).toEqual([
				{ value: RARE_LESSON, name: expect.stringMatching(/^19 Mar 2031 20:00 · Редкая · /) as string },
			]);
		});

		it('the picker of lessons asks for the name of each group once', async () => {
			await school.engine.searchPicker('lessons', LESSON_FORM, 'редкая');

			const requests = school.readJournal('group/index');
			const requestedIds = requests.flatMap(({ body }) => (body as { ids: number[] }).ids);
			expect(requestedIds).toEqual(expect.arrayContaining([FREQUENT_GROUP, RARE_GROUP]));
			expect(new Set(requestedIds).size).toBe(requestedIds.length);
		});
	});

	it('the picker of lessons asks for the name of each customer once', async () => {
		await openPicker();

		const requests = school.readJournal('customer/index');
		const requestedIds = requests.flatMap(({ body }) => (body as { id: number[] }).id);
		expect(requestedIds.length).toBeGreaterThan(1);
		expect(new Set(requestedIds).size).toBe(requestedIds.length);
	});

	it.each(['group/index', 'subject/index'])(
		'the picker of lessons sends at most one %s for the names',
		async (call) => {
			await openPicker();

			expect(school.readJournal(call).length).toBeLessThan(2);
		},
	);

	it('the picker of lessons shows the IDs of subjects when the user may not list the subjects', async () => {
		changeSettings({ forbiddenCalls: ['subject/index'] });

		const entries = await openPicker();

		expect(entries[0].name).toMatch(/ · Subject \d+ · /);
	});
});

describe('the picker of subscriptions', () => {
	const searchSubscriptions = async (typedText: string, parameters: INodeParameters) =>
		await searchToEnd(school.engine, 'customerSubscriptions', typedText, parameters);

	describe('of a customer with three subscriptions', () => {
		const CURRENT = 501;
		const WITHOUT_END = 502;
		const PAST = 503;
		let customer: number;
		let subscriptionForm: INodeParameters;

		beforeEach(() => {
			customer = addClient({ name: 'Мия Орлова' });
			subscriptionForm = { resource: 'customerTariff', customer_id: recordWithId(customer) };
			const addSubscription = (values: IDataObject) =>
				addRecord('customer-tariff', { customer_id: customer, tariff_id: PLAN, ...values });
			addSubscription({ id: CURRENT, b_date: '01.09.2025', e_date: '31.05.2031' });
			addSubscription({ id: WITHOUT_END, b_date: '01.09.2025' });
			addSubscription({ id: PAST, b_date: '01.09.2020', e_date: '31.05.2021' });
		});

		it("the picker of subscriptions shows each one's plan and days, even after its end", async () => {
			const entries = await searchSubscriptions('', subscriptionForm);

			expect(namesById(entries)).toEqual({
				[CURRENT]: `${PLAN_NAME} · 1 Sep 2025 – 31 May 2031`,
				[WITHOUT_END]: `${PLAN_NAME} · 1 Sep 2025 –`,
				[PAST]: expect.stringMatching(/^8 занятий · 1 Sep 2020 – 31 May 2021/) as string,
			});
		});

		it('the picker of subscriptions finds a subscription by a year', async () => {
			const entries = await searchSubscriptions('2021', subscriptionForm);

			expect(listIds(entries)).toEqual([PAST]);
		});

		it("the picker of subscriptions uses the customer who is chosen among a payment's update fields", async () => {
			const entries = await searchSubscriptions('', {
				resource: 'pay',
				operation: 'update',
				updateFields: { customer_id: recordWithId(customer) },
			});

			expect(listIds(entries)).toEqual([CURRENT, WITHOUT_END, PAST]);
		});

		it('the picker of subscriptions uses the customer whom the form is about', async () => {
			const entries = await searchSubscriptions('', {
				operation: 'takePayment',
				id: recordWithId(customer),
			});

			expect(listIds(entries)).toEqual([CURRENT, WITHOUT_END, PAST]);
		});

		it('the picker of subscriptions uses the customer whose page is given by its address', async () => {
			const entries = await searchSubscriptions('', {
				operation: 'takePayment',
				id: locate('url', `https://demo.s20.online/company/1/customer/view?id=${customer}`),
			});

			expect(listIds(entries)).toEqual([CURRENT, WITHOUT_END, PAST]);
		});
	});

	it.each([
		{ state: 'an expression', customer_id: '={{ $json.customer_id }}' },
		{ state: 'empty', customer_id: recordWithId('') },
	])(
		'the picker of subscriptions asks to choose a customer and calls nobody when Customer is $state',
		async ({ customer_id }) => {
			const entries = await searchSubscriptions('', {
				resource: 'customerTariff',
				operation: 'update',
				customer_id,
			});

			expect(entries).toEqual([{ name: "Choose 'Customer' first, or give an ID", value: '' }]);
			expect(school.readCalls()).toEqual([]);
		},
	);

	it.each(['update', 'delete'])(
		'the picker of subscriptions stands below the picker of customers in the form of %s',
		(operation) => {
			const parameters = findShownParameters({ resource: 'customerTariff', operation });

			const names = parameters.map(({ name }) => name);
			expect(names).toContain('customer_id');
			expect(names.indexOf('customer_id')).toBeLessThan(names.indexOf('id'));
		},
	);
});

describe('the picker of regular lessons', () => {
	const SUNDAY = 7;
	const TUESDAY = 2;

	const searchRegularLessons = async (typedText: string) =>
		await searchToEnd(school.engine, 'regularLessons', typedText, { resource: 'regularLesson' });

	const addRegularLesson = (values: IDataObject) =>
		addRecord('regular-lesson', {
			branch_id: 1,
			subject_id: SUBJECT,
			time_from_v: '17:00',
			time_to_v: '18:00',
			b_date: '2031-09-01',
			e_date: '2032-05-31',
			...values,
		});

	it('the picker of regular lessons shows group, weekday, time, subject and period, even if AlfaCRM calls Sunday day 0', async () => {
		changeSettings({ sunday: 0 });
		addRegularLesson({ related_class: 'Group', related_id: addGroup('Умники Вс'), day: SUNDAY });

		const entries = await searchRegularLessons('Умники');

		expect(listNames(entries)).toEqual([
			`Умники Вс · Sunday · 17:00 · ${SUBJECT_NAME} · 1 Sep 2031 – 31 May 2032`,
		]);
	});

	it('the picker of regular lessons shows the customer of a regular lesson without a group', async () => {
		const customer = addClient({ name: 'Мия Орлова' });
		addRegularLesson({ related_class: 'Customer', related_id: customer, day: TUESDAY });

		const entries = await searchRegularLessons('Орлова');

		expect(listNames(entries)).toEqual([
			`Мия Орлова · Tuesday · 17:00 · ${SUBJECT_NAME} · 1 Sep 2031 – 31 May 2032`,
		]);
	});
});

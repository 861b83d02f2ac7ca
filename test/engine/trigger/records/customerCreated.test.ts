import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../../sandbox';
import { Poller } from '../../support/poller';
import { useSchool } from '../../support/school';

const school = useSchool({ customers: 60 });

const clock = Date.now;
const pollerOf = (parameters: INodeParameters = {}) =>
	new Poller(school.engine, { event: 'customerCreated', ...parameters });
const started = async (parameters: INodeParameters = {}) => {
	const poller = pollerOf(parameters);
	expect(await poller.tick()).toEqual([]);
	return poller;
};
const add = (name: string, values: JsonObject = {}) =>
	school.sandbox.store.insert('customer', { name, is_study: 0, branch_ids: [1], ...values });
const idsOf = async (poller: Poller) => (await poller.tick()).map(({ id }) => id);

describe('Customer Created', () => {
	it('reports nothing of what was there, then each new customer once, in order', async () => {
		const poller = await started();
		expect(await poller.tick()).toEqual([]);
		const first = add('Первая Анна');
		const second = add('Вторая Ольга', { branch_ids: [2], is_study: 1 });
		expect(await idsOf(poller)).toEqual([first.id, second.id]);
		expect(await poller.tick()).toEqual([]);
		const third = add('Третья Мария');
		expect(await idsOf(poller)).toEqual([third.id]);
	});

	it('goes on under another name, and under the old one again', async () => {
		const poller = await started();
		// n8n saves what is stored with each report; the second one is the first to find it in the trigger's own place.
		for (const name of ['Первая Анна', 'Вторая Ольга']) {
			const { id } = add(name);
			expect(await idsOf(poller)).toEqual([id]);
		}
		for (const name of ['Leads', 'AlfaCRM Trigger']) {
			const { id } = add('Третья Мария');
			poller.rename(name);
			expect(await idsOf(poller)).toEqual([id]);
		}
	});

	const customers: Record<string, JsonObject> = {
		lead: {},
		client: { is_study: 1 },
		'archived lead': { e_date: '2026-01-01' },
		'archived client': { is_study: 1, e_date: '2026-01-01' },
		'lead of stage 2': { lead_status_id: 2 },
		'lead of stage 3': { lead_status_id: 3 },
		'lead of source 4': { lead_source_id: 4 },
		'lead of stage 2, source 4 and manager 5': { lead_status_id: 2, lead_source_id: 4, assigned_id: 5 },
		'client of manager 5': { is_study: 1, assigned_id: 5 },
		'client of manager 6': { is_study: 1, assigned_id: 6 },
		'lead of branch 2': { branch_ids: [2] },
		'client of branches 2 and 3': { is_study: 1, branch_ids: [2, 3] },
	};
	const without = (word: string) => Object.keys(customers).filter((name) => !name.includes(word));
	const withWord = (word: string) => Object.keys(customers).filter((name) => name.includes(word));

	it.each<[what: string, parameters: INodeParameters, reported: string[]]>([
		['all but the archived ones by default', {}, without('archived')],
		['the archived ones too', { includeArchived: true }, Object.keys(customers)],
		['leads', { is_study: 0 }, without('archived').filter((name) => name.includes('lead'))],
		['clients', { is_study: 1 }, without('archived').filter((name) => name.includes('client'))],
		['archived clients too', { is_study: 1, includeArchived: true }, withWord('client')],
		['one stage', { filters: { lead_status_id: [2] } }, withWord('stage 2')],
		['several stages', { filters: { lead_status_id: [2, 3] } }, withWord('stage')],
		['one source', { filters: { lead_source_id: [4] } }, withWord('source 4')],
		['one manager', { filters: { assigned_id: [5] } }, withWord('manager 5')],
		['several managers', { filters: { assigned_id: [5, 6] } }, withWord('manager')],
		[
			'a stage, a source and a manager at once',
			{ filters: { lead_status_id: [2, 3], lead_source_id: [4], assigned_id: [5, 6] } },
			['lead of stage 2, source 4 and manager 5'],
		],
		['a stage that an expression gives', { filters: { lead_status_id: '={{ [2] }}' } }, withWord('stage 2')],
		['one branch', { branchIds: [2] }, withWord('branch')],
		['a row of several branches once', { branchIds: [2, 3], is_study: 1 }, withWord('branches')],
	])('%s', async (_what, parameters, reported) => {
		const poller = await started(parameters);
		for (const [name, values] of Object.entries(customers)) add(name, values);
		const items = await poller.tick();
		expect(items.map(({ name }) => name)).toEqual(reported);
		expect(await poller.tick()).toEqual([]);
	});

	it('keeps to a filter that AlfaCRM ignores', async () => {
		school.sandbox.settings.ignoredFilters = ['customer.lead_status_id'];
		const poller = await started({ filters: { lead_status_id: [2] } });
		add('Не та', { lead_status_id: 3 });
		const wanted = add('Та самая', { lead_status_id: 2 });
		expect(await idsOf(poller)).toEqual([wanted.id]);
	});

	it('puts out few fields, or all when not simplified', async () => {
		const pollers = [await started(), await started({ simplify: false })];
		const { id } = add('Полная Анна', { phone: ['+7(900)000-00-01', '+7(900)000-00-02'], lead_status_id: 2 });
		const [[short], [full]] = [await pollers[0].tick(), await pollers[1].tick()];
		expect(short).toMatchObject({ id, phone: '+7(900)000-00-01, +7(900)000-00-02' });
		expect(full).toMatchObject({ id, phone: ['+7(900)000-00-01', '+7(900)000-00-02'], gender: null });
		expect(short).not.toHaveProperty('gender');
	});

	it('begins with the newest ones if asked to, oldest first, and only once', async () => {
		const newest = ['Первая', 'Вторая', 'Третья'].map((name) => add(name).id);
		const poller = pollerOf({ options: { startWith: 2 } });
		expect(await idsOf(poller)).toEqual(newest.slice(1));
		expect(await poller.tick()).toEqual([]);
		poller.change({ event: 'customerCreated', is_study: 0, options: { startWith: 2 } });
		expect(await poller.tick()).toEqual([]);
	});

	it('begins with all there are when more are asked for', async () => {
		school.sandbox.reset({ customers: 0 });
		const there = ['Первая', 'Вторая'].map((name) => add(name).id);
		expect(await idsOf(pollerOf({ options: { startWith: 9 } }))).toEqual(there);
		school.sandbox.reset({ customers: 60 });
	});

	it('reports so many at once, the rest with the next polls, in order', async () => {
		const poller = await started({ options: { maxPerPoll: 2 } });
		const ids = ['А', 'Б', 'В', 'Г', 'Д'].map(
			(name, index) => add(name, { branch_ids: [(index % 2) + 1] }).id,
		);
		const polls = [];
		for (let polled = 0; polled < 4; polled++) polls.push(await idsOf(poller));
		expect(polls).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4), []]);
	});
});

describe('a branch', () => {
	afterEach(() => {
		jest.restoreAllMocks();
	});

	it('that is new is watched within the hour, an inactive one never is', async () => {
		const { store } = school.sandbox;
		store.insert('branch', { id: 8, name: 'Закрытый', is_active: 0 });
		const poller = await started();
		school.sandbox.clearJournal();
		store.insert('branch', { id: 9, name: 'Новый', is_active: 1 });
		add('Из закрытого', { branch_ids: [8] });
		const { id } = add('Из нового', { branch_ids: [9] });
		expect(await poller.tick()).toEqual([]);
		jest.spyOn(Date, 'now').mockImplementation(() => clock() + 3_700_000);
		expect(await idsOf(poller)).toEqual([id]);
		expect(school.sandbox.journal.filter(({ path }) => path.startsWith('/v2api/8/'))).toEqual([]);
	});

	it('that is chosen is the only one asked, and the list of branches is not read', async () => {
		const poller = await started({ branchIds: [3] });
		school.sandbox.clearJournal();
		await poller.tick();
		expect(school.sandbox.journal.map(({ path }) => path)).toEqual(['/v2api/3/customer/index']);
	});
});

describe('a customer that enters the filter', () => {
	const HOUR = 3_600_000;
	const begin = clock();
	/** So many hours from now, by the clocks of n8n and the account. */
	const goTo = (hours: number) => {
		const time = begin + hours * HOUR;
		const ahead = time - clock();
		jest.spyOn(Date, 'now').mockImplementation(() => clock() + ahead);
		school.sandbox.settings.now = new Date(time).toISOString().slice(0, 19).replace('T', ' ');
	};
	afterEach(() => {
		jest.restoreAllMocks();
	});
	const ofStage2 = { is_study: 0, filters: { lead_status_id: [2] } };

	it('within 48 hours of its creation is reported then', async () => {
		goTo(-40);
		const poller = await started(ofStage2);
		const { id } = add('Дошла', { lead_status_id: 1 });
		expect(await poller.tick()).toEqual([]);
		goTo(0);
		const other = add('Сразу', { lead_status_id: 2 });
		expect(await idsOf(poller)).toEqual([other.id]);
		expect(await poller.tick()).toEqual([]);
		school.sandbox.store.patch('customer', id, { lead_status_id: 2 });
		expect(await idsOf(poller)).toEqual([id]);
	});

	it('and was there before the trigger is not reported', async () => {
		const poller = await started(ofStage2);
		const lead = school.sandbox.store
			.rows('customer')
			.find(({ is_study, lead_status_id }) => is_study === 0 && lead_status_id !== 2);
		school.sandbox.store.patch('customer', lead?.id ?? 0, { lead_status_id: 2, e_date: '2030-12-31' });
		expect(await poller.tick()).toEqual([]);
	});

	it('later than that is not reported, even if the filtered list had no news meanwhile', async () => {
		goTo(-240);
		const poller = await started(ofStage2);
		const slow = add('Через десять дней', { lead_status_id: 1 });
		for (let hours = -238; hours < 0; hours += 24) {
			goTo(hours);
			expect(await poller.tick()).toEqual([]);
		}
		goTo(0);
		add('Другой этап', { lead_status_id: 3 });
		await poller.tick();
		school.sandbox.store.patch('customer', slow.id, { lead_status_id: 2 });
		const quick = add('Сразу', { lead_status_id: 2 });
		expect(await idsOf(poller)).toEqual([quick.id]);
		expect(await poller.tick()).toEqual([]);
	});
});

describe('when the settings change', () => {
	afterEach(() => {
		jest.restoreAllMocks();
	});

	it.each<[string, before: INodeParameters, after: INodeParameters, wanted: JsonObject]>([
		['whom to report', { is_study: 1 }, { is_study: 2 }, { is_study: 0 }],
		['a filter', { filters: { lead_status_id: [2] } }, {}, { lead_status_id: 3 }],
	])(
		'%s: what was there at the last poll is no news, what came since is',
		async (_what, before, after, wanted) => {
			const poller = await started(before);
			add('Прежде', wanted);
			expect(await poller.tick()).toEqual([]);
			const { id } = add('Между', wanted);
			poller.change({ event: 'customerCreated', ...after });
			expect(await idsOf(poller)).toEqual([id]);
			expect(await poller.tick()).toEqual([]);
			expect(poller.notes).toEqual([]);
		},
	);

	it('archived ones: what was archived before is no news, nothing else is lost', async () => {
		const poller = await started();
		add('Прежде', { e_date: '2026-01-01' });
		const between = add('Между');
		poller.change({ event: 'customerCreated', includeArchived: true });
		expect(await idsOf(poller)).toEqual([between.id]);
		const { id } = add('После', { e_date: '2026-01-01' });
		expect(await idsOf(poller)).toEqual([id]);
		expect(await poller.tick()).toEqual([]);
	});

	it('a branch is added: what that held before is no news, and nothing else is lost', async () => {
		const poller = await started({ branchIds: [1] });
		add('Прежде', { branch_ids: [2] });
		const between = add('Между');
		poller.change({ event: 'customerCreated', branchIds: [1, 2] });
		expect(await idsOf(poller)).toEqual([between.id]);
		const { id } = add('После', { branch_ids: [2] });
		expect(await idsOf(poller)).toEqual([id]);
		expect(await poller.tick()).toEqual([]);
		expect(poller.notes).toEqual([]);
	});

	it('the event: it begins anew without a flood, and says so', async () => {
		const poller = await started({ branchIds: [1] });
		school.sandbox.store.insert('pay', { branch_id: 1, customer_id: 1, income: '100.00' });
		poller.change({ event: 'paymentCreated', branchIds: [1], options: { startWith: 5 } });
		expect(await poller.tick()).toEqual([]);
		expect(poller.notes).toEqual([
			"'AlfaCRM Trigger' watches something else now: it reports what happens from now on",
		]);
		const { id } = school.sandbox.store.insert('pay', { branch_id: 1, customer_id: 1, income: '200.00' });
		expect(await idsOf(poller)).toEqual([id]);
		expect(poller.notes).toHaveLength(1);
	});

	it.each<[string, INodeParameters]>([
		['Simplify', { simplify: false }],
		['Max Records per Poll', { options: { maxPerPoll: 7 } }],
		['Start With Newest', { options: { startWith: 7 } }],
		['the order of the branches', { branchIds: [1, 2] }],
		['the order of a filter', { filters: { lead_status_id: [3, 2] } }],
	])('%s: it goes on', async (_what, changes) => {
		const before = { branchIds: [2, 1], filters: { lead_status_id: [2, 3] } };
		const poller = await started(before);
		const { id } = add('Между', { lead_status_id: 2 });
		poller.change({ event: 'customerCreated', ...before, ...changes });
		expect(await idsOf(poller)).toEqual([id]);
		expect(poller.notes).toEqual([]);
	});

	it.each<[string, INodeParameters, RegExp]>([
		['maxPerPoll', { options: { maxPerPoll: -1 } }, /^'Max Records per Poll' must be a whole number/],
		['startWith', { options: { startWith: 'x' } }, /^'Start With Newest' must be a whole number/],
		['branchIds', { branchIds: ['x'] }, /^'Branch Names or IDs'/],
		['lead_status_id', { filters: { lead_status_id: ['x'] } }, /^'Stage Names or IDs'/],
		['event', { event: 'unknown' }, /^'Trigger On' has no event "unknown"$/],
	])('a value of %s that is none is told before anything is sent', async (_what, parameters, message) => {
		await expect(pollerOf(parameters).tick()).rejects.toThrow(message);
		expect(school.calls()).toEqual([]);
	});
});

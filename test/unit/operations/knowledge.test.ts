import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { forgetAccounts } from '../../../nodes/AlfaCrm/api/accountKnowledge';
import { HOUR_MS, MINUTE_MS } from '../../../nodes/AlfaCrm/values/time';
import type { Settings } from '../../../sandbox';
import { depth, seed } from '../../support/depth';
import type { SentRequest } from '../apiSupport';
import { upsertByPhoneForm, findByPhoneForm, customerForm, PHONE, SmallSchool } from './school';

/** What an execution knows because another one has learnt it: each run of the school is an execution of its own. */
let school: SmallSchool;
beforeEach(() => {
	jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z'), advanceTimers: true });
	school = new SmallSchool();
});
afterEach(() => jest.useRealTimers());

const pass = (ms: number) => jest.advanceTimersByTime(ms);
/** What a run costs. */
const costOf = async (form: IDataObject, each?: IDataObject[]) => {
	// The clock of these tests moves by leaps.
	pass(1);
	const before = school.calls.length;
	const { json, error } = await school.runToEnd(form, each ? { parametersByItem: each } : {});
	return { json, error, calls: school.calls.slice(before) };
};
const asked = () => school.readRequests('customer/index').map(({ body }: SentRequest) => body.phone);
const openBranches = (count: number) => {
	for (const { id } of school.readRecords('branch')) school.store.remove('branch', Number(id));
	for (let id = 1; id <= count; id++) school.addRecord('branch', { id, name: `Филиал ${id}`, is_active: 1 });
};
const numbered = (n: number) => `8 900 777 41 ${10 + n}`;
const newLead = (n: number) => upsertByPhoneForm({ name: 'Новый Лид' }, {}, numbered(n));

describe('a new number', () => {
	it.each([
		[1, 2],
		[3, 4],
	])(
		'with %i branches costs %i calls once somebody was found in another spelling',
		async (branches, cost) => {
			openBranches(branches);
			school.addLead({ phone: [PHONE] });
			await school.run(findByPhoneForm({}, '89005550001'));
			for (const n of [1, 2, 3]) {
				const { json, calls } = await costOf(newLead(n));
				expect(json).toMatchObject([{ operationResult: 'created' }]);
				expect(calls).toEqual([...Array<string>(cost - 1).fill('customer/index'), 'customer/create']);
			}
			// The branches are looked at again.
			pass(MINUTE_MS + 1);
			expect((await costOf(newLead(4))).calls).toHaveLength(cost + 1);
			pass(HOUR_MS);
			expect((await costOf(newLead(5))).calls.length).toBeGreaterThan(cost + 1);
		},
	);

	it('shows how AlfaCRM looks by anybody whose number has its last four digits', async () => {
		school.addLead({ phone: ['+7(911)222-41-11'] });
		await costOf(newLead(1));
		expect(asked()).toEqual(['07774111', '4111', '07774111']);
	});

	it('is asked for in each spelling in each execution where AlfaCRM compares texts, and found in each', async () => {
		school.settings.phoneSearch = 'text';
		const [id, other] = [school.addLead({ phone: [PHONE] }), school.addLead({ phone: ['89005550002'] })];
		for (let n = 0; n < 2; n++) {
			expect((await school.run(findByPhoneForm({}, '8 900 555 00 01'))).json).toMatchObject([{ id }]);
			expect((await school.run(findByPhoneForm({}, '+7 900 555-00-02'))).json).toMatchObject([{ id: other }]);
		}
		expect(new Set(asked())).toContain('00-01');
	});

	it.each([
		['finds nobody', 0],
		['finds somebody among all', 1],
	])(
		'is not taken for seen in all spellings where a filter that AlfaCRM has ignored %s',
		async (_what, there) => {
			school.settings.phoneSearch = 'text';
			const { ignoredFilters } = school.settings;
			for (let n = 0; n < 30; n++) school.addLead({ phone: [`+7(911)222-33-${10 + n}`] });
			const id = school.addLead({ phone: [PHONE] });
			for (let n = 0; n < there; n++) school.addLead({ phone: ['+7(900)555-07-77'] });
			school.settings.ignoredFilters = [...ignoredFilters, 'customer.phone'];
			expect((await school.run(findByPhoneForm({}, '89005550777'))).json).toHaveLength(there);
			school.settings.ignoredFilters = ignoredFilters;
			expect((await school.run(findByPhoneForm({}, '89005550001'))).json).toMatchObject([{ id }]);
			expect(asked().at(-1)).toBeDefined();
		},
	);

	it('is no whole list where many have its last four digits', async () => {
		for (let n = 0; n < 30; n++) school.addLead({ phone: [`+7(911)2${10 + n}-41-11`] });
		await school.run({}, { parametersByItem: [newLead(1), newLead(2)], credential: { callsAtOnce: 1 } });
		expect(asked()).not.toContain(undefined);
	});
});

it('thirty new writers at the same moment, each looked for by one execution and commented on by another, cost five calls each', async () => {
	openBranches(1);
	school.addRecord('user', { name: 'A', email: 'api@school.example' });
	school.addLead({ phone: [PHONE] });
	await school.run(findByPhoneForm({}, '89005550001'));
	const before = school.calls.length;
	const answer = async (n: number) => {
		const [{ id }] = (await school.run(newLead(n))).json;
		await school.run(customerForm('addComment', { id, comment: `Сообщение ${n}`, skipIfThere: true }));
	};
	await Promise.all(Array.from({ length: 30 }, async (_, n) => await answer(n)));
	expect(school.readRecords('customer')).toHaveLength(31);
	expect(school.readRecords('communication')).toHaveLength(30);
	// The user of the credential is looked up once.
	expect(school.calls.length - before).toBe(5 * 30 + 1);
});

it('whatever executions have learnt before, each finds and makes what one finds and makes that knows nothing', async () => {
	const spellings = (n: number) => [
		`+7(900)555-00-0${n}`,
		`8900555000${n}`,
		`8 900 555 00 0${n}`,
		`+7 900 555 00-0${n}`,
	];
	const phone = fc.integer({ min: 1, max: 4 }).chain((n) => fc.constantFrom(...spellings(n)));
	const held = fc.record({ phone, branch: fc.constantFrom(1, 2) });
	const settings = fc.constantFrom<Partial<Settings>>(
		...[{}, { phoneSearch: 'text' as const }],
		{ ignoredFilters: ['customer.phone'] },
		{ forbiddenBranches: [2] },
	);
	const property = fc.asyncProperty(
		settings,
		fc.array(held, { maxLength: 3 }),
		fc.array(phone, { minLength: 2, maxLength: 6 }),
		async (given, people, looked) => {
			const endOf = async (begin: () => void) => {
				school = new SmallSchool(given);
				for (const one of people) school.addLead({ phone: [one.phone], branch_ids: [one.branch] });
				const found: unknown[] = [];
				for (const one of looked) {
					begin();
					const { json, error } = await school.runToEnd(
						upsertByPhoneForm({ name: 'Новый Лид' }, { ifSeveral: 'newest' }, one),
					);
					found.push(error?.message ?? json.map(({ id, operationResult }) => [id, operationResult]));
				}
				const rows = school.readRecords('customer').map(({ id, phone: all }) => [id, all]);
				return { found, rows, calls: school.calls.length };
			};
			const { calls: most, ...alone } = await endOf(forgetAccounts);
			const { calls, ...together } = await endOf(() => {});
			expect(together).toEqual(alone);
			expect(calls).toBeLessThan(most);
		},
	);
	await fc.assert(property, { seed, numRuns: depth.sideBySide });
});

describe('branches', () => {
	beforeEach(async () => {
		school.addLead({ phone: [PHONE] });
		await school.run(findByPhoneForm());
	});
	const elsewhere = () => {
		school.addRecord('branch', { id: 3, name: 'Новый', is_active: 1 });
		return school.addLead({ phone: [numbered(1)], branch_ids: [3] });
	};

	it('that people open are looked into after a minute', async () => {
		const id = elsewhere();
		expect((await school.run(findByPhoneForm({}, numbered(1)))).json).toEqual([]);
		pass(MINUTE_MS + 1);
		expect((await school.run(findByPhoneForm({}, numbered(1)))).json).toMatchObject([{ id }]);
	});

	it('that a workflow opens are looked into at once', async () => {
		const callBody = '{ "name": "Новый", "is_active": 1 }';
		const call = { callPath: 'branch', callAction: 'create', callBranch: '', callQuery: '{}', callBody };
		await school.run({ resource: 'apiCall', operation: 'send', ...call });
		const id = school.addLead({ phone: [numbered(1)], branch_ids: [3] });
		expect((await school.run(findByPhoneForm({}, numbered(1)))).json).toMatchObject([{ id }]);
	});

	it.each([
		['may not be listed', (one: SmallSchool) => (one.settings.forbiddenCalls = ['branch/index'])],
		[
			'are none',
			(one: SmallSchool) => (one.onCall = (call) => (call === 'branch/index' ? { items: [] } : undefined)),
		],
		[
			'do not come whole',
			(one: SmallSchool) =>
				(one.onCall = (call, sent) =>
					call === 'branch/index' ? one.answerWithUnstableList(sent) : undefined),
		],
	])('that %s are asked for again by the next execution', async (_what, hide) => {
		pass(MINUTE_MS + 1);
		hide(school);
		await school.runToEnd(findByPhoneForm());
		school.settings.forbiddenCalls = [];
		school.onCall = () => undefined;
		const id = elsewhere();
		expect((await school.run(findByPhoneForm({}, numbered(1)))).json).toMatchObject([{ id }]);
	});
});

it('the name of what people have added since stands beside its number', async () => {
	const get = customerForm('get', { id: 1, simplify: true });
	const first = school.addRecord('lead-status', { name: 'Новый', is_enabled: 1 });
	school.addLead({ lead_status_id: first });
	expect((await costOf(get)).json).toMatchObject([{ lead_status_name: 'Новый' }]);
	expect((await costOf(get)).calls).not.toContain('lead-status/index');

	school.changeRecord('customer', 1, {
		lead_status_id: school.addRecord('lead-status', { name: 'Пробный', is_enabled: 1 }),
	});
	const { json, calls } = await costOf(get);
	expect(json).toMatchObject([{ lead_status_name: 'Пробный' }]);
	expect(calls.filter((call) => call === 'lead-status/index')).toHaveLength(1);

	// One that is in no list does not have it read for each row.
	school.changeRecord('customer', 1, { lead_status_id: 99 });
	const again = await costOf({}, [get, get]);
	expect(again.json).toMatchObject([{ lead_status_name: null }, { lead_status_name: null }]);
	expect(again.calls.filter((call) => call === 'lead-status/index')).toHaveLength(1);
});

describe('the author of a comment', () => {
	const comment = (text: string) => customerForm('addComment', { id: 1, comment: text });
	beforeEach(() => void school.addLead());

	it('is looked up by one execution for the others', async () => {
		const own = school.addRecord('user', { name: 'A', email: 'api@school.example' });
		expect((await costOf(comment('Раз'))).calls).toContain('user/index');
		expect((await costOf(comment('Два'))).calls).not.toContain('user/index');
		expect(school.readRecords('communication').map(({ user_id }) => user_id)).toEqual([own, own]);
	});

	it('is looked up again where nobody was found', async () => {
		school.settings.forbiddenCalls = ['user/index'];
		await school.runToEnd(comment('Раз'));
		school.settings.forbiddenCalls = [];
		const own = school.addRecord('user', { name: 'A', email: 'api@school.example' });
		await school.run(comment('Раз'));
		expect(school.readRecords('communication').at(-1)).toMatchObject({ user_id: own });
	});
});

it('the format of days that AlfaCRM takes is tried first by the next execution', async () => {
	school.settings.dateFormats = { 'group.b_date': 'iso' };
	const create = {
		...{ resource: 'group', operation: 'create', branchId: 1, name: 'Роботы', simplify: false, options: {} },
		...{ b_date: '2026-02-10', additionalFields: { b_date: '2026-02-10' } },
	};
	const created = ({ calls }: { calls: string[] }) => calls.filter((call) => call === 'group/create');
	expect(created(await costOf(create))).toHaveLength(2);
	expect(created(await costOf(create))).toHaveLength(1);
	pass(HOUR_MS);
	expect(created(await costOf(create))).toHaveLength(2);
});

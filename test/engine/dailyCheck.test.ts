import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { forgetAccounts } from '../../nodes/AlfaCrm/api/accountKnowledge';
import type { RunOptions } from './support/engine';
import { callInProcess, skipRetryPauses } from './support/inProcess';
import { asExpression } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import { stopClock } from './support/stoppedClock';
import { useSchool } from './support/school';

callInProcess();
skipRetryPauses();

const school = useSchool({ customers: 300, settings: { bodyPageSize: 'honoured' } });
const office = frontDeskOf(school);
const { addRecord, changeSettings } = office;

/** The 10th in the school, still the 9th in New York. */
const MORNING = '2026-02-09T20:00:00Z';
const [YESTERDAY, TODAY, TOMORROW] = ['2026-02-09', '2026-02-10', '2026-02-11'];
const VLADIVOSTOK = { timezone: 'Asia/Vladivostok' };
const [PLANNED, COMPLETED] = [1, 3];

const form = (options: INodeParameters = {}): INodeParameters => ({
	...{ resource: 'account', operation: 'dailyCheck', options },
});
const only = (...checks: string[]): INodeParameters => form({ checks });
const run = async (parameters = form(), more: Partial<RunOptions> = VLADIVOSTOK) =>
	await office.run(parameters, more);
const whole = async (parameters = form(), more: Partial<RunOptions> = VLADIVOSTOK) =>
	await office.runToEnd(parameters, more);
const messages = (items: readonly IDataObject[]) => items.map(({ message }) => message);
const idsOf = (items: readonly IDataObject[], name: string) => items.map((item) => item[name]);

/** Nothing but branches, users and what is taught where. */
function emptySchool(): void {
	const { store } = school.sandbox;
	const paths = ['lesson', 'lesson-details', 'regular-lesson', 'pay', 'cgi', 'group', 'customer'];
	store.withoutEvents(() => {
		for (const path of paths) for (const { id } of [...store.rows(path)]) store.remove(path, id);
	});
}

const lesson = (date: string, from: string, to: string, more: IDataObject = {}) =>
	addRecord('lesson', {
		...{ branch_id: 1, date, time_from: `${date} ${from}:00`, time_to: `${date} ${to}:00` },
		...{ lesson_type_id: 1, subject_id: 1, status: PLANNED, teacher_ids: [], room_id: null },
		...{ customer_ids: [], group_ids: [], ...more },
	});
const client = (name: string, more: IDataObject = {}) =>
	addRecord('customer', {
		...{
			name,
			is_study: 1,
			legal_type: 1,
			branch_ids: [1],
			balance: '800.00',
			paid_lesson_count: 4,
			...more,
		},
	});
const group = (name: string, more: IDataObject = {}) =>
	addRecord('group', {
		name,
		branch_ids: [1],
		b_date: '2025-09-01',
		e_date: '2026-05-31',
		removed: 0,
		...more,
	});
const join = (customer_id: number, group_id: number, more: IDataObject = {}) =>
	addRecord('cgi', { customer_id, group_id, b_date: '01.09.2025', e_date: null, ...more });
const teacherName = (id: number) => String(office.readRecord('teacher', id).name);
const roomName = (id: number) => String(office.readRecord('room', id).name);

beforeEach(() => stopClock(MORNING));
afterEach(() => jest.useRealTimers());

/** What is found is proven of random schools in `properties/dailyCheck`; here is what each finding says. */
describe('Account → Daily Check', () => {
	beforeEach(emptySchool);

	it('of today, a regular lesson that is not in the calendar is not one that is still planned', async () => {
		const robots = group('Роботы Вт');
		const early = lesson(TODAY, '04:00', '05:00', { group_ids: [robots] });
		addRecord('regular-lesson', {
			...{
				branch_id: 1,
				related_class: 'Group',
				related_id: robots,
				day: 2,
				subject_id: 1,
				lesson_type_id: 2,
			},
			...{ time_from_v: '03:00', time_to_v: '03:30', b_date: '2026-01-01', e_date: '2026-12-31' },
			...{ teacher_ids: [3], room_id: 2 },
		});
		const items = await run(form({ checks: ['stillPlanned', 'overlap'], day: TODAY }));
		expect(idsOf(items, 'lesson_id')).toEqual([early]);
	});

	it('names lessons of yesterday that nobody has completed or cancelled', async () => {
		const robots = group('Роботы Пн');
		const mia = client('Орлова Мия');
		const late = lesson(YESTERDAY, '18:00', '19:00', { customer_ids: [mia], teacher_ids: [2], room_id: 1 });
		const open = lesson(YESTERDAY, '10:00', '11:00', { group_ids: [robots], teacher_ids: [1] });
		const items = await run(only('stillPlanned'));
		expect(items).toEqual([
			{
				check: 'stillPlanned',
				message: `The lesson of Роботы Пн on 2026-02-09 at 10:00–11:00 with ${teacherName(1)} is still planned: nobody has completed or cancelled it.`,
				url: `${school.sandbox.url}/company/1/group/view?id=${robots}`,
				...{ date: YESTERDAY, time: '10:00', branch_id: 1, lesson_id: open, payment_id: null },
				...{ group_id: robots, customer_id: null, customer_name: null, teacher_name: teacherName(1) },
			},
			expect.objectContaining({
				message: `The lesson of Орлова Мия on 2026-02-09 at 18:00–19:00 with ${teacherName(2)} is still planned: nobody has completed or cancelled it.`,
				url: `${school.sandbox.url}/company/1/customer/view?id=${mia}`,
				...{ lesson_id: late, group_id: null, customer_id: mia, customer_name: 'Орлова Мия' },
			}),
		]);
	});

	it('of a day that is not over names the lessons that are', async () => {
		const early = lesson(TODAY, '05:00', '06:00');
		lesson(TODAY, '05:30', '06:01');
		lesson(TODAY, '06:30', '07:00');
		const items = await run(form({ checks: ['stillPlanned'], day: TODAY }));
		expect(idsOf(items, 'lesson_id')).toEqual([early]);
	});

	it('names two lessons at once of a teacher or in a room', async () => {
		const [mia, lev] = [client('Орлова Мия'), client('Белов Лев')];
		const of = (who: number, teacher: number, room: number | null) => ({
			...{ customer_ids: [who], teacher_ids: [teacher], room_id: room },
		});
		lesson(TOMORROW, '10:00', '11:00', of(mia, 1, 1));
		const second = lesson(TOMORROW, '10:30', '11:30', of(lev, 1, 2));
		lesson(TODAY, '08:00', '09:00', of(mia, 2, 3));
		const inRoom = lesson(TODAY, '08:00', '08:30', of(lev, 4, 3));
		const items = await run(only('overlap'));
		expect(items).toMatchObject([
			{
				message: `Room ${roomName(3)} is booked twice on 2026-02-10: Орлова Мия at 08:00–09:00, and Белов Лев at 08:00–08:30.`,
				...{ lesson_id: inRoom, teacher_name: null, date: TODAY },
			},
			{
				message: `${teacherName(1)} is booked twice on 2026-02-11: Орлова Мия at 10:00–11:00, and Белов Лев at 10:30–11:30.`,
				...{ lesson_id: second, teacher_name: teacherName(1), date: TOMORROW },
			},
		]);
	});

	it('knows regular lessons that are not in the calendar yet, and none that was moved away', async () => {
		const robots = group('Роботы Ср');
		const mia = client('Орлова Мия');
		const regular = (from: string, to: string) =>
			addRecord('regular-lesson', {
				...{ branch_id: 1, lesson_type_id: 2, subject_id: 1, related_class: 'Group', related_id: robots },
				...{ teacher_ids: [1], room_id: 1, day: 3, time_from_v: from, time_to_v: to },
				...{ b_date: '2025-09-01', e_date: '2026-05-31' },
			});
		const moved = regular('12:00', '13:00');
		regular('16:00', '17:00');
		lesson(TOMORROW, '18:00', '19:00', {
			regular_id: moved,
			group_ids: [robots],
			teacher_ids: [1],
			room_id: 1,
		});
		lesson(TOMORROW, '12:30', '13:30', { customer_ids: [mia], teacher_ids: [1], room_id: 2 });
		const trial = lesson(TOMORROW, '16:30', '17:30', { customer_ids: [mia], teacher_ids: [1], room_id: 1 });
		const items = await run(only('overlap'));
		expect(messages(items)).toEqual([
			`${teacherName(1)} and room ${roomName(1)} are booked twice on 2026-02-11: Роботы Ср at 16:00–17:00, and Орлова Мия at 16:30–17:30.`,
		]);
		expect(items).toMatchObject([{ lesson_id: trial, customer_id: mia, group_id: robots }]);
	});

	it('names groups with few members; one that begins later is none, and has none who come later', async () => {
		const [empty, one, two, later] = [
			...[group('Пустая'), group('Одна'), group('Двое'), group('Начнётся', { b_date: '2026-03-01' })],
		];
		const [mia, lev, gone] = [
			client('Орлова Мия'),
			client('Белов Лев', { branch_ids: [2] }),
			client('Зимин Ян', { e_date: '2026-01-31' }),
		];
		for (const id of [one, two, later]) join(mia, id);
		join(lev, two);
		join(gone, one);
		join(lev, one, { b_date: '01.03.2026' });
		expect(messages(await run(only('smallGroup')))).toEqual([
			'Group Одна has 1 member, fewer than 2.',
			'Group Пустая has no members, fewer than 2.',
		]);
		const three = await run(form({ checks: ['smallGroup'], fewest: 3 }));
		expect(idsOf(three, 'group_id')).toEqual([two, one, empty]);
		expect(three[0]).toMatchObject({
			...{ date: TODAY, time: null, branch_id: 1, lesson_id: null },
			url: `${school.sandbox.url}/company/1/group/view?id=${two}`,
		});
		// A card of the other branch cannot be seen, so its customer is not known to be archived.
		const here = await run(form({ checks: ['smallGroup'], searchBranches: [1] }));
		expect(idsOf(here, 'group_id')).toEqual([one, empty]);
	});

	it('names completed lessons in which nobody is marked', async () => {
		const customer_ids = [client('Орлова Мия'), client('Белов Лев')].reverse();
		lesson(YESTERDAY, '10:00', '11:00', { status: COMPLETED, customer_ids });
		expect(messages(await run(only('notMarked')))).toEqual([
			'The lesson of Белов Лев and Орлова Мия on 2026-02-09 at 10:00–11:00 is completed, but nobody is marked as present or absent.',
		]);
	});

	it('names incomes of yesterday that have no customer', async () => {
		const pay = (more: IDataObject) =>
			addRecord('pay', {
				...{ branch_id: 1, pay_type_id: 1, pay_account_id: 1, document_date: '09.02.2026' },
				...{ income: '3872.70', customer_id: null, ...more },
			});
		const nobodys = pay({ payer_name: 'Орлова Анна' });
		const ofZero = pay({ customer_id: 0, payer_name: '', branch_id: 2 });
		expect(await run(only('noPayer'))).toMatchObject([
			{
				message: `Payment ${nobodys} of 3872.70 from Орлова Анна on 2026-02-09 has no customer.`,
				...{ payment_id: nobodys, branch_id: 1, url: null, date: YESTERDAY },
			},
			{
				message: `Payment ${ofZero} of 3872.70 on 2026-02-09 has no customer.`,
				...{ payment_id: ofZero, branch_id: 2 },
			},
		]);
	});

	it('names clients who come tomorrow in debt or without a paid lesson, each once', async () => {
		const robots = group('Роботы Ср');
		const [debtor, empty, both] = [
			client('Должник Олег', { balance: '-1200.50' }),
			client('Пустова Аня', { paid_lesson_count: 0, balance: '0.00' }),
			client('Минусов Ян', { balance: '-800.00', paid_lesson_count: -1 }),
		];
		join(debtor, robots);
		const first = lesson(TOMORROW, '09:00', '10:00', { customer_ids: [empty] });
		lesson(TOMORROW, '17:00', '18:00', { customer_ids: [empty, both] });
		addRecord('regular-lesson', {
			...{ branch_id: 1, lesson_type_id: 2, subject_id: 1, related_class: 'Group', related_id: robots },
			...{ teacher_ids: [1], room_id: 1, day: 3, time_from_v: '15:00', time_to_v: '16:00' },
			...{ b_date: '2025-09-01', e_date: '2026-05-31' },
		});
		const items = await run(only('comesUnpaid'));
		expect(messages(items)).toEqual([
			'Пустова Аня comes on 2026-02-11 at 09:00 and has no paid lessons left.',
			'Должник Олег comes on 2026-02-11 at 15:00 (Роботы Ср) and owes 1200.50.',
			'Минусов Ян comes on 2026-02-11 at 17:00 and owes 800.00 and has no paid lessons left.',
		]);
		expect(items).toMatchObject([
			{ customer_id: empty, customer_name: 'Пустова Аня', lesson_id: first, group_id: null },
			{ customer_id: debtor, lesson_id: null, group_id: robots, teacher_name: teacherName(1) },
			{ customer_id: both },
		]);
		expect(items[1].url).toBe(`${school.sandbox.url}/company/1/customer/view?id=${debtor}`);
	});
});

describe('Account → Daily Check, of a whole school', () => {
	// The sandbox's school has worked until noon of that day; its stamps must not lie in the future.
	beforeEach(() => stopClock('2026-02-10T03:00:00Z'));

	const lists = () => school.sandbox.journal.map(({ path }) => path.replace('/v2api/', ''));
	const CHECKS = [...['stillPlanned', 'overlap', 'smallGroup', 'notMarked', 'noPayer', 'comesUnpaid']];
	/** Something is wrong in both branches. */
	beforeEach(() => {
		for (const branch of [1, 2]) {
			const [robots, rooms] = [group(`Роботы ${branch}`), office.readRecords('room')];
			office.changeRecord('group', robots, { branch_ids: [branch] });
			const room_id = rooms.find(({ branch_id }) => branch_id === branch)?.id;
			const mia = client(`Орлова Мия ${branch}`, { branch_ids: [branch], balance: '-1.00' });
			const own = { branch_id: branch, room_id, group_ids: [robots] };
			join(mia, robots);
			lesson(YESTERDAY, '21:00', '22:00', own);
			lesson(YESTERDAY, '07:00', '08:00', { ...own, status: COMPLETED });
			for (let n = 0; n < 2; n++) lesson(TOMORROW, '06:00', '07:00', own);
			const from = { pay_type_id: 1, pay_account_id: 1, income: '500.00', payer_name: 'Кто-то' };
			addRecord('pay', { ...from, branch_id: branch, customer_id: null, document_date: '09.02.2026' });
		}
	});
	/** One branch, as most schools are. */
	const oneBranch = () => {
		for (const { id } of office.readRecords('branch'))
			if (id !== 1) office.changeRecord('branch', id, { is_active: 0 });
	};

	it('reads only, and few lists: besides these two for each group that meets tomorrow, one for each that seems small', async () => {
		oneBranch();
		const before = school.sandbox.snapshot();
		const items = await run();
		expect(school.sandbox.changes(before)).toEqual([]);
		const calls = lists();
		expect(calls.filter((call) => !call.includes('/cgi/')).sort()).toEqual(
			[
				...['1/customer/index', '1/group/index', '1/lesson/index', '1/lesson/index', '1/lesson/index'],
				...['1/pay/index', '1/regular-lesson/index', '1/room/index', '1/teacher/index'],
				...['auth/login', 'branch/index'],
				// A customer who comes tomorrow has the card in a branch that is closed.
				...['1/customer/index', '2/customer/index'],
			].sort(),
		);
		const isTomorrow = ({ day, related_class, branch_id }: IDataObject) =>
			day === 3 && related_class === 'Group' && branch_id === 1;
		const meeting = office.readRecords('regular-lesson').filter(isTomorrow).length + 1;
		const small = items.filter(({ check }) => check === 'smallGroup').length;
		expect([meeting, small]).toEqual([3, 1]);
		expect(calls.filter((call) => call.includes('/cgi/'))).toHaveLength(2 * meeting + small);
		const order = items.map(({ check, date, time }) =>
			[CHECKS.indexOf(String(check)), date, time ?? ''].join(' '),
		);
		expect(order).toEqual([...order].sort());
		expect(new Set(idsOf(items, 'check'))).toEqual(new Set(CHECKS));
	});

	it('reads nothing that the checks do not take; no check chosen is all of them', async () => {
		oneBranch();
		expect(await run(form({ checks: [] }))).toEqual(await run());
		school.sandbox.clearJournal();
		await run(only('noPayer'));
		// The branches are known from a moment ago.
		expect(lists()).toEqual(['1/pay/index']);
		school.sandbox.clearJournal();
		await run(form({ checks: ['stillPlanned', 'notMarked'], searchBranches: [2], day: '2026-01-05' }));
		expect([...new Set(lists())]).toEqual(expect.arrayContaining(['2/lesson/index']));
		expect(school.readJournal('lesson/index').map(({ body }) => (body as IDataObject).date_from)).toEqual([
			...['2026-01-05', '2026-01-05'],
		]);
		expect(school.readJournal('branch/index')).toEqual([]);
	});

	it('is done once for items that ask the same', async () => {
		const one = await run();
		const calls = lists().length;
		school.sandbox.clearJournal();
		expect(await run(form(), { ...VLADIVOSTOK, items: [{}, {}, {}] })).toEqual([...one, ...one, ...one]);
		expect(lists().length).toBeLessThanOrEqual(calls);
	});

	it('finds the same where AlfaCRM ignores filters, gives small pages, or names no groups on cards', async () => {
		const found = await run();
		for (const settings of [
			{ bodyPageSize: 'ignored', pageSize: 20 },
			{ ignoredFilters: ['lesson.date_from', 'lesson.date_to', 'pay.*', 'cgi.*'] },
			{ bodyPageSize: 'refused400', total: 'missing' },
		]) {
			changeSettings(settings);
			expect(await run()).toEqual(found);
		}
		// Groups that seem small are asked who is in them.
		for (const { id } of office.readRecords('customer'))
			office.changeRecord('customer', id, { group_ids: [] });
		expect(await run()).toEqual(found);
	});

	it('leaves out branches that are closed, and names those that this user may not see', async () => {
		const all = await run();
		changeSettings({ forbiddenBranches: [2] });
		const { json, hints, error } = await whole();
		expect(error).toBeUndefined();
		expect(json.length).toBeGreaterThan(0);
		expect(json.filter(({ branch_id }) => branch_id === 2)).toEqual([]);
		expect(json.length).toBeLessThan(all.length);
		expect(hints.filter((hint) => hint.startsWith("The check 'Overlaps' is not whole"))).toEqual([
			"The check 'Overlaps' is not whole, because this user may not list all that it takes: lessons of branch 2; regular lessons of branch 2",
		]);
		office.changeRecord('branch', 2, { is_active: 0 });
		forgetAccounts();
		expect((await whole()).hints).toEqual([
			'Some who are to come were left out, because AlfaCRM shows their card in no list: customer 204',
		]);
	});

	it('goes on where this user may not read a list, and names the checks that lack it', async () => {
		const all = await run();
		changeSettings({ forbiddenCalls: ['pay/*', 'cgi/*'] });
		const { json, hints } = await whole();
		const rest = ['smallGroup', 'comesUnpaid', 'noPayer'];
		expect(json).toEqual(all.filter(({ check }) => !rest.includes(String(check))));
		expect(hints.map((hint) => hint.split(',')[0]).sort()).toEqual([
			"The check 'Payments Without Payer' is not whole",
			"The check 'Small Groups' is not whole",
			"The check 'Unpaid Tomorrow' is not whole",
		]);
	});

	it('is an error where nothing could be looked at, for that is not the same as finding nothing', async () => {
		changeSettings({ forbiddenCalls: ['pay/*'] });
		const error = await office.expectRefused(only('noPayer'));
		expect(error.message).toBe('This user may list nothing that the checks take');
		expect(error.description).toMatch(/choose other checks or branches in 'Options'\.$/);
		forgetAccounts();
		changeSettings({ forbiddenCalls: ['branch/*'] });
		const other = await office.expectRefused(form());
		expect(other.message).toBe('This user may not list the branches of the account');
		changeSettings({ forbiddenCalls: ['branch/*'] });
		expect((await run(form({ searchBranches: [1] }))).length).toBeGreaterThan(0);
	});

	it.each<[string, unknown]>([
		['Checks', ['overlaps']],
		['Checks', null],
		['Day', ''],
		['Day', 'вчера'],
		['Day', null],
		['Fewest Members', 0],
		['Fewest Members', 'two'],
		['Search in Branch', ['Луна']],
	])('%s that is %j is refused', async (label, value) => {
		const names: Record<string, string> = {
			...{ Checks: 'checks', Day: 'day', 'Fewest Members': 'fewest', 'Search in Branch': 'searchBranches' },
		};
		const error = await office.expectRefused(form({ [names[label]]: asExpression(value) }));
		expect(error.message).toContain(label);
		expect(school.readCalls().filter((call) => !/login|branch/.test(call))).toEqual([]);
	});

	it('takes branches by name, and a day as AlfaCRM writes it', async () => {
		const name = String(office.readRecord('branch', 2).name);
		const options = { checks: ['stillPlanned', 'smallGroup'], day: '09.02.2026' };
		const byName = await run(form({ ...options, searchBranches: asExpression([name]) as never }));
		expect(byName).toEqual(await run(form({ ...options, searchBranches: [2] })));
		expect(byName.length).toBeGreaterThan(0);
	});
});

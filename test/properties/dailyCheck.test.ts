import fc from 'fast-check';
import { DateTime } from 'luxon';
import type { IDataObject } from 'n8n-workflow';

import type { Settings } from '../../sandbox';
import { depth, seed } from '../support/depth';
import { SmallSchool } from '../unit/operations/school';

/*
 * Random schools, and by itself what an administrator would write down who looks at each lesson, group, payment and card. Days
 * are counted from today in the school, times in quarters of an hour.
 */

const CLOSED_BRANCH = 3;

const person = fc.record({
	isClient: fc.boolean(),
	isArchived: fc.constantFrom(false, false, true),
	// The third one is closed.
	branch: fc.constantFrom(1, 1, 2, 2, CLOSED_BRANCH),
	balance: fc.constantFrom('-0.50', '0.00', '800.00', null),
	left: fc.constantFrom(-1, 0, 3, null),
});
const membership = fc.record({
	who: fc.nat(5),
	from: fc.integer({ min: -3, max: 3 }),
	days: fc.option(fc.nat(4)),
});
const group = fc.record({
	branch: fc.constantFrom(1, 2),
	isArchived: fc.constantFrom(false, false, true),
	isOver: fc.constantFrom(false, false, true),
	members: fc.array(membership, { maxLength: 5 }),
});
const lesson = fc.record({
	branch: fc.constantFrom(1, 2),
	day: fc.constantFrom(-2, -1, -1, 0, 1, 1, 2),
	from: fc.integer({ min: 30, max: 40 }),
	length: fc.integer({ min: 1, max: 6 }),
	status: fc.constantFrom(1, 1, 2, 3),
	teachers: fc.subarray([1, 2, 3], { maxLength: 2 }),
	room: fc.constantFrom(null, 0, 1, 2),
	people: fc.subarray([0, 1, 2, 3, 4, 5], { maxLength: 3 }),
	group: fc.option(fc.nat(2)),
	mark: fc.constantFrom(null, undefined, 0, 1),
});
const payment = fc.record({
	branch: fc.constantFrom(1, 2),
	day: fc.constantFrom(-2, -1, -1, 0),
	who: fc.constantFrom(null, 0, 1),
	type: fc.constantFrom(1, 1, 2),
});
const schools = fc.record({
	zone: fc.constantFrom('Asia/Vladivostok', 'Europe/Moscow', 'America/New_York'),
	now: fc.constantFrom('2026-02-10T05:00:00Z', '2026-02-09T20:00:00Z', '2026-03-28T23:30:00Z'),
	fewest: fc.integer({ min: 1, max: 3 }),
	people: fc.array(person, { minLength: 6, maxLength: 6 }),
	groups: fc.array(group, { minLength: 3, maxLength: 3 }),
	lessons: fc.array(lesson, { maxLength: 12 }),
	payments: fc.array(payment, { maxLength: 4 }),
	settings: fc
		.record({
			lessonDetails: fc.constantFrom('always', 'withCustomer'),
			bodyPageSize: fc.constantFrom('ignored', 'honoured', 'refused400'),
			ignoredFilters: fc.subarray([
				...['lesson.date_from', 'lesson.date_to', 'pay.date_from', 'pay.date_to', 'pay.pay_type_id'],
				'customer.id',
			]),
		})
		.map((one) => one as Partial<Settings>),
});
type Told = typeof schools extends fc.Arbitrary<infer T> ? T : never;

const NOBODY = '2030-12-31';
const two = (number: number): string => String(number).padStart(2, '0');
const clock = (quarter: number): string => `${two(Math.floor(quarter / 4))}:${two((quarter % 4) * 15)}`;

/** The rows of a school that was told; a record's number is its place, from 1. */
function build({ zone, now, people, groups, lessons, payments, settings }: Told): SmallSchool {
	const school = new SmallSchool({ ...settings, timeZone: zone });
	const today = DateTime.fromISO(now).setZone(zone);
	const on = (day: number) => today.plus({ days: day }).toFormat('yyyy-MM-dd');
	const dotted = (day: number) => today.plus({ days: day }).toFormat('dd.MM.yyyy');
	school.addRecord('branch', { id: CLOSED_BRANCH, name: 'Закрытый филиал', is_active: 0 });
	people.forEach(({ isClient, isArchived, branch, balance, left }, index) =>
		school.addRecord('customer', {
			...{ id: index + 1, name: `Человек ${index}`, legal_type: 1, branch_ids: [branch] },
			...{
				is_study: isClient ? 1 : 0,
				e_date: isArchived ? on(-5) : NOBODY,
				balance,
				paid_lesson_count: left,
			},
		}),
	);
	groups.forEach(({ branch, isArchived, isOver, members }, index) => {
		const dates = { b_date: on(-9), e_date: on(isOver ? -1 : 9) };
		school.addRecord('group', {
			...{
				id: index + 1,
				name: `Группа ${index}`,
				branch_ids: [branch],
				removed: isArchived ? 1 : 0,
				...dates,
			},
		});
		for (const { who, from, days } of members)
			school.addRecord('cgi', {
				...{ customer_id: who + 1, group_id: index + 1, b_date: dotted(from) },
				e_date: days === null ? null : dotted(from + days),
			});
	});
	lessons.forEach((one, index) => {
		const [date, id] = [on(one.day), index + 1];
		school.addRecord('lesson', {
			...{ id, branch_id: one.branch, date, time_from: `${date} ${clock(one.from)}:00` },
			...{ time_to: `${date} ${clock(one.from + one.length)}:00`, status: one.status, subject_id: 1 },
			...{ lesson_type_id: 1, teacher_ids: one.teachers, room_id: one.room },
			...{
				customer_ids: one.people.map((who) => who + 1),
				group_ids: one.group === null ? [] : [one.group + 1],
			},
		});
		if (one.mark !== undefined && one.people.length > 0)
			school.addRecord('lesson-details', {
				...{ lesson_id: id, customer_id: one.people[0] + 1, branch_id: one.branch, is_attend: one.mark },
			});
	});
	payments.forEach(({ branch, day, who, type }, index) =>
		school.addRecord('pay', {
			...{
				id: index + 1,
				branch_id: branch,
				document_date: dotted(day),
				customer_id: who,
				pay_type_id: type,
			},
			...{ pay_account_id: 1, income: '500.00' },
		}),
	);
	return school;
}

/** What is wrong, one by one. */
function wrongIn({ people, groups, lessons, payments, fewest }: Told): string[] {
	const wrong: string[] = [];
	const isIn = (index: number, who: number, day: number) =>
		groups[index].members.some(
			(one) => one.who === who && one.from <= day && (one.days === null || one.from + one.days >= day),
		);
	const everyone = people.map((_one, index) => index);
	lessons.forEach((one, index) => {
		if (one.day !== -1) return;
		if (one.status === 1) wrong.push(`stillPlanned ${index + 1}`);
		const isTold = one.people.length > 0 && typeof one.mark === 'number';
		if (one.status === 3 && !isTold) wrong.push(`notMarked ${index + 1}`);
	});
	// Each quarter of an hour is looked at.
	const quarters = ({ from, length }: Told['lessons'][number]) => Array.from({ length }, (_, n) => from + n);
	lessons.forEach((one, a) =>
		lessons.forEach((other, b) => {
			if (a >= b || one.status !== 1 || other.status !== 1) return;
			if (one.day !== other.day || Math.abs(one.day) > 1) return;
			const isAtOnce = quarters(one).some((quarter) => quarters(other).includes(quarter));
			const sharesTeacher = one.teachers.some((id) => other.teachers.includes(id));
			const sharesRoom = Number(one.room) > 0 && one.room === other.room;
			const second = one.from > other.from ? a : b;
			if (isAtOnce && (sharesTeacher || sharesRoom)) wrong.push(`overlap ${second + 1}`);
		}),
	);
	groups.forEach(({ isArchived, isOver }, index) => {
		const members = everyone.filter((who) => !people[who].isArchived && isIn(index, who, 0));
		if (!isArchived && !isOver && members.length < fewest) wrong.push(`smallGroup ${index + 1}`);
	});
	payments.forEach(({ day, who, type }, index) => {
		if (day === -1 && type === 1 && !who) wrong.push(`noPayer ${index + 1}`);
	});
	everyone.forEach((who) => {
		const { isClient, isArchived, balance, left } = people[who];
		const comes = lessons.some(
			(one) =>
				one.day === 1 &&
				one.status === 1 &&
				(one.people.includes(who) || (one.group !== null && isIn(one.group, who, 1))),
		);
		const owes = (balance !== null && balance.startsWith('-')) || (left !== null && left <= 0);
		if (isClient && !isArchived && comes && owes) wrong.push(`comesUnpaid ${who + 1}`);
	});
	return wrong.sort();
}

const ABOUT: Record<string, string> = {
	...{ stillPlanned: 'lesson_id', notMarked: 'lesson_id', overlap: 'lesson_id', smallGroup: 'group_id' },
	...{ noPayer: 'payment_id', comesUnpaid: 'customer_id' },
};
const named = (item: IDataObject) =>
	`${String(item.check)} ${String(item[ABOUT[String(item.check)] as keyof IDataObject])}`;

afterEach(() => jest.useRealTimers());

it('random schools: what is wrong is named, each once, and nothing else', async () => {
	jest.useFakeTimers({ advanceTimers: true });
	const check = async (told: Told) => {
		jest.setSystemTime(new Date(told.now));
		const form = { resource: 'account', operation: 'dailyCheck', options: { fewest: told.fewest } };
		const { json, hints } = await build(told).run(form, { timezone: told.zone });
		expect(json.map(named).sort()).toEqual(wrongIn(told));
		expect(hints).toEqual([]);
	};
	await fc.assert(fc.asyncProperty(schools, check), { seed, numRuns: depth.dailyChecks });
}, 300_000);

it('there is something for each check in them', () => {
	const told = fc.sample(schools, { seed: 1, numRuns: 300 });
	const found = new Set(told.flatMap(wrongIn).map((one) => one.split(' ')[0]));
	expect([...found].sort()).toEqual(Object.keys(ABOUT).sort());
});

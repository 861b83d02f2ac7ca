import fc from 'fast-check';

import type { Settings } from '../../../sandbox';
import { ATTENDANCE, LESSON_STATUS, PAY_TYPE } from '../../support/codes';

/**
 * A few days of a school. Days are counted from today in the school's zone, times in quarters of an hour
 * after midnight. People, groups and lessons have no IDs here: others name them by their index.
 */
export interface School {
	zone: string;
	/** The moment of the daily check. */
	now: string;
	/** Groups with fewer members are small. */
	minMembers: number;
	people: Person[];
	groups: Group[];
	lessons: Lesson[];
	payments: Payment[];
	settings: Partial<Settings>;
}

export interface Person {
	isClient: boolean;
	isArchived: boolean;
	branch: number;
	/** Roubles, as AlfaCRM writes them. */
	balance: string | null;
	paidLessons: number | null;
}

export interface Group {
	branch: number;
	isArchived: boolean;
	/** Whether the last day of the group has passed. */
	isOver: boolean;
	memberships: Membership[];
}

interface Membership {
	person: number;
	firstDay: number;
	/** The number of days from the first to the last one. A membership without a length does not end. */
	length: number | null;
}

export interface Lesson {
	branch: number;
	day: number;
	startQuarter: number;
	quarters: number;
	status: number;
	teachers: number[];
	/** The lesson has no room if this is null or 0. */
	room: number | null;
	people: number[];
	group: number | null;
	/** The attendance of the first person: null if nobody has marked it, undefined if the lesson shows none. */
	mark: number | null | undefined;
}

interface Payment {
	branch: number;
	day: number;
	/** The ID of the payer. Both null and 0 stand for nobody. */
	customerId: number | null;
	type: number;
}

export const CLOSED_BRANCH = 3;
const PERSON_COUNT = 6;
const GROUP_COUNT = 3;

const openBranch = fc.constantFrom(1, 2);
const personIndex = fc.nat(PERSON_COUNT - 1);
const groupIndex = fc.nat(GROUP_COUNT - 1);
/** Generates true in one of three cases. */
const rarelyTrue = fc.constantFrom(false, false, true);

const person: fc.Arbitrary<Person> = fc.record({
	isClient: fc.boolean(),
	isArchived: rarelyTrue,
	branch: fc.constantFrom(1, 1, 2, 2, CLOSED_BRANCH),
	balance: fc.constantFrom('-0.50', '0.00', '800.00', null),
	paidLessons: fc.constantFrom(-1, 0, 3, null),
});

const membership: fc.Arbitrary<Membership> = fc.record({
	person: personIndex,
	firstDay: fc.integer({ min: -3, max: 3 }),
	length: fc.option(fc.nat(4)),
});

const group: fc.Arbitrary<Group> = fc.record({
	branch: openBranch,
	isArchived: rarelyTrue,
	isOver: rarelyTrue,
	memberships: fc.array(membership, { maxLength: 5 }),
});

const lesson: fc.Arbitrary<Lesson> = fc.record({
	branch: openBranch,
	day: fc.constantFrom(-2, -1, -1, 0, 1, 1, 2),
	startQuarter: fc.integer({ min: 30, max: 40 }),
	quarters: fc.integer({ min: 1, max: 6 }),
	status: fc.constantFrom(
		LESSON_STATUS.planned,
		LESSON_STATUS.planned,
		LESSON_STATUS.cancelled,
		LESSON_STATUS.held,
	),
	teachers: fc.subarray([1, 2, 3], { maxLength: 2 }),
	room: fc.constantFrom(null, 0, 1, 2),
	people: fc.subarray([0, 1, 2, 3, 4, 5], { maxLength: 3 }),
	group: fc.option(groupIndex),
	mark: fc.constantFrom(null, undefined, ATTENDANCE.missed, ATTENDANCE.attended),
});

const payment: fc.Arbitrary<Payment> = fc.record({
	branch: openBranch,
	day: fc.constantFrom(-2, -1, -1, 0),
	customerId: fc.constantFrom(null, 0, 1),
	type: fc.constantFrom(PAY_TYPE.income, PAY_TYPE.income, PAY_TYPE.refund),
});

/** Generates settings that differ from account to account. */
const settings = fc.record({
	lessonDetails: fc.constantFrom<Settings['lessonDetails'][]>('always', 'withCustomer'),
	bodyPageSize: fc.constantFrom<Settings['bodyPageSize'][]>('ignored', 'honoured', 'refused400'),
	ignoredFilters: fc.subarray([
		'lesson.date_from',
		'lesson.date_to',
		'pay.date_from',
		'pay.date_to',
		'pay.pay_type_id',
		'customer.id',
	]),
});

export const schools: fc.Arbitrary<School> = fc.record({
	zone: fc.constantFrom('Asia/Vladivostok', 'Europe/Moscow', 'America/New_York'),
	now: fc.constantFrom('2026-02-10T05:00:00Z', '2026-02-09T20:00:00Z', '2026-03-28T23:30:00Z'),
	minMembers: fc.integer({ min: 1, max: 3 }),
	people: fc.array(person, { minLength: PERSON_COUNT, maxLength: PERSON_COUNT }),
	groups: fc.array(group, { minLength: GROUP_COUNT, maxLength: GROUP_COUNT }),
	lessons: fc.array(lesson, { maxLength: 12 }),
	payments: fc.array(payment, { maxLength: 4 }),
	settings,
});

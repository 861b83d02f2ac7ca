import fc from 'fast-check';

import { startSandbox, type Row, type Sandbox } from '../../sandbox';
import { entities, entityNames } from '../../sandbox/school/entities';
import { CUSTOMER_TYPE, LESSON_STATUS, LIVE_PAY_TYPE, LOG_EVENT } from '../support/codes';
import { depth, isDeep, seed } from '../support/depth';
import { CUSTOMERS_OF_LARGE_SCHOOL, steps, takeStep, walkThroughCustomers } from './largeLists';
import { SeededSchool, toDay, toIdList } from './seededSchool';
import { allCustomers, sortIds, toIds, useSchool } from './support';

type Options = NonNullable<Parameters<typeof startSandbox>[0]>;

const FIXED_DAY = '2026-02-10';
/** The last day of a customer who is not archived. */
const OPEN_END = '2030-12-31';
const DISABLED_STAGE = 5;
const LESSON_PRICE = 800;
const THIRD_BRANCH = 3;
const DAY_MS = 86_400_000;

const startedSandboxes: Sandbox[] = [];

/** Starts a sandbox that is closed after all tests. */
async function start(options: Options = {}): Promise<Sandbox> {
	const sandbox = await startSandbox(options);
	startedSandboxes.push(sandbox);
	return sandbox;
}

let sandbox: Sandbox;
let customers: readonly Row[];

beforeAll(async () => {
	sandbox = await start();
	customers = sandbox.store.rows('customer');
});

afterAll(async () => {
	await Promise.all(startedSandboxes.map(async (startedSandbox) => await startedSandbox.close()));
});

/** Reads the records of all entities. */
const readAllRecords = ({ store }: Sandbox) => entityNames.map((entity) => store.rows(entity));

describe('the seed', () => {
	it('a seed makes the same school whatever the clock and the time zone are, even while another school is made', async () => {
		const settings = { now: '2031-05-05 05:05:05', timeZone: 'Asia/Vladivostok' };

		const [sameSeed] = await Promise.all([start({ seed: 1, settings }), start({ seed: 2 })]);

		expect(readAllRecords(sameSeed)).toEqual(readAllRecords(sandbox));
	});

	it('another seed makes other customers', async () => {
		const otherSeed = await start({ seed: 2 });

		const names = otherSeed.store.rows('customer').map(({ name }) => name);

		expect(names).not.toEqual(customers.map(({ name }) => name));
	});
});

/** An ID by which the field `name` of a record refers to a record of the entity `target`. */
interface Reference {
	path: string;
	name: string;
	target: string;
	id: unknown;
}

/** The entities of fields that are named in another way, such as the subscription in `ctt_id`. */
const IRREGULAR_NAMES: Record<string, string> = {
	ctt: 'customer-tariff',
	regular: 'regular-lesson',
	assigned: 'user',
	category: 'pay-item-category',
};

describe('the invented school', () => {
	it('the invented school has 300 customers with the IDs from 1 to 300', () => {
		const idsFrom1To300 = Array.from({ length: 300 }, (_, index) => index + 1);

		expect(toIds(customers)).toEqual(idsFrom1To300);
	});

	it.each<{ kind: string; test: (row: Row) => boolean }>([
		{
			kind: 'leads without a stage',
			test: ({ is_study, lead_status_id }) => is_study === CUSTOMER_TYPE.lead && lead_status_id === null,
		},
		{
			kind: 'archived clients',
			test: ({ is_study, e_date }) => is_study === CUSTOMER_TYPE.client && e_date !== OPEN_END,
		},
		{ kind: 'customers in two branches', test: ({ branch_ids }) => toIdList(branch_ids).length === 2 },
		{
			kind: 'customers in the third branch',
			test: ({ branch_ids }) => toIdList(branch_ids).includes(THIRD_BRANCH),
		},
		{ kind: 'customers without a day of birth', test: ({ dob }) => dob === null },
	])('the invented school has $kind', ({ test }) => {
		const customersOfKind = customers.filter(test);

		expect(customersOfKind.length).toBeGreaterThan(4);
	});

	it.each<{ rule: string; test: (row: Row) => boolean }>([
		{
			rule: 'has a Russian name and surname',
			test: ({ name }) => /^[А-ЯЁа-яё-]+ [А-ЯЁа-яё-]+$/.test(String(name)),
		},
		{
			rule: 'has only phones of the invented code 900',
			test: ({ phone }) => (phone as string[]).every((item) => /^\+7\(900\)\d{3}-\d\d-\d\d$/.test(item)),
		},
		{
			rule: 'has only emails at example.org',
			test: ({ email }) => (email as string[]).every((item) => item.endsWith('@example.org')),
		},
		{
			rule: 'was created before the last update',
			test: ({ created_at, updated_at }) => String(created_at) <= String(updated_at),
		},
		{
			rule: 'was updated until the fixed day',
			test: ({ updated_at }) => toDay(updated_at) <= FIXED_DAY,
		},
		{
			rule: 'is in no stage that is switched off',
			test: ({ lead_status_id }) => lead_status_id !== DISABLED_STAGE,
		},
	])('each customer of the invented school $rule', ({ test }) => {
		const exceptions = customers.filter((row) => !test(row));

		expect(toIds(exceptions)).toEqual([]);
	});

	it('the invented school has customers with the same phone', () => {
		const phones = customers.map(({ phone }) => (phone as string[])[0]);

		expect(new Set(phones).size).toBeLessThan(phones.length);
	});

	it('the invented school has one stage of leads that is switched off', () => {
		const disabledStages = sandbox.store.rows('lead-status').filter(({ is_enabled }) => is_enabled === 0);

		expect(toIds(disabledStages)).toEqual([DISABLED_STAGE]);
	});

	it('the customers of the invented school were created in the order of their IDs', () => {
		const times = customers.map(({ created_at }) => String(created_at));

		expect(times).toEqual([...times].sort());
	});

	it.each(entityNames)('the invented school has records of the entity %s', (entity) => {
		expect(sandbox.store.rows(entity).length).toBeGreaterThan(0);
	});

	it.each<{ values: string; kind: string; stored?: string; format: RegExp }>([
		{ values: 'sums of money', kind: 'money', format: /^-?\d+\.\d\d$/ },
		{ values: 'times', kind: 'moment', format: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/ },
		{ values: 'times of day', kind: 'clock', format: /^\d\d:\d\d$/ },
		{ values: 'whole numbers', kind: 'int', format: /^\d+$/ },
		{ values: 'ISO dates', kind: 'date', stored: 'iso', format: /^\d{4}-\d\d-\d\d$/ },
		{ values: 'dotted dates', kind: 'date', stored: 'dotted', format: /^\d\d\.\d\d\.\d{4}$/ },
	])('all $values of the invented school have the format $format', ({ kind, stored, format }) => {
		const values = readValues(kind, stored);

		expect(values.length).toBeGreaterThan(0);
		expect(values.filter(({ value }) => !format.test(value))).toEqual([]);
	});

	it('the invented school has cash collections out of and into the till, which have a sum and no customer', () => {
		const { cashCollectionIn, cashCollectionOut } = LIVE_PAY_TYPE;
		const isCollection = ({ pay_type_id }: Row) =>
			pay_type_id === cashCollectionIn || pay_type_id === cashCollectionOut;

		const collections = sandbox.store.rows('pay').filter(isCollection);

		const out = { pay_type_id: cashCollectionOut, customer_id: null, income: '15000.00' };
		const into = { pay_type_id: cashCollectionIn, customer_id: null, income: '15000.00' };
		expect(collections).toMatchObject([out, into, out, into, out, into, out, into]);
	});

	it('the records of the invented school refer only to records that exist', () => {
		const references = readReferences();

		const brokenReferences = references.filter(({ target, id }) => !sandbox.store.find(target, Number(id)));
		expect(brokenReferences).toEqual([]);
		// A low number would mean that `readReferences` overlooks some.
		expect(references.length).toBeGreaterThan(5_000);
	});

	it.each([
		{ lesson: 'a planned lesson of type 1', values: { status: LESSON_STATUS.planned, lesson_type_id: 1 } },
		{ lesson: 'a planned lesson of type 2', values: { status: LESSON_STATUS.planned, lesson_type_id: 2 } },
		{ lesson: 'a planned lesson of type 3', values: { status: LESSON_STATUS.planned, lesson_type_id: 3 } },
		{ lesson: 'a held lesson of type 1', values: { status: LESSON_STATUS.held, lesson_type_id: 1 } },
		{ lesson: 'a held lesson of type 2', values: { status: LESSON_STATUS.held, lesson_type_id: 2 } },
		{ lesson: 'a held lesson of type 3', values: { status: LESSON_STATUS.held, lesson_type_id: 3 } },
		{ lesson: 'a cancelled lesson', values: { status: LESSON_STATUS.cancelled } },
	])('the invented school has $lesson', ({ values }) => {
		expect(sandbox.store.rows('lesson')).toContainEqual(expect.objectContaining(values));
	});

	it('the invented school has no held lesson after its day, and no planned lesson before it', () => {
		const lessons = sandbox.store.rows('lesson');
		const isHeldLater = ({ status, date }: Row) => status === LESSON_STATUS.held && String(date) > FIXED_DAY;
		const isPlannedEarlier = ({ status, date }: Row) =>
			status === LESSON_STATUS.planned && String(date) < FIXED_DAY;

		expect(toIds(lessons.filter(isHeldLater))).toEqual([]);
		expect(toIds(lessons.filter(isPlannedEarlier))).toEqual([]);
	});

	it('each held lesson of the invented school has details of each of its customers, and no other lesson has details', () => {
		const hasWrongDetails = ({ id, status, customer_ids }: Row) => {
			const details = sandbox.store.where('lesson-details', 'lesson_id', id);
			const expectedCount = status === LESSON_STATUS.held ? toIdList(customer_ids).length : 0;
			return details.length !== expectedCount;
		};

		expect(toIds(sandbox.store.rows('lesson').filter(hasWrongDetails))).toEqual([]);
	});

	/**
	 * Reads the values of all fields of a kind, such as money, in all records. Of dates, it can read only those
	 * that are stored as "iso" or as "dotted".
	 */
	function readValues(kind: string, stored?: string): Array<{ path: string; name: string; value: string }> {
		return entities.flatMap(({ path, fields }) => {
			const fieldsOfKind = Object.entries(fields).filter(
				([, field]) => field.kind === kind && (!stored || (field.stored ?? 'dotted') === stored),
			);
			return fieldsOfKind.flatMap(([name]) => {
				const filledRows = sandbox.store.rows(path).filter((row) => (row[name] ?? null) !== null);
				return filledRows.map((row) => ({ path, name, value: String(row[name]) }));
			});
		});
	}

	/** Reads the IDs by which records refer to other records, such as the `teacher_ids` of a lesson. */
	function readReferences(): Reference[] {
		return entityNames.flatMap((path) =>
			sandbox.store.rows(path).flatMap((row) => readReferencesOfRow(path, row)),
		);
	}

	/** Reads the IDs in the fields of a record whose name ends in `_id` or `_ids` and names an entity. */
	function readReferencesOfRow(path: string, row: Row): Reference[] {
		return Object.entries(row).flatMap(([name, value]) => {
			const noun = /^(\w+)_ids?$/.exec(name)?.[1] ?? '';
			const target = IRREGULAR_NAMES[noun] ?? noun.replaceAll('_', '-');
			if (!entityNames.includes(target)) return [];

			const ids = [value ?? []].flat();
			return ids.map((id) => ({ path, name, target, id }));
		});
	}
});

/**
 * `startOfHour` and `endOfTime` are the start of the school's hour, and the last moment that may be in the
 * past.
 */
describe.each([
	{
		school: 'a school that is started for a leap day',
		today: '2028-02-29',
		birthday: '29.02.',
		startOfHour: '2028-02-29',
		endOfTime: '2028-02-29 23:59:59',
	},
	{
		school: 'a school that is started for a Monday at midnight',
		today: '2026-11-30 00:00:00',
		birthday: '30.11.',
		startOfHour: '2026-11-30 00',
		endOfTime: '2026-11-30 00:00:00',
	},
])('$school', ({ today, birthday, startOfHour, endOfTime }) => {
	let store: Sandbox['store'];

	beforeAll(async () => {
		({ store } = await start({ today, customers: 120 }));
	});

	it('a school that is started for a day has as many customers as were asked for', () => {
		expect(store.rows('customer')).toHaveLength(120);
	});

	it('a school that is started for a day has created its newest customer within the last 24 hours', () => {
		const newestCustomer = store.rows('customer').at(-1);

		const ageMs = Date.parse(`${endOfTime}Z`) - Date.parse(`${String(newestCustomer?.created_at)}Z`);

		expect(ageMs).toBeGreaterThan(0);
		expect(ageMs).toBeLessThan(DAY_MS);
	});

	it('a school that is started for a day has a customer whose birthday is on that day', () => {
		const birthdays = store.rows('customer').filter(({ dob }) => String(dob).startsWith(birthday));

		expect(birthdays.length).toBeGreaterThan(0);
	});

	it('a school that is started for a day has a customer with a debt', () => {
		const debtors = store.rows('customer').filter(({ balance }) => Number(balance) < 0);

		expect(debtors.length).toBeGreaterThan(0);
	});

	it('a school that is started for a day has a subscription that ends on that day', () => {
		const lastDays = store.rows('customer-tariff').map(({ e_date }) => toDay(e_date));

		expect(lastDays).toContain(toDay(today));
	});

	it('a school that is started for a day has held only lessons that are over', () => {
		const lessonsHeldTooEarly = store
			.rows('lesson')
			.filter(({ status, time_to }) => status === LESSON_STATUS.held && String(time_to) > endOfTime);

		expect(toIds(lessonsHeldTooEarly)).toEqual([]);
	});

	it('a school that is started for a day has planned only lessons that are not over', () => {
		const lessonsPlannedTooLate = store
			.rows('lesson')
			.filter(({ status, time_to }) => status === LESSON_STATUS.planned && String(time_to) <= startOfHour);

		expect(toIds(lessonsPlannedTooLate)).toEqual([]);
	});

	it('a school that is started for a day has no lesson that ends before it begins', () => {
		const reversedLessons = store
			.rows('lesson')
			.filter(({ time_from, time_to }) => String(time_from) >= String(time_to));

		expect(toIds(reversedLessons)).toEqual([]);
	});

	it('a school that is started for a day has a log in the order of time, with no entry of the future', () => {
		const times = store.rows('log').map(({ date_time }) => String(date_time));

		expect(times).toEqual([...times].sort());
		expect((times.at(-1) ?? '') <= endOfTime).toBe(true);
	});

	it('the log of an invented school shows the new status of each lesson that was updated', () => {
		const lessonEntries = store.rows('log').filter(({ entity }) => entity === 'Lesson');
		const updates = lessonEntries.filter(({ event }) => event === LOG_EVENT.updated);
		const showsOtherFields = ({ entity_id, fields_new }: Row) => {
			const { status } = store.find('lesson', Number(entity_id)) as Row;
			return JSON.stringify(fields_new) !== JSON.stringify({ status });
		};

		expect(lessonEntries.length).toBeGreaterThan(2);
		expect(toIds(updates.filter(showsOtherFields))).toEqual([]);
	});
});

describe.each<{ name: string; options: Options; startOfHour: string }>([
	{ name: 'the school of the fixed day', options: {}, startOfHour: '2026-02-10 12:00:00' },
	{
		name: 'a school that lives today',
		options: { today: '2026-11-30 14:20:00' },
		startOfHour: '2026-11-30 14:00:00',
	},
	{
		name: 'a small school that begins its day',
		options: { today: '2028-02-29 00:10:00', customers: 60 },
		startOfHour: '2028-02-29 00:00:00',
	},
])('$name', ({ options, startOfHour }) => {
	let school: SeededSchool;

	beforeAll(async () => {
		const { store } = await start(options);
		school = new SeededSchool(store, startOfHour.slice(0, 10));
	});

	it('no teacher of an invented school has two lessons at the same time', () => {
		const teacherTimes = school
			.readRecords('lesson')
			.filter(({ status }) => status !== LESSON_STATUS.cancelled)
			.flatMap(({ teacher_ids, time_from }) =>
				toIdList(teacher_ids).map((teacher) => `${teacher} at ${String(time_from)}`),
			);

		// A time at which a teacher has two lessons would be in the list twice.
		expect(teacherTimes).not.toEqual([]);
		expect(new Set(teacherTimes).size).toBe(teacherTimes.length);
	});

	it('no room of an invented school has two lessons at the same time', () => {
		const roomTimes = school
			.readRecords('lesson')
			.filter(({ status }) => status !== LESSON_STATUS.cancelled)
			.map(({ room_id, time_from }) => `${String(room_id)} at ${String(time_from)}`);

		// A time at which a room has two lessons would be in the list twice.
		expect(roomTimes).not.toEqual([]);
		expect(new Set(roomTimes).size).toBe(roomTimes.length);
	});

	it.each<{ rule: string; test: (customer: Row, seeded: SeededSchool) => boolean }>([
		{
			rule: 'the day of the last lesson that the customer attended',
			test: ({ id, last_attend_date }, seeded) => {
				const attendedDays = seeded.readAttendedDays(id);
				return attendedDays.length === 0 || last_attend_date === attendedDays.at(-1);
			},
		},
		{
			rule: 'a last attendance before the missed lessons of a customer who attended none',
			test: ({ id, last_attend_date }, seeded) => {
				if (seeded.readAttendedDays(id).length > 0) return true;
				return seeded.readMissedDays(id).every((day) => String(last_attend_date ?? '') < day);
			},
		},
		{
			rule: 'no attendance before the customer was created',
			test: ({ last_attend_date, created_at }) =>
				last_attend_date === null || String(last_attend_date) >= toDay(created_at),
		},
		{
			rule: 'no attendance after the customer has left',
			test: ({ last_attend_date, e_date }) =>
				e_date === OPEN_END || String(last_attend_date ?? '') <= String(e_date),
		},
		{
			rule: 'the time of the next planned lesson',
			test: ({ id, next_lesson_date }, seeded) => next_lesson_date === seeded.findNextLessonTime(id),
		},
		{
			rule: 'as many paid lessons as the balance pays',
			test: ({ balance, paid_count, paid_lesson_count }) => {
				const lessons = Math.max(0, Number(balance)) / LESSON_PRICE;
				return paid_count === lessons && paid_lesson_count === lessons;
			},
		},
		{
			rule: 'until when lessons are paid only if some are paid',
			test: ({ paid_count, paid_till }) => (paid_till === null) === (paid_count === 0),
		},
		{
			rule: 'no paid time that is over',
			test: ({ paid_till }) => paid_till === null || String(paid_till) >= startOfHour,
		},
	])('the card of every invented customer shows $rule', ({ test }) => {
		const exceptions = school.readRecords('customer').filter((customer) => !test(customer, school));

		expect(toIds(exceptions)).toEqual([]);
	});

	it('the newest subscription of an invented customer shows the same paid lessons as the card', () => {
		const differsFromCard = ({ id, balance, paid_count, paid_lesson_count, paid_till }: Row) => {
			const subscription = school.findNewestSubscription(id);
			return (
				subscription.balance !== balance ||
				subscription.paid_count !== paid_count ||
				subscription.paid_lesson_count !== paid_lesson_count ||
				subscription.paid_till !== paid_till
			);
		};
		const subscribers = school
			.readRecords('customer')
			.filter(({ id }) => school.findNewestSubscription(id) !== undefined);

		expect(subscribers.length).toBeGreaterThan(0);
		expect(toIds(subscribers.filter(differsFromCard))).toEqual([]);
	});

	it('the newest subscription of an invented customer lasts for as long as lessons are paid', () => {
		const endsTooEarly = ({ customer_id }: Row) => {
			const { paid_till, e_date } = school.findNewestSubscription(Number(customer_id));
			return paid_till !== null && toDay(paid_till) > toDay(e_date);
		};

		expect(toIds(school.readRecords('customer-tariff').filter(endsTooEarly))).toEqual([]);
	});

	it.each([
		{ records: 'membership', entity: 'cgi', dayField: 'b_date' },
		{ records: 'subscription', entity: 'customer-tariff', dayField: 'b_date' },
		{ records: 'payment', entity: 'pay', dayField: 'document_date' },
		{ records: 'text message', entity: 'sms-message', dayField: 'added' },
		{ records: 'mail', entity: 'mail-message', dayField: 'added' },
		{ records: 'phone call', entity: 'phone-call', dayField: 'added' },
	])('an invented school has no $records that is older than its customer', ({ entity, dayField }) => {
		expect(toIds(school.findRecordsBeforeCustomer(entity, dayField))).toEqual([]);
	});

	it('an invented school has no attendance that is older than its customer', () => {
		const isEarly = ({ id, created_at }: Row) => {
			const lessonDays = [...school.readAttendedDays(id), ...school.readMissedDays(id)];
			return lessonDays.some((day) => day < toDay(created_at));
		};

		expect(toIds(school.readRecords('customer').filter(isEarly))).toEqual([]);
	});

	it('an invented school has no customer whose card was created before the customer was born', () => {
		const isUnborn = ({ dob, created_at }: Row) => dob !== null && toDay(dob) >= toDay(created_at);

		expect(toIds(school.readRecords('customer').filter(isUnborn))).toEqual([]);
	});

	it('a lesson of an invented group has only members of the group', () => {
		const hasStranger = (lesson: Row) => {
			const groups = toIdList(lesson.group_ids);
			const attendees = school.readAttendees(lesson);
			return groups.some((group) => {
				const members = school.readMembers(group, String(lesson.date));
				return attendees.some((attendee) => !members.includes(attendee));
			});
		};

		expect(toIds(school.readRecords('lesson').filter(hasStranger))).toEqual([]);
	});

	it('a planned lesson of an invented group has each member of the group once', () => {
		const comingLessons = school.findComingGroupLessons();
		const lacksMember = (lesson: Row) => {
			const attendees = sortIds(school.readAttendees(lesson));
			const members = sortIds(school.readMembersOfLesson(lesson));
			return attendees.join() !== members.join();
		};

		expect(comingLessons.length).toBeGreaterThan(0);
		expect(toIds(comingLessons.filter(lacksMember))).toEqual([]);
	});

	it('only every third invented group has planned lessons that name no customers', () => {
		const namelessLessons = school
			.findComingGroupLessons()
			.filter(({ customer_ids }) => toIdList(customer_ids).length === 0);

		const groups = namelessLessons.flatMap(({ group_ids }) => toIdList(group_ids));

		expect(groups.length).toBeGreaterThan(0);
		// Groups 1, 4, 7 and so on.
		expect(groups.filter((group) => group % 3 !== 1)).toEqual([]);
	});

	it.each([
		{ entity: 'customer', dayField: 'created_at' },
		{ entity: 'customer', dayField: 'updated_at' },
		{ entity: 'customer', dayField: 'last_attend_date' },
		{ entity: 'lesson', dayField: 'created_at' },
		{ entity: 'lesson', dayField: 'updated_at' },
		{ entity: 'task', dayField: 'created_at' },
		{ entity: 'task', dayField: 'done_date' },
		{ entity: 'pay', dayField: 'created_at' },
		{ entity: 'pay', dayField: 'document_date' },
		{ entity: 'communication', dayField: 'added' },
		{ entity: 'log', dayField: 'date_time' },
	])('an invented school has no $entity whose $dayField is in the future', ({ entity, dayField }) => {
		expect(school.findRecordsOfFuture(entity, dayField)).toEqual([]);
	});
});

/** The number of customers: that of the largest schools in a deep run, fewer in a quick one. */
const CUSTOMERS_OF_LARGEST_SCHOOL = isDeep ? 130_000 : 12_000;

describe('the largest school', () => {
	const school = useSchool({ pageSize: 500 }, { customers: CUSTOMERS_OF_LARGEST_SCHOOL });

	it('the largest school lists each of its customers once over all pages', async () => {
		const rows = await school.listEveryPage('customer/index', allCustomers);

		expect(rows).toHaveLength(CUSTOMERS_OF_LARGEST_SCHOOL);
		expect(new Set(toIds(rows)).size).toBe(CUSTOMERS_OF_LARGEST_SCHOOL);
	}, 120_000);

	it('the largest school has 300 groups', () => {
		expect(school.readRecords('group')).toHaveLength(300);
	});

	it('the largest school has fewer than 12000 records of each other entity', () => {
		const largeEntities = entityNames.filter((entity) => school.readRecords(entity).length >= 12_000);

		expect(largeEntities).toEqual(['customer']);
	});
});

describe('the index of a large school', () => {
	const school = useSchool({ pageSize: 500 }, { customers: CUSTOMERS_OF_LARGE_SCHOOL });

	it('the index of a large school finds the same customers, in the same order, as a walk through all of them', async () => {
		const snapshot = school.sandbox.snapshot();

		await fc.assert(
			fc.asyncProperty(steps, async (history) => {
				school.sandbox.restore(snapshot);

				for (const step of history) {
					await takeStep(school, step);
				}

				const { ids } = await school.call('customer/index', allCustomers);
				expect(ids).toEqual(walkThroughCustomers(school, () => true));
			}),
			{ seed, numRuns: depth.largeLists },
		);
	});
});

import fc from 'fast-check';

import { startSandbox, type JsonObject, type Row, type Sandbox } from '../../sandbox';
import { entities, entityNames } from '../../sandbox/school/entities';
import { customer } from '../../sandbox/school/entities/customer';
import { depth, isDeep, seed } from '../support/depth';
import { toIsoDay, allCustomers, toIds, useSchool } from './support';

const open: Sandbox[] = [];
async function start(options: Parameters<typeof startSandbox>[0] = {}) {
	const sandbox = await startSandbox(options);
	open.push(sandbox);
	return sandbox;
}
afterAll(async () => await Promise.all(open.map((sandbox) => sandbox.close())));

let sandbox: Sandbox;
let customers: readonly Row[];
beforeAll(async () => {
	sandbox = await start();
	customers = sandbox.store.rows('customer');
});

const all = ({ store }: Sandbox) => entityNames.map((entity) => store.rows(entity));

describe('the invented school', () => {
	it('is the same for the same seed and another for another, whatever the clock, the zone and what runs beside', async () => {
		const settings = { now: '2031-05-05 05:05:05', timeZone: 'Asia/Vladivostok' };
		const [one, other] = await Promise.all([start({ seed: 1, settings }), start({ seed: 2 })]);
		expect(all(one)).toEqual(all(sandbox));
		expect(other.store.rows('customer').map(({ name }) => name)).not.toEqual(
			customers.map(({ name }) => name),
		);
	});

	it.each<[sort: string, test: (row: Row) => boolean]>([
		['leads without a stage', (row) => row.is_study === 0 && row.lead_status_id === null],
		['archived clients', (row) => row.is_study === 1 && row.e_date !== '2030-12-31'],
		['customers in two branches', (row) => (row.branch_ids as number[]).length === 2],
		['customers in the third branch', (row) => (row.branch_ids as number[]).includes(3)],
		['customers without a day of birth', (row) => row.dob === null],
	])('has 300 customers, %s among them', (_sort, test) => {
		expect(customers).toHaveLength(300);
		expect(customers.filter(test).length).toBeGreaterThan(4);
	});

	it('is made of clearly invented data in the formats of the service', () => {
		for (const row of customers) {
			expect(row.name).toMatch(/^[А-ЯЁа-яё-]+ [А-ЯЁа-яё-]+$/);
			for (const phone of row.phone as string[]) expect(phone).toMatch(/^\+7\(900\)\d{3}-\d\d-\d\d$/);
			for (const email of row.email as string[]) expect(email).toMatch(/@example\.org$/);
			expect(String(row.created_at) <= String(row.updated_at)).toBe(true);
			expect(String(row.updated_at) < '2026-02-11').toBe(true);
		}
		const phones = customers.map((row) => (row.phone as string[])[0]);
		expect(new Set(phones).size).toBeLessThan(phones.length);
	});

	it('holds values of the kinds that the fields have, something in every list', () => {
		const forms: Record<string, RegExp> = {
			...{ money: /^-?\d+\.\d\d$/, moment: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, clock: /^\d\d:\d\d$/ },
			...{ int: /^\d+$/, iso: /^\d{4}-\d\d-\d\d$/, dotted: /^\d\d\.\d\d\.\d{4}$/ },
		};
		const odd: unknown[] = [];
		for (const { path, fields } of entities) {
			expect(sandbox.store.rows(path).length).toBeGreaterThan(0);
			for (const row of sandbox.store.rows(path)) {
				for (const [name, { kind, stored = 'dotted' }] of Object.entries(fields)) {
					const form = forms[kind === 'date' ? stored : kind];
					const value = row[name] ?? null;
					if (form && value !== null && !form.test(String(value))) odd.push([path, row.id, name, value]);
				}
			}
		}
		expect(odd).toEqual([]);
	});

	it('holds cash collections in and out, which have a sum and no customer', () => {
		const collections = sandbox.store
			.rows('pay')
			.filter(({ pay_type_id }) => pay_type_id === 11 || pay_type_id === 12);

		const shown = collections.map(({ pay_type_id, customer_id, income }) => ({
			pay_type_id,
			customer_id,
			income,
		}));

		const out = { pay_type_id: 12, customer_id: null, income: '15000.00' };
		const into = { pay_type_id: 11, customer_id: null, income: '15000.00' };
		expect(shown).toEqual([out, into, out, into, out, into, out, into]);
	});

	it('has grown in the order of its ids, and has no leads in the stage that is switched off', () => {
		const times = customers.map((row) => String(row.created_at));
		expect(times).toEqual([...times].sort());
		expect(toIds(customers)).toEqual(customers.map((_row, index) => index + 1));
		const off = sandbox.store.rows('lead-status').filter((row) => row.is_enabled === 0);
		expect(toIds(off)).toEqual([5]);
		expect(customers.filter((row) => row.lead_status_id === 5)).toEqual([]);
	});

	it('refers to nothing that is not there', () => {
		/** By the fields that are not called by its name, the entity that they refer to. */
		const others: Record<string, string> = {
			...{ ctt: 'customer-tariff', regular: 'regular-lesson' },
			...{ assigned: 'user', category: 'pay-item-category' },
		};
		const lost: unknown[] = [];
		let seen = 0;
		for (const path of entityNames) {
			for (const row of sandbox.store.rows(path)) {
				for (const [name, held] of Object.entries(row)) {
					const [, noun = ''] = /^(\w+)_ids?$/.exec(name) ?? [];
					const target = others[noun] ?? noun.replaceAll('_', '-');
					if (!(entityNames as readonly string[]).includes(target)) continue;
					for (const id of [held ?? []].flat()) {
						seen += 1;
						if (!sandbox.store.find(target, Number(id))) lost.push([path, row.id, name, id]);
					}
				}
			}
		}
		expect(lost).toEqual([]);
		expect(seen).toBeGreaterThan(5_000);
	});

	it('has lessons of every status and sort around its day, details where they are over', () => {
		const lessons = sandbox.store.rows('lesson');
		const sorts = lessons.map((one) => `${String(one.status)}.${String(one.lesson_type_id)}`);
		for (const sort of ['1.1', '1.2', '1.3', '3.1', '3.2', '3.3']) expect(sorts).toContain(sort);
		expect(lessons.map(({ status }) => status)).toContain(2);
		for (const { id, status, date, customer_ids } of lessons) {
			if (status === 3) expect(String(date) <= '2026-02-10').toBe(true);
			if (status === 1) expect(String(date) >= '2026-02-10').toBe(true);
			const details = sandbox.store.where('lesson-details', 'lesson_id', id);
			expect(details).toHaveLength(status === 3 ? (customer_ids as number[]).length : 0);
		}
	});

	// A leap day, a Monday before anything has happened.
	it.each(['2028-02-29', '2026-11-30 00:00:00'])('lives on another day: %s', async (today) => {
		const { store } = await start({ today, customers: 120 });
		const [day, moment] = [today.slice(0, 10), today.padEnd(19, ' 23:59:59')];
		const people = store.rows('customer');
		expect(people).toHaveLength(120);
		const ageMs = Date.parse(`${moment}Z`) - Date.parse(`${String(people.at(-1)?.created_at)}Z`);
		expect(ageMs).toBeGreaterThan(0);
		expect(ageMs).toBeLessThan(86_400_000);

		const [, month, date] = day.split('-');
		expect(people.some(({ dob }) => String(dob).startsWith(`${date}.${month}.`))).toBe(true);
		expect(people.some(({ balance }) => Number(balance) < 0)).toBe(true);
		expect(store.rows('customer-tariff').map(({ e_date }) => toIsoDay(e_date))).toContain(day);

		for (const { status, time_from, time_to } of store.rows('lesson')) {
			if (status === 3) expect(String(time_to) <= moment).toBe(true);
			if (status === 1) expect(String(time_to) > today.slice(0, 13)).toBe(true);
			expect(String(time_from) < String(time_to)).toBe(true);
		}

		const times = store.rows('log').map(({ date_time }) => String(date_time));
		expect(times).toEqual([...times].sort());
		expect((times.at(-1) ?? '') <= moment).toBe(true);
		const told = store.rows('log').filter(({ entity }) => entity === 'Lesson');
		expect(told.length).toBeGreaterThan(2);
		for (const { entity_id, event, fields_new } of told.filter((entry) => entry.event === 2))
			expect([event, fields_new]).toEqual([2, { status: store.find('lesson', Number(entity_id))?.status }]);
	});
});

describe.each<[school: string, options: Parameters<typeof startSandbox>[0]]>([
	['of a fixed day', {}],
	['that lives today', { today: '2026-11-30 14:20:00' }],
	['that is small and begins its day', { today: '2028-02-29 00:10:00', customers: 60 }],
])('a school %s does not contradict itself:', (_school, options) => {
	let store: Sandbox['store'];
	let now: string;
	beforeAll(async () => {
		({ store } = await start(options));
		now = (options?.today ?? '2026-02-10 12:00:00').slice(0, 14).padEnd(16, '0').concat(':00');
	});
	const rows = (entity: string) => store.rows(entity);
	const customerOf = ({ customer_id }: Row) => store.find('customer', Number(customer_id)) as Row;
	const idsIn = (value: unknown) => value as number[];
	const dayIn = (value: unknown) => toIsoDay(String(value)).slice(0, 10);
	/** What is so, and should not be. */
	const none = (found: readonly Row[]) => expect(found.slice(0, 3)).toEqual([]);
	const membersOn = (group: number, day: string): number[] =>
		store
			.where('cgi', 'group_id', group)
			.filter(({ b_date, e_date }) => dayIn(b_date) <= day && (e_date === null || dayIn(e_date) >= day))
			.map(({ customer_id }) => Number(customer_id));
	/** Those whom a lesson names, or the members of its groups if it is still to come and names nobody. */
	const attendeesOf = ({ status, date, customer_ids, group_ids }: Row): number[] => {
		const named = idsIn(customer_ids);
		if (named.length > 0 || status !== 1) return named;
		return idsIn(group_ids).flatMap((group) => membersOn(group, String(date)));
	};

	it('no teacher and no room has two lessons at once', () => {
		const taken = rows('lesson').flatMap(({ status, time_from, room_id, teacher_ids }) =>
			status === 2
				? []
				: [['room', room_id], ...(teacher_ids as number[]).map((id) => ['teacher', id])].map((place) =>
						[...place, time_from].join(' '),
					),
		);
		expect(taken).not.toEqual([]);
		expect(new Set(taken).size).toBe(taken.length);
	});

	it('a card says when the customer came last, comes next, and until when lessons are paid', () => {
		for (const row of rows('customer')) {
			const details = store.where('lesson-details', 'customer_id', row.id);
			const lessonsOf = details.map((one) => [one, store.find('lesson', Number(one.lesson_id))] as const);
			const attended = lessonsOf.filter(([one]) => one.is_attend === 1).map(([, one]) => String(one?.date));
			const missed = lessonsOf.filter(([one]) => one.is_attend === 0).map(([, one]) => String(one?.date));
			const last = row.last_attend_date === null ? '' : String(row.last_attend_date);
			if (attended.length > 0) expect([row.id, last]).toEqual([row.id, attended.sort().at(-1)]);
			else for (const date of missed) expect(last < date).toBe(true);
			if (last !== '') expect(last >= dayIn(row.created_at)).toBe(true);
			const planned = rows('lesson').filter(
				(lesson) => lesson.status === 1 && attendeesOf(lesson).includes(row.id),
			);
			const [next = null] = planned.map(({ time_from }) => String(time_from)).sort();
			expect([row.id, row.next_lesson_date]).toEqual([row.id, next]);

			const { balance, paid_count, paid_lesson_count, paid_till, e_date } = row;
			const lessons = Math.max(0, Number(balance)) / 800;
			expect([row.id, paid_count, paid_lesson_count]).toEqual([row.id, lessons, lessons]);
			expect(paid_till === null).toBe(lessons === 0);
			if (paid_till !== null) expect(String(paid_till) >= now).toBe(true);
			if (e_date !== '2030-12-31') expect(last <= String(e_date)).toBe(true);
		}
	});

	it('a subscription says what the card says, and lasts for as long as is paid', () => {
		for (const { customer_id } of rows('customer-tariff')) {
			const row = store.where('customer-tariff', 'customer_id', customer_id ?? 0).at(-1) as Row;
			const paid = ({ balance, paid_count, paid_lesson_count, paid_till }: Row) => [
				...[balance, paid_count, paid_lesson_count, paid_till],
			];
			expect(paid(row)).toEqual(paid(customerOf(row)));
			if (row.paid_till !== null) expect(dayIn(row.paid_till) <= dayIn(row.e_date)).toBe(true);
		}
	});

	it('nobody is in a group, has a subscription, pays, comes or is spoken of before the school knows them', () => {
		const isEarly = (name: string) => (row: Row) =>
			row.customer_id !== null && dayIn(row[name]) < dayIn(customerOf(row).created_at);
		none(rows('cgi').filter(isEarly('b_date')));
		none(rows('customer-tariff').filter(isEarly('b_date')));
		none(rows('pay').filter(isEarly('document_date')));
		for (const sort of ['sms-message', 'mail-message', 'phone-call'])
			none(rows(sort).filter(isEarly('added')));
		for (const { lesson_id, ...one } of rows('lesson-details')) {
			const date = String(store.find('lesson', Number(lesson_id))?.date);
			expect(date >= dayIn(customerOf(one as Row).created_at)).toBe(true);
		}
		none(rows('customer').filter(({ dob, created_at }) => dob !== null && dayIn(dob) >= dayIn(created_at)));
	});

	it('who comes to the lesson of a group is in it on that day, once, and those who are in it come', () => {
		for (const lesson of rows('lesson')) {
			const { id, date, group_ids, status } = lesson;
			for (const group of idsIn(group_ids)) {
				const members = membersOn(group, String(date));
				const attendees = attendeesOf(lesson);
				expect([id, attendees.filter((one) => !members.includes(one))]).toEqual([id, []]);
				if (status === 1 && String(date) > now.slice(0, 10))
					expect([id, [...attendees].sort()]).toEqual([id, [...members].sort()]);
			}
		}
	});

	it('lessons to come of some groups name nobody, and those of other groups name all members', () => {
		const ahead = rows('lesson').filter(
			({ status, group_ids, date }) =>
				status === 1 &&
				String(date) > now.slice(0, 10) &&
				idsIn(group_ids).some((group) => membersOn(group, String(date)).length > 0),
		);
		const isNameless = ({ customer_ids }: Row) => idsIn(customer_ids).length === 0;
		expect(ahead.some(isNameless)).toBe(true);
		for (const { group_ids } of ahead.filter(isNameless)) {
			expect(idsIn(group_ids).map((group) => group % 3)).toEqual([1]);
		}
	});

	it('nothing that has happened is to come', () => {
		for (const [entity, ...names] of [
			['customer', 'created_at', 'updated_at', 'last_attend_date'],
			['lesson', 'created_at', 'updated_at'],
			['task', 'created_at', 'done_date'],
			['pay', 'created_at', 'document_date'],
			['communication', 'added'],
			['log', 'date_time'],
		])
			for (const name of names)
				none(rows(entity).filter((row) => row[name] !== null && dayIn(row[name]) > now.slice(0, 10)));
	});
});

/** As many as the largest of schools have, where there is time for it. */
const MANY = isDeep ? 130_000 : 12_000;

describe(`${MANY} customers`, () => {
	const school = useSchool({ pageSize: 500 }, { customers: MANY });
	it('are all served, page by page, and what depends on them stays within bounds', async () => {
		const rows = await school.listEveryPage('customer/index', allCustomers);
		expect(new Set(toIds(rows)).size).toBe(MANY);
		expect(school.readRecords('group')).toHaveLength(300);
		for (const name of entityNames) {
			if (name !== 'customer') expect(school.readRecords(name).length).toBeLessThan(12_000);
		}
	}, 120_000);
});

describe('what makes large lists fast', () => {
	const school = useSchool({ pageSize: 500 }, { customers: 1_200 });

	const digits = (text: string) => text.replace(/\D/g, '');
	const part = fc.tuple(fc.nat({ max: 1_199 }), fc.nat({ max: 8 }), fc.integer({ min: 1, max: 12 }));
	const id = fc.integer({ min: 1, max: 1_200 });
	const step = fc.oneof(
		fc.record({ do: fc.constantFrom('phone' as const, 'email' as const, 'name' as const), part }),
		fc.record({ do: fc.constantFrom('change' as const, 'remove' as const), id }),
		fc.record({ do: fc.constant('add' as const), n: fc.nat({ max: 999 }) }),
	);

	/** By the plain meaning of filter and order. */
	const expected = (test: (row: Row) => boolean) => {
		const rank = (row: Row) => customer.sortKey(row);
		const found = school.readRecords('customer').filter(test);
		return toIds([...found].sort((a, b) => rank(a) - rank(b) || b.id - a.id)).slice(0, 500);
	};

	it('finds what a walk through all of them would find, in the same order', async () => {
		const { store } = school.sandbox;
		const snapshot = school.sandbox.snapshot();
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
				school.sandbox.restore(snapshot);
				for (const one of steps) {
					if (one.do === 'add') store.insert('customer', { name: 'Ёлкин', phone: [`+7(911)${one.n}`] });
					if (one.do === 'remove') store.remove('customer', one.id);
					if (one.do === 'change') {
						const values: JsonObject = { email: [`x${one.id}@y.example`], is_study: one.id % 2, phone: [] };
						store.patch('customer', one.id, values);
					}
					if (!('part' in one)) continue;
					const rows = store.rows('customer');
					const [place, from, length] = one.part;
					const row = rows[place % rows.length] as Row;
					const [held = ''] = [row[one.do] ?? []].flat();
					const text = String(held)
						.slice(from, from + length)
						.trim();
					const plain = (value: unknown) =>
						one.do === 'phone' ? digits(String(value)) : String(value).toLowerCase();
					const wanted = plain(text);
					if (wanted === '') continue;
					const { ids } = await school.call('customer/index', { ...allCustomers, [one.do]: text });
					const holdsIt = ({ [one.do]: value }: Row) =>
						[value ?? []].flat().some((item) => plain(item).includes(wanted));
					expect(ids).toEqual(expected(holdsIt));
				}
				const { ids } = await school.call('customer/index', allCustomers);
				expect(ids).toEqual(expected(() => true));
			}),
			{ seed, numRuns: depth.largeLists },
		);
	});
});

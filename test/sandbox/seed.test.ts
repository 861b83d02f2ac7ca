import { startSandbox, type Row, type Sandbox } from '../../sandbox';
import { entities, entityNames } from '../../sandbox/school/entities';

const open: Sandbox[] = [];
async function start(options: Parameters<typeof startSandbox>[0] = {}) {
	const sandbox = await startSandbox(options);
	open.push(sandbox);
	return sandbox;
}
afterAll(() => Promise.all(open.map((sandbox) => sandbox.close())));

let sandbox: Sandbox;
let customers: readonly Row[];
beforeAll(async () => {
	sandbox = await start();
	customers = sandbox.store.rows('customer');
});

const count = (test: (row: Row) => boolean) => customers.filter(test).length;
const all = ({ store }: Sandbox) => entityNames.map((entity) => store.rows(entity));

describe('the invented school', () => {
	it('is the same for the same seed and another for another', async () => {
		expect(all(await start({ seed: 1 }))).toEqual(all(sandbox));
		const other = await start({ seed: 2 });
		expect(other.store.rows('customer').map(({ name }) => name)).not.toEqual(
			customers.map(({ name }) => name),
		);
	});

	it('does not depend on the clock, the zone or what runs beside it', async () => {
		const settings = { now: '2031-05-05 05:05:05', timeZone: 'Asia/Vladivostok' };
		const [one, two] = await Promise.all([start({ settings }), start({ seed: 1 })]);
		expect(all(one)).toEqual(all(sandbox));
		expect(all(two)).toEqual(all(sandbox));
	});

	it('has 300 customers of every sort', () => {
		expect(customers).toHaveLength(300);
		const sorts = [
			count((row) => row.is_study === 0),
			count((row) => row.is_study === 1),
			count((row) => row.is_study === 0 && row.lead_status_id === null),
			count((row) => row.is_study === 0 && row.e_date !== '2030-12-31'),
			count((row) => row.is_study === 1 && row.e_date !== '2030-12-31'),
			count((row) => (row.branch_ids as number[]).length === 2),
			count((row) => (row.branch_ids as number[]).includes(3)),
			count((row) => row.dob === null),
		];
		for (const size of sorts) expect(size).toBeGreaterThan(4);
		const phones = customers.map((row) => (row.phone as string[])[0]);
		expect(new Set(phones).size).toBeLessThan(phones.length);
	});

	it('is made of clearly invented data in the formats of the service', () => {
		for (const row of customers) {
			expect(row.name).toMatch(/^[А-ЯЁа-яё-]+ [А-ЯЁа-яё-]+$/);
			expect(String(row.name).length).toBeLessThanOrEqual(50);
			for (const phone of row.phone as string[]) expect(phone).toMatch(/^\+7\(900\)\d{3}-\d\d-\d\d$/);
			for (const email of row.email as string[]) expect(email).toMatch(/@example\.org$/);
			expect(row.created_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
			expect(String(row.created_at) <= String(row.updated_at)).toBe(true);
			expect(String(row.updated_at) < '2026-02-11').toBe(true);
			expect(row.e_date).toMatch(/^\d{4}-\d\d-\d\d$/);
			expect(row.dob ?? '01.01.2000').toMatch(/^\d\d\.\d\d\.\d{4}$/);
			expect(row.balance).toMatch(/^\d+\.00$/);
			expect(row).toHaveProperty('custom_school');
		}
	});

	it('has grown in the order of its ids', () => {
		const times = customers.map((row) => String(row.created_at));
		expect(times).toEqual([...times].sort());
		expect(customers.map(({ id }) => id)).toEqual(customers.map((_row, index) => index + 1));
	});

	it('has a stage that is switched off and holds no leads', () => {
		expect(sandbox.store.rows('lead-status').filter((row) => row.is_enabled === 0)).toMatchObject([
			{ id: 5 },
		]);
		expect(count((row) => row.lead_status_id === 5)).toBe(0);
	});

	it('can be empty of customers', async () => {
		const empty = await start({ customers: 0 });
		expect(empty.store.rows('customer')).toEqual([]);
		expect(empty.store.insert('customer', { name: 'Х' }).id).toBe(1);
	});

	it('fills every list', () => {
		for (const name of entityNames) expect(sandbox.store.rows(name).length).toBeGreaterThan(0);
	});

	it('refers to nothing that is not there', () => {
		const targets: Record<string, string> = {
			customer_id: 'customer',
			customer_ids: 'customer',
			group_id: 'group',
			group_ids: 'group',
			teacher_ids: 'teacher',
			branch_id: 'branch',
			branch_ids: 'branch',
			room_id: 'room',
			location_id: 'location',
			subject_id: 'subject',
			subject_ids: 'subject',
			tariff_id: 'tariff',
			ctt_id: 'customer-tariff',
			lesson_id: 'lesson',
			lesson_type_id: 'lesson-type',
			regular_id: 'regular-lesson',
			level_id: 'level',
			user_id: 'user',
			user_ids: 'user',
			assigned_id: 'user',
			pipeline_id: 'pipeline',
			pay_type_id: 'pay-type',
			pay_account_id: 'pay-account',
			pay_item_id: 'pay-item',
			category_id: 'pay-item-category',
		};
		const lost: unknown[] = [];
		for (const path of entityNames) {
			for (const row of sandbox.store.rows(path)) {
				for (const [name, target] of Object.entries(targets)) {
					const held = row[name] ?? [];
					for (const id of Array.isArray(held) ? held : [held]) {
						if (!sandbox.store.find(target, Number(id))) lost.push([path, row.id, name, id]);
					}
				}
			}
		}
		expect(lost).toEqual([]);
	});

	it('holds values of the kinds that the fields have', () => {
		const forms: Record<string, RegExp> = {
			money: /^-?\d+\.\d\d$/,
			moment: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
			clock: /^\d\d:\d\d$/,
			int: /^\d+$/,
			iso: /^\d{4}-\d\d-\d\d$/,
			dotted: /^\d\d\.\d\d\.\d{4}$/,
		};
		const odd: unknown[] = [];
		for (const { path, fields } of entities) {
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

	it('has lessons of every status and sort around its day, details where they are over', () => {
		const lessons = sandbox.store.rows('lesson');
		for (const status of [1, 2, 3]) {
			for (const lesson_type_id of [1, 2, 3]) {
				const some = lessons.filter((row) => row.status === status && row.lesson_type_id === lesson_type_id);
				expect(some.length + (status === 2 ? 1 : 0)).toBeGreaterThan(0);
			}
		}
		for (const { id, status, date, customer_ids } of lessons) {
			if (status === 3) expect(String(date) <= '2026-02-10').toBe(true);
			if (status === 1) expect(String(date) >= '2026-02-10').toBe(true);
			const details = sandbox.store.where('lesson-details', 'lesson_id', id);
			expect(details).toHaveLength(status === 3 ? (customer_ids as number[]).length : 0);
		}
	});

	it('has memberships that are over, current and to come', () => {
		const ends = sandbox.store.rows('cgi').map(({ b_date, e_date }) => `${String(b_date)}-${String(e_date)}`);
		for (const pattern of [/-30\.06\.2025$/, /-null$/, /-31\.05\.2035$/, /^01\.09\.2035-/]) {
			expect(ends.some((text) => pattern.test(text))).toBe(true);
		}
	});

	// A leap day, a new year, a Sunday at night, a Monday before anything has happened.
	it.each(['2028-02-29', '2027-01-01 09:30:00', '2026-11-29 23:59:59', '2026-11-30 00:00:00'])(
		'lives on another day: %s',
		async (today) => {
			const { store } = await start({ today, customers: 120 });
			const rows = (entity: string) => store.rows(entity);
			const [day, moment] = [today.slice(0, 10), today.padEnd(19, ' 23:59:59')];
			expect(rows('customer')).toHaveLength(120);

			const [youngest, ...older] = [...rows('customer')].reverse();
			const ageMs = Date.parse(`${moment}Z`) - Date.parse(`${String(youngest.created_at)}Z`);
			expect(ageMs).toBeGreaterThan(0);
			expect(ageMs).toBeLessThan(86_400_000);
			for (const { created_at } of older) expect(String(created_at) < String(youngest.created_at)).toBe(true);

			const [, month, date] = day.split('-');
			expect(rows('customer').some(({ dob }) => String(dob).startsWith(`${date}.${month}.`))).toBe(true);
			expect(rows('customer').some(({ balance }) => Number(balance) < 0)).toBe(true);
			const ends = rows('customer-tariff').map(({ e_date }) => String(e_date).split('.').reverse().join('-'));
			expect(ends).toContain(day);

			for (const { status, time_from, time_to } of rows('lesson')) {
				if (status === 3) expect(String(time_to) <= moment).toBe(true);
				if (status === 1) expect(String(time_to) > `${today.slice(0, 13)}`).toBe(true);
				expect(String(time_from) < String(time_to)).toBe(true);
			}

			const times = rows('log').map(({ date_time }) => String(date_time));
			expect(times).toEqual([...times].sort());
			expect(times.at(-1)! <= moment).toBe(true);
			const told = rows('log').filter(({ entity }) => entity === 'Lesson');
			const missed = told.filter(({ entity_id }) =>
				store
					.where('lesson-details', 'lesson_id', Number(entity_id))
					.some(({ is_attend }) => is_attend === 0),
			);
			expect(missed.length).toBeGreaterThan(2);
			for (const { entity_id } of told) expect(store.find('lesson', Number(entity_id))?.status).toBe(3);
		},
	);

	it('keeps what depends on customers within bounds', async () => {
		const { store } = await start({ customers: 12_000 });
		expect(store.rows('group')).toHaveLength(300);
		for (const name of entityNames) {
			if (name !== 'customer') expect(store.rows(name).length).toBeLessThan(12_000);
		}
	});
});

import { startSandbox, type Row, type Sandbox } from '../../sandbox';

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
const all = ({ store }: Sandbox) =>
	['subject', 'branch', 'location', 'study-status', 'lead-status', 'lead-source', 'customer'].map((entity) =>
		store.rows(entity),
	);

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
});

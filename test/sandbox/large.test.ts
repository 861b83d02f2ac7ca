import fc from 'fast-check';
import type { JsonObject, Row } from '../../sandbox';
import { customer } from '../../sandbox/school/entities/customer';
import { numbers, School } from './support';

/** Seconds of work, which take their time on a busy machine; a hook that is given up would leave a server behind. */
jest.setTimeout(120_000);

const everyone = { is_study: 2, removed: 1 };

describe('130,000 customers', () => {
	const customers = 130_000;
	let school: School;
	beforeAll(async () => {
		school = await School.open({ pageSize: 500 }, { customers });
	});
	afterAll(() => school.close());

	const walk = async (pages: number) => {
		const ids = new Set<number>();
		for (let page = 0; page < pages; page += 1) {
			for (const id of (await school.call('customer/index', { ...everyone, page })).ids) ids.add(id);
		}
		return ids.size;
	};

	it('are all served, page by page', async () => {
		expect(await walk(customers / 500 + 1)).toBe(customers);
	});

	it('are served in another order each time, each page a sample of all', async () => {
		school.settings.shuffle = true;
		const size = await walk(20);
		expect(size).toBeGreaterThan(9_000);
		expect(size).toBeLessThan(10_000);
		school.settings.shuffle = false;
	});

	it('are served while rows come and go between pages', async () => {
		const added: number[] = [];
		for (let page = 0; page < 20; page += 1) {
			const { id } = school.sandbox.store.insert('customer', { name: `Новый ${page}`, is_study: 0 });
			added.push(id);
			const { json } = await school.call('customer/index', { ...everyone, page });
			expect(json).toMatchObject({ total: customers + page + 1, count: 500 });
		}
		const { ids } = await school.call('customer/index', { ...everyone, is_study: 0, page: 0 });
		for (const id of added) expect(ids).toContain(id);
	});
});

describe('what makes large lists fast', () => {
	let school: School;
	beforeAll(async () => {
		school = await School.open({ pageSize: 500 }, { customers: 1_200 });
	});
	afterAll(() => school.close());

	const first = (row: Row, field: string) => String((row[field] as string[])[0] ?? '');
	const digits = (text: string) => text.replace(/\D/g, '');
	const part = fc.tuple(fc.nat({ max: 1_199 }), fc.nat({ max: 8 }), fc.integer({ min: 1, max: 12 }));
	const step = fc.oneof(
		fc.record({ do: fc.constant('phone' as const), part }),
		fc.record({ do: fc.constant('email' as const), part }),
		fc.record({ do: fc.constant('name' as const), part }),
		fc.record({ do: fc.constant('change' as const), id: fc.integer({ min: 1, max: 1_200 }) }),
		fc.record({ do: fc.constant('remove' as const), id: fc.integer({ min: 1, max: 1_200 }) }),
		fc.record({ do: fc.constant('add' as const), n: fc.nat({ max: 999 }) }),
	);

	/** By the plain meaning of filter and order. */
	const expected = (test: (row: Row) => boolean) => {
		const rank = (row: Row) => customer.sortKey(row);
		const found = school.sandbox.store.rows('customer').filter(test);
		return numbers([...found].sort((a, b) => rank(a) - rank(b) || b.id - a.id)).slice(0, 500);
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
					const held = one.do === 'name' ? String(row.name) : first(row, one.do);
					const text = held.slice(from, from + length).trim();
					const wanted = one.do === 'phone' ? digits(text) : text.toLowerCase();
					if (wanted === '') continue;
					const { ids } = await school.call('customer/index', { ...everyone, [one.do]: text });
					const holds = (value: unknown) =>
						(one.do === 'phone' ? digits(String(value)) : String(value).toLowerCase()).includes(wanted);
					expect(ids).toEqual(
						expected(({ [one.do]: value }) => (Array.isArray(value) ? value.some(holds) : holds(value))),
					);
				}
				const { ids } = await school.call('customer/index', everyone);
				expect(ids).toEqual(expected(() => true));
			}),
			{ numRuns: 60 },
		);
	});
});

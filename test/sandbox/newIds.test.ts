import { startSandbox } from '../../sandbox';
import { numbers, School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 40 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const lead = { name: 'Орлова Мия', is_study: 0, legal_type: 1 };
const create = async () => Number((await school.call('1/customer/create', lead)).model.id);
const insert = (count: number, entity = 'customer') =>
	Array.from({ length: count }, () => school.sandbox.store.insert(entity, { ...lead }).id);
const isGrowing = (ids: readonly number[]) => ids.every((id, index) => index === 0 || id > ids[index - 1]);

describe('IDs of new records', () => {
	it('grow by one', async () => {
		expect([await create(), ...insert(3)]).toEqual([41, 42, 43, 44]);
	});

	it('are scattered among those that are free, below and above the highest', async () => {
		school.settings.newIds = 'scattered';
		const ids = [await create(), await create(), ...insert(300)];
		expect(new Set(ids).size).toBe(302);
		expect(Math.min(...ids)).toBeGreaterThan(40);
		// So many are lower than one that was there before.
		const lower = ids.filter((id, index) => id < Math.max(40, ...ids.slice(0, index)));
		expect(lower.length).toBeGreaterThan(200);
		expect(ids.filter((id) => !lower.includes(id)).length).toBeGreaterThan(3);
		expect(numbers(await school.all('1/customer/index', { is_study: 0, name: lead.name }))).toEqual(
			expect.arrayContaining(ids),
		);
	});

	it('are scattered by the seed, alike after a reset and a restored snapshot', async () => {
		school.settings.newIds = 'scattered';
		const first = insert(20);
		const snapshot = school.sandbox.snapshot();
		const second = insert(20);
		school.sandbox.restore(snapshot);
		expect(insert(20)).toEqual(second);
		school.sandbox.reset();
		school.settings.newIds = 'scattered';
		expect(insert(40)).toEqual([...first, ...second]);
		school.sandbox.reset({ seed: 2 });
		school.settings.newIds = 'scattered';
		expect(insert(20)).not.toEqual(first);
		school.sandbox.reset({ seed: 1 });
	});

	it('are never those of records that are gone, nor after a restored snapshot', () => {
		school.settings.newIds = 'scattered';
		const gone = insert(200);
		for (const id of gone) school.sandbox.store.remove('customer', id);
		const snapshot = school.sandbox.snapshot();
		school.sandbox.restore(snapshot);
		expect(insert(400).filter((id) => gone.includes(id))).toEqual([]);
	});

	it('may be given all the same', () => {
		school.settings.newIds = 'scattered';
		expect(school.sandbox.store.insert('customer', { ...lead, id: 7_000 }).id).toBe(7_000);
		expect(insert(50).filter((id) => id > 7_000)).toEqual([]);
	});

	it('of the log and of the invented school grow whatever the setting says', async () => {
		const settings = { newIds: 'scattered', rateLimit: 0 } as const;
		const other = await startSandbox({ customers: 40, settings });
		try {
			expect(other.state()).toBe(school.sandbox.state());
			expect(isGrowing(numbers(other.store.rows('pay')))).toBe(true);
			for (let n = 0; n < 50; n++) other.store.insert('subject', { name: `Х${n}` });
			expect(isGrowing(numbers(other.store.rows('subject')))).toBe(false);
			const log = numbers(other.store.rows('log'));
			expect(log.slice(-50)).toEqual(Array.from({ length: 50 }, (_, n) => log.length - 49 + n));
		} finally {
			await other.close();
		}
	});
});

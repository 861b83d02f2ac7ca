import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { NULL, UNDEFINED, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 120 });
const { add, lead, patch, refused, rows, run, set, whole } = officeOf(school);

const list = (resource: string, filters: INodeParameters, more: INodeParameters = {}): INodeParameters => ({
	resource,
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	simplify: false,
	filters,
	...more,
});
const ids = (items: readonly IDataObject[]) => items.map(({ id }) => id as number).sort((a, b) => a - b);
const ALL = { is_study: 2, removed: 1 };
const ofBranch1 = () => rows('customer').filter(({ branch_ids }) => (branch_ids as number[]).includes(1));

describe('a filter of customers that AlfaCRM ignores', () => {
	const IGNORED: Array<[string, () => unknown, (row: IDataObject, wanted: unknown) => boolean]> = [
		['group_id', () => pick(2), (row) => (row.group_ids as number[]).includes(2)],
		['email', () => 'SOKOL@example.org', (row) => (row.email as string[]).includes('sokol@example.org')],
		['customer_reject_id', () => 2, (row) => row.customer_reject_id === 2],
	];

	it.each(IGNORED)('%s returns those that it means, whole and without a hint', async (name, value, fits) => {
		set({ ignoredFilters: [`customer.${name}`] });
		for (const [index, { id }] of ofBranch1().entries()) {
			if (index % 9 === 0) patch('customer', id, { customer_reject_id: 2, email: ['sokol@example.org'] });
		}
		const wanted = ids(ofBranch1().filter((row) => fits(row, value())));
		expect(wanted.length).toBeGreaterThan(0);
		const { json, hints } = await whole(list('customer', { [name]: value() as string }, ALL));
		expect(ids(json)).toEqual(wanted);
		expect(hints).toEqual([]);
	});

	it.each(IGNORED)('%s fills a limit with those that it means', async (name, value, fits) => {
		set({ ignoredFilters: [`customer.${name}`] });
		const values = { customer_reject_id: 2, email: ['sokol@example.org'], branch_ids: [1] };
		// The oldest of all, which come on the last pages.
		const some = [lead(values), lead(values), lead(values)];
		for (const customer_id of some) {
			add('cgi', { customer_id, group_id: 2, b_date: '01.09.2025', e_date: '31.05.2035' });
		}
		for (let n = 1; n <= 60; n++) lead();
		const filters = { [name]: value() as string };
		const json = await run(list('customer', filters, { ...ALL, returnAll: false, limit: 2 }));
		expect(json).toHaveLength(2);
		for (const row of json) expect(fits(row, value())).toBe(true);
	});

	it('returns nobody where nobody is meant', async () => {
		set({ ignoredFilters: ['customer.email', 'customer.group_id'] });
		const { id } = rows('group').at(-1) as IDataObject;
		const empty = add('group', { name: 'Пустая', branch_ids: [1] });
		expect(await run(list('customer', { email: 'nobody@example.org' }, ALL))).toEqual([]);
		expect(await run(list('customer', { group_id: pick(empty) }, ALL))).toEqual([]);
		expect((await run(list('customer', { group_id: pick(id) }, ALL))).length).toBeLessThan(20);
	});

	it('returns the one record of an ID, of whatever resource', async () => {
		set({ ignoredFilters: ['*.id', 'tariff.id', 'customer.id', 'location.id', 'pay.id', 'teacher.id'] });
		for (const [resource, path] of [
			['tariff', 'tariff'],
			['location', 'location'],
			['pay', 'pay'],
			['teacher', 'teacher'],
			['customer', 'customer'],
		]) {
			const row = rows(path).find((one) => ![one.branch_ids ?? one.branch_id].flat().some((id) => id !== 1));
			const id = Number((row ?? rows(path)[0]).id);
			const more = path === 'customer' ? ALL : path === 'teacher' ? { removed: 1 } : {};
			expect(await run(list(resource, { id }, more))).toMatchObject([{ id }]);
		}
	});
});

describe('the email of a filter', () => {
	const one = 'Sokol.Eva@example.org';

	it.each([one, ' sokol.eva@example.org ', `Ева <${one}>`, 'sokol.eva', '@example.org'])(
		'finds who has it, written as %j',
		async (email) => {
			const id = lead({ email: ['eva@school.example', one] });
			expect(ids(await run(list('customer', { email }, ALL)))).toContain(id);
			const asked = school.entries('customer/index').map(({ body }) => (body as IDataObject).email);
			expect(asked.filter((part) => !one.toLowerCase().includes(String(part).toLowerCase()))).toEqual([]);
		},
	);

	it('finds nobody whose address merely ends like that', async () => {
		const id = lead({ email: ['anna@example.org'] });
		lead({ email: ['joanna@example.org'] });
		expect(ids(await run(list('customer', { email: 'anna@example.org' }, ALL)))).toEqual([id]);
	});

	it('finds no other user where AlfaCRM ignores it', async () => {
		set({ ignoredFilters: ['user.email'] });
		const [{ id, email }, other] = rows('user');
		expect(other).toBeDefined();
		expect(await run(list('user', { email: String(email) }))).toMatchObject([{ id }]);
	});

	it.each([`${one}, eva@school.example`, `${one};eva@school.example`, `${one} eva@school.example`])(
		'is refused where it is several: %j',
		async (email) => {
			await refused(list('customer', { email }, ALL), "'Email' must be one email address");
			await refused(list('user', { email }), "'Email' must be one email address");
		},
	);
});

describe('the phone of a filter', () => {
	const STORED = '+7(900)555-00-01';
	const SPELLINGS = [
		'8 900 555 00 01',
		'8(900)555-00-01',
		'89005550001',
		'+7 900 555-00-01',
		'7 900 555 00 01',
		'8-900-555-00-01',
		'900 555 00 01',
	];

	describe.each(['digits', 'text'])('where the server looks at the %s of a number', (phoneSearch) => {
		beforeEach(() => set({ phoneSearch }));

		it.each(SPELLINGS)('finds who holds it, written as %j', async (phone) => {
			const id = lead({ phone: [STORED] });
			lead({ phone: ['+7(901)555-00-01'] });
			expect(ids(await run(list('customer', { phone }, ALL)))).toEqual([id]);
		});

		it('finds who holds it in a form of his own', async () => {
			const id = lead({ phone: ['8 900 555 00 01'] });
			const other = lead({ phone: [STORED] });
			for (const phone of ['+7(900)555-00-01', '8(900)555-00-01']) {
				expect(ids(await run(list('customer', { phone }, ALL)))).toEqual([id, other]);
			}
		});
	});

	it('still finds by some digits', async () => {
		const id = lead({ phone: [STORED] });
		for (const phone of ['5550001', '555-00-01', '0055500']) {
			expect(ids(await run(list('customer', { phone }, ALL)))).toEqual([id]);
		}
		expect(ids(await run(list('customer', { phone: '8 900 555 00 01' }, ALL)))).toEqual([id]);
	});
});

describe('a filter that is there but says nothing', () => {
	const EMPTY_LISTS = [
		'[]',
		',',
		' , ',
		'={{ [undefined] }}',
		'={{ [null] }}',
		'={{ [""] }}',
		'[""]',
		'[null]',
	];
	const LISTS: Array<[string, string, string]> = [
		['group', 'ids', "'IDs'"],
		['pay', 'group_ids', "'Group IDs'"],
		['lesson', 'location_ids', "'Location'"],
		['lesson', 'room_ids', "'Room'"],
		['branch', 'subject_ids', "'Subject'"],
	];

	describe.each(LISTS)('of %s, %s', (resource, name, label) => {
		it.each(EMPTY_LISTS)('is refused as %j', async (value) => {
			await refused(list(resource, { [name]: value }), label);
		});
	});

	it('is refused among the statuses of lessons', async () => {
		for (const status of [UNDEFINED, NULL, '={{ "" }}', '={{ [undefined] }}', ',']) {
			await refused(list('lesson', {}, { status }), "'Status'");
		}
	});
});

describe('leads that are not sorted', () => {
	const unsorted = () => ofBranch1().filter((row) => row.is_study === 0 && row.lead_status_id === null);
	const notSorted = (more: INodeParameters = {}) =>
		list('customer', { lead_status_id: 'none' }, { ...ALL, ...more });

	it.each([{}, { leadStatusIds: true }, { removedZero: 'hidesUnsorted' }])(
		'are listed alone, though AlfaCRM has no filter for them: %j',
		async (settings) => {
			set(settings);
			lead({ is_study: 1, lead_status_id: null, branch_ids: [1] });
			const { json, hints } = await whole(notSorted());
			expect(json.length).toBeGreaterThan(0);
			expect(ids(json)).toEqual(ids(unsorted()));
			expect(hints).toEqual([]);
			for (const { body } of school.entries('customer/index'))
				expect(body).not.toHaveProperty('lead_status_id');
		},
	);

	it('are no clients, whichever are asked for', async () => {
		expect((await whole(notSorted({ is_study: 1 }))).json).toEqual([]);
	});

	it('fill a limit, and have no name of a stage', async () => {
		const more = { returnAll: false, limit: 3, simplify: true };
		const { json } = await whole(notSorted(more));
		expect(json).toHaveLength(3);
		for (const row of json) expect(row).toMatchObject({ lead_status_id: null, lead_status_name: null });
	});
});

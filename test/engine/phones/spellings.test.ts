import type { INodeParameters } from 'n8n-workflow';

import { byPhone, findByPhone, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { customer, lead, refused, rows, run } = officeOf(school);

/** Separators that people, sites and telephone exchanges put into a number. */
const SPELLED: Array<[string, string[]]> = [
	[
		'+7(900)555-00-01',
		[
			'+7/900/555/00/01',
			'8/900/5550001',
			'+7[900]555-00-01',
			'+7_900_555_00_01',
			'8_900_5550001',
			'+7 (900) 555/00/01',
			'+7·900·555·00·01',
			'+7|900|555|00|01',
		],
	],
	[
		'+375 29 111-22-33',
		['+375/29/111/22/33', '+375[29]111-22-33', '+375_29_111_22_33', '80/29/111/22/33', '00375/29/1112233'],
	],
	['+49 30 1234567', ['+49/30/1234567', '+49[30]123_45_67', '0049/30/1234567']],
];
const PAIRS = SPELLED.flatMap(([stored, others]) => others.map((other): [string, string] => [stored, other]));

it.each(PAIRS)('%s is the number that is written %s', async (stored, other) => {
	const id = lead({ phone: [stored] });
	const before = rows('customer').length;
	expect(await run(findByPhone(other))).toMatchObject([{ id }]);
	expect(await run(byPhone(other, { name: 'Орлова Мия' }))).toMatchObject([
		{ id, operationResult: 'unchanged' },
	]);
	expect(rows('customer')).toHaveLength(before);
	expect(customer(id).phone).toEqual([stored]);
});

it.each(PAIRS)('%s is found where it is stored as %s', async (written, stored) => {
	// Most of these are kept as they came by AlfaCRM.
	const id = lead({ phone: [stored] });
	expect(await run(findByPhone(written))).toMatchObject([{ id }]);
});

it.each([
	['+375/29/111/22/33', '+375/29/777/88/99'],
	['+7/900/555/00/01', '+7/900/555/00/02'],
	['+7[900]555-00-01', '+7[901]555-00-01'],
	['8_900_555_00_01', '8_900_555_00_11'],
	['+49/30/1234567', '+49/40/1234567'],
])('%s and %s are two', async (one, other) => {
	const first = lead({ phone: [one] });
	const before = customer(first);
	expect(await run(findByPhone(other))).toEqual([]);
	const [made] = await run(byPhone(other, { name: 'Соколов Артём' }));
	expect(made.operationResult).toBe('created');
	expect(customer(first)).toEqual(before);
	// Both are found again.
	expect(await run(byPhone(other, { name: 'Соколов Артём' }))).toMatchObject([
		{ id: made.id, operationResult: 'unchanged' },
	]);
	expect(await run(findByPhone(one))).toMatchObject([{ id: first }]);
});

it.each(['+7/900/555/00/01', '+7[900]555-00-01', '8_900_555_00_01'])(
	'a form that is sent twice with %s makes one customer',
	async (phone) => {
		const before = rows('customer').length;
		const results = (await run(byPhone(phone, { name: 'Соколов Артём' }), { items: [{}, {}, {}] })).map(
			({ operationResult }) => operationResult,
		);
		expect(results).toEqual(['created', 'unchanged', 'unchanged']);
		// And in a run of its own.
		expect(await run(byPhone(phone, { name: 'Соколов Артём' }))).toMatchObject([
			{ operationResult: 'unchanged' },
		]);
		expect(rows('customer')).toHaveLength(before + 1);
	},
);

it.each([
	'+7 900 555-00-01 (12)',
	'+7 900 555-00-01 - 2',
	'+7 900 555-00-01 12',
	'8 900 555 00 01 (2)',
	'8(900)555-00-01.5',
])('what follows the number is none of it: %s', async (phone) => {
	const id = lead({ phone: ['+7(900)555-00-01'] });
	expect(await run(findByPhone(phone))).toMatchObject([{ id }]);
	expect(await run(byPhone(phone, { name: 'Орлова Мия' }))).toMatchObject([
		{ id, operationResult: 'unchanged' },
	]);
});

it('who is stored with an extension is found by the number', async () => {
	for (const phone of ['+7/900/555/00/01 доб. 12', '+7 900 555-00-01 (12)']) {
		const id = lead({ phone: [phone] });
		expect(await run(findByPhone('8 900 555 00 01'))).toMatchObject([{ id }]);
		school.sandbox.store.remove('customer', id);
	}
});

const filteredBy = (phone: string): INodeParameters => ({
	resource: 'customer',
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	is_study: 2,
	removed: 0,
	filters: { phone },
});
const ids = async (phone: string) => (await run(filteredBy(phone))).map(({ id }) => id);

it.each([
	'+7 900 555-00-01 доб. 12',
	'тел. 8 900 555-00-01',
	'+7 900 555-00-01, мама',
	'8900555',
	'8 (900) 555',
	'+7 900 555',
	'7 900 5',
	'0079005550001',
	'900-555',
])('the filter %j finds who holds +7(900)555-00-01', async (phone) => {
	const id = lead({ phone: ['+7(900)555-00-01'] });
	expect(await ids(phone)).toContain(id);
});

it.each([
	['+375(29)111-22-33', ['+375 29 111 22 33', '80291112233', '375291112233', '029 111-22-33', '291112233']],
	['+49 170 1234567', ['+49 170 1234567', '0049 170 1234567', '170 1234567', '491701234567']],
	['8 900 555 00 01', ['+79005550001', '9005550001', '8900555', '8 900 555-00-01']],
	['+7(900)555-00-01 (мама)', ['+79005550001', '8 900 555-00-01']],
])('who holds %s is found by its other spellings', async (held, others) => {
	const id = lead({ phone: [held] });
	for (const other of others) expect([other, await ids(other)]).toEqual([other, [id]]);
});

it.each(['мама', 'доб. 12', 'дом 12 кв 34'])(
	'the filter %j, which is no phone, is refused',
	async (phone) => {
		await refused(filteredBy(phone), 'Phone');
	},
);

import type { INodeParameters } from 'n8n-workflow';

import { byPhone, findByPhone, given, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { customer, lead, refused, run, set } = officeOf(school);

const filteredBy = (phone: unknown): INodeParameters => ({
	resource: 'customer',
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	is_study: 2,
	removed: 0,
	filters: { phone: given(phone) },
});
const ids = async (parameters: INodeParameters) => (await run(parameters)).map(({ id }) => id);
/** What the picker of customers offers for what was typed. */
const picked = async (typed: string) => {
	const { results } = await school.engine.search('searchCustomers', { branchId: 1 }, typed);
	return results.map(({ value }) => value);
};

describe.each(['digits', 'text'])('where AlfaCRM looks at the %s of a phone', (phoneSearch) => {
	beforeEach(() => set({ phoneSearch }));

	it.each([
		['+49 32 550001', '+7(493)255-00-01', ['8 493 255-00-01', '+7 493 255 00 01', '4932550001']],
		['+90 05550001', '+7(900)555-00-01', ['8 900 555 00 01', '9005550001']],
		['+372 123 4567', '+7(372)123-45-67', ['8 372 123 45 67', '3721234567']],
	])('%s and %s are two people', async (foreign, russian, spellings) => {
		const abroad = lead({ phone: [foreign] });
		const home = lead({ phone: [russian] });
		expect(await ids(findByPhone(foreign))).toEqual([abroad]);
		expect(await ids(filteredBy(foreign))).toEqual([abroad]);
		expect(await picked(foreign)).toEqual([abroad]);
		const before = customer(abroad);
		for (const typed of spellings) {
			expect([typed, await ids(findByPhone(typed))]).toEqual([typed, [home]]);
			expect(await run(byPhone(typed, { note: `Звонил ${typed}` }))).toMatchObject([{ id: home }]);
		}
		expect(customer(abroad)).toEqual(before);
	});

	it.each([
		['+49 170 1234567', ['+49 170 1234567', '0049 170 1234567', '491701234567', '+49 170']],
		['+375 29 123-45-67', ['80291234567', '+375291234567', '+375 29']],
		[
			'+7(900)555-00-01',
			['8 900 555 00 01', '+7 900 555-00-01', '+7(900)', '8 900', '900-555', '900', '55-00-01'],
		],
	])('who holds %s is found by the filter and in the picker as %j', async (held, spellings) => {
		const id = lead({ phone: [held] });
		for (const typed of spellings) {
			expect([typed, await ids(filteredBy(typed))]).toEqual([typed, expect.arrayContaining([id])]);
			expect([typed, await picked(typed)]).toEqual([typed, expect.arrayContaining([id])]);
		}
	});
});

it.each([
	'8 900 555 00 01, 8 900 555 00 02',
	'8 900 555 00 01; 8 900 555 00 02',
	'+7(900)555-00-01\n+7(900)555-00-02',
	'8 900 555 00 01 / 8 900 555 00 02',
	'900-555, 900-556',
])('the filter %j holds two numbers and is refused', async (phone) => {
	lead({ phone: ['+7(900)555-00-01'] });
	lead({ phone: ['+7(900)555-00-02'] });
	await refused(filteredBy(phone), "'Phone' must be one phone number, or at least 3 digits of it");
});

it.each(['12', '+7', '+7 (___) ___-__-__', '+7 9** ***-12-34', '()'])(
	'the filter %j says what it lacks',
	async (phone) => {
		const { message } = await refused(filteredBy(phone), 'at least 3 digits');
		expect(message).toContain(phone);
		expect(message).not.toContain('is empty');
	},
);

it('the filter that is empty is called empty', async () => {
	await refused(filteredBy(''), "'Phone' is empty");
});

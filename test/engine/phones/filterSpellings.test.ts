import type { INodeParameters } from 'n8n-workflow';

import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const office = officeOf(school);

const byPhone = (phone: string): INodeParameters => ({
	resource: 'customer',
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	is_study: 2,
	removed: 0,
	filters: { phone },
});
const ids = async (phone: string) => (await office.run(byPhone(phone))).map(({ id }) => id);

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
	const id = office.lead({ phone: ['+7(900)555-00-01'] });
	expect(await ids(phone)).toContain(id);
});

it.each([
	['+375(29)111-22-33', ['+375 29 111 22 33', '80291112233', '375291112233', '029 111-22-33', '291112233']],
	['+49 170 1234567', ['+49 170 1234567', '0049 170 1234567', '170 1234567', '491701234567']],
	['8 900 555 00 01', ['+79005550001', '9005550001', '8900555', '8 900 555-00-01']],
	['+7(900)555-00-01 (мама)', ['+79005550001', '8 900 555-00-01']],
])('who holds %s is found by its other spellings', async (held, others) => {
	const id = office.lead({ phone: [held] });
	for (const other of others) expect([other, await ids(other)]).toEqual([other, [id]]);
});

it.each(['мама', 'доб. 12', 'дом 12 кв 34'])(
	'the filter %j, which is no phone, is refused',
	async (phone) => {
		await office.refused(byPhone(phone), 'Phone');
	},
);

import type { INodeParameters } from 'n8n-workflow';

import { byPhone, EMPTY, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { customer, lead, refused, rows, run } = officeOf(school);

const by = (matchBy: string, key: INodeParameters, fields: INodeParameters = {}): INodeParameters => ({
	...byPhone('', fields, { ifKeyEmpty: 'create' }),
	matchBy,
	...key,
});

/** A sheet in which some have no phone, or no day of birth. */
describe('the half of a key that is filled', () => {
	it.each<[string, INodeParameters, INodeParameters, Record<string, unknown>]>([
		['phoneAndName', { phone: EMPTY, name: 'Лисова Ева' }, {}, { name: 'Лисова Ева', phone: [] }],
		['phoneAndName', { phone: '+7', name: 'Лисова Ева' }, {}, { name: 'Лисова Ева', phone: [] }],
		[
			'phoneAndName',
			{ phone: '8 900 555 00 01', name: EMPTY },
			{ name: 'Мама' },
			{ name: 'Мама', phone: ['+7(900)555-00-01'] },
		],
		['nameAndBirthDate', { name: 'Лисова Ева', dob: EMPTY }, {}, { name: 'Лисова Ева', dob: null }],
		[
			'nameAndBirthDate',
			{ name: EMPTY, dob: '2015-03-02' },
			{ name: 'Ева' },
			{ name: 'Ева', dob: '02.03.2015' },
		],
	])('is saved in the new one: %s %j', async (matchBy, key, fields, expected) => {
		const like = customer(lead({ name: 'Лисова Ева', phone: ['+7(900)555-00-01'], dob: '2015-03-02' }));
		const [made] = await run(by(matchBy, key, fields));
		expect(made).toMatchObject({ operationResult: 'created' });
		expect(made.id).not.toBe(like.id);
		expect(customer(made.id)).toMatchObject(expected);
		expect(customer(like.id)).toEqual(like);
	});

	it('does not stand in for a name that must be given', async () => {
		const before = rows('customer').length;
		await refused(by('nameAndBirthDate', { name: EMPTY, dob: '2015-03-02' }), "'Name' is empty");
		expect(rows('customer')).toHaveLength(before);
	});
});

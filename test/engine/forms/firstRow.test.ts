import type { INodeParameters } from 'n8n-workflow';

import { formOf } from '../../support/form';
import { given, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 5 });
const { customer, lead, run, stopped } = officeOf(school);

const create = { resource: 'customer', operation: 'create', branchId: 1, name: 'Орлова Мия' };
/** What the editor shows in a field that nobody has touched. */
const untouched = (name: string) => formOf(create).find((one) => one.name === name)?.default;

it.each(['phone', 'email'])('a new customer has a row for one %s at once', (name) => {
	expect(untouched(name)).toEqual(['']);
});

it.each<[how: string, fields: INodeParameters]>([
	['is left as the form opens', {}],
	['holds one empty row', { phone: [''], email: [''] }],
	['holds empty rows', { phone: ['', ' '], email: ['', ''] }],
	['comes to nothing', { phone: [given(''), given(null)], email: [given(undefined)] }],
	['is emptied', { phone: [], email: [] }],
])('what %s is not sent', async (_how, fields) => {
	const [{ id }] = await run({ ...create, ...fields });
	expect(customer(id).name).toBe('Орлова Мия');
	const [{ body }] = school.entries('customer/create');
	expect(body).not.toHaveProperty('phone');
	expect(body).not.toHaveProperty('email');
});

it('what is filled is sent without the rows that are not', async () => {
	const [{ id }] = await run({ ...create, phone: ['', '8 900 555-00-01', ''], email: ['a@example.org', ''] });
	expect(customer(id)).toMatchObject({ phone: ['+7(900)555-00-01'], email: ['a@example.org'] });
});

describe('a row that was added to an update and not filled', () => {
	const update = (id: number, more: INodeParameters = {}): INodeParameters => ({
		...{ resource: 'customer', operation: 'update', branchId: 1, id: pick(id) },
		...{ updateFields: { phone: [''] }, ...more },
	});

	it('says nothing', async () => {
		const id = lead({ phone: ['+7(900)555-00-02'] });
		await stopped(update(id));
		expect(customer(id).phone).toEqual(['+7(900)555-00-02']);
	});

	it('empties the phone only where that is chosen', async () => {
		const id = lead({ phone: ['+7(900)555-00-02'] });
		await run(update(id, { listMode: 'replace', options: { overwriteWithEmpty: true } }));
		expect(customer(id).phone).toEqual([]);
	});
});

import type { INodeParameters } from 'n8n-workflow';

import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20, settings: { latencyMs: 15 } });
const { rows, run } = officeOf(school);

const PHONE = '+7(900)555-00-01';
const EMAIL = 'mia@example.org';
const DOGOVOR = 'Д-новый';

const upsert = (key: INodeParameters, fieldsToSet: INodeParameters): INodeParameters => ({
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	...key,
	fieldsToSet: { name: 'Орлова Мия', ...fieldsToSet },
	options: {},
});
const custom = (value: string): INodeParameters => ({
	customFields: { values: [{ name: 'custom_dogovor', value }] },
});

const byPhone = (fields: INodeParameters) => upsert({ matchBy: 'phone', phone: PHONE }, fields);
const byEmail = (fields: INodeParameters) => upsert({ matchBy: 'email', email: EMAIL }, fields);
const byContract = (fields: INodeParameters) =>
	upsert({ matchBy: 'customField', matchField: 'custom_dogovor', matchValue: DOGOVOR }, fields);

/** Each knows of the other's key, spelled in another way. */
const PAIRS: Array<[string, INodeParameters, INodeParameters]> = [
	['phone and email', byPhone({ email: 'Mia@Example.org' }), byEmail({ phone: '8 900 555 00 01' })],
	['email and custom field', byEmail(custom(' Д-НОВЫЙ')), byContract({ email: EMAIL })],
	['custom field and phone', byContract({ phone: '89005550001' }), byPhone(custom(DOGOVOR))],
];

describe('two executions that look for the same new customer', () => {
	it.each(PAIRS)('by %s make one', async (_what, one, other) => {
		const before = rows('customer').length;
		await Promise.all([run(one), run(other)]);
		expect(rows('customer')).toHaveLength(before + 1);
	});

	it('by several keys in turns do not wait for each other for ever', async () => {
		const before = rows('customer').length;
		const all = PAIRS.flatMap(([, one, other]) => [run(one), run(other)]);
		const results = (await Promise.all(all)).flat().map(({ operationResult }) => operationResult);
		expect(results.filter((result) => result === 'created').length).toBe(rows('customer').length - before);
	});
});

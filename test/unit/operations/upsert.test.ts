import type { IDataObject } from 'n8n-workflow';

import { SmallSchool } from './school';

const PHONE = '+7(900)555-00-01';

let school: SmallSchool;
beforeEach(() => (school = new SmallSchool()));

const byPhone = (
	fieldsToSet: IDataObject = {},
	options: IDataObject = {},
	phone: unknown = PHONE,
): IDataObject => ({
	resource: 'customer',
	operation: 'upsert',
	branchId: 1,
	matchBy: 'phone',
	phone: phone as string,
	simplify: false,
	fieldsToSet,
	options,
});

it('creates once, then changes only what differs', async () => {
	const first = await school.done(byPhone({ name: 'Мия', note: 'a' }));
	expect(first.json).toMatchObject([{ name: 'Мия', note: 'a', phone: [PHONE], operationResult: 'created' }]);
	const second = await school.done(byPhone({ name: 'Ия', note: 'b' }));
	expect(second.json).toMatchObject([
		{ name: 'Мия', note: 'b', operationResult: 'updated', changedFields: ['note'] },
	]);
	const third = await school.done(byPhone({ name: 'Ия', note: 'b' }));
	expect(third.json).toMatchObject([{ operationResult: 'unchanged', changedFields: [] }]);
	expect(school.writes()).toEqual(['customer/create', 'customer/update']);
	expect(school.rows('customer')).toHaveLength(1);
});

import type { IDataObject } from 'n8n-workflow';

import type { SentRequest } from '../apiSupport';
import { customerForm as job, SmallSchool } from './school';

/** What happens in AlfaCRM between two items of one run. */
const PHONE = '+7(900)555-00-01';
const phone = (end: number) => `+7(900)555-00-0${end}`;

let school: SmallSchool;
beforeEach(() => {
	school = new SmallSchool();
	for (let id = 1; id <= 5; id++) school.addRecord('teacher', { name: `Учитель ${id}`, branch_ids: [1] });
});

const byPhone = (fieldsToSet: IDataObject) => job('upsert', { matchBy: 'phone', phone: PHONE, fieldsToSet });
const byContract = (matchValue: string, fieldsToSet: IDataObject) =>
	job('upsert', { matchBy: 'customField', matchField: 'custom_dogovor', matchValue, fieldsToSet });
const EMAIL = 'b@school.example';
const byEmail = (email: string, fieldsToSet: IDataObject) =>
	job('upsert', { matchBy: 'email', email, fieldsToSet, options: { searchBranches: [1] } });
const assign = (id: number, teacher: number) =>
	job('assignTeachers', { id, listMode: 'add', teacher_ids: [teacher] });
const run = async (...each: IDataObject[]) => (await school.run({}, { parametersByItem: each })).json;

/** Once a call of that action is answered, before the next one. */
const after = (action: string, work: () => void) => {
	let [isDue, isDone] = [false, false];
	school.onCall = (call) => {
		if (isDue && !isDone) {
			isDone = true;
			work();
		}
		isDue ||= call.endsWith(`/${action}`);
		return undefined;
	};
};
const patch = (path: string, id: number, row: IDataObject) => school.store.patch(path, id, row as never);

describe('what people change in AlfaCRM between two items', () => {
	it('survives: a phone, matched by phone', async () => {
		const id = school.addLead({ phone: [PHONE] });
		after('update', () => patch('customer', id, { phone: [PHONE, phone(9)] }));
		await run(byPhone({ phone: [phone(2)] }), byPhone({ phone: [phone(3)] }));
		expect(school.readRecord('customer', id).phone).toContain(phone(9));
	});

	it('survives: a phone, matched by a custom field', async () => {
		school.addLead({ custom_dogovor: 'A-1' });
		const id = school.addLead({ custom_dogovor: 'A-2', phone: [PHONE] });
		after('update', () => patch('customer', id, { phone: [PHONE, phone(9)] }));
		await run(byContract('A-1', { phone: [phone(8)] }), byContract('A-2', { phone: [phone(2)] }));
		const wanted = [PHONE, phone(9), phone(2)];
		expect(school.readRecord('customer', id).phone).toEqual(expect.arrayContaining(wanted));
	});

	it('survives: a phone of somebody in a list that is read once for all items', async () => {
		school.settings.ignoredFilters = ['customer.email'];
		for (let n = 0; n < 20; n++) school.addLead({ email: [`guest${n}@school.example`] });
		const id = school.addLead({ email: [EMAIL], phone: [PHONE] });
		after('update', () => patch('customer', id, { phone: [PHONE, phone(9)] }));
		const json = await run(
			// AlfaCRM is seen to ignore the filter.
			byEmail('guest0@school.example', {}),
			byEmail('guest1@school.example', { note: 'x' }),
			byEmail(EMAIL, { phone: [phone(2)] }),
			byEmail(EMAIL, { phone: [phone(2)] }),
		);
		const results = ['unchanged', 'updated', 'updated', 'unchanged'];
		expect(json.map(({ operationResult }) => operationResult)).toEqual(results);
		expect(school.readRecord('customer', id).phone).toEqual([PHONE, phone(9), phone(2)]);
		const whole = ({ body }: SentRequest) => !('email' in body || 'id' in body) && body.page === 0;
		expect(school.readRequests('customer/index').filter(whole)).toHaveLength(1);
	});

	it('survives: a teacher that Assign Teachers adds to', async () => {
		const id = school.addLead({ teacher_ids: [] });
		after('update', () => patch('customer', id, { teacher_ids: [1, 5] }));
		await run(assign(id, 1), assign(id, 2));
		expect(school.readRecord('customer', id).teacher_ids).toEqual(expect.arrayContaining([1, 2, 5]));
	});

	it('is seen: a phone that was taken away does not match any more', async () => {
		const id = school.addLead({ phone: [PHONE], name: 'Мать' });
		after('update', () => patch('customer', id, { phone: [phone(7)] }));
		const [, second] = await run(byPhone({ name: 'Сын', note: 'a' }), byPhone({ name: 'Сын', note: 'b' }));
		expect(second.operationResult).toBe('created');
		expect(school.readRecord('customer', id)).toMatchObject({ phone: [phone(7)], note: 'a' });
	});

	it('is seen: a customer that was made is not made again', async () => {
		school.addLead({ custom_dogovor: 'A-1' });
		after('update', () => void school.addLead({ custom_dogovor: 'A-2', name: 'Рука' }));
		await run(...['A-1', 'A-2'].map((value) => byContract(value, { name: 'N', note: 'x' })));
		expect(school.readRecords('customer').filter((row) => row.custom_dogovor === 'A-2')).toHaveLength(1);
	});
});

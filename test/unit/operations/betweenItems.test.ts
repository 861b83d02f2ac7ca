import type { IDataObject } from 'n8n-workflow';

import { formOf as job, SmallSchool } from './school';

/** What happens in AlfaCRM, or only in its lists, between two items of one run. */
const PHONE = '+7(900)555-00-01';
const phone = (end: number) => `+7(900)555-00-0${end}`;

let school: SmallSchool;
beforeEach(() => {
	school = new SmallSchool();
	for (let id = 1; id <= 5; id++) school.add('teacher', { name: `Учитель ${id}`, branch_ids: [1] });
});

const byPhone = (fieldsToSet: IDataObject) => job('upsert', { matchBy: 'phone', phone: PHONE, fieldsToSet });
const byContract = (matchValue: string, fieldsToSet: IDataObject) =>
	job('upsert', { matchBy: 'customField', matchField: 'custom_dogovor', matchValue, fieldsToSet });
const add = (id: number, end: number) =>
	job('update', { id, listMode: 'add', updateFields: { phone: [phone(end)] } });
const assign = (id: number, teacher: number) =>
	job('assignTeachers', { id, listMode: 'add', teacher_ids: [teacher] });
const run = async (...each: IDataObject[]) => (await school.done({}, { each })).json;

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
		const id = school.lead({ phone: [PHONE] });
		after('update', () => patch('customer', id, { phone: [PHONE, phone(9)] }));
		await run(byPhone({ phone: [phone(2)] }), byPhone({ phone: [phone(3)] }));
		expect(school.row('customer', id).phone).toContain(phone(9));
	});

	it('survives: a phone, matched by a custom field', async () => {
		school.lead({ custom_dogovor: 'A-1' });
		const id = school.lead({ custom_dogovor: 'A-2', phone: [PHONE] });
		after('update', () => patch('customer', id, { phone: [PHONE, phone(9)] }));
		await run(byContract('A-1', { phone: [phone(8)] }), byContract('A-2', { phone: [phone(2)] }));
		const wanted = [PHONE, phone(9), phone(2)];
		expect(school.row('customer', id).phone).toEqual(expect.arrayContaining(wanted));
	});

	it('survives: a teacher that Assign Teachers adds to', async () => {
		const id = school.lead({ teacher_ids: [] });
		after('update', () => patch('customer', id, { teacher_ids: [1, 5] }));
		await run(assign(id, 1), assign(id, 2));
		expect(school.row('customer', id).teacher_ids).toEqual(expect.arrayContaining([1, 2, 5]));
	});

	it('is seen: a phone that was taken away does not match any more', async () => {
		const id = school.lead({ phone: [PHONE], name: 'Мать' });
		after('update', () => patch('customer', id, { phone: [phone(7)] }));
		const [, second] = await run(byPhone({ name: 'Сын', note: 'a' }), byPhone({ name: 'Сын', note: 'b' }));
		expect(second.operationResult).toBe('created');
		expect(school.row('customer', id)).toMatchObject({ phone: [phone(7)], note: 'a' });
	});

	it('is seen: a customer that was made is not made again', async () => {
		school.lead({ custom_dogovor: 'A-1' });
		after('update', () => void school.lead({ custom_dogovor: 'A-2', name: 'Рука' }));
		await run(...['A-1', 'A-2'].map((value) => byContract(value, { name: 'N', note: 'x' })));
		expect(school.rows('customer').filter((row) => row.custom_dogovor === 'A-2')).toHaveLength(1);
	});
});

describe('a list that shows a record as it was before the item before', () => {
	it('does not cost Update and Assign Teachers what that item has saved', async () => {
		const id = school.lead({ phone: [PHONE], teacher_ids: [1] });
		after('update', () => patch('customer', id, { phone: [PHONE] }));
		await run(add(id, 2), add(id, 3));
		after('update', () => patch('customer', id, { teacher_ids: [1] }));
		await run(assign(id, 2), assign(id, 3));
		expect(school.row('customer', id)).toMatchObject({
			phone: [PHONE, phone(2), phone(3)],
			teacher_ids: [1, 2, 3],
		});
	});

	it('or not at all for a moment does not keep Update from adding to it', async () => {
		const id = school.lead({ phone: [PHONE] });
		after('update', () => school.store.hide('customer', id));
		await run(add(id, 2), add(id, 3));
		expect(school.row('customer', id).phone).toEqual([PHONE, phone(2), phone(3)]);
	});

	it('is told from one that somebody else has changed', async () => {
		const id = school.lead({ phone: [PHONE] });
		const byHand = [PHONE, phone(2), phone(9)];
		after('update', () => patch('customer', id, { phone: byHand }));
		await run(add(id, 2), add(id, 3));
		expect(school.row('customer', id).phone).toEqual([...byHand, phone(3)]);
	});

	it('does not make the next item delete a membership that is deleted', async () => {
		const customer_id = school.lead({ is_study: 1 });
		const group_id = school.add('group', { name: 'Шахматы', branch_ids: [1] });
		const days = { b_date: '01.09.2025', e_date: '31.12.2030', branch_id: 1 };
		const membership = school.row('cgi', school.add('cgi', { customer_id, group_id, ...days }));
		after('delete', () => void school.add('cgi', membership));
		const leave = job('removeFromGroup', { id: customer_id, group_id, leave_by: 'delete' });
		const json = await run(leave, leave);
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['deleted', 'unchanged']);
		expect(school.writes()).toEqual(['cgi/delete']);
	});
});

describe('what lists never show once it is created', () => {
	const hideNew = (path: string) =>
		after('create', () => school.store.hide(path, Number(school.rows(path).at(-1)?.id)));

	it('a membership gets the end date of the next item', async () => {
		const id = school.lead({ is_study: 1 });
		const term = { b_date: '2020-09-01', e_date: '2035-05-31' };
		const group_id = school.add('group', { name: 'Шахматы', branch_ids: [1], ...term });
		hideNew('cgi');
		const join = (e_date: string) =>
			job('addToGroup', { id, group_id, additionalFields: { b_date: '2030-01-10', e_date } });
		await run(join('2030-03-01'), join('2030-05-01'));
		expect(school.rows('cgi')).toMatchObject([{ b_date: '10.01.2030', e_date: '01.05.2030' }]);
	});

	const group = (branchId: number, fieldsToSet: IDataObject = {}) =>
		job('upsert', { resource: 'group', branchId, matchBy: 'name', name: 'Вторник', fieldsToSet });

	it('a group is found by the next item in any of its branches', async () => {
		hideNew('group');
		await run(group(1, { branch_ids: [1, 2] }), group(2, { branch_ids: [2] }));
		expect(school.rows('group')).toHaveLength(1);
	});

	it('a group is another one than that of the same name in another branch', async () => {
		hideNew('group');
		await run(group(1), group(2));
		expect(school.rows('group')).toMatchObject([{ branch_ids: [1] }, { branch_ids: [2] }]);
	});
});

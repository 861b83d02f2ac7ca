import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities } from '../../../sandbox/school/entities';
import { byPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30 });
const { add, customer, lead, row, run, whole } = officeOf(school);

describe('an item whose answer was lost', () => {
	it('is not undone by the next items, matched by phone', async () => {
		const id = lead({ phone: ['+7(900)555-00-01'] });
		school.sandbox.faults.add({
			kind: 'reset',
			when: 'after',
			match: { entity: 'customer', action: 'update' },
			skip: 1,
			times: 1,
		});
		await whole(byPhone('+7(900)555-00-01', { phone: '={{ $json.more }}' } as never), {
			items: [{ more: '+7(900)555-00-02' }, { more: '+7(900)555-00-03' }, { more: '+7(900)555-00-04' }],
			onError: 'continueErrorOutput',
		});
		expect(customer(id).phone).toHaveLength(4);
	});

	it('is not undone by the next items of Assign Teachers', async () => {
		const id = lead({ teacher_ids: [] });
		school.sandbox.faults.add({
			kind: 'reset',
			when: 'after',
			match: { entity: 'customer', action: 'update' },
			skip: 1,
			times: 1,
		});
		await whole(
			{
				resource: 'customer',
				operation: 'assignTeachers',
				branchId: 1,
				id: pick(id),
				teacher_ids: '={{ [$json.t] }}',
				listMode: 'add',
			} as INodeParameters,
			{ items: [{ t: 1 }, { t: 2 }, { t: 3 }], onError: 'continueErrorOutput' },
		);
		expect(customer(id).teacher_ids).toEqual([1, 2, 3]);
	});
});

describe('an answer to an update that does not hold the record', () => {
	it('does not lose the value of the first item when the second is saved', async () => {
		const id = lead({ phone: ['+7(900)555-00-01'] });
		school.sandbox.faults.add({
			kind: 'successFalse',
			success: true,
			errors: [],
			when: 'after',
			match: { entity: 'customer', action: 'update' },
			times: 1,
		});
		const out = await run(byPhone('+7(900)555-00-01', { phone: '={{ $json.more }}' } as never, {}), {
			items: [{ more: '+7(900)555-00-02' }, { more: '+7(900)555-00-03' }],
		});
		expect(customer(id).phone).toHaveLength(3);
		expect(out[0].phone).toContain('555-00-02');
	});
});

describe('a list that AlfaCRM does not show', () => {
	it('keeps its values when Update is to add to it', async () => {
		const id = add('group', { name: 'Без списка', branch_ids: [1], teacher_ids: [1, 2] });
		const group = entities.find(({ path }) => path === 'group') as unknown as {
			present: (shown: IDataObject, showing: unknown) => IDataObject;
		};
		const { present } = group;
		group.present = (shown, showing) => ({ ...present(shown, showing), teacher_ids: undefined });
		try {
			await whole({
				resource: 'group',
				operation: 'update',
				branchId: 1,
				id: pick(id),
				listMode: 'add',
				updateFields: { teacher_ids: [3] },
				options: {},
			});
		} finally {
			group.present = present;
		}
		expect(row('group', id).teacher_ids).toEqual(expect.arrayContaining([1, 2]));
	});
});

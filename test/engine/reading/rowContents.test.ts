import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { customer, lead, row, rows, run, set } = officeOf(school);

const get = (resource: string, id: unknown, more: INodeParameters = {}): INodeParameters => ({
	resource,
	operation: 'get',
	branchId: 1,
	id: String(id),
	...more,
});
const schemas = allSchemas();
/** What the preview of a raw record promises. */
const shownOf = (resource: string) => Object.keys(schemas[`${resource}/create`].properties);

describe('a customer', () => {
	it('comes with the remaining lessons, and raw with the day until which they are paid', async () => {
		const id = lead({ is_study: 1, paid_lesson_count: 6, paid_till: '2026-03-01 00:00:00' });
		const [simple] = await run(get('customer', id));
		expect(simple).toMatchObject({ paid_lesson_count: 6 });
		const [raw] = await run(get('customer', id, { simplify: false }));
		expect(raw).toMatchObject({ paid_lesson_count: 6, paid_till: '2026-03-01 00:00:00' });
		const label = entityOf('customer').outputFields?.find(({ name }) => name === 'paid_lesson_count')?.label;
		expect(label).toBe('Remaining Lessons');
	});

	it('comes with groups where they are asked for', async () => {
		const { id } = rows('customer').find(
			({ group_ids }) => (group_ids as number[]).length > 0,
		) as IDataObject;
		const [raw] = await run({
			resource: 'customer',
			operation: 'getAll',
			branchId: 1,
			is_study: 2,
			removed: 1,
			simplify: false,
			filters: { id: String(id), withGroups: true },
		});
		expect(raw.groups).toEqual([
			expect.objectContaining({ id: expect.any(Number), name: expect.any(String) }),
		]);
		expect(shownOf('customer')).toEqual(expect.arrayContaining(['groups', 'lead_status_ids']));
	});

	it.each(['saves', 'ignored'])(
		'shows the bonus balance that there is then, where AlfaCRM %s it',
		async (bonusWrite) => {
			set({ bonusWrite });
			const id = lead({ balance_bonus: 5 });
			const [saved] = await run({
				resource: 'customer',
				operation: 'update',
				branchId: 1,
				id: pick(id),
				updateFields: { balance_bonus: 40 },
			});
			const wanted = bonusWrite === 'saves' ? 40 : 5;
			expect([saved.balance_bonus, customer(id).balance_bonus]).toEqual([wanted, wanted]);
		},
	);
});

describe('a lesson', () => {
	it('shows its type by name and whether it is streamed', async () => {
		const { id, lesson_type_id } = rows('lesson').find(({ branch_id }) => branch_id === 1) as IDataObject;
		const [raw] = await run(get('lesson', id, { simplify: false }));
		expect(raw).toMatchObject({
			lesson_type_name: row('lesson-type', lesson_type_id).name,
			streaming: false,
		});
		expect(shownOf('lesson')).toEqual(expect.arrayContaining(['lesson_type_name', 'streaming', 'branch_id']));
	});

	const lesson = (additionalFields: INodeParameters): INodeParameters => ({
		resource: 'lesson',
		customer_ids: pick(lead()),
		operation: 'create',
		branchId: 1,
		lesson_date: '2026-03-03',
		time_from: '17:00',
		lesson_type_id: 1,
		subject_id: 1,
		additionalFields: { duration: 60, ...additionalFields },
	});

	it('is made in the branch of the call, or in another one', async () => {
		const [own] = await run(lesson({}));
		const [other] = await run(lesson({ branch_id: 2 }));
		expect([row('lesson', own.id).branch_id, row('lesson', other.id).branch_id]).toEqual([1, 2]);
	});

	it('is moved to another branch and keeps the rest', async () => {
		const [{ id }] = await run(lesson({ topic: 'Датчики' }));
		await run({
			resource: 'lesson',
			operation: 'update',
			branchId: 1,
			id: pick(id),
			updateFields: { branch_id: 2 },
		});
		expect(row('lesson', id)).toMatchObject({ branch_id: 2, topic: 'Датчики', date: '2026-03-03' });
	});
});

it('a subscription plan shows how it is calculated, a payment what was spent', async () => {
	const [plan] = await run({ resource: 'tariff', operation: 'getAll', branchId: 1, limit: 1, filters: {} });
	expect(plan).toHaveProperty('calculation_type');
	expect(Object.keys(schemas['tariff/get'].properties)).toContain('calculation_type');
	expect(Object.keys(schemas['pay/get'].properties)).toContain('expenditure');
});

import type { INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, lead, row, rows, run, whole } = officeOf(school);

const job = (operation: string, id: unknown, more: INodeParameters = {}): INodeParameters => ({
	resource: 'customer',
	operation,
	branchId: 1,
	id: pick(id),
	...more,
});
const client = () => lead({ is_study: 1 });
const dotted = (add: number) =>
	new Intl.DateTimeFormat('ru-RU', { timeZone: 'Europe/Moscow' }).format(
		new Date(Date.now() + add * 86_400_000),
	);

describe('who joins or leaves a group', () => {
	const group = () => add('group', { name: 'Новая группа', branch_ids: [1], e_date: '2030-12-31' });
	const join = (id: unknown, group_id: unknown) =>
		job('addToGroup', id, { group_id: pick(group_id), additionalFields: {} });
	const leave = (id: unknown, group_id: unknown) =>
		job('removeFromGroup', id, { group_id: pick(group_id), leave_by: 'end', additionalFields: {} });

	it('shows the last day that was given, also where the answer holds no record', async () => {
		const id = client();
		const g = group();
		await run(join(id, g));
		const bare = { kind: 'successFalse', success: true, errors: [], model: {}, when: 'after' } as const;
		school.sandbox.faults.add({ ...bare, match: { entity: 'cgi', action: 'update' } });
		const [left] = await run(leave(id, g));
		expect(left).toMatchObject({ operationResult: 'updated', e_date: dotted(0) });
	});

	it('is in it tomorrow, who left and joins again on one day', async () => {
		const id = client();
		const g = group();
		await run(join(id, g));
		await run(leave(id, g));
		await run(join(id, g));
		const iso = (text: unknown) => String(text).split('.').reverse().join('-');
		const tomorrow = iso(dotted(1));
		const ends = rows('cgi')
			.filter((one) => one.customer_id === id)
			.map((one) => iso(one.e_date));
		expect(ends.some((end) => end >= tomorrow)).toBe(true);
	});

	it('is in it today, who was to join next month and is added today', async () => {
		const id = client();
		const g = group();
		add('cgi', { customer_id: id, group_id: g, b_date: dotted(30), e_date: dotted(300), branch_id: 1 });
		await run(join(id, g));
		expect(row('customer', id).group_ids).toEqual([g]);
	});

	it('is not said to have left where the list does not come whole', async () => {
		const id = client();
		const g = group();
		await run(join(id, g));
		school.sandbox.store.hide('cgi', rows('cgi').at(-1)?.id as number, 'counted');
		const { json, hints, status } = await whole(leave(id, g));
		const isTold = status === 'error' || hints.length > 0;
		expect(isTold || json[0]?.alreadyLeft === false).toBe(true);
	});

	it('keeps a membership that has begun, whatever last day is given', async () => {
		const id = client();
		const g = group();
		add('cgi', { customer_id: id, group_id: g, b_date: dotted(-300), e_date: dotted(-200), branch_id: 1 });
		add('cgi', { customer_id: id, group_id: g, b_date: dotted(-100), e_date: dotted(200), branch_id: 1 });
		await whole(
			job('removeFromGroup', id, {
				group_id: pick(g),
				leave_by: 'end',
				additionalFields: { e_date: dotted(-365) },
			} as INodeParameters),
		);
		expect(rows('cgi').filter(({ customer_id }) => customer_id === id)).toHaveLength(2);
	});
});

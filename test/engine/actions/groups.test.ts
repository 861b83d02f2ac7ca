import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { job, jobsOf } from '../support/jobs';
import { officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

/** Which days become which is told in the unit tests of memberships; here is what goes to AlfaCRM and what comes of it. */
const school = useSchool({ customers: 20 });
const { add, lead, row, rows, run, whole, writes } = officeOf(school);
const { failing } = jobsOf(school);

beforeEach(() => stopClock('2026-02-10T09:00:00Z'));
afterEach(() => jest.useRealTimers());

/** A customer and a group that have never met, with the memberships that the test gives them. */
function meet(...memberships: Array<[from: string, to: string | null]>) {
	const customer = lead({ is_study: 1 });
	const days = { b_date: '2025-09-01', e_date: '2035-05-31' };
	const group = add('group', { name: 'Сборка роботов', branch_ids: [1], ...days });
	const ids = memberships.map(([b_date, e_date]) =>
		add('cgi', { customer_id: customer, group_id: group, b_date, e_date, branch_id: 1 }),
	);
	const all = () => rows('cgi').filter((one) => one.customer_id === customer && one.group_id === group);
	return {
		...{ customer, group, ids, all },
		join: (additionalFields: IDataObject = {}, group_id = group) =>
			job('addToGroup', customer, { group_id: pick(group_id), additionalFields } as INodeParameters),
		leave: (leave_by = 'end', additionalFields: INodeParameters = {}) =>
			job('removeFromGroup', customer, { group_id: pick(group), leave_by, additionalFields }),
	};
}

describe('Add to Group', () => {
	it('enrolls a customer once; again it is a member already', async () => {
		const { customer, group, join, all } = meet();
		const [first] = await run(join());
		expect(first).toMatchObject({
			...{ customer_id: customer, group_id: group, operationResult: 'created', alreadyMember: false },
		});
		expect(await run(join())).toMatchObject([
			{ id: first.id, operationResult: 'unchanged', alreadyMember: true },
		]);
		expect(all()).toHaveLength(1);
		expect(writes()).toEqual(['cgi/create']);
		expect(row('customer', customer).group_ids).toEqual([group]);
	});

	it('believes AlfaCRM’s own word for a member where its list does not show the membership', async () => {
		const { customer, group, join, all } = meet();
		const [{ id }] = await run(join());
		school.sandbox.store.hide('cgi', id as number);
		expect(await run(join())).toMatchObject([
			{ customer_id: customer, group_id: group, operationResult: 'unchanged', alreadyMember: true },
		]);
		expect(all()).toHaveLength(1);
	});

	it('reports that word as an error where AlfaCRM shows a membership of other days only', async () => {
		const { join, all } = meet(['01.09.2025', '31.12.2025']);
		school.sandbox.faults.add({
			kind: 'successFalse',
			match: { entity: 'cgi', action: 'create' },
			errors: { group_id: ['Клиент уже состоит в группе «Сборка роботов».'] },
		});
		expect(await failing(join({ b_date: '2026-02-20', e_date: '2026-03-20' }))).toBeDefined();
		expect(all()).toMatchObject([{ b_date: '01.09.2025', e_date: '31.12.2025' }]);
	});

	it('reports any other refusal', async () => {
		const { customer, join } = meet();
		const error = await failing(join({}, 9_999));
		expect(error?.message).toContain(`add customer ${customer} to group 9999`);
	});

	it('gives a membership the days that are given, and leaves those alone that are not', async () => {
		const { join, all, ids } = meet(['01.02.2026', '31.05.2026']);
		expect(await run(join())).toMatchObject([{ id: ids[0], operationResult: 'unchanged' }]);
		expect(await run(join({ b_date: '2026-01-12' }))).toMatchObject([
			{ id: ids[0], operationResult: 'updated', alreadyMember: true },
		]);
		expect(await run(join({ e_date: '30.04.2026' }))).toMatchObject([{ operationResult: 'updated' }]);
		expect(all()).toMatchObject([{ id: ids[0], b_date: '12.01.2026', e_date: '30.04.2026' }]);
		expect(writes()).toEqual(['cgi/update', 'cgi/update']);
	});

	it('without an end does the same again, though the group is over', async () => {
		const over = { b_date: '2024-09-01', e_date: '2025-12-31' };
		const { group, join, all } = meet();
		school.sandbox.store.patch('group', group, over);
		expect(await run(join({ b_date: '2025-01-01' }))).toMatchObject([{ operationResult: 'created' }]);
		const once = structuredClone(all());
		expect(await run(join({ b_date: '2025-01-01' }))).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(all()).toEqual(once);
	});
});

describe('Remove From Group', () => {
	it('ends a membership today if no day is given, and shows the day; again it has ended', async () => {
		const { customer, leave, all } = meet(['01.09.2025', '31.05.2026']);
		const bare = { kind: 'successFalse', success: true, errors: [], model: {}, when: 'after' } as const;
		school.sandbox.faults.add({ ...bare, match: { entity: 'cgi', action: 'update' } });
		expect(await run(leave())).toMatchObject([
			{ operationResult: 'updated', alreadyLeft: false, e_date: '10.02.2026' },
		]);
		expect(await run(leave())).toMatchObject([
			{ customer_id: customer, operationResult: 'unchanged', alreadyLeft: true },
		]);
		expect(all()).toMatchObject([{ e_date: '10.02.2026' }]);
		expect(writes()).toEqual(['cgi/update']);
	});

	it('deletes a membership only where that is chosen, or where it has not begun', async () => {
		const deletes = meet(['01.09.2025', '31.05.2026']);
		expect(await run(deletes.leave('delete'))).toMatchObject([{ operationResult: 'deleted' }]);
		expect(await run(deletes.leave('delete'))).toMatchObject([
			{ operationResult: 'unchanged', alreadyLeft: true },
		]);
		const both = meet(['01.09.2025', '31.05.2026'], ['01.09.2026', null]);
		const results = (await run(both.leave())).map(({ id, operationResult }) => [id, operationResult]);
		expect(new Map(results as Array<[number, string]>)).toEqual(
			new Map([
				[both.ids[0], 'updated'],
				[both.ids[1], 'deleted'],
			]),
		);
		expect([deletes.all(), both.all()]).toMatchObject([[], [{ id: both.ids[0], e_date: '10.02.2026' }]]);
	});

	it('keeps a membership that has begun, whatever last day is given', async () => {
		const { leave, all } = meet(['01.09.2024', '31.05.2025'], ['01.09.2025', '31.12.2026']);
		await whole(leave('end', { e_date: '2024-02-10' }));
		expect(all()).toHaveLength(2);
	});

	it('with a last day tells by it what has begun then', async () => {
		const { leave, all, ids } = meet(
			['01.09.2025', '31.03.2026'],
			['15.04.2026', '31.05.2026'],
			['01.09.2026', null],
		);
		await run(leave('end', { e_date: '2026-05-01' }));
		expect(all()).toMatchObject([
			{ id: ids[0], e_date: '31.03.2026' },
			{ id: ids[1], e_date: '01.05.2026' },
		]);
	});

	it('does not say that somebody has left where the list does not come whole', async () => {
		const { leave, ids } = meet(['01.09.2025', '31.05.2026']);
		school.sandbox.store.hide('cgi', ids[0], 'counted');
		const { json, hints, status } = await whole(leave());
		expect(status === 'error' || hints.length > 0 || json[0]?.alreadyLeft === false).toBe(true);
	});

	it.each(['cgi/update', 'cgi/delete'])(
		'says what was saved when the other %s is refused, and comes to its end when it is run again',
		async (call) => {
			const { leave, all } = meet(['01.09.2025', '31.05.2026'], ['01.09.2026', '31.05.2027']);
			const [entity, action] = call.split('/');
			const errors = { e_date: ['Сейчас нельзя.'] };
			school.sandbox.faults.add({ kind: 'successFalse', match: { entity, action }, errors });
			const error = await failing(leave());
			const text = `${error?.message ?? ''} ${error?.description ?? ''}`;
			expect(text).toContain('Сейчас нельзя.');
			const done = all().length === 1 || all().some(({ e_date }) => e_date === '10.02.2026');
			if (done) expect(text).toContain('Saved before: ');
			expect(text).not.toContain(done ? 'Nothing was' : 'Saved before');

			await run(leave());
			expect(all()).toMatchObject([{ e_date: '10.02.2026' }]);
		},
	);
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, lead, patch, rows, run, whole, writes } = officeOf(school);

beforeEach(() => stopClock('2026-02-10T09:00:00Z'));
afterEach(() => jest.useRealTimers());

describe('Sell Subscription', () => {
	const sell = (customer: unknown, fields: IDataObject): INodeParameters => ({
		resource: 'customer',
		operation: 'sellSubscription',
		branchId: 1,
		id: pick(customer),
		tariff_id: 1,
		additionalFields: { b_date: '2026-03-01', ...fields } as INodeParameters,
	});
	const held = (customer: unknown) => rows('customer-tariff').filter((row) => row.customer_id === customer);

	it.each<[string, IDataObject, IDataObject]>([
		['subject', { subject_ids: [1] }, { subject_ids: [2] }],
		['set of subjects', { subject_ids: [1, 2] }, { subject_ids: [1] }],
		['lesson type', { lesson_type_ids: [1] }, { lesson_type_ids: [2] }],
		['note', { note: 'Первый ребёнок' }, { note: 'Второй ребёнок' }],
		['end', { e_date: '2026-03-31' }, { e_date: '2026-04-30' }],
		['kind of balance', { is_separate_balance: true }, { is_separate_balance: false }],
	])('sells another one of the same plan and day with another %s', async (_what, first, second) => {
		const id = lead({ is_study: 1 });
		const results: unknown[] = [];
		for (const fields of [first, second, first, second]) {
			const [{ operationResult }] = await run(sell(id, fields));
			results.push(operationResult);
		}
		expect(results).toEqual(['created', 'created', 'unchanged', 'unchanged']);
		expect(held(id)).toHaveLength(2);
	});

	it('sells once, however far the balance has been used up since', async () => {
		const id = lead({ is_study: 1 });
		const fields = { balance: 3200, subject_ids: [1] };
		const [first] = await run(sell(id, fields));
		patch('customer-tariff', first.id, { balance: '800.00' });
		expect(await run(sell(id, fields))).toMatchObject([{ id: first.id, operationResult: 'unchanged' }]);
		expect(held(id)).toMatchObject([{ id: first.id, balance: '800.00' }]);
	});

	it('sells once whose balance was computed and whose subjects come in another order', async () => {
		const id = lead({ is_study: 1 });
		await run(sell(id, { balance: 1290.9 * 3, subject_ids: [1, 2] }));
		expect(await run(sell(id, { balance: '3872.70', subject_ids: [2, 1] }))).toMatchObject([
			{ operationResult: 'unchanged' },
		]);
		// Another subject is another one, though.
		await run(sell(id, { balance: '3872.70', subject_ids: [3] }));
		expect(held(id)).toHaveLength(2);
	});
});

/** A customer and a group that have never met, with the memberships that the test gives them. */
function meet(...memberships: Array<[from: string, to: string | null]>) {
	const customer = lead({ is_study: 1 });
	const group = add('group', {
		name: 'Сборка роботов',
		branch_ids: [1],
		b_date: '2025-09-01',
		e_date: '2035-05-31',
	});
	const ids = memberships.map(([b_date, e_date]) =>
		add('cgi', { customer_id: customer, group_id: group, b_date, e_date }),
	);
	const job = (operation: string, more: INodeParameters): INodeParameters => ({
		resource: 'customer',
		operation,
		branchId: 1,
		id: pick(customer),
		group_id: pick(group),
		...more,
	});
	const all = () => rows('cgi').filter((row) => row.customer_id === customer && row.group_id === group);
	return {
		customer,
		group,
		ids,
		all,
		join: (additionalFields: INodeParameters = {}) => job('addToGroup', { additionalFields }),
		leave: (leave_by = 'end', additionalFields: INodeParameters = {}) =>
			job('removeFromGroup', { leave_by, additionalFields }),
	};
}

describe('Add to Group of a member', () => {
	it.each<[string, string | null]>([
		['31.05.2026', 'an earlier end'],
		[null as never, 'no end'],
		['28.02.2026', 'a later end'],
	])('gives the membership that ended on %s the end that is given', async (end) => {
		const { join, all, ids } = meet(['01.09.2025', end]);
		const [first] = await run(join({ e_date: '2026-04-30' }));
		expect(first).toMatchObject({ id: ids[0], operationResult: 'updated', alreadyMember: true });
		expect(all()).toMatchObject([{ id: ids[0], b_date: '01.09.2025', e_date: '30.04.2026' }]);

		const [second] = await run(join({ e_date: '30.04.2026' }));
		expect(second).toMatchObject({ id: ids[0], operationResult: 'unchanged', alreadyMember: true });
		expect(writes()).toEqual(['cgi/update']);
	});

	it('gives the membership an earlier start', async () => {
		const { join, all, ids } = meet(['01.02.2026', '31.05.2026']);
		const [first] = await run(join({ b_date: '2026-01-12' }));
		expect(first).toMatchObject({ id: ids[0], operationResult: 'updated', alreadyMember: true });
		expect(all()).toMatchObject([{ b_date: '12.01.2026', e_date: '31.05.2026' }]);
		expect(await run(join({ b_date: '2026-01-12' }))).toMatchObject([{ operationResult: 'unchanged' }]);
	});

	it('leaves a membership alone whose days are not given', async () => {
		const { join, all, ids } = meet(['01.09.2025', '31.05.2026']);
		expect(await run(join())).toMatchObject([{ id: ids[0], operationResult: 'unchanged' }]);
		// Until an end is given.
		await run(join({ e_date: '2026-06-30' }));
		expect(all()).toMatchObject([{ id: ids[0], b_date: '01.09.2025', e_date: '30.06.2026' }]);
	});
});

describe('Remove From Group', () => {
	it('ends the current membership and takes back the future one', async () => {
		const { leave, all, ids } = meet(['01.09.2025', '31.05.2026'], ['01.09.2026', '31.05.2027']);
		const json = await run(leave());
		expect(new Map(json.map(({ id, operationResult }) => [id, operationResult]))).toEqual(
			new Map([
				[ids[0], 'updated'],
				[ids[1], 'deleted'],
			]),
		);
		expect(all()).toMatchObject([{ id: ids[0], e_date: '10.02.2026' }]);

		expect(await run(leave())).toMatchObject([{ operationResult: 'unchanged', alreadyLeft: true }]);
		expect(all()).toHaveLength(1);
	});

	it('takes back a membership that has not begun', async () => {
		const { leave, all } = meet(['01.09.2026', null]);
		expect(await run(leave())).toMatchObject([{ operationResult: 'deleted', alreadyLeft: false }]);
		expect(all()).toEqual([]);
		expect(await run(leave())).toMatchObject([{ operationResult: 'unchanged', alreadyLeft: true }]);
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

	it.each(['cgi/update', 'cgi/delete'])(
		'says what was saved when the other %s is refused, and comes to its end when it is run again',
		async (call) => {
			const { leave, all } = meet(['01.09.2025', '31.05.2026'], ['01.09.2026', '31.05.2027']);
			const [entity, action] = call.split('/');
			// Whichever of both is sent second fails.
			school.sandbox.faults.add({
				kind: 'successFalse',
				match: { entity, action },
				errors: { e_date: ['Сейчас нельзя.'] },
			});
			const { error, status } = await whole(leave());
			expect(status).toBe('error');
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

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import { looksFirst } from '../../support/actionKinds';
import { inBranch1, job, jobsOf, today } from '../support/jobs';
import { pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const { rows, some, stored, lead, client, run, failing, writes } = jobsOf(school);
afterEach(() => jest.useRealTimers());

// ---------------------------------------------------------------- the life of a lead

describe('steps of a lead or client', () => {
	interface Step {
		operation: string;
		given: INodeParameters;
		/** What is there before, and what AlfaCRM is to hold afterwards. */
		before: IDataObject;
		after: IDataObject;
	}
	it.each<Step>([
		{
			operation: 'convertToClient',
			given: { additionalFields: { study_status_id: 2 } },
			before: {},
			after: { is_study: 1, study_status_id: 2 },
		},
		{ operation: 'convertToClient', given: {}, before: {}, after: { is_study: 1 } },
		{
			operation: 'moveToStage',
			given: { lead_status_id: 3 },
			before: { lead_status_id: 1 },
			after: { lead_status_id: 3 },
		},
		{
			operation: 'assignManager',
			given: { assigned_id: '4' },
			before: { assigned_id: null },
			after: { assigned_id: 4 },
		},
		{
			operation: 'assignTeachers',
			given: { teacher_ids: [2, 3] },
			before: { teacher_ids: [1, 2] },
			after: { teacher_ids: [1, 2, 3] },
		},
		{
			operation: 'assignTeachers',
			given: { teacher_ids: [2, 3], listMode: 'replace' },
			before: { teacher_ids: [1, 2] },
			after: { teacher_ids: [2, 3] },
		},
		{
			operation: 'reject',
			given: { lead_reject_id: 1 },
			before: { lead_reject_id: null },
			after: { lead_reject_id: 1, e_date: '2030-12-31' },
		},
		{
			operation: 'archive',
			given: { additionalFields: { customer_reject_id: 1 } },
			before: { customer_reject_id: null },
			after: { customer_reject_id: 1 },
		},
		{ operation: 'unarchive', given: {}, before: { e_date: '2025-01-31' }, after: { e_date: '2030-12-31' } },
	])(
		'$operation with $given is done once, and again changes nothing',
		async ({ operation, given, before, after }) => {
			const { id } = lead();
			school.sandbox.store.patch('customer', id as number, before as never);

			const [first] = await run(job(operation, id, given));
			expect(first).toMatchObject({ id, operationResult: 'updated' });
			expect(first.changedFields).not.toEqual([]);
			expect(stored(id)).toMatchObject(after);
			expect(writes()).toEqual(['customer/update']);

			const state = stored(id);
			const [second] = await run(job(operation, id, given));
			expect(second).toMatchObject({ id, operationResult: 'unchanged', changedFields: [] });
			expect(writes()).toEqual(['customer/update']);
			expect(stored(id)).toEqual(state);
		},
	);

	it('reject can archive too, and refuses a client', async () => {
		const { id } = lead();
		await run(job('reject', id, { lead_reject_id: 2, additionalFields: { removed: true } }));
		expect(stored(id).e_date).not.toBe('2030-12-31');
		expect(stored(id).lead_reject_id).toBe(2);

		const before = school.records();
		const other = client().id;
		const error = await failing(job('reject', other, { lead_reject_id: 2 }));
		expect(error?.message).toBe(`Customer ${String(other)} is a client, not a lead`);
		expect(school.records()).toEqual(before);
	});

	it('tell when AlfaCRM takes the flag of the archive and does nothing', async () => {
		school.sandbox.settings.removedWrite = 'ignored';
		const { id } = lead();
		const { hints } = await school.engine.run({ parameters: job('archive', id) });
		expect(hints).toEqual([
			`AlfaCRM took the change, but shows a customer as active still. Archive it there by hand: customer ${String(id)}`,
		]);
	});

	it('name whom they change and leave in the archive', async () => {
		const hintsOf = async (parameters: INodeParameters) => (await school.engine.run({ parameters })).hints;
		const { id } = lead();
		school.sandbox.store.patch('customer', id as number, { e_date: '2025-12-01' });
		for (const parameters of [job('convertToClient', id), job('assignManager', id, { assigned_id: 4 })]) {
			expect(await hintsOf(parameters)).toEqual([
				`Archived customers were changed and stay in the archive; 'Restore' brings them back: customer ${String(id)}`,
			]);
		}
		expect(stored(id)).toMatchObject({ is_study: 1, e_date: '2025-12-01' });
		// Nothing is changed any more; who is brought back does not stay there, nor does who is active.
		expect(await hintsOf(job('convertToClient', id))).toEqual([]);
		expect(await hintsOf(job('unarchive', id))).toEqual([]);
		expect(await hintsOf(job('convertToClient', lead().id))).toEqual([]);
	});

	it.each([
		['since today', '2026-03-01', true],
		['from a day on that is to come', '2026-04-01', false],
	])('name whom they change and who is archived %s', async (_when, e_date, isNamed) => {
		stopClock('2026-03-01T12:00:00Z');
		const { id } = lead();
		school.sandbox.store.patch('customer', id as number, { e_date });
		const { hints } = await school.engine.run({ parameters: job('convertToClient', id) });
		expect(hints.join().includes(`customer ${String(id)}`)).toBe(isNamed);
		expect(stored(id)).toMatchObject({ is_study: 1, e_date });
	});

	it('reach a customer in another branch, and save there', async () => {
		school.sandbox.settings.otherBranch = 'missing';
		const { id } = lead();
		school.sandbox.store.patch('customer', id as number, { branch_ids: [3], assigned_id: null } as never);
		await run(job('assignManager', id, { assigned_id: 4 }));
		expect(stored(id)).toMatchObject({ assigned_id: 4, branch_ids: [3] });
		expect(school.sandbox.journal.at(-1)?.path).toBe('/v2api/3/customer/update');
		await run(job('takePayment', id, { income: 600, pay_account_id: 1 }));
		expect(rows('pay').at(-1)).toMatchObject({ customer_id: id, payer_name: stored(id).legal_name });
	});

	it('say that there is no such customer', async () => {
		const error = await failing(job('convertToClient', 9_999));
		expect(error?.message).toBe('AlfaCRM has no customer with ID 9999');
		expect(writes()).toEqual([]);
	});

	it('give small outputs unless the raw record is asked for', async () => {
		const { id } = lead();
		const [small] = await run(job('assignManager', id, { assigned_id: 4 }));
		// Ten fields, the address of the page, and what became of it.
		expect(Object.keys(small).length).toBeLessThanOrEqual(13);
		expect(small).toMatchObject({ url: expect.stringContaining(`/lead/view?id=${id}`) as string });
		const [raw] = await run(job('assignManager', id, { assigned_id: 4, simplify: false }));
		expect(Object.keys(raw).length).toBeGreaterThan(25);
	});
});

// ---------------------------------------------------------------- groups

describe('groups', () => {
	const of = (customer: unknown, group: unknown) =>
		rows('cgi').filter((row) => row.customer_id === customer && row.group_id === group);
	/** A customer and a group that have never met. */
	const strangers = () => {
		const customer = client().id;
		const group = some('group', (row) => inBranch1(row) && of(customer, row.id).length === 0).id;
		school.sandbox.store.patch(
			'group',
			group as number,
			{ b_date: '01.09.2026', e_date: '31.12.2030' } as never,
		);
		return { customer, group };
	};
	const join = (customer: unknown, group: unknown, more: INodeParameters = {}) =>
		job('addToGroup', customer, { group_id: pick(group), ...more });
	const leave = (customer: unknown, group: unknown, more: INodeParameters = {}) =>
		job('removeFromGroup', customer, { group_id: pick(group), leave_by: 'end', ...more });

	it('a customer is enrolled once; again it is a member already', async () => {
		const { customer, group } = strangers();
		const [first] = await run(join(customer, group));
		expect(first).toMatchObject({
			customer_id: customer,
			group_id: group,
			operationResult: 'created',
			alreadyMember: false,
		});
		const [second] = await run(join(customer, group));
		expect(second).toMatchObject({ id: first.id, operationResult: 'unchanged', alreadyMember: true });
		expect(of(customer, group)).toHaveLength(1);
		expect(writes()).toEqual(['cgi/create']);
	});

	it('AlfaCRM’s own word for a member counts where its list does not show the membership', async () => {
		const { customer, group } = strangers();
		const [{ id }] = await run(join(customer, group));
		school.sandbox.store.hide('cgi', id as number);
		expect(await run(join(customer, group))).toMatchObject([
			{ customer_id: customer, group_id: group, operationResult: 'unchanged', alreadyMember: true },
		]);
		expect(of(customer, group)).toHaveLength(1);
	});

	it('another refusal stays one', async () => {
		const { customer } = strangers();
		const error = await failing(join(customer, 9_999));
		expect(error?.message).toContain(`add customer ${String(customer)} to group 9999`);
	});

	it('who has left may join again', async () => {
		const { customer, group } = strangers();
		school.sandbox.store.insert('cgi', {
			customer_id: customer,
			group_id: group,
			b_date: '01.09.2024',
			e_date: '31.05.2025',
		} as never);
		expect(await run(join(customer, group))).toMatchObject([{ operationResult: 'created' }]);
		expect(of(customer, group)).toHaveLength(2);
	});

	it('a membership ends on a day, today if none is given; again it has ended', async () => {
		const { customer, group } = strangers();
		school.sandbox.store.insert('cgi', {
			customer_id: customer,
			group_id: group,
			b_date: '01.09.2025',
			e_date: '31.12.2030',
		} as never);
		const [first] = await run(leave(customer, group));
		expect(first).toMatchObject({ operationResult: 'updated', alreadyLeft: false, e_date: today() });
		const [second] = await run(leave(customer, group));
		expect(second).toMatchObject({ customer_id: customer, operationResult: 'unchanged', alreadyLeft: true });
		expect(of(customer, group)).toMatchObject([{ e_date: today() }]);
		expect(writes()).toEqual(['cgi/update']);
	});

	it('a membership is deleted only where that is chosen, one that begins later too', async () => {
		const { customer, group } = strangers();
		school.sandbox.store.insert('cgi', {
			customer_id: customer,
			group_id: group,
			b_date: today(10),
			e_date: today(60),
		} as never);
		expect(await run(leave(customer, group, { leave_by: 'delete' }))).toMatchObject([
			{ operationResult: 'deleted', alreadyLeft: false },
		]);
		expect(await run(leave(customer, group, { leave_by: 'delete' }))).toMatchObject([
			{ operationResult: 'unchanged', alreadyLeft: true },
		]);
		expect(of(customer, group)).toEqual([]);
	});
});

it('all jobs have a test here, those of a group beside the other actions', () => {
	// Of a kind that adds a record in additions.test.ts, of attendance in completeLesson.test.ts.
	const names = entities.flatMap(({ resource, actions = [] }) =>
		actions.filter(({ kind }) => looksFirst(kind)).map(({ name }) => `${resource}.${name}`),
	);
	expect(names.sort()).toEqual(
		[
			'customer.addComment',
			'customer.addToGroup',
			'customer.archive',
			'customer.assignManager',
			'customer.assignTeachers',
			'customer.convertToClient',
			'customer.createTask',
			'customer.moveToStage',
			'customer.reject',
			'customer.removeFromGroup',
			'customer.sellSubscription',
			'customer.takePayment',
			'customer.unarchive',
			'group.archive',
			'group.unarchive',
			'lesson.complete',
		].sort(),
	);
});

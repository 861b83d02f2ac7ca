import {
	addToGroupForm,
	ANNA,
	deleteMembershipForm,
	endMembershipForm,
	GROUP,
	LAST_DAY_OF_GROUP,
	MembershipSchool,
	NOW,
	TODAY,
	YESTERDAY,
} from './membershipSchool';

/** AlfaCRM's message that the customer is in the group already. */
const ALREADY_MEMBER = { group_id: ['Клиент уже состоит в группе «Роботы».'] };
/** AlfaCRM's message that a day has a wrong format. */
const WRONG_DAY = { e_date: ['Неверный формат.'] };

let school: MembershipSchool;

beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
	school = new MembershipSchool();
});

afterEach(() => {
	jest.useRealTimers();
});

describe('Add to Group on 10 February 2026', () => {
	it('Add to Group creates a membership from today until the last day of the group', async () => {
		const { membership, hints } = await school.addToGroup(addToGroupForm());

		expect(membership).toMatchObject({
			customer_id: ANNA,
			group_id: GROUP,
			operationResult: 'created',
			alreadyMember: false,
		});
		expect(hints).toEqual([]);
		expect(school.readMemberships()).toEqual([{ from: TODAY, until: LAST_DAY_OF_GROUP }]);
	});

	it('Add to Group changes nothing when a membership goes on after today', async () => {
		school.addMembership({ from: '2026-01-01', until: '2026-12-31' });

		const { membership, hints } = await school.addToGroup(addToGroupForm());

		expect(membership).toMatchObject({ operationResult: 'unchanged', alreadyMember: true });
		expect(hints).toEqual(['This customer was in the group already; nothing was added: customer 1, group 1']);
		expect(school.readMemberships()).toEqual([{ from: '2026-01-01', until: '2026-12-31' }]);
	});

	it('Add to Group moves the end of a membership to the End Date', async () => {
		school.addMembership({ from: '2026-01-01', until: '2026-12-31' });

		const { membership, hints } = await school.addToGroup(addToGroupForm({ e_date: '2026-06-30' }));

		expect(membership).toMatchObject({ operationResult: 'updated', alreadyMember: true });
		expect(hints).toEqual([]);
		expect(school.readMemberships()).toEqual([{ from: '2026-01-01', until: '2026-06-30' }]);
	});

	it('Add to Group removes the end of a membership that would end today', async () => {
		school.addMembership({ from: '2026-01-01', until: TODAY });

		const { membership, hints } = await school.addToGroup(addToGroupForm());

		expect(membership).toMatchObject({ operationResult: 'updated', alreadyMember: true });
		expect(hints).toEqual([]);
		expect(school.readMemberships()).toEqual([{ from: '2026-01-01', until: null }]);
	});

	it('Add to Group lets a future membership begin today when End Date is empty', async () => {
		// A new membership without an end would be in the way of the future one.
		school.addMembership({ from: '2026-03-01', until: '2026-12-31' });

		const { membership, hints } = await school.addToGroup(addToGroupForm());

		expect(membership).toMatchObject({ operationResult: 'updated', alreadyMember: false });
		expect(hints).toEqual([]);
		expect(school.readMemberships()).toEqual([{ from: TODAY, until: '2026-12-31' }]);
	});

	it('Add to Group creates a second membership when the End Date is before the future one', async () => {
		school.addMembership({ from: '2026-03-01', until: '2026-12-31' });

		const { membership, hints } = await school.addToGroup(addToGroupForm({ e_date: '2026-02-20' }));

		expect(membership).toMatchObject({ operationResult: 'created', alreadyMember: false });
		expect(hints).toEqual([]);
		expect(school.readMemberships()).toEqual([
			{ from: TODAY, until: '2026-02-20' },
			{ from: '2026-03-01', until: '2026-12-31' },
		]);
	});

	it('Add to Group creates a membership and leaves a past one as it is', async () => {
		school.addMembership({ from: '2025-01-01', until: '2025-12-31' });

		const { membership, hints } = await school.addToGroup(addToGroupForm({ e_date: '2026-03-01' }));

		expect(membership).toMatchObject({ operationResult: 'created', alreadyMember: false });
		expect(hints).toEqual([]);
		expect(school.readMemberships()).toEqual([
			{ from: '2025-01-01', until: '2025-12-31' },
			{ from: TODAY, until: '2026-03-01' },
		]);
	});

	it('Add to Group extends a membership that would end today until the day before a future one', async () => {
		school.addMembership({ from: '2026-01-01', until: TODAY });
		school.addMembership({ from: '2026-03-01', until: '2026-12-31' });

		const { membership, hints } = await school.addToGroup(addToGroupForm());

		expect(membership).toMatchObject({ operationResult: 'updated', alreadyMember: true });
		expect(hints).toEqual([]);
		expect(school.readMemberships()).toEqual([
			{ from: '2026-01-01', until: '2026-02-28' },
			{ from: '2026-03-01', until: '2026-12-31' },
		]);
	});

	it('Add to Group moves the start and the end of a membership by one call', async () => {
		school.addMembership({ from: '2026-03-01', until: '2026-03-31' });

		const { membership, hints } = await school.addToGroup(
			addToGroupForm({ b_date: '2026-02-15', e_date: '2026-04-30' }),
		);

		expect(membership).toMatchObject({ operationResult: 'updated', alreadyMember: true });
		expect(hints).toEqual([]);
		expect(school.readWrites()).toEqual(['cgi/update']);
		expect(school.readMemberships()).toEqual([{ from: '2026-02-15', until: '2026-04-30' }]);
	});

	it.each([
		{ change: 'has created a membership', memberships: [], days: {} },
		{
			change: 'has moved the end of a membership',
			memberships: [{ from: '2026-01-01', until: '2026-12-31' }],
			days: { e_date: '2026-06-30' },
		},
		{
			change: 'has removed the end of a membership',
			memberships: [{ from: '2026-01-01', until: TODAY }],
			days: {},
		},
		{
			change: 'has let a future membership begin today',
			memberships: [{ from: '2026-03-01', until: '2026-12-31' }],
			days: {},
		},
		{
			change: 'has created a membership before a future one',
			memberships: [{ from: '2026-03-01', until: '2026-12-31' }],
			days: { e_date: '2026-02-20' },
		},
		{
			change: 'has created a membership after a past one',
			memberships: [{ from: '2025-01-01', until: '2025-12-31' }],
			days: { e_date: '2026-03-01' },
		},
		{
			change: 'has let a membership go on until a future one',
			memberships: [
				{ from: '2026-01-01', until: TODAY },
				{ from: '2026-03-01', until: '2026-12-31' },
			],
			days: {},
		},
		{
			change: 'has extended a membership on both sides',
			memberships: [{ from: '2026-03-01', until: '2026-03-31' }],
			days: { b_date: '2026-02-15', e_date: '2026-04-30' },
		},
	])(
		'a second run of Add to Group changes nothing after the first one $change',
		async ({ memberships, days }) => {
			school.addMemberships(memberships);
			await school.addToGroup(addToGroupForm(days));
			const membershipsAfterFirstRun = school.readMemberships();

			const { membership, hints } = await school.addToGroup(addToGroupForm(days));

			expect(membership).toMatchObject({ operationResult: 'unchanged', alreadyMember: true });
			expect(hints).toEqual([
				'This customer was in the group already; nothing was added: customer 1, group 1',
			]);
			expect(school.readMemberships()).toEqual(membershipsAfterFirstRun);
		},
	);

	it('Add to Group removes the end of a new membership when AlfaCRM has let it end today', async () => {
		// AlfaCRM ends a new membership with its group. In this test the group ends today.
		school.onCall = (call) => {
			if (call !== 'cgi/create') return undefined;
			const membership = school.addMembership({ from: TODAY, until: TODAY });
			return { success: true, errors: [], model: school.readRecord('cgi', membership) };
		};

		const { membership } = await school.addToGroup(addToGroupForm());

		expect(membership).toMatchObject({
			operationResult: 'created',
			alreadyMember: false,
			e_date: null,
		});
		expect(school.readWrites()).toEqual(['cgi/create', 'cgi/update']);
		expect(school.readMemberships()).toEqual([{ from: TODAY, until: null }]);
	});

	it('two runs of Add to Group create one membership in a group that has ended', async () => {
		school.changeRecord('group', GROUP, { e_date: '31.12.2025' });

		const results = await school.runInTurn(
			addToGroupForm({ b_date: '2025-01-01' }),
			addToGroupForm({ b_date: '2025-01-01' }),
		);

		expect(results).toBe('created, unchanged');
		expect(school.readMemberships()).toHaveLength(1);
	});

	it('Add to Group refuses an End Date before today when Start Date is empty', async () => {
		const { message, description } = await school.expectRefusedUnsent(addToGroupForm({ e_date: YESTERDAY }));

		expect(message).toBe("'End Date' must not be before today");
		expect(description).toBe("Give a later day, or use 'Remove From Group'. Nothing was sent to AlfaCRM.");
	});

	it('Add to Group refuses an End Date before the Start Date', async () => {
		const { message } = await school.expectRefusedUnsent(
			addToGroupForm({ b_date: '2026-03-02', e_date: '2026-03-01' }),
		);

		expect(message).toBe("'End Date' must not be before 'Start Date'");
	});

	it('Add to Group refuses days that reach from one membership into another', async () => {
		school.addMembership({ from: '2026-02-01', until: '2026-02-20' });
		school.addMembership({ from: '2026-03-10', until: '2026-04-30' });

		const { message, description } = await school.expectRefused(addToGroupForm({ e_date: '2026-04-15' }));

		expect(message).toBe('The customer was in the group more than once from 2026-02-10 to 2026-04-15');
		expect(description).toBe(
			"Give a later 'Start Date', or change the memberships in AlfaCRM. Nothing was saved.",
		);
		expect(school.readMemberships()).toEqual([
			{ from: '2026-02-01', until: '2026-02-20' },
			{ from: '2026-03-10', until: '2026-04-30' },
		]);
	});
});

describe('Add to Group when AlfaCRM refuses the membership', () => {
	it('Add to Group takes the customer for a member when AlfaCRM says so, although it lists no membership', async () => {
		school.answerCallWith('cgi/create', { success: false, errors: ALREADY_MEMBER });

		const { membership } = await school.addToGroup(addToGroupForm());

		expect(membership).toEqual({
			customer_id: ANNA,
			group_id: GROUP,
			operationResult: 'unchanged',
			alreadyMember: true,
		});
	});

	it('Add to Group fails when AlfaCRM calls the customer a member and the form has an End Date', async () => {
		school.answerCallWith('cgi/create', { success: false, errors: ALREADY_MEMBER });

		const { error } = await school.runToEnd(addToGroupForm({ e_date: '2026-03-01' }));

		expect(error?.message).toBe(
			'AlfaCRM did not add customer 1 to group 1: Group – Клиент уже состоит в группе «Роботы».',
		);
	});

	it('Add to Group fails when AlfaCRM calls the customer a member, but may mean a past membership', async () => {
		school.addMembership({ from: '2025-01-01', until: '2025-12-31' });
		school.answerCallWith('cgi/create', { success: false, errors: ALREADY_MEMBER });

		const { error } = await school.runToEnd(addToGroupForm());

		expect(error?.message).toBe(
			'AlfaCRM did not add customer 1 to group 1: Group – Клиент уже состоит в группе «Роботы».',
		);
	});

	it('Add to Group fails with the message of AlfaCRM about a field', async () => {
		school.refuseCall('cgi/create', WRONG_DAY);

		const { error } = await school.runToEnd(addToGroupForm());

		expect(error?.message).toBe('AlfaCRM did not add customer 1 to group 1: End Date – Неверный формат.');
	});

	it('Add to Group does not read the memberships again after a refusal', async () => {
		school.refuseCall('cgi/create', WRONG_DAY);

		await school.runToEnd(addToGroupForm());

		// One list of the current memberships, and one of those on all days.
		expect(school.readRequests('cgi/customer')).toHaveLength(2);
	});

	it('Add to Group does not try again when AlfaCRM reports a success together with an error', async () => {
		school.answerCallWith('cgi/create', { success: true, errors: WRONG_DAY });

		const { error } = await school.runToEnd(addToGroupForm({ e_date: '2026-05-31' }));

		expect(error?.message).toContain('Неверный формат');
		expect(school.readWrites()).toEqual(['cgi/create']);
	});
});

describe('Add to Group in several executions at the same time', () => {
	const SEVERAL_CALLS_AT_ONCE = { credential: { callsAtOnce: 5 } };

	it('Add to Group waits for another execution that adds the same customer to the same group', async () => {
		const releaseAnswer = school.holdFirstAnswer('cgi/customer');

		const firstRun = school.run(addToGroupForm(), SEVERAL_CALLS_AT_ONCE);
		const secondRun = school.run(addToGroupForm(), SEVERAL_CALLS_AT_ONCE);
		await jest.advanceTimersByTimeAsync(100);
		const callsWhileHeld = [...school.calls];
		releaseAnswer();
		const [firstResult, secondResult] = await Promise.all([firstRun, secondRun]);

		// Only the first execution has sent a call: the one that AlfaCRM did not answer yet.
		expect(callsWhileHeld).toEqual(['cgi/customer']);
		expect(firstResult.json).toMatchObject([{ operationResult: 'created' }]);
		expect(secondResult.json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(school.readMemberships()).toHaveLength(1);
	});

	it('Add to Group does not wait for an execution that adds another customer to the same group', async () => {
		const boris = school.addLead({ is_study: 1 });
		const releaseAnswer = school.holdFirstAnswer('cgi/customer');
		const runOfAnna = school.run(addToGroupForm(), SEVERAL_CALLS_AT_ONCE);

		const { json } = await school.run(addToGroupForm({}, { id: boris }), SEVERAL_CALLS_AT_ONCE);

		expect(json).toMatchObject([{ customer_id: boris, operationResult: 'created' }]);
		expect(school.readMemberships()).toHaveLength(1);
		releaseAnswer();
		await runOfAnna;
	});

	it('Add to Group does not wait for an execution that adds the same customer to another group', async () => {
		const otherGroup = school.addRecord('group', { name: 'Шахматы', branch_ids: [1] });
		const releaseAnswer = school.holdFirstAnswer('cgi/customer');
		const runOfGroup = school.run(addToGroupForm(), SEVERAL_CALLS_AT_ONCE);

		const { json } = await school.run(addToGroupForm({}, { group_id: otherGroup }), SEVERAL_CALLS_AT_ONCE);

		expect(json).toMatchObject([{ group_id: otherGroup, operationResult: 'created' }]);
		expect(school.readMemberships()).toEqual([]);
		releaseAnswer();
		await runOfGroup;
	});
});

/** A call for memberships names a branch in its URL. `readMembershipBranches` reads these branches. */
describe('the branch of a membership when Branch is empty', () => {
	const UNKNOWN_GROUP = 9_999;

	beforeEach(() => {
		school.addRecord('branch', { id: 3, name: 'Филиал 3', is_active: 1 });
	});

	it.each([1, 2])(
		'Add to Group uses branch %i of the group when the customer is in both branches',
		async (branch) => {
			school.setBranches({ customer: [1, 2], group: [branch] });

			await school.run(addToGroupForm({}, { branchId: '' }));

			expect(school.readMembershipBranches()).toEqual([branch]);
		},
	);

	it.each([1, 2])(
		'Remove From Group uses branch %i of the group when the customer is in both branches',
		async (branch) => {
			school.setBranches({ customer: [1, 2], group: [branch] });
			school.addMembership({ from: '2026-01-01', until: null }, { branch_id: branch });

			await school.run(deleteMembershipForm({}, { branchId: '' }));

			expect(school.readMembershipBranches()).toEqual([branch]);
			expect(school.readMemberships()).toEqual([]);
		},
	);

	it('Add to Group uses the only branch of the group when the customer is in another one', async () => {
		school.setBranches({ customer: [1], group: [2] });

		await school.run(addToGroupForm({}, { branchId: '' }));

		expect(school.readMembershipBranches()).toEqual([2]);
	});

	it('Add to Group uses the branch of the customer when it is one of several branches of the group', async () => {
		school.setBranches({ customer: [1], group: [2, 1] });

		await school.run(addToGroupForm({}, { branchId: '' }));

		expect(school.readMembershipBranches()).toEqual([1]);
	});

	it.each([1, 2])(
		'Add to Group uses branch %i when only this branch has both the customer and the group',
		async (branch) => {
			school.setBranches({ customer: [1, 2], group: [3, branch] });

			await school.run(addToGroupForm({}, { branchId: '' }));

			expect(school.readMembershipBranches()).toEqual([branch]);
		},
	);

	it('Add to Group asks for the branch when the group has several branches and none of them is that of the customer', async () => {
		school.setBranches({ customer: [1], group: [2, 3] });

		const { message, description } = await school.expectRefused(addToGroupForm({}, { branchId: '' }));

		expect(message).toBe('Group 1 is in the branches 2, 3, and customer 1 was found in branch 1');
		expect(description).toBe("Choose one of the group's branches in 'Branch'. Nothing was saved.");
	});

	it('Add to Group uses the branch of the customer when AlfaCRM does not show the group', async () => {
		school.changeRecord('customer', ANNA, { branch_ids: [1] });

		await school.runToEnd(addToGroupForm({}, { branchId: '', group_id: UNKNOWN_GROUP }));

		expect(school.readMembershipBranches()).toEqual([1]);
	});

	it('Add to Group looks up the branch of a group once for all items', async () => {
		const boris = school.addLead({ is_study: 1, branch_ids: [1] });

		await school.run(
			{},
			{
				parametersByItem: [
					addToGroupForm({}, { branchId: '', id: ANNA }),
					addToGroupForm({}, { branchId: '', id: boris }),
				],
			},
		);

		expect(school.readRequests('group/index')).toHaveLength(1);
		expect(school.readMemberships()).toHaveLength(2);
	});

	it('Add to Group uses a chosen Branch without looking up the group', async () => {
		school.setBranches({ customer: [1, 2], group: [2] });

		await school.run(addToGroupForm({}, { branchId: 1 }));

		expect(school.readMembershipBranches()).toEqual([1]);
		expect(school.readRequests('group/index')).toEqual([]);
	});
});

describe('Remove From Group on 10 February 2026', () => {
	it('Remove From Group ends a membership today', async () => {
		school.addMembership({ from: '2026-01-01', until: '2026-12-31' });

		const { json } = await school.run(endMembershipForm());

		expect(json).toMatchObject([
			{ customer_id: ANNA, group_id: GROUP, operationResult: 'updated', alreadyLeft: false },
		]);
		expect(school.readMemberships()).toEqual([{ from: '2026-01-01', until: TODAY }]);
	});

	it('Remove From Group ends a membership on a future Last Day', async () => {
		school.addMembership({ from: '2026-01-01', until: '2026-12-31' });

		const { json } = await school.run(endMembershipForm({ e_date: '2026-03-31' }));

		expect(json).toMatchObject([{ operationResult: 'updated', alreadyLeft: false }]);
		expect(school.readMemberships()).toEqual([{ from: '2026-01-01', until: '2026-03-31' }]);
	});

	it('Remove From Group ends a membership on its first day', async () => {
		school.addMembership({ from: '2026-01-01', until: '2026-12-31' });

		const { json } = await school.run(endMembershipForm({ e_date: '2026-01-01' }));

		expect(json).toMatchObject([{ operationResult: 'updated', alreadyLeft: false }]);
		expect(school.readMemberships()).toEqual([{ from: '2026-01-01', until: '2026-01-01' }]);
	});

	it('Remove From Group ends a membership today that began today', async () => {
		school.addMembership({ from: TODAY, until: '2026-12-31' });

		const { json } = await school.run(endMembershipForm());

		expect(json).toMatchObject([{ operationResult: 'updated', alreadyLeft: false }]);
		expect(school.readMemberships()).toEqual([{ from: TODAY, until: TODAY }]);
	});

	it('Remove From Group changes nothing when the membership ends today', async () => {
		school.addMembership({ from: '2026-01-01', until: TODAY });

		const { json } = await school.run(endMembershipForm());

		expect(json).toMatchObject([{ operationResult: 'unchanged', alreadyLeft: true }]);
		expect(school.readMemberships()).toEqual([{ from: '2026-01-01', until: TODAY }]);
	});

	it('Remove From Group deletes a membership that begins in the future', async () => {
		school.addMembership({ from: '2026-03-01', until: '2026-12-31' });

		const { json } = await school.run(endMembershipForm());

		expect(json).toMatchObject([
			{ customer_id: ANNA, group_id: GROUP, operationResult: 'deleted', alreadyLeft: false },
		]);
		expect(school.readMemberships()).toEqual([]);
	});

	it('Remove From Group ends the current membership and deletes the future one', async () => {
		const current = school.addMembership({ from: '2026-01-01', until: '2026-02-20' });
		const future = school.addMembership({ from: '2026-03-01', until: '2026-12-31' });

		const { json } = await school.run(endMembershipForm());

		expect(json).toMatchObject([
			{ id: current, operationResult: 'updated', alreadyLeft: false },
			{ id: future, operationResult: 'deleted', alreadyLeft: false },
		]);
		expect(school.readMemberships()).toEqual([{ from: '2026-01-01', until: TODAY }]);
	});

	it('Remove From Group ends only the membership that contains the Last Day, and deletes the one after it', async () => {
		school.addMembership({ from: '2026-01-01', until: '2026-03-31' });
		const spring = school.addMembership({ from: '2026-04-15', until: '2026-05-31' });
		const autumn = school.addMembership({ from: '2026-09-01', until: null });

		const { json } = await school.run(endMembershipForm({ e_date: '2026-05-01' }));

		expect(json).toMatchObject([
			{ id: autumn, operationResult: 'deleted', alreadyLeft: false },
			{ id: spring, operationResult: 'updated', alreadyLeft: false },
		]);
		expect(school.readMemberships()).toEqual([
			{ from: '2026-01-01', until: '2026-03-31' },
			{ from: '2026-04-15', until: '2026-05-01' },
		]);
	});

	it('Remove From Group deletes a current membership when How is Delete It', async () => {
		school.addMembership({ from: '2026-01-01', until: '2026-12-31' });

		const { json } = await school.run(deleteMembershipForm());

		expect(json).toMatchObject([{ operationResult: 'deleted', alreadyLeft: false }]);
		expect(school.readMemberships()).toEqual([]);
	});

	it('Remove From Group deletes a membership that ends today when How is Delete It', async () => {
		school.addMembership({ from: '2026-01-01', until: TODAY });

		const { json } = await school.run(deleteMembershipForm());

		expect(json).toMatchObject([{ operationResult: 'deleted', alreadyLeft: false }]);
		expect(school.readMemberships()).toEqual([]);
	});

	it('Remove From Group keeps a past membership even when How is Delete It', async () => {
		school.addMembership({ from: '2025-01-01', until: '2025-12-31' });

		const { json } = await school.run(deleteMembershipForm());

		expect(json).toMatchObject([{ operationResult: 'unchanged', alreadyLeft: true }]);
		expect(school.readMemberships()).toEqual([{ from: '2025-01-01', until: '2025-12-31' }]);
	});

	it('Remove From Group says in a hint that the customer was not in the group', async () => {
		const { json, hints } = await school.run(endMembershipForm());

		expect(json).toEqual([
			{ customer_id: ANNA, group_id: GROUP, operationResult: 'unchanged', alreadyLeft: true },
		]);
		expect(hints).toEqual([
			'This customer is not in the group after 2026-02-10; nothing was changed: customer 1, group 1',
		]);
	});

	it.each([
		{
			change: 'has ended a membership today',
			memberships: [{ from: '2026-01-01', until: '2026-12-31' }],
			form: endMembershipForm(),
		},
		{
			change: 'has ended a membership on a future day',
			memberships: [{ from: '2026-01-01', until: '2026-12-31' }],
			form: endMembershipForm({ e_date: '2026-03-31' }),
		},
		{
			change: 'has ended a membership on its first day',
			memberships: [{ from: '2026-01-01', until: '2026-12-31' }],
			form: endMembershipForm({ e_date: '2026-01-01' }),
		},
		{
			change: 'has ended a membership that began today',
			memberships: [{ from: TODAY, until: '2026-12-31' }],
			form: endMembershipForm(),
		},
		{
			change: 'has ended one membership and deleted another',
			memberships: [
				{ from: '2026-01-01', until: '2026-02-20' },
				{ from: '2026-03-01', until: '2026-12-31' },
			],
			form: endMembershipForm(),
		},
		{
			change: 'has deleted a membership',
			memberships: [{ from: '2026-01-01', until: '2026-12-31' }],
			form: deleteMembershipForm(),
		},
	])(
		'a second run of Remove From Group changes nothing after the first one $change',
		async ({ memberships, form }) => {
			school.addMemberships(memberships);
			await school.run(form);
			const membershipsAfterFirstRun = school.readMemberships();

			const { json } = await school.run(form);

			expect(json).toMatchObject([{ operationResult: 'unchanged', alreadyLeft: true }]);
			expect(school.readMemberships()).toEqual(membershipsAfterFirstRun);
		},
	);

	it('Remove From Group refuses a Last Day before the first day of a current membership', async () => {
		school.addMembership({ from: TODAY, until: '2026-12-31' });

		const { message, description } = await school.expectRefused(endMembershipForm({ e_date: YESTERDAY }));

		expect(message).toBe("'Last Day' must not be before the membership began, on 2026-02-10");
		expect(description).toBe("Give a later day, or set 'How' to Delete It. Nothing was saved.");
	});

	it('Remove From Group deletes a membership that began after the Last Day when How is Delete It', async () => {
		school.addMembership({ from: TODAY, until: '2026-12-31' });

		await school.run(deleteMembershipForm({ e_date: YESTERDAY }));

		expect(school.readMemberships()).toEqual([]);
	});

	it('Remove From Group leaves the membership of another customer as it is', async () => {
		const boris = school.addLead();
		school.addMembership({ from: '2026-01-01', until: '2026-12-31' }, { customer_id: boris });

		const { json } = await school.run(endMembershipForm());

		expect(json).toMatchObject([{ operationResult: 'unchanged', alreadyLeft: true }]);
		expect(school.readWrites()).toEqual([]);
	});

	it('Remove From Group leaves the membership of the customer in another group as it is', async () => {
		const otherGroup = school.addRecord('group', { name: 'Шахматы', branch_ids: [1] });
		school.addMembership({ from: '2026-01-01', until: '2026-12-31' }, { group_id: otherGroup });

		const { json } = await school.run(endMembershipForm());

		expect(json).toMatchObject([{ operationResult: 'unchanged', alreadyLeft: true }]);
		expect(school.readWrites()).toEqual([]);
	});

	it('Remove From Group returns the last day even when the answer of AlfaCRM does not show it', async () => {
		school.addMembership({ from: '2026-01-01', until: '2026-12-31' });
		school.answerCallWith('cgi/update', { success: true, errors: [], model: {} });

		const { json } = await school.run(endMembershipForm());

		expect(json).toMatchObject([{ alreadyLeft: false, e_date: TODAY }]);
	});

	it('Remove From Group fails when AlfaCRM counts a membership that its list does not show', async () => {
		const membership = school.addMembership({ from: '2026-01-01', until: '2026-12-31' });
		// AlfaCRM counts the membership, but no page of the list shows it.
		school.store.hide('cgi', membership, 'counted');

		const { message } = await school.expectRefused(endMembershipForm());

		expect(message).toMatch(/did not come whole/);
	});
});

describe('Remove From Group when AlfaCRM refuses a change', () => {
	// Remove From Group ends the current membership before it deletes the future one.
	const CURRENT = { from: '2026-01-01', until: '2026-12-31' };
	const FUTURE = { from: '2026-09-01', until: '2027-05-31' };

	it('Remove From Group says that nothing was saved when AlfaCRM refuses to end the first membership', async () => {
		school.addMemberships([CURRENT, FUTURE]);
		school.refuseCall('cgi/update', { e_date: ['Сейчас нельзя.'] });

		const { error } = await school.runToEnd(endMembershipForm());

		expect(error?.message).toContain('Сейчас нельзя.');
		expect(error?.description).toBe("Correct 'Last Day' (e_date) and run it again. Nothing was saved.");
		expect(school.readMemberships()).toEqual([CURRENT, FUTURE]);
	});

	it('Remove From Group says which membership it has ended before AlfaCRM refuses to delete the other one', async () => {
		school.addMemberships([CURRENT, FUTURE]);
		school.refuseCall('cgi/delete', { e_date: ['Сейчас нельзя.'] });

		const { error } = await school.runToEnd(endMembershipForm());

		expect(error?.message).toContain('Сейчас нельзя.');
		expect(error?.description).toContain('Saved before: take customer 1 out of group 1 (membership 1).');
		expect(error?.description).not.toContain('Nothing was saved');
		expect(school.readMemberships()).toEqual([{ from: '2026-01-01', until: TODAY }, FUTURE]);
	});

	// "cgi/update" ends the current membership, and "cgi/delete" deletes the future one.
	it.each([{ call: 'cgi/update' }, { call: 'cgi/delete' }])(
		'a second run of Remove From Group completes a removal that stopped when AlfaCRM refused $call',
		async ({ call }) => {
			school.addMemberships([CURRENT, FUTURE]);
			school.refuseCall(call, { e_date: ['Сейчас нельзя.'] });
			await school.runToEnd(endMembershipForm());
			school.answerAllCalls();

			await school.run(endMembershipForm());

			expect(school.readMemberships()).toEqual([{ from: '2026-01-01', until: TODAY }]);
		},
	);
});

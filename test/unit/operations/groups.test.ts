import type { IDataObject } from 'n8n-workflow';

import { makeAnswerError } from '../../support/nodeErrors';
import { customerForm, SmallSchool } from './school';

let school: SmallSchool;
let customer: number;
let group: number;
beforeEach(() => {
	jest.useFakeTimers({ now: new Date('2026-02-10T09:00:00Z'), advanceTimers: true });
	school = new SmallSchool();
	customer = school.addLead({ is_study: 1 });
	group = school.addRecord('group', {
		name: 'A',
		branch_ids: [1],
		b_date: '01.09.2025',
		e_date: '31.05.2026',
	});
});
afterEach(() => jest.useRealTimers());

const job = (operation: string, additionalFields: IDataObject, more: IDataObject = {}) =>
	customerForm(operation, { id: customer, group_id: group, additionalFields, ...more });
const join = (additionalFields: IDataObject = {}) => job('addToGroup', additionalFields);
const leave = (additionalFields: IDataObject = {}, leave_by = 'end') =>
	job('removeFromGroup', additionalFields, { leave_by });
/** The memberships of the group as first and last day, "2026-01-01..2026-12-31", an open one as "2026-01-01..". */
const days = () =>
	school
		.readRecords('cgi')
		.filter(({ group_id }) => group_id === group)
		.map((row) => [row.b_date, row.e_date].map((day) => dotted(String(day ?? ''), '.', '-')).join('..'))
		.sort();
const dotted = (day: string, from: string, to: string) => day.split(from).reverse().join(to);
const member = (...periods: string[]) => {
	for (const period of periods) {
		const [b_date, e_date] = period.split('..').map((day) => dotted(day, '-', '.'));
		school.addRecord('cgi', {
			customer_id: customer,
			group_id: group,
			branch_id: 1,
			b_date,
			e_date: e_date || null,
		});
	}
};
/** "01-01..12-31 03-01.." of this year; a year of its own stands in front. */
const periods = (text: string) =>
	text
		.split(' ')
		.filter((one) => one !== '')
		.map((period) =>
			period
				.split('..')
				.map((day) => (day.length === 5 ? `2026-${day}` : day))
				.join('..'),
		);

/** It is the 10th of February 2026. A period is its first day, two dots and its last day, either of which may be missing. */
describe('who joins a group', () => {
	it.each<[had: string, given: string, has: string, result: string, alreadyMember: boolean]>([
		// Without an end AlfaCRM takes that of the group.
		['', '', '02-10..05-31', 'created', false],
		['01-01..12-31', '', '01-01..12-31', 'unchanged', true],
		['01-01..12-31', '..06-30', '01-01..06-30', 'updated', true],
		// Who leaves today stays.
		['01-01..02-10', '', '01-01..', 'updated', true],
		// A later one is brought forward, for a new one with an open end would be in its way.
		['03-01..12-31', '', '02-10..12-31', 'updated', false],
		['03-01..12-31', '..02-20', '02-10..02-20 03-01..12-31', 'created', false],
		// One that is over stays over.
		['2025-01-01..2025-12-31', '..03-01', '2025-01-01..2025-12-31 02-10..03-01', 'created', false],
		// One that ends today goes on until the next one.
		['01-01..02-10 03-01..12-31', '', '01-01..02-28 03-01..12-31', 'updated', true],
		// It begins earlier and ends later in one change.
		['03-01..03-31', '02-15..04-30', '02-15..04-30', 'updated', true],
	])('with %j, given %j, has %j: %s', async (had, given, has, result, alreadyMember) => {
		member(...periods(had));
		const [b_date, e_date] = (periods(given)[0] ?? '').split('..');
		const form = join({ b_date, e_date });
		const { json, hints } = await school.run(form);
		if (result !== 'unchanged') expect(hints).toEqual([]);
		expect(days()).toEqual(periods(has));
		expect(json.every((one) => one.operationResult === result && one.alreadyMember === alreadyMember)).toBe(
			true,
		);
		expect(json[0]).toMatchObject({ customer_id: customer, group_id: group });
		const again = await school.run(form);
		expect(again.json).toMatchObject([{ operationResult: 'unchanged', alreadyMember: true }]);
		expect(again.hints).toEqual([
			`This customer was in the group already; nothing was added: customer ${customer}, group ${group}`,
		]);
		expect(days()).toEqual(periods(has));
	});

	it('of a group that is over goes on in it, as if it were open', async () => {
		school.onCall = (call) => {
			if (call !== 'cgi/create') return undefined;
			member('2026-02-10..2026-02-10');
			return { success: true, errors: [], model: school.readRecord('cgi', 1) };
		};
		const { json } = await school.run(join());
		expect(json).toMatchObject([{ operationResult: 'created', alreadyMember: false, e_date: null }]);
		expect(school.readWrites()).toEqual(['cgi/create', 'cgi/update']);
	});

	it('of a group that was over before has joined it once', async () => {
		school.changeRecord('group', group, { e_date: '31.12.2025' });
		const form = join({ b_date: '2025-01-01' });
		expect(await school.runInTurn(form, form)).toBe('created, unchanged');
	});

	it('names days that are possible', async () => {
		const before = await school.runToEnd(join({ e_date: '2026-02-09' }));
		expect(before.error).toMatchObject({
			message: "'End Date' must not be before today",
			description: "Give a later day, or use 'Remove From Group'. Nothing was sent to AlfaCRM.",
		});
		const upside = await school.runToEnd(join({ b_date: '2026-03-02', e_date: '2026-03-01' }));
		expect(upside.error?.message).toBe("'End Date' must not be before 'Start Date'");
		expect(school.calls).toEqual([]);
	});

	it('is left as it is on days that lead from one membership into another', async () => {
		member(...periods('02-01..02-20 03-10..04-30'));
		expect((await school.runToEnd(join({ e_date: '2026-04-15' }))).error).toMatchObject({
			message: 'The customer was in the group more than once from 2026-02-10 to 2026-04-15',
			description: "Give a later 'Start Date', or change the memberships in AlfaCRM. Nothing was saved.",
		});
		expect(days()).toEqual(periods('02-01..02-20 03-10..04-30'));
	});

	it('and is in it already by the word of AlfaCRM alone has joined it', async () => {
		const errors = { group_id: ['Клиент уже состоит в группе «A».'] };
		school.onCall = (call) => (call === 'cgi/create' ? { success: false, errors } : undefined);
		expect((await school.run(join())).json).toEqual([
			{ customer_id: customer, group_id: group, operationResult: 'unchanged', alreadyMember: true },
		]);
		// Whether it is on the days that were asked for is not known.
		const { error } = await school.runToEnd(join({ e_date: '2026-03-01' }));
		expect(error?.message).toContain('уже состоит');
		// AlfaCRM may mean a membership that is over.
		member('2025-01-01..2025-12-31');
		expect((await school.runToEnd(join())).error?.message).toContain('уже состоит');
	});

	it('is refused for what else AlfaCRM says', async () => {
		school.onCall = (call) => {
			if (call === 'cgi/create') throw makeAnswerError(422, { errors: { e_date: ['Неверно.'] } });
			return undefined;
		};
		const { error } = await school.runToEnd(join());
		expect(error?.message).toBe(
			`AlfaCRM did not add customer ${customer} to group ${group}: End Date – Неверно.`,
		);
		expect(school.calls.filter((call) => call === 'cgi/customer').length).toBeLessThanOrEqual(2);
	});

	it('waits for who is about the same membership, and for nobody else', async () => {
		const [other, elsewhere] = [
			school.addLead({ is_study: 1 }),
			school.addRecord('group', { branch_ids: [1] }),
		];
		let open = () => {};
		const opened = new Promise<undefined>((resolve) => (open = () => resolve(undefined)));
		let isFirst = true;
		school.onCall = (call, { query }) => {
			if (call !== 'cgi/customer' || query.customer_id !== customer || !isFirst) return undefined;
			isFirst = false;
			return opened;
		};
		const forms = [join(), join(), { ...join(), id: other }, { ...join(), group_id: elsewhere }];
		const running = forms.map(async (one) => await school.run(one, { credential: { callsAtOnce: 5 } }));
		await jest.advanceTimersByTimeAsync(100);
		const early = school.readRecords('cgi').map(({ customer_id, group_id }) => [customer_id, group_id]);
		open();
		const results = (await Promise.all(running)).map(({ json }) => json[0].operationResult);
		expect(early).toEqual([
			[other, group],
			[customer, elsewhere],
		]);
		expect(results).toEqual(['created', 'unchanged', 'created', 'created']);
		expect(school.readRecords('cgi')).toHaveLength(3);
	});

	it('is not sent again where AlfaCRM finds fault with a day and calls it a success all the same', async () => {
		const answer = { success: true, errors: { e_date: ['Неверный формат.'] } };
		school.onCall = (call) => (call === 'cgi/create' ? answer : undefined);
		const { error } = await school.runToEnd(join({ e_date: '2026-05-31' }));
		expect(error?.message).toContain('Неверный формат');
		expect(school.readWrites()).toEqual(['cgi/create']);
	});
});

describe('the branch of a membership, where Branch is empty', () => {
	let customerOfBoth: number;
	beforeEach(() => {
		customerOfBoth = school.addLead({ is_study: 1, branch_ids: [1, 2] });
	});
	const addGroupIn = (...branchIds: number[]) =>
		school.addRecord('group', { name: 'B', branch_ids: branchIds });
	const withoutBranch = (operation: string, groupId: number, more: IDataObject = {}) =>
		job(operation, {}, { branchId: '', id: customerOfBoth, group_id: groupId, ...more });
	/** The branches in which memberships were listed, created, changed or deleted. */
	const membershipBranches = () => {
		const calls = school.requests.filter(({ url }) => url.includes('/cgi/'));
		return [...new Set(calls.map(({ url }) => /v2api\/(\d+)/.exec(url)?.[1]))];
	};

	it.each([1, 2])("Add to Group uses the group's branch %i if the customer is in both", async (branch) => {
		await school.run(withoutBranch('addToGroup', addGroupIn(branch)));

		expect(membershipBranches()).toEqual([String(branch)]);
	});

	it.each([1, 2])(
		"Remove From Group uses the group's branch %i if the customer is in both",
		async (branch) => {
			const groupId = addGroupIn(branch);
			school.addRecord('cgi', {
				customer_id: customerOfBoth,
				group_id: groupId,
				b_date: '01.01.2026',
				e_date: null,
			});

			await school.run(withoutBranch('removeFromGroup', groupId, { leave_by: 'delete' }));

			expect(membershipBranches()).toEqual([String(branch)]);
			expect(school.readRecords('cgi')).toEqual([]);
		},
	);

	it("Add to Group uses the customer's branch if the group is in it, too", async () => {
		school.changeRecord('customer', customerOfBoth, { branch_ids: [1] });

		await school.run(withoutBranch('addToGroup', addGroupIn(2, 1)));

		expect(membershipBranches()).toEqual(['1']);
	});

	it('Add to Group asks for the branch if the group is in several others', async () => {
		school.addRecord('branch', { id: 3, name: 'Филиал 3', is_active: 1 });
		school.changeRecord('customer', customerOfBoth, { branch_ids: [1] });

		const error = await school.expectRefused(withoutBranch('addToGroup', addGroupIn(2, 3)));

		expect(error.message).toMatch(
			/^Group \d+ is in the branches 2, 3, and customer \d+ was found in branch 1$/,
		);
		expect(error.description).toBe("Choose one of the group's branches in 'Branch'. Nothing was saved.");
	});

	it.each([1, 2])(
		'Add to Group uses branch %i, which the card and the group share, if the group is also in another one',
		async (sharedBranch) => {
			school.addRecord('branch', { id: 3, name: 'Филиал 3', is_active: 1 });

			await school.run(withoutBranch('addToGroup', addGroupIn(3, sharedBranch)));

			expect(membershipBranches()).toEqual([String(sharedBranch)]);
		},
	);

	it("Add to Group uses the customer's branch if AlfaCRM shows no such group", async () => {
		school.changeRecord('customer', customerOfBoth, { branch_ids: [1] });

		await school.runToEnd(withoutBranch('addToGroup', 9_999));

		expect(membershipBranches()).toEqual(['1']);
	});

	it('Add to Group looks up the branch of a group once for all items', async () => {
		const groupId = addGroupIn(1);
		const other = school.addLead({ is_study: 1, branch_ids: [1, 2] });
		const forms = [customerOfBoth, other].map((id) => withoutBranch('addToGroup', groupId, { id }));

		await school.run({}, { parametersByItem: forms });

		expect(school.calls.filter((call) => call === 'group/index')).toHaveLength(2);
		expect(school.readRecords('cgi')).toHaveLength(2);
	});

	it('Add to Group stays in the branch that is chosen, and looks up no group', async () => {
		await school.run(withoutBranch('addToGroup', addGroupIn(2), { branchId: 1 }));

		expect(membershipBranches()).toEqual(['1']);
		expect(school.calls).not.toContain('group/index');
	});
});

describe('who leaves a group', () => {
	it.each<[had: string, given: IDataObject, how: string, has: string, results: string[]]>([
		['01-01..12-31', {}, 'end', '01-01..02-10', ['updated']],
		['01-01..12-31', { e_date: '2026-03-31' }, 'end', '01-01..03-31', ['updated']],
		['01-01..02-10', {}, 'end', '01-01..02-10', ['unchanged']],
		['01-01..12-31', { e_date: '2026-01-01' }, 'end', '01-01..01-01', ['updated']],
		// One that began today may leave today.
		['02-10..12-31', {}, 'end', '02-10..02-10', ['updated']],
		// One that has not begun by then cannot end then.
		['03-01..12-31', {}, 'end', '', ['deleted']],
		['01-01..02-20 03-01..12-31', {}, 'end', '01-01..02-10', ['updated', 'deleted']],
		[
			'01-01..03-31 04-15..05-31 09-01..',
			{ e_date: '2026-05-01' },
			'end',
			'01-01..03-31 04-15..05-01',
			['updated', 'deleted'],
		],
		['01-01..12-31', {}, 'delete', '', ['deleted']],
		// A past one stays on record.
		['2025-01-01..2025-12-31', {}, 'delete', '2025-01-01..2025-12-31', ['unchanged']],
		['', {}, 'end', '', ['unchanged']],
	])('with %j, given %j, %s: has %j', async (had, given, how, has, results) => {
		member(...periods(had));
		const { json } = await school.run(leave(given, how));
		expect(days()).toEqual(periods(has));
		expect(json.map(({ operationResult }) => operationResult).sort()).toEqual([...results].sort());
		expect(json.map(({ alreadyLeft }) => alreadyLeft)).toEqual(
			results.map((result) => result === 'unchanged'),
		);
		for (const one of json) expect(one).toMatchObject({ customer_id: customer, group_id: group });
		expect((await school.run(leave(given, how))).json).toMatchObject([{ alreadyLeft: true }]);
	});

	it('does not leave before it began, unless it is to be deleted', async () => {
		member('2026-02-10..2026-12-31');
		expect(await school.expectRefused(leave({ e_date: '2026-02-09' }))).toMatchObject({
			message: "'Last Day' must not be before the membership began, on 2026-02-10",
			description: "Give a later day, or set 'How' to Delete It. Nothing was saved.",
		});
		await school.run(leave({ e_date: '2026-02-09' }, 'delete'));
		expect(days()).toEqual([]);
	});

	it('leaves the memberships of others and in other groups alone', async () => {
		const [other, elsewhere] = [school.addLead(), school.addRecord('group', { name: 'B', branch_ids: [1] })];
		const more = { b_date: '01.01.2026', e_date: '31.12.2026', branch_id: 1 };
		school.addRecord('cgi', { ...more, customer_id: other, group_id: group });
		school.addRecord('cgi', { ...more, customer_id: customer, group_id: elsewhere });
		const { json, hints } = await school.run(leave());
		expect(json).toEqual([
			{ customer_id: customer, group_id: group, operationResult: 'unchanged', alreadyLeft: true },
		]);
		expect(hints).toEqual([
			`This customer is not in the group after 2026-02-10; nothing was changed: customer ${customer}, group ${group}`,
		]);
		expect(school.readWrites()).toEqual([]);
	});

	it('is shown with the last day where the answer does not hold it, and has not left by a list that is not whole', async () => {
		member('2026-01-01..2026-12-31');
		school.onCall = (call) => (call === 'cgi/update' ? { success: true, errors: [], model: {} } : undefined);
		expect((await school.run(leave())).json).toMatchObject([{ alreadyLeft: false, e_date: '2026-02-10' }]);
		school.store.hide('cgi', 1, 'counted');
		expect((await school.runToEnd(leave())).error?.message).toMatch(/did not come whole/);
	});

	it.each(['cgi/update', 'cgi/delete'])(
		'is told what was saved when %s is refused, and has left when it is run again',
		async (refused) => {
			member('2026-01-01..2026-12-31', '2026-09-01..2027-05-31');
			school.onCall = (call) => {
				if (call === refused) throw makeAnswerError(422, { errors: { e_date: ['Сейчас нельзя.'] } });
				return undefined;
			};
			const { error } = await school.runToEnd(leave());
			const saved = days().join() !== '2026-01-01..2026-12-31,2026-09-01..2027-05-31';
			expect(error?.message).toContain('Сейчас нельзя.');
			expect(error?.description?.includes('Saved before: ')).toBe(saved);
			expect(error?.description?.includes('Nothing was')).toBe(!saved);
			school.onCall = () => undefined;
			await school.run(leave());
			expect(days()).toEqual(['2026-01-01..2026-02-10']);
		},
	);
});

import type { INodeParameters } from 'n8n-workflow';

import { byPhone, findByPhone, officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 90 });
const { customer, lead, rows, run, stopped, whole } = officeOf(school);

const PHONE = '+7(900)555-00-01';
const ITEMS = ['+7(900)555-00-11', '+7(900)555-00-12', '+7(900)555-00-13'].map((phone) => ({ phone }));
const each = (options: INodeParameters = {}) =>
	byPhone('={{ $json.phone }}', { name: 'Соколов Артём' }, options);
const forbid = (branch: number) =>
	school.sandbox.faults.add({ kind: 'status', status: 403, match: { branch }, times: 0 });
const forbidBranches = (times = 0) =>
	school.sandbox.faults.add({ kind: 'status', status: 403, match: { entity: 'branch' }, times });
/** A token of an earlier execution, so that a 403 may mean that it has expired. */
const logIn = async () => {
	await run(findByPhone(PHONE));
	school.sandbox.clearJournal();
};

describe('the list of branches', () => {
	it('that failed once is asked for again by the next item', async () => {
		// With the page size, twice, and without it.
		school.sandbox.faults.add({ kind: 'status', status: 500, match: { entity: 'branch' }, times: 3 });
		const { json, status } = await whole(each(), { items: ITEMS, onError: 'continueRegularOutput' });
		expect(status).toBe('success');
		expect(json.map(({ operationResult }) => operationResult)).toEqual([undefined, 'created', 'created']);
		expect(school.entries('branch/index')).toHaveLength(4);
	});

	it('that this user may not read leaves the branch of the call, with one hint for all items', async () => {
		await logIn();
		forbidBranches();
		const known = lead({ phone: [ITEMS[1].phone] });
		const { json, error, hints } = await whole(each(), { items: ITEMS });
		expect(error).toBeUndefined();
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'unchanged', 'created']);
		expect(json[1].id).toBe(known);
		expect(hints).toHaveLength(1);
		expect(new Set(school.entries('customer/index').map(({ branch }) => branch))).toEqual(new Set([1]));
		// Asked for again after the one new login, then in the branch of the call, and by no other item.
		expect(school.entries('branch/index').map(({ branch }) => branch)).toEqual([null, null, 1]);
		expect(school.entries('auth/login')).toHaveLength(1);
	});

	it('that is refused until a new login is read whole', async () => {
		await logIn();
		forbidBranches(1);
		const known = lead({ phone: [ITEMS[1].phone], branch_ids: [2] });
		const { json, hints } = await whole(each(), { items: ITEMS });
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'unchanged', 'created']);
		expect(json[1].id).toBe(known);
		expect(hints).toEqual([]);
		expect(school.entries('branch/index')).toHaveLength(2);
	});
});

describe('a branch that this user may not see', () => {
	it('is left out, with one hint that names it, and who is in the others is found', async () => {
		forbid(3);
		const known = lead({ phone: [ITEMS[1].phone], branch_ids: [2] });
		const { json, error, hints } = await whole(each(), { items: ITEMS });
		expect(error).toBeUndefined();
		expect(json.map(({ operationResult }) => operationResult)).toEqual(['created', 'unchanged', 'created']);
		expect(json[1].id).toBe(known);
		expect(hints).toEqual([expect.stringMatching(/branch.*3/i)]);
	});

	it('is left out of Find and of a job too', async () => {
		forbid(2);
		const id = lead({ phone: [PHONE], branch_ids: [3] });
		const found = await whole(findByPhone(PHONE));
		expect(found.error).toBeUndefined();
		expect(found.json).toMatchObject([{ id }]);
		expect(found.hints).toHaveLength(1);
		const job = {
			resource: 'customer',
			operation: 'assignManager',
			branchId: 1,
			id: String(id),
			assigned_id: 4,
		};
		expect(await run(job)).toMatchObject([{ id, operationResult: 'updated' }]);
		expect(customer(id).assigned_id).toBe(4);
	});

	it('is left out where it was chosen beside another one', async () => {
		forbid(3);
		const { json, hints } = await whole(each({ searchBranches: [2, 3] }), { items: ITEMS });
		expect(json).toHaveLength(3);
		expect(hints).toHaveLength(1);
	});

	it.each<[string, INodeParameters]>([
		['all of them', {}],
		['the only one that was chosen', { searchBranches: [3] }],
	])('stops everything where it is %s', async (_what, options) => {
		for (const { id } of rows('branch')) forbid(id as number);
		await stopped(byPhone(PHONE, { name: 'Соколов Артём' }, options));
		expect(school.calls()).not.toContain('customer/create');
		// Not so where another one can be searched.
		school.sandbox.faults.clear();
		forbid(3);
		const { error: none, hints } = await whole(byPhone(PHONE, { name: 'Соколов Артём' }));
		expect(none).toBeUndefined();
		expect(hints).toHaveLength(1);
	});
});

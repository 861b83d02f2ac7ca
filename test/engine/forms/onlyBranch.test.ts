import type { INodeParameters } from 'n8n-workflow';

import { given, NULL, officeOf, pick, UNDEFINED } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, lead, row, rows, run, set, stopped, whole } = officeOf(school);

const HINT = "'Branch' is empty, so the only branch of the account was used";
const LEAD: INodeParameters = { resource: 'customer', operation: 'create', name: 'Мия Орлова' };
const EMPTY: Array<[string, INodeParameters]> = [
	['left out', {}],
	['left empty', { branchId: '' }],
	['undefined', { branchId: UNDEFINED }],
	['null', { branchId: NULL }],
	['an empty list', { branchId: given([]) }],
	['a blank', { branchId: given(' ') }],
];

/** Leaves the account with one branch. */
function alone(name = 'Центр'): number {
	const [first, ...others] = rows('branch');
	for (const { id } of others) school.sandbox.store.remove('branch', id as number);
	school.sandbox.store.patch('branch', first.id as number, { name });
	return first.id as number;
}
const listings = () => school.calls().filter((call) => call === 'branch/index').length;

describe('an account with one branch', () => {
	it.each(EMPTY)('is worked in there where the branch is %s, and the output says so', async (_what, form) => {
		const branch = alone();
		const { json, hints, error } = await whole({ ...LEAD, ...form });
		expect(error).toBeUndefined();
		expect(row('customer', json[0].id).branch_ids).toEqual([branch]);
		expect(hints.join()).toContain(`${HINT}: Центр (${branch})`);
		expect(listings()).toBe(1);
	});

	it('is asked for its branches once for all items', async () => {
		alone();
		const items = [...'abcdefgh'].map((name) => ({ name }));
		const { json } = await whole({ ...LEAD, name: '={{ $json.name }}' }, { items });
		expect(json).toHaveLength(8);
		expect(listings()).toBe(1);
	});

	it('is asked for them once where a search goes over all branches too', async () => {
		alone();
		add('customer', { name: 'Мия', phone: ['+7(900)555-00-11'], branch_ids: [1], e_date: '2030-12-31' });
		const form = { resource: 'customer', operation: 'upsert', matchBy: 'phone', phone: '89005550011' };
		const [{ operationResult }] = await run(form);
		expect(operationResult).toBe('unchanged');
		expect(listings()).toBe(1);
	});

	it.each<INodeParameters>([
		{ resource: 'subject', operation: 'getAll' },
		{ resource: 'customer', operation: 'getOverview' },
		{ resource: 'customer', operation: 'addComment', comment: 'Звонили' },
		{ resource: 'customer', operation: 'getCalendar', date1: '2026-02-01', date2: '2026-02-28' },
	])('is worked in by $resource $operation', async (form) => {
		alone();
		const { error, hints } = await whole({ ...form, id: pick(lead()) });
		expect(error).toBeUndefined();
		expect(hints.join()).toContain(HINT);
	});

	it('is not asked for them where the branch is given, or none is needed', async () => {
		alone();
		const { hints } = await whole({ ...LEAD, branchId: 1 });
		expect(hints.join()).not.toContain(HINT);
		expect(listings()).toBe(0);
		await run({ resource: 'branch', operation: 'getAll' });
		expect(listings()).toBe(1);
	});

	it('is said to have been asked where something else is refused', async () => {
		alone();
		const { message, description } = await stopped({ ...LEAD, name: given('') });
		expect(message).toContain("'Name' is empty");
		expect(description).toContain('Nothing was saved.');
		const json = JSON.stringify({ name: 'Мия', colour: 1 });
		const unknown = await stopped({ ...LEAD, inputMode: 'json', json });
		expect(unknown.message).toContain('"colour"');
		expect(unknown.description).toContain('Nothing was saved.');
		expect(unknown.description).not.toContain('Nothing was sent');
	});

	it('still refuses what is no branch before anything is sent', async () => {
		alone();
		const { message, description } = await stopped({ ...LEAD, branchId: given('Центр') });
		expect(`${message} ${description}`).toMatch(/'Branch'.*Nothing was sent to AlfaCRM\./);
		expect(school.calls()).toEqual([]);
	});
});

describe('no branch is chosen', () => {
	it.each(EMPTY)('in an account with several where it is %s', async (_what, form) => {
		const { message, description } = await stopped({ ...LEAD, ...form });
		expect(message).toBe(`'Branch' is empty, and the account has ${rows('branch').length} branches`);
		expect(description).toBe('Choose the branch, or check the expression in it. Nothing was saved.');
		expect(listings()).toBe(1);
	});

	it('where one of two is closed, for it holds records still', async () => {
		const [first, second, ...others] = rows('branch');
		for (const { id } of others) school.sandbox.store.remove('branch', id as number);
		school.sandbox.store.patch('branch', second.id as number, { is_active: 0 });
		const { message } = await stopped(LEAD);
		expect(first.id).toBeDefined();
		expect(message).toContain("'Branch' is empty, and the account has 2 branches");
	});

	it('where the list does not come whole', async () => {
		alone();
		set({ total: 'missing' });
		expect((await whole(LEAD)).error).toBeUndefined();
	});

	it('where this user may not list the branches, and says so without asking again', async () => {
		alone();
		school.sandbox.faults.add({
			kind: 'status',
			status: 403,
			times: 99,
			match: { entity: 'branch' },
		} as never);
		const { errorItems } = await whole(LEAD, {
			items: [{}, {}, {}],
			onError: 'continueErrorOutput',
		});
		expect(errorItems).toHaveLength(3);
		for (const { json } of errorItems) {
			expect(JSON.stringify(json)).toContain(
				"'Branch' is empty, and this user may not list the branches of the account",
			);
		}
		// Once more with a new login, as after any 403.
		expect(listings()).toBeLessThanOrEqual(2);
	});

	it('where AlfaCRM shows none', async () => {
		for (const { id } of [...rows('branch')]) school.sandbox.store.remove('branch', id as number);
		expect((await stopped(LEAD)).message).toBe(
			"'Branch' is empty, and AlfaCRM shows no branch of the account",
		);
	});
});

import type { INodeParameters } from 'n8n-workflow';

import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });
const { lead, rows, run, set, whole } = officeOf(school);
const ofBranch1 = () => rows('customer').filter(({ branch_ids }) => (branch_ids as number[]).includes(1));

it.each(['pageSize', 'pageLength', 'oneTooLow'])(
	'Page Through All reads on past a page of the size that the body asks for, total %s',
	async (total) => {
		set({ total, bodyPageSize: 'honoured' });
		const { json, hints } = await whole({
			resource: 'apiCall',
			operation: 'send',
			callBranch: '1',
			callPath: 'customer',
			callAction: 'index',
			callBody: { is_study: 2, removed: 1, pageSize: 5 } as never,
			allPages: true,
		});
		expect({ count: json.length, hints }).toEqual({ count: ofBranch1().length, hints: [] });
	},
);

it.each(['missing', 'pageLength'].flatMap((total) => ['empty', 'repeatLast'].map((end) => [total, end])))(
	'equal entries of the log on two pages both come where the total is %s, %s past the end',
	async (total, pastEnd) => {
		set({ total, pastEnd });
		const same = {
			entity: 'Customer',
			entity_id: 1,
			user_id: 1,
			event: 2,
			fields_old: {},
			fields_new: { note: 'x' },
			fields_rel: [],
			date_time: '2026-02-10 12:00:00',
			branch_ids: [1],
		};
		for (let count = 0; count < 30; count++) school.sandbox.store.insert('log', same as never);
		const { json } = await whole({
			resource: 'log',
			operation: 'getAll',
			branchId: 1,
			returnAll: true,
			filters: { entity_id: 1 },
		});
		expect(json.filter(({ date_time }) => date_time === same.date_time)).toHaveLength(30);
	},
);

describe.each(['missing', 'pageLength'])('customers whom nothing counts, total %s', (total) => {
	const everybody = {
		...{ resource: 'customer', operation: 'getAll', branchId: 1, returnAll: true },
		...{ is_study: 2, removed: 1 },
	};

	it('all come in another order at each request, with a hint that this is not sure', async () => {
		set({ total, shuffle: true });
		const { json, hints } = await whole(everybody);
		expect(json).toHaveLength(ofBranch1().length);
		expect(hints).toEqual([expect.stringMatching(/^A list did not come whole.*: \d+ customers came$/)]);
	});

	it('are read once more where a new one pushed others to the next page', async () => {
		set({ total });
		const before = ofBranch1().length;
		school.sandbox.faults.add({
			kind: 'mutate',
			match: { entity: 'customer' },
			skip: 1,
			changes: [{ entity: 'customer', insert: { name: 'Орлова Мия', is_study: 0, branch_ids: [1] } }],
		});
		const { json, hints } = await whole(everybody);
		expect({ count: json.length, hints }).toEqual({ count: before + 1, hints: [] });
	});
});

const many = (resource: string, filters: INodeParameters, more: INodeParameters = {}): INodeParameters => ({
	resource,
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	simplify: false,
	filters,
	...more,
});

describe('Get Many', () => {
	it('returns a lead without a stage where AlfaCRM leaves it out of those that are not archived', async () => {
		set({ removedZero: 'hidesUnsorted' });
		const id = lead({ lead_status_id: null });
		const rows = await run(many('customer', {}, { is_study: 0, removed: 0 }));
		expect(rows.map((row) => row.id)).toContain(id);
	});

	it('returns all records where the total is one too low', async () => {
		const have = (await run(many('customer', {}, { is_study: 0, removed: 0 }))).length;
		set({ total: 'oneTooLow', pageSize: 20 });
		const fill = 20 - (have % 20) + 1 + 20;
		for (let i = 0; i < fill; i++) lead({ name: `Проба ${i}` });
		const rows = await run(many('customer', {}, { is_study: 0, removed: 0 }));
		expect(rows).toHaveLength(have + fill);
	});
});

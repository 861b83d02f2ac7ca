import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });
const { rows, set, whole } = officeOf(school);
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

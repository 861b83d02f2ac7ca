import { OPEN_END, byPhone, officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 30 });
const { add, customer, lead, row, rows, set, whole } = officeOf(school);

describe('what was saved before an error', () => {
	it('is named, where the second of several matches cannot be saved', async () => {
		set({ groupTeachers: 'names' });
		const name = 'Двойная';
		add('group', { name, branch_ids: [1], teacher_ids: [1] });
		const newer = add('group', { name, branch_ids: [1], teacher_ids: [] });
		const { error } = await whole({
			resource: 'group',
			operation: 'upsert',
			branchId: 1,
			matchBy: 'name',
			name,
			fieldsToSet: { teacher_ids: [2], note: 'neu' },
			options: { ifSeveral: 'all' },
		});
		expect(row('group', newer)).toMatchObject({ note: 'neu' });
		expect(error?.description).not.toContain('Nothing was saved');
		expect(error?.description).toContain(`Saved before: update group ${newer}`);
	});

	it('is named, where the look afterwards fails', async () => {
		const id = lead();
		school.sandbox.faults.add({
			kind: 'status',
			status: 500,
			match: { entity: 'customer', action: 'index', bodyContains: '"removed":2' },
			times: 0,
		});
		const { error } = await whole({
			resource: 'customer',
			operation: 'archive',
			branchId: 1,
			id: pick(id),
			additionalFields: {},
		});
		expect(customer(id).e_date).not.toBe(OPEN_END);
		expect(error?.description ?? 'Saved before').toContain('Saved before');
	});
});

it('a run that is cancelled creates nobody after the item that it is at', async () => {
	const stop = new AbortController();
	let created = 0;
	school.sandbox.onSend = ({ action, entity }) => {
		if (entity === 'customer' && action === 'create' && ++created === 2) stop.abort();
	};
	const before = rows('customer').length;
	await whole(byPhone('={{ $json.p }}', { name: 'N' }), {
		items: ['01', '02', '03', '04'].map((end) => ({ p: `+7(900)555-44-${end}` })),
		onError: 'continueErrorOutput',
		signal: stop.signal,
	});
	expect(rows('customer')).toHaveLength(before + 2);
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });
const { add, lead, rows, set, whole } = officeOf(school);

const GROUP = 2;
const days = { b_date: '01.09.2025', e_date: '31.05.2035' };
const join = () => {
	const customer_id = lead();
	return { customer_id, membership: add('cgi', { customer_id, group_id: GROUP, ...days }) };
};
const ofGroup: INodeParameters = {
	resource: 'customer',
	operation: 'getAll',
	branchId: 1,
	returnAll: true,
	simplify: false,
	is_study: 2,
	removed: 1,
	filters: { group_id: pick(GROUP) },
};
const idsOf = (items: readonly IDataObject[]) => items.map(({ id }) => id as number);
const strangers = (ids: readonly number[]) =>
	ids.filter(
		(id) => !rows('cgi').some(({ customer_id, group_id }) => customer_id === id && group_id === GROUP),
	);

describe('customers of a group, where AlfaCRM ignores that filter', () => {
	beforeEach(() => set({ ignoredFilters: ['customer.group_id'] }));

	it('are not everybody because one membership is counted and not shown', async () => {
		const { customer_id } = join();
		const { membership } = join();
		await fetch(`${school.sandbox.url}/_sandbox/records/cgi/${membership}/hide?counted`, { method: 'POST' });
		const { json, hints } = await whole(ofGroup);
		expect(idsOf(json)).toContain(customer_id);
		expect(strangers(idsOf(json))).toEqual([]);
		expect(hints).toEqual([expect.stringMatching(/counts more rows than it shows.*members of the group/)]);
	});

	it('are nobody else where no membership is shown at all', async () => {
		join();
		school.sandbox.faults.add({ kind: 'emptyItems', match: { entity: 'cgi', action: 'index' }, times: 0 });
		const { json, hints } = await whole(ofGroup);
		expect(strangers(idsOf(json))).toEqual([]);
		expect(hints).toEqual([expect.stringMatching(/did not come whole.*members of the group/)]);
	});
});

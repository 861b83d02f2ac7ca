import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 90 });
const { refused, rows, set, whole } = officeOf(school);

describe('API Call with Page Through All', () => {
	const call = (callPath: string, callAction: string, more: IDataObject = {}): INodeParameters =>
		({
			resource: 'apiCall',
			operation: 'send',
			callBranch: '1',
			callPath,
			callAction,
			callBody: '{}',
			callQuery: '{}',
			allPages: true,
			...more,
		}) as INodeParameters;

	it.each([
		['customer', 'create'],
		['customer', 'update'],
		['customer', 'delete'],
		['lesson', 'teach'],
		['bonus', 'bonus-add'],
		['bonus', 'balance-bonus'],
		['calendar', 'teacher'],
		['task', 'view'],
	])('refuses %s/%s before it is sent', async (path, action) => {
		await refused(call(path, action), "'Page Through All'");
	});

	it.each<[string, string, IDataObject]>([
		['cgi', 'customer', { callQuery: '={{ $json }}' }],
		['teacher', 'working-hour', {}],
		['teacher', 'teacher-rate', {}],
		['customer', 'index', {}],
	])('walks %s/%s, and says when rows are missing', async (path, action, more) => {
		const member = rows('cgi').find(({ e_date }) => String(e_date).endsWith('2035'));
		const items = [{ customer_id: member?.customer_id }];
		expect((await whole(call(path, action, more), { items })).error).toBeUndefined();
		set({ total: 'oneTooHigh' });
		const { json, error, hints } = await whole(call(path, action, more), { items });
		expect(error).toBeUndefined();
		expect(json.length).toBeGreaterThan(0);
		expect(hints).toHaveLength(1);
	});

	it.each(['={{ undefined }}', '={{ null }}', '={{ "" }}', 'yes'])(
		'given as %s is refused before a call',
		async (allPages) => {
			await refused(call('customer', 'index', { allPages }), "'Page Through All'");
		},
	);
});

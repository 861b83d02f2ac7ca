import type { INodeParameters } from 'n8n-workflow';

import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 80 });
const office = officeOf(school);
const { rows } = office;
/** With the branch of another resource that was chosen before, which does not count here. */
const run = async (parameters: INodeParameters) => await office.run({ branchId: 1, ...parameters });
const last = () => school.sandbox.journal.at(-1);

describe('API Call', () => {
	const call = (more: INodeParameters) => ({ resource: 'apiCall', operation: 'send', ...more });

	it('sends any call with the login, and returns the answer', async () => {
		const [answer] = await run(
			call({
				callBranch: '1',
				callPath: 'customer',
				callAction: 'update',
				callQuery: '{"id": 5}',
				callBody: '{"note":"x"}',
			}),
		);
		expect(last()).toMatchObject({
			path: '/v2api/1/customer/update',
			query: { id: '5' },
			body: { note: 'x' },
		});
		expect(answer).toMatchObject({ success: true, model: { id: 5, note: 'x' } });
	});

	it('walks all pages and goes without a branch', async () => {
		const found = await run(
			call({ callPath: 'customer', callBody: { is_study: 2, removed: 1 } as never, allPages: true }),
		);
		expect(last()?.path).toBe('/v2api/customer/index');
		expect(found).toHaveLength(rows('customer').length);
	});

	it.each([
		[{ callPath: '../auth' }, /^'Entity' is not a part of an API address/],
		[{ callPath: 'customer', callBody: '{oops' }, /^'Body' is not a JSON object/],
		[{ callPath: 'customer', callBranch: 'x' }, /^'Branch ID' must be the number of a record/],
	])('refuses %j', async (more, message) => {
		const { error } = await school.engine.run({ parameters: call(more) });
		expect(error?.message).toMatch(message);
		expect(school.calls()).toEqual([]);
	});
});

import { sleep } from 'n8n-workflow';

import { useOtherProcesses } from '../support/otherProcesses';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 10 });
const { otherProcess } = useOtherProcesses();

/** For how long the process has stood still so far; the clock does not go back. */
let stoodMs = 0;
beforeAll(() => {
	const now = performance.now.bind(performance);
	jest.spyOn(performance, 'now').mockImplementation(() => now() + stoodMs);
});
afterAll(() => {
	jest.restoreAllMocks();
});

it.each([401, 403])(
	'a process that stood still while it logged in for a create, after a %s, does not send it any more',
	async (status) => {
		school.sandbox.faults.add(
			{ kind: 'status', status, match: { entity: 'customer', action: 'create' } },
			{ kind: 'delay', ms: 200, when: 'before', match: { action: 'login' }, skip: 1 },
		);
		const saving = school.engine.run({
			parameters: {
				resource: 'customer',
				operation: 'upsert',
				branchId: 1,
				phone: '+79005550011',
				fieldsToSet: { name: 'Ильина Вера' },
				options: {},
			},
		});
		while (school.entries('auth/login').length < 2) await sleep(5);
		stoodMs += 60_000;
		const { json, error } = await saving;
		expect(json).toEqual([]);
		expect(error?.message).toContain('another n8n process may be doing the same');
		expect(school.entries('customer/create').map((entry) => entry.status)).toEqual([status]);
		await otherProcess().remove();
	},
);

import type { IDataObject } from 'n8n-workflow';

import { Engine } from '../support/engine';
import { officeOf, pick } from '../support/office';
import { mostInASecond, useSchool } from '../support/school';

/** Of its own, for the limiter remembers what was called a second before. */
const school = useSchool({ customers: 40, settings: { rateLimit: 5, latencyMs: 60 } });
const { rows } = officeOf(school);

it('an overview takes 2.2 seconds at most at 5 calls a second and 60 ms, a login included', async () => {
	const engine = new Engine({ ...school.credential, requestsPerSecond: 5 });
	const client = rows('customer').find(
		({ is_study, branch_ids, assigned_id }) =>
			is_study === 1 && (branch_ids as number[]).includes(1) && Boolean(assigned_id),
	) as IDataObject;
	const parameters = {
		...{ resource: 'customer', operation: 'getOverview', branchId: 1 },
		...{ matchBy: 'id', id: pick(client.id), options: {} },
	};
	const begun = performance.now();
	const { json, error } = await engine.run({ parameters });
	const seconds = (performance.now() - begun) / 1_000;

	expect(error).toBeUndefined();
	expect(json).toMatchObject([{ id: client.id, overviewErrors: [] }]);
	expect(school.calls()[0]).toBe('auth/login');
	expect(school.calls()).toHaveLength(9);
	expect(mostInASecond(school.sandbox.journal)).toBeLessThanOrEqual(5);
	expect(new Set(school.sandbox.journal.map(({ status }) => status))).toEqual(new Set([200]));
	expect(seconds).toBeLessThan(2.2);
});

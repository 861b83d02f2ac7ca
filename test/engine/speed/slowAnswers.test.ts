import { Engine } from '../support/engine';
import { officeOf } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 0, settings: { latencyMs: 2_500 } });
const { rows } = officeOf(school);

it('never more than five calls are under way, not even where each takes longer than two seconds', async () => {
	const engine = new Engine({ ...school.credential, requestsPerSecond: 0, callsAtOnce: 0 });
	const items = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => ({ name: `Лунная Вера ${number}` }));
	const parameters = {
		resource: 'customer',
		operation: 'create',
		branchId: 1,
		name: '={{ $json.name }}',
		additionalFields: {},
	};
	// With the login, and so that it is known how long answers take.
	await engine.run({ parameters, items: items.slice(0, 1) });
	await Promise.all([1, 2, 3].map(async () => await engine.run({ parameters, items })));
	expect(rows('customer')).toHaveLength(25);
	expect(Math.max(...school.sandbox.journal.map(({ underWay }) => underWay))).toBe(5);
}, 60_000);

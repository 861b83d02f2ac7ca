import { delivery } from '../support/delivery';
import { useSchool } from '../support/school';
import { Hook } from '../support/webhook';

describe('Fetch Full Record', () => {
	const school = useSchool();
	it.each<[string, Record<string, unknown>]>([
		['429 with a minute to wait', { rateLimit: 1, retryAfterSeconds: 60, countRejected: true }],
		['slow', { latencyMs: 3_000 }],
		['no branch', { forbiddenBranches: [1, 2, 3, 4, 5] }],
	])(
		'every event starts the workflow within some 5 seconds: %s',
		async (_name, settings) => {
			const id = Number(school.sandbox.store.rows('customer')[0].id);
			Object.assign(school.sandbox.settings, settings);
			const hook = new Hook({ options: { fetchRecord: true } }, school.engine);
			const from = Date.now();
			const all = await Promise.all(
				Array.from({ length: 15 }, async (_, n) => {
					const result = await hook.deliver({
						body: delivery(id, { datetime: `2026-02-10 10:00:${10 + n}` }),
					});
					return { ...result, ms: Date.now() - from };
				}),
			);
			expect(all.every(({ items }) => items?.length === 1)).toBe(true);
			for (const { items } of all) {
				const { record, recordError } = items?.[0].json ?? {};
				expect(record !== null || typeof recordError === 'string').toBe(true);
			}
			expect(Math.max(...all.map(({ ms }) => ms))).toBeLessThan(6_500);
		},
		60_000,
	);
});

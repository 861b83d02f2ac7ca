import { countMostInOneSecond } from '../engine/support/school';
import { useRealN8n } from './support/realN8n';

const real = useRealN8n({ customers: 5_000, settings: { latencyMs: 60 } });

describe('Return All over 5,000 customers, where AlfaCRM allows 5 calls in any second', () => {
	beforeAll(() => {
		for (const { id } of real.sandbox.store.rows('customer'))
			real.sandbox.store.patch('customer', id, { branch_ids: [1] });
	});

	it('gives every ID once, with one request a page and without a 429, close to the floor', async () => {
		real.sandbox.settings.pageSize = 50;
		const pages = 5_000 / 50;

		const execution = await real.runNode(
			{ resource: 'customer', operation: 'getAll', branchId: 1, returnAll: true, is_study: 2, removed: 1 },
			{ timeout: 120_000 },
		);

		expect(execution.status).toBe('success');
		const ids = execution.outputs('AlfaCRM').map(({ id }) => id as number);
		expect(ids).toHaveLength(5_000);
		expect(new Set(ids)).toEqual(new Set(real.sandbox.store.rows('customer').map(({ id }) => id)));

		const { journal } = real.sandbox;
		const lists = journal.filter(({ path }) => path.endsWith('customer/index'));
		expect(lists.length).toBeGreaterThanOrEqual(pages);
		expect(lists.length).toBeLessThanOrEqual(pages + 1);
		expect(journal.filter(({ status }) => status === 429)).toEqual([]);
		expect(countMostInOneSecond(journal)).toBeLessThanOrEqual(5);

		const seconds = (lists[lists.length - 1].at - lists[0].at) / 1_000;
		// Other tests share the cores; test/properties/api/rate.test.ts has the closer bound, in virtual time.
		expect(seconds / (lists.length / 5)).toBeLessThanOrEqual(1.15);
	}, 150_000);
});

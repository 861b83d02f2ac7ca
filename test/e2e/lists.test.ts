import type { JournalEntry } from '../../sandbox';
import { CUSTOMER_TYPE, RECORD_STATUS } from '../support/codes';
import { countMostInOneSecond } from '../engine/support/school';
import type { RealN8n } from './support/realN8n';
import { useRealN8n } from './support/realN8n';

type Execution = Awaited<ReturnType<RealN8n['runNode']>>;

describe('a list of 5,000 customers with Return All', () => {
	const real = useRealN8n({ customers: 5_000, settings: { latencyMs: 60 } });
	let execution: Execution;
	let pageRequests: JournalEntry[];

	/** Moves all customers to branch 1, which the node lists. */
	function moveCustomersToBranch1(): void {
		const { store } = real.sandbox;
		for (const { id } of store.rows('customer')) {
			store.patch('customer', id, { branch_ids: [1] });
		}
	}

	/** Runs the node once, for all tests. */
	beforeAll(async () => {
		moveCustomersToBranch1();
		real.sandbox.settings.pageSize = 50;

		execution = await real.runNode(
			{
				resource: 'customer',
				operation: 'getAll',
				branchId: 1,
				returnAll: true,
				is_study: CUSTOMER_TYPE.all,
				removed: RECORD_STATUS.all,
			},
			{ timeout: 120_000 },
		);
		pageRequests = real.sandbox.journal.filter(({ path }) => path.endsWith('customer/index'));
	}, 150_000);

	it('returns each customer once', () => {
		const customerIds = real.sandbox.store.rows('customer').map(({ id }) => id);

		const returnedIds = execution.outputs('AlfaCRM').map(({ id }) => id);

		expect(execution.status).toBe('success');
		expect(returnedIds).toHaveLength(5_000);
		expect(new Set(returnedIds)).toEqual(new Set(customerIds));
	});

	it('requests each page of 50 customers once', () => {
		expect(pageRequests.length).toBeGreaterThanOrEqual(100);
		// An empty page may tell that there are no more customers.
		expect(pageRequests.length).toBeLessThanOrEqual(101);
	});

	it('makes no more than the five calls a second that AlfaCRM allows', () => {
		const { journal } = real.sandbox;

		const refusedCalls = journal.filter(({ status }) => status === 429);

		expect(refusedCalls).toEqual([]);
		expect(countMostInOneSecond(journal)).toBeLessThanOrEqual(5);
	});

	it('takes at most 15% longer than AlfaCRM allows', () => {
		const firstRequest = pageRequests[0];
		const lastRequest = pageRequests[pageRequests.length - 1];

		const seconds = (lastRequest.at - firstRequest.at) / 1_000;

		const allowedSeconds = pageRequests.length / 5;
		// Other tests share the cores. A closer bound, in virtual time, is in test/properties/api/rate.test.ts.
		expect(seconds / allowedSeconds).toBeLessThanOrEqual(1.15);
	});
});

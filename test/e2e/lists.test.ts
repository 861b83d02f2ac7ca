import type { JournalEntry } from '../../sandbox';
import { CUSTOMER_TYPE, RECORD_STATUS } from '../support/codes';
import { countMostInOneSecond } from '../engine/support/school';
import { useRealN8n } from './support/realN8n';

const CUSTOMERS = 5_000;
const PAGE_SIZE = 50;
const PAGES = 100;

const real = useRealN8n({ customers: CUSTOMERS, settings: { latencyMs: 60 } });

/** Moves all customers to branch 1, which the node lists. */
function moveCustomersToBranch1(): void {
	const { store } = real.sandbox;
	for (const { id } of store.rows('customer')) {
		store.patch('customer', id, { branch_ids: [1] });
	}
}

function readPageRequests(): JournalEntry[] {
	return real.sandbox.journal.filter(({ path }) => path.endsWith('customer/index'));
}

/** Computes how many seconds each request took on the average, from the first request to the last one. */
function computeSecondsPerRequest(requests: readonly JournalEntry[]): number {
	const first = requests[0];
	const last = requests[requests.length - 1];
	return (last.at - first.at) / 1_000 / requests.length;
}

it('Return All lists 5,000 customers with one request a page, nearly as fast as AlfaCRM allows', async () => {
	moveCustomersToBranch1();
	real.sandbox.settings.pageSize = PAGE_SIZE;

	const execution = await real.runNode(
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

	expect(execution.status).toBe('success');
	const listedIds = execution.outputs('AlfaCRM').map(({ id }) => id);
	const customerIds = real.sandbox.store.rows('customer').map(({ id }) => id);
	expect(listedIds).toHaveLength(CUSTOMERS);
	expect(new Set(listedIds)).toEqual(new Set(customerIds));

	const pageRequests = readPageRequests();
	expect(pageRequests.length).toBeGreaterThanOrEqual(PAGES);
	expect(pageRequests.length).toBeLessThanOrEqual(PAGES + 1);

	// AlfaCRM allows five calls in any second, and answers further calls with 429.
	const { journal } = real.sandbox;
	expect(journal.filter(({ status }) => status === 429)).toEqual([]);
	expect(countMostInOneSecond(journal)).toBeLessThanOrEqual(5);
	// The bound is wide, because other tests share the cores. test/properties/api/rate.test.ts has the closer one, in virtual time.
	expect(computeSecondsPerRequest(pageRequests)).toBeLessThanOrEqual(0.23);
}, 150_000);

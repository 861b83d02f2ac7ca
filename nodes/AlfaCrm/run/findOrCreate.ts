/**
 * Creates a record only if a search finds none, also while other n8n processes do the same. The
 * *database lock*, which is kept in n8n's database, lets one process at a time search and create.
 */

import { ResponseError } from '../api/failures';
import { leaveAfter } from '../api/locks';
import type { Item } from './item';

const LOCK_LOST = 'This took so long that another n8n process may be doing the same. Run it again.';

/**
 * The result of a search: a record that exists already, or a creation plan. The plan holds
 * everything that the search found out and that the creation needs.
 */
export type ExistingOrPlan<Existing, Plan> = { existing: Existing } | { plan: Plan };

/**
 * Searches for a record and returns it. If there is no such record, creates it from the plan of the
 * search, while the database lock keeps other n8n processes from creating the same record.
 *
 * If this process does not get the lock within a minute, it searches without the lock, so that
 * an existing record is found without a long wait. If that search finds nothing, the process waits
 * for the lock and searches again, because another process may have created the record during the
 * wait.
 *
 * The database lock does not order the items of one process. So the caller must also hold the lock
 * on the record's keys within this process: see `Item.withLock`.
 */
export async function findOrCreateByPlan<Existing, Plan, Created>(
	item: Item,
	search: () => Promise<ExistingOrPlan<Existing, Plan>>,
	create: (plan: Plan) => Promise<Created>,
): Promise<Existing | Created> {
	const { execution } = item;
	const { databaseLock, processedData, client } = execution;
	// The lease is the database lock while this process holds it; undefined without the lock.
	let lease = await databaseLock.acquireBeforeSearch(processedData, client.signal);
	try {
		execution.noteEpoch(lease?.epoch ?? 0);
		let result = await search();
		if ('plan' in result && lease === undefined) {
			lease = await databaseLock.acquire(processedData, client.signal);
			execution.noteEpoch(lease.epoch);
			result = await search();
		}
		// The lock counts the searches: a node that hardly ever creates a record no longer waits for
		// the lock before a search.
		databaseLock.countSearch({ hasFound: 'existing' in result });
		if ('existing' in result) return result.existing;

		const { plan } = result;
		const assertLockHeld = () => assertHeld(lease);
		return await item.withGuard(assertLockHeld, async () => await create(plan));
	} finally {
		// If the answer to the creation was lost, AlfaCRM may still be carrying the creation out. The
		// lock is kept until AlfaCRM must be done.
		leaveAfter(item.underWayMs, () => lease?.leave());
	}
}

/**
 * Checks that this process still holds the database lock. Once the lock is lost, another process
 * may be creating the same record, so nothing more is sent. In an n8n that cannot keep a lock,
 * `DatabaseLock` gives a lease that always has time left.
 *
 * @throws ResponseError if the lock is lost
 */
function assertHeld(lease: { hasTimeLeft: boolean } | undefined): void {
	if (lease?.hasTimeLeft === true) return;
	throw new ResponseError({ kind: 'notSent', serverMessage: LOCK_LOST });
}

/**
 * Returns a record that exists already, or creates it, while the database lock keeps other n8n
 * processes from creating the same record. See `findOrCreateByPlan`.
 *
 * @param find returns undefined if there is no such record yet
 */
export async function findOrCreate<Existing, Created>(
	item: Item,
	find: () => Promise<Existing | undefined>,
	create: () => Promise<Created>,
): Promise<Existing | Created> {
	const search = async (): Promise<ExistingOrPlan<Existing, undefined>> => {
		const existing = await find();
		return existing === undefined ? { plan: undefined } : { existing };
	};
	return await findOrCreateByPlan(item, search, create);
}

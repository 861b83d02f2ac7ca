import { ResponseError } from '../api/failures';
import { leaveAfter } from '../api/locks';
import type { Item } from './item';

const LOCK_LOST = 'This took so long that another n8n process may be doing the same. Run it again.';

/** What a search ends with: a record that exists already, or the plan by which to create it. */
export type ExistingOrPlan<Existing, Plan> = { existing: Existing } | { plan: Plan };

/**
 * Returns an existing record, or creates it by the plan that the search made, while no other n8n
 * process creates the same.
 *
 * A process that does not get the database lock within half a minute searches without it, so that
 * nobody waits for long for a record that exists. Only if there is something to create does it wait
 * for the lock, and then it searches again: another process may have created the record meanwhile.
 *
 * Within this process the item already holds the lock on what it searches for: see `Item.withLock`.
 */
export async function findOrCreateByPlan<Existing, Plan, Created>(
	item: Item,
	search: () => Promise<ExistingOrPlan<Existing, Plan>>,
	create: (plan: Plan) => Promise<Created>,
): Promise<Existing | Created> {
	const { execution } = item;
	const { databaseLock, processedData, client } = execution;
	let lease = await databaseLock.enterBeforeSearch(processedData, client.signal);
	try {
		execution.noteEpoch(lease?.epoch ?? 0);
		let result = await search();
		if ('plan' in result && lease === undefined) {
			lease = await databaseLock.enter(processedData, client.signal);
			execution.noteEpoch(lease.epoch);
			result = await search();
		}
		databaseLock.noteSearch({ hasFound: 'existing' in result });
		if ('existing' in result) return result.existing;

		const { plan } = result;
		// If the lock is lost meanwhile, another process may be creating the same record, so nothing
		// more is sent.
		const assertLockHeld = () => {
			if (lease?.isHeld !== true)
				throw new ResponseError({ kind: 'notSent', serverMessage: LOCK_LOST });
		};
		return await item.guarded(assertLockHeld, async () => await create(plan));
	} finally {
		// If the answer to a create did not come, the lock is kept until AlfaCRM must be done with it.
		leaveAfter(item.underWayMs, () => lease?.leave());
	}
}

/**
 * Returns an existing record, or creates it while no other n8n process does: `findOrCreateByPlan`
 * without a plan.
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

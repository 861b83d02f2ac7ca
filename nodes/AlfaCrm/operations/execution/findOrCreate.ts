import { ResponseError } from '../../api/failures';
import { leaveAfter } from '../../api/locks';
import type { Item } from './item';

const LOCK_LOST = 'This took so long that another n8n process may be doing the same. Run it again.';

/**
 * Creates what is not found, while no other n8n process does the same. A process that cannot have the lock at once looks
 * without it, waits only if there is something to create, and looks once more then.
 *
 * Within this process the item holds the lock on what it looks for, see `Item.withLock`.
 *
 * @param find undefined where it is to be created
 */
export async function findOrCreate<F, C>(
	item: Item,
	find: () => Promise<F | undefined>,
	create: () => Promise<C>,
): Promise<F | C> {
	const { execution } = item;
	const { databaseLock, processedData, client } = execution;
	let lease = await databaseLock.tryEnter(processedData, client.signal);
	try {
		execution.noteEpoch(lease?.epoch ?? 0);
		let found = await find();
		if (found === undefined && lease === undefined) {
			lease = await databaseLock.enter(processedData, client.signal);
			execution.noteEpoch(lease.epoch);
			found = await find();
		}
		if (found !== undefined) return found;
		const assertHeld = () => {
			if (lease?.isHeld !== true) throw new ResponseError({ kind: 'notSent', serverMessage: LOCK_LOST });
		};
		return await item.guarded(assertHeld, create);
	} finally {
		leaveAfter(item.underWayMs, () => lease?.leave());
	}
}

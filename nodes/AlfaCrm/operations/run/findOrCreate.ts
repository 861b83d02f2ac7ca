import { ResponseError } from '../../api/errors';
import { leaveAfter } from '../../api/locks';
import type { Item } from './item';

const LOCK_LOST =
	'n8n stood still or did not reach its own database for some seconds, so another n8n process may be creating the same one. Run it again.';

/**
 * Creates what is not found, while no other n8n process does the same. A process that cannot have the lock at once looks
 * without it, waits only if there is something to create, and looks once more then.
 *
 * Within this process the item holds the lock on what it looks for, see `Item.withLock`.
 *
 * @param find reads in AlfaCRM; undefined where it is not there
 */
export async function findOrCreate<F, C>(
	item: Item,
	find: () => Promise<F | undefined>,
	create: () => Promise<C>,
): Promise<{ found: F; created?: undefined } | { found?: undefined; created: C }> {
	const { run } = item;
	const { shared } = run;
	if (shared === undefined) {
		const found = await find();
		return found === undefined ? { created: await create() } : { found };
	}
	const { lock, row } = shared;
	let isHeld = await lock.tryEnter(row, run.client.signal);
	try {
		run.noteTurn(isHeld ? lock.turns : 0);
		let found = await find();
		if (found === undefined && !isHeld) {
			await lock.enter(row, run.client.signal);
			isHeld = true;
			run.noteTurn(lock.turns);
			found = await find();
		}
		if (found !== undefined) return { found };
		const assertHeld = () => {
			if (!lock.isHeld) throw new ResponseError({ kind: 'notSent', serverMessage: LOCK_LOST });
		};
		return { created: await item.guarded(assertHeld, create) };
	} finally {
		if (isHeld) leaveAfter(item.underWayMs, () => lock.leave());
	}
}

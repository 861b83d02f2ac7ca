import { findOptions } from '../../properties/upsert';
import type { Operation } from '../operation';
import { simplified } from '../simplify';
import { targetOf } from '../target';
import { searchedBranches } from './branches';
import { newestFirst } from './decide';
import { emptyKey, keyOf, searchOf } from './keys';
import { findMatches, withArchived } from './search';
import { several } from './several';
import { unsure } from '../records/sure';

/** Finds records as Create or Update does, and leaves them as they are. Active ones come first, then the newest. */
export const find: Operation = async (item, entity) => {
	const key = keyOf(item, entity);
	const search = searchOf(item, entity, key);
	const show = simplified(item, entity);
	const options = item.collection(findOptions(entity));
	const ifNone = options.choice(options.parameter('ifNone'));
	const ifSeveral = options.choice(options.parameter('ifSeveral'));
	const takesArchived = !entity.archive || options.flag(options.parameter('archived'));
	if (!search.isEnough) throw emptyKey(item, entity, key);

	const target = targetOf(item, entity, 'find');
	const places = await searchedBranches(item, entity, target, options);
	const { matches, doubt } = await findMatches(item, entity, target, search, places);
	const all = newestFirst(await withArchived(item, entity, target, matches));
	for (const { row } of all.filter(({ archived }) => archived === undefined)) {
		item.run.hints.add(
			`AlfaCRM's list of archived ${entity.plural.toLowerCase()} did not come whole, so one that was found may be archived`,
			`${entity.label.toLowerCase()} ${String(row.id)}`,
		);
	}
	const active = all.filter(({ archived }) => !archived);
	const found = takesArchived ? [...active, ...all.filter(({ archived }) => archived)] : active;

	if (found.length === 0 && ifNone === 'nothing') return [];
	if (found.length === 0 && ifNone === 'item') return [{ matchFound: false }];
	if (found.length === 0 && doubt !== undefined) {
		throw unsure(item, doubt, `whether there is such a ${entity.label.toLowerCase()}`);
	}
	if (found.length === 0) {
		throw item.failed(
			`AlfaCRM has no ${takesArchived ? '' : 'active '}${entity.label.toLowerCase()} with this ${key.label.toLowerCase()}`,
			"Check the value, or choose in 'If None Matches' to go on without one.",
			404,
		);
	}
	if (found.length > 1 && ifSeveral === 'refuse') throw several(item, entity, key, found);
	return (ifSeveral === 'newest' ? found.slice(0, 1) : found).map(({ row }) => show(row));
};

import type { IDataObject } from 'n8n-workflow';

import { Item } from './item';
import type { Run } from './run';

/** Items that are about one record, and what came of them. */
interface Group {
	indexes: number[];
	first?: Item;
	outcome?: Promise<IDataObject[]>;
}

const groups = new WeakMap<Run, Map<string, Group>>();

/**
 * Does at once what several items of a run say of the same record, where one call has to say it all. The first of them
 * does it for all, and all have the same outcome.
 *
 * @param keyOf what items about the same record have in common
 * @param work gets the item itself first, then the others, which are there to be read only
 */
export async function together(
	item: Item,
	keyOf: (item: Item) => string,
	work: (items: readonly [Item, ...Item[]]) => Promise<IDataObject[]>,
): Promise<IDataObject[]> {
	const { index, run } = item;
	const key = keyOf(item);
	if (!groups.has(run)) groups.set(run, groupsOf(run, keyOf));
	const group = groups.get(run)?.get(key) ?? { indexes: [index] };
	group.first ??= item;
	const others = () => group.indexes.filter((one) => one !== index).map((one) => new Item(run, one));
	group.outcome ??= work([item, ...others()]);
	try {
		return (await group.outcome).map((row) => ({ ...row }));
	} catch (caught) {
		// It has not begun if the one that works for it has not.
		item.isSkipped ||= group.first.isSkipped;
		throw item.asError(caught);
	}
}

function groupsOf(run: Run, keyOf: (item: Item) => string): Map<string, Group> {
	const found = new Map<string, Group>();
	for (const index of run.context.getInputData().keys()) {
		const key = keyIfReadable(new Item(run, index), keyOf);
		if (key === undefined) continue;
		const group = found.get(key) ?? { indexes: [] };
		found.set(key, group);
		group.indexes.push(index);
	}
	return found;
}

/** An item that does not say what it is about fails by itself when its turn comes. */
function keyIfReadable(item: Item, keyOf: (item: Item) => string): string | undefined {
	try {
		return keyOf(item);
	} catch {
		return undefined;
	}
}

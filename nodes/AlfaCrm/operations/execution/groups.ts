import type { IDataObject } from 'n8n-workflow';

/** An item, as far as it shares its work with others. */
interface Member<I> {
	readonly index: number;
	/** All items of the run. */
	readonly all: readonly I[];
	/** Another one has done the work of this one, too, or has failed to. */
	follow(other: I): void;
}

/** Items that are about one record, and what came of them. */
interface Group {
	readonly indexes: number[];
	outcome?: Promise<IDataObject[]>;
}

/** Items of a run that are about one record, where one call has to say what all of them say. */
export class Groups {
	/** By kind of work, then by what the items have in common. */
	private readonly kinds = new Map<string, Map<string, Group>>();

	/**
	 * Does the work once: the first of the items does it for all, and all have the same outcome.
	 *
	 * @param kind one for each way in which items are put together
	 * @param keyOf what items about the same record have in common; one that cannot be read is in no group
	 * @param work gets the item itself first, then the others, which may not have begun and are there to be read only
	 */
	async doOnce<I extends Member<I>>(
		item: I,
		kind: string,
		keyOf: (item: I) => string,
		work: (items: readonly [I, ...I[]]) => Promise<IDataObject[]>,
	): Promise<IDataObject[]> {
		const key = keyOf(item);
		const groups = this.kinds.get(kind) ?? groupsOf(item.all, keyOf);
		this.kinds.set(kind, groups);
		const group = groups.get(key) ?? { indexes: [item.index] };
		const begin = async () => {
			const others = group.indexes.filter((index) => index !== item.index).map((index) => item.all[index]);
			try {
				return await work([item, ...others]);
			} finally {
				for (const other of others) other.follow(item);
			}
		};
		group.outcome ??= begin();
		return (await group.outcome).map((row) => ({ ...row }));
	}
}

function groupsOf<I extends Member<I>>(items: readonly I[], keyOf: (item: I) => string): Map<string, Group> {
	const groups = new Map<string, Group>();
	for (const item of items) {
		const key = keyIfReadable(item, keyOf);
		if (key === undefined) continue;
		const group = groups.get(key) ?? { indexes: [] };
		groups.set(key, group);
		group.indexes.push(item.index);
	}
	return groups;
}

function keyIfReadable<I>(item: I, keyOf: (item: I) => string): string | undefined {
	try {
		return keyOf(item);
	} catch {
		return undefined;
	}
}

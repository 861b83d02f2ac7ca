import type { IDataObject } from 'n8n-workflow';

import type { Collected, ListReader } from '../../api/list';
import type { ListRequest } from '../../api/pages';
import { readFlag, readId } from '../../values/formats';
import { archivedFlag, isSwitchedOff } from '../../entities/archive';
import { listCall } from '../../entities/listCall';
import type { Entity } from '../../entities/types';
import { normalizeText } from '../../fields/normalizeText';
import { titleOf } from '../../fields/titles';
import type { Item } from './item';

/** What the records of a list are called, by ID. */
export type Titles = ReadonlyMap<number, string>;

/** The records of a list of the account that references name: what they are called, and which are called so. */
export class ShortList {
	readonly titles: Titles;
	readonly isComplete: boolean;
	/** Those that can still be chosen in AlfaCRM. */
	private readonly active: ReadonlySet<number>;
	private readonly byName = new Map<string, number[]>();

	/** What has no ID is named by nobody. */
	constructor(entity: Entity, { rows, isComplete }: Pick<Collected, 'isComplete' | 'rows'>) {
		const known = rows.map((row) => ({ row, id: readId(row.id) })).filter(hasId);
		this.titles = new Map(known.map(({ row, id }) => [id, titleOf(row, entity)]));
		this.isComplete = isComplete;
		this.active = new Set(known.filter(({ row }) => isActive(row)).map(({ id }) => id));
		for (const [id, title] of this.titles) {
			const name = normalizeText(title);
			this.byName.set(name, [...(this.byName.get(name) ?? []), id]);
		}
	}

	/** The IDs of those that are called so, case, blanks and ё aside; the active ones, if there are any. */
	named(name: string): number[] {
		const all = this.byName.get(normalizeText(name)) ?? [];
		const active = all.filter((id) => this.active.has(id));
		return active.length > 0 ? active : all;
	}

	/** What there is to choose, for messages. */
	get choices(): number[] {
		const ids = [...this.titles.keys()];
		const active = ids.filter((id) => this.active.has(id));
		return active.length > 0 ? active : ids;
	}
}

const hasId = (one: { row: IDataObject; id?: number }): one is { row: IDataObject; id: number } =>
	one.id !== undefined;

const isActive = (row: IDataObject): boolean =>
	!isSwitchedOff(row) && archivedFlag(row) !== true && readFlag(row.dead) !== 1;

/** The call for the list of what a field names. It shows archived ones too, for old records name them. */
export const listOfNames = (entity: Entity, branch?: number): ListRequest => ({
	...listCall(entity, branch),
	body: { ...entity.hidden?.show },
});

export const readShortList = async (
	reader: ListReader,
	entity: Entity,
	branch?: number,
): Promise<ShortList> => new ShortList(entity, await reader.collect(listOfNames(entity, branch), {}));

/** The same, read once for all items of the execution. */
export async function shortListOf(item: Item, entity: Entity, branch?: number): Promise<ShortList> {
	const { branch: asked } = listOfNames(entity, branch);
	const read = async () => await readShortList(item, entity, asked);
	return await item.execution.cached(entity.path, JSON.stringify(['short', asked]), read);
}

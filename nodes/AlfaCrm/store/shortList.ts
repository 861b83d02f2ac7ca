import type { IDataObject } from 'n8n-workflow';

import type { Collected, ListReader } from '../api/list';
import type { ListRequest } from '../api/pages';
import { readFlag, readIds } from '../values/formats';
import { archivedByRow, isSwitchedOff } from '../entities/archive';
import { listCall } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { normalizeText } from '../fields/normalizeText';
import { titleOf } from '../fields/titles';

/** What the records of a list are called, by ID. */
export type Titles = ReadonlyMap<number, string>;

interface Entry {
	id: number;
	title: string;
	/** The same as it is compared: without case, blanks and ё. */
	name: string;
	/** Whether it can still be chosen in AlfaCRM. */
	isActive: boolean;
	/** Those that it belongs to; none where AlfaCRM shows none. */
	branches: number[];
}

/** The records of a list of the account that references name: what they are called, and which are called so. */
export class ShortList {
	/** What has no ID is named by nobody. */
	private readonly entries: Entry[];
	readonly titles: Titles;
	readonly isComplete: boolean;

	constructor(entity: Entity, { rows, isComplete }: Pick<Collected, 'isComplete' | 'rows'>) {
		this.entries = rows.flatMap((row) => readIds([row.id]).map((id) => entryOf(entity, row, id)));
		this.titles = new Map(this.entries.map(({ id, title }) => [id, title]));
		this.isComplete = isComplete;
	}

	/** Those that are called so; the active ones, if there are any. */
	named(text: string): Entry[] {
		const looked = normalizeText(text);
		return activeOf(this.entries.filter(({ name }) => name === looked));
	}

	/** What there is to choose. */
	get choices(): Entry[] {
		return activeOf(this.entries);
	}
}

const entryOf = (entity: Entity, row: IDataObject, id: number): Entry => ({
	id,
	title: titleOf(row, entity),
	name: normalizeText(titleOf(row, entity)),
	isActive: !isSwitchedOff(row) && archivedByRow(entity, row, 'UTC') !== true && readFlag(row.dead) !== 1,
	branches: readIds([row.branch_id, row.branch_ids].flat()),
});

function activeOf(entries: Entry[]): Entry[] {
	const active = entries.filter(({ isActive }) => isActive);
	return active.length > 0 ? active : entries;
}

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

import type { IDataObject } from 'n8n-workflow';

import type { Collected, ListReader } from '../api/list';
import type { ListRequest } from '../api/pages';
import { archivedByRow, isSwitchedOff } from '../entities/archive';
import { listCall } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { normalizeText } from '../fields/normalizeText';
import { titleOf } from '../fields/titles';
import { readFlag, readIds } from '../values/formats';

/** The titles of the records of a list, by ID. */
export type Titles = ReadonlyMap<number, string>;

/** Reads the short list of an entity. */
export async function readShortList(
	reader: ListReader,
	entity: Entity,
	branch?: number,
): Promise<ShortList> {
	const list = await reader.collect(makeShortListRequest(entity, branch), {});
	return new ShortList(entity, list);
}

/**
 * Makes the call for the rows of a short list. It asks for archived records too, because old
 * records refer to them.
 */
export function makeShortListRequest(entity: Entity, branch?: number): ListRequest {
	return { ...listCall(entity, branch), body: { ...entity.hidden?.show } };
}

/** A record of a short list. */
interface ListedRecord {
	id: number;
	title: string;
	/** The title without case, extra blanks and ё, for comparison. */
	normalTitle: string;
	/** Whether it can still be chosen in AlfaCRM: neither switched off nor archived. */
	isActive: boolean;
	/** The branches that it belongs to; empty if AlfaCRM shows none. */
	branches: number[];
}

/**
 * A list that is short enough to read all of its rows, such as rooms or lead stages. It translates
 * between the IDs in records and the names that users see.
 */
export class ShortList {
	private readonly records: ListedRecord[];
	readonly titles: Titles;
	/** False if AlfaCRM counts more records than it shows. */
	readonly isComplete: boolean;

	/**
	 * Takes the rows of the list. Leaves out rows without an ID, because no record can refer to them.
	 */
	constructor(entity: Entity, { rows, isComplete }: Pick<Collected, 'isComplete' | 'rows'>) {
		this.records = rows
			.map((row) => readRecord(entity, row))
			.filter((record) => record !== undefined);
		this.titles = new Map(this.records.map(({ id, title }) => [id, title]));
		this.isComplete = isComplete;
	}

	/**
	 * Finds the records with a name. Case, extra blanks and ё do not matter. If some of the records
	 * are active, returns only these.
	 */
	findByName(name: string): ListedRecord[] {
		const normalName = normalizeText(name);
		return preferActive(this.records.filter(({ normalTitle }) => normalTitle === normalName));
	}

	/** The records that a user may choose from: the active ones, or all if none is active. */
	get choices(): ListedRecord[] {
		return preferActive(this.records);
	}
}

function readRecord(entity: Entity, row: IDataObject): ListedRecord | undefined {
	const [id] = readIds([row.id]);
	if (id === undefined) return undefined;

	const title = titleOf(row, entity);
	return {
		id,
		title,
		normalTitle: normalizeText(title),
		isActive: !isSwitchedOff(row) && !isArchived(entity, row),
		branches: readIds([row.branch_id, row.branch_ids].flat()),
	};
}

/** Whether a row shows that it is archived. Subscriptions call the flag `dead`. API notes 5.5. */
function isArchived(entity: Entity, row: IDataObject): boolean {
	// A short list has no time zone. On the day of archiving itself, UTC may be off by some hours.
	return archivedByRow(entity, row, 'UTC') === true || readFlag(row.dead) === 1;
}

/** Returns the active records, or all records if none is active. */
function preferActive(records: ListedRecord[]): ListedRecord[] {
	const activeRecords = records.filter(({ isActive }) => isActive);
	return activeRecords.length > 0 ? activeRecords : records;
}

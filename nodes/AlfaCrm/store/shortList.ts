import type { IDataObject } from 'n8n-workflow';

import type { Collected, ListReader } from '../api/list';
import type { ListRequest } from '../api/pages';
import { archivedByRow, isSwitchedOff } from '../entities/archive';
import { listCall } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { normalizeText } from '../fields/normalizeText';
import { titleOf } from '../fields/titles';
import { readFlag, readId, readIds } from '../values/formats';

/** The titles of the records of a list, by ID. */
export type Titles = ReadonlyMap<number, string>;

/** A record of a short list. */
interface ShortListRecord {
	id: number;
	title: string;
	/** The title as it is compared: without capital letters and extra blanks, and with е for ё. */
	normalTitle: string;
	/** Whether users can still choose the record in AlfaCRM: not switched off, not archived. */
	isActive: boolean;
	/** The branches to which the record belongs; empty if AlfaCRM shows none. */
	branches: number[];
}

/**
 * A list that is short enough to read all of its rows, such as rooms or lead stages. It translates
 * between the IDs in records and the names that users see.
 */
export class ShortList {
	private readonly records: ShortListRecord[];
	readonly titles: Titles;
	/** False if AlfaCRM's total is higher than the number of rows that it sent. */
	readonly isComplete: boolean;

	/**
	 * Takes the rows of the list. Leaves out rows without an ID, because no record can refer to them.
	 */
	constructor(entity: Entity, list: Pick<Collected, 'isComplete' | 'rows'>) {
		const records = list.rows.map((row) => readRecord(entity, row));
		this.records = records.filter((record) => record !== undefined);
		this.titles = new Map(this.records.map(({ id, title }) => [id, title]));
		this.isComplete = list.isComplete;
	}

	/**
	 * Finds the records with a name, in whatever spelling: see `normalTitle`. If some of them can
	 * still be chosen in AlfaCRM, returns only these.
	 */
	findByName(name: string): ShortListRecord[] {
		const normalName = normalizeText(name);
		const records = this.records.filter(({ normalTitle }) => normalTitle === normalName);
		return preferActive(records);
	}

	/** The records that a user may choose from: the active ones, or all if none is active. */
	get choices(): ShortListRecord[] {
		return preferActive(this.records);
	}
}

/**
 * Reads a short list: all records of an entity that has only a few, such as the rooms of a branch.
 */
export async function readShortList(
	reader: ListReader,
	entity: Entity,
	branch?: number,
): Promise<ShortList> {
	const readAllRows = {};
	const list = await reader.collect(makeShortListRequest(entity, branch), readAllRows);
	return new ShortList(entity, list);
}

/**
 * Makes the request for a list that translates IDs to names. It asks for archived records too,
 * because old records refer to them.
 */
export function makeShortListRequest(entity: Entity, branch?: number): ListRequest {
	const filtersThatShowArchived = entity.hidden?.show;
	return { ...listCall(entity, branch), body: { ...filtersThatShowArchived } };
}

/** Reads what a short list needs of a row. Returns undefined for a row without an ID. */
function readRecord(entity: Entity, row: IDataObject): ShortListRecord | undefined {
	const id = readId(row.id);
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
	if (readFlag(row.dead) === 1) return true;

	// The time zone of the school is not known here, so on the day on which a record is archived, it
	// counts as archived some hours too early or too late. `archivedByRow` returns undefined if the
	// row does not show whether it is archived.
	return archivedByRow(entity, row, 'UTC') === true;
}

/** Returns the active records, or all records if none is active. */
function preferActive(records: ShortListRecord[]): ShortListRecord[] {
	const activeRecords = records.filter(({ isActive }) => isActive);
	return activeRecords.length > 0 ? activeRecords : records;
}

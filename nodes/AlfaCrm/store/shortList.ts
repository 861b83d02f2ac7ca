import type { IDataObject } from 'n8n-workflow';

import type { Collected, ListReader } from '../api/list';
import type { ListRequest } from '../api/pages';
import { isArchivedByRow, isSwitchedOff } from '../entities/archive';
import { makeListCall } from '../entities/listCall';
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
	/** The title for comparing: without capital letters and extra blanks, and with е for ё. */
	normalTitle: string;
	/** Whether users can still choose the record in AlfaCRM: it is not switched off or archived. */
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

	/** Leaves out rows without an ID, because no record can refer to them. */
	constructor(entity: Entity, list: Pick<Collected, 'isComplete' | 'rows'>) {
		const records = list.rows.map((row) => readRecord(entity, row));
		this.records = records.filter((record) => record !== undefined);
		this.titles = new Map(this.records.map(({ id, title }) => [id, title]));
		this.isComplete = list.isComplete;
	}

	/**
	 * Finds the records with a name. Capital letters, extra blanks and ё for е make no difference. If
	 * both active and inactive records have the name, returns only the active records.
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

/** Reads all records of an entity that has only a few, such as the rooms of a branch. */
export async function readShortList(
	reader: ListReader,
	entity: Entity,
	branch?: number,
): Promise<ShortList> {
	const noLimits = {};
	const list = await reader.collect(makeShortListRequest(entity, branch), noLimits);
	return new ShortList(entity, list);
}

/**
 * Makes the request for a list that translates IDs to names. It asks for archived records too,
 * because old records refer to them.
 */
export function makeShortListRequest(entity: Entity, branch?: number): ListRequest {
	const filtersThatShowArchived = entity.hidden?.bodyShowingAll;
	return { ...makeListCall(entity, branch), body: { ...filtersThatShowArchived } };
}

/** Reads a row of a short list. Returns undefined for a row without an ID. */
function readRecord(entity: Entity, row: IDataObject): ShortListRecord | undefined {
	const id = readId(row.id);
	if (id === undefined) return undefined;

	const title = titleOf(row, entity);
	return {
		id,
		title,
		normalTitle: normalizeText(title),
		isActive: !isSwitchedOff(row) && !isArchived(entity, row),
		// Rows of some entities show one branch, rows of other entities a list of branches.
		branches: readIds([row.branch_id, row.branch_ids].flat()),
	};
}

/**
 * Whether a row shows that its record is archived. In subscriptions the flag is called `dead`
 * (docs/alfacrm-api.md 5.5).
 */
function isArchived(entity: Entity, row: IDataObject): boolean {
	if (readFlag(row.dead) === 1) return true;

	// The time zone of the school is not known here. With UTC, a record counts as archived some hours
	// too early or too late.
	const archivedState = isArchivedByRow(entity, row, 'UTC');
	// Undefined means that the row does not show whether the record is archived.
	return archivedState === true;
}

/** Returns the active records, or all records if none is active. */
function preferActive(records: ShortListRecord[]): ShortListRecord[] {
	const activeRecords = records.filter(({ isActive }) => isActive);
	return activeRecords.length > 0 ? activeRecords : records;
}

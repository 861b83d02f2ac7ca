import type { IDataObject } from 'n8n-workflow';

import { formatDay, OPEN_END, readFlag, today } from '../values/formats';
import { choice } from './fields';
import type { Action, Entity } from './types';
import type { Field } from './fieldTypes';

/**
 * Declares how records are archived, and how a row shows whether a record is archived.
 *
 * AlfaCRM has no archive of its own: a record is archived if its flag `removed` is 1. Lists leave
 * archived records out by default. Rows of some lists lack the flag. Customers and teachers also
 * have `e_date`: a past day if they are archived, 2030-12-31 if not. docs/alfacrm-api.md 3.
 */

/** The values of *Record Status*. AlfaCRM's filter `removed` takes the same numbers. */
const RECORD_STATUS = { active: 0, all: 1, archived: 2 } as const;

/**
 * Makes the choice *Record Status* for a list: active records, archived records, or both.
 *
 * @param plural names the records in the description of the choice, such as "customers"
 */
export const makeArchivedView = (plural: string) => ({
	...choice(
		'removed',
		'Record Status',
		[
			{ value: RECORD_STATUS.active, label: 'Active' },
			{ value: RECORD_STATUS.all, label: 'Active and Archived' },
			{ value: RECORD_STATUS.archived, label: 'Archived' },
		],
		RECORD_STATUS.active,
		{ description: `Which ${plural} are returned` },
	),
	makeBody: makeBodyForStatus,
	includesRow: hasStatus,
});

/**
 * Makes the body of a call for records of the chosen status. AlfaCRM lists active records by
 * default, and `removed: 0` may hide leads without a stage, so the body for them is empty. API
 * notes 3.
 */
function makeBodyForStatus(chosenStatus: number): IDataObject {
	return chosenStatus === RECORD_STATUS.active ? {} : { removed: chosenStatus };
}

/** Whether a row has the chosen status. A row without the flag `removed` may have any status. */
function hasStatus({ removed }: IDataObject, chosenStatus: number): boolean {
	if (chosenStatus === RECORD_STATUS.all || removed === undefined) return true;

	const isArchived = readFlag(removed) === 1;
	const wantsArchived = chosenStatus === RECORD_STATUS.archived;
	return isArchived === wantsArchived;
}

/** The settings of an action that updates only a flag of a record. */
const flagUpdateSettings = {
	action: 'update',
	recordIdName: 'id',
	kind: 'change',
	unconfirmed: true,
} as const;

/**
 * Makes the actions *Archive* and *Restore*. AlfaCRM has no calls for them, so they update a record
 * and set its flag `removed` to 1 or 0. Two integrations have tried to archive customers, one
 * archives groups in production, and no source is known to restore a record. API notes 4.
 *
 * @param noun names the record in titles: "customer"
 * @param reasons the fields in which the user says why a record is archived
 */
export function makeArchiveActions(noun: string, reasons: readonly Field[] = []): Action[] {
	const archive: Action = {
		...flagUpdateSettings,
		name: 'archive',
		label: 'Archive',
		title: `Archive ${noun}`,
		fixedValues: { removed: 1 },
	};
	if (reasons.length > 0) archive.fields = reasons;

	const restore: Action = {
		...flagUpdateSettings,
		name: 'unarchive',
		label: 'Restore',
		title: `Restore archived ${noun}`,
		fixedValues: { removed: 0 },
	};
	return [archive, restore];
}

/** Whether a record of a short list can no longer be chosen in AlfaCRM. */
export const isSwitchedOff = ({ is_enabled, is_active }: IDataObject): boolean =>
	[is_enabled, is_active].some((flag) => readFlag(flag) === 0);

/** Whether the flag of a row says that the record is archived; undefined if the row has no flag. */
export function readArchivedFlag({ removed }: IDataObject): boolean | undefined {
	const flag = readFlag(removed);
	return flag === undefined ? undefined : flag === 1;
}

/**
 * Tells whether a row shows that its record is archived: by the flag `removed` or, if the row lacks
 * it, by the last day, which has come. Returns undefined if the row shows neither. The record itself
 * is not read, so use the answer only for titles and hints. API notes 3.
 *
 * @param zone the time zone that decides which day is today
 */
export function isArchivedByRow(
	{ archive }: Entity,
	row: IDataObject,
	zone: string,
): boolean | undefined {
	const archivedFlag = readArchivedFlag(row);
	if (archivedFlag !== undefined) return archivedFlag;
	if (archive?.day === undefined) return undefined;

	const lastDay = formatDay(row[archive.day], 'iso', zone);
	if (lastDay === undefined) return undefined;

	// AlfaCRM stores 2030-12-31 for a record that has no last day.
	const hasNoLastDay = lastDay === OPEN_END;
	return !hasNoLastDay && lastDay <= today('iso', zone);
}

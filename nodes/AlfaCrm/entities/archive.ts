import type { IDataObject } from 'n8n-workflow';

import { formatDay, OPEN_END, readFlag, today } from '../values/formats';
import { choice } from './fields';
import type { Action, Entity } from './types';
import type { Field } from './fieldTypes';

/**
 * AlfaCRM leaves archived records out unless it is told otherwise. To say so hides leads without a
 * stage in some accounts, so that is left to its default. API notes 3.
 */
export const archivedView = (plural: string) => ({
	...choice(
		'removed',
		'Record Status',
		[
			{ value: 0, label: 'Active' },
			{ value: 1, label: 'Active and Archived' },
			{ value: 2, label: 'Archived' },
		],
		0,
		{ description: `Which ${plural} are returned` },
	),
	ask: (chosen: number): IDataObject => (chosen === 0 ? {} : { removed: chosen }),
	holds: ({ removed }: IDataObject, chosen: number): boolean =>
		chosen === 1 || removed === undefined || (readFlag(removed) === 1) === (chosen === 2),
});

/**
 * API notes 4: there is no call of its own for this, so a flag is written. Customers: tried by two
 * integrations; groups: in production in one; nobody is known to clear it.
 */
export const archiving = (noun: string, reasons: readonly Field[] = []): Action[] => [
	{
		name: 'archive',
		label: 'Archive',
		title: `Archive ${noun}`,
		action: 'update',
		idAs: 'id',
		...(reasons.length > 0 ? { fields: reasons } : {}),
		fixed: { removed: 1 },
		kind: 'change',
		unconfirmed: true,
	},
	{
		name: 'unarchive',
		label: 'Restore',
		title: `Restore archived ${noun}`,
		action: 'update',
		idAs: 'id',
		fixed: { removed: 0 },
		kind: 'change',
		unconfirmed: true,
	},
];

/** Whether a record of a short list can no longer be chosen in AlfaCRM. */
export const isSwitchedOff = ({ is_enabled, is_active }: IDataObject): boolean =>
	[is_enabled, is_active].some((flag) => readFlag(flag) === 0);

/** Whether a row says by its flag that it is archived; undefined if it has none. API notes 3. */
export function archivedFlag({ removed }: IDataObject): boolean | undefined {
	const flag = readFlag(removed);
	return flag === undefined ? undefined : flag === 1;
}

/**
 * Whether a record shows by itself that it is archived, with nothing asked for that: good enough to
 * be shown, or for a hint. By its flag or its day; undefined where it shows neither. API notes 3.
 */
export function archivedByRow(
	{ archive }: Entity,
	row: IDataObject,
	zone: string,
): boolean | undefined {
	const flag = archivedFlag(row);
	if (flag !== undefined) return flag;
	const day = archive?.day === undefined ? undefined : formatDay(row[archive.day], 'iso', zone);
	return day === undefined ? undefined : day !== OPEN_END && day <= today('iso', zone);
}

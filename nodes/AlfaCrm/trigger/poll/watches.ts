import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../api/formats';
import type { EventType } from '../../entities/events';
import type { Entity } from '../../entities/types';
import type { Change } from '../change';
import { readChange } from '../change';
import { stampOf } from './stamps';
import { digestOf } from './state';
import type { News, Watch } from './types';

/** How long after its creation a record may show up, e.g. since somebody moves it to a watched branch. */
const RECORD_LATE_HOURS = 48;
/** How long after its time a change may show up. The hour that clocks are set back in autumn is within. */
const CHANGE_LATE_HOURS = 3;

/** Watches an entity's own list for new records, which works where it can be listed by the day of creation. */
export function newRecords(
	{ path, plural, reveal }: Entity,
	body: IDataObject,
	wants: (row: IDataObject) => boolean,
): Watch {
	return {
		path,
		body,
		anchorBody: { ...reveal },
		sinceFilter: 'created_at_from',
		stampField: 'created_at',
		lateHours: RECORD_LATE_HOURS,
		onlyGrows: false,
		task: `look for new ${plural.toLowerCase()}`,
		grain: 'day',
		keyOf: (row) => readId(row.id) ?? digestOf(row),
		wants,
		mayChange: true,
		// IDs grow.
		compare: (a, b) => Number(a.row.id) - Number(b.row.id),
	};
}

/** Watches the change log, whose entries have no ID. API notes 5.21: the newest come first, which breaks ties. */
export function changes(classes: readonly string[], wants: (change: Change) => boolean): Watch {
	return {
		path: 'log',
		body: classes.length === 1 ? { entity: classes[0] } : {},
		anchorBody: {},
		sinceFilter: 'date_from',
		stampField: 'date_time',
		lateHours: CHANGE_LATE_HOURS,
		onlyGrows: true,
		task: 'read the change log',
		grain: 'minute',
		keyOf: digestOf,
		wants: (row) => {
			const change = changeOf(row, null);
			const isOfClass = classes.length === 0 || classes.includes(change?.entity ?? '');
			return change !== undefined && isOfClass && wants(change);
		},
		mayChange: false,
		compare: (a, b) => byTime(a, b) || b.place - a.place,
	};
}

const EVENTS: Record<string, string> = { '1': 'create', '2': 'update', '3': 'delete' };

/** An entry of the log in the form that webhooks have. */
export function changeOf(row: IDataObject, branch: number | null): Change | undefined {
	const event = EVENTS[String(row.event)] ?? 'update';
	const change = readChange({ ...row, event, branch_id: branch, datetime: row.date_time });
	return typeof change === 'string' ? undefined : change;
}

/** Whether a change is what an event type stands for. */
export function isLogged({ on, changes: field, becomes }: NonNullable<EventType['logged']>, change: Change) {
	if (on && !on.some((name) => name === change.event)) return false;
	if (field !== undefined) return field in change.fields_new && hasOther(change, field);
	if (becomes === undefined) return true;
	return isSame(change.fields_new[becomes[0]], becomes[1]) && hasOther(change, becomes[0]);
}

/** A new record had no value before. */
function hasOther({ event, fields_old, fields_new }: Change, field: string): boolean {
	return event === 'create' || !isSame(fields_old[field], fields_new[field]);
}

/** Numbers come as texts now and then. */
function isSame(a: unknown, b: unknown): boolean {
	return String(a ?? '') === String(b ?? '');
}

function byTime(a: News, b: News): number {
	const [one, other] = [stampOf(a.row, 'date_time'), stampOf(b.row, 'date_time')];
	return one < other ? -1 : one > other ? 1 : 0;
}

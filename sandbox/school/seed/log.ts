import type { Store } from '../../engine/store';
import { dayOf } from '../../model/dates';
import type { Entity } from '../../model/entity';
import { isList, type Json, type JsonObject, type Row } from '../../model/json';
import { openEnd } from '../entities/fields';
import { day, hour, type BaseTime, toDay, toMoment } from './baseTime';

/** What is in the log of the youngest customers. */
const logged = 150;
const [created, updated] = [1, 2];
const unlogged = ['id', 'created_at', 'updated_at'];

/** The creation of the youngest customers, and the last change of every second one. A school of a fixed day has no more: its tests count on it. */
export function seedLog(store: Store, { baseTime }: BaseTime, livesToday: boolean): void {
	const customers = store.rows('customer').slice(-logged);
	const entries = customers.flatMap((row) => ofCustomer(row, livesToday ? changeOf(row) : assignment(row)));
	if (livesToday) entries.push(...ofLastWeek(store, baseTime));
	entries.sort((a, b) => String(a.date_time).localeCompare(String(b.date_time)));
	for (const entry of entries) store.insert('log', entry);
}

/** What a record had, and what it has since then. */
type Change = readonly [was: JsonObject, is: JsonObject];

function ofCustomer(row: Row, change: Change): JsonObject[] {
	const { id, name = null, is_study = null, branch_ids = [], created_at, updated_at } = row;
	const isChanged = id % 2 === 1;
	const about = { entity: 'Customer', entity_id: id, branch_ids };
	const first = { name, is_study: (isChanged ? change[0].is_study : undefined) ?? is_study };
	const entries = [entryOf({ ...about, user_id: 1, event: created }, created_at, [{}, first])];
	return isChanged
		? [...entries, entryOf({ ...about, user_id: 3, event: updated }, updated_at, change)]
		: entries;
}

const assignment = ({ assigned_id }: Row): Change => [
	{ assigned_id: null },
	{ assigned_id: assigned_id ?? 1 },
];

/** What has become of a customer: archived, a client, or in the next stage. */
function changeOf(row: Row): Change {
	const { e_date = null, is_study, lead_status_id } = row;
	if (e_date !== openEnd) return [{ e_date: openEnd }, { e_date }];
	if (is_study === 1) return [{ is_study: 0 }, { is_study: 1 }];
	const stage = Number(lead_status_id);
	return stage > 1 ? [{ lead_status_id: stage - 1 }, { lead_status_id: stage }] : assignment(row);
}

/** What else has happened in the last week: to lessons, tasks, memberships and subscriptions. */
function ofLastWeek(store: Store, baseTime: number): JsonObject[] {
	const [since, until] = [toMoment(baseTime - 7 * day), toMoment(baseTime)];
	const isRecent = (time: Json | undefined) => String(time) >= since && String(time) <= until;
	/** A day says no hour: that of the morning, unless it is to come. */
	const morning = (date: Json | undefined): string => {
		const time = Date.parse(`${dayOf(String(date ?? openEnd))}T00:00:00Z`);
		return toMoment(
			toDay(time) === toDay(baseTime) ? Math.min(time + 10 * hour, baseTime) : time + 10 * hour,
		);
	};
	const entries: JsonObject[] = [];
	const tell = (path: string, row: Row, time: Json | undefined, change?: Change, isTold = isRecent(time)) => {
		const entity = store.entities.find((one) => one.path === path);
		if (!isTold || entity === undefined) return;
		const own = row.branch_ids ?? row.branch_id ?? store.rows('branch').map(({ id }) => id);
		const about = { entity: entity.className, entity_id: row.id, user_id: 1 };
		const event = change ? updated : created;
		const branch_ids = isList(own) ? own : [own];
		entries.push(entryOf({ ...about, event, branch_ids }, time, change ?? [{}, filled(entity, row)]));
	};
	for (const row of store.rows('lesson')) {
		tell('lesson', { ...row, status: 1 }, row.created_at);
		if (row.status !== 1)
			tell('lesson', row, row.updated_at, [{ status: 1 }, { status: row.status ?? null }]);
	}
	for (const row of store.rows('task')) tell('task', row, row.created_at);
	for (const row of store.rows('cgi')) {
		const [begin, end] = [row.b_date, row.e_date].map(morning);
		// Whose membership it was is told by its beginning alone.
		tell('cgi', row, begin, undefined, isRecent(begin) || isRecent(end));
		if (row.e_date) tell('cgi', row, end, [{ e_date: null }, { e_date: dayOf(String(row.e_date)) }]);
	}
	for (const row of store.rows('customer-tariff')) tell('customer-tariff', row, morning(row.b_date));
	return entries;
}

/** All that is filled, days as the log has them. */
function filled({ fields }: Entity, row: Row): JsonObject {
	const values = Object.entries(fields).flatMap(([name, { kind }]): Array<[string, Json]> => {
		const value = row[name] ?? null;
		if (unlogged.includes(name) || value === null || value === '') return [];
		return [[name, kind === 'date' ? dayOf(String(value)) : value]];
	});
	return Object.fromEntries(values);
}

function entryOf(about: JsonObject, time: Json | undefined, [was, is]: Change): JsonObject {
	const fields_old: Json = Object.keys(was).length === 0 ? [] : was;
	return { ...about, fields_old, fields_new: is, date_time: time ?? null };
}

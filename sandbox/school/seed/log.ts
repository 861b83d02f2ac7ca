import type { Store } from '../../engine/store';
import { dayOf } from '../../model/dates';
import type { Entity } from '../../model/entity';
import { isList, type Json, type JsonObject, type Row } from '../../model/json';
import { openEnd } from '../entities/fields';
import { day, hour, type BaseTime, toDay, toMoment } from './baseTime';

const loggedCustomers = 150;
const logEvent = { created: 1, updated: 2 };
const unloggedFields = ['id', 'created_at', 'updated_at'];

/**
 * Seeds the change log: the creation of the youngest customers, and the last change of every second
 * one. A school that lives today also has the log of its last week.
 */
export function seedLog(store: Store, { baseTime }: BaseTime, livesToday: boolean): void {
	const customers = store.rows('customer').slice(-loggedCustomers);
	const entries = customers.flatMap((customer) =>
		makeCustomerEntries(customer, livesToday ? makeLastChange(customer) : makeAssignment(customer)),
	);
	if (livesToday) entries.push(...makeEntriesOfLastWeek(store, baseTime));

	entries.sort((a, b) => String(a.date_time).localeCompare(String(b.date_time)));
	for (const entry of entries) store.insert('log', entry);
}

/** Changed fields of a record, with their old and new values. */
interface Change {
	old: JsonObject;
	new: JsonObject;
}

/** Makes the entry of the customer's creation and, for an odd ID, that of a change. */
function makeCustomerEntries(customer: Row, change: Change): JsonObject[] {
	const { id, name = null, is_study = null, branch_ids = [], created_at, updated_at } = customer;
	const isChanged = id % 2 === 1;
	const oldStudy = isChanged ? change.old.is_study : undefined;
	const about = { entity: 'Customer', entity_id: id, branch_ids };

	const creation = { old: {}, new: { name, is_study: oldStudy ?? is_study } };
	const entries = [makeEntry({ ...about, user_id: 1, event: logEvent.created }, created_at, creation)];
	if (isChanged) {
		entries.push(makeEntry({ ...about, user_id: 3, event: logEvent.updated }, updated_at, change));
	}
	return entries;
}

const makeAssignment = ({ assigned_id }: Row): Change => ({
	old: { assigned_id: null },
	new: { assigned_id: assigned_id ?? 1 },
});

/**
 * Makes the last change of a customer: archived, became a client, went on to the next stage, or got
 * a manager.
 */
function makeLastChange(customer: Row): Change {
	const { e_date = null, is_study, lead_status_id } = customer;
	if (e_date !== openEnd) return { old: { e_date: openEnd }, new: { e_date } };
	if (is_study === 1) return { old: { is_study: 0 }, new: { is_study: 1 } };

	const stage = Number(lead_status_id);
	if (stage > 1) return { old: { lead_status_id: stage - 1 }, new: { lead_status_id: stage } };
	return makeAssignment(customer);
}

/** Makes the entries of the last week about lessons, tasks, memberships and subscriptions. */
function makeEntriesOfLastWeek(store: Store, baseTime: number): JsonObject[] {
	const week = new LastWeek(store, baseTime);
	for (const lesson of store.rows('lesson')) {
		week.addCreation('lesson', { ...lesson, status: 1 }, lesson.created_at);
		if (lesson.status !== 1) {
			const change = { old: { status: 1 }, new: { status: lesson.status ?? null } };
			week.addChange('lesson', lesson, lesson.updated_at, change);
		}
	}
	for (const task of store.rows('task')) {
		week.addCreation('task', task, task.created_at);
	}
	for (const membership of store.rows('cgi')) {
		week.addMembership(membership);
	}
	for (const subscription of store.rows('customer-tariff')) {
		week.addCreation('customer-tariff', subscription, week.timeOn(subscription.b_date));
	}
	return week.entries;
}

/**
 * Collects the entries of the last week. Anything that happened earlier or is to come is left out.
 */
class LastWeek {
	readonly entries: JsonObject[] = [];
	private readonly begin: string;
	private readonly end: string;

	constructor(
		private readonly store: Store,
		private readonly baseTime: number,
	) {
		this.begin = toMoment(baseTime - 7 * day);
		this.end = toMoment(baseTime);
	}

	addCreation(path: string, row: Row, time: Json | undefined): void {
		if (this.includes(time)) this.add(path, row, time);
	}

	addChange(path: string, row: Row, time: Json | undefined, change: Change): void {
		if (this.includes(time)) this.add(path, row, time, change);
	}

	/**
	 * Adds the beginning and the end of a membership. An end comes with its beginning, which alone
	 * names the customer.
	 */
	addMembership(membership: Row): void {
		const begin = this.timeOn(membership.b_date);
		const end = this.timeOn(membership.e_date);
		if (this.includes(begin) || this.includes(end)) this.add('cgi', membership, begin);
		if (!membership.e_date) return;

		const lastDay = dayOf(String(membership.e_date));
		this.addChange('cgi', membership, end, { old: { e_date: null }, new: { e_date: lastDay } });
	}

	/**
	 * Turns a day without a time into 10 in the morning or, for an earlier hour of today, into now.
	 */
	timeOn(date: Json | undefined): string {
		const midnight = Date.parse(`${dayOf(String(date ?? openEnd))}T00:00:00Z`);
		const morning = midnight + 10 * hour;
		const isToday = toDay(midnight) === toDay(this.baseTime);
		return toMoment(isToday ? Math.min(morning, this.baseTime) : morning);
	}

	private includes(time: Json | undefined): boolean {
		return String(time) >= this.begin && String(time) <= this.end;
	}

	/** @param change of the record; its creation if left out */
	private add(path: string, row: Row, time: Json | undefined, change?: Change): void {
		const entity = this.store.entities.find((candidate) => candidate.path === path);
		if (entity === undefined) return;

		const allBranches = this.store.rows('branch').map(({ id }) => id);
		const branches = row.branch_ids ?? row.branch_id ?? allBranches;
		const about = {
			entity: entity.className,
			entity_id: row.id,
			user_id: 1,
			event: change ? logEvent.updated : logEvent.created,
			branch_ids: isList(branches) ? branches : [branches],
		};
		const creation = { old: {}, new: readFilledFields(entity, row) };
		this.entries.push(makeEntry(about, time, change ?? creation));
	}
}

/** Reads the fields of a row that have a value, with dates as the log writes them: "2026-02-10". */
function readFilledFields({ fields }: Entity, row: Row): JsonObject {
	const values: Record<string, Json> = {};
	for (const [name, { kind }] of Object.entries(fields)) {
		const value = row[name] ?? null;
		if (unloggedFields.includes(name) || value === null || value === '') continue;
		values[name] = kind === 'date' ? dayOf(String(value)) : value;
	}
	return values;
}

/** Makes an entry of the log. If nothing was there before, AlfaCRM writes an empty list. */
function makeEntry(about: JsonObject, time: Json | undefined, change: Change): JsonObject {
	const hasOldValues = Object.keys(change.old).length > 0;
	return {
		...about,
		fields_old: hasOldValues ? change.old : [],
		fields_new: change.new,
		date_time: time ?? null,
	};
}

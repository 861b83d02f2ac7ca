import { dayOf } from '../model/dates';
import type { Entity } from '../model/entity';
import { isList, type Json, type JsonObject, type Row } from '../model/json';
import type { Settings } from '../model/settings';
import { emptyRow } from './rows';
import type { ChangeEvent, Store } from './store';

/** The numbers that the log has for the kinds of change. */
const logEvent = { create: 1, update: 2, delete: 3 };

/** PHP serialises a map without entries as an empty list, and the map of a deleted record as an empty text. */
const emptyMap: Json = [];
const mapOfDeletedRecord: Json = '';

const unloggedFields = ['id', 'created_at', 'updated_at'];

type Values = Record<string, Json>;

/** The fields that a change concerns, with their values before and after it. */
interface FieldChanges {
	oldValues: Values;
	newValues: Values;
}

/** A change of a record, with what the log and the webhooks tell of it. */
interface RecordedChange extends FieldChanges {
	entity: Entity;
	row: Row;
	kind: keyof typeof logEvent;
	user: number;
	/** The branch in which the change was made; null for none. */
	branch: number | null;
	/** The branches whose log shows the change. */
	branchesOfRecord: readonly number[];
	time: string;
}

/** Writes every change of a record into the log, and publishes it for webhooks. */
export class History {
	private readonly log: Entity | undefined;

	constructor(
		private readonly store: Store,
		private readonly settings: Settings,
		/** Gets every change in the form in which webhooks send it. */
		private readonly publish: (event: JsonObject) => void,
	) {
		this.log = store.entities.find(({ isLog }) => isLog);
	}

	record({ entity, before, after, origin }: ChangeEvent): void {
		const isOutsideApi = origin.user === 0;
		if (isOutsideApi && !this.settings.recordOutside) return;
		const row = after ?? before;
		if (!row) return;

		const kind = findKind(before, after);
		const fieldChanges = compareRows(entity, this.settings, before, after);
		const changesNothing = Object.keys(fieldChanges.newValues).length === 0;
		if (kind === 'update' && changesNothing) return;

		const change: RecordedChange = {
			...fieldChanges,
			entity,
			row,
			kind,
			user: origin.user,
			branch: origin.branch,
			branchesOfRecord: this.findBranches(entity, row),
			time: this.store.now(),
		};
		if (this.log) this.store.insert(this.log.path, this.makeLogEntry(change));
		this.publish(makeWebhookEvent(change));
	}

	private makeLogEntry(change: RecordedChange): JsonObject {
		const { entity, row, kind, oldValues, newValues } = change;
		const newMap = kind === 'delete' ? mapOfDeletedRecord : toPhpMap(newValues);

		return {
			entity: entity.className,
			entity_id: row.id,
			user_id: change.user,
			event: logEvent[kind],
			fields_old: this.toLogForm(toPhpMap(oldValues)),
			fields_new: this.toLogForm(newMap),
			fields_rel: this.toLogForm(emptyMap),
			date_time: change.time,
			branch_ids: change.branchesOfRecord,
		};
	}

	private toLogForm(map: Json): Json {
		return this.settings.logFields === 'jsonText' ? JSON.stringify(map) : map;
	}

	/** Finds the branches whose log shows the change: those of the record or, if it has none, all branches. */
	private findBranches({ branchField }: Entity, row: Row): number[] {
		const storedBranch = branchField === undefined ? null : (row[branchField] ?? null);
		const storedBranches = isList(storedBranch) ? storedBranch : [storedBranch];
		const branches = storedBranches.filter((branch) => typeof branch === 'number');
		return branches.length > 0 ? branches : this.store.rows('branch').map(({ id }) => id);
	}
}

function findKind(before: Row | undefined, after: Row | undefined): keyof typeof logEvent {
	if (!before) return 'create';
	return after ? 'update' : 'delete';
}

/** Makes the payload of a webhook. AlfaCRM sends the numbers of a new record as texts. */
function makeWebhookEvent(change: RecordedChange): JsonObject {
	const { entity, row, kind, oldValues, newValues, branchesOfRecord } = change;
	const [firstBranch = null] = branchesOfRecord;
	const isCreation = kind === 'create';

	return {
		branch_id: change.branch ?? firstBranch,
		event: kind,
		entity: entity.className,
		entity_id: row.id,
		fields_old: toPhpMap(oldValues),
		fields_new: toPhpMap(isCreation ? toTexts(newValues) : newValues),
		fields_rel: emptyMap,
		user_id: change.user,
		datetime: change.time,
	};
}

/**
 * Compares a record before and after a change. A new record is compared with an empty one, and so is
 * a deleted one, so that all its filled fields count as changed.
 */
function compareRows(entity: Entity, settings: Settings, before?: Row, after?: Row): FieldChanges {
	const blankRow: JsonObject = emptyRow(entity);
	const oldRow = before ?? blankRow;
	const newRow = after ?? blankRow;
	const hiddenFields = entity.logged?.(settings) ?? [];
	const names = [...Object.keys(entity.fields), ...hiddenFields];

	const oldValues: Values = {};
	const newValues: Values = {};
	for (const name of names) {
		const oldValue = oldRow[name] ?? null;
		const newValue = newRow[name] ?? null;
		const isUnchanged = JSON.stringify(oldValue) === JSON.stringify(newValue);
		if (isUnchanged || unloggedFields.includes(name)) continue;

		if (before) oldValues[name] = toLogValue(entity, name, oldValue);
		if (after) newValues[name] = toLogValue(entity, name, newValue);
	}
	return { oldValues, newValues };
}

/** Turns a stored value into that of the log, which writes every date as `yyyy-mm-dd`. */
function toLogValue({ fields }: Entity, name: string, value: Json): Json {
	const isDate = fields[name]?.kind === 'date';
	return isDate && typeof value === 'string' ? dayOf(value) : value;
}

function toPhpMap(values: Values): Json {
	return Object.keys(values).length === 0 ? emptyMap : values;
}

function toTexts(values: Values): Values {
	const entries = Object.entries(values).map(([name, value]): [string, Json] => {
		return [name, typeof value === 'number' ? String(value) : value];
	});
	return Object.fromEntries(entries);
}

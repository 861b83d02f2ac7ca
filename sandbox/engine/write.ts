import { Changeset, type Errors } from '../model/changeset';
import { localToday } from '../model/clock';
import { dayOf, type DateStyle } from '../model/dates';
import type { Entity, Field } from '../model/entity';
import { HttpError, type ApiResponse } from '../model/httpError';
import { toFlag, type Json, type JsonObject, type Row } from '../model/json';
import type { Settings } from '../model/settings';
import type { ActionCall } from './call';
import { fieldTypes, InvalidValue, isBlank, requiredMessage } from './fieldTypes';
import { matchesParams, paramsOf, readParams } from './params';
import { isArchived, isInBranch, serializeRow } from './rows';
import type { ChangeOrigin, Store } from './store';

/** Parameters that name the owner of a new record, with the owner's entity. The owner must exist. */
const parentEntities: Readonly<Record<string, string>> = { customer_id: 'customer', group_id: 'group' };

/** Creates, updates and deletes records for the API, and checks the values that calls write. */
export class Writer {
	constructor(
		private readonly store: Store,
		private readonly settings: Settings,
	) {}

	create(call: ActionCall): ApiResponse {
		const { entity } = call;
		const params = this.readParams(call);
		if (!this.haveOwners(params)) return this.notFound();

		const changeset = this.validate(call, undefined, params);
		if (changeset.isDropped) return success({});
		if (changeset.hasErrors) return this.invalid(changeset.errors);

		const records = entity.expand?.(changeset) ?? [changeset.changes];
		const rows = records.map((values) => this.store.insert(entity.path, values, getOrigin(call)));
		const [firstRow] = rows;
		return success(firstRow ? this.serialize(entity, firstRow) : {});
	}

	update(call: ActionCall): ApiResponse {
		const { entity } = call;
		const row = this.findTarget(call);
		if (!row) return this.notFound();

		const changeset = this.validate(call, row, {});
		if (changeset.isDropped) return success({});
		if (changeset.hasErrors) return this.invalid(changeset.errors);

		entity.beforeUpdate?.(changeset);
		const changedRow = this.store.patch(entity.path, row.id, changeset.changes, getOrigin(call));
		// The change may have consequences for the row itself, which is therefore read again.
		const currentRow = this.store.find(entity.path, row.id) ?? changedRow ?? row;
		return success(this.serialize(entity, currentRow));
	}

	/** Deletes a record or, if the setting `deleteMode` says so, archives it. */
	delete(call: ActionCall): ApiResponse {
		const { entity } = call;
		const row = this.findTarget(call);
		if (!row) return this.notFound();

		if (this.settings.deleteMode === 'archive' && entity.archive) {
			const archiveValues = this.makeArchiveValues(entity, 1);
			this.store.patch(entity.path, row.id, archiveValues, getOrigin(call));
		} else {
			this.store.remove(entity.path, row.id, getOrigin(call));
		}
		return { status: 200, body: { success: true, errors: [] } };
	}

	/**
	 * Finds the record with the `id` of the query. Returns undefined if the other parameters do not fit
	 * it, or if the branch of the call may not change it.
	 */
	findTarget(call: ActionCall): Row | undefined {
		const params = this.readParams(call);
		const row = this.store.find(call.entity.path, Number(params.id));
		if (!row || !matchesParams(row, params)) return undefined;

		if (this.settings.otherBranch === 'allowed') return row;
		return isInBranch(call.entity, row, call.branch) ? row : undefined;
	}

	/** Answers that values are wrong, with HTTP status 200 as AlfaCRM does. */
	invalid(errors: Errors): ApiResponse {
		return { status: 200, body: { success: false, errors } };
	}

	/** Throws the answer to a call whose record does not exist. */
	notFound(): never {
		throw new HttpError(404, 'Запрашиваемая страница не существует.');
	}

	/** Makes the form in which answers show the row. */
	serialize(entity: Entity, row: Row): JsonObject {
		return serializeRow(entity, { row, body: {}, records: this.store, settings: this.settings });
	}

	/**
	 * Checks the values of a call and gathers what is to be stored, without storing it.
	 *
	 * @param row the record that the call changes; undefined for a new one
	 * @param params values from the query, which take precedence over the body
	 */
	validate(call: ActionCall, row: Row | undefined, params: JsonObject): Changeset {
		const { entity, body, user, branch } = call;
		const { store, settings } = this;
		const changeset = new Changeset(row, body, user, branch, localToday(settings), store, settings);

		this.readFields(entity, changeset, params);
		this.applyRemoved(entity, changeset);
		Object.assign(changeset.changes, params);
		if (!row) this.setDefaultBranch(entity, changeset.changes, branch);
		entity.beforeSave?.(changeset);
		checkPeriod(entity, changeset);
		return changeset;
	}

	private readParams(call: ActionCall): Record<string, Json> {
		return readParams(paramsOf(call.entity, call.action), call);
	}

	/** Checks whether the owners that the parameters name exist. */
	private haveOwners(params: Record<string, Json>): boolean {
		return Object.entries(params).every(([name, id]) => {
			const owner = parentEntities[name];
			return owner === undefined || this.store.find(owner, Number(id)) !== undefined;
		});
	}

	/** Reads the fields that a caller may write, except those that the parameters set. */
	private readFields(entity: Entity, changeset: Changeset, params: JsonObject): void {
		const { row, body } = changeset;
		const shownRow = row && this.serialize(entity, row);
		const { fields, inputs = {} } = entity;
		const names = new Set([...Object.keys(fields), ...Object.keys(inputs)]);

		for (const name of names) {
			const field = inputs[name] ?? fields[name];
			if (!field || field.readOnly || name in params) continue;

			if (shownRow && isEcho(field, name, body, shownRow)) {
				keepStoredValue(entity, name, changeset);
			} else {
				this.readField(entity, name, field, changeset);
			}
		}
	}

	/** Reads one field of the body. A missing value is an error if the field is required. */
	private readField(entity: Entity, name: string, field: Field, changeset: Changeset): void {
		const { body, row } = changeset;
		const value = body[name];
		const isMissing = isBlank(value) && (!row || value !== undefined);
		if (isMissing && this.isRequired(entity, name, field)) {
			changeset.addError(name, requiredMessage(field.label));
		} else if (value !== undefined) {
			this.readValue(entity, name, field, value, changeset);
		}
	}

	private isRequired(entity: Entity, name: string, field: Field): boolean {
		return this.settings.requiredFields[`${entity.path}.${name}`] ?? field.required ?? false;
	}

	/** Brings a value into the form in which it is stored, or reports that it is wrong. */
	private readValue(entity: Entity, name: string, field: Field, value: Json, changeset: Changeset): void {
		const style = this.findDateStyle(entity, name, changeset);
		const isUpdate = changeset.row !== undefined;
		const storedValue = fieldTypes[field.kind].read(value, field, { style, isUpdate });

		if (!(storedValue instanceof InvalidValue)) {
			changeset.input[name] = storedValue;
			if (!entity.inputs?.[name]) changeset.changes[name] = storedValue;
		} else if (storedValue.isIsoDate && field.losesIso) {
			changeset.isDropped = true;
		} else {
			changeset.addError(name, storedValue.message);
		}
	}

	/**
	 * Finds the date style that replaces the field's own. An update may send a date in ISO if answers
	 * show it so, even if a new record needs another style.
	 */
	private findDateStyle(entity: Entity, name: string, { row }: Changeset): DateStyle | undefined {
		const isShownIso = entity.fields[name]?.stored === 'iso';
		const styleOfSettings = this.settings.dateFormats[`${entity.path}.${name}`];
		return styleOfSettings ?? (row && isShownIso ? 'either' : undefined);
	}

	/**
	 * Moves the record into the archive or back, as `removed` in the body says. A record that is there
	 * already keeps the day on which it was archived.
	 */
	private applyRemoved(entity: Entity, { body, row, today, changes }: Changeset): void {
		if (!entity.archive) return;
		const removed = toFlag(body.removed);
		if (removed === undefined || this.settings.removedWrite === 'ignored') return;

		if (!row || isArchived(entity, row, today) !== (removed === 1)) {
			Object.assign(changes, this.makeArchiveValues(entity, removed));
		}
	}

	/** Makes the values that archive a record (`removed` 1) or take it out of the archive (0). */
	private makeArchiveValues({ archive }: Entity, removed: 0 | 1): JsonObject {
		if (!archive) return {};
		const today = localToday(this.settings);
		if (archive.active === 0) return { [archive.field]: removed };
		return { [archive.field]: removed === 1 ? today : archive.active };
	}

	/** Puts a new record without a branch into the branch of the call. */
	private setDefaultBranch(entity: Entity, values: Record<string, Json>, branch: number | null): void {
		const name = entity.branchField;
		if (name === undefined || branch === null || !isBlank(values[name])) return;
		values[name] = entity.fields[name]?.kind === 'ints' ? [branch] : branch;
	}
}

/** Leaves the stored value as it is, also if it would break a rule. */
function keepStoredValue({ inputs = {} }: Entity, name: string, { row, input }: Changeset): void {
	if (!(name in inputs)) input[name] = row?.[name] ?? null;
}

/**
 * Checks whether the call sends a field back just as answers show it. Some fields are shown under
 * another name.
 */
function isEcho(field: Field, name: string, body: JsonObject, shownRow: JsonObject): boolean {
	if (body[name] !== undefined) return isSameJson(body[name], shownRow[name]);
	if (field.shownAs === undefined) return false;
	return isSameJson(body[field.shownAs], shownRow[field.shownAs]);
}

function isSameJson(sentValue: Json | undefined, shownValue: Json | undefined): boolean {
	return sentValue !== undefined && JSON.stringify(sentValue) === JSON.stringify(shownValue);
}

function getOrigin({ user, branch }: ActionCall): ChangeOrigin {
	return { user, branch };
}

/** Reports an error if the write changes a period so that it ends before it begins. */
function checkPeriod({ period, fields }: Entity, changeset: Changeset): void {
	if (!period || !changeset.touches(period.from, period.to)) return;
	const begin = changeset.fieldValue(period.from);
	const end = changeset.fieldValue(period.to);
	if (typeof begin !== 'string' || typeof end !== 'string') return;

	const isInOrder = dayOf(end) > dayOf(begin);
	const isSameDay = dayOf(end) === dayOf(begin);
	if (isInOrder || (isSameDay && period.allowsSameDay)) return;

	const beginLabel = fields[period.from]?.label ?? period.from;
	const endLabel = fields[period.to]?.label ?? period.to;
	changeset.addError(period.errorField, `Значение «${endLabel}» должно быть позже значения «${beginLabel}».`);
}

/** Answers a write that has been saved, with the record. */
export function success(model: JsonObject): ApiResponse {
	return { status: 200, body: { success: true, errors: [], model } };
}

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
import { emptyRow, isArchived, isInBranch, serializeRow } from './rows';
import type { ChangeOrigin, Store } from './store';

/** The forms in which clients have met errors. */
const shapeErrors: Record<Settings['errorsShape'], (errors: Errors) => Json> = {
	map: (errors) => errors,
	textMap: (errors) =>
		Object.fromEntries(Object.entries(errors).map(([name, texts]) => [name, texts.join(' ')])),
	list: (errors) => Object.values(errors).flat(),
	text: (errors) => Object.values(errors).flat().join(' '),
};

/** Parameters that name a record, which has to exist. */
const parentEntities: Readonly<Record<string, string>> = { customer_id: 'customer', group_id: 'group' };

/** The actions that change records. Every change of the API passes through `create`, `update`, `delete`. */
export class Writer {
	constructor(
		private readonly store: Store,
		private readonly settings: Settings,
	) {}

	create(call: ActionCall): ApiResponse {
		const { entity } = call;
		const params = this.params(call);
		for (const [name, id] of Object.entries(params)) {
			const owner = parentEntities[name];
			if (owner && !this.store.find(owner, Number(id))) return this.notFound();
		}
		const changeset = this.validate(call, undefined, params);
		if (changeset.isDropped) return success({});
		if (changeset.hasErrors) return this.invalid(changeset.errors);
		const rows = entity.expand?.(changeset) ?? [changeset.changes];
		const [first] = rows.map((values) => this.store.insert(entity.path, values, origin(call)));
		return success(first ? this.serialize(entity, first) : {});
	}

	update(call: ActionCall): ApiResponse {
		const { entity } = call;
		const row = this.findTarget(call);
		if (!row) return this.notFound();
		const changeset = this.validate(call, row, {});
		if (changeset.isDropped) return success({});
		if (changeset.hasErrors) return this.invalid(changeset.errors);
		entity.beforeUpdate?.(changeset);
		const changed = this.store.patch(entity.path, row.id, changeset.changes, origin(call)) ?? row;
		return success(this.serialize(entity, this.store.find(entity.path, row.id) ?? changed));
	}

	delete(call: ActionCall): ApiResponse {
		const { entity } = call;
		const row = this.findTarget(call);
		if (!row) return this.notFound();
		if (this.settings.deleteMode === 'archive' && entity.archive) {
			this.store.patch(entity.path, row.id, this.archiveValues(entity, 1), origin(call));
		} else {
			this.store.remove(entity.path, row.id, origin(call));
		}
		return { status: 200, body: { success: true, errors: [] } };
	}

	/** The record that `id` of the query names, if the other parameters fit and this branch may touch it. */
	findTarget(call: ActionCall): Row | undefined {
		const params = this.params(call);
		const row = this.store.find(call.entity.path, Number(params.id));
		if (!row || !matchesParams(row, params)) return undefined;
		if (this.settings.otherBranch === 'allowed') return row;
		return isInBranch(call.entity, row, call.branch) ? row : undefined;
	}

	invalid(errors: Errors): ApiResponse {
		const { validationStatus: status, refusalSuccess, errorsShape } = this.settings;
		const success: JsonObject =
			refusalSuccess === 'saysNothing' ? {} : { success: refusalSuccess === 'saysTrue' };
		return { status, body: { ...success, errors: shapeErrors[errorsShape](errors) } };
	}

	notFound(): ApiResponse {
		if (this.settings.missingRecord === 'successFalse') {
			return this.invalid({ id: ['Запись не найдена.'] });
		}
		throw new HttpError(404, 'Запрашиваемая страница не существует.');
	}

	private params(call: ActionCall): Record<string, Json> {
		const { entity, action } = call;
		return readParams(`${entity.path}/${action}`, paramsOf(entity, action), call, this.settings);
	}

	/** The record as an answer shows it. */
	serialize(entity: Entity, row: Row): JsonObject {
		return serializeRow(entity, { row, body: {}, records: this.store, settings: this.settings });
	}

	/** @param isFull what the call does not name is to be empty */
	validate(
		call: ActionCall,
		row: Row | undefined,
		params: JsonObject,
		isFull = row === undefined || this.settings.updateMode === 'full',
	): Changeset {
		const { entity, body, user, branch } = call;
		const { store, settings } = this;
		const changeset = new Changeset(row, body, user, branch, localToday(settings), store, settings);
		if (row && isFull) Object.assign(changeset.changes, this.emptyValues(entity));
		const shown = row && this.serialize(entity, row);
		const names = new Set([...Object.keys(entity.fields), ...Object.keys(entity.inputs ?? {})]);
		for (const name of names) {
			const field = entity.inputs?.[name] ?? entity.fields[name];
			if (!field || field.readOnly || name in params) continue;
			if (shown && isEcho(field, name, body, shown)) this.keepValue(entity, name, isFull, changeset);
			else this.readField(entity, name, field, isFull, changeset);
		}
		this.applyRemoved(entity, changeset, isFull);
		Object.assign(changeset.changes, params);
		if (isFull) this.setDefaultBranch(entity, changeset.changes, branch);
		entity.beforeSave?.(changeset);
		checkPeriod(entity, changeset);
		return changeset;
	}

	private readField(entity: Entity, name: string, field: Field, isFull: boolean, changeset: Changeset): void {
		const { settings } = this;
		const given = normalized(field, name, changeset);
		const key = `${entity.path}.${name}`;
		const isRequired =
			settings.requiredFields[key] ?? (field.required || field.requiredWhen?.(settings) === true);
		if (isRequired && isBlank(given) && (isFull || given !== undefined)) {
			changeset.addError(name, requiredMessage(field.label));
		} else if (given !== undefined) {
			const style = this.styleOf(key, name, entity, changeset);
			const value = fieldTypes[field.kind].read(given, field, {
				style,
				isUpdate: changeset.row !== undefined,
			});
			if (!(value instanceof InvalidValue)) {
				changeset.input[name] = value;
				if (!entity.inputs?.[name]) changeset.changes[name] = value;
			} else if (value.isIsoDate && settings.isoDate === 'silentlyLost') changeset.isDropped = true;
			else changeset.addError(name, value.message);
		}
	}

	/** What comes back as answers show it is no change, however it is spelt there, and breaks no rule. */
	private keepValue(
		{ inputs = {} }: Entity,
		name: string,
		isFull: boolean,
		{ row, input, changes }: Changeset,
	): void {
		if (name in inputs) return;
		const held = row?.[name] ?? null;
		input[name] = held;
		if (isFull) changes[name] = held;
	}

	/** Dates that answers show in ISO come back so, even when a new record wants them dotted. */
	private styleOf(key: string, name: string, entity: Entity, { row }: Changeset): DateStyle | undefined {
		const { dateFormats, isoDate } = this.settings;
		const isShownIso = entity.fields[name]?.stored === 'iso';
		return dateFormats[key] ?? (row && isShownIso && isoDate === 'reject' ? 'either' : undefined);
	}

	/** `removed` moves the record into the archive or back; where it is already there, its day stays. */
	private applyRemoved(entity: Entity, { body, row, today, changes }: Changeset, isFull: boolean): void {
		if (!entity.archive) return;
		const { field } = entity.archive;
		const removed = toFlag(body.removed);
		if (removed === undefined || this.settings.removedWrite === 'ignored') return;
		if (!row || isArchived(entity, row, today) !== (removed === 1)) {
			Object.assign(changes, this.archiveValues(entity, removed));
		} else if (isFull && !(field in body)) changes[field] = row[field] ?? null;
	}

	private archiveValues({ archive }: Entity, removed: 0 | 1): JsonObject {
		if (!archive) return {};
		const today = localToday(this.settings);
		if (archive.active === 0) return { [archive.field]: removed };
		return { [archive.field]: removed === 1 ? today : archive.active };
	}

	/** What a full update leaves in the fields that it does not name. */
	private emptyValues(entity: Entity): Record<string, Json> {
		const isWritable = (name: string) =>
			name in entity.fields && !entity.fields[name]?.readOnly && name !== 'removed';
		return Object.fromEntries(Object.entries(emptyRow(entity)).filter(([name]) => isWritable(name)));
	}

	/** A record that names no branch belongs to the branch of the path. */
	private setDefaultBranch(entity: Entity, values: Record<string, Json>, branch: number | null): void {
		const name = entity.branchField;
		if (name === undefined || branch === null || !isBlank(values[name])) return;
		values[name] = entity.fields[name]?.kind === 'ints' ? [branch] : branch;
	}
}

/** What the call gives, in a form that can be read. */
function normalized(field: Field, name: string, changeset: Changeset): Json | undefined {
	const given = changeset.body[name];
	return given === undefined ? undefined : (field.normalize?.(given, changeset) ?? given);
}

const same = (one: Json | undefined, other: Json | undefined): boolean =>
	one !== undefined && JSON.stringify(one) === JSON.stringify(other);

/** Whether the call gives back what answers show, under the name by which they show it. */
function isEcho(field: Field, name: string, body: JsonObject, shown: JsonObject): boolean {
	if (body[name] !== undefined) return same(body[name], shown[name]);
	return field.shownAs !== undefined && same(body[field.shownAs], shown[field.shownAs]);
}

const origin = ({ user, branch }: ActionCall): ChangeOrigin => ({ user, branch });

function checkPeriod({ period, fields }: Entity, changeset: Changeset): void {
	if (!period || !changeset.touches(period.from, period.to)) return;
	const [from, to] = [changeset.fieldValue(period.from), changeset.fieldValue(period.to)];
	if (typeof from !== 'string' || typeof to !== 'string') return;
	const isInOrder = period.allowsSameDay ? dayOf(to) >= dayOf(from) : dayOf(to) > dayOf(from);
	if (isInOrder) return;
	const label = (name: string) => fields[name]?.label ?? name;
	changeset.addError(
		period.errorField,
		`Значение «${label(period.to)}» должно быть позже значения «${label(period.from)}».`,
	);
}

export const success = (model: JsonObject): ApiResponse => ({
	status: 200,
	body: { success: true, errors: [], model },
});

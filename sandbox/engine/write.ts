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
		return { status: 200, body: { success: false, errors } };
	}

	notFound(): never {
		throw new HttpError(404, 'Запрашиваемая страница не существует.');
	}

	private params(call: ActionCall): Record<string, Json> {
		return readParams(paramsOf(call.entity, call.action), call);
	}

	/** The record as an answer shows it. */
	serialize(entity: Entity, row: Row): JsonObject {
		return serializeRow(entity, { row, body: {}, records: this.store, settings: this.settings });
	}

	validate(call: ActionCall, row: Row | undefined, params: JsonObject): Changeset {
		const { entity, body, user, branch } = call;
		const { store, settings } = this;
		const changeset = new Changeset(row, body, user, branch, localToday(settings), store, settings);
		const shown = row && this.serialize(entity, row);
		const names = new Set([...Object.keys(entity.fields), ...Object.keys(entity.inputs ?? {})]);
		for (const name of names) {
			const field = entity.inputs?.[name] ?? entity.fields[name];
			if (!field || field.readOnly || name in params) continue;
			if (shown && isEcho(field, name, body, shown)) keepValue(entity, name, changeset);
			else this.readField(entity, name, field, changeset);
		}
		this.applyRemoved(entity, changeset);
		Object.assign(changeset.changes, params);
		if (!row) this.setDefaultBranch(entity, changeset.changes, branch);
		entity.beforeSave?.(changeset);
		checkPeriod(entity, changeset);
		return changeset;
	}

	private readField(entity: Entity, name: string, field: Field, changeset: Changeset): void {
		const given = changeset.body[name];
		const key = `${entity.path}.${name}`;
		const isRequired = this.settings.requiredFields[key] ?? field.required;
		if (isRequired && isBlank(given) && (!changeset.row || given !== undefined)) {
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
			} else if (value.isIsoDate && field.losesIso) changeset.isDropped = true;
			else changeset.addError(name, value.message);
		}
	}

	/** Dates that answers show in ISO come back so, even when a new record wants them dotted. */
	private styleOf(key: string, name: string, entity: Entity, { row }: Changeset): DateStyle | undefined {
		const isShownIso = entity.fields[name]?.stored === 'iso';
		return this.settings.dateFormats[key] ?? (row && isShownIso ? 'either' : undefined);
	}

	/** `removed` moves the record into the archive or back; where it is already there, its day stays. */
	private applyRemoved(entity: Entity, { body, row, today, changes }: Changeset): void {
		if (!entity.archive) return;
		const removed = toFlag(body.removed);
		if (removed === undefined || this.settings.removedWrite === 'ignored') return;
		if (!row || isArchived(entity, row, today) !== (removed === 1)) {
			Object.assign(changes, this.archiveValues(entity, removed));
		}
	}

	private archiveValues({ archive }: Entity, removed: 0 | 1): JsonObject {
		if (!archive) return {};
		const today = localToday(this.settings);
		if (archive.active === 0) return { [archive.field]: removed };
		return { [archive.field]: removed === 1 ? today : archive.active };
	}

	/** A record that names no branch belongs to the branch of the path. */
	private setDefaultBranch(entity: Entity, values: Record<string, Json>, branch: number | null): void {
		const name = entity.branchField;
		if (name === undefined || branch === null || !isBlank(values[name])) return;
		values[name] = entity.fields[name]?.kind === 'ints' ? [branch] : branch;
	}
}

/** What comes back as answers show it is no change, however it is spelt there, and breaks no rule. */
function keepValue({ inputs = {} }: Entity, name: string, { row, input }: Changeset): void {
	if (!(name in inputs)) input[name] = row?.[name] ?? null;
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

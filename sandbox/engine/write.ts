import { Writing, type Errors } from '../model/changeset';
import { localToday } from '../model/clock';
import { dayOf, type DateStyle } from '../model/dates';
import type { Entity, Field } from '../model/entity';
import { YiiError, type Answer } from '../model/http-error';
import { toFlag, type Json, type JsonObject, type Row } from '../model/json';
import type { Settings } from '../model/settings';
import type { ListCall } from './call';
import { fieldTypes, InvalidValue, isBlank, requiredMessage } from './field-types';
import { agrees, paramsOf, readParams } from './params';
import { emptyRow, isArchived, isListedIn, show } from './rows';
import type { Origin, Store } from './store';

/** The forms in which clients have met errors. */
const shapeErrors: Record<Settings['errorsShape'], (errors: Errors) => Json> = {
	map: (errors) => errors,
	textMap: (errors) =>
		Object.fromEntries(Object.entries(errors).map(([name, texts]) => [name, texts.join(' ')])),
	list: (errors) => Object.values(errors).flat(),
	text: (errors) => Object.values(errors).flat().join(' '),
};

/** Parameters that name a record, which has to exist. */
const owners: Readonly<Record<string, string>> = { customer_id: 'customer', group_id: 'group' };

/** The actions that change records. Every change of the API passes through `create`, `update`, `delete`. */
export class Writer {
	constructor(
		private readonly store: Store,
		private readonly settings: Settings,
	) {}

	create(call: ListCall): Answer {
		const { entity } = call;
		const params = this.params(call);
		for (const [name, id] of Object.entries(params)) {
			const owner = owners[name];
			if (owner && !this.store.find(owner, Number(id))) return this.notFound();
		}
		const writing = this.check(call, undefined, params);
		if (writing.isLost) return success({});
		if (writing.isRefused) return this.refuse(writing.errors);
		const rows = entity.spread?.(writing) ?? [writing.values];
		const [first] = rows.map((values) => this.store.insert(entity.path, values, origin(call)));
		return success(first ? this.model(entity, first) : {});
	}

	update(call: ListCall): Answer {
		const { entity } = call;
		const row = this.target(call);
		if (!row) return this.notFound();
		const writing = this.check(call, row, {});
		if (writing.isLost) return success({});
		if (writing.isRefused) return this.refuse(writing.errors);
		entity.fillUpdate?.(writing);
		const changed = this.store.patch(entity.path, row.id, writing.values, origin(call)) ?? row;
		return success(this.model(entity, this.store.find(entity.path, row.id) ?? changed));
	}

	delete(call: ListCall): Answer {
		const { entity } = call;
		const row = this.target(call);
		if (!row) return this.notFound();
		if (this.settings.deleteMode === 'archive' && entity.archive) {
			this.store.patch(entity.path, row.id, this.archiving(entity, 1), origin(call));
		} else {
			this.store.remove(entity.path, row.id, origin(call));
		}
		return { status: 200, body: { success: true, errors: [] } };
	}

	/** The record that `id` of the query names, if the other parameters fit and this branch may touch it. */
	target(call: ListCall): Row | undefined {
		const params = this.params(call);
		const row = this.store.find(call.entity.path, Number(params.id));
		if (!row || !agrees(row, params)) return undefined;
		if (this.settings.otherBranch === 'allowed') return row;
		return isListedIn(call.entity, row, call.branch) ? row : undefined;
	}

	refuse(errors: Errors): Answer {
		const { validationStatus: status, refusalSuccess, errorsShape } = this.settings;
		const success: JsonObject =
			refusalSuccess === 'saysNothing' ? {} : { success: refusalSuccess === 'saysTrue' };
		return { status, body: { ...success, errors: shapeErrors[errorsShape](errors) } };
	}

	notFound(): Answer {
		if (this.settings.missingRecord === 'successFalse') {
			return this.refuse({ id: ['Запись не найдена.'] });
		}
		throw new YiiError(404, 'Запрашиваемая страница не существует.');
	}

	private params(call: ListCall): Record<string, Json> {
		const { entity, action } = call;
		return readParams(`${entity.path}/${action}`, paramsOf(entity, action), call, this.settings);
	}

	/** The record as an answer shows it. */
	model(entity: Entity, row: Row): JsonObject {
		return show(entity, { row, body: {}, store: this.store, settings: this.settings });
	}

	/** @param isWhole what the call does not name is to be empty */
	check(
		call: ListCall,
		row: Row | undefined,
		params: JsonObject,
		isWhole = row === undefined || this.settings.updateMode === 'full',
	): Writing {
		const { entity, body, user, branch } = call;
		const { store, settings } = this;
		const writing = new Writing(row, body, user, branch, localToday(settings), store, settings);
		if (row && isWhole) Object.assign(writing.values, this.blank(entity));
		const shown = row && this.model(entity, row);
		const names = new Set([...Object.keys(entity.fields), ...Object.keys(entity.inputs ?? {})]);
		for (const name of names) {
			const field = entity.inputs?.[name] ?? entity.fields[name];
			if (!field || field.readOnly || name in params) continue;
			if (shown && isEcho(field, name, body, shown)) this.keep(entity, name, isWhole, writing);
			else this.readField(entity, name, field, isWhole, writing);
		}
		this.readRemoved(entity, writing, isWhole);
		Object.assign(writing.values, params);
		if (isWhole) this.fillBranch(entity, writing.values, branch);
		entity.settle?.(writing);
		checkPeriod(entity, writing);
		return writing;
	}

	private readField(entity: Entity, name: string, field: Field, isWhole: boolean, writing: Writing): void {
		const { settings } = this;
		const given = prepared(field, name, writing);
		const key = `${entity.path}.${name}`;
		const isRequired =
			settings.requiredFields[key] ?? (field.required || field.requiredWhen?.(settings) === true);
		if (isRequired && isBlank(given) && (isWhole || given !== undefined)) {
			writing.refuse(name, requiredMessage(field.label));
		} else if (given !== undefined) {
			const style = this.styleOf(key, name, entity, writing);
			const value = fieldTypes[field.kind].read(given, field, { style, isUpdate: writing.row !== undefined });
			if (!(value instanceof InvalidValue)) {
				writing.given[name] = value;
				if (!entity.inputs?.[name]) writing.values[name] = value;
			} else if (value.isIsoDate && settings.isoDate === 'silentlyLost') writing.isLost = true;
			else writing.refuse(name, value.message);
		}
	}

	/** What comes back as answers show it is no change, however it is spelt there, and breaks no rule. */
	private keep(
		{ inputs = {} }: Entity,
		name: string,
		isWhole: boolean,
		{ row, given, values }: Writing,
	): void {
		if (name in inputs) return;
		const held = row?.[name] ?? null;
		given[name] = held;
		if (isWhole) values[name] = held;
	}

	/** Dates that answers show in ISO come back so, even when a new record wants them dotted. */
	private styleOf(key: string, name: string, entity: Entity, { row }: Writing): DateStyle | undefined {
		const { dateFormats, isoDate } = this.settings;
		const isShownIso = entity.fields[name]?.stored === 'iso';
		return dateFormats[key] ?? (row && isShownIso && isoDate === 'reject' ? 'either' : undefined);
	}

	/** `removed` moves the record into the archive or back; where it is already there, its day stays. */
	private readRemoved(entity: Entity, { body, row, today, values }: Writing, isWhole: boolean): void {
		if (!entity.archive) return;
		const { field } = entity.archive;
		const removed = toFlag(body.removed);
		if (removed === undefined || this.settings.removedWrite === 'ignored') return;
		if (!row || isArchived(entity, row, today) !== (removed === 1)) {
			Object.assign(values, this.archiving(entity, removed));
		} else if (isWhole && !(field in body)) values[field] = row[field] ?? null;
	}

	private archiving({ archive }: Entity, removed: 0 | 1): JsonObject {
		if (!archive) return {};
		const today = localToday(this.settings);
		if (archive.active === 0) return { [archive.field]: removed };
		return { [archive.field]: removed === 1 ? today : archive.active };
	}

	/** What a full update leaves in the fields that it does not name. */
	private blank(entity: Entity): Record<string, Json> {
		const isWritable = (name: string) =>
			name in entity.fields && !entity.fields[name]?.readOnly && name !== 'removed';
		return Object.fromEntries(Object.entries(emptyRow(entity)).filter(([name]) => isWritable(name)));
	}

	/** A record that names no branch belongs to the branch of the path. */
	private fillBranch(entity: Entity, values: Record<string, Json>, branch: number | null): void {
		const name = entity.branchField;
		if (name === undefined || branch === null || !isBlank(values[name])) return;
		values[name] = entity.fields[name]?.kind === 'ints' ? [branch] : branch;
	}
}

/** What the call gives, in a form that can be read. */
function prepared(field: Field, name: string, writing: Writing): Json | undefined {
	const given = writing.body[name];
	return given === undefined ? undefined : (field.prepare?.(given, writing) ?? given);
}

const same = (one: Json | undefined, other: Json | undefined): boolean =>
	one !== undefined && JSON.stringify(one) === JSON.stringify(other);

/** Whether the call gives back what answers show, under the name by which they show it. */
function isEcho(field: Field, name: string, body: JsonObject, shown: JsonObject): boolean {
	if (body[name] !== undefined) return same(body[name], shown[name]);
	return field.shownAs !== undefined && same(body[field.shownAs], shown[field.shownAs]);
}

const origin = ({ user, branch }: ListCall): Origin => ({ user, branch });

function checkPeriod({ period, fields }: Entity, writing: Writing): void {
	if (!period || !writing.touches(period.from, period.to)) return;
	const [from, to] = [writing.next(period.from), writing.next(period.to)];
	if (typeof from !== 'string' || typeof to !== 'string') return;
	const isInOrder = period.isSameDayFine ? dayOf(to) >= dayOf(from) : dayOf(to) > dayOf(from);
	if (isInOrder) return;
	const label = (name: string) => fields[name]?.label ?? name;
	writing.refuse(
		period.blame,
		`Значение «${label(period.to)}» должно быть позже значения «${label(period.from)}».`,
	);
}

export const success = (model: JsonObject): Answer => ({
	status: 200,
	body: { success: true, errors: [], model },
});

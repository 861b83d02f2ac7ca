import { localToday } from './dates';
import { emptyRow, type Entity } from './entity';
import { toFlag, toInt, type Json, type JsonObject, type Row } from './json';
import { isListedIn, type ListCall } from './list';
import type { Settings } from './settings';
import { visible, type Store } from './store';
import { isBlank, missing, readValue, Refusal } from './values';
import { YiiError, type Answer } from './yii';

type Errors = Record<string, string[]>;
interface Checked {
	values: Record<string, Json>;
	errors: Errors;
	/** An ISO date made the server drop the whole record while it reported success. */
	isLost: boolean;
}

/** The actions that change records. Every change of the API passes through `create`, `update`, `delete`. */
export class Writer {
	constructor(
		private readonly store: Store,
		private readonly settings: Settings,
	) {}

	create(call: ListCall): Answer {
		const { entity, body } = call;
		const checked = this.check(entity, body, { isWhole: true });
		if (checked.isLost) return success({});
		if (Object.keys(checked.errors).length > 0) return this.refuse(checked.errors);
		const { values } = checked;
		this.fillBranch(entity, values, call.branch);
		return success(visible(entity, this.store.insert(entity.path, values)));
	}

	update(call: ListCall): Answer {
		const { entity, body } = call;
		const row = this.target(call);
		if (!row) return this.notFound();
		const isWhole = this.settings.updateMode === 'full';
		const checked = this.check(entity, body, { isWhole });
		if (checked.isLost) return success({});
		if (Object.keys(checked.errors).length > 0) return this.refuse(checked.errors);
		const values = { ...(isWhole ? this.blank(entity) : {}), ...checked.values };
		if (isWhole) this.fillBranch(entity, values, call.branch);
		const changed = this.store.patch(entity.path, row.id, values) ?? row;
		return success(visible(entity, changed));
	}

	delete(call: ListCall): Answer {
		const { entity } = call;
		const row = this.target(call);
		if (!row) return this.notFound();
		if (this.settings.deleteMode === 'archive' && entity.archive) {
			this.store.patch(entity.path, row.id, { [entity.archive.field]: localToday(this.settings) });
		} else {
			this.store.remove(entity.path, row.id);
		}
		return { status: 200, body: { success: true, errors: [] } };
	}

	/** The record that `id` of the query names, if this branch may touch it. */
	private target({ entity, branch, query }: ListCall): Row | undefined {
		if (query.id === undefined || query.id === '') {
			throw new YiiError(400, 'Отсутствуют обязательные параметры: id');
		}
		const row = this.store.find(entity.path, toInt(query.id) ?? 0);
		if (!row || this.settings.otherBranch === 'allowed') return row;
		return isListedIn(entity, row, branch) ? row : undefined;
	}

	private check(entity: Entity, body: JsonObject, { isWhole }: { isWhole: boolean }): Checked {
		const checked: Checked = { values: {}, errors: {}, isLost: false };
		for (const [name, field] of Object.entries(entity.fields)) {
			if (field.readOnly) continue;
			const given = body[name];
			const isRequired = field.required === true || field.requiredWhen?.(this.settings) === true;
			if (isRequired && isBlank(given) && (isWhole || given !== undefined)) {
				checked.errors[name] = [missing(field.label)];
			} else if (given !== undefined) {
				const value = readValue(field, given);
				if (!(value instanceof Refusal)) checked.values[name] = value;
				else if (value.isIsoDate && this.settings.isoDate === 'silentlyLost') checked.isLost = true;
				else checked.errors[name] = [value.message];
			}
		}
		this.readRemoved(entity, body, checked);
		return checked;
	}

	/** `removed` is written but not stored: it moves the record into the archive or back. */
	private readRemoved(entity: Entity, body: JsonObject, { values }: Checked): void {
		if (!entity.archive || this.settings.removedWrite === 'ignored') return;
		const removed = toFlag(body.removed);
		if (removed === undefined) return;
		values[entity.archive.field] =
			removed === 1 ? localToday(this.settings) : entity.archive.active;
	}

	/** What a full update leaves in the fields that it does not name. */
	private blank(entity: Entity): Record<string, Json> {
		const isWritable = (name: string) => name in entity.fields && !entity.fields[name]?.readOnly;
		return Object.fromEntries(
			Object.entries(emptyRow(entity)).filter(([name]) => isWritable(name)),
		);
	}

	/** A record that names no branch belongs to the branch of the path. */
	private fillBranch(entity: Entity, values: Record<string, Json>, branch: number | null): void {
		const name = entity.branchField;
		if (name === undefined || branch === null) return;
		const isList = entity.fields[name]?.kind === 'ints';
		if (isList && isBlank(values[name])) values[name] = [branch];
	}

	private refuse(errors: Errors): Answer {
		return { status: this.settings.validationStatus, body: { success: false, errors } };
	}

	private notFound(): Answer {
		if (this.settings.missingRecord === 'successFalse') {
			return this.refuse({ id: ['Запись не найдена.'] });
		}
		throw new YiiError(404, 'Запрашиваемая страница не существует.');
	}
}

const success = (model: JsonObject): Answer => ({
	status: 200,
	body: { success: true, errors: [], model },
});

import { dayOf } from '../model/dates';
import type { Entity } from '../model/entity';
import { isList, type Json, type JsonObject, type Row } from '../model/json';
import type { Settings } from '../model/settings';
import { emptyRow } from './rows';
import type { ChangeEvent, Store } from './store';

/** As PHP serialises an empty map, and one that is null. */
const emptyMap: Json = [];
const nullMap: Json = '';
const events = { 1: 'create', 2: 'update', 3: 'delete' } as const;
const unloggedFields = ['id', 'created_at', 'updated_at'];

type Diff = Record<string, Json>;

/** Keeps the log, and publishes what webhooks tell. */
export class History {
	private readonly log: Entity | undefined;

	constructor(
		private readonly store: Store,
		private readonly settings: Settings,
		/** Told of every change, as webhooks tell it. */
		private readonly publish: (event: JsonObject) => void,
	) {
		this.log = store.entities.find(({ isLog }) => isLog);
	}

	record({ entity, before, after, origin }: ChangeEvent): void {
		if (origin.user === 0 && !this.settings.recordOutside) return;
		const row = after ?? before;
		if (!row) return;
		const event = !before ? 1 : after ? 2 : 3;
		const { was, is } = diff(entity, this.settings, before, after);
		if (event === 2 && Object.keys(is).length === 0) return;
		const branches = this.branchesOf(entity, row);
		const time = this.store.now();
		const entry = {
			entity: entity.className,
			entity_id: row.id,
			user_id: origin.user,
			event,
			fields_old: this.toLogMap(was, false),
			fields_new: this.toLogMap(is, event === 3),
			fields_rel: this.toLogMap({}, false),
			date_time: time,
			branch_ids: branches,
		};
		if (this.log) this.store.insert(this.log.path, entry);
		const convert = event === 1 ? asTexts : asIs;
		this.publish({
			branch_id: origin.branch ?? branches[0] ?? null,
			event: events[event],
			entity: entity.className,
			entity_id: row.id,
			fields_old: mapOf(convert(was)),
			fields_new: mapOf(convert(is)),
			fields_rel: emptyMap,
			user_id: origin.user,
			datetime: time,
		});
	}

	/** The fields, or nothing; what a removed record has become is no map at all. */
	private toLogMap(fields: Diff, isGone: boolean): Json {
		const map = isGone ? nullMap : mapOf(fields);
		return this.settings.logFields === 'jsonText' ? JSON.stringify(map) : map;
	}

	/** Branches whose log shows the change: those of the record, or all of them. */
	private branchesOf({ branchField }: Entity, row: Row): number[] {
		const held = branchField === undefined ? null : (row[branchField] ?? null);
		const own = (isList(held) ? held : [held]).filter((id) => typeof id === 'number');
		return own.length > 0 ? own : this.store.rows('branch').map(({ id }) => id);
	}
}

const mapOf = (fields: Diff): Json => (Object.keys(fields).length === 0 ? emptyMap : fields);
const asIs = (fields: Diff): Diff => fields;

function asTexts(fields: Diff): Diff {
	const asText = (value: Json): Json => (typeof value === 'number' ? String(value) : value);
	return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, asText(value)]));
}

/** What a change leaves and brings, dates as `yyyy-mm-dd`; of a new or removed record whatever is filled. */
function diff(entity: Entity, settings: Settings, before?: Row, after?: Row): { was: Diff; is: Diff } {
	const [was, is]: [Diff, Diff] = [{}, {}];
	const empty: JsonObject = emptyRow(entity);
	const [from, to] = [before ?? empty, after ?? empty];
	for (const name of [...Object.keys(entity.fields), ...(entity.logged?.(settings) ?? [])]) {
		const [old, fresh] = [from[name] ?? null, to[name] ?? null];
		if (unloggedFields.includes(name) || JSON.stringify(old) === JSON.stringify(fresh)) continue;
		const stored = (value: Json): Json =>
			entity.fields[name]?.kind === 'date' && typeof value === 'string' ? dayOf(value) : value;
		if (before) was[name] = stored(old);
		if (after) is[name] = stored(fresh);
	}
	return { was, is };
}

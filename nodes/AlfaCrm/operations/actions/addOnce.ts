import type { IDataObject } from 'n8n-workflow';

import { dayBefore, formatDay, readId, today } from '../../api/formats';
import type { CollectOptions } from '../../api/pages';
import { entityOf } from '../../entities/registry';
import type { Addition, Entity } from '../../entities/types';
import { isNothing } from '../../fields/blank';
import { absent, isBlank, listOf, sameValue } from '../../fields/field';
import { readText } from '../../fields/text';
import type { Field } from '../../fields/types';
import { skipIfThere } from '../../properties/shared';
import type { LockKey } from '../context';
import type { Item } from '../item';
import { reach } from '../matching/search';
import { alternativesOf } from '../alternatives';
import { surely } from '../records/sure';
import { lookUp, passesOf } from '../records/lookUp';
import { report } from '../report';
import { simplified } from '../simplify';
import type { Target } from '../target';
import { branchesOf, idOf, labelsOf, targetOf } from '../target';
import type { ActionKind } from './kind';
import { valuesOf } from './values';

/** What is to be added, and to whom. */
interface Adding {
	item: Item;
	/** The kind of what is added. */
	other: Entity;
	recipe: Addition;
	target: Target;
	/** The record that it is added to, by the name under which its ID travels. */
	link: { name: string; id: number };
	body: IDataObject;
	/** What the user gave of it that does not change afterwards, and so what a duplicate agrees in. */
	compared: readonly Field[];
}

/** Adds something to a record, such as a payment, unless the same was added before. */
export const addOnce: ActionKind<'add'> = async (item, entity, action, recipe) => {
	const { branch } = targetOf(item, entity);
	const id = idOf(item, entity);
	const other = entityOf(recipe.entity);
	const name = action.idAs ?? 'id';
	const link = { [name]: recipe.link === 'list' ? [id] : id };
	const query = recipe.link === 'query' ? { ...recipe.query, ...link } : {};
	const fields = action.body ?? [];
	const body: IDataObject = { ...link, ...query, ...valuesOf(item, fields, branch), ...action.fixed };
	const looks = item.flag(skipIfThere);
	const show = simplified(item, other);

	// The form has the record itself under its own label.
	const labels = labelsOf([...other.fields, ...fields, { name, label: entity.label }]);
	const alternatives = alternativesOf(other.fields);
	const target = { path: other.path, branch, query, labels, alternatives };
	const { changing = [] } = recipe;
	const compared = [...other.fields, ...(other.keys ?? [])].filter(
		(one) => !isBlank(one, body[one.name]) && !changing.includes(one.name),
	);
	const adding = { item, other, recipe, target, link: { name, id }, body, compared };

	const lock: LockKey = [entity.path, id, other.path];
	return await item.withLock([lock], async () => {
		const duplicate = looks ? await findDuplicate(adding, entity) : undefined;
		if (duplicate) return [report(show, duplicate, 'unchanged', [])];
		await mustBeOwn(adding, entity);
		const filled = { ...(await defaultsFrom(adding, entity)), ...body };
		const task = `create the ${other.label.toLowerCase()}`;
		const model = await item.save({ ...target, action: 'create', body: filled, task }, [lock]);
		const row = { ...filled, ...model };
		return [report(show, row, 'created', Object.keys(filled))];
	});
};

/** What names a record of somebody else has mistaken one of both. A list that did not come whole tells nothing. */
async function mustBeOwn({ item, recipe, target, link, body }: Adding, { label }: Entity): Promise<void> {
	for (const [name, resource] of Object.entries(recipe.own ?? {})) {
		const id = readId(body[name]);
		if (id === undefined) continue;
		const other = entityOf(resource);
		const query = { [link.name]: link.id };
		const where = { path: other.path, branch: target.branch, query, labels: target.labels };
		const collect = (list: Parameters<Item['collect']>[0], options: CollectOptions) =>
			item.collect(list, options);
		const isMissing = await lookUp(collect, other, id, where).then(
			({ record, isSure }) => record === undefined && isSure,
			(caught) => {
				// Who may take payments need not be allowed to see subscriptions.
				if (item.run.client.isForbidden({ ...where, action: 'index' })) return false;
				throw item.asError(caught);
			},
		);
		if (!isMissing) continue;
		throw item.refused(
			`AlfaCRM lists no ${other.label.toLowerCase()} ${id} of ${label.toLowerCase()} ${link.id}`,
			`Correct '${label}', or '${target.labels[name] ?? name}', or run it again if it was added a moment ago. ${item.unsaved()}`,
		);
	}
}

/** A record that agrees in everything that was given and tells it from others. */
async function findDuplicate(adding: Adding, entity: Entity): Promise<IDataObject | undefined> {
	const { item, other, link, target, body } = adding;
	const linkField: Field = { type: 'id', entity: entity.resource, name: link.name, label: entity.label };
	const own = item.run.writtenTo(other.path).having(linkField, link.id);
	const written = own.map(({ row }) => row).find((row) => isDuplicate(adding, row));
	if (written) return written;
	for (const branch of branchesOf(target.branch, other.fields, body)) {
		const found = (await listed(adding, branch)).find((row) => isDuplicate(adding, row));
		if (found) return found;
	}
	return undefined;
}

/** The rows among which a duplicate would be. A list that is not of this record alone serves the other items too. */
async function listed(adding: Adding, branch: number | undefined): Promise<IDataObject[]> {
	const { item, other, recipe, target, link, body } = adding;
	const filters: IDataObject = {};
	for (const [filter, field] of Object.entries(recipe.narrow ?? {})) {
		if (body[field] !== undefined) filters[filter] = body[field];
	}
	for (const [field, filter] of Object.entries(recipe.without ?? {})) {
		if (body[field] === undefined) Object.assign(filters, filter);
	}
	const task = `look for the same ${other.label.toLowerCase()}`;
	const read = async (): Promise<IDataObject[]> => {
		const rows: IDataObject[] = [];
		for (const pass of passesOf(other)) {
			const call = { ...target, branch, body: { ...target.query, ...filters, ...pass }, task };
			for (const row of await surely(item, other, call)) rows.push(row);
		}
		return rows;
	};
	if (recipe.link !== 'list') return await read();
	const index = await item.run.shared(other.path, JSON.stringify([branch, filters]), async () => {
		const byRecord = new Map<number | undefined, IDataObject[]>();
		for (const row of await read()) {
			for (const one of listOf(row[link.name])) {
				const id = readId(one);
				const known = byRecord.get(id);
				if (known) known.push(row);
				else byRecord.set(id, [row]);
			}
		}
		return byRecord;
	});
	return index.get(link.id) ?? [];
}

function isDuplicate({ item, other, recipe, body, compared, link }: Adding, row: IDataObject): boolean {
	const { unless = {}, without = {}, shownAs = {}, recent } = recipe;
	// AlfaCRM may ignore the filter that stands for an empty field.
	const isEmptyToo = (name: string) => body[name] !== undefined || listOf(row[name]).length === 0;
	if (!Object.keys(without).every(isEmptyToo)) return false;
	const isOver = ({ name, ...field }: Field) =>
		name in unless && sameValue(field, row[name], unless[name], item.zone);
	if (other.fields.some(isOver)) return false;
	if (recent && !isRecent(row[recent], item.zone)) return false;
	return compared.every((field) => {
		const held = row[field.name];
		// What AlfaCRM does not show at all cannot differ; a customer among others of a task is in it.
		if (held === undefined) return field.name !== link.name;
		if (field.name === link.name) return listOf(held).some((one) => readId(one) === link.id);
		const isWanted = (value: unknown) => sameValue(field, value, body[field.name], item.zone);
		// Some accounts show no 0 where a switch is off.
		return isWanted(isNothing(held) ? absent(field) : held) || isWanted(row[shownAs[field.name]]);
	});
}

/** What shows no day counts, for it may be new. */
function isRecent(value: unknown, zone: string): boolean {
	const day = formatDay(value, 'iso', zone);
	return day === undefined || day >= dayBefore(today('iso', zone));
}

/** Fields that, if not given, are taken from the record: the first of its fields that is filled. Nobody chose how long that is. */
async function defaultsFrom({ item, recipe, link, body }: Adding, entity: Entity): Promise<IDataObject> {
	const lacking = Object.entries(recipe.fill ?? {}).filter(([name]) => body[name] === undefined);
	if (lacking.length === 0) return {};
	const { row } = await reach(item, entity, link.id, targetOf(item, entity));
	const found = lacking.map(([name, { from, longest }]) => {
		const text = from.map((one) => readText(row[one])).find((value) => !isNothing(value)) ?? '';
		return [name, [...text].slice(0, longest).join('').trim()];
	});
	return Object.fromEntries(found.filter(([, value]) => value !== '')) as IDataObject;
}

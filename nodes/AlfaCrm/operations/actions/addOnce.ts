import type { IDataObject } from 'n8n-workflow';

import { formatDay, readId } from '../../api/formats';
import { entityOf } from '../../entities/registry';
import type { Addition, Entity } from '../../entities/types';
import { isBlank, listOf, sameValue } from '../../fields/field';
import type { Field } from '../../fields/types';
import { skipIfThere } from '../../properties/shared';
import type { Item, LockKey } from '../context';
import { reach, read } from '../matching/search';
import { passesOf } from '../records/lookUp';
import { report } from '../report';
import { simplified } from '../simplify';
import type { Target } from '../target';
import { idOf, targetOf } from '../target';
import type { ActionKind } from './kind';
import { valuesOf } from './values';

const DAY_MS = 86_400_000;

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
	/** What the user gave of it, and so what a duplicate agrees in. */
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

	const labels = Object.fromEntries([...other.fields, ...fields].map((one) => [one.name, one.label]));
	const target = { path: other.path, branch, query, labels };
	const compared = [...other.fields, ...(other.keys ?? [])].filter((one) => !isBlank(one, body[one.name]));
	const adding = { item, other, recipe, target, link: { name, id }, body, compared };

	const lock: LockKey = [entity.path, id, other.path];
	return await item.run.withLock([lock], async () => {
		const { duplicate, isSure } = looks ? await findDuplicate(adding) : { isSure: true };
		if (duplicate) return [report(show, duplicate, 'unchanged', [])];
		if (!isSure) throw unsure(item, other);
		const filled = { ...(await defaultsFrom(adding, entity)), ...body };
		const task = `create the ${other.label.toLowerCase()}`;
		const model = await item.save({ ...target, action: 'create', body: filled, task }, [lock]);
		const row = { ...filled, ...model };
		item.run.writtenTo(other.path).set(Number(row.id), { row, branch, at: item.run.now() });
		return [report(show, row, 'created', Object.keys(filled))];
	});
};

interface Looked {
	duplicate?: IDataObject;
	/** False when a list did not come whole, so that one may be there all the same. */
	isSure: boolean;
}

/** A record that agrees in everything that was given. */
async function findDuplicate(adding: Adding): Promise<Looked> {
	const { item, other, link } = adding;
	const linkField = [...other.fields, ...(other.keys ?? [])].find(({ name }) => name === link.name);
	const own = linkField ? item.run.writtenTo(other.path).having(linkField, link.id) : [];
	const written = own.map(({ row }) => row).find((row) => isDuplicate(adding, row));
	if (written) return { duplicate: written, isSure: true };
	let isSure = true;
	for (const branch of branchesOf(adding)) {
		const list = await listed(adding, branch);
		const duplicate = list.rows.find((row) => isDuplicate(adding, row));
		if (duplicate) return { duplicate, isSure: true };
		isSure &&= list.isSure;
	}
	return { isSure };
}

/** A payment or a task may belong to other branches than the one in which it is noted. */
function branchesOf({ target: { branch }, body }: Adding): Array<number | undefined> {
	const others = [...listOf(body.branch_id), ...listOf(body.branch_ids)].map(readId);
	return [...new Set([branch, ...others.filter((other) => other !== undefined)])];
}

/** The rows among which a duplicate would be. A list that is not of this record alone serves the other items too. */
async function listed(adding: Adding, branch: number | undefined): Promise<Listed> {
	const { item, other, recipe, target, link, body } = adding;
	const filters: IDataObject = {};
	for (const [filter, field] of Object.entries(recipe.narrow ?? {})) {
		if (body[field] !== undefined) filters[filter] = body[field];
	}
	for (const [field, filter] of Object.entries(recipe.without ?? {})) {
		if (body[field] === undefined) Object.assign(filters, filter);
	}
	const task = `look for the same ${other.label.toLowerCase()}`;
	const readAll = async (): Promise<Listed> => {
		const all: Listed = { rows: [], isSure: true };
		for (const pass of passesOf(other)) {
			const call = { ...target, branch, body: { ...target.query, ...filters, ...pass }, task };
			const { rows, isSure } = await read(item, other, call);
			for (const row of rows) all.rows.push(row);
			all.isSure &&= isSure;
		}
		return all;
	};
	if (recipe.link !== 'list') return await readAll();
	const { index, isSure } = await item.run.shared(
		other.path,
		JSON.stringify([branch, filters]),
		async () => {
			const all = await readAll();
			const byRecord = new Map<number | undefined, IDataObject[]>();
			for (const row of all.rows) {
				for (const one of listOf(row[link.name])) {
					const id = readId(one);
					const rows = byRecord.get(id);
					if (rows) rows.push(row);
					else byRecord.set(id, [row]);
				}
			}
			return { index: byRecord, isSure: all.isSure };
		},
		(known) => known.isSure,
	);
	return { rows: index.get(link.id) ?? [], isSure };
}

/** Rows of a list, and whether what is not among them is not there. */
interface Listed {
	rows: IDataObject[];
	isSure: boolean;
}

/** A second one would be worse than none. */
function unsure(item: Item, { label, plural }: Entity): Error {
	return item.failed(
		`AlfaCRM's list of ${plural.toLowerCase()} kept changing while it was read, so it is not sure that this ${label.toLowerCase()} is new`,
		'Run it again. Nothing was saved.',
	);
}

function isDuplicate({ item, recipe, body, compared, link }: Adding, row: IDataObject): boolean {
	const { unless = {}, recent } = recipe;
	if (Object.entries(unless).some(([name, value]) => String(row[name]) === String(value))) return false;
	if (recent && !isRecent(row[recent], item.zone)) return false;
	return compared.every((field) => {
		const held = row[field.name];
		// What AlfaCRM does not show at all cannot differ; a customer among others of a task is in it.
		if (held === undefined) return field.name !== link.name;
		if (field.name === link.name) return listOf(held).some((one) => readId(one) === link.id);
		return sameValue(field, held, body[field.name], item.zone);
	});
}

/** What shows no day counts, for it may be new. */
function isRecent(value: unknown, zone: string): boolean {
	const day = formatDay(value, 'iso', zone);
	const yesterday = formatDay(new Date(Date.now() - DAY_MS), 'iso', zone) ?? '';
	return day === undefined || day >= yesterday;
}

/** Fields that, if not given, are taken from the record: the first of its fields that is filled. */
async function defaultsFrom({ item, recipe, link, body }: Adding, entity: Entity): Promise<IDataObject> {
	const lacking = Object.entries(recipe.fill ?? {}).filter(([name]) => body[name] === undefined);
	if (lacking.length === 0) return {};
	const { row } = await reach(item, entity, link.id, targetOf(item, entity));
	const found = lacking.map(([name, sources]) => [
		name,
		sources.map((one) => row[one]).find((value) => value !== undefined && value !== null && value !== ''),
	]);
	return Object.fromEntries(found.filter(([, value]) => value !== undefined)) as IDataObject;
}

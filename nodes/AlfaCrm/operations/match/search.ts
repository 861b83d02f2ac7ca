import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { formatDay, readId } from '../../api/formats';
import { allRows } from '../legacyClient';
import { branch as branchEntity } from '../../entities/branch';
import { byId } from '../../entities/match';
import type { Entity, MatchKey } from '../../entities/types';
import { lookUp, notFound } from '../findById';
import { keyField } from './keys';
import { phoneForms, samePhone } from './phones';
import { writtenHere } from './memory';
import type { Match } from './memory';
import { fold, listOf, same } from '../fields/same';
import type { Target } from '../target';

/** A list that changes while it is read may hide a record, so it is read again. */
const READINGS = 3;

/**
 * The records that a key finds, each once, in all of the branches. AlfaCRM's filters only narrow the lists down, for
 * some are ignored and others find too much; each row that comes is compared here.
 */
export async function findMatches(
	context: IExecuteFunctions,
	entity: Entity,
	target: Target,
	key: MatchKey,
	wanted: IDataObject,
	branches: ReadonlyArray<number | undefined>,
): Promise<Match[]> {
	const zone = context.getTimezone();
	const own = writtenHere(context, entity.path);
	const found = new Map<number, Match>();
	const take = (id: number | undefined, match: Match): boolean => {
		const isIt = id !== undefined && fits(entity, key, wanted, match.row, zone);
		if (isIt && !found.has(id)) found.set(id, match);
		return isIt;
	};
	for (const branch of branches) {
		for (const questions of questionsOf(entity, key, wanted)) {
			for (const question of questions) {
				const rows = await ask(context, entity, { ...target, branch }, question);
				const hits = rows.filter((row) => {
					const id = readId(row.id);
					// Lists may be late, so what this run has written itself counts for more.
					return take(id, { row: own.get(id ?? 0)?.row ?? row, branch });
				});
				if (hits.length > 0) break;
			}
		}
	}
	for (const [id, match] of own) if (branches.includes(match.branch)) take(id, match);
	return [...found.values()];
}

/**
 * A record by its ID, in the branch of the call or, where records may be in any, in another one.
 *
 * @throws NodeApiError when there is none
 */
export async function reach(
	context: IExecuteFunctions,
	entity: Entity,
	id: number,
	target: Target,
): Promise<Match> {
	const own = writtenHere(context, entity.path).get(id);
	if (own) return own;
	const row = await lookUp(context, entity, id, target);
	if (row) return { row, branch: target.branch };
	if (entity.match?.everyBranch) {
		const [, ...others] = await allBranches(context, target.branch);
		const [found] = await findMatches(context, entity, target, byId, { id }, others);
		if (found) return found;
	}
	throw notFound(context, entity, id, entity.match?.everyBranch ? { ...target, branch: undefined } : target);
}

const lists = new WeakMap<IExecuteFunctions, Promise<number[]>>();

/** The branches of the account, that of the call first. */
export async function allBranches(context: IExecuteFunctions, first: number | undefined): Promise<number[]> {
	const known = lists.get(context) ?? readBranches(context);
	lists.set(context, known);
	const branches = await known;
	return first === undefined ? branches : [first, ...branches.filter((branch) => branch !== first)];
}

async function readBranches(context: IExecuteFunctions): Promise<number[]> {
	const rows = await allRows(context, { path: branchEntity.path, task: 'list the branches' });
	return rows.map(({ id }) => readId(id)).filter((id) => id !== undefined);
}

/** All rows that a question brings. */
async function ask(
	context: IExecuteFunctions,
	entity: Entity,
	target: Target,
	question: IDataObject,
): Promise<IDataObject[]> {
	const body = { ...target.query, ...entity.reveal, ...question };
	const task = `look for the ${entity.label.toLowerCase()}`;
	return await allRows(context, { ...target, body, task }, READINGS);
}

/** Groups of filters; those of a group are tried one after the other until one of them finds something. */
function questionsOf(entity: Entity, key: MatchKey, wanted: IDataObject): IDataObject[][] {
	const asked = (key.ask ?? key.fields).filter((name) => name in wanted);
	const each = asked.map((name) =>
		listOf(wanted[name]).map((value) => filtersFor(entity, name, value as IDataObject[string])),
	);
	return key.any ? each.flat() : groupsOfOne(each);
}

/** A record has one of several phones, but all of several fields. */
function groupsOfOne(each: IDataObject[][][]): IDataObject[][] {
	const [first = [], ...others] = each;
	return first.map((questions) => [...questions, ...others.flat(2)]);
}

function filtersFor(entity: Entity, name: string, value: IDataObject[string]): IDataObject[] {
	const field = keyField(entity, name);
	if (field.isPhone) return phoneForms(value).map((phone) => ({ [name]: phone }));
	if (field.type === 'date') return [{ [`${name}_from`]: value, [`${name}_to`]: value }];
	const known =
		name === 'id' || name.startsWith('custom_') || entity.filters.some((one) => one.name === name);
	return [known ? { [name]: value } : {}];
}

/** Whether a row has what the key wants. */
function fits(entity: Entity, key: MatchKey, wanted: IDataObject, row: IDataObject, zone: string): boolean {
	const agrees = (name: string): boolean => {
		const field = keyField(entity, name);
		const [held, looked] = [listOf(row[name]), listOf(wanted[name])];
		if (field.type === 'date') return same(field, row[name], wanted[name], zone);
		const equal = field.isPhone ? samePhone : (one: unknown, other: unknown) => fold(one) === fold(other);
		return held.some((one) => looked.some((other) => equal(one, other)));
	};
	const names = Object.keys(wanted);
	return key.any ? names.some(agrees) : names.every(agrees);
}

/** Archived by the flag, or by a day that has come. */
export function isArchived({ archive }: Entity, row: IDataObject, zone: string): boolean {
	if (archive === undefined) return false;
	if (Number(row.removed) === 1) return true;
	const day = archive.day && formatDay(row[archive.day], 'iso', zone);
	const today = formatDay(new Date(), 'iso', zone) ?? '';
	return day !== undefined && day !== '' && day <= today;
}

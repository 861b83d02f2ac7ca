import type { IDataObject } from 'n8n-workflow';

import { LIST_MS } from '../api/accountKnowledge';
import { LARGEST_PAGE } from '../api/pages';
import { readId, readIds } from '../values/formats';
import type { Field } from '../entities/fieldTypes';
import { customer } from '../entities/customer';
import { listCall } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { user } from '../entities/user';
import { isEmpty } from '../fields/blank';
import { isBlank, isList, listOf } from '../fields/field';
import { normalizeText } from '../fields/normalizeText';
import { longestOf, readText, shortened } from '../fields/text';
import type { Item } from './item';
import type { Branch, LocatedRecord } from '../store/located';
import { getRecord } from './records';

/** A new record: what was given for it, and how it would be sent to the branch of the call. */
export interface Draft {
	fields: readonly Field[];
	input: IDataObject;
	body: IDataObject;
	branch: Branch;
}

/** The record that the new one is added to. */
interface Owner {
	entity: Entity;
	id: number;
}

/**
 * A new record as it is sent for its owner. It takes from it what was not given, as a payment the payer's name, and goes
 * into the branch that was given for it, else that of the call if one was chosen and the owner is in it, else the owner's.
 *
 * @returns `homes`: the branches of the owner, in any of which the same one may be
 * @throws NodeApiError when there is no such owner
 */
export async function forOwner(
	item: Item,
	{ fields, input, body, branch }: Draft,
	owner = ownerIn(fields, body),
): Promise<{ body: IDataObject; branch: Branch; homes?: number[] }> {
	const match = owner && (await readableOwner(item, owner, branch));
	if (owner === undefined || match === undefined) return { body, branch };
	const all = { ...textsFrom(match.row, fields, body), ...body };
	const field = fields.find(({ fromBranch }) => fromBranch);
	const given = field && !isBlank(field, input[field.name]) ? readIds(listOf(body[field.name])) : [];
	const home = homeOf(item, owner, match, { field, given, branch });
	if (field && given.length === 0) all[field.name] = item.toWire(field, home);
	const stranger = item.resolution.boundRecords.find(
		({ branches }) => home !== undefined && !branches.includes(home),
	);
	if (stranger)
		throw item.error(
			`${stranger.given} is of branch ${stranger.branches.join(', ')}, but this goes into branch ${home}, that of the ${owner.entity.label.toLowerCase()}`,
			`Choose branch ${home} in 'Branch', or give the ID.`,
		);
	return { body: all, branch: home, homes: field && readIds(listOf(match.row.branch_ids)) };
}

/** The customer, for what takes texts from one. */
function ownerIn(fields: readonly Field[], body: IDataObject): Owner | undefined {
	const id = fields.some(({ copyFrom }) => copyFrom) ? readId(body.customer_id) : undefined;
	return id === undefined ? undefined : { entity: customer, id };
}

/** Who may write the one need not be allowed to see the other; AlfaCRM says whether it does without. */
async function readableOwner(
	item: Item,
	{ entity, id }: Owner,
	branch: Branch,
): Promise<LocatedRecord | undefined> {
	const where = { path: entity.path, branch, query: {}, labels: {} };
	return await item.readIfAllowed(async () => await getRecord(item, entity, id, where));
}

/** Nobody chose how long these texts are. */
function textsFrom(row: IDataObject, fields: readonly Field[], body: IDataObject): IDataObject {
	const taken: IDataObject = {};
	for (const field of fields) {
		const { name, copyFrom } = field;
		if (copyFrom === undefined || body[name] !== undefined) continue;
		const text = copyFrom.map((one) => readText(row[one])).find((value) => !isEmpty(value)) ?? '';
		if (text !== '') taken[name] = shortened(text, longestOf(field));
	}
	return taken;
}

/**
 * The branch into which a record goes that is added to somebody.
 *
 * @param field the one that says its branch, if any does, and the branches that were given for it
 * @throws NodeOperationError when one of several branches has to be chosen
 */
function homeOf(
	item: Item,
	{ entity: { label }, id }: Owner,
	{ row, branch: found }: LocatedRecord,
	{ field, given, branch }: { field?: Field; given: number[]; branch: Branch },
): Branch {
	const own = readIds(listOf(row.branch_ids));
	if (given.length > 0) {
		if (own.length > 0 && !given.some((one) => own.includes(one)))
			item.execution.hints.add(
				`'${field?.label}' is a branch that the ${label.toLowerCase()} is not in`,
				`${label.toLowerCase()} ${id} is in ${own.join(', ')}, not in ${given.join(', ')}`,
			);
		return given[0];
	}
	const chosen = item.place?.isOfRecord ? undefined : branch;
	if (own.length === 0 || (chosen !== undefined && own.includes(chosen))) return found;
	if (own.length === 1) return own[0];
	if (field === undefined || isList(field)) return found;
	throw item.error(
		`${label} ${id} is in the branches ${own.join(', ')}, and ${chosen === undefined ? "'Branch' is empty" : `not in branch ${chosen}`}`,
		`Choose one of them in '${field.label}'.`,
	);
}

/** A new record with its author: the user of the credential, if none is given. API notes 5.19. */
export async function authored(
	item: Item,
	fields: readonly Field[],
	body: IDataObject,
	branch: Branch,
): Promise<IDataObject> {
	const author = fields.find(({ fallback }) => fallback === 'author');
	if (author === undefined || body[author.name] !== undefined) return body;
	const read = async () => await findUser(item, branch);
	const shared = { notBefore: performance.now() - LIST_MS, isKept: isNumber };
	const id = await item.execution.cached(user.path, 'own', read, { shared });
	return id === undefined ? body : { [author.name]: id, ...body };
}

const isNumber = (id: number | undefined): boolean => id !== undefined;

/** The number of the user of the credential, unless the list of users does not show it or may not be read. */
async function findUser(item: Item, branch: Branch): Promise<number | undefined> {
	const list = { ...listCall(user, branch), pageSize: LARGEST_PAGE };
	const email = await item.execution.client.email();
	const keep = (row: IDataObject) =>
		listOf(row.email).some((one) => normalizeText(String(one)) === normalizeText(email));
	const found = await item.readIfAllowed(async () => await item.collect(list, { keep, limit: 1 }), {
		notFoundIsDenied: true,
	});
	return readId(found?.rows[0]?.id);
}

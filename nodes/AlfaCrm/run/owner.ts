import type { IDataObject } from 'n8n-workflow';

import { LIST_MS } from '../api/accountKnowledge';
import { LARGEST_PAGE } from '../api/pages';
import { customer } from '../entities/customer';
import type { Field } from '../entities/fieldTypes';
import { listCall } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { user } from '../entities/user';
import { isEmpty } from '../fields/blank';
import { isBlank, isList, listOf } from '../fields/field';
import { normalizeText } from '../fields/normalizeText';
import { longestOf, readText, shortened } from '../fields/text';
import type { Branch, LocatedRecord } from '../store/located';
import { readId, readIds } from '../values/formats';
import type { Item } from './item';
import { OWN_USER } from './keys';
import { getRecord } from './records';

/**
 * Completes a new record that is added to another one, its owner: a payment to its payer, a task to
 * a customer. The new record goes into a branch of the owner, and takes some of the owner's texts.
 */

/** A new record: what the user gave for it, and how it would be sent to the branch of the call. */
export interface Draft {
	fields: readonly Field[];
	input: IDataObject;
	body: IDataObject;
	branch: Branch;
}

/** The record to which a new one is added. */
interface Owner {
	entity: Entity;
	id: number;
}

/** The owner, its branches, and the branch in which it was found. */
interface FoundOwner extends Owner, LocatedRecord {
	branches: readonly number[];
}

/** A new record as it is sent. */
interface CompletedDraft {
	body: IDataObject;
	branch: Branch;
	/**
	 * The branches of the owner, any of which may have the same record already. Undefined if the
	 * record names no branch.
	 */
	ownerBranches?: number[];
}

/**
 * Completes a new record from its owner: a text that was not given is taken from the owner, as a
 * payment takes the payer's name.
 *
 * @param owner by default the customer whose ID is given, if a field takes a text of the customer
 * @throws NodeApiError if there is no such owner, NodeOperationError if the user has to choose one
 * of the owner's branches
 */
export async function completeFromOwner(
	item: Item,
	draft: Draft,
	owner = customerOf(draft),
): Promise<CompletedDraft> {
	const { fields, body } = draft;
	const foundOwner = owner && (await readOwner(item, owner, draft.branch));
	if (foundOwner === undefined) return { body, branch: draft.branch };

	const branchField = fields.find(({ fromBranch }) => fromBranch);
	const givenBranches = readGivenBranches(branchField, draft);
	const branch = chooseBranch(item, foundOwner, {
		branchField,
		givenBranches,
		callBranch: draft.branch,
	});

	const completedBody = { ...copyTexts(foundOwner.row, fields, body), ...body };
	if (branchField && givenBranches.length === 0) {
		completedBody[branchField.name] = item.toWire(branchField, branch);
	}
	assertNamesBelongTo(item, branch, foundOwner);
	const ownerBranches = branchField ? [...foundOwner.branches] : undefined;
	return { body: completedBody, branch, ownerBranches };
}

/** Returns the customer of a new record that takes texts from its customer. */
function customerOf({ fields, body }: Draft): Owner | undefined {
	if (!fields.some(({ copyFrom }) => copyFrom)) return undefined;
	const id = readId(body.customer_id);
	return id === undefined ? undefined : { entity: customer, id };
}

/**
 * Reads the owner. Returns undefined if this user may not see it, since a user may have the right
 * to add the new record all the same. AlfaCRM decides.
 */
async function readOwner(
	item: Item,
	owner: Owner,
	branch: Branch,
): Promise<FoundOwner | undefined> {
	const { entity, id } = owner;
	const target = { path: entity.path, branch, query: {}, labels: {} };
	const record = await item.readIfAllowed(async () => await getRecord(item, entity, id, target));
	return record && { ...owner, ...record, branches: readIds(listOf(record.row.branch_ids)) };
}

/**
 * Copies texts of the owner that were not given for the new record. They are cut to fit, because
 * nobody chose their length.
 */
function copyTexts(
	ownerRow: IDataObject,
	fields: readonly Field[],
	body: IDataObject,
): IDataObject {
	const copies: IDataObject = {};
	for (const field of fields) {
		const { name, copyFrom } = field;
		if (copyFrom === undefined || body[name] !== undefined) continue;
		const texts = copyFrom.map((sourceField) => readText(ownerRow[sourceField]));
		const text = texts.find((candidate) => !isEmpty(candidate)) ?? '';
		if (text !== '') copies[name] = shortened(text, longestOf(field));
	}
	return copies;
}

// ---------------------------------------------------------------- the branch of the new record

/** Where the branch of a new record may come from. */
interface BranchSources {
	/** The field that says the branch of the record, if the entity has one. */
	branchField?: Field;
	/** The branches that were given in that field. */
	givenBranches: readonly number[];
	callBranch: Branch;
}

function readGivenBranches(branchField: Field | undefined, { input, body }: Draft): number[] {
	if (branchField === undefined || isBlank(branchField, input[branchField.name])) return [];
	return readIds(listOf(body[branchField.name]));
}

/**
 * Chooses the branch into which a new record goes. The first of these that applies decides:
 *
 * 1. a branch that was given for the record itself
 * 2. the branch of the call, if the user chose it and the owner is in it
 * 3. the only branch of the owner
 * 4. the branch in which the owner was found, if the record cannot name another one
 *
 * @throws NodeOperationError if the user has to choose one of several branches
 */
function chooseBranch(
	item: Item,
	owner: FoundOwner,
	{ branchField, givenBranches, callBranch }: BranchSources,
): Branch {
	if (givenBranches.length > 0) {
		warnOfForeignBranch(item, owner, branchField, givenBranches);
		return givenBranches[0];
	}

	const chosenBranch = item.place?.hasRecord ? undefined : callBranch;
	const isOwnerThere = chosenBranch !== undefined && owner.branches.includes(chosenBranch);
	if (isOwnerThere || owner.branches.length === 0) return owner.branch;
	if (owner.branches.length === 1) return owner.branches[0];
	if (branchField === undefined || isList(branchField)) return owner.branch;

	const reason = chosenBranch === undefined ? "'Branch' is empty" : `not in branch ${chosenBranch}`;
	throw item.error(
		`${owner.entity.label} ${owner.id} is in the branches ${owner.branches.join(', ')}, and ${reason}`,
		`Choose one of them in '${branchField.label}'.`,
	);
}

function warnOfForeignBranch(
	item: Item,
	{ entity, id, branches }: FoundOwner,
	branchField: Field | undefined,
	givenBranches: readonly number[],
): void {
	const isForeign = branches.length > 0 && !givenBranches.some((given) => branches.includes(given));
	if (!isForeign) return;
	const noun = entity.label.toLowerCase();
	item.execution.hints.add(
		`'${branchField?.label}' is a branch that the ${noun} is not in`,
		`${noun} ${id} is in ${branches.join(', ')}, not in ${givenBranches.join(', ')}`,
	);
}

/**
 * Refuses a record that was given by its name, for example a till, if it belongs to other branches
 * than the new record.
 */
function assertNamesBelongTo(item: Item, branch: Branch, { entity }: FoundOwner): void {
	if (branch === undefined) return;
	const foreignRecord = item.resolution.boundRecords.find(
		({ branches }) => !branches.includes(branch),
	);
	if (foreignRecord === undefined) return;
	const { given, branches } = foreignRecord;
	throw item.error(
		`${given} is of branch ${branches.join(', ')}, but this goes into branch ${branch}, that of the ${entity.label.toLowerCase()}`,
		`Choose branch ${branch} in 'Branch', or give the ID.`,
	);
}

// ---------------------------------------------------------------- the author of the new record

/** Adds the author to a new record if none is given: the user of the credential. API notes 5.19. */
export async function addAuthor(
	item: Item,
	fields: readonly Field[],
	body: IDataObject,
	branch: Branch,
): Promise<IDataObject> {
	const authorField = fields.find(({ fallback }) => fallback === 'author');
	if (authorField === undefined || body[authorField.name] !== undefined) return body;

	const shared = {
		notBefore: performance.now() - LIST_MS,
		isKept: (id: number | undefined) => id !== undefined,
	};
	const read = async () => await findOwnUser(item, branch);
	const userId = await item.execution.cached(user.path, OWN_USER, read, { shared });
	return userId === undefined ? body : { [authorField.name]: userId, ...body };
}

/**
 * Finds the user of the credential by the email. Returns undefined if the list does not show that
 * user, or may not be read.
 */
async function findOwnUser(item: Item, branch: Branch): Promise<number | undefined> {
	const ownEmail = normalizeText(await item.execution.client.email());
	const isOwn = (row: IDataObject) =>
		listOf(row.email).some((email) => normalizeText(String(email)) === ownEmail);
	const list = { ...listCall(user, branch), pageSize: LARGEST_PAGE };

	const read = async () => await item.collect(list, { keep: isOwn, limit: 1 });
	const users = await item.readIfAllowed(read, { notFoundIsDenied: true });
	return readId(users?.rows[0]?.id);
}

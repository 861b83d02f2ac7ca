/**
 * Completes a new record that is added to another record, its owner. For example, a payment is
 * added to its payer. The new record goes into a branch of the owner, and some of its empty texts
 * are filled with the owner's texts.
 */

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
import { readMaxLength, readText, shorten } from '../fields/text';
import type { Branch, LocatedRecord } from '../store/located';
import { readId, readIds } from '../values/formats';
import type { Item } from './item';
import { OWN_USER } from './keys';
import { getRecord } from './records';

/** A new record before it is completed: the values from the user, and the body made of them. */
export interface Draft {
	fields: readonly Field[];
	input: IDataObject;
	body: IDataObject;
	/** The branch of the call. */
	branch: Branch;
}

/** The record to which the new record is added. */
interface Owner {
	entity: Entity;
	id: number;
}

/** The owner, the branches that its row shows, and the branch in which it was found. */
interface FoundOwner extends Owner, LocatedRecord {
	branches: readonly number[];
}

/** A new record as it is sent. */
interface CompletedDraft {
	body: IDataObject;
	branch: Branch;
	/**
	 * The branches of the owner, in which to look for an existing record with the same values.
	 * Undefined if records of this entity have no field for their branch.
	 */
	ownerBranches?: number[];
}

/**
 * Completes a new record from its owner: chooses its branch, and copies texts that the user has not
 * given. For example, a payment takes the name of its payer.
 *
 * @param owner by default the customer of the new record, if one of its fields copies a text of the
 * customer (`copyFrom`)
 * @throws NodeApiError if the owner does not exist, NodeOperationError if the user has to choose
 * one of the owner's branches, or has named a record of another branch
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
		completedBody[branchField.name] = item.toRequestValue(branchField, branch);
	}
	assertNamesBelongTo(item, branch, foundOwner);
	const ownerBranches = branchField ? [...foundOwner.branches] : undefined;
	return { body: completedBody, branch, ownerBranches };
}

/** Returns the customer of a new record, if one of its fields copies a text of the customer. */
function customerOf({ fields, body }: Draft): Owner | undefined {
	if (!fields.some(({ copyFrom }) => copyFrom)) return undefined;
	const id = readId(body.customer_id);
	return id === undefined ? undefined : { entity: customer, id };
}

/**
 * Reads the owner. Returns undefined if this user may not see the owner: AlfaCRM may still let the
 * user add the new record.
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
 * Copies texts of the owner into fields that have no value. Cuts them to the length that AlfaCRM
 * accepts: the user did not write them for these fields, so refusing them would not help.
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
		if (text !== '') copies[name] = shorten(text, readMaxLength(field));
	}
	return copies;
}

// ---------------------------------------------------------------- the branch of the new record

/** The values from which the branch of a new record is chosen. */
interface BranchSources {
	/** The field that says the branch of the record, if the entity has one. */
	branchField?: Field;
	/** The branches that the user has given in that field. */
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
 * 1. the first branch that the user has given in the record's own field
 * 2. the branch of the call, if the user chose it and the owner is in it
 * 3. the only branch of the owner
 * 4. the branch in which the owner was found, if the record has no field for one branch
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

	// A branch that was found through a record was not chosen by the user.
	const chosenBranch = item.place?.hasRecord ? undefined : callBranch;
	const isOwnerThere = chosenBranch !== undefined && owner.branches.includes(chosenBranch);
	if (isOwnerThere || owner.branches.length === 0) return owner.branch;
	if (owner.branches.length === 1) return owner.branches[0];
	// A list of branches needs no choice of one.
	if (branchField === undefined || isList(branchField)) return owner.branch;

	const reason = chosenBranch === undefined ? "'Branch' is empty" : `not in branch ${chosenBranch}`;
	throw item.error(
		`${owner.entity.label} ${owner.id} is in the branches ${owner.branches.join(', ')}, and ${reason}`,
		`Choose one of them in '${branchField.label}'.`,
	);
}

/** Adds a hint if the owner is in none of the branches that the user has given. */
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
 * Checks the records that the user has given by their names, for example a till: each must belong
 * to the branch of the new record. The name was looked up before this branch was known.
 *
 * @throws NodeOperationError if one belongs to other branches only
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

/**
 * Adds the author to a new record if the user has given none. The author is then the user of the
 * credential, because AlfaCRM refuses a comment without an author. API notes 5.19.
 */
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
 * Finds the ID of the credential's user by the email. Returns undefined if the list does not show
 * that user, or this user may not read it.
 */
async function findOwnUser(item: Item, branch: Branch): Promise<number | undefined> {
	const ownEmail = normalizeText(await item.execution.client.email());
	const isOwn = (row: IDataObject) =>
		listOf(row.email).some((email) => normalizeText(String(email)) === ownEmail);
	const list = { ...listCall(user, branch), pageSize: LARGEST_PAGE };

	const read = async () => await item.collect(list, { keep: isOwn, limit: 1 });
	const users = await item.readIfAllowed(read, { treats404AsDenied: true });
	return readId(users?.rows[0]?.id);
}

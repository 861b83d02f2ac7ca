/**
 * Completes a new record that is added to another record, its *owner*. For example, a payment is
 * added to a customer, the payer. The new record goes into a branch of the owner. Some empty texts
 * of the new record are filled with the owner's texts.
 *
 * Several branches play a part: the branch of the call, which the user has chosen in 'Branch' or
 * which was found, the branches of the owner, and the branch that the new record itself holds.
 */

import type { IDataObject } from 'n8n-workflow';

import { LIST_MS } from '../api/accountKnowledge';
import { LARGEST_PAGE } from '../api/pages';
import { customer } from '../entities/customer';
import type { Field } from '../entities/fieldTypes';
import { makeListCall } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { user } from '../entities/user';
import { isEmpty } from '../fields/blank';
import { isBlank, isList, listOf } from '../fields/field';
import { normalizeText } from '../fields/normalizeText';
import { readMaxLength, readText, shorten } from '../fields/text';
import type { Branch, LocatedRecord } from '../store/located';
import { readId, readIds } from '../values/formats';
import type { Item } from './item';
import { CREDENTIAL_USER } from './keys';
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

/** A new record with the body and the branch with which it is sent. */
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
 * Chooses the branch of a new record, and copies texts of the owner that the user has not given: a
 * payment takes the name of its payer, for example. The record is not changed if it has no owner,
 * or if the credential's user may not see the owner.
 *
 * @param owner by default the customer of the new record, if one of the record's fields copies a
 * text of the customer (`copyFrom`)
 * @throws NodeApiError if the owner does not exist
 * @throws NodeOperationError if the user has to choose one of the owner's branches, or has named a
 * record of another branch
 */
export async function completeFromOwner(
	item: Item,
	draft: Draft,
	owner = findCustomer(draft),
): Promise<CompletedDraft> {
	const { fields, body, branch: callBranch } = draft;
	const foundOwner = owner === undefined ? undefined : await readOwner(item, owner, callBranch);
	if (foundOwner === undefined) return { body, branch: callBranch };

	// The field that holds the branch of the record is declared `fromBranch`.
	const branchField = fields.find(({ fromBranch }) => fromBranch);
	const givenBranches = readGivenBranches(branchField, draft);
	const branch = chooseBranch(item, foundOwner, { branchField, givenBranches, callBranch });
	assertNamesBelongTo(item, branch, foundOwner);

	const copiedTexts = copyTexts(foundOwner.row, fields, body);
	const completedBody = { ...copiedTexts, ...body };
	if (branchField && givenBranches.length === 0) {
		completedBody[branchField.name] = item.toRequestValue(branchField, branch);
	}
	const ownerBranches = branchField ? [...foundOwner.branches] : undefined;
	return { body: completedBody, branch, ownerBranches };
}

/** Finds the customer of a new record, if one of its fields copies a text of the customer. */
function findCustomer({ fields, body }: Draft): Owner | undefined {
	const copiesText = fields.some(({ copyFrom }) => copyFrom);
	if (!copiesText) return undefined;

	const id = readId(body.customer_id);
	return id === undefined ? undefined : { entity: customer, id };
}

/**
 * Reads the owner. Returns undefined if the credential's user may not see the owner: AlfaCRM may
 * still let the user add the new record.
 */
async function readOwner(
	item: Item,
	owner: Owner,
	branch: Branch,
): Promise<FoundOwner | undefined> {
	const { entity, id } = owner;
	const target = { path: entity.path, branch, query: {}, labels: {} };
	const record = await item.readIfAllowed(async () => await getRecord(item, entity, id, target));
	if (record === undefined) return undefined;

	const branches = readIds(listOf(record.row.branch_ids));
	return { ...owner, ...record, branches };
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
		const { name, copyFrom: sourceFields } = field;
		const isGiven = body[name] !== undefined;
		if (sourceFields === undefined || isGiven) continue;

		const texts = sourceFields.map((sourceField) => readText(ownerRow[sourceField]));
		const firstText = texts.find((text) => !isEmpty(text));
		if (firstText) copies[name] = shorten(firstText, readMaxLength(field));
	}
	return copies;
}

// ---------------------------------------------------------------- the branch of the new record

/** The values from which the branch of a new record is chosen, besides the owner. */
interface BranchSources {
	/** The field that holds the branch of the new record, if the entity has such a field. */
	branchField?: Field;
	/** The branches that the user has given in `branchField`. */
	givenBranches: readonly number[];
	callBranch: Branch;
}

/** Reads the branches that the user has given in the field that holds the record's branch. */
function readGivenBranches(branchField: Field | undefined, { input, body }: Draft): number[] {
	if (branchField === undefined || isBlank(branchField, input[branchField.name])) return [];
	return readIds(listOf(body[branchField.name]));
}

/**
 * Chooses the branch into which a new record goes. The first case that applies decides:
 *
 * 1. the first branch that the user has given in the field that holds the record's branch
 * 2. the branch that the user has chosen in 'Branch', if the owner is in it
 * 3. the branch in which the owner was found, if AlfaCRM does not show the owner's branches
 * 4. the only branch of the owner
 * 5. the branch in which the owner was found, if the record has no field for its branch, or has one
 *    that holds a list of branches
 *
 * @throws NodeOperationError if the user has to choose one of several branches
 */
function chooseBranch(item: Item, owner: FoundOwner, sources: BranchSources): Branch {
	const { branchField, givenBranches, callBranch } = sources;
	if (givenBranches.length > 0) {
		warnOfForeignBranch(item, owner, branchField, givenBranches);
		return givenBranches[0];
	}

	// If 'Branch' is empty, the branch of the call may be that of another record of the item. The
	// only branch of the account counts as chosen.
	const isBranchChosen = !item.place?.hasRecord;
	const chosenBranch = isBranchChosen ? callBranch : undefined;
	const isOwnerInChosenBranch = chosenBranch !== undefined && owner.branches.includes(chosenBranch);
	// `readOwner` searches the chosen branch first, so it has found the owner there.
	if (isOwnerInChosenBranch) return owner.branch;
	if (owner.branches.length === 0) return owner.branch;
	if (owner.branches.length === 1) return owner.branches[0];

	const needsOneBranch = branchField !== undefined && !isList(branchField);
	if (!needsOneBranch) return owner.branch;

	const reason = chosenBranch === undefined ? "'Branch' is empty" : `not in branch ${chosenBranch}`;
	throw item.error(
		`${owner.entity.label} ${owner.id} is in the branches ${owner.branches.join(', ')}, and ${reason}`,
		`Choose one of them in '${branchField.label}'.`,
	);
}

/** Adds a hint if the owner is in none of the branches that the user has given. */
function warnOfForeignBranch(
	item: Item,
	owner: FoundOwner,
	branchField: Field | undefined,
	givenBranches: readonly number[],
): void {
	const { entity, id, branches: ownerBranches } = owner;
	const isOwnerInGivenBranch = givenBranches.some((branch) => ownerBranches.includes(branch));
	const areOwnerBranchesKnown = ownerBranches.length > 0;
	if (isOwnerInGivenBranch || !areOwnerBranchesKnown) return;

	const noun = entity.label.toLowerCase();
	item.execution.hints.add(
		`'${branchField?.label}' is a branch that the ${noun} is not in`,
		`${noun} ${id} is in ${ownerBranches.join(', ')}, not in ${givenBranches.join(', ')}`,
	);
}

/**
 * Checks that the records that the user has given by their names, for example a till, belong to the
 * branch of the new record. Their names were looked up before that branch was chosen.
 *
 * @throws NodeOperationError if a record belongs to other branches only
 */
function assertNamesBelongTo(item: Item, branch: Branch, { entity }: FoundOwner): void {
	if (branch === undefined) return;
	const { boundRecords } = item.resolution;
	const foreignRecord = boundRecords.find(({ branches }) => !branches.includes(branch));
	if (foreignRecord === undefined) return;

	const { description, branches } = foreignRecord;
	throw item.error(
		`${description} is of branch ${branches.join(', ')}, but this goes into branch ${branch}, that of the ${entity.label.toLowerCase()}`,
		`Choose branch ${branch} in 'Branch', or give the ID.`,
	);
}

// ---------------------------------------------------------------- the author of the new record

/**
 * Adds the credential's user as the author of a new record if the user has given no author. AlfaCRM
 * refuses a comment without an author: see docs/alfacrm-api.md 5.19.
 */
export async function addAuthor(
	item: Item,
	fields: readonly Field[],
	body: IDataObject,
	branch: Branch,
): Promise<IDataObject> {
	const authorField = fields.find(({ fallback }) => fallback === 'author');
	if (authorField === undefined || body[authorField.name] !== undefined) return body;

	// Other executions of the account use the ID too. If it was not found, they search again.
	const shared = {
		notBefore: performance.now() - LIST_MS,
		mayBeCached: (id: number | undefined) => id !== undefined,
	};
	const findUser = async () => await findCredentialUser(item, branch);
	const userId = await item.execution.cached(user.path, CREDENTIAL_USER, findUser, {
		shared,
	});
	return userId === undefined ? body : { [authorField.name]: userId, ...body };
}

/**
 * Finds the ID of the credential's user by the email of the credential. Returns undefined if the
 * user may not read the list of users, or is not in the list.
 */
async function findCredentialUser(item: Item, branch: Branch): Promise<number | undefined> {
	const credentialEmail = normalizeText(await item.execution.client.email());
	const hasCredentialEmail = (row: IDataObject) =>
		listOf(row.email).some((email) => normalizeText(String(email)) === credentialEmail);

	const list = { ...makeListCall(user, branch), pageSize: LARGEST_PAGE };
	const read = async () => await item.collect(list, { keep: hasCredentialEmail, limit: 1 });
	const users = await item.readIfAllowed(read, { treats404AsDenied: true });
	const credentialUser = users?.rows.at(0);
	return readId(credentialUser?.id);
}

/*
 * An addition is a new record of one customer, such as a payment or a comment. It takes three
 * steps:
 *
 * 1. `readActionDraft` reads from the form what to add.
 * 2. `completeFromCustomer` takes what the form leaves open, such as the branch, from the record of
 *    the customer.
 * 3. `findOrCreateAddition` creates the record, unless it would repeat an existing one. Each entity
 *    has its own rule for that: see `payments/existingPayment.ts` and `customers/equalRecords.ts`.
 */

import type { IDataObject } from 'n8n-workflow';

import { customer as customerEntity } from '../../entities/customer';
import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { isBlank, kindOf, sameValue } from '../../fields/field';
import type { RecordToOutput } from '../../output/report';
import { makeRecordToOutput, makeReportItem } from '../../output/report';
import { readFields } from '../../run/actionFields';
import { buildRequestBody } from '../../run/body';
import type { LockKey } from '../../run/keys';
import { findOrCreate } from '../../run/findOrCreate';
import type { Item } from '../../run/item';
import type { Draft } from '../../run/owner';
import { addAuthor, completeFromOwner } from '../../run/owner';
import { branchesOf, labelsOf, targetOf } from '../../run/target';
import type { Branch, Target } from '../../store/located';
import { readShortenOption } from './create';

/**
 * An addition as the form describes it. Its body holds the values of the form and the ID of the
 * customer.
 */
export interface AdditionDraft extends Draft {
	item: Item;
	/** The entity of the new record, such as payments. */
	entity: Entity;
	customerId: number;
	/** The field of the new record that holds the customer. */
	customerField: string;
}

/** An addition as it is sent to AlfaCRM, and what is needed to find an existing record like it. */
export interface Addition {
	item: Item;
	/** The entity of the new record, such as payments. */
	entity: Entity;
	customerId: number;
	/** The field of the new record that holds the customer. */
	customerField: string;
	/** The fields of the action, which the form asks for. */
	fields: readonly Field[];
	/** Where the record is created. */
	target: Target;
	/** The values to send. */
	body: IDataObject;
	/** The fields that the user has filled. An equal record has the same values in them. */
	comparedFields: readonly Field[];
	/**
	 * The branches that are searched first for an existing record: the branch that the form names,
	 * and the branches into which the new record goes.
	 */
	likelyBranches: readonly Branch[];
	/**
	 * The branches that the customer is or was in. Empty if the form has no field for the branch of
	 * the record, as for a comment.
	 */
	customerBranches: readonly Branch[];
	/** Turns the record into the output, with its useful fields and those that the form sends. */
	toOutput: RecordToOutput;
}

/**
 * Reads the new record from the form of an action that adds one. The form may name the customer in
 * another place, so the result does not hold the customer.
 *
 * @param actionEntity the entity under which the action stands, such as customers
 * @param offersShortening whether the form offers 'Shorten Long Texts'
 */
export function readActionDraft(
	item: Item,
	actionEntity: Entity,
	fields: readonly Field[],
	{ offersShortening }: { offersShortening: boolean },
): Draft {
	const { branch } = targetOf(item, actionEntity);
	const input = readFields(item, fields);
	const shortensTexts = offersShortening ? readShortenOption(item, fields) : undefined;
	const body = buildRequestBody(item, fields, input, { branch, shortensTexts });

	return { fields, input, body, branch };
}

/**
 * Reads the record of the customer, and completes the new record from it: with the branch, and with
 * texts such as the payer's name.
 *
 * @throws NodeApiError if there is no such customer, NodeOperationError if the user has to choose
 * one of the customer's branches
 */
export async function completeFromCustomer(draft: AdditionDraft): Promise<Addition> {
	const { item, entity, customerId, customerField, fields } = draft;
	const customer = { entity: customerEntity, id: customerId };
	const completedDraft = await completeFromOwner(item, draft, customer);

	const { body, branch, ownerBranches: customerBranches = [] } = completedDraft;
	const branchesOfRecord = branchesOf(branch, entity.fields, body);
	const likelyBranches = new Set([draft.branch, ...branchesOfRecord]);
	const givenFields = Object.keys(draft.body);

	return {
		item,
		entity,
		customerId,
		customerField,
		fields,
		target: makeTarget(draft, branch),
		body,
		comparedFields: chooseComparedFields(draft),
		likelyBranches: [...likelyBranches],
		customerBranches,
		toOutput: makeRecordToOutput(item, entity, givenFields),
	};
}

/** Makes the address of the call that creates the record, and the labels for AlfaCRM's errors. */
function makeTarget(
	{ entity, fields, customerField, body }: AdditionDraft,
	branch: Branch,
): Target {
	// AlfaCRM takes the customer of a subscription, for example, from the query alone. In the body it
	// is ignored or refused. `entity.keys` are these fields of the query. API notes 0.
	const query: IDataObject = {};
	for (const { name } of entity.parentFields ?? []) query[name] = body[name];

	// An error of AlfaCRM that names the field of the customer is about the parameter 'Customer'.
	const customerLabel = { name: customerField, label: customerEntity.label };
	const labels = labelsOf([...entity.fields, ...fields, customerLabel]);
	return { path: entity.path, branch, query, labels };
}

/**
 * Chooses the fields in which an existing record is compared with the new one: those that the user
 * has filled. The customer is not among them, because only the customer's records are compared.
 */
function chooseComparedFields({ entity, customerField, input, body }: AdditionDraft): Field[] {
	const comparedFields: Field[] = [];
	for (const field of entity.fields) {
		if (field.name === customerField) continue;

		// If the user gives no branch (`fromBranch`), the body has the branch of the call. The branch
		// is then not compared: an earlier run may have added the record in another branch, from which
		// the customer has moved since.
		const value = field.fromBranch ? input[field.name] : body[field.name];
		if (!isBlank(field, value)) comparedFields.push(field);
	}
	return comparedFields;
}

/**
 * Makes the key of the lock under which a record is added to a customer. Items of this process that
 * add records of one entity to one customer take turns, so that each sees what the item before it
 * added.
 */
export function makeAdditionLock({
	entity,
	customerId,
}: Pick<Addition, 'customerId' | 'entity'>): LockKey {
	return [customerEntity.path, customerId, entity.path];
}

/**
 * Returns the existing record that the new record would repeat, as the output shows it. If there is
 * none, creates the new record. The database lock keeps other n8n processes from creating it at the
 * same time: see `findOrCreate`.
 *
 * @param findExisting returns the existing record, or undefined
 * @param create creates the record, and returns it as the output shows it
 */
export async function findOrCreateAddition(
	addition: Addition,
	findExisting: () => Promise<IDataObject | undefined>,
	create: () => Promise<IDataObject>,
): Promise<IDataObject> {
	const findAndReport = async () => {
		const existing = await findExisting();
		return existing === undefined ? undefined : reportExisting(addition, existing);
	};
	return await findOrCreate(addition.item, findAndReport, create);
}

/** Creates a customer's new record in AlfaCRM, and returns it as the output shows it. */
export async function createAddition(addition: Addition): Promise<IDataObject> {
	const { item, entity, fields, target, toOutput } = addition;
	const body = await addAuthor(item, fields, addition.body, target.branch);
	const call = { ...target, action: 'create', body, task: `create the ${nounOf(entity)}` };
	const savedRecord = await item.save(call, [makeAdditionLock(addition)]);

	// AlfaCRM's answer may lack fields. The output then shows them as they were sent.
	const record = { ...body, ...savedRecord };
	return makeReportItem(toOutput, record, 'created', Object.keys(body));
}

/** Returns an existing record as the output shows it. A hint says that nothing was added. */
function reportExisting({ item, entity, toOutput }: Addition, record: IDataObject): IDataObject {
	const noun = nounOf(entity);
	// Only comments show when they were added.
	const addedAt = 'added' in record ? ` of ${String(record.added)}` : '';
	item.execution.hints.addRepeat(
		`This ${noun} was there already; nothing was added`,
		`${noun} ${String(record.id)}${addedAt}`,
	);

	const changedFields: string[] = [];
	return makeReportItem(toOutput, record, 'unchanged', changedFields);
}

/**
 * Checks whether a record in AlfaCRM has the values of a new record in some fields. A field that
 * the record does not show is not compared, because nobody can say whether it differs.
 */
export function hasSameValues(
	record: IDataObject,
	{ item, body }: Addition,
	comparedFields: readonly Field[],
): boolean {
	const shownFields = comparedFields.filter(({ name }) => record[name] !== undefined);
	return shownFields.every((field) => {
		const shownValue = readShownValue(field, record);
		return sameValue(field, shownValue, body[field.name], item.zone);
	});
}

/**
 * Reads the value of a field from a record. For a flag that is not set, some accounts show an empty
 * value: it is read as 0.
 */
function readShownValue(field: Field, record: IDataObject): unknown {
	const value = record[field.name];
	return isEmpty(value) ? kindOf(field).valueIfMissing : value;
}

/** Returns the noun for a record of an entity, for use in a sentence: "payment". */
export const nounOf = ({ label }: Entity): string => label.toLowerCase();

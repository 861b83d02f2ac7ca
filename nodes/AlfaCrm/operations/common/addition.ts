/*
 * An addition is a new record of one customer, such as a payment or a comment. It takes three
 * steps:
 *
 * 1. `readActionDraft` reads the values of the new record from the form.
 * 2. `completeFromCustomer` adds the values that the form leaves open, such as the branch. It takes
 *    them from the record of the customer.
 * 3. `findOrCreateAddition` creates the record, unless AlfaCRM has it already: for example, because
 *    the workflow runs a second time. Each entity has its own rule for recognizing the existing
 *    record: see `payments/existingPayment.ts` and `customers/equalRecords.ts`.
 */

import type { IDataObject } from 'n8n-workflow';

import { customer as customerEntity } from '../../entities/customer';
import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { isBlank, kindOf, areSameValues } from '../../fields/field';
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

/** The facts about an addition that are known from the beginning. */
interface AdditionBasics {
	item: Item;
	/** The entity of the new record, such as payments. */
	entity: Entity;
	customerId: number;
	/** The name of the field of the new record that holds the customer. */
	customerField: string;
}

/**
 * An addition as the form describes it. Its body holds the values of the form and the ID of the
 * customer.
 */
export interface AdditionDraft extends Draft, AdditionBasics {}

/**
 * A completed addition: the values to send, and the facts by which an existing record is
 * recognized.
 */
export interface Addition extends AdditionBasics {
	/** All fields of the form. */
	fields: readonly Field[];
	/** Where the record is created. */
	target: Target;
	/** The values to send. */
	body: IDataObject;
	/** The fields that the user has filled. An equal record has the same values in them. */
	comparedFields: readonly Field[];
	/**
	 * The branches that are searched first for an existing record: the branch of the form, and the
	 * branches into which the new record goes.
	 */
	likelyBranches: readonly Branch[];
	/**
	 * The branches that the customer is or was in. Empty if the form has no field for the branch of
	 * the record: the form of *Add Comment* has none.
	 */
	customerBranches: readonly Branch[];
	/** Turns the record into the output: its most useful fields, and the fields of the form. */
	toOutput: RecordToOutput;
}

/**
 * Reads the values of the new record from the form. The customer is not among them: each action has
 * its own parameter for the customer, and adds the customer to the draft.
 *
 * @param actionEntity the entity that has the action; *Add Comment*, for example, is an action of
 * customers
 * @param offersShortening whether the form has the option 'Shorten Long Texts'
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
	const likelyBranches = [...new Set([draft.branch, ...branchesOfRecord])];
	const fieldsOfDraft = Object.keys(draft.body);

	return {
		item,
		entity,
		customerId,
		customerField,
		fields,
		target: makeTarget(draft, branch),
		body,
		comparedFields: chooseComparedFields(draft),
		likelyBranches,
		customerBranches,
		toOutput: makeRecordToOutput(item, entity, fieldsOfDraft),
	};
}

/**
 * Makes the address of the call that creates the record, and the labels that stand for the fields
 * in the texts of AlfaCRM's errors.
 */
function makeTarget(
	{ entity, fields, customerField, body }: AdditionDraft,
	branch: Branch,
): Target {
	// AlfaCRM takes the parent from the query and not from the body: the customer of a subscription,
	// for example (docs/alfacrm-api.md 0). `parentFields` are the fields that name the parent.
	const query: IDataObject = {};
	for (const { name } of entity.parentFields ?? []) query[name] = body[name];

	// If an error of AlfaCRM names the field of the customer, the user reads 'Customer'.
	const customerLabel = { name: customerField, label: customerEntity.label };
	const labels = labelsOf([...entity.fields, ...fields, customerLabel]);
	return { path: entity.path, branch, query, labels };
}

/**
 * Chooses the fields in which an existing record is compared with the new record: the fields that
 * the user has filled. The customer is left out, because only records of the customer are compared.
 */
function chooseComparedFields({ entity, customerField, input, body }: AdditionDraft): Field[] {
	const comparedFields: Field[] = [];
	for (const field of entity.fields) {
		if (field.name === customerField) continue;

		// `fromBranch` marks the field for the branch of the record. If the user leaves it empty, the
		// body has the branch of the call in it. That branch is not compared: the customer may have
		// been in another branch when an earlier run added the record.
		const value = field.fromBranch ? input[field.name] : body[field.name];
		if (!isBlank(field, value)) comparedFields.push(field);
	}
	return comparedFields;
}

/**
 * Makes the key of the lock under which a record is added to a customer. Under this lock, items of
 * this process take turns: an item that adds a payment to a customer first finds the payments that
 * earlier items have added.
 */
export function makeAdditionLock({
	entity,
	customerId,
}: Pick<AdditionBasics, 'customerId' | 'entity'>): LockKey {
	return [customerEntity.path, customerId, entity.path];
}

/**
 * Returns the existing record as the output shows it. If AlfaCRM does not have the record yet,
 * creates it. The database lock keeps other n8n processes from creating the record at the same
 * time: see `findOrCreate`.
 *
 * @param findExisting returns undefined if AlfaCRM does not have the record yet
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

	// AlfaCRM's answer may lack fields. The output shows such fields as they were sent.
	const record = { ...body, ...savedRecord };
	return makeReportItem(toOutput, record, 'created', Object.keys(body));
}

/** Returns an existing record as the output shows it. A hint says that nothing was added. */
function reportExisting({ item, entity, toOutput }: Addition, record: IDataObject): IDataObject {
	const noun = nounOf(entity);
	// Only a comment has the field `added`.
	const addedAt = 'added' in record ? ` of ${String(record.added)}` : '';
	item.execution.hints.addRepeat(
		`This ${noun} was there already; nothing was added`,
		`${noun} ${String(record.id)}${addedAt}`,
	);

	const changedFields: string[] = [];
	return makeReportItem(toOutput, record, 'unchanged', changedFields);
}

/**
 * Checks whether a record in AlfaCRM has the values of a new record in some fields. Fields that
 * AlfaCRM's row of the record does not show are not compared.
 */
export function hasSameValues(
	record: IDataObject,
	{ item, body }: Addition,
	comparedFields: readonly Field[],
): boolean {
	const shownFields = comparedFields.filter(({ name }) => record[name] !== undefined);
	return shownFields.every((field) => {
		const shownValue = readShownValue(field, record);
		return areSameValues(field, shownValue, body[field.name], item.zone);
	});
}

/**
 * Reads the value of a field from a record. Some accounts show an empty value for a flag that is
 * not set: the empty value is read as 0.
 */
function readShownValue(field: Field, record: IDataObject): unknown {
	const value = record[field.name];
	return isEmpty(value) ? kindOf(field).valueIfMissing : value;
}

/** Returns the noun for a record of an entity within a sentence: "payment". */
export const nounOf = ({ label }: Entity): string => label.toLowerCase();

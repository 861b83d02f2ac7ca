/*
 * An addition is a new record of one customer, such as a payment or a comment. It takes three
 * steps:
 *
 * 1. `readActionDraft` reads from the form what to add.
 * 2. `completeAddition` takes what the form leaves open, such as the branch, from the record of the
 *    customer.
 * 3. `findOrAdd` creates the record, unless it would repeat an existing one. Each entity has its
 *    own rule for that: see `payments/existingPayment.ts` and `customers/equalRecords.ts`.
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
import { bodyOf, readShortensTexts, textOptions } from '../../run/body';
import type { LockKey } from '../../run/keys';
import { findOrCreate } from '../../run/findOrCreate';
import type { Item } from '../../run/item';
import type { Draft } from '../../run/owner';
import { addAuthor, completeFromOwner } from '../../run/owner';
import { branchesOf, labelsOf, targetOf } from '../../run/target';
import type { Branch, Target } from '../../store/located';

/**
 * An addition as the form describes it. Its body holds the values of the form and the ID of the
 * customer.
 */
export interface AdditionDraft extends Draft {
	item: Item;
	/** The entity of the new record, such as the payments. */
	entity: Entity;
	customerId: number;
	/** The field of the new record that holds the customer. */
	customerField: string;
}

/** An addition as it will be sent. */
export interface Addition {
	item: Item;
	entity: Entity;
	customerId: number;
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
 * Reads the fields of an action that adds a record. The result does not name the customer yet.
 *
 * @param resource the entity that has the action, such as the customers
 * @param hasTextOptions whether the form offers 'Shorten Long Texts'
 */
export function readActionDraft(
	item: Item,
	resource: Entity,
	fields: readonly Field[],
	{ hasTextOptions }: { hasTextOptions: boolean },
): Draft {
	const { branch } = targetOf(item, resource);
	const input = readFields(item, fields);
	const shortensTexts = hasTextOptions ? readShortensLongTexts(item, fields) : undefined;
	const body = bodyOf(item, fields, input, branch, shortensTexts);
	return { fields, input, body, branch };
}

/**
 * Reads 'Shorten Long Texts'. Undefined if no field has a limit, because the form does not offer
 * the option then, and error messages must not advise it.
 */
function readShortensLongTexts(item: Item, fields: readonly Field[]): boolean | undefined {
	const [options] = textOptions(fields);
	return options === undefined ? undefined : readShortensTexts(item.collection(options));
}

/**
 * Reads the record of the customer, and completes an addition from it: with the branch, and with
 * texts such as the payer's name.
 *
 * @throws NodeApiError if there is no such customer, NodeOperationError if the user has to choose
 * one of the customer's branches
 */
export async function completeAddition(draft: AdditionDraft): Promise<Addition> {
	const { item, entity, customerId, customerField, fields } = draft;
	const owner = { entity: customerEntity, id: customerId };
	const {
		body,
		branch,
		ownerBranches: customerBranches = [],
	} = await completeFromOwner(item, draft, owner);

	return {
		item,
		entity,
		customerId,
		customerField,
		fields,
		target: makeTarget(draft, branch),
		body,
		comparedFields: chooseComparedFields(draft),
		likelyBranches: [...new Set([draft.branch, ...branchesOf(branch, entity.fields, body)])],
		customerBranches,
		toOutput: makeRecordToOutput(item, entity, Object.keys(draft.body)),
	};
}

function makeTarget(
	{ entity, fields, customerField, body }: AdditionDraft,
	branch: Branch,
): Target {
	// AlfaCRM reads the record that others belong to from the query alone, such as the customer of a
	// subscription. In the body it is ignored or refused. API notes 0.
	const keys = entity.parentFields ?? [];
	const query = Object.fromEntries(keys.map(({ name }) => [name, body[name]]));
	// An error of AlfaCRM that names the field of the customer is about the parameter 'Customer'.
	const customerLabel = { name: customerField, label: customerEntity.label };
	const labels = labelsOf([...entity.fields, ...fields, customerLabel]);
	return { path: entity.path, branch, query, labels };
}

/**
 * Chooses the fields in which an existing record is compared: those that the form fills. The
 * customer is not among them, because only the customer's records are compared.
 */
function chooseComparedFields({ entity, customerField, input, body }: AdditionDraft): Field[] {
	return entity.fields.filter((field) => {
		// The body has the branch of the call if the user gives none. An earlier run may have added the
		// record in another branch, from which the customer has moved since. So the branch is compared
		// only if the user has given it.
		const value = field.fromBranch ? input[field.name] : body[field.name];
		return field.name !== customerField && !isBlank(field, value);
	});
}

/**
 * Makes the key of the lock under which a record is added to a customer. Items of this process that
 * add records of one entity to one customer take turns, so that each sees what the item before it
 * added.
 */
export function additionLock({
	entity,
	customerId,
}: Pick<Addition, 'customerId' | 'entity'>): LockKey {
	return [customerEntity.path, customerId, entity.path];
}

/**
 * Returns the existing record that an addition would repeat, as the output shows it. If there is
 * none, creates the record. The database lock keeps other n8n processes from creating it at the
 * same time: see `findOrCreate`.
 *
 * @param find returns the existing record, or undefined
 * @param create creates the record, and returns it as the output shows it
 */
export async function findOrAdd(
	addition: Addition,
	find: () => Promise<IDataObject | undefined>,
	create: () => Promise<IDataObject>,
): Promise<IDataObject> {
	const findAndReport = async () => {
		const existing = await find();
		return existing === undefined ? undefined : reportExisting(addition, existing);
	};
	return await findOrCreate(addition.item, findAndReport, create);
}

/** Creates the record of an addition in AlfaCRM, and returns it as the output shows it. */
export async function createAddition(addition: Addition): Promise<IDataObject> {
	const { item, entity, fields, target, toOutput } = addition;
	const body = await addAuthor(item, fields, addition.body, target.branch);
	const task = `create the ${nounOf(entity)}`;

	const savedRecord = await item.save({ ...target, action: 'create', body, task }, [
		additionLock(addition),
	]);

	return makeReportItem(toOutput, { ...body, ...savedRecord }, 'created', Object.keys(body));
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

	const noChangedFields: string[] = [];
	return makeReportItem(toOutput, record, 'unchanged', noChangedFields);
}

/**
 * Checks whether a record in AlfaCRM has the values of an addition in the compared fields. A field
 * that the record does not show is not compared, because nobody can say whether it differs.
 */
export function hasSameValues(
	record: IDataObject,
	{ item, body }: Addition,
	comparedFields: readonly Field[],
): boolean {
	const shownFields = comparedFields.filter(({ name }) => record[name] !== undefined);
	return shownFields.every((field) => {
		const value = record[field.name];
		// Some accounts show an empty value in place of 0 for a flag that is not set.
		const shownValue = isEmpty(value) ? kindOf(field).valueIfMissing : value;
		return sameValue(field, shownValue, body[field.name], item.zone);
	});
}

/** Returns the noun for a record of an entity, for use in a sentence: "payment". */
export const nounOf = ({ label }: Entity): string => label.toLowerCase();

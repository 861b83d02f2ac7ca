import type { IDataObject } from 'n8n-workflow';

import { customer as customerEntity } from '../../entities/customer';
import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { isBlank, kindOf, sameValue } from '../../fields/field';
import type { RecordToOutput } from '../../output/report';
import { makeRecordToOutput, report } from '../../output/report';
import { readFields } from '../../run/actionFields';
import { bodyOf, readShortensTexts, textOptions } from '../../run/body';
import type { LockKey } from '../../run/execution';
import { findOrCreate } from '../../run/findOrCreate';
import type { Item } from '../../run/item';
import type { Draft } from '../../run/owner';
import { addAuthor, completeFromOwner } from '../../run/owner';
import { branchesOf, labelsOf, targetOf } from '../../run/target';
import type { Branch, Target } from '../../store/located';

/**
 * An addition is a new record of one customer, such as a payment or a comment. The form says what
 * to add. The customer's card completes it: it says the branch, for example. Then the record is
 * created, unless it would repeat an existing one.
 *
 * Every addition goes through these steps. When an addition repeats an existing record depends on
 * the entity: see `payments/existingPayment.ts` and `customers/equalRecords.ts`.
 */

/** An addition as the form describes it: a draft whose body names the customer. */
export interface AdditionForm extends Draft {
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
	/** The fields that the form has. */
	fields: readonly Field[];
	/** Where the record is created. */
	target: Target;
	/** The values to send. */
	body: IDataObject;
	/** The fields that the user has filled. An equal record has the same values in them. */
	comparedFields: readonly Field[];
	/**
	 * The branches in which an existing record is likely: that of the call, and those into which the
	 * addition goes.
	 */
	likelyBranches: readonly Branch[];
	/** The branches that the customer is or was in; none if records of this entity have no branch. */
	customerBranches: readonly Branch[];
	/** Shows a record as the output has it, with the fields that the form has filled. */
	toOutput: RecordToOutput;
}

/**
 * Reads what the form says of an addition.
 *
 * @param resource the entity under which the action stands, such as the customers
 * @param hasTextOptions whether the form has the options of `textOptions`
 */
export function readAdditionDraft(
	item: Item,
	resource: Entity,
	fields: readonly Field[],
	{ hasTextOptions }: { hasTextOptions: boolean },
): Draft {
	const { branch } = targetOf(item, resource);
	const input = readFields(item, fields);
	const shortens = hasTextOptions ? readShortens(item, fields) : undefined;
	const body = bodyOf(item, fields, input, branch, shortens);
	return { fields, input, body, branch };
}

/**
 * Reads whether to cut texts that are too long; undefined if no field has a limit, since the form
 * then has no such option.
 */
function readShortens(item: Item, fields: readonly Field[]): boolean | undefined {
	const [options] = textOptions(fields);
	return options === undefined ? undefined : readShortensTexts(item.collection(options));
}

/**
 * Completes an addition with what the customer's card says: the branch, and texts such as the
 * payer's name.
 *
 * @throws NodeApiError if there is no such customer
 */
export async function completeAddition(form: AdditionForm): Promise<Addition> {
	const { item, entity, customerId, customerField, fields } = form;
	const owner = { entity: customerEntity, id: customerId };
	const {
		body,
		branch,
		ownerBranches: customerBranches = [],
	} = await completeFromOwner(item, form, owner);

	return {
		item,
		entity,
		customerId,
		customerField,
		fields,
		target: makeTarget(form, branch),
		body,
		comparedFields: chooseComparedFields(form),
		likelyBranches: [...new Set([form.branch, ...branchesOf(branch, entity.fields, body)])],
		customerBranches,
		toOutput: makeRecordToOutput(item, entity, Object.keys(form.body)),
	};
}

function makeTarget({ entity, fields, customerField, body }: AdditionForm, branch: Branch): Target {
	// AlfaCRM wants the keys of an entity, such as the customer of a subscription, in the query, too.
	const keys = entity.keys ?? [];
	const query = Object.fromEntries(keys.map(({ name }) => [name, body[name]]));
	// The form asks for the customer under the label of the resource.
	const customerLabel = { name: customerField, label: customerEntity.label };
	const labels = labelsOf([...entity.fields, ...fields, customerLabel]);
	return { path: entity.path, branch, query, labels };
}

/**
 * Chooses the fields that the user has filled. The branch counts only if the user has chosen it,
 * since the customer may have moved from the branch of an earlier run.
 */
function chooseComparedFields({ entity, customerField, input, body }: AdditionForm): Field[] {
	return entity.fields.filter((field) => {
		const value = field.fromBranch ? input[field.name] : body[field.name];
		return field.name !== customerField && !isBlank(field, value);
	});
}

/**
 * Makes the key of the lock that lets this process add one record of an entity at a time to a
 * customer.
 */
export function additionLock({
	entity,
	customerId,
}: Pick<Addition, 'customerId' | 'entity'>): LockKey {
	return [customerEntity.path, customerId, entity.path];
}

/**
 * Returns the existing record that an addition would repeat. If there is none, creates it while no
 * other n8n process does.
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

	return report(toOutput, { ...body, ...savedRecord }, 'created', Object.keys(body));
}

/** Returns an existing record as the output shows it, and says in a hint that nothing was added. */
function reportExisting({ item, entity, toOutput }: Addition, record: IDataObject): IDataObject {
	const noun = nounOf(entity);
	// Only comments show when they were added.
	const addedAt = 'added' in record ? ` of ${String(record.added)}` : '';
	item.execution.hints.addRepeat(
		`This ${noun} was there already; nothing was added`,
		`${noun} ${String(record.id)}${addedAt}`,
	);

	const changedFields: string[] = [];
	return report(toOutput, record, 'unchanged', changedFields);
}

/**
 * Checks whether a record in AlfaCRM has the values of an addition in some fields. A field that
 * AlfaCRM does not show cannot differ.
 */
export function hasSameValues(
	record: IDataObject,
	{ item, body }: Addition,
	comparedFields: readonly Field[],
): boolean {
	const shownFields = comparedFields.filter(({ name }) => record[name] !== undefined);
	return shownFields.every((field) => {
		const value = record[field.name];
		// Some accounts show nothing where a switch is off, in place of 0.
		const shownValue = isEmpty(value) ? kindOf(field).valueIfMissing : value;
		return sameValue(field, shownValue, body[field.name], item.zone);
	});
}

/** The entity in a sentence: "payment". */
export const nounOf = ({ label }: Entity): string => label.toLowerCase();

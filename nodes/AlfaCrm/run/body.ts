/**
 * Turns the values that the user gives for the fields of a record into the body of a call.
 *
 * - **A new record** takes every value that is not empty. An empty field takes its default, if it
 *   has one. A required field must have a value.
 * - **A change** takes only the fields that the user has given. An empty value may come from an
 *   empty cell of a sheet, so it is left out unless the user turns on *Overwrite With Empty
 *   Values*.
 *
 * AlfaCRM does not list the custom fields of an account, so no entity declares them. A custom field
 * is recognised by its name, `custom_…`, and handled apart from the declared fields. See
 * docs/alfacrm-api.md 9.
 *
 * An `ApiValue` is a value in the format in which AlfaCRM takes it: `item.toRequestValue` makes it
 * of the user's value.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { today } from '../values/formats';
import type { Entity } from '../entities/types';
import { isUndefined } from '../fields/blank';
import { customField, isCustom } from '../fields/custom';
import { clearedValue, isBlank, labelInForm } from '../fields/field';
import { countCharacters, readMaxLength, shorten } from '../fields/text';
import { collection } from '../form/assemble';
import { memoize } from '../form/memoize';
import type { Field, ApiValue } from '../entities/fieldTypes';
import type { Item } from './item';
import type { CollectionReader } from '../form/parameters';

// ---------------------------------------------------------------- the form

/**
 * Lets the user choose whether an empty value, such as an empty cell of a sheet, empties a field.
 */
export const overwriteWithEmpty: INodeProperties = {
	displayName: 'Overwrite With Empty Values',
	name: 'overwriteWithEmpty',
	type: 'boolean',
	default: false,
	description: 'Whether empty values empty the field',
};

/** Lets the user cut texts from forms and webhooks, whose length nobody has checked. */
const shortenTexts: INodeProperties = {
	displayName: 'Shorten Long Texts',
	name: 'shortenTexts',
	type: 'boolean',
	default: false,
	description: 'Whether to cut texts that are too long',
};

/** Offers to cut long texts, if AlfaCRM limits the length of one of the fields. */
export const shortenOption = (fields: readonly Field[]): INodeProperties[] =>
	fields.some((field) => readMaxLength(field) !== undefined) ? [shortenTexts] : [];

/**
 * Makes the collection *Options* for an operation whose only option is to cut long texts. Makes no
 * collection if AlfaCRM limits no text of the fields. The result is kept, because every item needs
 * the collection.
 */
export const textOptions = memoize((fields: readonly Field[]): INodeProperties[] => {
	const options = shortenOption(fields);
	return options.length === 0 ? [] : [collection('Options', 'options', options, 'Add Option')];
});

/** Reads whether long texts are cut. Returns undefined if the form does not offer the choice. */
export const readShortensTexts = (options?: CollectionReader): boolean | undefined =>
	options?.flag(shortenTexts);

// ---------------------------------------------------------------- a new record

interface RequestBodyOptions {
	/** The branch of the call. It is the default of the field that holds the record's branch. */
	branch?: number;
	/** Whether long texts are cut; undefined if the form does not offer the choice. */
	shortensTexts?: boolean;
}

/**
 * Makes the body of a call that creates a record or carries out an action, from the values that the
 * user has given.
 *
 * @throws NodeOperationError if a required field is empty, or a value cannot be sent
 */
export function buildRequestBody(
	item: Item,
	fields: readonly Field[],
	input: IDataObject,
	options: RequestBodyOptions = {},
): IDataObject {
	const { branch, shortensTexts } = options;
	const body: IDataObject = {};
	for (const field of fields) {
		const value = getValueOrDefault(item, field, input[field.name], branch);
		if (isBlank(field, value)) continue;

		const wire = item.toRequestValue(field, value);
		// The user can choose "none", for example no stage of the funnel. `toRequestValue` then
		// returns null. A new record has no stage anyway, so null is sent only for a required field.
		const mustBeSent = wire !== null || field.required === true;
		if (mustBeSent) body[field.name] = fitText(item, field, wire, shortensTexts);
	}
	assertAlternativesFilled(item, fields, body);
	return { ...body, ...buildCustomBody(item, input, { overwritesWithEmpty: false }) };
}

/**
 * Returns the value of a field, or the field's default if the value is empty.
 *
 * @throws NodeOperationError if a required field has no value and no default
 */
function getValueOrDefault(
	item: Item,
	field: Field,
	givenValue: unknown,
	branch?: number,
): unknown {
	if (!isBlank(field, givenValue)) return givenValue;

	const defaultValue = getDefault(item, field, branch);
	if (isBlank(field, defaultValue) && field.required) throw missingError(item, field);
	return defaultValue;
}

/**
 * Returns the default of a field for a new record: today, the branch of the call, or a declared
 * value. Returns undefined if the field has no default.
 */
function getDefault(item: Item, field: Field, branch?: number): unknown {
	if (field.fallback === 'today') return today('iso', item.zone);
	// `fromBranch` marks the field that holds the branch of the record.
	if (field.fromBranch) return branch;
	// AlfaCRM must be asked who the author is. `addAuthor` in `owner.ts` does that after all values
	// were checked.
	if (field.fallback === 'author') return undefined;
	return field.fallback;
}

/**
 * Checks that at least one of two fields is filled if one can stand in for the other: a field and
 * the field that its `requiredUnless` names.
 *
 * @throws NodeOperationError if both fields are empty
 */
function assertAlternativesFilled(item: Item, fields: readonly Field[], body: IDataObject): void {
	for (const { name, label, requiredUnless } of fields) {
		if (requiredUnless === undefined) continue;
		const isEitherFilled = name in body || requiredUnless in body;
		if (isEitherFilled) continue;

		const alternative = fields.find((field) => field.name === requiredUnless);
		const alternativeLabel = alternative?.label ?? requiredUnless;
		throw item.error(
			`'${label}' and '${alternativeLabel}' are both empty`,
			`Fill one of them, or check the expressions in them.`,
		);
	}
}

// ---------------------------------------------------------------- a change

interface UpdateBodyOptions {
	/** Whether an empty value empties the field. If not, the value is left out. */
	overwritesWithEmpty: boolean;
	/** Whether long texts are cut; undefined if the form does not offer the choice. */
	shortensTexts?: boolean;
}

/**
 * Makes the body of a call that changes a record, from the fields that the user has given.
 *
 * @throws NodeOperationError if the change would empty a field that must have a value, or if a
 * value cannot be sent
 */
export function buildUpdateBody(
	item: Item,
	entity: Entity,
	input: IDataObject,
	options: UpdateBodyOptions,
): IDataObject {
	const { overwritesWithEmpty, shortensTexts } = options;
	const body: IDataObject = {};
	for (const field of entity.fields) {
		const value = input[field.name];
		// An expression that finds nothing gives undefined, so undefined never empties a field.
		const emptiesField = isBlank(field, value) && overwritesWithEmpty && !isUndefined(value);
		if (emptiesField) {
			if (mustKeepValue(field)) throw missingError(item, field);
			body[field.name] = clearedValue(field);
		} else if (!isBlank(field, value)) {
			const wire = item.toRequestValue(field, value);
			body[field.name] = fitText(item, field, wire, shortensTexts);
		}
	}
	assertOwnerIdGiven(item, entity, body);
	return { ...body, ...buildCustomBody(item, input, { overwritesWithEmpty }) };
}

/**
 * Whether a field must not be emptied:
 *
 * - a required field
 * - the field that holds the record's branch, because AlfaCRM shows no record without a branch
 * - a time of day, because a lesson needs a start and an end
 */
const mustKeepValue = ({ required, fromBranch, type }: Field): boolean =>
	required === true || fromBranch === true || type === 'time';

/**
 * Refuses a change that gives the kind of an owner, such as Group, without the owner's ID. AlfaCRM
 * would combine the new kind with the old ID: customer 40 would become group 40.
 *
 * @throws NodeOperationError if the kind of an owner is given without the ID
 */
function assertOwnerIdGiven(item: Item, { fields }: Entity, body: IDataObject): void {
	for (const field of fields) {
		if (field.type !== 'owner') continue;
		// `by` names the field that says what kind of record the owner is.
		const kindFieldName = field.by;
		const lacksId = kindFieldName in body && !(field.name in body);
		if (!lacksId) continue;

		const kindField = fields.find(({ name }) => name === kindFieldName);
		throw missingError(item, field, ` together with '${kindField?.label ?? kindFieldName}'`);
	}
}

// ---------------------------------------------------------------- new records and changes

/** Makes the part of a body that holds custom fields. */
function buildCustomBody(
	item: Item,
	input: IDataObject,
	options: { overwritesWithEmpty: boolean },
): IDataObject {
	const body: IDataObject = {};
	for (const [name, value] of Object.entries(input)) {
		if (!isCustom(name)) continue;

		const field = customField(name);
		if (!isBlank(field, value)) {
			body[name] = item.toRequestValue(field, value);
		} else if (options.overwritesWithEmpty && value !== undefined) {
			body[name] = clearedValue(field);
		}
	}
	return body;
}

/**
 * Cuts or refuses a text that is longer than AlfaCRM accepts. Call it only for values that the user
 * gives: AlfaCRM has accepted the texts of an existing record already.
 *
 * @param shortensTexts whether long texts are cut; undefined if the form does not offer the choice
 * @throws NodeOperationError if a text is too long and the user does not want it to be cut
 */
export function fitText(
	item: Item,
	field: Field,
	value: ApiValue,
	shortensTexts?: boolean,
): ApiValue {
	const maxLength = readMaxLength(field);
	if (maxLength === undefined || typeof value !== 'string') return value;
	const length = countCharacters(value);
	if (length <= maxLength) return value;

	if (shortensTexts) {
		item.execution.hints.add(
			'Texts that are longer than AlfaCRM takes were shortened',
			`'${field.label}' to ${maxLength} characters`,
		);
		return shorten(value, maxLength);
	}

	const isOptionOffered = shortensTexts !== undefined;
	const optionAdvice = isOptionOffered
		? `, or turn on '${shortenTexts.displayName}' in 'Options'`
		: '';
	throw item.error(
		`'${field.label}' has ${length} characters; AlfaCRM accepts at most ${maxLength}`,
		`Shorten it${optionAdvice}.`,
	);
}

/**
 * Makes the error for a field that must have a value.
 *
 * @param moreAdvice the words after the label in the advice, such as " together with 'Kind'"
 */
function missingError(item: Item, field: Field, moreAdvice = ''): Error {
	const label = labelInForm(field);
	// A new record takes the branch of the call by default, so only a change can empty this field.
	const isOptionalBranch = field.fromBranch && !field.required;
	const message = isOptionalBranch
		? `'${label}' is empty, but a record in no branch would be shown nowhere`
		: `'${label}' is empty, but it is required`;
	return item.error(message, `Fill '${label}'${moreAdvice}, or check the expression in it.`);
}

/**
 * Turns the values that the user gives for the fields of a record into the body of a call.
 *
 * - **A new record** takes every value that is not empty. An empty field takes its default, if it
 *   has one. A required field must have a value.
 * - **A change** takes only the fields that the user has given. An empty value may come from an
 *   empty cell of a sheet, so it is left out unless the user turns on *Overwrite With Empty
 *   Values*.
 *
 * AlfaCRM does not list the custom fields of an account, so no entity declares them. They are
 * recognised by their names, `custom_…`, and handled apart from declared fields. API notes 9.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { today } from '../values/formats';
import type { Entity } from '../entities/types';
import { isUndefined } from '../fields/blank';
import { customField, isCustom } from '../fields/custom';
import { clearedValue, isBlank, labelInForm } from '../fields/field';
import { countCharacters, readMaxLength, shorten } from '../fields/text';
import { collection } from '../form/assemble';
import { oncePer } from '../form/oncePer';
import type { Field, Wire } from '../entities/fieldTypes';
import type { Item } from './item';
import type { CollectionReader } from '../form/parameters';

// ---------------------------------------------------------------- the form

/** Lets the user choose what an empty value means: it may come from an empty cell of a sheet. */
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

/** Makes the collection *Options* for an operation whose only option is to cut long texts. */
export const textOptions = oncePer((fields: readonly Field[]): INodeProperties[] =>
	shortenOption(fields).map((option) => collection('Options', 'options', [option], 'Add Option')),
);

/** Reads whether the user wants long texts to be cut; undefined if the form does not offer it. */
export const readShortensTexts = (options?: CollectionReader): boolean | undefined =>
	options?.flag(shortenTexts);

// ---------------------------------------------------------------- a new record

/**
 * Makes the body of a new record, or of an action, from the values that the user has given.
 *
 * @param branch the branch of the call: the default for the field that says the record's branch
 * @param shortensTexts whether long texts are cut; undefined if the form does not offer it
 * @throws NodeOperationError when a required field is empty, or a value cannot be sent
 */
export function bodyOf(
	item: Item,
	fields: readonly Field[],
	input: IDataObject,
	branch?: number,
	shortensTexts?: boolean,
): IDataObject {
	const body: IDataObject = {};
	for (const field of fields) {
		const value = valueOrDefault(item, field, input[field.name], branch);
		if (isBlank(field, value)) continue;

		const wire = fitText(item, field, item.toRequestValue(field, value), shortensTexts);
		// `toRequestValue` returns null if the user chose to have none, for example no stage of the
		// funnel. A new record has none anyway, so null is sent only where a choice is required.
		if (wire !== null || field.required) body[field.name] = wire;
	}
	assertAlternativesFilled(item, fields, body);
	return { ...body, ...customBody(item, input, { overwrites: false }) };
}

/**
 * Returns the value of a field, or its default if the value is empty.
 *
 * @throws NodeOperationError if a required field has neither
 */
function valueOrDefault(item: Item, field: Field, givenValue: unknown, branch?: number): unknown {
	if (!isBlank(field, givenValue)) return givenValue;

	const value = defaultFor(item, field, branch);
	if (isBlank(field, value) && field.required) throw missingError(item, field);
	return value;
}

function defaultFor(item: Item, { fromBranch, fallback }: Field, branch?: number): unknown {
	if (fallback === 'today') return today('iso', item.zone);
	if (fromBranch) return branch;
	// Finding the author takes a call. `addAuthor` makes it once all other values have been checked.
	return fallback === 'author' ? undefined : fallback;
}

/**
 * @throws NodeOperationError if a field and the field named by its `requiredUnless` are both empty
 */
function assertAlternativesFilled(item: Item, fields: readonly Field[], body: IDataObject): void {
	for (const { name, label, requiredUnless } of fields) {
		const isFilled = name in body || requiredUnless === undefined || requiredUnless in body;
		if (isFilled) continue;

		const alternative = fields.find((field) => field.name === requiredUnless);
		const alternativeLabel = alternative?.label ?? requiredUnless;
		throw item.error(
			`'${label}' and '${alternativeLabel}' are both empty`,
			`Fill one of them, or check the expressions in them.`,
		);
	}
}

// ---------------------------------------------------------------- a change

/**
 * Makes the body of a change from the fields that the user has given.
 *
 * @param overwrites whether an empty value empties the field; else it is left out
 * @param shortensTexts whether long texts are cut; undefined if the form does not offer it
 * @throws NodeOperationError if the change would empty a field that must have a value, or if a
 * value cannot be sent
 */
export function changesOf(
	item: Item,
	entity: Entity,
	input: IDataObject,
	overwrites: boolean,
	shortensTexts?: boolean,
): IDataObject {
	const body: IDataObject = {};
	for (const field of entity.fields) {
		const value = input[field.name];
		if (!isBlank(field, value)) {
			body[field.name] = fitText(item, field, item.toRequestValue(field, value), shortensTexts);
		} else if (overwrites && !isUndefined(value)) {
			// An expression that finds nothing gives undefined, so undefined never empties a field.
			if (mustKeepValue(field)) throw missingError(item, field);
			body[field.name] = clearedValue(field);
		}
	}
	assertOwnerIdGiven(item, entity, body);
	return { ...body, ...customBody(item, input, { overwrites }) };
}

/**
 * Whether a field cannot be emptied. That is so for required fields and for two others: AlfaCRM
 * shows a record without a branch nowhere, and a lesson without a start or an end takes place at no
 * time.
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
		const lacksId = field.type === 'owner' && field.by in body && !(field.name in body);
		if (!lacksId) continue;

		const kindField = fields.find(({ name }) => name === field.by);
		throw missingError(item, field, ` together with '${kindField?.label ?? field.by}'`);
	}
}

// ---------------------------------------------------------------- new records and changes

/**
 * Makes the part of a body that holds custom fields.
 *
 * @param overwrites whether an empty value empties the field; otherwise it is left out
 */
function customBody(
	item: Item,
	input: IDataObject,
	{ overwrites }: { overwrites: boolean },
): IDataObject {
	const body: IDataObject = {};
	for (const [name, value] of Object.entries(input)) {
		if (!isCustom(name)) continue;

		const field = customField(name);
		if (!isBlank(field, value)) {
			body[name] = item.toRequestValue(field, value);
		} else if (overwrites && value !== undefined) {
			body[name] = clearedValue(field);
		}
	}
	return body;
}

/**
 * Cuts or refuses a text that is longer than AlfaCRM accepts. Call it only for values that the user
 * gives: AlfaCRM has accepted the texts of an existing record already.
 *
 * @param shortensTexts whether long texts are cut; undefined if the form does not offer it
 * @throws NodeOperationError if a text is too long and the user does not want it to be cut
 */
export function fitText(item: Item, field: Field, value: Wire, shortensTexts?: boolean): Wire {
	const longest = readMaxLength(field);
	if (longest === undefined || typeof value !== 'string' || countCharacters(value) <= longest)
		return value;

	if (shortensTexts) {
		item.execution.hints.add(
			'Texts that are longer than AlfaCRM takes were shortened',
			`'${field.label}' to ${longest} characters`,
		);
		return shorten(value, longest);
	}

	const orCut =
		shortensTexts === undefined ? '' : `, or turn on '${shortenTexts.displayName}' in 'Options'`;
	throw item.error(
		`'${field.label}' has ${countCharacters(value)} characters; AlfaCRM accepts at most ${longest}`,
		`Shorten it${orCut}.`,
	);
}

/**
 * Makes the error for a field that must have a value.
 *
 * @param besides names a field that has to be filled as well, for the advice
 */
function missingError(item: Item, field: Field, besides = ''): Error {
	const label = labelInForm(field);
	const wouldBeInNoBranch = field.fromBranch && !field.required;
	const message = wouldBeInNoBranch
		? `'${label}' is empty, but a record in no branch would be shown nowhere`
		: `'${label}' is empty, but it is required`;
	return item.error(message, `Fill '${label}'${besides}, or check the expression in it.`);
}

import type { INodeProperties, ResourceMapperField } from 'n8n-workflow';

import { isEmpty } from './blank';
import { choice, choices } from './choice';
import { custom } from './custom';
import { date, time } from './date';
import { emailPart, emails } from './emails';
import { boolean, flag } from './flag';
import { id, ids } from './id';
import type { Address, FieldKind, JsonSchema, Widget } from './kind';
import { links } from './links';
import { haveEqualItems } from './lists';
import { integer, number } from './number';
import { object } from './object';
import { phonePart, phones } from './phones';
import { owner, record, records, reference, references } from './reference';
import { rows } from './rows';
import { readMaxLength, longText, text, texts } from './text';
import type {
	Field,
	FieldBasics,
	OfType,
	ShownField,
	ShownType,
	TypeName,
	ApiValue,
} from '../entities/fieldTypes';
import type { UnreadableValue } from './unreadable';
import { quoted, unreadable } from './unreadable';

/**
 * Reads, checks, compares and shows the values of fields. How this is done depends on the type of
 * the field: each type, such as `phones`, has a *kind*, an object with the functions for that type
 * (see `kind.ts`). The functions below call the kind of a field, and add the work that is equal for
 * all types, such as splitting lists and recognizing empty values.
 */

/**
 * The kind of each type of field. A type without a kind, or a kind without a part, does not
 * compile.
 */
export const fieldKinds: { [Type in TypeName]: FieldKind<OfType<Type>> } = {
	text,
	longText,
	texts,
	links,
	emails,
	emailPart,
	phones,
	phonePart,
	custom,
	number,
	integer,
	flag,
	boolean,
	date,
	time,
	choice,
	choices,
	id,
	ids,
	reference,
	references,
	record,
	records,
	owner,
	rows: rows({
		isBlank,
		findWebAddresses,
		serialize,
		areSameValues,
		isStored,
		toProperty,
		objectSchema,
	}),
	object,
};

/**
 * Returns the kind of a field: the functions that read, check and show the values of its type. The
 * cast is needed because TypeScript does not see that the table pairs each type with its kind.
 */
export const kindOf = <FieldOfType extends ShownType>({
	type,
}: FieldOfType): FieldKind<FieldOfType> => fieldKinds[type] as unknown as FieldKind<FieldOfType>;

/** Any zone will do for comparisons in which the time of day makes no difference. */
const ANY_ZONE = 'UTC';

/** Tells whether a field holds several values, which AlfaCRM replaces as a whole. */
export const isList = (field: ShownType): boolean => kindOf(field).isList;

/**
 * Tells whether a value counts as empty for a field. Null, "" and [] are empty for every field. The
 * type of the field adds further values, such as the empty input mask "+7 (___) ___" for phones.
 */
export function isBlank(field: ShownType, value: unknown): boolean {
	if (isEmpty(value)) return true;

	const kind = kindOf(field);
	// A list such as ", ," is not empty, but has no item.
	const isListWithoutItems = kind.isList && kind.splitItems(field, value).length === 0;
	return isListWithoutItems || kind.isBlank(field, value);
}

/**
 * Turns the value of a field into the value that is sent to AlfaCRM: for a list of IDs, "1, 2"
 * becomes [1, 2], and an empty value becomes []. For a field with a single value, an empty value is
 * an error, so the caller asks `isBlank` first.
 *
 * @throws UnreadableValue if the value does not fit the field
 */
export function serialize(field: ShownField, value: unknown, zone: string): ApiValue {
	const kind = kindOf(field);
	if (isBlank(field, value)) {
		if (kind.isList) return [];
		throw makeUnreadableError(field, value);
	}

	const items = kind.splitItems(field, value);
	const apiValues = items.map((item) => kind.serialize(field, item, zone));
	// An item that does not fit the field has become undefined.
	const hasUnreadableItem = apiValues.includes(undefined);
	if (apiValues.length === 0 || hasUnreadableItem) throw makeUnreadableError(field, value);

	return kind.isList ? (apiValues as ApiValue) : apiValues[0];
}

/** Makes the error for a value that does not fit a field. It says which values the field takes. */
function makeUnreadableError(field: ShownField, value: unknown): UnreadableValue {
	const expectedValue = kindOf(field).expected(field);
	return unreadable({ label: labelInForm(field) }, expectedValue, value);
}

/** A field whose description and placeholder are not needed. */
type FieldWithLabel = Pick<FieldBasics, 'label'> & ShownType;

/**
 * Finds the web addresses that the user gave in place of the IDs of records: the addresses of their
 * pages on AlfaCRM's website, such as `https://demo.s20.online/company/1/customer/view?id=501`.
 */
export function findWebAddresses(field: FieldWithLabel, value: unknown): Address[] {
	if (isEmpty(value)) return [];

	const kind = kindOf(field);
	const items = kind.splitItems(field, value);
	return items.flatMap((item) => kind.findWebAddresses(field, item));
}

/**
 * Tells whether two values of a field mean the same, in whatever spelling. All empty values count
 * as the same.
 */
export function areSameValues(
	field: ShownType,
	value: unknown,
	otherValue: unknown,
	zone: string,
): boolean {
	const kind = kindOf(field);
	return areEqualValues(field, value, otherValue, (item, otherItem) =>
		kind.isSame(field, item, otherItem, zone),
	);
}

/** Tells whether AlfaCRM already holds a value, so that there is nothing to save. */
export function isStored(
	field: ShownType,
	storedValue: unknown,
	value: unknown,
	zone: string,
): boolean {
	const kind = kindOf(field);
	return areEqualValues(field, storedValue, value, (storedItem, item) =>
		kind.isStored(field, storedItem, item, zone),
	);
}

/**
 * Tells whether two values of a field have equal items, in any order. Two empty values are equal.
 *
 * @param areEqualItems compares two items as the type of the field does
 */
function areEqualValues(
	field: ShownType,
	value: unknown,
	otherValue: unknown,
	areEqualItems: (item: unknown, otherItem: unknown) => boolean,
): boolean {
	const isValueBlank = isBlank(field, value);
	const isOtherBlank = isBlank(field, otherValue);
	if (isValueBlank || isOtherBlank) return isValueBlank && isOtherBlank;

	const items = splitItems(field, value);
	const otherItems = splitItems(field, otherValue);
	if (haveEqualItems(items, otherItems, areEqualItems)) return true;
	if (!isList(field)) return false;

	// The output option Simplify joins ["a, b"] into "a, b", which is later split into two items. So
	// the list is equal to its own simplified text only if both are joined and split.
	const splitAgain = joinAndSplit(field, items);
	const otherSplitAgain = joinAndSplit(field, otherItems);
	return haveEqualItems(splitAgain, otherSplitAgain, areEqualItems);
}

/**
 * Joins the items of a list into one text, as the option *Simplify* does, and splits the text into
 * items again: ["a, b", "c"] becomes ["a", "b", "c"]. A list that the user copied from the
 * simplified output has lost its original items in this way.
 *
 * @returns the items unchanged if not all of them are texts
 */
function joinAndSplit(field: ShownType, items: unknown[]): unknown[] {
	const areTexts = items.every((item) => typeof item === 'string');
	if (!areTexts) return items;

	const joinedText = items.join(', ');
	return kindOf(field).splitItems(field, joinedText);
}

/**
 * Tells whether two items mean the same, in whatever spelling. Two empty items count as the same.
 */
export function areSameItems(field: ShownType, item: unknown, otherItem: unknown): boolean {
	if (isEmpty(item) || isEmpty(otherItem)) return isEmpty(item) && isEmpty(otherItem);

	return kindOf(field).isSame(field, item, otherItem, ANY_ZONE);
}

/**
 * Adds items to a stored list, such as a new phone to the phones of a customer. The stored values
 * stay first and unchanged. An item that the list already has, in any spelling, is not added.
 */
export function addItems(field: ShownType, storedValue: unknown, addedValue: unknown): ApiValue[] {
	const values = listOf(storedValue);
	// A stored value may hold several items: two phones in one text.
	const presentItems = values.flatMap((value) => splitItems(field, value));
	const itemsToAdd = listOf(addedValue).flatMap((value) => splitItems(field, value));

	for (const item of itemsToAdd) {
		const isPresent = presentItems.some((presentItem) => areSameItems(field, presentItem, item));
		if (isPresent) continue;

		values.push(item);
		presentItems.push(item);
	}
	return values as ApiValue[];
}

/** Splits a value into its items: `'1, 2'` and `[1, 2]` both have two items. */
export const splitItems = (field: ShownType, value: unknown): unknown[] =>
	kindOf(field).splitItems(field, value);

/** Returns a value of AlfaCRM as a list. Only an array has several values; a text is not split. */
export function listOf(value: unknown): unknown[] {
	if (Array.isArray(value)) return [...(value as unknown[])];
	return isEmpty(value) ? [] : [value];
}

/**
 * Writes a value in AlfaCRM's own spelling, so that the search in AlfaCRM's website finds it: a
 * phone as `+7(900)111-22-33`.
 */
export function canonicalize(field: ShownType, value: ApiValue): ApiValue {
	const kind = kindOf(field);
	if (!kind.isList) return kind.canonicalize(value);

	const items = listOf(value);
	return items.map((item) => kind.canonicalize(item as ApiValue)) as ApiValue;
}

/** Returns the value to send for a field that the user empties on purpose. */
export const clearedValue = (field: ShownType): ApiValue => kindOf(field).clearedValue;

/** Accepts any letter or digit. Rejects `—`. */
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/**
 * Makes the normal forms of an item: texts that are the same for every spelling, such as
 * `79001112233` for `8 (900) 111-22-33`. Two items match if they have one form in common. Some
 * items have no normal form, because they are the same for many people: a dash, the word "no" for
 * an email, or a phone number with too few digits.
 */
export function normalForms(field: ShownType, item: unknown): string[] {
	if (isEmpty(item)) return [];

	const forms = kindOf(field).makeNormalForms(field, item, ANY_ZONE);
	// A form without a letter or digit, such as that of a dash, is the same for many people.
	return forms.filter((form) => LETTER_OR_DIGIT.test(form));
}

/**
 * Makes the description of a parameter. If AlfaCRM limits the length of the text, adds the limit:
 * "Shown to teachers. At most 255 characters."
 */
function makeDescription(field: ShownField): string | undefined {
	const { description } = field;
	const maxLength = readMaxLength(field);
	if (maxLength === undefined) return description;

	const lengthNote = `At most ${maxLength} characters`;
	if (!description) return lengthNote;

	const withoutFullStop = description.replace(/\.$/, '');
	return `${withoutFullStop}. ${lengthNote}.`;
}

/**
 * Makes a parameter of the form from a field, a label and a widget: the input that n8n shows, such
 * as a dropdown. The field gives the name, the description and the placeholder.
 */
function makePropertyWithWidget(
	field: ShownField,
	displayName: string,
	widget: Widget,
): INodeProperties {
	const { name, placeholder } = field;
	const description = makeDescription(field);
	// A property without a value is left out.
	const names = description ? { displayName, name, description } : { displayName, name };

	// A description of the widget replaces that of the field.
	const property = { ...names, ...widget };
	// A placeholder of the field replaces that of the widget.
	return placeholder ? { ...property, placeholder } : property;
}

/** Makes the parameter of a field or filter in the form, with the usual label and widget. */
export function toProperty(field: ShownField): INodeProperties {
	const kind = kindOf(field);
	return makePropertyWithWidget(field, kind.formLabel(field.label), kind.widget(field));
}

/** Tells whether a new record needs a value from the user, because the field has no fallback. */
export const needsValueFromUser = ({ required, fallback }: Field): boolean =>
	required === true && fallback === undefined;

/** Tells whether a field has a parameter of its own in the form. The others are in a collection. */
export const hasOwnParameter = (field: Field): boolean =>
	needsValueFromUser(field) || field.prominent === true;

/**
 * Makes the parameter of a field that stands outside a collection, where n8n demands a value of
 * each required parameter.
 */
export function toParameter(field: Field): INodeProperties {
	const property = makeStandaloneProperty(field);
	// A parameter that always has a value, such as a dropdown, needs no mark.
	const needsRequiredMark = field.required === true && !kindOf(field).isAlwaysFilled;
	return needsRequiredMark ? markRequired(property) : property;
}

/**
 * Makes the parameter of a field outside a collection. Some types have another input there than
 * inside a collection, under the plain label of the field.
 */
function makeStandaloneProperty(field: Field): INodeProperties {
	const standaloneWidget = kindOf(field).standaloneWidget(field);
	const isLikeInside = standaloneWidget === undefined;
	return isLikeInside
		? toProperty(field)
		: makePropertyWithWidget(field, field.label, standaloneWidget);
}

/**
 * Marks a parameter as required. n8n's AI builder does not show the mark of a picker to a model, so
 * a picker gets a hint as well.
 */
export function markRequired(property: INodeProperties): INodeProperties {
	const requiredProperty: INodeProperties = { ...property, required: true };
	const isPicker = property.type === 'resourceLocator';
	if (isPicker) requiredProperty.builderHint = { propertyHint: 'Required' };
	return requiredProperty;
}

/**
 * Makes a parameter that takes a single value, even if the field holds a list, such as one phone
 * for a list of phones. Only lists of texts have several inputs in the form, so only they differ
 * from the usual parameter: they lose the setting that lets the user add inputs.
 */
export function toSingleProperty(field: ShownField): INodeProperties {
	const usualProperty = toProperty(field);
	const { typeOptions, ...property } = usualProperty;
	const hasSeveralInputs = typeOptions?.multipleValues && property.type === 'string';
	return hasSeveralInputs ? { ...property, default: '' } : usualProperty;
}

/**
 * Returns the label that the form shows for a field. Inside a collection, the type of the field may
 * make a longer label: "Teacher Names or IDs". Outside a collection, some fields have another
 * input, under their plain label: "Teacher".
 */
export function labelInForm(field: ShownField): string {
	const kind = kindOf(field);
	// `hasOwnParameter` asks for settings that a read-only field lacks, so the cast is safe.
	const isOutsideCollection = hasOwnParameter(field as Field);
	const hasOtherInputOutside = kind.standaloneWidget(field) !== undefined;
	if (isOutsideCollection && hasOtherInputOutside) return field.label;

	return kind.formLabel(field.label);
}

/**
 * Makes the message for a value that counts as empty although the user gave something, such as an
 * empty input mask.
 */
export const describeUnusable = (field: ShownField, value: unknown): string =>
	`'${labelInForm(field)}' holds no usable ${kindOf(field).valueNoun}: ${quoted(value)}`;

/** Makes the column of a field in n8n's field mapper, where users assign values to fields. */
export function toColumn(field: Field, required: boolean): ResourceMapperField {
	const kind = kindOf(field);
	return {
		id: field.name,
		displayName: kind.columnLabel(field.label),
		required,
		display: true,
		defaultMatch: false,
		canBeUsedToMatch: false,
		...kind.column(field, required),
	};
}

/** A field whose label is not needed. */
type FieldWithName = Pick<FieldBasics, 'name'> & ShownType;

/** Makes the JSON schema of an object with these fields, as AlfaCRM returns it. */
export function objectSchema(fields: readonly FieldWithName[]): JsonSchema {
	const properties: Record<string, JsonSchema> = {};
	for (const field of fields) {
		properties[field.name] = kindOf(field).schema(field);
	}
	return { type: 'object', properties };
}

/**
 * Names a field and the values that it takes, as "status (1 Planned, 2 Cancelled)", for users who
 * write JSON. An AI agent sees nothing else about the field.
 */
export function jsonHint(field: ShownField): string {
	const hint = kindOf(field).jsonHint(field);
	return hint ? `${field.name} (${hint})` : field.name;
}

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { today } from '../values/formats';
import type { Entity } from '../entities/types';
import { isUndefined } from '../fields/blank';
import { customField, isCustom } from '../fields/custom';
import { clearedValue, isBlank, labelInForm } from '../fields/field';
import { lengthOf, longestOf, shortened } from '../fields/text';
import { collection } from '../form/assemble';
import { oncePer } from '../form/oncePer';
import type { Field, Wire } from '../entities/fieldTypes';
import type { Item } from './item';
import type { Collection } from '../form/parameters';

/** What an empty value means is the user's choice, for it may be a gap in a sheet. */
export const overwriteWithEmpty: INodeProperties = {
	displayName: 'Overwrite With Empty Values',
	name: 'overwriteWithEmpty',
	type: 'boolean',
	default: false,
	description: 'Whether empty values empty the field',
};

/** For forms and webhooks, whose texts nobody has counted. */
const shortenTexts: INodeProperties = {
	displayName: 'Shorten Long Texts',
	name: 'shortenTexts',
	type: 'boolean',
	default: false,
	description: 'Whether to cut texts that are too long',
};

/** That option, where one of the fields can be too long. */
export const shortenOption = (fields: readonly Field[]): INodeProperties[] =>
	fields.some((field) => longestOf(field) !== undefined) ? [shortenTexts] : [];

/** The options of what has no others. */
export const textOptions = oncePer((fields: readonly Field[]): INodeProperties[] =>
	shortenOption(fields).map((option) => collection('Options', 'options', [option], 'Add Option')),
);

/** Whether the user wants them to be cut; undefined where there is no such option. */
export const shortensTexts = (options?: Collection): boolean | undefined => options?.flag(shortenTexts);

/** A text of the user as AlfaCRM takes it; what a record holds already is not asked. */
export function fitting(item: Item, field: Field, value: Wire, shortens?: boolean): Wire {
	const longest = longestOf(field);
	if (longest === undefined || typeof value !== 'string' || lengthOf(value) <= longest) return value;
	if (shortens) {
		item.execution.hints.add(
			'Texts that are longer than AlfaCRM takes were shortened',
			`'${field.label}' to ${longest} characters`,
		);
		return shortened(value, longest);
	}
	const orCut = shortens === undefined ? '' : `, or turn on '${shortenTexts.displayName}' in 'Options'`;
	throw item.error(
		`'${field.label}' has ${lengthOf(value)} characters; AlfaCRM accepts at most ${longest}`,
		`Shorten it${orCut}.`,
	);
}

/** Values that are not empty; the required ones must be there, and the branch stands in where it belongs. */
export function bodyOf(
	item: Item,
	fields: readonly Field[],
	input: IDataObject,
	branch?: number,
	shortens?: boolean,
): IDataObject {
	const body: IDataObject = {};
	for (const field of fields) {
		const value = isBlank(field, input[field.name]) ? defaultFor(item, field, branch) : input[field.name];
		if (isBlank(field, value)) {
			if (field.required) throw missingError(item, field);
		} else {
			const wire = fitting(item, field, item.toWire(field, value), shortens);
			// A null, for no stage, is sent only where the field is required; a new record has none anyway.
			if (wire !== null || field.required) body[field.name] = wire;
		}
	}
	for (const { label, requiredUnless } of fields.filter(({ name }) => !(name in body))) {
		if (requiredUnless === undefined || requiredUnless in body) continue;
		const { label: other } = fields.find(({ name }) => name === requiredUnless) ?? { label: requiredUnless };
		throw item.error(
			`'${label}' and '${other}' are both empty`,
			`Fill one of them, or check the expressions in them.`,
		);
	}
	return { ...body, ...customBody(item, input, false) };
}

/**
 * The given fields as they are sent. An empty one is passed over, or sent as what empties it; one that is undefined,
 * as an expression is that finds nothing, is passed over in any case.
 */
export function changesOf(
	item: Item,
	entity: Entity,
	input: IDataObject,
	overwrites: boolean,
	shortens?: boolean,
): IDataObject {
	const body: IDataObject = {};
	for (const field of entity.fields) {
		const value = input[field.name];
		if (!isBlank(field, value)) body[field.name] = fitting(item, field, item.toWire(field, value), shortens);
		else if (isUndefined(value) || !overwrites) continue;
		// No branch would show a record that is in none, and what never ends takes place at no time.
		else if (field.required || field.fromBranch || field.type === 'time') throw missingError(item, field);
		else body[field.name] = clearedValue(field);
	}
	// The number of a group is that of some customer as well.
	for (const field of entity.fields) {
		if (field.type !== 'owner' || !(field.by in body) || field.name in body) continue;
		const kind = entity.fields.find(({ name }) => name === field.by);
		throw missingError(item, field, ` together with '${kind?.label ?? field.by}'`);
	}
	return { ...body, ...customBody(item, input, overwrites) };
}

function customBody(item: Item, input: IDataObject, overwrites: boolean): IDataObject {
	const body: IDataObject = {};
	for (const [name, value] of Object.entries(input)) {
		if (!isCustom(name)) continue;
		const field = customField(name);
		if (!isBlank(field, value)) body[name] = item.toWire(field, value);
		else if (value !== undefined && overwrites) body[name] = clearedValue(field);
	}
	return body;
}

/** What is sent when nothing is given; the author is looked up when all else is known. */
function defaultFor(item: Item, { fromBranch, fallback }: Field, branch?: number): unknown {
	if (fallback === 'today') return today('iso', item.zone);
	return fromBranch ? branch : fallback === 'author' ? undefined : fallback;
}

function missingError(item: Item, field: Field, beside = ''): Error {
	const { required, fromBranch } = field;
	const label = labelInForm(field);
	const message =
		fromBranch && !required
			? `'${label}' is empty, but a record in no branch would be shown nowhere`
			: `'${label}' is empty, but it is required`;
	return item.error(message, `Fill '${label}'${beside}, or check the expression in it.`);
}

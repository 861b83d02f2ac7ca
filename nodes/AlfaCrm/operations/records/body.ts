import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { formatDay, formatTime, today } from '../../values/formats';
import type { Entity } from '../../entities/types';
import { isEmpty, isUndefined } from '../../fields/blank';
import { customField, isCustom } from '../../fields/custom';
import { clearedValue, isBlank, serialize } from '../../fields/field';
import { lengthOf, longestOf, shortened } from '../../fields/text';
import { collection } from '../../form/assemble';
import type { Field, Wire } from '../../entities/fieldTypes';
import type { Item } from '../execution/item';
import type { Collection } from '../execution/parameters';

/** What an empty value means is the user's choice, for it may be a gap in a sheet. */
export const overwriteWithEmpty: INodeProperties = {
	displayName: 'Overwrite With Empty Values',
	name: 'overwriteWithEmpty',
	type: 'boolean',
	default: false,
	description: 'Whether a given but empty value empties the field in AlfaCRM instead of being passed over',
};

/** For forms and webhooks, whose texts nobody has counted. */
const shortenTexts: INodeProperties = {
	displayName: 'Shorten Long Texts',
	name: 'shortenTexts',
	type: 'boolean',
	default: false,
	description: "Whether to cut texts that are over AlfaCRM's limit instead of stopping",
};

/** That option, where one of the fields can be too long. */
export const shortenOption = (fields: readonly Field[]): INodeProperties[] =>
	fields.some((field) => longestOf(field) !== undefined) ? [shortenTexts] : [];

/** The options of what has no others. */
export const textOptions = (fields: readonly Field[]): INodeProperties[] =>
	shortenOption(fields).map((option) => collection('Options', 'options', [option], 'Add Option'));

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
	throw item.refused(
		`'${field.label}' has ${lengthOf(value)} characters; AlfaCRM accepts at most ${longest}`,
		`Shorten it${orCut}. ${item.effectNote()}`,
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
		if (isReplaced(field, fields, input)) continue;
		const value = isBlank(field, input[field.name]) ? defaultFor(item, field, branch) : input[field.name];
		if (isBlank(field, value)) {
			if (field.required) throw missingError(item, field);
			if (endsAnother(field, fields)) throw missingError(item, { ...field, isNodesRule: true });
		} else {
			const wire = fitting(item, field, item.read(field, value), shortens);
			// A null, for no stage, is sent only where the field is required; a new record has none anyway.
			if (wire !== null || field.required) body[field.name] = wire;
		}
	}
	for (const { label, requiredUnless } of fields.filter(({ name }) => !(name in body))) {
		if (requiredUnless === undefined || requiredUnless in body) continue;
		const { label: other } = fields.find(({ name }) => name === requiredUnless) ?? { label: requiredUnless };
		throw item.refused(
			`'${label}' and '${other}' are both empty`,
			`Fill one of them, or check the expressions in them. ${item.effectNote()}`,
		);
	}
	assertOrder(item, fields, body);
	return { ...body, ...customBody(item, input, false) };
}

/** Another field is given in its place. */
function isReplaced({ omittedWith }: Field, fields: readonly Field[], input: IDataObject): boolean {
	const other = fields.find(({ name }) => name === omittedWith);
	return other !== undefined && !isBlank(other, input[other.name]);
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
		if (isReplaced(field, entity.fields, input)) continue;
		const value = input[field.name];
		if (!isBlank(field, value)) body[field.name] = fitting(item, field, item.read(field, value), shortens);
		// No record holds a length: it is the end that would be lost.
		else if (isUndefined(value) || !overwrites || field.omittedWith) continue;
		// No branch would show a record that is in none, so nobody would find it again.
		else if (field.required || field.fromBranch) throw missingError(item, field);
		else if (field.type === 'time' && field.after) throw missingError(item, { ...field, isNodesRule: true });
		else body[field.name] = clearedValue(field);
	}
	// The number of a group is that of some customer as well.
	for (const field of entity.fields) {
		if (field.type !== 'owner' || !(field.by in body) || field.name in body) continue;
		const kind = entity.fields.find(({ name }) => name === field.by);
		throw missingError(item, field, ` together with '${kind?.label ?? field.by}'`);
	}
	assertOrder(item, entity.fields, body);
	return { ...body, ...customBody(item, input, overwrites) };
}

/** What begins at a time and never ends takes place at no time. */
const endsAnother = ({ name }: Field, fields: readonly Field[]): boolean =>
	fields.some((field) => field.type === 'time' && field.lasts === name);

/** What ends before it begins is a slip of the pen. */
function assertOrder(
	item: Item,
	fields: readonly Field[],
	body: IDataObject,
	ends: readonly Field[] = fields,
): void {
	const comparable = (name: string): string | undefined => {
		const value = body[name];
		if (isEmpty(value)) return undefined;
		return formatDay(value, 'iso', item.zone) ?? formatTime(value, item.zone) ?? String(value);
	};
	for (const { name, label, after, notBefore } of ends) {
		const first = fields.find((field) => field.name === (after ?? notBefore));
		if (first === undefined) continue;
		const [begin, end] = [comparable(first.name), comparable(name)];
		if (begin === undefined || end === undefined || end > begin || (end === begin && !after)) continue;
		throw item.refused(
			`'${label}' must ${after ? 'be later than' : 'not be before'} '${first.label}'`,
			`'${first.label}' is ${begin} and '${label}' is ${end}. Correct one of them. ${item.effectNote()}`,
		);
	}
}

/** Changes together with what an update has to name although it stays as the record shows it. */
export function withResentFields(
	item: Item,
	{ resentOnUpdate = [] }: Pick<Entity, 'resentOnUpdate'>,
	record: IDataObject,
	changes: IDataObject,
): IDataObject {
	const body = { ...changes };
	if (resentOnUpdate.length > 0) {
		const custom = Object.entries(record).filter(([name]) => isCustom(name));
		for (const [name, value] of custom) if (!(name in body)) body[name] = value;
	}
	for (const field of resentOnUpdate) {
		const { name, shownAs = name, exceptWith } = field;
		const isLeft = !(name in changes) && exceptWith !== undefined && exceptWith in changes;
		const value = name in changes ? changes[name] : record[shownAs];
		if (!isLeft && !isBlank(field, value)) body[name] = formatted(field, value, item.zone);
	}
	return body;
}

/** What a record holds, in the format that AlfaCRM takes; as it is where it is odd, such as a room 0, for nobody gave it. */
function formatted(field: Field, value: Wire, zone: string): Wire {
	try {
		return serialize(field, value, zone);
	} catch {
		return value;
	}
}

/**
 * The same for an update that names one of both, while the other stays as the record has it, sent along or not. What goes on
 * over midnight has them the other way round.
 */
export function assertOrderWithKept(
	item: Item,
	{ fields, resentOnUpdate }: Entity,
	record: IDataObject,
	changes: IDataObject,
	sent: IDataObject,
): void {
	const day = (name: string) => formatDay(record[name], 'iso', item.zone);
	const isHalf = ({ name, after }: Field) =>
		after !== undefined && name in changes !== after in changes && day(name) === day(after);
	assertOrder(item, fields, resentOnUpdate ? sent : { ...record, ...sent }, fields.filter(isHalf));
}

function customBody(item: Item, input: IDataObject, overwrites: boolean): IDataObject {
	const body: IDataObject = {};
	for (const [name, value] of Object.entries(input)) {
		if (!isCustom(name)) continue;
		const field = customField(name);
		if (!isBlank(field, value)) body[name] = item.read(field, value);
		else if (value !== undefined && overwrites) body[name] = clearedValue(field);
	}
	return body;
}

/** What is sent when nothing is given. */
function defaultFor(item: Item, { fromBranch, fallback }: Field, branch?: number): unknown {
	if (fromBranch) return branch;
	return fallback === 'today' ? today('iso', item.zone) : fallback;
}

function missingError(item: Item, { label, required, isNodesRule }: Field, beside = ''): Error {
	const message = isNodesRule
		? `'${label}' is empty, but a record without it would be of no use`
		: required
			? `'${label}' is empty, but AlfaCRM requires it`
			: `'${label}' is empty, but a record in no branch would be shown nowhere`;
	return item.refused(
		message,
		`Fill '${label}'${beside}, or check the expression in it. ${item.effectNote()}`,
	);
}

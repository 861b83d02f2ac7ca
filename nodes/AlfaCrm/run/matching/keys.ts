import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Entity, MatchKey } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { customField, isCustom } from '../../fields/custom';
import {
	canonical,
	isBlank,
	itemsIn,
	kindOf,
	listOf,
	normalForms,
	toSingleProperty,
	unusable,
} from '../../fields/field';
import { sortByName } from '../../fields/order';
import type { Field, Wire } from '../../entities/fieldTypes';
import { showWhen } from '../../form/assemble';
import { oncePer } from '../../form/oncePer';
import type { LockKey } from '../execution';
import type { Item } from '../item';
import { idParameter } from '../target';

/** The choice of a key. */
const matchBy = oncePer(({ match }: Entity): INodeProperties => {
	const keys = match?.keys ?? [];
	const [{ name: first } = { name: '' }] = keys;
	return {
		displayName: 'Match By',
		name: 'matchBy',
		type: 'options',
		options: sortByName(
			keys.map(({ name, label: shown, description }) => ({
				name: shown,
				value: name,
				...(description ? { description } : {}),
			})),
		),
		default: first,
	};
});

const matchField: INodeProperties = {
	displayName: 'Custom Field',
	name: 'matchField',
	type: 'string',
	default: '',
	placeholder: 'e.g. custom_school',
	description: 'Starts with custom_',
};

const matchValue: INodeProperties = {
	displayName: 'Value',
	name: 'matchValue',
	type: 'string',
	default: '',
};

/** By what a record is looked for: which key, and its values, however the other fields are given. */
export function matchForm(entity: Entity): INodeProperties[] {
	const { keys = [] } = entity.match ?? {};
	const custom = keys.filter(({ fields, custom: also }) => fields.length === 0 || also);
	const names = [...new Set(keys.flatMap(({ fields }) => fields))];
	const parameters = names.flatMap((name) => {
		const those = keys.filter(({ fields }) => fields.includes(name));
		const { description } = those.find(({ fields }) => fields.length === 1) ?? {};
		const field = entity.fields.find((one) => one.name === name);
		const property = field
			? toSingleProperty({ ...(description ? { description } : {}), ...field })
			: idParameter(entity);
		return shownFor(property, those);
	});
	return [matchBy(entity), ...shownFor(matchField, custom), ...parameters, ...shownFor(matchValue, custom)];
}

/** For some keys, if there are any. Where one of several is enough, none of them must be filled. */
function shownFor(property: INodeProperties, keys: readonly MatchKey[]): INodeProperties[] {
	const [oneOf, needed] = [keys.filter(({ any }) => any), keys.filter(({ any }) => !any)];
	return [
		{ keys: needed, required: { required: true } },
		{ keys: oneOf, required: {} },
	]
		.filter((one) => one.keys.length > 0)
		.map((one) => showWhen({ ...property, ...one.required }, { matchBy: one.keys.map(({ name }) => name) }));
}

/** What a record is looked for by: the key, and the values that the user gave for it. */
export interface Search {
	key: MatchKey;
	/** The fields of the key that are filled, each with its value as it is sent. */
	wanted: IDataObject;
	fields: readonly Field[];
	/** Whether that tells a record from another. */
	isEnough: boolean;
}

/** The key that 'Match By' names; a custom field has its name in place of declared fields. */
export function keyOf(item: Item, entity: Entity): MatchKey {
	const name = item.choice(matchBy(entity));
	const key = entity.match?.keys.find((one) => one.name === name);
	if (key === undefined) throw item.error(`'Match By' has no choice "${name}"`);
	const { fields } = key;
	if (fields.length > 0 && !key.custom) return key;
	if (key.custom && [matchField, matchValue].every((one) => isEmpty(item.input(one)))) return key;
	const custom = item.text(matchField);
	if (isCustom(custom)) return { ...key, fields: [...fields, custom] };
	throw item.error(
		`'Custom Field' is no name of a custom field: "${custom}"`,
		"It starts with custom_, as in the output of 'Get'.",
	);
}

/**
 * What to look for, and whether that is enough to tell a record. Only the key's own parameters count: a phone that is
 * given to be saved finds nobody.
 *
 * @param fit makes of a value what a new record would hold of it
 * @param inputOf what was given, where the key has no parameters of its own
 */
export function searchOf(
	item: Item,
	entity: Entity,
	key: MatchKey,
	fit = (_field: Field, value: Wire) => value,
	inputOf = (field: Field) => keyInput(item, field),
): Search {
	const input = key.fields.map((name): [Field, Wire | undefined] => {
		const field = keyField(entity, name);
		const value = inputOf(field);
		if (isBlank(field, value)) return [field, undefined];
		return [field, distinguishing(field, fit(field, item.toWire(field, value)))];
	});
	const filled = input.filter(([, value]) => value !== undefined);
	const isEnough = filled.length > 0 && (filled.length === input.length || key.any === true);
	const wanted = filled.map(([field, value]) => [field.name, canonical(field, value)]);
	const fields = filled.map(([field]) => field);
	return { key, wanted: Object.fromEntries(wanted) as IDataObject, fields, isEnough };
}

/** The searches of which the first that finds somebody decides. */
export const stepsOf = (search: Search): Search[] =>
	search.key.inOrder
		? search.fields.map(({ name, label }, index) => ({
				...search,
				key: { name, label, fields: [name] },
				wanted: { [name]: search.wanted[name] },
				fields: [search.fields[index]],
			}))
		: [search];

/** What a record is looked for by, in words. */
export const labelOf = ({ key, fields }: Search): string =>
	key.inOrder ? fields.map(({ label }) => label).join(' or ') : key.label;

export const keyInput = (item: Item, field: Field): unknown =>
	isCustom(field.name) ? item.input(matchValue) : item.inputOf(field);

/** What of a value can tell one record from another; undefined for none, such as the words "no phone". */
function distinguishing(field: Field, value: Wire): Wire | undefined {
	const values = listOf(value).filter((one) => normalForms(field, one).length > 0);
	if (values.length === 0) return undefined;
	return Array.isArray(value) ? (values as Wire) : value;
}

/** Without a value to look for, any record, or a second one, would be taken. */
export function emptyKeyError(
	item: Item,
	entity: Entity,
	{ fields, any, label }: MatchKey,
	advice = '',
	inputOf = (field: Field) => keyInput(item, field),
): Error {
	const keys = fields.map((name) => keyField(entity, name));
	const labels = keys.map((field) => `'${field.label}'`);
	const [first = `'${label}'`] = labels;
	const empty =
		labels.length < 2
			? `${first} is empty`
			: any
				? `Neither ${labels.join(' nor ')} is filled`
				: `${labels.join(' and ')} are not both filled`;
	// A word or a placeholder is no empty value to whoever sees it in the input.
	const useless = keys.flatMap((field) => {
		const value = inputOf(field);
		const isTelling = itemsIn(field, value).some((one) => normalForms(field, one).length > 0);
		if (isEmpty(value) || isTelling) return [];
		return [unusable(field, value)];
	});
	return item.error(
		`${useless.join(' and ') || empty}, so no ${entity.label.toLowerCase()} can be looked for`,
		`${useless.length > 0 ? 'Correct' : 'Fill'} it, or check the expression in it${advice}.`,
	);
}

/** Whether a row has what the key wants. */
export function isMatch({ key, wanted, fields }: Search, row: IDataObject): boolean {
	const agrees = (field: Field) => holds(field, row[field.name], wanted[field.name]);
	return key.any ? fields.some(agrees) : fields.every(agrees);
}

/** Whether a field holds one of the values that are looked for. */
export function holds(field: Field, held: unknown, wanted: unknown): boolean {
	const { isSameKey } = kindOf(field);
	const forms = new Set(listOf(wanted).flatMap((value) => normalForms(field, value)));
	const similarValues = listOf(held).filter((value) =>
		normalForms(field, value).some((form) => forms.has(form)),
	);
	if (isSameKey === undefined) return similarValues.length > 0;
	return similarValues.some((value) => listOf(wanted).some((one) => isSameKey(field, value, one)));
}

/** The field that keeps a row from matching although the row may be the record that is looked for. */
export interface Resemblance {
	field: Field;
	/** How the two values differ, for a message. */
	reason: string;
}

/**
 * Finds out whether a row that does not match may still be the record: all fields of the key agree, but for values that
 * resemble the wanted ones. To take such a row could change a stranger's record, to pass over it could make a second one.
 */
export function findResemblance(search: Search, row: IDataObject): Resemblance | undefined {
	const { key, wanted, fields } = search;
	if (isMatch(search, row)) return undefined;

	const differingFields = fields.filter((field) => !holds(field, row[field.name], wanted[field.name]));
	const resemblances = differingFields.flatMap((field): Resemblance[] => {
		const reason = findReason(field, row[field.name], wanted[field.name]);
		return reason === undefined ? [] : [{ field, reason }];
	});
	const isEveryFieldClose = resemblances.length === differingFields.length;
	return key.any || isEveryFieldClose ? resemblances.at(0) : undefined;
}

/** Returns how a value that a field holds differs from one that resembles it. */
function findReason(field: Field, held: unknown, wanted: unknown): string | undefined {
	const { findResemblance: compare } = kindOf(field);
	if (compare === undefined) return undefined;
	const reasons = listOf(held).flatMap((value) => listOf(wanted).map((one) => compare(field, value, one)));
	return reasons.find((reason) => reason !== undefined);
}

export function keyField(entity: Entity, name: string): Field {
	const { fields, resource } = entity;
	if (name === 'id') return { type: 'id', entity: resource, name, label: idParameter(entity).displayName };
	return fields.find((field) => field.name === name) ?? customField(name);
}

/**
 * One for each value by which the record can be looked for, the same in every spelling: another execution may look for
 * the same new record by another key.
 */
export function locksOf(entity: Entity, values: IDataObject): LockKey[] {
	const names = new Set(entity.match?.keys.flatMap(({ fields }) => fields));
	return Object.entries(values)
		.filter(([name]) => names.has(name) || isCustom(name))
		.flatMap(([name, value]) => {
			const field = keyField(entity, name);
			const forms = listOf(value).flatMap((one) => normalForms(field, one));
			return forms.map((form): LockKey => [entity.path, name, form]);
		});
}

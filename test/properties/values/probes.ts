import { DateTime } from 'luxon';
import type { IDataObject, INodeParameters, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import type { Entity } from '../../../nodes/AlfaCrm/entities/types';
import { onlyReads } from '../../support/actionKinds';
import { listNestedParameters, listChoices } from '../../support/form';
import type { Hostile } from './hostile';
import { listOfAll } from './hostile';
import type { Described } from './meaning';
import type { Built, Situation } from './situations';
import { fieldOf, keysOfNobody, looksUp, shownWith } from './situations';
import { customFieldOf } from './targets';

/** What a value stands for at its place, which decides what an empty one means there. */
export type Role =
	| 'required'
	| 'optional'
	| 'filter'
	/** A setting of the node itself. */
	| 'option'
	/** One that may stay empty. */
	| 'openOption'
	/** A collection as a whole, an object as JSON. */
	| 'object'
	| 'key';

export type Way = 'form' | 'json' | 'jsonText' | 'map' | 'autoMap';

/** One place into which hostile values are put. */
export interface Probe {
	way: Way;
	role: Role;
	field: Described;
	/** For reports: Update Fields > Phone. */
	where: string;
	/** The value as it arrives after what n8n does to it on the way. */
	arrives: (value: unknown) => unknown;
	/** The form, with an expression that takes the value by the item's number. */
	parameters: INodeParameters;
	item: (index: number, hostile: Hostile) => IDataObject;
}

const EXPRESSION = `={{ ${listOfAll}[$json.i] }}`;
const asIs = (value: unknown): unknown => value;
const byNumber = (index: number): IDataObject => ({ i: index });

type Path = ReadonlyArray<string | number>;

/** A copy of the form with one value put somewhere inside. */
function placed(parameters: INodeParameters, path: Path, value: unknown): INodeParameters {
	const copy = structuredClone(parameters);
	// Alone in an update, so that nothing else keeps an empty one from being noticed.
	if (path[0] === 'updateFields' && path.length > 1) copy.updateFields = customOnly(copy.updateFields);
	let at = copy as unknown as Record<string | number, unknown>;
	path.slice(0, -1).forEach((step, index) => {
		at[step] ??= typeof path[index + 1] === 'number' ? [] : {};
		at = at[step] as Record<string | number, unknown>;
	});
	at[path[path.length - 1]] = value;
	return copy;
}

function customOnly(fields: INodeParameters[string]): INodeParameters {
	const { customFields } = (fields ?? {}) as INodeParameters;
	return customFields === undefined ? {} : { customFields };
}

export function probesOf(situation: Situation, built: Built): Probe[] {
	const { parameters } = built;
	const probes = shownWith(parameters).flatMap((property) => {
		const { name, type, displayName, noDataExpression } = property;
		if (type === 'resourceMapper') return mapped(situation, built);
		// n8n works out no expression there.
		if (noDataExpression) return [];
		if (name !== 'json') return probed(situation, parameters, property, [name], displayName);
		const whole: Described = { type: 'text', name, label: displayName };
		return [...inJson(situation, built), place('object', whole, parameters, [name], displayName)];
	});
	return probes.filter((probe) => isOwn(situation, probe));
}

/** What several ways to fill the form have in common is probed in the first one only. */
function isOwn({ entity, operation, variant }: Situation, { way, where, role }: Probe): boolean {
	const [mode, key] = variant.split(' ');
	const isFirstKey = operation !== 'upsert' || key === entity?.match?.keys[0].name;
	if (!isFirstKey) return role === 'key';
	return ['form', 'all', 'by', ''].includes(mode) || way !== 'form' || ['JSON', 'Limit'].includes(where);
}

function probed(
	situation: Situation,
	parameters: INodeParameters,
	property: INodeProperties,
	path: Path,
	where: string,
): Probe[] {
	const { name, type, required } = property;
	if (type === 'collection') {
		// As a whole it cannot be wrong: n8n makes an empty one of whatever is no object before the node runs.
		return listNestedParameters(property).flatMap((member) =>
			probed(situation, parameters, member, [...path, member.name], `${where} > ${member.displayName}`),
		);
	}
	if (name === 'customFields') {
		const at = [...path, 'values', 0];
		const own = customFieldOf(situation.resource);
		const value: Described = { type: 'custom', name: own, label: 'Custom' };
		const choices = [{ value: own }];
		const named: Described = { type: 'choice', name: 'name', label: 'Custom|custom|Name', choices };
		return [
			place('optional', value, placed(parameters, [...at, 'name'], own), [...at, 'value'], where),
			place(
				'required',
				named,
				placed(parameters, [...at, 'value'], 'Лицей'),
				[...at, 'name'],
				`${where} > Name`,
			),
		];
	}
	const declared = fieldOf(situation, name);
	if (type === 'fixedCollection') {
		const rows = inRows(declared, parameters, path, where);
		// Inside a collection n8n makes nothing of whatever is no table before the node runs.
		// Nor does a table that may stay empty say anything where its rows do not.
		if (path.length > 1 || !required) return rows;
		const field: Described = declared ?? { type: 'rows', name, label: property.displayName };
		return [place('required', field, parameters, path, where), ...rows];
	}
	const { role, field } = roleOf(situation, property, path, declared);
	// n8n cannot tell which key an expression will choose, and asks for the values of all.
	const filled = name === 'matchBy' ? { ...keysOfNobody(situation), ...parameters } : parameters;
	return [place(role, field, filled, path, where)];
}

/** The fields of one row, beside the customer whose row it is. */
function inRows(
	declared: Described | undefined,
	parameters: INodeParameters,
	path: Path,
	where: string,
): Probe[] {
	const { fields: all = [] } = (declared ?? {}) as { fields?: readonly Field[] };
	// n8n takes no others from a table of the form.
	const fields: readonly Described[] = all.filter(({ withoutParameter }) => !withoutParameter);
	const row = [...path, 'values', 0];
	const whole = placed(parameters, row, { customer_id: 1, is_attend: true });
	return fields.map((field) => {
		const role = field.required ? 'required' : 'optional';
		return place(role, field, whole, [...row, field.name], `${where} > ${field.label}`);
	});
}

interface Meant {
	role: Role;
	field: Described;
}

function roleOf(
	situation: Situation,
	property: INodeProperties,
	path: Path,
	declared: Described | undefined,
): Meant {
	const [first] = path;
	if (declared && first !== 'options') return roleOfDeclared(situation, property, path, declared);
	const { name } = property;
	const label = property.displayName.replace(/ Names? or IDs?$/, '');
	const own = customFieldOf(situation.resource);
	if (name === 'matchField')
		return { role: 'key', field: { type: 'choice', name, label, choices: [{ value: own }] } };
	if (name === 'matchValue')
		return { role: 'key', field: { type: 'custom', name: own, label: 'Value|custom_' } };
	const choices = listChoices(property) as Described['choices'];
	const { minValue: min, maxValue: max } = property.typeOptions ?? {};
	switch (property.type) {
		case 'boolean':
			return { role: 'option', field: { type: 'flag', name, label } };
		case 'number':
			return { role: 'option', field: { type: 'integer', name, label, min, max } };
		case 'options':
			return { role: 'option', field: { type: 'choice', name, label, choices } };
		case 'multiOptions':
			return {
				role: 'openOption',
				field: property.options
					? { type: 'choices', name, label, choices }
					: { type: 'references', name, label },
			};
		case 'dateTime':
			return { role: 'option', field: { type: 'date', name, label } };
		case 'json':
			return { role: 'object', field: { type: 'text', name, label } };
		default: {
			const isBranch = ['callBranch', 'branchToCheck', 'groupToTry'].includes(name);
			const role = ['callBranch', 'groupToTry'].includes(name) ? 'openOption' : 'required';
			return { role, field: { type: isBranch ? 'id' : 'slug', name, label } };
		}
	}
}

function roleOfDeclared(
	situation: Situation,
	property: INodeProperties,
	path: Path,
	declared: Described,
): Meant {
	const { operation, action, entity, variant } = situation;
	// What a new record needs stands beside the key that it is no part of.
	const key = entity?.match?.keys.find(({ name }) => variant.split(' ').includes(name));
	const isBeside = operation === 'upsert' && key?.fields.includes(property.name) === false;
	if (isBeside) return { role: 'optional', field: declared };
	if (looksUp(situation) && path.length === 1 && property.name !== 'branchId') {
		// What is only looked for may be as long as it likes.
		const { longest, ...anyLength } = declared;
		return { role: 'key', field: operation === 'upsert' ? { ...anyLength, longest } : anyLength };
	}
	if (path[0] === 'filters') return { role: 'filter', field: declared };
	// What an action that reads is asked with says what it returns.
	if (path.length > 1)
		return { role: action && onlyReads(action.kind) ? 'filter' : 'optional', field: declared };
	// A view or a sweep of a list has a value always; the sweep may have none chosen.
	if (operation === 'getAll')
		return { role: declared.type === 'choices' ? 'openOption' : 'required', field: declared };
	// Nothing, no rows, a row that nobody has filled, no fields.
	const isPreset = !/^(""|\[(?:"")?\]|\{.*\})$/.test(JSON.stringify(property.default));
	const isDemanded = property.required || isPreset || declared.requiredUnless !== undefined;
	return { role: isDemanded ? 'required' : 'optional', field: declared };
}

function place(role: Role, field: Described, parameters: INodeParameters, path: Path, where: string): Probe {
	return {
		...{ way: 'form', role, field, where, arrives: asIs, item: byNumber },
		parameters: placed(parameters, path, EXPRESSION),
	};
}

// ---------------------------------------------------------------- JSON and the field mapper

/** The fields of a record, and a custom one where there are such. */
function recordFields({ entity, operation, resource }: Situation): Meant[] {
	const isDemanded = ({ name, required, fallback, requiredUnless }: Entity['fields'][number]) =>
		operation === 'create' &&
		((required && fallback === undefined) || requiredUnless || name === 'time_to_v');
	const declared = (entity?.fields ?? []).map(
		(one): Meant => ({
			role: isDemanded(one) ? 'required' : 'optional',
			field: fieldOf({ entity, operation }, one.name) as Described,
		}),
	);
	if (!entity?.hasCustomFields) return declared;
	const name = customFieldOf(resource);
	return [...declared, { role: 'optional', field: { type: 'custom', name, label: name } }];
}

/** The other fields that a record needs, so that the one in question decides. */
function others({ entity, operation }: Situation, { sample }: Built, name: string): IDataObject {
	if (entity === undefined || operation !== 'create') return {};
	return Object.fromEntries(Object.entries(sample ?? {}).filter(([key]) => key !== name));
}

/** Each field of a record in JSON, as an object and as a text. */
function inJson(situation: Situation, built: Built): Probe[] {
	const asText = (value: unknown) => (JSON.parse(JSON.stringify({ value })) as { value?: unknown }).value;
	return recordFields(situation).flatMap(({ role, field }): Probe[] => {
		const { name, label } = field;
		const rest = JSON.stringify(others(situation, built, name)).slice(1, -1);
		const object = `{ ${rest ? `${rest}, ` : ''}${JSON.stringify(name)}: ${listOfAll}[$json.i] }`;
		const with_ = (json: string) => ({ ...built.parameters, json });
		const probe = { role, field, item: byNumber };
		return [
			{
				...{ ...probe, way: 'json', where: `JSON > ${label}`, arrives: asIs },
				parameters: with_(`={{ (${object}) }}`),
			},
			{
				...{ ...probe, way: 'jsonText', where: `JSON as text > ${label}`, arrives: asText },
				parameters: with_(`={{ JSON.stringify(${object}) }}`),
			},
		];
	});
}

/** Each field of a record as a column, chosen below or by its name in the item. */
function mapped(situation: Situation, built: Built): Probe[] {
	// Items keep a moment of an expression as its text.
	const inItem = (value: unknown) => (DateTime.isDateTime(value) ? value.toISO() : value);
	return recordFields(situation).flatMap(({ role, field }): Probe[] => {
		const { name, label } = field;
		const rest = others(situation, built, name);
		const with_ = (columns: IDataObject) => ({ ...built.parameters, columns }) as INodeParameters;
		const probe = { role, field, arrives: asIs };
		return [
			{
				...{ ...probe, way: 'map', where: `Field Mapper > ${label}`, item: byNumber },
				parameters: with_({ mappingMode: 'defineBelow', value: { ...rest, [name]: EXPRESSION } }),
			},
			{
				...{ ...probe, way: 'autoMap', where: `Field Mapper by itself > ${label}` },
				item: (_, { value }) => ({ ...rest, [name]: inItem(value) }) as IDataObject,
				parameters: with_({ mappingMode: 'autoMapInputData', value: null }),
			},
		];
	});
}

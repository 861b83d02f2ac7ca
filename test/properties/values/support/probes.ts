import type { INodeParameters, INodeProperties } from 'n8n-workflow';

import { choicesOf, membersOf, shownWith } from './form';
import type { Described } from './meaning';
import type { Probe, Role } from './probe';
import { asIs, byNumber, EXPRESSION } from './probe';
import { inJson, mapped } from './recordProbes';
import type { Built, Situation } from './situations';
import { fieldOf, keysOfNobody, looksUp } from './situations';
import { customFieldOf } from './targets';

/** A copy of the form with one value put somewhere inside. */
export function placed(
	parameters: INodeParameters,
	path: ReadonlyArray<string | number>,
	value: unknown,
): INodeParameters {
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
		if (['resource', 'operation'].includes(property.name)) return [];
		if (property.type === 'resourceMapper') return mapped(situation, built);
		if (property.name === 'json') return [...inJson(situation, built), whole(property, parameters)];
		return probed(situation, parameters, property, [property.name], property.displayName);
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
	path: ReadonlyArray<string | number>,
	where: string,
): Probe[] {
	const inner = (members: INodeProperties[], at: ReadonlyArray<string | number>) =>
		members.flatMap((member) =>
			probed(situation, parameters, member, [...at, member.name], `${where} > ${member.displayName}`),
		);
	if (property.type === 'collection') {
		// As a whole it cannot be wrong: n8n makes an empty one of whatever is no object before the node runs.
		return inner(membersOf(property), path);
	}
	if (property.name === 'customFields') {
		const at = [...path, 'values', 0];
		const own = customFieldOf(situation.resource);
		const named = (label: string) => ({ type: 'custom' as const, name: own, label });
		return [
			place('optional', named('Custom'), placed(parameters, [...at, 'name'], own), [...at, 'value'], where),
			place(
				'required',
				{ type: 'choice', name: 'name', label: 'Custom|custom|Name', choices: [{ value: own }] },
				placed(parameters, [...at, 'value'], 'Лицей'),
				[...at, 'name'],
				`${where} > Name`,
			),
		];
	}
	const declared = fieldOf(situation, property.name);
	if (property.type === 'fixedCollection') {
		const field: Described = declared ?? { type: 'rows', name: property.name, label: property.displayName };
		const role = property.required ? 'required' : 'optional';
		const rows = inRows(declared, parameters, path, where);
		// Inside a collection n8n makes nothing of whatever is no table before the node runs.
		// Nor does a table that may stay empty say anything where its rows do not.
		return path.length > 1 || role === 'optional'
			? rows
			: [place(role, field, parameters, path, where), ...rows];
	}
	const { role, field } = roleOf(situation, property, path, declared);
	// n8n cannot tell which key an expression will choose, and asks for the values of all.
	const filled = property.name === 'matchBy' ? { ...keysOfNobody(situation), ...parameters } : parameters;
	return [place(role, field, filled, path, where)];
}

/** Where a branch is given as a number. */
const BRANCHES = ['callBranch', 'branchToCheck'];

function roleOf(
	situation: Situation,
	property: INodeProperties,
	path: ReadonlyArray<string | number>,
	declared: Described | undefined,
): { role: Role; field: Described } {
	const [first] = path;
	const isKey = looksUp(situation) && path.length === 1;
	if (declared && first !== 'options') {
		if (isKey && property.name !== 'branchId') {
			// What is only looked for may be as long as it likes.
			const { longest, ...anyLength } = declared;
			return { role: 'key', field: situation.operation === 'upsert' ? { ...anyLength, longest } : anyLength };
		}
		if (first === 'filters') return { role: 'filter', field: declared };
		if (path.length > 1) return { role: declared.limitsOutput ? 'filter' : 'optional', field: declared };
		// A view or a sweep of a list has a value always; the sweep may have none chosen.
		if (situation.operation === 'getAll') {
			return { role: declared.type === 'choices' ? 'openOption' : 'required', field: declared };
		}
		// Nothing, no rows, a row that nobody has filled, no fields.
		const isPreset = !/^(""|\[(?:"")?\]|\{.*\})$/.test(JSON.stringify(property.default));
		const isDemanded = property.required || isPreset || declared.requiredUnless !== undefined;
		return { role: isDemanded ? 'required' : 'optional', field: declared };
	}
	const label = property.displayName.replace(/ Names? or IDs?$/, '');
	const field: Described = { type: 'text', name: property.name, label };
	if (property.name === 'matchField') {
		const own = customFieldOf(situation.resource);
		return { role: 'key', field: { ...field, type: 'choice', choices: [{ value: own }] } };
	}
	if (property.name === 'matchValue') {
		return {
			role: 'key',
			field: { type: 'custom', name: customFieldOf(situation.resource), label: 'Value|custom_' },
		};
	}
	switch (property.type) {
		case 'boolean':
			return { role: 'option', field: { ...field, type: 'flag' } };
		case 'number':
			return {
				role: 'option',
				field: {
					...{ ...field, type: 'integer' },
					...{ min: property.typeOptions?.minValue, max: property.typeOptions?.maxValue },
				},
			};
		case 'options':
			return {
				role: 'option',
				field: { ...field, type: 'choice', choices: choicesOf(property) as Described['choices'] },
			};
		case 'multiOptions':
			return property.options
				? {
						role: 'openOption',
						field: { ...field, type: 'choices', choices: choicesOf(property) as Described['choices'] },
					}
				: { role: 'openOption', field: { ...field, type: 'references' } };
		case 'json':
			return { role: 'object', field };
		default:
			return {
				role: property.name === 'callBranch' ? 'openOption' : 'required',
				field: { ...field, type: BRANCHES.includes(property.name) ? 'id' : 'slug' },
			};
	}
}

function place(
	role: Role,
	field: Described,
	parameters: INodeParameters,
	path: ReadonlyArray<string | number>,
	where: string,
): Probe {
	return {
		way: 'form',
		role,
		field,
		where,
		arrives: asIs,
		parameters: placed(parameters, path, EXPRESSION),
		item: byNumber,
		literal: (value) => placed(parameters, path, value),
	};
}

function whole(property: INodeProperties, parameters: INodeParameters): Probe {
	const field: Described = { type: 'text', name: property.name, label: property.displayName };
	return place('object', field, parameters, [property.name], property.displayName);
}

/** The fields of one row, beside the customer whose row it is. */
function inRows(
	declared: Described | undefined,
	parameters: INodeParameters,
	path: ReadonlyArray<string | number>,
	where: string,
): Probe[] {
	const { fields = [] } = (declared ?? {}) as { fields?: readonly Described[] };
	const row = [...path, 'values', 0];
	const whole = placed(parameters, [...row], { customer_id: 1, is_attend: true });
	return fields.map((field) =>
		place(
			field.required ? 'required' : 'optional',
			field,
			whole,
			[...row, field.name],
			`${where} > ${field.label}`,
		),
	);
}

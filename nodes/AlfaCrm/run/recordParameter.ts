import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

import type { Entity, MatchKey } from '../entities/types';
import { idParameter } from './target';

/**
 * The parameter for the record that an operation is about, with modes for its ID and for match keys, such as *By Phone*. How the
 * record is found by them is in `matching/requestedRecord.ts`.
 */

/** The mode for a custom field, whose name is typed together with the value. Stored in workflows. */
const CUSTOM_MODE = 'custom';

const CUSTOM_EXAMPLE = 'custom_crm_id=1042';

/** Completes a message that the value of the custom mode cannot be read. */
export const NO_CUSTOM_VALUE = `must be a custom field and its value, such as ${CUSTOM_EXAMPLE}`;

/** Makes the parameter for the record of an operation. */
export function recordParameter(entity: Entity): INodeProperties {
	const { modes: idModes, ...parameter } = idParameter(entity);
	if (idModes === undefined) return parameter;
	const keyModes = singleValueKeys(entity).map((key) => makeKeyMode(entity, key));
	return { ...parameter, modes: [...idModes, ...keyModes] };
}

/** Finds the match key that a mode is for. Returns undefined for a mode for IDs, and for an unknown one. */
export function keyOfMode(entity: Entity, mode: unknown): MatchKey | undefined {
	return singleValueKeys(entity).find((key) => modeName(key) === mode);
}

/** Reads a custom field and its value, as in `custom_crm_id=1042`. Returns undefined for any other text. */
export function readCustomValue(text: unknown): { name: string; value: string } | undefined {
	if (typeof text !== 'string') return undefined;
	const [, name, value] = /^\s*(custom_\w+)\s*=([\s\S]*)$/.exec(text) ?? [];
	return name === undefined ? undefined : { name, value: value.trim() };
}

/** Returns the keys that one value is enough for, so that it can be given in place of an ID. */
function singleValueKeys({ match }: Entity): MatchKey[] {
	const keys = match?.keys ?? [];
	return keys.filter(({ fields }) => fields.length < 2 && fields[0] !== 'id');
}

/** Returns the name of the mode for a key. The key for a custom field has no declared field. */
function modeName({ fields: [fieldName = CUSTOM_MODE] }: MatchKey): string {
	return fieldName;
}

function makeKeyMode(entity: Entity, key: MatchKey): INodePropertyMode {
	const mode: INodePropertyMode = {
		displayName: `By ${key.label}`,
		name: modeName(key),
		type: 'string',
		default: '',
	};
	if (key.description) mode.hint = key.description;

	const field = entity.fields.find(({ name }) => name === key.fields[0]);
	if (field) return { ...mode, placeholder: field.placeholder };
	// n8n checks this while the user types.
	const properties = {
		regex: String.raw`\s*custom_\w+\s*=[\s\S]*\S[\s\S]*`,
		errorMessage: `Write the field and its value, as in ${CUSTOM_EXAMPLE}`,
	};
	return {
		...mode,
		placeholder: `e.g. ${CUSTOM_EXAMPLE}`,
		validation: [{ type: 'regex', properties }],
	};
}

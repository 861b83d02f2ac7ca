/**
 * Makes the parameter for the record that an operation is about. It has modes for the record's ID
 * and modes for match keys, such as *By Phone*. `matching/requestedRecord.ts` finds the record by
 * the value of the parameter.
 */

import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

import type { Entity, MatchKey } from '../entities/types';
import { idParameter } from './target';

/**
 * The mode for a custom field. The user types its name and its value into one input, as in
 * `CUSTOM_EXAMPLE`. Stored in workflows.
 */
const CUSTOM_MODE = 'custom';

const CUSTOM_EXAMPLE = 'custom_crm_id=1042';

/** Follows "'Customer'" in the message that a value in the custom mode cannot be read. */
export const NO_CUSTOM_VALUE = `must be a custom field and its value, such as ${CUSTOM_EXAMPLE}`;

/** Makes the parameter for the record of an operation. */
export function recordParameter(entity: Entity): INodeProperties {
	const { modes: idModes, ...parameter } = idParameter(entity);
	if (idModes === undefined) return parameter;
	const keys = singleValueKeys(entity);
	return {
		...parameter,
		modes: [
			...idModes,
			...keys.map((key) => ({
				displayName: `By ${key.label}`,
				name: modeName(key),
				type: 'string' as const,
				...makeModeHelp(entity, key),
			})),
		],
	};
}

/**
 * Finds the match key of a mode. Returns undefined for a mode for IDs, and for an unknown mode.
 */
export function keyOfMode(entity: Entity, mode: unknown): MatchKey | undefined {
	return singleValueKeys(entity).find((key) => modeName(key) === mode);
}

/**
 * Reads the name and the value of a custom field, as in `custom_crm_id=1042`. Returns undefined for
 * any other text.
 */
export function readCustomValue(text: unknown): { name: string; value: string } | undefined {
	if (typeof text !== 'string') return undefined;
	const [, name, value] = /^\s*(custom_\w+)\s*=([\s\S]*)$/.exec(text) ?? [];
	return name === undefined ? undefined : { name, value: value.trim() };
}

/**
 * Returns the match keys with one field, whose value the user can give in place of an ID. A key
 * without a declared field is for a custom field. The key for the ID is left out: it has modes
 * already.
 */
function singleValueKeys({ match }: Entity): MatchKey[] {
	const keys = match?.keys ?? [];
	return keys.filter(({ fields }) => fields.length < 2 && fields[0] !== 'id');
}

/** Returns the name of the mode for a key: its field, or `CUSTOM_MODE` for a custom field. */
function modeName({ fields: [fieldName = CUSTOM_MODE] }: MatchKey): string {
	return fieldName;
}

/**
 * Makes the hint and the placeholder for the mode of a key. For a custom field, adds a pattern by
 * which n8n checks the text while the user types.
 */
function makeModeHelp(
	entity: Entity,
	{ fields: [fieldName], description }: MatchKey,
): Pick<INodePropertyMode, 'hint' | 'placeholder' | 'validation'> {
	const hint = description ? { hint: description } : {};
	const field = entity.fields.find(({ name }) => name === fieldName);
	if (field) return { ...hint, placeholder: field.placeholder };

	const properties = {
		regex: String.raw`\s*custom_\w+\s*=[\s\S]*\S[\s\S]*`,
		errorMessage: `Write the field and its value, as in ${CUSTOM_EXAMPLE}`,
	};
	return {
		...hint,
		placeholder: `e.g. ${CUSTOM_EXAMPLE}`,
		validation: [{ type: 'regex', properties }],
	};
}

import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

import type { Entity, MatchKey } from '../entities/types';
import { idParameter } from './target';

/**
 * The parameter for the record that an operation is about, with modes for its ID and for match
 * keys, such as *By Phone*. How the record is found by them is in `matching/requestedRecord.ts`.
 */

/**
 * The mode for a custom field, whose name is typed together with the value. Stored in workflows.
 */
const CUSTOM_MODE = 'custom';

const CUSTOM_EXAMPLE = 'custom_crm_id=1042';

/** Completes a message that the value of the custom mode cannot be read. */
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
 * Finds the match key that a mode is for. Returns undefined for a mode for IDs, and for an unknown
 * one.
 */
export function keyOfMode(entity: Entity, mode: unknown): MatchKey | undefined {
	return singleValueKeys(entity).find((key) => modeName(key) === mode);
}

/**
 * Reads a custom field and its value, as in `custom_crm_id=1042`. Returns undefined for any other
 * text.
 */
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

/**
 * Makes what helps to fill in the mode for a key. n8n checks a custom field and its value while the
 * user types.
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

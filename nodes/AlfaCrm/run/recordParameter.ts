/**
 * Makes the parameter for the record that an operation is about, such as *Customer*. The user can
 * give the record by its ID or by a *match key*: a field that identifies the record, such as the
 * phone. The parameter has a mode for each way. `matching/requestedRecord.ts` finds the record by
 * the value of the parameter.
 */

import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

import type { Entity, MatchKey } from '../entities/types';
import { idParameter } from './target';

/**
 * The name of the mode for a custom field, in which the user types the field's name and value as in
 * `CUSTOM_EXAMPLE`. Workflows have stored the name of the mode, so it must not change.
 */
const CUSTOM_MODE = 'custom';

const CUSTOM_EXAMPLE = 'custom_crm_id=1042';

/**
 * Says in the middle of a message what the user must give in the custom mode:
 * `'Customer' must be a custom field and its value, such as custom_crm_id=1042, but it is "1042"`.
 */
export const MUST_BE_CUSTOM_VALUE = `must be a custom field and its value, such as ${CUSTOM_EXAMPLE}`;

/** Makes the parameter, with the modes for IDs and a mode such as *By Phone* for each match key. */
export function recordParameter(entity: Entity): INodeProperties {
	const { modes: idModes, ...parameter } = idParameter(entity);
	if (idModes === undefined) return parameter;

	const keyModes = listSingleValueKeys(entity).map((key) => makeKeyMode(entity, key));
	return { ...parameter, modes: [...idModes, ...keyModes] };
}

/** Makes the mode in which the user gives a value for a match key, such as a phone. */
function makeKeyMode(entity: Entity, key: MatchKey): INodePropertyMode {
	return {
		displayName: `By ${key.label}`,
		name: getModeName(key),
		type: 'string' as const,
		...makeModeHelp(entity, key),
	};
}

/**
 * Finds the match key of a mode, such as the key *Phone* of the mode *By Phone*. Returns undefined
 * for a mode for IDs, and for an unknown mode.
 */
export function findKeyOfMode(entity: Entity, mode: unknown): MatchKey | undefined {
	return listSingleValueKeys(entity).find((key) => getModeName(key) === mode);
}

/**
 * Reads the name and the value of a custom field, as in `custom_crm_id=1042`. Returns undefined for
 * any other text.
 */
export function readCustomValue(text: unknown): { name: string; value: string } | undefined {
	if (typeof text !== 'string') return undefined;
	const match = /^\s*(custom_\w+)\s*=([\s\S]*)$/.exec(text);
	if (match === null) return undefined;

	const [, name, value] = match;
	return { name, value: value.trim() };
}

/**
 * Lists the match keys whose value the user can give in place of an ID: those with one field, and
 * the key without fields, which is for a custom field. The key `id` is left out, because the ID has
 * modes already.
 */
function listSingleValueKeys(entity: Entity): MatchKey[] {
	const keys = entity.match?.keys ?? [];
	return keys.filter(({ fields }) => fields.length <= 1 && fields[0] !== 'id');
}

/** Returns the name of the mode for a key: its field, or `CUSTOM_MODE` for a custom field. */
function getModeName(key: MatchKey): string {
	return key.fields.at(0) ?? CUSTOM_MODE;
}

/**
 * Makes the hint and the placeholder for the mode of a key. For a custom field, adds a pattern by
 * which n8n checks the text while the user types.
 */
function makeModeHelp(
	entity: Entity,
	key: MatchKey,
): Pick<INodePropertyMode, 'hint' | 'placeholder' | 'validation'> {
	const hint = key.description ? { hint: key.description } : {};
	const field = entity.fields.find(({ name }) => name === key.fields.at(0));
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

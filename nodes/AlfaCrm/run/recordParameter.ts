import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

import type { Entity, MatchKey } from '../entities/types';
import { idParameter } from './target';

/** The mode of a custom field, which has no name of its own before it is typed. Stored in workflows. */
const CUSTOM_MODE = 'custom';

const EXAMPLE = 'custom_crm_id=1042';

/** Keys that one value is enough for, so that it may stand in place of the ID. */
const keysOfOne = ({ match }: Entity): MatchKey[] =>
	(match?.keys ?? []).filter(({ fields }) => fields.length < 2 && fields[0] !== 'id');

/** The mode of the record's parameter that takes the value of a key. */
const modeOf = ({ fields: [field = CUSTOM_MODE] }: MatchKey): string => field;

/** @returns undefined for a mode that holds an ID, and for one that there is not */
export const keyOfMode = (entity: Entity, mode: unknown): MatchKey | undefined =>
	keysOfOne(entity).find((key) => modeOf(key) === mode);

/** The record that an operation is about, by its ID or by what it is found by: see `matching/requestedRecord`. */
export function recordParameter(entity: Entity): INodeProperties {
	const { modes, ...parameter } = idParameter(entity);
	if (modes === undefined) return parameter;
	return {
		...parameter,
		modes: [
			...modes,
			...keysOfOne(entity).map((key) => ({
				displayName: `By ${key.label}`,
				name: modeOf(key),
				type: 'string' as const,
				...(key.description ? { hint: key.description } : {}),
				...exampleOf(entity, key),
			})),
		],
	};
}

/** A custom field is written together with its value, which n8n checks while it is typed. */
function exampleOf({ fields }: Entity, key: MatchKey): Pick<INodePropertyMode, 'placeholder' | 'validation'> {
	const field = fields.find(({ name }) => name === key.fields[0]);
	if (field) return { placeholder: field.placeholder };
	const properties = {
		regex: String.raw`\s*custom_\w+\s*=[\s\S]*\S[\s\S]*`,
		errorMessage: `Write the field and its value, as in ${EXAMPLE}`,
	};
	return { placeholder: `e.g. ${EXAMPLE}`, validation: [{ type: 'regex', properties }] };
}

/** The field and the value that such a text names; undefined for any other text. */
export function readCustomValue(text: unknown): { name: string; value: string } | undefined {
	const [, name, value] = /^\s*(custom_\w+)\s*=([\s\S]*)$/.exec(typeof text === 'string' ? text : '') ?? [];
	return name === undefined ? undefined : { name, value: value.trim() };
}

/** Why it cannot be read. */
export const NO_CUSTOM_VALUE = `must be a custom field and its value, such as ${EXAMPLE}`;

import { readId } from '../values/formats';
import {
	dottedDate,
	emailPart,
	flag,
	id,
	ids,
	integer,
	longText,
	phonePart,
	range,
	reference,
	references,
	text,
	startingToday,
} from './fields';
import type { Entity, MatchKey, OperationName } from './types';
import type { Field, Filter } from './fieldTypes';

/**
 * Makes entities from their facts, and declares the fields, filters and match keys that several
 * entities share.
 */

const CRUD = ['create', 'delete', 'get', 'getAll', 'update'] as const satisfies OperationName[];

/** The facts that the declaration of an entity must give. All other facts have defaults. */
type EntityFacts = Pick<Entity, 'resource' | 'label' | 'certainty'> & Partial<Entity>;

/**
 * Makes the settings that most entities have. The URL of `studyStatus` has the path `study-status`.
 */
const makeDefaults = ({ resource, label }: EntityFacts) => ({
	path: resource.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`),
	scope: 'branch' as const,
	plural: `${label}s`,
	filters: [],
});

/** Makes an entity that the API lists, creates, changes and deletes. */
export const makeWritableEntity = (facts: EntityFacts & Pick<Entity, 'fields'>): Entity => ({
	...makeDefaults(facts),
	operations: facts.match ? [...CRUD, 'find', 'upsert'] : CRUD,
	...facts,
});

/** Makes an entity that the API is known to list, but not to change. */
export const makeReadableEntity = (facts: EntityFacts): Entity => ({
	...makeDefaults(facts),
	operations: ['getAll'],
	fields: [],
	...facts,
});

/**
 * Makes an entity for a short list of the account to which other records refer, such as levels. It
 * is listed under the resource 'Reference List'.
 */
export const makeReferenceList = (facts: EntityFacts): Entity =>
	makeReadableEntity({ ...facts, listedIn: 'referenceList' });

/**
 * Picks fields of an entity for the form of an action.
 *
 * @param changes the settings to replace, by the name of the field; {} leaves a field unchanged
 */
export const pickFields = (
	{ fields }: Pick<Entity, 'fields'>,
	changes: Record<string, Partial<Field>>,
): Field[] =>
	Object.entries(changes).map(([name, change]) => {
		const field = fields.find((candidate) => candidate.name === name);
		return { ...field, ...change } as Field;
	});

/** Matches by the ID of a record, for users who know it. */
export const byId: MatchKey = {
	name: 'id',
	label: 'ID',
	description: 'Nothing is created if there is no such record',
	fields: ['id'],
};

/**
 * Matches by a custom field. Each account has its own custom fields, so the form asks for the name.
 */
export const byCustomField: MatchKey = {
	name: 'customField',
	label: 'Custom Field',
	description: 'Case-sensitive; may read all records',
	fields: [],
};

/** Matches by the name of a record. */
export const byWholeName: MatchKey = {
	name: 'name',
	label: 'Name',
	description: 'The whole name, case-insensitive',
	fields: ['name'],
};

/** Declares a name. Most entities take at most 50 characters. API notes 5. */
export const name = (placeholder: string): Field =>
	text('name', 'Name', { required: true, longest: 50, placeholder });

/**
 * Declares the name of a person. Schools write the family name first, other programs the given
 * name, so the order of the words makes no difference. API notes 5.3.
 */
export const personName = (placeholder: string): Field =>
	text('name', 'Name', { required: true, longest: 50, placeholder, isPersonName: true });

/** Declares a name for which no limit of its length is known. */
export const nameOfAnyLength = (placeholder: string): Field =>
	text('name', 'Name', { required: true, placeholder });

/** The weight orders the records of a short list: the lowest weight comes first. API notes 5.4. */
export const weight = integer('weight', 'Weight');

export const enabled = flag('is_enabled', 'Enabled', {
	required: true,
	description: 'Whether it can be chosen',
});

export const note = longText('note', 'Note');

/**
 * The author of a comment or a task. AlfaCRM refuses a comment without an author, and may refuse a
 * task. API notes 5.18 and 5.19.
 */
export const author = reference('user_id', 'Author', 'user', {
	description: 'If not the user of the credential',
	fallback: 'author',
});

/**
 * The branch of a record that can be in one branch only. The form has no parameter for this field,
 * because the parameter 'Branch' decides the value.
 */
export const ownBranch: Field = reference('branch_id', 'Branch', 'branch', {
	fromBranch: true,
	withoutParameter: true,
});

/** Declares the branches of a record that can be in several. */
export const ownBranches = (): Field =>
	references('branch_ids', 'Branch', 'branch', {
		fromBranch: true,
		description: 'If not just the one above',
	});

export const company = reference('company_id', 'Company', 'company', {
	description: 'Your legal entity',
});

/**
 * Declares a filter for a flag, such as "Enabled". Its description is "Whether <yes> or <no> are
 * returned", as in "Whether enabled or disabled ones are returned".
 */
export const yesNoFilter = (
	name: string,
	label: string,
	yes: string,
	no = 'others',
): Field & Filter => flag(name, label, { description: `Whether ${yes} or ${no} are returned` });

/** A filter for people by their email. */
export const emailFilter = emailPart('email', 'Email', {
	description: 'One address, or a part of it',
	placeholder: 'e.g. name@example.org',
});

/** A filter for people by their phone. */
export const phoneFilter = phonePart('phone', 'Phone', {
	description: 'In any format, or some digits',
	placeholder: 'e.g. 9000001',
});

export const idFilter = id('id', 'ID', { description: 'Of the one record to return' });

/**
 * Declares a filter by several IDs of an entity. AlfaCRM may ignore it, so the node checks the ID
 * of each row again.
 */
export const idsFilter = (entity: string, placeholder: string): Filter =>
	ids('ids', 'IDs', {
		entity,
		description: 'Separated by commas',
		placeholder,
		checkRowBy: ({ id }, requestedIds) => (requestedIds as unknown[]).includes(readId(id)),
	});

export const nameFilter = text('name', 'Name');
export const enabledFilter = yesNoFilter('is_enabled', 'Enabled', 'enabled', 'disabled ones');

/**
 * When a record was created and last changed. AlfaCRM returns a moment, `yyyy-mm-dd hh:mm:ss`, and
 * its filters take days. API notes 10.
 */
export const timestamps = [text('created_at', 'Created At'), text('updated_at', 'Updated At')];
export const timestampFilters = [
	...range(startingToday(dottedDate), 'created_at', 'Created'),
	...range(dottedDate, 'updated_at', 'Updated'),
];

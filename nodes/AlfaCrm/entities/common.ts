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
	today,
} from './fields';
import type { Entity, MatchKey, OperationName } from './types';
import type { Field, Filter } from './fieldTypes';

const CRUD = ['create', 'delete', 'get', 'getAll', 'update'] as const satisfies OperationName[];

type Facts = Pick<Entity, 'resource' | 'label' | 'certainty'> & Partial<Entity>;

/**
 * Every entity has in its URL the name that the node has for it: `study-status` for `studyStatus`.
 */
const basics = ({ resource, label }: Facts) => ({
	path: resource.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`),
	scope: 'branch' as const,
	plural: `${label}s`,
	filters: [],
});

/** What the API lists, creates, changes and deletes. */
export const writable = (facts: Facts & Pick<Entity, 'fields'>): Entity => ({
	...basics(facts),
	operations: facts.match ? [...CRUD, 'find', 'upsert'] : CRUD,
	...facts,
});

/** What the API is known to show, but not to change. */
export const readable = (facts: Facts): Entity => ({
	...basics(facts),
	operations: ['getAll'],
	fields: [],
	...facts,
});

/** The same for a short list of the account, which other records refer to. */
export const referenceList = (facts: Facts): Entity =>
	readable({ ...facts, listedIn: 'referenceList' });

/** Fields of an entity as an action asks for them, with what is said of them there. */
export const fieldsLike = (
	{ fields }: Pick<Entity, 'fields'>,
	changes: Record<string, Partial<Field>>,
): Field[] =>
	Object.entries(changes).map(([name, change]) => {
		const field = fields.find((one) => one.name === name);
		return { ...field, ...change } as Field;
	});

export const byId: MatchKey = {
	name: 'id',
	label: 'ID',
	description: 'Nothing is created if there is no such record',
	fields: ['id'],
};

/** Custom fields differ by account, so the form asks for the name. */
export const byCustomField: MatchKey = {
	name: 'customField',
	label: 'Custom Field',
	description: 'Case-sensitive; may read all records',
	fields: [],
};

export const byTheName: MatchKey = {
	name: 'name',
	label: 'Name',
	description: 'The whole name, case-insensitive',
	fields: ['name'],
};

export const name = (placeholder: string): Field =>
	text('name', 'Name', { required: true, longest: 50, placeholder });
/** The order of its words says nothing. API notes 5.3. */
export const personName = (placeholder: string): Field =>
	text('name', 'Name', { required: true, longest: 50, placeholder, isPersonName: true });
/** No limit of its length is known. */
export const nameOfAnyLength = (placeholder: string): Field =>
	text('name', 'Name', { required: true, placeholder });

export const weight = integer('weight', 'Weight');

export const enabled = flag('is_enabled', 'Enabled', {
	required: true,
	description: 'Whether it can be chosen',
});

export const note = longText('note', 'Note');

/** AlfaCRM refuses a comment that has none. API notes 5.18 and 5.19. */
export const author = reference('user_id', 'Author', 'user', {
	description: 'If not the user of the credential',
	fallback: 'author',
});

/** The branch of a record that is in one only. */
export const ownBranch: Field = reference('branch_id', 'Branch', 'branch', {
	fromBranch: true,
	withoutParameter: true,
});
export const ownBranches = (): Field =>
	references('branch_ids', 'Branch', 'branch', {
		fromBranch: true,
		description: 'If not just the one above',
	});

export const company = reference('company_id', 'Company', 'company', {
	description: 'Your legal entity',
});

/** A filter by yes or no. */
export const only = (name: string, label: string, yes: string, no = 'others'): Field & Filter =>
	flag(name, label, { description: `Whether ${yes} or ${no} are returned` });

export const emailFilter = emailPart('email', 'Email', {
	description: 'One address, or a part of it',
	placeholder: 'e.g. name@example.org',
});
export const phoneFilter = phonePart('phone', 'Phone', {
	description: 'In any format, or some digits',
	placeholder: 'e.g. 9000001',
});
export const idFilter = id('id', 'ID', { description: 'Of the one record to return' });
export const idsFilter = (entity: string, placeholder: string): Filter =>
	ids('ids', 'IDs', {
		entity,
		description: 'Separated by commas',
		placeholder,
		verifyBy: ({ id }, wanted) => (wanted as unknown[]).includes(readId(id)),
	});
export const nameFilter = text('name', 'Name');
export const enabledFilter = only('is_enabled', 'Enabled', 'enabled', 'disabled ones');

/**
 * When a record was made and changed last, as it is returned and as it is filtered. API notes 10.
 */
export const timestamps = [text('created_at', 'Created At'), text('updated_at', 'Updated At')];
export const timestampFilters = [
	...range(today(dottedDate), 'created_at', 'Created'),
	...range(dottedDate, 'updated_at', 'Updated'),
];

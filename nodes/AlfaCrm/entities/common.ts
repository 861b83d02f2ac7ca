import { dottedDate, flag, id, ids, integer, longText, range, reference, text } from './fields';
import type { Entity, OperationName } from './types';
import type { Field, Filter } from './fieldTypes';

export const CRUD = ['create', 'delete', 'get', 'getAll', 'update'] as const satisfies OperationName[];

type Facts = Pick<Entity, 'resource' | 'path' | 'label' | 'plural' | 'certainty'> & Partial<Entity>;

/** What the API lists, creates, changes and deletes. */
export const writable = (facts: Facts & Pick<Entity, 'fields'>): Entity => ({
	scope: 'branch',
	operations: facts.match ? [...CRUD, 'find', 'upsert'] : CRUD,
	filters: [],
	...facts,
});

/** What the API is known to show, but not to change. */
export const readable = (facts: Facts): Entity => ({
	scope: 'branch',
	operations: ['get', 'getAll'],
	fields: [],
	filters: [],
	...facts,
});

export const name = (placeholder: string): Field =>
	text('name', 'Name', { required: true, longest: 50, placeholder });
/** No limit of its length is known. */
export const nameOfAnyLength = (placeholder: string): Field =>
	text('name', 'Name', { required: true, placeholder });

export const weight = integer('weight', 'Weight', { description: 'Place in lists: AlfaCRM sorts by it' });

export const enabled = flag('is_enabled', 'Enabled', {
	required: true,
	description: 'Whether it can be chosen in AlfaCRM',
});

export const note = longText('note', 'Note');

/** AlfaCRM refuses a comment that has none. API notes 5.18 and 5.19. */
export const author = reference('user_id', 'Author', 'user', {
	description: 'Left empty, a new record gets the user of the credential',
	fallback: 'author',
});

export const idFilter = id('id', 'ID', { description: 'ID of the one record to return' });
export const idsFilter = (entity: string, placeholder: string): Filter =>
	ids('ids', 'IDs', {
		entity,
		description: 'IDs of the records to return, separated by commas',
		placeholder,
		verifyBy: { field: 'id', test: 'in' },
	});
export const nameFilter = text('name', 'Name', { description: 'Name to look for' });
export const enabledFilter = flag('is_enabled', 'Enabled', {
	description: 'Whether to return only enabled ones or only disabled ones',
});

/** When a record was made and changed last, as it is returned and as it is filtered. API notes 10. */
export const timestamps = [text('created_at', 'Created At'), text('updated_at', 'Updated At')];
export const timestampFilters = [
	...range(dottedDate, 'created_at', 'Created'),
	...range(dottedDate, 'updated_at', 'Updated'),
];

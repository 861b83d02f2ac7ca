import type { Matching, MatchKey } from './types';

export const byId: MatchKey = {
	name: 'id',
	label: 'ID',
	description: 'The number that AlfaCRM gave it; nothing is created when there is no such record',
	fields: ['id'],
};

/** Custom fields differ by account, so the form asks for the name. */
export const byCustomField: MatchKey = {
	name: 'customField',
	label: 'Custom Field',
	description: 'AlfaCRM may have no filter for it; then all records are read',
	fields: [],
};

export const byTheName: MatchKey = {
	name: 'name',
	label: 'Name',
	description: 'The whole name, case-insensitive',
	fields: ['name'],
};

/** The short lists of an account. */
export const byNameOrId: Matching = { keys: [byTheName, byId] };

import { flag, name, nameFilter, references, weight } from './fields';
import type { Entity } from './types';

/** API notes 5.1. The documented filters do not include `id`. */
export const branch: Entity = {
	resource: 'branch',
	path: 'branch',
	scope: 'global',
	label: 'Branch',
	plural: 'Branches',
	operations: ['create', 'delete', 'get', 'getAll', 'update'],
	fields: [
		name('e.g. Central'),
		flag('is_active', 'Active', { required: true, description: 'Whether the branch is in use' }),
		references('subject_ids', 'Subject', 'subject', { description: 'Subjects taught there' }),
		weight,
	],
	filters: [
		flag('is_active', 'Active', {
			description: 'Whether to return only active branches or only inactive ones',
		}),
		nameFilter,
		references('subject_ids', 'Subject', 'subject', { description: 'Subjects taught there' }),
	],
};

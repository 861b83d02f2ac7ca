import { referenceList } from './common';
import { flag, integer, text } from './fields';

/** API notes 5.12: individual, group, trial, and what an account adds. */
export const lessonType = referenceList({
	resource: 'lessonType',
	label: 'Lesson Type',
	certainty: 'confirmed',
	outputFields: [
		text('name', 'Name'),
		integer('type', 'Type'),
		text('icon', 'Icon'),
		flag('is_active', 'Active'),
		integer('sort', 'Sort'),
	],
});

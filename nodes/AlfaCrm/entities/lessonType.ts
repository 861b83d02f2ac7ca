import { makeReferenceList } from './common';
import { flag, integer, text } from './fields';

/** Types of lessons: individual, group, trial, and those that a school adds. API notes 5.12. */
export const lessonType = makeReferenceList({
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

import type { Entity } from './types';

const inOneWord = (text: string): string =>
	`${text.charAt(0).toLowerCase()}${text.slice(1).replace(/ /g, '')}`;

/**
 * Under which name the dropdown and the searchable list of an entity are found, e.g.
 * `studyStatuses`.
 */
export const listMethod = ({ plural }: Entity): string => inOneWord(plural);

/** Under which name the customers of the lesson in the form are found. */
export const LESSON_CUSTOMERS = 'lessonCustomers';

/** Under which name the columns of an entity's field mapper are found, e.g. `customerColumns`. */
export const columnsMethod = ({ label }: Entity): string => inOneWord(`${label}Columns`);

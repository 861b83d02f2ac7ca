import type { Entity } from './types';

/** Writes a label as one word in camelCase: "Study Statuses" becomes `studyStatuses`. */
const toCamelCase = (text: string): string =>
	`${text.charAt(0).toLowerCase()}${text.slice(1).replace(/ /g, '')}`;

/** Names the n8n method that fills the dropdown and the searchable list of an entity. */
export const listMethod = ({ plural }: Entity): string => toCamelCase(plural);

/**
 * Names the n8n method that fills the searchable list of an owner: a record whose entity is chosen in
 * the parameter `by`, such as the customer or the group of a comment.
 */
export const ownerListMethod = (by: string): string => `ownersBy_${by}`;

/** The name of the n8n method that lists the customers of the lesson that is chosen in the form. */
export const LESSON_CUSTOMERS = 'lessonCustomers';

/**
 * Names the n8n method that loads the columns of the field mapper for an entity, such as
 * `customerColumns`.
 */
export const columnsMethod = ({ label }: Entity): string => toCamelCase(`${label}Columns`);

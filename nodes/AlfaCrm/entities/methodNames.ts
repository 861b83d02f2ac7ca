import type { Entity } from './types';

const inOneWord = (text: string): string => text.replace(/ /g, '');

/** Under which name the dropdown of an entity is found, e.g. `getStudyStatuses`. */
export const optionsMethod = ({ plural }: Entity): string => `get${inOneWord(plural)}`;

/** Under which name the searchable list of an entity is found, e.g. `searchCustomers`. */
export const searchMethod = ({ plural }: Entity): string => `search${inOneWord(plural)}`;

/** Under which name the customers of the lesson in the form are found. */
export const LESSON_CUSTOMERS = 'getLessonCustomers';

/** Under which name the columns of an entity's field mapper are found, e.g. `getCustomerColumns`. */
export const columnsMethod = ({ label }: Entity): string => `get${inOneWord(label)}Columns`;

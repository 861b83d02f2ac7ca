import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import { lesson as lessonEntity, LESSON_FIELDS } from '../../entities/lesson';
import { isEmpty } from '../../fields/blank';
import { isBlank } from '../../fields/field';
import { isExpression, isInFormMode, emptyFieldError } from '../../run/fieldInput';
import type { Item } from '../../run/item';

const { customer, group, teacher } = LESSON_FIELDS;

/**
 * Makes sure that a new lesson is for somebody. *Lesson → Create* and *Lesson → Book* use it.
 *
 * AlfaCRM creates a lesson without attendees or without a teacher and reports no error. So an
 * expression that comes out empty must not pass for a field that the user left empty.
 *
 * @param input the fields of the lesson as the user has given them
 * @throws NodeOperationError if no customer and no group is given, or a field came out empty
 */
export function assertHasAttendees(item: Item, input: IDataObject): void {
	for (const field of [customer, group, teacher]) {
		const cameOutEmpty = isBlankIn(input, field) && isFilledByUser(item, input, field);
		if (cameOutEmpty && !isEmptyOnPurpose(item, input, field)) {
			throw emptyFieldError(item, field, 'leave it out if the lesson has none');
		}
	}

	const isForNobody = isBlankIn(input, customer) && isBlankIn(input, group);
	if (!isForNobody) return;
	throw item.error(
		`'${group.label}' and '${customer.label}' are both empty, so the lesson would be for nobody`,
		`Fill one of them.`,
	);
}

const isBlankIn = (input: IDataObject, field: Field): boolean => isBlank(field, input[field.name]);

/**
 * Whether the user has filled a field, with an expression, in JSON or through the mapped input
 * item.
 */
function isFilledByUser(item: Item, input: IDataObject, { name }: Field): boolean {
	const { [name]: parameter, columns } = item.execution.parameters;
	if (isInFormMode(item, lessonEntity)) return !isEmpty(input[name]) || isExpression(parameter);

	const { value: mappedColumns } = (columns ?? {}) as { value?: IDataObject | null };
	return name in input || isExpression(mappedColumns?.[name]);
}

/**
 * Whether the customers or the groups may be empty because the others are given. JSON and mapped
 * input may hold a lesson that was read from AlfaCRM, and a lesson of a group that was read has an
 * empty list of customers.
 */
function isEmptyOnPurpose(item: Item, input: IDataObject, field: Field): boolean {
	if (field === teacher || isInFormMode(item, lessonEntity)) return false;

	const value: unknown = input[field.name];
	const isEmptyList = value === '' || (Array.isArray(value) && value.length === 0);
	const isOneOfThemGiven = isBlankIn(input, customer) !== isBlankIn(input, group);
	return isEmptyList && isOneOfThemGiven;
}

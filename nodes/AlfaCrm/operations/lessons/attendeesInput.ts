import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import { lesson as lessonEntity, LESSON_FIELDS } from '../../entities/lesson';
import { isEmpty } from '../../fields/blank';
import { isBlank } from '../../fields/field';
import { isExpression, isInFormMode, emptyFieldError } from '../../run/fieldInput';
import type { Item } from '../../run/item';

const { customer: customerField, group: groupField, teacher: teacherField } = LESSON_FIELDS;

/**
 * Makes sure that a new lesson has attendees, and that no expression for its customers, groups or
 * teachers comes out empty. *Lesson → Create* and *Lesson → Book* use it.
 *
 * AlfaCRM creates a lesson without attendees or without a teacher and reports no error. So an
 * expression that comes out empty must not pass for a field that the user left empty.
 *
 * @param input the fields of the lesson as the user has given them
 * @throws NodeOperationError if no customer and no group is given, or one of the fields came out
 * empty
 */
export function assertAttendeesGiven(item: Item, input: IDataObject): void {
	for (const field of [customerField, groupField, teacherField]) {
		const cameOutEmpty = isBlankIn(input, field) && isGivenByUser(item, input, field);
		if (cameOutEmpty && !isEmptyOnPurpose(item, input, field)) {
			throw emptyFieldError(item, field, 'leave it out if the lesson has none');
		}
	}

	const hasAttendees = !isBlankIn(input, customerField) || !isBlankIn(input, groupField);
	if (hasAttendees) return;
	throw item.error(
		`'${groupField.label}' and '${customerField.label}' are both empty, so the lesson would be for nobody`,
		`Fill one of them.`,
	);
}

/** Whether a field is empty, or holds nothing usable for a field of its type, such as ", ". */
const isBlankIn = (input: IDataObject, field: Field): boolean => isBlank(field, input[field.name]);

/**
 * Whether the user has given a field, even if its value came out empty. The user gives the fields
 * in the form, in JSON or with the Field Mapper, which maps the columns of the input item. In the
 * form, a field is given if it holds any text or an expression. In the other two ways, a field is
 * given if it is among the given fields at all.
 */
function isGivenByUser(item: Item, input: IDataObject, { name }: Field): boolean {
	const { parameters } = item.execution;
	if (isInFormMode(item, lessonEntity)) {
		return !isEmpty(input[name]) || isExpression(parameters[name]);
	}
	if (name in input) return true;

	// `input` lacks a mapped column whose value is null, so look whether the column has an
	// expression.
	const mapper = (parameters.columns ?? {}) as { value?: IDataObject | null };
	return isExpression(mapper.value?.[name]);
}

/**
 * Whether the customers may be empty because groups are given, or the groups because customers are
 * given. JSON and mapped input may hold a lesson as AlfaCRM shows it, and AlfaCRM shows an empty
 * list of customers for a group lesson.
 */
function isEmptyOnPurpose(item: Item, input: IDataObject, blankField: Field): boolean {
	if (blankField === teacherField || isInFormMode(item, lessonEntity)) return false;

	const value: unknown = input[blankField.name];
	// *Simplify* writes a list as text, so an empty list may be ''.
	const isEmptyList = value === '' || (Array.isArray(value) && value.length === 0);
	const alternativeField = blankField === customerField ? groupField : customerField;
	return isEmptyList && !isBlankIn(input, alternativeField);
}

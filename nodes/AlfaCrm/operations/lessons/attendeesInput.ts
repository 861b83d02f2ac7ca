import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import { lesson as lessonEntity, LESSON_FIELDS } from '../../entities/lesson';
import { isEmpty } from '../../fields/blank';
import { isBlank } from '../../fields/field';
import { isExpression, isInFormMode, emptyFieldError } from '../../run/fieldInput';
import type { Item } from '../../run/item';

const { customer: customerField, group: groupField, teacher: teacherField } = LESSON_FIELDS;

/**
 * Makes sure that a new lesson has attendees: the customers or groups for whom it is. *Lesson →
 * Create* and *Lesson → Book* use this check.
 *
 * AlfaCRM creates a lesson without attendees or without a teacher and reports no error. So this
 * function also refuses an expression for customers, groups or teachers that has no result. Such a
 * field must not be taken for one that the user has left empty.
 *
 * @param input the fields of the lesson as the user has given them
 * @throws NodeOperationError if no customer and no group is given, or an expression has no result
 */
export function assertAttendeesGiven(item: Item, input: IDataObject): void {
	for (const field of [customerField, groupField, teacherField]) {
		const hasNoResult = isBlankIn(input, field) && isGivenByUser(item, input, field);
		if (hasNoResult && !isEmptyOnPurpose(item, input, field)) {
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

/**
 * Whether a field has no usable value: it is empty, or it is a list without items, such as ", ".
 */
const isBlankIn = (input: IDataObject, field: Field): boolean => isBlank(field, input[field.name]);

/**
 * Whether the user has given a field, even if its value is empty now:
 *
 * - in the form, if the field holds a text or an expression
 * - in JSON, if the object has the field
 * - with the Field Mapper, which maps columns of the input item to fields, if the field is mapped
 */
function isGivenByUser(item: Item, input: IDataObject, { name }: Field): boolean {
	const { parameters } = item.execution;
	if (isInFormMode(item, lessonEntity)) {
		return !isEmpty(input[name]) || isExpression(parameters[name]);
	}
	if (name in input) return true;

	// `input` lacks a mapped field if its expression returned null. n8n keeps the expressions of the
	// Field Mapper in the parameter 'columns'.
	const fieldMapper = (parameters.columns ?? {}) as { value?: IDataObject | null };
	return isExpression(fieldMapper.value?.[name]);
}

/**
 * Whether an empty list of customers is no mistake because groups are given, or the other way
 * round. The user can pass on a lesson that AlfaCRM has shown, in JSON or with the Field Mapper.
 * For a group lesson, AlfaCRM shows an empty list of customers.
 */
function isEmptyOnPurpose(item: Item, input: IDataObject, blankField: Field): boolean {
	if (blankField === teacherField || isInFormMode(item, lessonEntity)) return false;

	const value: unknown = input[blankField.name];
	// With the option *Simplify*, the node outputs a list as a text. An empty list becomes ''.
	const isEmptyList = value === '' || (Array.isArray(value) && value.length === 0);
	const alternativeField = blankField === customerField ? groupField : customerField;
	return isEmptyList && !isBlankIn(input, alternativeField);
}

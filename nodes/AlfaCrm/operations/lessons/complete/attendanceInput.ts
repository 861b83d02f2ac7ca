/**
 * Reads the form of *Lesson → Complete Lesson*. An attendance says of one customer whether the
 * customer was present. The user gives the attendances in two lists of IDs, for present and absent
 * customers, or in rows that can hold more, such as a grade.
 *
 * If several items are about one lesson, their attendances are joined.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import { isBlank, areSameValues } from '../../../fields/field';
import { readFields } from '../../../run/actionFields';
import { buildRequestBody } from '../../../run/body';
import type { Item } from '../../../run/item';
import { givenBranch } from '../../../run/target';
import type { Branch } from '../../../store/located';

/** The values that the user has given for a lesson. */
interface AttendanceInput {
	/** One attendance for each customer, as AlfaCRM takes it. */
	attendances: IDataObject[];
	/** The other fields of the form, as AlfaCRM takes them. */
	otherFields: IDataObject;
}

/** The lesson, and its form. */
interface AttendanceForm {
	lessonId: number;
	fields: readonly Field[];
	branch: Branch;
	/**
	 * Puts IDs in place of the names of records in an item. The node does this for an item just
	 * before it executes the item, so only the first of several items has no names any more.
	 */
	resolveNames(unresolvedItem: Item): Promise<Item>;
}

/** AlfaCRM's name for the field that holds attendances as rows. API notes 5.11. */
const ROWS_FIELD_NAME = 'details';

/** The names of the form fields that hold attendances. */
const ATTENDANCE_FIELD_NAMES = ['present_ids', 'absent_ids', ROWS_FIELD_NAME];

type RowsField = Extract<Field, { type: 'rows' }>;

/** Finds the field of the form that holds attendances as rows. The action declares this field. */
export const findAttendanceRowsField = (fields: readonly Field[]): RowsField =>
	fields.find(({ name }) => name === ROWS_FIELD_NAME) as RowsField;

/**
 * Reads the values for one lesson from all items about it.
 *
 * @throws NodeOperationError if an item cannot be used, or two items contradict each other. The
 * lesson is then not completed at all, because some of the attendances would be missing.
 */
export async function readAttendanceInput(
	items: readonly [Item, ...Item[]],
	form: AttendanceForm,
): Promise<AttendanceInput> {
	if (items.length === 1) return readItem(items[0], form);
	return await readSeveralItems(items, form);
}

/** Reads the values for the lesson from one item. */
function readItem(item: Item, { fields, branch }: AttendanceForm): AttendanceInput {
	const input = readFields(item, fields);
	const attendances = readAttendances(item, fields, input);
	const otherFormFields = fields.filter(({ name }) => !ATTENDANCE_FIELD_NAMES.includes(name));
	const otherFields = buildRequestBody(item, otherFormFields, input, { branch });
	return { attendances, otherFields };
}

// ---------------------------------------------------------------- the attendances of one item

/**
 * Reads the attendances of an item, from the lists of IDs and from the rows.
 *
 * @throws NodeOperationError if the item names no customer, or names a customer twice
 */
function readAttendances(item: Item, fields: readonly Field[], input: IDataObject): IDataObject[] {
	const rowsField = findAttendanceRowsField(fields);
	const attendanceFields = fields.filter(({ name }) => ATTENDANCE_FIELD_NAMES.includes(name));
	const idFields = attendanceFields.filter(({ name }) => name !== ROWS_FIELD_NAME);

	const { present_ids = [], absent_ids = [] } = buildRequestBody(item, idFields, input);
	const givenAttendances = [
		...readAttendanceRows(item, rowsField, input),
		...makeAttendances(present_ids as number[], { is_attend: 1 }),
		...makeAttendances(absent_ids as number[], { is_attend: 0 }),
	];
	// The values have AlfaCRM's formats already. `buildRequestBody` is called to put the fields of
	// each attendance into the same order, to leave out empty fields, and to check the required
	// fields.
	const attendances = givenAttendances.map((attendance) =>
		buildRequestBody(item, rowsField.fields, attendance),
	);
	assertCustomersNamedOnce(item, attendances, [...idFields, rowsField]);
	return attendances;
}

function readAttendanceRows(item: Item, rowsField: RowsField, input: IDataObject): IDataObject[] {
	const rows: unknown = input[ROWS_FIELD_NAME];
	if (isBlank(rowsField, rows)) return [];
	return item.toRequestValue(rowsField, rows) as IDataObject[];
}

/** Makes an attendance for each customer, all of them with the same `is_attend`. */
function makeAttendances(
	customerIds: readonly number[],
	{ is_attend }: { is_attend: 0 | 1 },
): IDataObject[] {
	return customerIds.map((customer_id) => ({ customer_id, is_attend }));
}

/**
 * Makes sure that an item names at least one customer, and each customer only once.
 *
 * @param formFields the fields in which the user names customers
 */
function assertCustomersNamedOnce(
	item: Item,
	attendances: readonly IDataObject[],
	formFields: readonly Field[],
): void {
	const labels = formFields.map(({ label }) => `'${label}'`);
	const advice = `Name each customer once, in ${joinWords(labels, 'or')}.`;
	if (attendances.length === 0) {
		const emptyFields = joinWords(labels, 'and');
		throw item.error(
			`No customer is given who was present or absent: ${emptyFields} are empty`,
			advice,
		);
	}

	const repeatedCustomerId = findRepeatedCustomerId(attendances);
	if (repeatedCustomerId !== undefined) {
		throw item.error(`Customer ${repeatedCustomerId} is given twice`, advice);
	}
}

/** Joins at least two words: `a, b and c`. */
function joinWords(words: readonly string[], conjunction: 'and' | 'or'): string {
	const firstWords = words.slice(0, -1).join(', ');
	const lastWord = words.at(-1);
	return `${firstWords} ${conjunction} ${lastWord}`;
}

/** Finds the ID of a customer who has more than one attendance. */
function findRepeatedCustomerId(attendances: readonly IDataObject[]): string | undefined {
	const customerIds = attendances.map(({ customer_id }) => String(customer_id));
	return customerIds.find((id, index) => customerIds.indexOf(id) !== index);
}

// ---------------------------------------------------------------- joining several items

/**
 * Reads the values for one lesson from several items, and joins them in the order of the items. If
 * two items fill the same field or name the same customer, their values must be equal.
 */
async function readSeveralItems(
	items: readonly [Item, ...Item[]],
	form: AttendanceForm,
): Promise<AttendanceInput> {
	// The first item completes the lesson for all items (see `lessonItems.ts`), so it reports the
	// errors.
	const [completingItem] = items;
	const joinedFields: IDataObject = {};
	const attendances: IDataObject[] = [];

	const itemsInOrder = [...items].sort((a, b) => a.index - b.index);
	for (const item of itemsInOrder) {
		const input = await readItemOfSeveral(item, form, completingItem);
		const field = findContradictedField(form.fields, joinedFields, input.otherFields, item.zone);
		if (field !== undefined) {
			throw makeErrorAboutItems(completingItem, form.lessonId, {
				message: `item ${item.index} and one before it contradict each other on '${field.label}'`,
			});
		}
		Object.assign(joinedFields, input.otherFields);
		attendances.push(...input.attendances);
	}

	// A sheet may have the same row twice, so equal attendances are no contradiction.
	const distinctAttendances = removeDuplicates(attendances);
	const repeatedCustomerId = findRepeatedCustomerId(distinctAttendances);
	if (repeatedCustomerId !== undefined) {
		throw makeErrorAboutItems(completingItem, form.lessonId, {
			message: `some contradict each other on customer ${repeatedCustomerId}`,
		});
	}
	return { attendances: distinctAttendances, otherFields: joinedFields };
}

/** Reads one of several items, and makes sure that it names no other branch than the first item. */
async function readItemOfSeveral(
	unresolvedItem: Item,
	form: AttendanceForm,
	completingItem: Item,
): Promise<AttendanceInput> {
	try {
		// The completing item has no names any more, so for this item the call changes nothing.
		const item = await form.resolveNames(unresolvedItem);
		const branch = givenBranch(item) ?? form.branch;
		if (branch !== form.branch) {
			// This error is caught below, and its message becomes the end of another error.
			throw item.error(`another 'Branch' is given, ${branch}`, 'Give the branch of the lesson.');
		}
		return readItem(item, form);
	} catch (caught) {
		const { message, description } = unresolvedItem.asError(caught);
		throw makeErrorAboutItems(completingItem, form.lessonId, {
			message: `item ${unresolvedItem.index} cannot be used: ${message}`,
			advice: description ?? '',
		});
	}
}

/**
 * Finds a field to which an item and an earlier item give different values.
 *
 * @param earlierValues the joined values of all earlier items
 */
function findContradictedField(
	fields: readonly Field[],
	earlierValues: IDataObject,
	values: IDataObject,
	zone: string,
): Field | undefined {
	return fields.find((field) => {
		const { name } = field;
		const isGivenTwice = name in earlierValues && name in values;
		return isGivenTwice && !areSameValues(field, earlierValues[name], values[name], zone);
	});
}

/**
 * Returns equal attendances only once. Equal attendances have the same JSON, because
 * `readAttendances` puts their fields into the same order.
 */
function removeDuplicates(attendances: readonly IDataObject[]): IDataObject[] {
	const attendancesByJson = new Map<string, IDataObject>();
	for (const attendance of attendances) {
		attendancesByJson.set(JSON.stringify(attendance), attendance);
	}
	return [...attendancesByJson.values()];
}

/**
 * Makes an error about the items of one lesson as a whole.
 *
 * @param message the end of a sentence that begins with "Of the items about lesson 501, "
 * @param advice whole sentences
 */
function makeErrorAboutItems(
	completingItem: Item,
	lessonId: number,
	{ message, advice = '' }: { message: string; advice?: string },
): Error {
	return completingItem.error(
		`Of the items about lesson ${lessonId}, ${message}`,
		`${advice} All items about a lesson are saved at once or not at all.`,
	);
}

/**
 * Reads the form of *Lesson → Complete Lesson*. The user names present and absent customers in two
 * lists of IDs, or in rows that hold more, such as a grade. Several items may be about one lesson;
 * what they give is joined.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import { isBlank, sameValue } from '../../../fields/field';
import { readFields } from '../../../run/actionFields';
import { buildRequestBody } from '../../../run/body';
import type { Item } from '../../../run/item';
import { givenBranch } from '../../../run/target';
import type { Branch } from '../../../store/located';

/** What the user has given for a lesson. */
interface AttendanceInput {
	/** One attendance for each customer, as AlfaCRM takes it. */
	attendances: IDataObject[];
	/** The other fields of the form, as AlfaCRM takes them. */
	otherFields: IDataObject;
}

/** What `readAttendanceInput` has to know about the lesson and its form. */
interface AttendanceForm {
	lessonId: number;
	fields: readonly Field[];
	branch: Branch;
	/**
	 * Puts IDs in place of the names of records that an item holds. The node resolves the names of an
	 * item just before it executes the item. So the items after the first one still hold names.
	 */
	resolveNames(unresolvedItem: Item): Promise<Item>;
}

/** AlfaCRM's name for the field that holds attendances as rows. API notes 5.11. */
const ROWS_FIELD_NAME = 'details';

/** The fields of the form that name customers. */
const ATTENDANCE_FIELD_NAMES = ['present_ids', 'absent_ids', ROWS_FIELD_NAME];

type RowsField = Extract<Field, { type: 'rows' }>;

/** Finds the field of the form that holds attendances as rows. */
export const findAttendanceRowsField = (fields: readonly Field[]): RowsField =>
	fields.find(({ name }) => name === ROWS_FIELD_NAME) as RowsField;

/**
 * Reads what the items about one lesson give for it.
 *
 * @throws NodeOperationError if one item cannot be used, or two items contradict each other. The
 * lesson is then not completed at all, because completing it with half of the attendance is wrong.
 */
export async function readAttendanceInput(
	items: readonly [Item, ...Item[]],
	form: AttendanceForm,
): Promise<AttendanceInput> {
	if (items.length === 1) return readItem(items[0], form);
	return await readSeveralItems(items, form);
}

/** Reads what one item gives. */
function readItem(item: Item, { fields, branch }: AttendanceForm): AttendanceInput {
	const input = readFields(item, fields);
	const attendances = readAttendances(item, fields, input);
	const otherFields = fields.filter(({ name }) => !ATTENDANCE_FIELD_NAMES.includes(name));
	return { attendances, otherFields: buildRequestBody(item, otherFields, input, { branch }) };
}

// ---------------------------------------------------------------- the attendances of one item

/**
 * Reads the attendances of an item, from the lists of IDs and from the rows.
 *
 * @throws NodeOperationError if the item names no customer, or names a customer twice
 */
function readAttendances(item: Item, fields: readonly Field[], input: IDataObject): IDataObject[] {
	const rowsField = findAttendanceRowsField(fields);
	const isIdField = ({ name }: Field) =>
		ATTENDANCE_FIELD_NAMES.includes(name) && name !== ROWS_FIELD_NAME;
	const idFields = fields.filter(isIdField);

	const { present_ids = [], absent_ids = [] } = buildRequestBody(item, idFields, input);
	const givenAttendances = [
		...readAttendanceRows(item, rowsField, input),
		...makeAttendances(present_ids as number[], { is_attend: 1 }),
		...makeAttendances(absent_ids as number[], { is_attend: 0 }),
	];
	// The values are converted already, and `buildRequestBody` leaves them as they are. It puts the
	// fields of each attendance into one order, leaves out empty fields, and makes sure that a row
	// has its required fields.
	const attendances = givenAttendances.map((attendance) =>
		buildRequestBody(item, rowsField.fields, attendance),
	);
	assertEachCustomerNamedOnce(item, attendances, [...idFields, rowsField]);
	return attendances;
}

function readAttendanceRows(item: Item, rowsField: RowsField, input: IDataObject): IDataObject[] {
	const rows: unknown = input[ROWS_FIELD_NAME];
	if (isBlank(rowsField, rows)) return [];
	return item.toRequestValue(rowsField, rows) as IDataObject[];
}

/** Makes an attendance for each customer. All were present, or all were absent. */
function makeAttendances(
	customerIds: readonly number[],
	{ is_attend }: { is_attend: 0 | 1 },
): IDataObject[] {
	return customerIds.map((customer_id) => ({ customer_id, is_attend }));
}

/**
 * @param formFields the fields in which the user names customers
 * @throws NodeOperationError if an item names no customer, or names a customer twice
 */
function assertEachCustomerNamedOnce(
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

	const repeatedCustomer = findRepeatedCustomer(attendances);
	if (repeatedCustomer !== undefined) {
		throw item.error(`Customer ${repeatedCustomer} is given twice`, advice);
	}
}

/** Joins words to `a, b and c`. */
function joinWords(words: readonly string[], conjunction: 'and' | 'or'): string {
	const firstWords = words.slice(0, -1).join(', ');
	const lastWord = words.at(-1);
	return `${firstWords} ${conjunction} ${lastWord}`;
}

/** Finds a customer who has more than one attendance. */
function findRepeatedCustomer(attendances: readonly IDataObject[]): string | undefined {
	const customers = attendances.map(({ customer_id }) => String(customer_id));
	return customers.find((customer, index) => customers.indexOf(customer) !== index);
}

// ---------------------------------------------------------------- joining several items

/**
 * Reads what several items give, and joins it in the order of the items. Two items may fill the
 * same field or name the same customer only if both say the same.
 */
async function readSeveralItems(
	items: readonly [Item, ...Item[]],
	form: AttendanceForm,
): Promise<AttendanceInput> {
	// The first item completes the lesson for all of them (see `lessonItems.ts`), so it reports the
	// errors.
	const [completingItem] = items;
	const makeError = (message: string) =>
		makeErrorAboutItems(completingItem, form.lessonId, message);
	const joinedFields: IDataObject = {};
	const attendances: IDataObject[] = [];

	const itemsInOrder = [...items].sort((a, b) => a.index - b.index);
	for (const item of itemsInOrder) {
		const input = await readItemOfSeveral(item, form, completingItem);
		const contradicted = findContradiction(form.fields, joinedFields, input.otherFields, item.zone);
		if (contradicted !== undefined) {
			throw makeError(
				`item ${item.index} and one before it contradict each other on '${contradicted.label}'`,
			);
		}
		Object.assign(joinedFields, input.otherFields);
		attendances.push(...input.attendances);
	}

	// The input may come from a sheet in which a row stands twice. Equal attendances are kept once.
	const distinctAttendances = removeDuplicates(attendances);
	const repeatedCustomer = findRepeatedCustomer(distinctAttendances);
	if (repeatedCustomer !== undefined) {
		throw makeError(`some contradict each other on customer ${repeatedCustomer}`);
	}
	return { attendances: distinctAttendances, otherFields: joinedFields };
}

/** Reads one of several items, and makes sure that it is about a lesson of the same branch. */
async function readItemOfSeveral(
	unresolvedItem: Item,
	form: AttendanceForm,
	completingItem: Item,
): Promise<AttendanceInput> {
	try {
		// The completing item is resolved already. Resolving it again finds no names and changes
		// nothing.
		const item = await form.resolveNames(unresolvedItem);
		const branch = givenBranch(item) ?? form.branch;
		if (branch !== form.branch) {
			// The message becomes a part of the error below.
			throw item.error(`another 'Branch' is given, ${branch}`, 'Give the branch of the lesson.');
		}
		return readItem(item, form);
	} catch (caught) {
		const { message, description } = unresolvedItem.asError(caught);
		throw makeErrorAboutItems(
			completingItem,
			form.lessonId,
			`item ${unresolvedItem.index} cannot be used: ${message}`,
			description ?? '',
		);
	}
}

/**
 * Finds a field to which an item gives another value than an item before it.
 *
 * @param earlierValues the values of all items before it
 */
function findContradiction(
	fields: readonly Field[],
	earlierValues: IDataObject,
	values: IDataObject,
	zone: string,
): Field | undefined {
	return fields.find((field) => {
		const { name } = field;
		const isGivenTwice = name in earlierValues && name in values;
		return isGivenTwice && !sameValue(field, earlierValues[name], values[name], zone);
	});
}

/**
 * Returns equal attendances once. They have equal texts, because `readAttendances` puts their
 * fields into one order.
 */
function removeDuplicates(attendances: readonly IDataObject[]): IDataObject[] {
	const attendancesByText = new Map<string, IDataObject>();
	for (const attendance of attendances) {
		attendancesByText.set(JSON.stringify(attendance), attendance);
	}
	return [...attendancesByText.values()];
}

/**
 * Makes an error about the items of one lesson as a whole.
 *
 * @param message begins with a small letter: it goes on from "Of the items about lesson 501, …"
 * @param advice whole sentences; the error adds that all items are saved at once or not at all
 */
function makeErrorAboutItems(
	completingItem: Item,
	lessonId: number,
	message: string,
	advice = '',
): Error {
	return completingItem.error(
		`Of the items about lesson ${lessonId}, ${message}`,
		`${advice} All items about a lesson are saved at once or not at all.`,
	);
}

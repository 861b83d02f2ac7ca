/**
 * Makes the fields of an overview from the rows that were read. Makes no calls.
 *
 * Each table below describes one kind of object in the overview, with its fields in the order of
 * the output. A field has a type, for the preview in the editor, and a function that reads its
 * value from a row of AlfaCRM. The names on the left are names of the output; those in quotes are
 * AlfaCRM's names. The *card* is the row of the customer.
 */

import type { IDataObject } from 'n8n-workflow';

import { customer as customerEntity, stageOf } from '../../entities/customer';
import { isArchivedByRow } from '../../entities/archive';
import { dayOf } from '../../entities/lesson';
import { INCOME, NON_INCOME_TYPES } from '../../entities/pay';
import { listOf } from '../../fields/field';
import type { JsonSchema } from '../../fields/kind';
import { buildLink } from '../../output/link';
import type { ObjectSchema } from '../../output/recordSchema';
import { objectOf, STRING } from '../../output/recordSchema';
import { findAttendanceEntry, groupIdsOf } from '../../store/calendar/lessonRow';
import type { Titles } from '../../store/shortList';
import { formatDay, formatTime, readFlag, readId } from '../../values/formats';
import type { OverviewFacts } from './overviewFacts';
import {
	chooseCurrentSubscriptions,
	isClient,
	chooseLatestLessons,
	chooseLatestPayments,
	chooseUpcomingLessons,
	chooseOpenTasks,
} from './overviewFacts';

/** Makes the overview of a customer from the customer's card and the other rows that were read. */
export function toOverview(card: IDataObject, facts: OverviewFacts): IDataObject {
	return readFields(OVERVIEW_FIELDS, card, facts);
}

/** Describes the output of 'Get Overview'. */
export function overviewSchema(): ObjectSchema {
	return schemaOf(OVERVIEW_FIELDS);
}

/** Reads the value of a field from a row of AlfaCRM. */
type FieldReader = (row: IDataObject, facts: OverviewFacts) => IDataObject[string];

interface OverviewField {
	schema: JsonSchema;
	read: FieldReader;
}

type OverviewFields = Readonly<Record<string, OverviewField>>;

const INTEGER: JsonSchema = { type: 'integer' };
const BOOLEAN: JsonSchema = { type: 'boolean' };

// ---------------------------------------------------------------- the tables of fields

const LESSON_FIELDS: OverviewFields = {
	lesson_id: idField('id'),
	branch_id: idField('branch_id'),
	date: textField(readLessonDay),
	start: timeField('time_from'),
	end: timeField('time_to'),
	type: unchangedField('lesson_type_name'),
	topic: unchangedField('topic'),
};

const NEXT_LESSON_FIELDS: OverviewFields = {
	...LESSON_FIELDS,
	group_id: { schema: INTEGER, read: readFirstGroupId },
};

/** These fields are read from objects `{ id }`: see `listGroupRows`. */
const GROUP_FIELDS: OverviewFields = {
	id: idField('id'),
	name: textField((group, { names }) => findName(names.groups, group.id)),
	next_lesson: objectField(LESSON_FIELDS, readNextLessonOfGroup),
};

const SUBSCRIPTION_FIELDS: OverviewFields = {
	id: idField('id'),
	plan_id: idField('tariff_id'),
	plan_name: textField((subscription, { names }) => findName(names.plans, subscription.tariff_id)),
	from: dayField('b_date'),
	until: textField(readLastDayOfSubscription),
	balance: unchangedField('balance'),
	lessons_left: unchangedField('paid_lesson_count', INTEGER),
	note: unchangedField('note'),
};

const ATTENDANCE_FIELDS: OverviewFields = {
	...LESSON_FIELDS,
	attended: attendanceField(yesOrNoField('is_attend')),
	grade: attendanceField(unchangedField('grade')),
	homework_grade: attendanceField(unchangedField('homework_grade_id', INTEGER)),
	bonus: attendanceField(unchangedField('bonus', INTEGER)),
	note: attendanceField(unchangedField('note')),
};

const PAYMENT_FIELDS: OverviewFields = {
	id: idField('id'),
	date: dayField('document_date'),
	income: unchangedField('income'),
	expenditure: unchangedField('expenditure'),
	type_id: idField('pay_type_id'),
	incoming: { schema: BOOLEAN, read: readIsIncome },
	confirmed: yesOrNoField('is_confirmed'),
	note: unchangedField('note'),
};

const TASK_FIELDS: OverviewFields = {
	id: idField('id'),
	title: unchangedField('title'),
	text: unchangedField('text'),
	due_date: dayField('due_date'),
	assigned_ids: joinedListField('assigned_ids'),
};

const ERROR_FIELDS: OverviewFields = {
	part: unchangedField('part'),
	reason: unchangedField('reason'),
};

/** The overview: first the fields of the customer's card, then the fields from other lists. */
const OVERVIEW_FIELDS: OverviewFields = {
	id: idField('id'),
	name: unchangedField('name'),
	type: textField((card) => (isClient(card) ? 'client' : 'lead')),
	phone: joinedListField('phone'),
	email: joinedListField('email'),
	payer_name: unchangedField('legal_name'),
	branch_ids: joinedListField('branch_ids'),
	branch_names: textField(readBranchNames),
	manager_id: idField('assigned_id'),
	manager_name: textField((card, { names }) => findName(names.managers, card.assigned_id)),
	stage_id: { schema: INTEGER, read: readStageId },
	stage_name: textField((card, { names }) => findName(names.stages, readStageId(card))),
	balance: unchangedField('balance'),
	bonus: unchangedField('balance_bonus', INTEGER),
	lessons_left: unchangedField('paid_lesson_count', INTEGER),
	paid_until: dayField('paid_till'),
	last_attended: dayField('last_attend_date'),
	archived: { schema: BOOLEAN, read: readIsArchived },
	url: textField((card, { origin, branch }) => buildLink(customerEntity, card, origin, branch)),
	next_lesson: objectField(NEXT_LESSON_FIELDS, (_card, facts) => chooseUpcomingLessons(facts)[0]),
	groups: listField(GROUP_FIELDS, listGroupRows),
	subscriptions: listField(SUBSCRIPTION_FIELDS, chooseCurrentSubscriptions),
	attendance: listField(ATTENDANCE_FIELDS, chooseLatestLessons),
	payments: listField(PAYMENT_FIELDS, chooseLatestPayments),
	tasks: listField(TASK_FIELDS, chooseOpenTasks),
	// AlfaCRM's names have no capital letters, so no field of AlfaCRM has this name.
	overviewErrors: listField(ERROR_FIELDS, listErrorRows),
};

// ---------------------------------------------------------------- fields with a rule

/** Reads the day of a lesson, `yyyy-mm-dd`. */
function readLessonDay(lesson: IDataObject, { zone }: OverviewFacts): string {
	return dayOf(lesson, zone) ?? '';
}

/** Reads the ID of a lesson's group; of the first group if the lesson has several. */
function readFirstGroupId(lesson: IDataObject): number | undefined {
	const [firstGroupId] = groupIdsOf(lesson);
	return firstGroupId;
}

/**
 * Lists the groups of the customer as rows for `GROUP_FIELDS`. Only the IDs of the groups are
 * known, from the customer's memberships.
 */
function listGroupRows({ lists }: OverviewFacts): IDataObject[] | undefined {
	return lists.groupIds?.map((groupId) => ({ id: groupId }));
}

function listErrorRows({ lists }: OverviewFacts): IDataObject[] {
	return lists.errors.map(({ part, reason }) => ({ part, reason }));
}

/** Finds the next lesson of a group of the customer; undefined if none is planned. */
function readNextLessonOfGroup(group: IDataObject, facts: OverviewFacts): IDataObject | undefined {
	const groupId = Number(group.id);
	const upcomingLessons = chooseUpcomingLessons(facts);
	return upcomingLessons.find((lesson) => groupIdsOf(lesson).includes(groupId));
}

/**
 * Reads the last day of a subscription. AlfaCRM shows it as `e_date` or as `end`: see
 * docs/alfacrm-api.md 5.5.
 */
function readLastDayOfSubscription(subscription: IDataObject, { zone }: OverviewFacts) {
	return formatDay(subscription.e_date ?? subscription.end, 'iso', zone);
}

/**
 * Whether a payment is an income. The type decides, because AlfaCRM may show the amount of a refund
 * as `income`, too. Returns null if this is not known: the payment shows no type, or a type that
 * the school has added. See docs/alfacrm-api.md 5.16.
 */
function readIsIncome(payment: IDataObject): boolean | null {
	const type = readId(payment.pay_type_id);
	if (type === INCOME) return true;

	const isKnownOtherType = type !== undefined && NON_INCOME_TYPES.includes(type);
	return isKnownOtherType ? false : null;
}

/** Lists the names of the customer's branches. If a name is not known, lists the ID instead. */
function readBranchNames(card: IDataObject, { names }: OverviewFacts): string | undefined {
	if (names.branches === undefined) return undefined;

	const branchNames = listOf(card.branch_ids).map(
		(branchId) => findName(names.branches, branchId) ?? branchId,
	);
	return branchNames.join(', ');
}

/** Reads the stage of a lead, or the study status of a client. */
function readStageId(card: IDataObject): number | undefined {
	return isClient(card) ? readId(card.study_status_id) : stageOf(card);
}

/** Whether the customer is archived: as the search has found out, or else as the card shows it. */
function readIsArchived(card: IDataObject, { wasFoundArchived, zone }: OverviewFacts) {
	return wasFoundArchived ?? isArchivedByRow(customerEntity, card, zone);
}

/** Finds the name of a record by its ID in a list of names. */
function findName(titles: Titles | undefined, idValue: unknown): string | undefined {
	const recordId = readId(idValue);
	return recordId === undefined ? undefined : titles?.get(recordId);
}

// ---------------------------------------------------------------- kinds of fields

/** Declares a value that is returned as AlfaCRM shows it, perhaps under another name. */
function unchangedField(name: string, schema: JsonSchema = STRING): OverviewField {
	return { schema, read: (row) => row[name] };
}

/** Declares the ID of a record. */
function idField(name: string): OverviewField {
	return { schema: INTEGER, read: (row) => readId(row[name]) };
}

/** Declares a text that a function reads from the row. */
function textField(read: FieldReader): OverviewField {
	return { schema: STRING, read };
}

/** Declares a list of plain values that is shown as one text. */
function joinedListField(name: string): OverviewField {
	return textField((row) => listOf(row[name]).join(', '));
}

/** Declares a day that is shown as `yyyy-mm-dd`. */
function dayField(name: string): OverviewField {
	return textField((row, { zone }) => formatDay(row[name], 'iso', zone));
}

/** Declares a time of day that is shown as `hh:mm`. */
function timeField(name: string): OverviewField {
	return textField((row, { zone }) => formatTime(row[name], zone) ?? '');
}

/**
 * Declares a value that is true or false. If AlfaCRM shows neither, the overview has null, and not
 * false: a customer whose attendance is not known must not be reported as absent.
 */
function yesOrNoField(name: string): OverviewField {
	const readYesOrNo: FieldReader = (row) => {
		const flag = readFlag(row[name]);
		return flag === undefined ? undefined : flag === 1;
	};
	return { schema: BOOLEAN, read: readYesOrNo };
}

/** Declares a value that is read from the customer's entry in the attendance list of a lesson. */
function attendanceField({ schema, read }: OverviewField): OverviewField {
	const readFromAttendance: FieldReader = (lesson, facts) => {
		const attendance = findAttendanceEntry(lesson, facts.customerId) ?? {};
		return read(attendance, facts);
	};
	return { schema, read: readFromAttendance };
}

/** Declares an object that is made from one row. Without the row, the overview has null. */
function objectField(
	fields: OverviewFields,
	findRow: (row: IDataObject, facts: OverviewFacts) => IDataObject | undefined,
): OverviewField {
	const readObject: FieldReader = (row, facts) => {
		const rowOfObject = findRow(row, facts);
		return rowOfObject === undefined ? undefined : readFields(fields, rowOfObject, facts);
	};
	return { schema: schemaOf(fields), read: readObject };
}

/** Declares a list with an object for each row. If no rows were read, the overview has null. */
function listField(
	fields: OverviewFields,
	chooseRows: (facts: OverviewFacts) => readonly IDataObject[] | undefined,
): OverviewField {
	const readList: FieldReader = (_row, facts) => {
		const rows = chooseRows(facts);
		return rows?.map((row) => readFields(fields, row, facts));
	};
	return { schema: { type: 'array', items: schemaOf(fields) }, read: readList };
}

/**
 * Reads the fields of a row, except the fields that the user leaves out. A field without a value is
 * null, so that all overviews have the same fields.
 */
function readFields(fields: OverviewFields, row: IDataObject, facts: OverviewFacts): IDataObject {
	const values: IDataObject = {};
	for (const [name, { read }] of Object.entries(fields)) {
		const isLeftOut = facts.leftOutFields.includes(name);
		if (!isLeftOut) values[name] = read(row, facts) ?? null;
	}
	return values;
}

/** Describes the object that `readFields` makes. */
function schemaOf(fields: OverviewFields): ObjectSchema {
	const properties: Record<string, JsonSchema> = {};
	for (const [name, { schema }] of Object.entries(fields)) properties[name] = schema;
	return objectOf(properties);
}

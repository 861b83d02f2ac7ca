/**
 * Works out the fields of an overview from the rows that were read. Makes no calls.
 *
 * Each table below describes one kind of object in the overview. It lists the fields in the order
 * of the output, each with its type for the preview in the editor and with the function that reads
 * its value. The names on the left are ours, the names in quotes are AlfaCRM's.
 */

import type { IDataObject } from 'n8n-workflow';

import { customer as customerEntity, stageOf } from '../../entities/customer';
import { archivedByRow } from '../../entities/archive';
import { dayOf } from '../../entities/lesson';
import { INCOME, NO_INCOME } from '../../entities/pay';
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
	currentSubscriptions,
	isClient,
	latestLessons,
	latestPayments,
	lessonsToCome,
	openTasks,
} from './overviewFacts';

/** Makes the overview of a customer. */
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
	lesson_id: id('id'),
	branch_id: id('branch_id'),
	date: text(readLessonDay),
	start: time('time_from'),
	end: time('time_to'),
	type: unchanged('lesson_type_name'),
	topic: unchanged('topic'),
};

const NEXT_LESSON_FIELDS: OverviewFields = {
	...LESSON_FIELDS,
	group_id: { schema: INTEGER, read: (lesson) => groupIdsOf(lesson)[0] },
};

/** The rows are objects `{ id }`, because the memberships give only the IDs of the groups. */
const GROUP_FIELDS: OverviewFields = {
	id: id('id'),
	name: text((group, { names }) => nameOf(names.groups, group.id)),
	next_lesson: object(LESSON_FIELDS, readNextLessonOfGroup),
};

const SUBSCRIPTION_FIELDS: OverviewFields = {
	id: id('id'),
	plan_id: id('tariff_id'),
	plan_name: text((subscription, { names }) => nameOf(names.plans, subscription.tariff_id)),
	from: day('b_date'),
	until: text(readLastDayOfSubscription),
	balance: unchanged('balance'),
	lessons_left: unchanged('paid_lesson_count', INTEGER),
	note: unchanged('note'),
};

const ATTENDANCE_FIELDS: OverviewFields = {
	...LESSON_FIELDS,
	attended: fromAttendance(yesOrNo('is_attend')),
	grade: fromAttendance(unchanged('grade')),
	homework_grade: fromAttendance(unchanged('homework_grade_id', INTEGER)),
	bonus: fromAttendance(unchanged('bonus', INTEGER)),
	note: fromAttendance(unchanged('note')),
};

const PAYMENT_FIELDS: OverviewFields = {
	id: id('id'),
	date: day('document_date'),
	income: unchanged('income'),
	expenditure: unchanged('expenditure'),
	type_id: id('pay_type_id'),
	incoming: { schema: BOOLEAN, read: readIsIncome },
	confirmed: yesOrNo('is_confirmed'),
	note: unchanged('note'),
};

const TASK_FIELDS: OverviewFields = {
	id: id('id'),
	title: unchanged('title'),
	text: unchanged('text'),
	due_date: day('due_date'),
	assigned_ids: joinedList('assigned_ids'),
};

const ERROR_FIELDS: OverviewFields = {
	part: unchanged('part'),
	reason: unchanged('reason'),
};

/** The fields of the customer's card come first, then those that are read from lists. */
const OVERVIEW_FIELDS: OverviewFields = {
	id: id('id'),
	name: unchanged('name'),
	type: text((card) => (isClient(card) ? 'client' : 'lead')),
	phone: joinedList('phone'),
	email: joinedList('email'),
	payer_name: unchanged('legal_name'),
	branch_ids: joinedList('branch_ids'),
	branch_names: text(readBranchNames),
	manager_id: id('assigned_id'),
	manager_name: text((card, { names }) => nameOf(names.managers, card.assigned_id)),
	stage_id: { schema: INTEGER, read: stageIdOf },
	stage_name: text((card, { names }) => nameOf(names.stages, stageIdOf(card))),
	balance: unchanged('balance'),
	bonus: unchanged('balance_bonus', INTEGER),
	lessons_left: unchanged('paid_lesson_count', INTEGER),
	paid_until: day('paid_till'),
	last_attended: day('last_attend_date'),
	archived: { schema: BOOLEAN, read: readIsArchived },
	url: text((card, { origin, branch }) => buildLink(customerEntity, card, origin, branch)),
	next_lesson: object(NEXT_LESSON_FIELDS, (_card, facts) => lessonsToCome(facts)[0]),
	groups: list(GROUP_FIELDS, ({ lists }) => lists.groupIds?.map((groupId) => ({ id: groupId }))),
	subscriptions: list(SUBSCRIPTION_FIELDS, currentSubscriptions),
	attendance: list(ATTENDANCE_FIELDS, latestLessons),
	payments: list(PAYMENT_FIELDS, latestPayments),
	tasks: list(TASK_FIELDS, openTasks),
	overviewErrors: list(ERROR_FIELDS, ({ lists }) =>
		lists.errors.map(({ part, reason }) => ({ part, reason })),
	),
};

// ---------------------------------------------------------------- fields with a rule

function readLessonDay(lesson: IDataObject, { zone }: OverviewFacts): string {
	return dayOf(lesson, zone) ?? '';
}

function readNextLessonOfGroup(group: IDataObject, facts: OverviewFacts): IDataObject | undefined {
	return lessonsToCome(facts).find((lesson) => groupIdsOf(lesson).includes(Number(group.id)));
}

/**
 * Reads the last day of a subscription, which AlfaCRM shows as `e_date` or as `end`. API notes 5.5.
 */
function readLastDayOfSubscription(subscription: IDataObject, { zone }: OverviewFacts) {
	return formatDay(subscription.e_date ?? subscription.end, 'iso', zone);
}

/**
 * Whether a payment is an income. Its type decides, because AlfaCRM may show the amount of a refund
 * as `income`, too. Returns null for a type that the account has added, because nobody knows
 * whether it is an income. API notes 5.16.
 */
function readIsIncome(payment: IDataObject): boolean | null {
	const type = readId(payment.pay_type_id) ?? 0;
	if (type === INCOME) return true;
	return NO_INCOME.includes(type) ? false : null;
}

/** Lists the branches by name. A branch without a name is shown by its ID. */
function readBranchNames(card: IDataObject, { names }: OverviewFacts): string | undefined {
	if (names.branches === undefined) return undefined;
	return listOf(card.branch_ids)
		.map((branchId) => nameOf(names.branches, branchId) ?? branchId)
		.join(', ');
}

/** Reads the stage of a lead, or the study status of a client. */
function stageIdOf(card: IDataObject): number | undefined {
	return isClient(card) ? readId(card.study_status_id) : stageOf(card);
}

function readIsArchived(card: IDataObject, { wasFoundArchived, zone }: OverviewFacts) {
	return wasFoundArchived ?? archivedByRow(customerEntity, card, zone);
}

function nameOf(titles: Titles | undefined, idValue: unknown): string | undefined {
	const recordId = readId(idValue);
	return recordId === undefined ? undefined : titles?.get(recordId);
}

// ---------------------------------------------------------------- kinds of fields

/** A value that is returned as AlfaCRM shows it, perhaps under another name. */
function unchanged(name: string, schema: JsonSchema = STRING): OverviewField {
	return { schema, read: (row) => row[name] };
}

function id(name: string): OverviewField {
	return { schema: INTEGER, read: (row) => readId(row[name]) };
}

/** A text that a function reads from the row. */
function text(read: FieldReader): OverviewField {
	return { schema: STRING, read };
}

/** A list of plain values as one text. */
function joinedList(name: string): OverviewField {
	return text((row) => listOf(row[name]).join(', '));
}

/** `yyyy-mm-dd` */
function day(name: string): OverviewField {
	return text((row, { zone }) => formatDay(row[name], 'iso', zone));
}

/** `hh:mm` */
function time(name: string): OverviewField {
	return text((row, { zone }) => formatTime(row[name], zone) ?? '');
}

/**
 * A yes or no, or null if AlfaCRM shows neither. If null became `false`, the overview would report
 * an absence or an unconfirmed payment that may not be one.
 */
function yesOrNo(name: string): OverviewField {
	const readFlagOf: FieldReader = (row) => {
		const flag = readFlag(row[name]);
		return flag === undefined ? undefined : flag === 1;
	};
	return { schema: BOOLEAN, read: readFlagOf };
}

/** Reads a field from what the attendance of a lesson says of the customer. */
function fromAttendance({ schema, read }: OverviewField): OverviewField {
	return {
		schema,
		read: (lesson, facts) => read(findAttendanceEntry(lesson, facts.customerId) ?? {}, facts),
	};
}

/** An object that is made of one row. */
function object(
	fields: OverviewFields,
	findRow: (row: IDataObject, facts: OverviewFacts) => IDataObject | undefined,
): OverviewField {
	return {
		schema: schemaOf(fields),
		read: (row, facts) => {
			const source = findRow(row, facts);
			return source && readFields(fields, source, facts);
		},
	};
}

/** A list with an object for each row. */
function list(
	fields: OverviewFields,
	chooseRows: (facts: OverviewFacts) => readonly IDataObject[] | undefined,
): OverviewField {
	return {
		schema: { type: 'array', items: schemaOf(fields) },
		read: (_row, facts) => chooseRows(facts)?.map((row) => readFields(fields, row, facts)),
	};
}

/**
 * Reads all fields of a row, except those that the user leaves out. A field that the row does not
 * show is null, so every overview has the same fields.
 */
function readFields(fields: OverviewFields, row: IDataObject, facts: OverviewFacts): IDataObject {
	const values: IDataObject = {};
	for (const [name, { read }] of Object.entries(fields)) {
		if (facts.leftOutFields.includes(name)) continue;
		values[name] = read(row, facts) ?? null;
	}
	return values;
}

function schemaOf(fields: OverviewFields): ObjectSchema {
	const properties = Object.entries(fields).map(([name, { schema }]) => [name, schema]);
	return objectOf(Object.fromEntries(properties));
}

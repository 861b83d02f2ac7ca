import type { IDataObject } from 'n8n-workflow';

import { formatDay, formatTime, readFlag, readId, readIds } from '../../values/formats';
import { customer, stageOf } from '../../entities/customer';
import { isCurrent } from '../../entities/customerTariff';
import { dayOf } from '../../entities/lesson';
import { INCOME, NO_INCOME } from '../../entities/pay';
import { listOf } from '../../fields/field';
import type { JsonSchema } from '../../fields/kind';
import { linkOf } from '../../output/link';
import type { Titles } from '../../store/shortList';
import { objectOf, STRING } from '../../output/recordSchema';
import { archivedByRow } from '../../entities/archive';
import { attendanceDetailOf } from '../../store/calendar/lessonRow';
import type { Branch } from '../../store/located';

type Rows = readonly IDataObject[];

/** What was read for the overview of one customer. What may not, or need not, be read is undefined. */
interface Readings {
	id: number;
	/** In which the customer was found. */
	branch: Branch;
	/** Not known of one that was read by its number. */
	archived?: boolean;
	origin: string;
	zone: string;
	/** `yyyy-mm-dd hh:mm` */
	now: string;
	/** How many of the lessons held and of the payments are wanted. */
	last: number;
	leftOut: readonly string[];
	/** Rows by the part that they are for. */
	lists: Partial<Record<string, Rows>>;
	/** Names by the field that they are for. */
	titles: Partial<Record<string, Titles>>;
	/** Why a part is not there, or not whole. */
	errors: ReadonlyArray<{ part: string; reason: string }>;
}

/** A field of an overview: of what type it is, and how it is read from a row of AlfaCRM. */
interface Value {
	schema: JsonSchema;
	of: (row: IDataObject, readings: Readings) => IDataObject[string];
}

type Values = Readonly<Record<string, Value>>;

const INTEGER: JsonSchema = { type: 'integer' };
const FLAG: JsonSchema = { type: 'boolean' };
const NO_AND_YES = [false, true];

const asItIs = (name: string, schema = STRING): Value => ({ schema, of: (row) => row[name] });
const id = (name: string): Value => ({ schema: INTEGER, of: (row) => readId(row[name]) });
const text = (of: Value['of']): Value => ({ schema: STRING, of });
const textOf = (values: readonly unknown[]): string => values.join(', ');
const list = (name: string): Value => text((row) => textOf(listOf(row[name])));
const day = (name: string): Value => text((row, { zone }) => formatDay(row[name], 'iso', zone));
const time = (name: string): Value => text((row, { zone }) => formatTime(row[name], zone) ?? '');
/** Null where AlfaCRM does not say it: nobody is to hear of an absence that is none, or of money that has not come. */
const flag = (name: string): Value => ({
	schema: FLAG,
	of: (row) => NO_AND_YES[readFlag(row[name]) ?? -1],
});
/** What the details of a lesson say of the customer. */
const mark = ({ schema, of }: Value): Value => ({
	schema,
	of: (row, readings) => of(attendanceDetailOf(row, readings.id) ?? {}, readings),
});
const first = (values: Values, find: (readings: Readings, row: IDataObject) => Rows): Value => ({
	schema: schemaOf(values),
	of: (row, readings) => {
		const [found] = find(readings, row);
		return found && readValues(values, found, readings);
	},
});
const rows = (values: Values, find: (readings: Readings) => Rows | undefined): Value => ({
	schema: { type: 'array', items: schemaOf(values) },
	of: (_row, readings) => find(readings)?.map((row) => readValues(values, row, readings)),
});

const schemaOf = (values: Values) =>
	objectOf(Object.fromEntries(Object.entries(values).map(([name, { schema }]) => [name, schema])));

/** The fields of a row but those that are left out; null where it does not show one, so that each overview has the same ones. */
function readValues(values: Values, row: IDataObject, readings: Readings): IDataObject {
	const wanted = Object.entries(values).filter(([name]) => !readings.leftOut.includes(name));
	return Object.fromEntries(wanted.map(([name, { of }]) => [name, of(row, readings) ?? null]));
}

// ---------------------------------------------------------------- what rows say of the customer

export const isClient = ({ is_study }: IDataObject): boolean => Number(is_study) === 1;

const stageIdOf = (row: IDataObject) => (isClient(row) ? readId(row.study_status_id) : stageOf(row));

const nameIn = (titles: Titles | undefined, one: unknown): string | undefined =>
	titles?.get(readId(one) ?? 0);

const has = (value: unknown, one: unknown): boolean => readIds(listOf(value)).some((held) => held === one);

/** Sorts by words, such as days; null comes first. */
const byWords = (of: (row: IDataObject) => unknown) => (one: IDataObject, other: IDataObject) =>
	String(of(one) ?? '').localeCompare(String(of(other) ?? ''));

const latest = (all: Rows | undefined, readings: Readings, of: Value['of']) =>
	all
		?.slice()
		.sort((one, other) => byWords((row) => of(row, readings))(other, one))
		.slice(0, readings.last);

const beginOf = (row: IDataObject, readings: Readings): string =>
	`${String(LESSON.date.of(row, readings))} ${String(LESSON.start.of(row, readings))}`;

/** Returns the lessons of the customer that have not begun, the next one first. */
function lessonsAhead(readings: Readings): IDataObject[] {
	const { lists, now } = readings;
	const begin = (row: IDataObject) => beginOf(row, readings);
	return (lists.next_lesson ?? []).filter((row) => begin(row) > now).sort(byWords(begin));
}

/** Null where it is not known what a type is. The sum of a refund may stand in either field. API notes 5.16. */
function isIncoming(type: number): boolean | null {
	return type === INCOME || (NO_INCOME.includes(type) ? false : null);
}

// ---------------------------------------------------------------- the fields

const paidOn = day('document_date');
const dueOn = day('due_date');

const LESSON = {
	lesson_id: id('id'),
	branch_id: id('branch_id'),
	date: text((row, { zone }) => dayOf(row, zone) ?? ''),
	start: time('time_from'),
	end: time('time_to'),
	type: asItIs('lesson_type_name'),
	topic: asItIs('topic'),
} satisfies Values;

/** Who it is and how things stand, as the card tells, and then what the lists tell. */
const OVERVIEW: Values = {
	id: id('id'),
	name: asItIs('name'),
	type: text((row) => (isClient(row) ? 'client' : 'lead')),
	phone: list('phone'),
	email: list('email'),
	payer_name: asItIs('legal_name'),
	branch_ids: list('branch_ids'),
	branch_names: text(
		({ branch_ids }, { titles: { branch_names: names } }) =>
			names && textOf(listOf(branch_ids).map((one) => nameIn(names, one) ?? one)),
	),
	manager_id: id('assigned_id'),
	manager_name: text(({ assigned_id }, { titles }) => nameIn(titles.manager_name, assigned_id)),
	stage_id: { schema: INTEGER, of: stageIdOf },
	stage_name: text((row, { titles }) => nameIn(titles.stage_name, stageIdOf(row))),
	balance: asItIs('balance'),
	bonus: asItIs('balance_bonus', INTEGER),
	lessons_left: asItIs('paid_lesson_count', INTEGER),
	paid_until: day('paid_till'),
	last_attended: day('last_attend_date'),
	archived: {
		schema: FLAG,
		of: (row, { archived, zone }) => archived ?? archivedByRow(customer, row, zone),
	},
	url: text((row, { origin, branch }) => linkOf(customer, row, origin, branch)),
	next_lesson: first(
		{ ...LESSON, group_id: { schema: INTEGER, of: ({ group_ids }) => readIds(listOf(group_ids))[0] } },
		lessonsAhead,
	),
	groups: rows(
		{
			id: id('id'),
			name: text((row, { titles }) => nameIn(titles.groups, row.id)),
			next_lesson: first(LESSON, (readings, { id: group }) =>
				lessonsAhead(readings).filter(({ group_ids }) => has(group_ids, group)),
			),
		},
		({ lists }) => lists.groups,
	),
	// Those that are neither archived nor over. API notes 5.5.
	subscriptions: rows(
		{
			id: id('id'),
			plan_id: id('tariff_id'),
			plan_name: text(({ tariff_id }, { titles }) => nameIn(titles.plan_name, tariff_id)),
			from: day('b_date'),
			until: text(({ e_date, end }, { zone }) => formatDay(e_date ?? end, 'iso', zone)),
			balance: asItIs('balance'),
			lessons_left: asItIs('paid_lesson_count', INTEGER),
			note: asItIs('note'),
		},
		({ lists, zone }) => lists.subscriptions?.filter((row) => isCurrent(row, zone)),
	),
	attendance: rows(
		{
			...LESSON,
			attended: mark(flag('is_attend')),
			grade: mark(asItIs('grade')),
			homework_grade: mark(asItIs('homework_grade_id', INTEGER)),
			bonus: mark(asItIs('bonus', INTEGER)),
			note: mark(asItIs('note')),
		},
		(readings) => latest(readings.lists.attendance, readings, beginOf),
	),
	payments: rows(
		{
			id: id('id'),
			date: paidOn,
			income: asItIs('income'),
			expenditure: asItIs('expenditure'),
			type_id: id('pay_type_id'),
			incoming: { schema: FLAG, of: ({ pay_type_id }) => isIncoming(readId(pay_type_id) ?? 0) },
			confirmed: flag('is_confirmed'),
			note: asItIs('note'),
		},
		(readings) => latest(readings.lists.payments, readings, paidOn.of),
	),
	// What is not done, what is due first; last what is due on no day.
	tasks: rows(
		{
			id: id('id'),
			title: asItIs('title'),
			text: asItIs('text'),
			due_date: dueOn,
			assigned_ids: list('assigned_ids'),
		},
		(readings) =>
			readings.lists.tasks
				?.filter(({ customer_ids }) => has(customer_ids, readings.id))
				.filter(({ is_done, is_archive }) => readFlag(is_done) !== 1 && readFlag(is_archive) !== 1)
				.sort(byWords((row) => dueOn.of(row, readings) ?? '9999')),
	),
	overviewErrors: rows({ part: asItIs('part'), reason: asItIs('reason') }, ({ errors }) => errors),
};

export const overviewSchema = schemaOf(OVERVIEW);

export const readOverview = (card: IDataObject, readings: Readings): IDataObject =>
	readValues(OVERVIEW, card, readings);

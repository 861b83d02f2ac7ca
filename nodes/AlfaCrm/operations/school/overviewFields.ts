import type { IDataObject } from 'n8n-workflow';

import { formatDay, formatTime, readFlag, readId } from '../../values/formats';
import { stageOf } from '../../entities/customer';
import { INCOME, NO_INCOME } from '../../entities/pay';
import { listOf } from '../../fields/field';
import type { JsonSchema } from '../../fields/kind';
import { STRING } from '../output/recordSchema';

/** A field of an overview: of what type it is, and how it is read from a row of AlfaCRM. */
interface Value {
	schema: JsonSchema;
	of: (row: IDataObject, zone: string) => IDataObject[string];
}

type Values = Readonly<Record<string, Value>>;

export const INTEGER: JsonSchema = { type: 'integer' };
export const FLAG: JsonSchema = { type: 'boolean' };

const asItIs = (name: string, schema = STRING): Value => ({ schema, of: (row) => row[name] });
const id = (name: string): Value => ({ schema: INTEGER, of: (row) => readId(row[name]) });
const list = (name: string): Value => ({ schema: STRING, of: (row) => listOf(row[name]).join(', ') });
const text = (of: Value['of']): Value => ({ schema: STRING, of });
const day = (name: string): Value => text((row, zone) => formatDay(row[name], 'iso', zone));
const time = (name: string): Value => text((row, zone) => formatTime(row[name], zone) ?? '');
const NO_AND_YES = [false, true];
/** Null where AlfaCRM does not say it: nobody is to hear of an absence that is none, or of money that has not come. */
const flag = (name: string): Value => ({
	schema: FLAG,
	of: (row) => NO_AND_YES[readFlag(row[name]) ?? -1],
});

export const isClient = ({ is_study }: IDataObject): boolean => Number(is_study) === 1;

/** Who it is and how things stand, as the card tells. */
export const CARD = {
	id: id('id'),
	name: asItIs('name'),
	type: text((row) => (isClient(row) ? 'client' : 'lead')),
	phone: list('phone'),
	email: list('email'),
	payer_name: asItIs('legal_name'),
	branch_ids: list('branch_ids'),
	manager_id: id('assigned_id'),
	stage_id: { schema: INTEGER, of: (row) => readId(isClient(row) ? row.study_status_id : stageOf(row)) },
	balance: asItIs('balance'),
	bonus: asItIs('balance_bonus', INTEGER),
	lessons_left: asItIs('paid_lesson_count', INTEGER),
	paid_until: day('paid_till'),
	last_attended: day('last_attend_date'),
} satisfies Values;

export const LESSON = {
	lesson_id: id('id'),
	branch_id: id('branch_id'),
	date: text((row, zone) => formatDay(row.time_from, 'iso', zone) ?? formatDay(row.date, 'iso', zone) ?? ''),
	start: time('time_from'),
	end: time('time_to'),
	type: asItIs('lesson_type_name'),
	topic: asItIs('topic'),
} satisfies Values;

/** What the details of a lesson say of one customer. */
export const MARKS = {
	attended: flag('is_attend'),
	grade: asItIs('grade'),
	homework_grade: asItIs('homework_grade_id', INTEGER),
	bonus: asItIs('bonus', INTEGER),
	note: asItIs('note'),
} satisfies Values;

export const SUBSCRIPTION = {
	id: id('id'),
	plan_id: id('tariff_id'),
	from: day('b_date'),
	until: text(({ e_date, end }, zone) => formatDay(e_date ?? end, 'iso', zone)),
	balance: asItIs('balance'),
	lessons_left: asItIs('paid_lesson_count', INTEGER),
	note: asItIs('note'),
} satisfies Values;

/** Null where it is not known what a type is. The sum of a refund may stand in either field. API notes 5.16. */
function isIncoming(type: number): boolean | null {
	return type === INCOME || (NO_INCOME.includes(type) ? false : null);
}

export const PAYMENT = {
	id: id('id'),
	date: day('document_date'),
	income: asItIs('income'),
	expenditure: asItIs('expenditure'),
	type_id: id('pay_type_id'),
	incoming: { schema: FLAG, of: (row) => isIncoming(readId(row.pay_type_id) ?? 0) },
	confirmed: flag('is_confirmed'),
	note: asItIs('note'),
} satisfies Values;

export const TASK = {
	id: id('id'),
	title: asItIs('title'),
	text: asItIs('text'),
	due_date: day('due_date'),
	assigned_ids: list('assigned_ids'),
} satisfies Values;

export const schemasOf = (values: Values): Record<string, JsonSchema> =>
	Object.fromEntries(Object.entries(values).map(([name, { schema }]) => [name, schema]));

/** The fields of a row; null where it does not show one, so that each overview has the same ones. */
export const readValues = (values: Values, row: IDataObject, zone: string): IDataObject =>
	Object.fromEntries(Object.entries(values).map(([name, { of }]) => [name, of(row, zone) ?? null]));

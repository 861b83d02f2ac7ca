import type { IDataObject } from 'n8n-workflow';

import { readId, readIds } from '../../api/formats';
import { isBlank, isStored, listOf } from '../../fields/field';
import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import type { Item } from '../run/item';
import { recordKey } from '../run/run';
import { bodyOf } from '../records/body';
import { getRecord, findById, notFoundError } from '../records/findById';
import { report, reportSchema } from '../output/report';
import { simplified, simplifiedSchema, simplifyForm } from '../output/simplify';
import type { Target } from '../records/target';
import { idOf, labelsOf, targetOf } from '../records/target';
import type { ActionKind } from './kind';
import { readFields } from './fields';

const CANCELLED = 2;
const COMPLETED = 3;
/** Whose row of a lesson it is, not what it says. */
const IDENTITY = ['id', 'customer_id', 'branch_id'];
/** Fields of the form that say who was there, or how to go about it. */
const ATTENDANCE = ['present_ids', 'absent_ids', 'details'];

type RowsField = Extract<Field, { type: 'rows' }>;

/** Completes a planned lesson with who was there. A completed one is left alone if it says the same. API notes 5.11. */
export const completeLesson: ActionKind<'completeLesson'> = {
	form: (entity) => ({ simplify: simplifyForm(entity) }),
	async execute(item, entity, action) {
		const own = targetOf(item, entity);
		const id = idOf(item, entity);
		const fields = action.body ?? [];
		const target = { ...own, labels: { ...own.labels, ...labelsOf(fields) } };
		const attendance = fields.find(({ type }) => type === 'rows') as RowsField;
		const input = readFields(item, fields);
		const wanted = wantedRows(item, fields, input, attendance);
		const others = fields.filter(({ name }) => !ATTENDANCE.includes(name));
		const { if_completed, ...rest } = bodyOf(item, others, input, target.branch);
		const show = simplified(item, entity);

		return await item.withLock([recordKey(entity, id)], async () => {
			const lesson = await getRecord(item, entity, id, target);
			const status = Number(lesson.status);
			if (status === CANCELLED) {
				throw item.refused(`Lesson ${id} is cancelled, so nobody attended it`, 'Nothing was saved.');
			}
			const isResent = if_completed === 'teach';
			const asked = { item, entity, target, id };
			const held =
				status === COMPLETED ? await currentAttendance(asked, lesson, wanted, isResent) : detailsOf(lesson);
			if (status === COMPLETED) {
				const differing = wanted.filter(
					(row) => !isStoredRow(item, attendance.fields, rowOf(held, row), row),
				);
				const changes = fields.filter(({ name }) => name in rest && !IDENTITY.includes(name));
				const isSame = changes.every((field) =>
					isStored(field, lesson[field.name], rest[field.name], item.zone),
				);
				if (differing.length === 0 && isSame) return [report(show, lesson, 'unchanged', [])];
				const isOwn = item.run.writeCacheOf(entity.path).get(id) !== undefined;
				if (!isResent) throw completedError(item, id, differing, isOwn);
			}
			const kept = status === COMPLETED ? otherRows(attendance, held, wanted) : [];
			const named = wanted.map((row) => ({
				...rowDefaults(attendance, target.branch),
				...writablePart(attendance, rowOf(held, row)),
				...row,
			}));
			const body = { ...rest, details: [...named, ...kept], ...action.fixed };
			const task = `complete lesson ${id}`;
			const call = { ...target, action: action.action, query: { id }, body, task };
			const model = await item.save(call, [recordKey(entity, id)], { before: lesson });
			warnOfOthers(item, lesson, status === COMPLETED ? [...held, ...wanted] : wanted);
			return [report(show, { ...lesson, ...action.fixed, ...model }, 'updated', Object.keys(body))];
		});
	},
	output: (entity) => reportSchema(simplifiedSchema(entity)),
};

/** Who was there and who was not, each once. */
function wantedRows(
	item: Item,
	fields: readonly Field[],
	input: IDataObject,
	attendance: RowsField,
): IDataObject[] {
	const ids = fields.filter(({ name }) => name === 'present_ids' || name === 'absent_ids');
	const { present_ids = [], absent_ids = [] } = bodyOf(item, ids, input);
	const { details } = input;
	const long = isBlank(attendance, details) ? [] : (item.read(attendance, details) as IDataObject[]);
	const short = (customers: unknown, is_attend: number) =>
		(customers as number[]).map((customer_id) => ({ customer_id, is_attend }));
	const rows = [...long, ...short(present_ids, 1), ...short(absent_ids, 0)].map((row) =>
		bodyOf(item, attendance.fields, row),
	);
	const customers = rows.map(({ customer_id }) => String(customer_id));
	const twice = customers.find((customer, index) => customers.indexOf(customer) !== index);
	if (rows.length > 0 && twice === undefined) return rows;
	const places = [...ids.map(({ label }) => label), attendance.label].map((label) => `'${label}'`);
	throw item.refused(
		twice === undefined
			? `No customer is given who was present or absent: ${places.join(', ').replace(/, ([^,]*)$/, ' and $1')} are empty`
			: `Customer ${twice} is given twice`,
		`Name each customer once, in ${places.join(', ').replace(/, ([^,]*)$/, ' or $1')}. Nothing was sent to AlfaCRM.`,
	);
}

/** @param isOwn it was completed by this execution: rows of a sheet come as an item for each customer */
function completedError(item: Item, id: number, others: readonly IDataObject[], isOwn: boolean): Error {
	const customers = others.map(({ customer_id }) => String(customer_id)).join(', ');
	return item.refused(
		customers === ''
			? `Lesson ${id} is already completed, with other details`
			: `Lesson ${id} is already completed, with another attendance of customer ${customers}`,
		`${isOwn ? 'An item before this one completed it: give everybody who was at a lesson in one item. ' : ''}Correct it in AlfaCRM, or set 'If Already Completed' to Send It Again. Nothing was saved.`,
	);
}

/** Whoever names those alone who were absent may think that the others count as present. */
function warnOfOthers(item: Item, lesson: IDataObject, named: readonly IDataObject[]): void {
	const others = readIds(listOf(lesson.customer_ids)).filter(
		(customer_id) => rowOf(named, { customer_id }) === undefined,
	);
	if (others.length === 0) return;
	item.run.hints.add(
		'Nothing was said of some who are put down for a lesson that was completed, so AlfaCRM may not have recorded them',
		`lesson ${String(lesson.id)}: customer ${others.join(', ')}`,
	);
}

const detailsOf = ({ details }: IDataObject) => (details ?? []) as IDataObject[];

/** The lesson that is looked up. */
interface Asked {
	item: Item;
	entity: Entity;
	target: Target;
	id: number;
}

/**
 * What a completed lesson says. Some accounts show that only in lists of one customer. API notes 5.11.
 *
 * @param ofAll also of customers who are not named
 */
async function currentAttendance(
	{ item, entity, target, id }: Asked,
	lesson: IDataObject,
	wanted: readonly IDataObject[],
	ofAll: boolean,
): Promise<IDataObject[]> {
	const shown = detailsOf(lesson);
	if (shown.length > 0) return shown;
	const members = new Set(((lesson.customer_ids ?? []) as unknown[]).map(readId));
	const named = wanted.map(({ customer_id }) => readId(customer_id));
	const customers = new Set([...named, ...(ofAll ? members : [])]);
	const rows: IDataObject[] = [];
	for (const customer_id of customers) {
		const where = { ...target, query: { ...target.query, customer_id } };
		const { record, isConclusive } = await findById(item, entity, id, where);
		// What a customer of the lesson has there would be lost.
		if (record === undefined && members.has(customer_id) && !isConclusive)
			throw notFoundError(item, entity, id, target.branch, isConclusive);
		for (const row of detailsOf(record ?? {})) {
			if (!rows.some((known) => readId(known.customer_id) === readId(row.customer_id))) rows.push(row);
		}
	}
	return rows;
}

function rowOf(held: readonly IDataObject[], { customer_id }: IDataObject): IDataObject | undefined {
	return held.find((row) => readId(row.customer_id) === readId(customer_id));
}

function isStoredRow(
	item: Item,
	fields: readonly Field[],
	held: IDataObject | undefined,
	wanted: IDataObject,
): boolean {
	if (held === undefined) return false;
	return fields
		.filter(({ name }) => name in wanted && !IDENTITY.includes(name))
		.every((field) => isStored(field, held[field.name], wanted[field.name], item.zone));
}

/** What a completed lesson says of customers who are not named is sent along, for it might be lost. */
function otherRows(
	attendance: RowsField,
	held: readonly IDataObject[],
	wanted: readonly IDataObject[],
): IDataObject[] {
	return held.filter((row) => rowOf(wanted, row) === undefined).map((row) => writablePart(attendance, row));
}

/** What a row has where neither the user nor the lesson says anything else. */
function rowDefaults({ fields }: RowsField, branch?: number): IDataObject {
	const values = fields.filter(({ fromBranch }) => fromBranch && branch !== undefined);
	return Object.fromEntries(values.map(({ name }) => [name, branch])) as IDataObject;
}

/** The part of a row that can be written. */
function writablePart({ fields }: RowsField, held: IDataObject = {}): IDataObject {
	const values = fields.map(({ name }) => [name, held[name]]);
	return Object.fromEntries(
		values.filter(([, value]) => value !== undefined && value !== null),
	) as IDataObject;
}

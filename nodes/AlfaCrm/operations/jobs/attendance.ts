import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { readId } from '../../api/formats';
import type { Action, Entity } from '../../entities/types';
import type { Field } from '../../fields/types';
import { givenFor, valuesOf } from '../fields/actionValues';
import { fieldsToSend, rowsOf } from '../fields/body';
import { findById, lookUp } from '../findById';
import { report } from '../report';
import { save } from '../save';
import { idOf, targetOf } from '../target';
import { isNothing } from '../../fields/blank';
import { sameValue } from '../../fields/field';

const CANCELLED = 2;
const CONDUCTED = 3;
/** Whose rows of a lesson belong to whom, not what they say. */
const IDENTITY = ['id', 'customer_id', 'branch_id'];

/** Conducts a planned lesson with who was there. A conducted one is left alone if it says the same. API notes 5.11. */
export async function markAttendance(
	context: IExecuteFunctions,
	entity: Entity,
	action: Action,
	itemIndex: number,
): Promise<IDataObject[]> {
	const target = targetOf(context, entity, itemIndex);
	const id = idOf(context, entity, itemIndex);
	const fields = action.body ?? [];
	const attendance = fields.filter(({ type }) => type === 'rows') as Array<Extract<Field, { type: 'rows' }>>;
	const isOwn = ({ name }: Field) => ['present_ids', 'absent_ids', 'if_conducted', 'details'].includes(name);
	const wanted = wantedRows(context, itemIndex, fields, target.branch);
	const details = fieldsToSend(context, itemIndex, attendance, { details: wanted }, target.branch)
		.details as IDataObject[];
	const rest = valuesOf(
		context,
		itemIndex,
		target.branch,
		fields.filter((field) => !isOwn(field)),
	);
	const { if_conducted } = givenFor(context, itemIndex, fields);

	const lesson = await findById(context, entity, id, target);
	const refuse = (message: string, description: string) =>
		new NodeOperationError(context.getNode(), message, { description, itemIndex });
	if (Number(lesson.status) === CANCELLED) {
		throw refuse(`Lesson ${id} is cancelled, so nobody attended it`, 'Nothing was saved.');
	}
	const held = await heldRows(context, entity, id, lesson, details, itemIndex);
	if (Number(lesson.status) === CONDUCTED) {
		const others = details.filter(
			(row) => !says(attendance[0].fields, heldBy(held, row), row, context.getTimezone()),
		);
		if (others.length === 0) return [report(context, entity, itemIndex, lesson, 'unchanged', [])];
		if (if_conducted !== 'teach') {
			const customers = others.map(({ customer_id }) => String(customer_id)).join(', ');
			throw refuse(
				`Lesson ${id} is conducted already, with another attendance of customer ${customers}`,
				"Correct it in AlfaCRM, or let 'If Already Conducted' send it again. Nothing was saved.",
			);
		}
	}
	const rows = details.map((row) => ({ ...idOfRow(heldBy(held, row)), ...row }));
	const body = { ...rest, details: rows, ...action.fixed };
	const task = `mark the attendance of lesson ${id}`;
	const model = await save(context, { ...target, action: action.action, query: { id }, body, task });
	return [report(context, entity, itemIndex, { ...lesson, ...model }, 'updated', Object.keys(body))];
}

/** Who was there and who was not, each once. */
function wantedRows(
	context: IExecuteFunctions,
	itemIndex: number,
	fields: readonly Field[],
	branch?: number,
): IDataObject[] {
	const ids = fields.filter(({ name }) => name === 'present_ids' || name === 'absent_ids');
	const { present_ids = [], absent_ids = [] } = valuesOf(context, itemIndex, branch, ids);
	const { details } = givenFor(context, itemIndex, fields);
	const short = (customers: unknown, is_attend: number) =>
		(customers as number[]).map((customer_id) => ({ customer_id, is_attend }));
	const rows: IDataObject[] = [
		...(isNothing(details) ? [] : rowsOf(details)),
		...short(present_ids, 1),
		...short(absent_ids, 0),
	];
	const customers = rows.map(({ customer_id }) => String(customer_id));
	const twice = customers.find((customer, index) => customers.indexOf(customer) !== index);
	if (rows.length > 0 && twice === undefined) return rows;
	throw new NodeOperationError(
		context.getNode(),
		twice === undefined
			? 'No customer is given whose attendance is to be marked'
			: `Customer ${twice} is given twice`,
		{
			description:
				"Name each customer once, in 'Present Customer IDs', 'Absent Customer IDs' or 'Attendance'. Nothing was sent to AlfaCRM.",
			itemIndex,
		},
	);
}

/** Some accounts show the attendance only in lists of one customer. API notes 5.11. */
async function heldRows(
	context: IExecuteFunctions,
	entity: Entity,
	id: number,
	lesson: IDataObject,
	wanted: readonly IDataObject[],
	itemIndex: number,
): Promise<IDataObject[]> {
	const shown = (lesson.details ?? []) as IDataObject[];
	if (shown.length > 0 || Number(lesson.status) !== CONDUCTED) return shown;
	const target = targetOf(context, entity, itemIndex);
	const rows: IDataObject[] = [];
	for (const { customer_id } of wanted) {
		const passed = { ...target, query: { ...target.query, customer_id } };
		const found = await lookUp(context, entity, id, passed);
		rows.push(...((found?.details ?? []) as IDataObject[]));
	}
	return rows;
}

function heldBy(held: readonly IDataObject[], { customer_id }: IDataObject): IDataObject | undefined {
	return held.find((row) => readId(row.customer_id) === readId(customer_id));
}

function says(
	fields: readonly Field[],
	held: IDataObject | undefined,
	wanted: IDataObject,
	zone: string,
): boolean {
	if (held === undefined) return false;
	return fields
		.filter(({ name }) => name in wanted && !IDENTITY.includes(name))
		.every((field) => sameValue(field, held[field.name], wanted[field.name], zone));
}

function idOfRow(held: IDataObject | undefined): IDataObject {
	return held?.id === undefined ? {} : { id: held.id };
}

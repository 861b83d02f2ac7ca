import type { IDataObject } from 'n8n-workflow';

import { daysAfter, readId, readIds, today } from '../../values/formats';
import { isEmpty, isPlain } from '../../fields/blank';
import { isStored, itemsIn, listOf } from '../../fields/field';
import type { Field } from '../../entities/fieldTypes';
import { cgi } from '../../entities/cgi';
import { customer as customerEntity } from '../../entities/customer';
import { dayOf, LESSON_STATUS } from '../../entities/lesson';
import { passesOf } from '../../entities/listCall';
import type { ActionOf, Entity } from '../../entities/types';
import type { Item } from '../../run/item';
import { findOrCreate } from '../../run/findOrCreate';
import type { Execution } from '../../run/execution';
import { recordKey } from '../../run/execution';
import { movedEnds } from './duration';
import { report, reportSchema, makeRecordOutput } from '../../output/readings';
import { isOnDay } from '../../store/calendar/periods';
import { warningReader } from '../../run/readList';
import { settleNames } from '../../run/settleNames';
import { CustomerCards } from '../../store/calendar/customerCards';
import { readMembers } from '../../store/calendar/groupMembers';
import { idOf, labelsOf, targetOf } from '../../run/target';
import { readAttendances, rowsField } from './attendance';
import type { ActionKind } from '../../run/operation';
import { getRecord } from '../../run/records';
import type { Branch } from '../../store/located';

/** Whose row of a lesson it is, not what it says. */
const IDENTITY = ['id', 'customer_id', 'branch_id'];
/** Why somebody was not there. */
const ABSENCE = 'reason_id';

/** The items of an execution that are about one lesson: the first one completes it for all, for it is one call. */
interface Lesson {
	items: Item[];
	outcome?: Promise<IDataObject[]>;
}

const byLesson = new WeakMap<Execution, Map<number, Lesson>>();

/** An item whose lesson cannot be read is about none, and fails when it is its turn. */
function itemsByLesson(items: readonly Item[], entity: Entity): Map<number, Lesson> {
	const lessons = new Map<number, Lesson>();
	for (const item of items) {
		try {
			const id = idOf(item, entity);
			const lesson = lessons.get(id) ?? { items: [] };
			lessons.set(id, lesson);
			lesson.items.push(item);
		} catch {
			continue;
		}
	}
	return lessons;
}

/**
 * Completes a planned lesson with who was there, as all items about it say. A completed one is left alone if it says the
 * same. API notes 5.11.
 */
export const completeLesson: ActionKind<'completeLesson'> = {
	form: () => ({}),
	async execute(item, entity, action) {
		const id = idOf(item, entity);
		const lessons = byLesson.get(item.execution) ?? itemsByLesson(item.all, entity);
		byLesson.set(item.execution, lessons);
		const about = lessons.get(id) ?? { items: [item] };
		const others = about.items.filter((one) => one !== item);
		about.outcome ??= complete([item, ...others], entity, action).finally(() => {
			for (const other of others) other.follow(item);
		});
		return (await about.outcome).map((row) => ({ ...row }));
	},
	output: reportSchema,
};

async function complete(
	items: readonly [Item, ...Item[]],
	entity: Entity,
	action: ActionOf<'completeLesson'>,
): Promise<IDataObject[]> {
	const [item] = items;
	const own = targetOf(item, entity);
	const id = idOf(item, entity);
	const fields = action.fields ?? [];
	const target = { ...own, labels: { ...own.labels, ...labelsOf(fields) } };
	const { fields: ofRow } = rowsField(fields);
	const settle = async (one: Item) => {
		one.place ??= item.place;
		await settleNames(one, entity, action.name);
	};
	const { rows: wanted, body: said } = await readAttendances(items, id, fields, settle, target.branch);
	const { if_completed, ...given } = said;
	const show = makeRecordOutput(item, entity, ['details', ...Object.keys(given)]);

	let teach: () => Promise<IDataObject>;
	const find = async () => {
		const { row: lesson } = await getRecord(item, entity, id, target);
		const isCompleted = Number(lesson.status) === LESSON_STATUS.completed;
		const held = attendanceIn(item, id, lesson, isCompleted);
		// Another branch may list it, too.
		const home = readId(lesson.branch_id) ?? target.branch;
		const rest = { ...given, branch_id: home, ...movedEnds(item, { ...entity, fields }, lesson, given) };
		if (isCompleted) {
			const differing = wanted.filter((row) => {
				const known = rowOf(held, row);
				return known === undefined || !holds(item, known, ofRow, row);
			});
			if (differing.length === 0 && holds(item, lesson, fields, rest)) {
				item.execution.hints.addRepeat(
					'This lesson was completed like that already; nothing was changed',
					`lesson ${id}`,
				);
				return report(show, lesson, 'unchanged', []);
			}
			if (if_completed !== 'teach') throw completedError(item, id, differing);
		} else assertTookPlace(item, id, lesson);
		teach = async () => {
			const named = wanted.map((row) => ({
				branch_id: home,
				...writablePart(ofRow, rowOf(held, row)),
				...withoutAbsence(rowOf(held, row), row),
				...row,
			}));
			// What a completed lesson says of others would be lost.
			const others = isCompleted ? held.filter((row) => rowOf(wanted, row) === undefined) : [];
			const details = [...named, ...others.map((row) => writablePart(ofRow, row))];
			const body = { ...rest, details, ...action.fixed };
			const task = `complete lesson ${id}`;
			const call = { ...target, action: action.action, query: { id }, body, task };
			const unnamedIds = await findUnnamedAttendees(item, lesson, home, details);
			const model = await item.save(call, [recordKey(entity, id)]);
			warnOfUnnamedAttendees(item, id, unnamedIds);
			return report(show, { ...lesson, ...action.fixed, ...model }, 'updated', Object.keys(body));
		};
		return undefined;
	};
	return await item.withLock([recordKey(entity, id)], async () => {
		// Two processes that teach it at the same moment might charge it twice.
		return [await findOrCreate(item, find, async () => await teach())];
	});
}

/** It is not known in which time zone the school is, so tomorrow may be today there. */
function assertTookPlace(item: Item, id: number, lesson: IDataObject): void {
	if (Number(lesson.status) === LESSON_STATUS.cancelled)
		throw item.error(`Lesson ${id} is cancelled, so nobody attended it`);
	const day = dayOf(lesson, item.zone);
	if (day === undefined || day <= daysAfter(today('iso', item.zone), 1)) return;
	throw item.error(
		`Lesson ${id} is on ${day}, so nobody can have attended it yet`,
		"Correct 'Lesson', or limit the list that it comes from to days that have passed.",
	);
}

function completedError(item: Item, id: number, others: readonly IDataObject[]): Error {
	const customers = others.map(({ customer_id }) => String(customer_id)).join(', ');
	return item.error(
		customers === ''
			? `Lesson ${id} is already completed, with other details`
			: `Lesson ${id} is already completed, with another attendance of customer ${customers}`,
		"Correct it in AlfaCRM, or set 'If Already Completed' to Send It Again. Everybody who was at a lesson has to reach this node in one run.",
	);
}

/**
 * Finds the customers who are put down for a lesson and are not named in its attendance: the customers of the lesson, or else the
 * members of its groups on its day. A lesson of a group need not name anybody. API notes 5.11.
 *
 * Only a hint needs them. If a list cannot be read, there is no hint, and the lesson is completed all the same.
 */
async function findUnnamedAttendees(
	item: Item,
	lesson: IDataObject,
	branch: Branch,
	attendance: readonly IDataObject[],
): Promise<number[]> {
	const isUnnamed = (customer_id: number) => rowOf(attendance, { customer_id }) === undefined;
	const customerIds = readIds(itemsIn({ type: 'ids' }, lesson.customer_ids));
	const day = dayOf(lesson, item.zone);
	if (customerIds.length > 0 || day === undefined) return customerIds.filter(isUnnamed);

	try {
		const memberIds = await readMemberIds(item, readIds(listOf(lesson.group_ids)), day, branch);
		return await leaveOutArchived(item, memberIds.filter(isUnnamed), branch);
	} catch {
		return [];
	}
}

/** Reads the members of groups on a day, each once. */
async function readMemberIds(
	item: Item,
	groupIds: readonly number[],
	day: string,
	branch: Branch,
): Promise<number[]> {
	const reader = warningReader(item, cgi.plural.toLowerCase());
	const memberIds: number[] = [];
	for (const groupId of groupIds) {
		const memberships = await readMembers(reader, branch, groupId, passesOf(cgi));
		const membershipsOfDay = memberships.filter((row) => isOnDay(row, day, item.zone));
		memberIds.push(...readIds(membershipsOfDay.map(({ customer_id }) => customer_id)));
	}
	return [...new Set(memberIds)];
}

/** Leaves out archived customers and rejected leads, who come to no lesson. API notes 5.3. A customer without a card stays. */
async function leaveOutArchived(
	item: Item,
	customerIds: readonly number[],
	branch: Branch,
): Promise<number[]> {
	const cards = new CustomerCards(warningReader(item, customerEntity.plural.toLowerCase()), item.zone);
	await cards.read(branch, customerIds);
	return customerIds.filter((id) => cards.find(id) === undefined || cards.findAttending(id) !== undefined);
}

/** A user who names only absent customers may think that the other ones count as present. */
function warnOfUnnamedAttendees(item: Item, lessonId: number, customerIds: readonly number[]): void {
	if (customerIds.length === 0) return;
	item.execution.hints.add(
		'Nothing was said of some who are put down for a lesson that was completed, so AlfaCRM may not have recorded them',
		`lesson ${lessonId}: customer ${customerIds.join(', ')}`,
	);
}

/**
 * Who was there, as the lesson shows it.
 *
 * @throws NodeOperationError where it cannot be read, or a completed lesson shows nobody, as one source saw of lists that are not
 * of one customer: what AlfaCRM has would be lost. API notes 5.11.
 */
function attendanceIn(item: Item, id: number, { details }: IDataObject, isCompleted: boolean): IDataObject[] {
	const rows = listOf(details);
	const isReadable = rows.every((row) => isPlain(row) && row.customer_id !== undefined);
	if (isReadable && (rows.length > 0 || !isCompleted)) return rows as IDataObject[];
	throw item.error(
		isReadable
			? `Lesson ${id} is already completed, and AlfaCRM does not show who was there`
			: `AlfaCRM shows the attendance of lesson ${id} in an unknown format`,
		`${isReadable ? 'Look at it, and correct it,' : 'Complete the lesson'} in AlfaCRM.`,
	);
}

function rowOf(held: readonly IDataObject[], { customer_id }: IDataObject): IDataObject | undefined {
	return held.find((row) => readId(row.customer_id) === readId(customer_id));
}

/** Whether a lesson, or a row of it, holds what is said of it. */
const holds = (item: Item, held: IDataObject, fields: readonly Field[], said: IDataObject): boolean =>
	fields
		.filter(({ name }) => name in said && !IDENTITY.includes(name))
		.every((field) => isStored(field, held[field.name], said[field.name], item.zone));

/** Takes the reason of an absence off whoever was there after all, for AlfaCRM may charge the lesson by it. */
function withoutAbsence(held: IDataObject | undefined, wanted: IDataObject): IDataObject {
	const isCorrected = Number(wanted.is_attend) === 1 && Number(held?.is_attend ?? 1) === 0;
	return isCorrected && !isEmpty(held?.[ABSENCE]) ? { [ABSENCE]: null } : {};
}

/** The part of a row that can be written. */
const writablePart = (fields: readonly Field[], held: IDataObject = {}): IDataObject =>
	Object.fromEntries(
		fields.map(({ name }) => [name, held[name]]).filter(([, value]) => value !== undefined && value !== null),
	) as IDataObject;

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { formatTime, readId, readIds } from '../../values/formats';
import { LESSON_FIELDS, dayOf, lesson, LESSON_STATUS } from '../../entities/lesson';
import { teacher as teacherEntity } from '../../entities/teacher';
import type { Field, Wire } from '../../entities/fieldTypes';
import { isEmpty } from '../../fields/blank';
import { isCustom } from '../../fields/custom';
import { isBlank, listOf, serialize } from '../../fields/field';
import { collection } from '../../form/assemble';
import { CachedList } from '../../store/cachedList';
import { findOrCreate } from '../../run/findOrCreate';
import type { Item } from '../../run/item';
import type { LockKey } from '../../run/execution';
import type { Operation } from '../../run/operation';
import type { RecordDraft } from '../common/create';
import { create, readDraft, saveDraft, skipIfThere } from '../common/create';
import { readTimeSpan } from '../../store/calendar/timeSpan';
import { movedEnds } from './duration';
import { isExpression, isForm, lostError } from '../../run/fieldInput';
import { readWholeList } from '../../run/readList';
import { makeUpdate } from '../common/update';
import type { Branch } from '../../store/located';
import { findById } from '../../store/records';

const checkBusy: INodeProperties = {
	displayName: 'Check Teacher and Room',
	name: 'checkBusy',
	type: 'boolean',
	default: true,
	description: 'Whether to stop if the teacher or room has a lesson at that time',
};

const bookingOptions = collection('Options', 'options', [checkBusy, skipIfThere], 'Add Option');

const { group, customer, teacher, room, day, length: LENGTH, end: END } = LESSON_FIELDS;

/** Creates a lesson for somebody, once, and at a time that is free. */
export const createLesson: Operation = {
	...create,
	form: (entity) => ({ ...create.form(entity), options: [bookingOptions] }),
	async execute(item, entity) {
		const draft = readDraft(item, entity, entity.fields, (input) => {
			assertForSomebody(item, input);
			return withoutLength(input);
		});
		return [await book(item, draft, async () => await saveDraft(item, entity, draft))];
	},
};

export const updateLesson: Operation = makeUpdate({
	adjustInput: withoutLength,
	makeBody: (item, entity, record, given) => {
		const ends = movedEnds(item, entity, record, given);
		return withRest(item, record, { ...given, ...ends });
	},
});

/** A length counts where no end is given, and none is held, so that none can be emptied. */
function withoutLength(input: IDataObject): IDataObject {
	const { [LENGTH.name]: length, ...rest } = input;
	return isBlank(LENGTH, length) || !isBlank(END, input[END.name]) ? rest : input;
}

/**
 * Changes together with what an update names although it stays as the record shows it: with a part of the fields it was
 * refused in one account, or emptied the rest. Times have seconds here. API notes 4 and 5.11.
 */
function withRest(item: Item, record: IDataObject, changes: IDataObject): IDataObject {
	const custom = Object.entries(record).filter(([name]) => isCustom(name));
	const body = { ...Object.fromEntries(custom), ...changes };
	for (const field of lesson.fields) {
		const { name } = field;
		if (field === LENGTH || (field === END && LENGTH.name in changes)) continue;
		const value = name in changes ? changes[name] : record[name === day.name ? 'date' : name];
		if (!isBlank(field, value)) body[name] = asSent(field, value, item.zone);
	}
	return body;
}

/** A value in the format that AlfaCRM takes; as it is where it is odd, such as a room 0, for nobody gave it. */
function asSent(field: Field, value: Wire, zone: string): Wire {
	try {
		const wire = serialize(field, value, zone);
		return field.type === 'time' ? `${String(wire)}:00` : wire;
	} catch {
		return value;
	}
}

/** An expression that finds nobody would book a lesson for nobody, or with no teacher, without a word. */
export function assertForSomebody(item: Item, input: IDataObject): void {
	const isEmptyIn = (field: Field) => isBlank(field, input[field.name]);
	// A row that was read of a lesson for a group has an empty list of customers.
	const isOfRow = ({ name }: Field) => {
		const value: unknown = input[name];
		return !isForm(item, lesson) && (value === '' || (Array.isArray(value) && value.length === 0));
	};
	for (const field of [customer, group, teacher]) {
		if (!isEmptyIn(field) || !isGiven(item, input, field)) continue;
		if (field !== teacher && isOfRow(field) && isEmptyIn(customer) !== isEmptyIn(group)) continue;
		throw lostError(item, field, 'leave it out if the lesson has none');
	}
	if (![customer, group].every(isEmptyIn)) return;
	throw item.error(
		`'${group.label}' and '${customer.label}' are both empty, so the lesson would be for nobody`,
		`Fill one of them.`,
	);
}

/** Whether a field that came empty was given all the same: named in JSON or the input, or filled by an expression. */
function isGiven(item: Item, input: IDataObject, { name }: Field): boolean {
	const { [name]: parameter, columns } = item.execution.parameters;
	if (isForm(item, lesson)) return !isEmpty(input[name]) || isExpression(parameter);
	const { value } = (columns ?? {}) as { value?: IDataObject | null };
	return name in input || isExpression(value?.[name]);
}

/**
 * Books a lesson unless the same is there, and at no time at which its teacher or its room is taken. Two that want one
 * place take turns, in this process by whom and what it takes, over processes by the lock of the node.
 *
 * @param draft the lesson as it is sent, and the branch of the call
 */
async function book(
	item: Item,
	{ body, branch, show }: RecordDraft,
	create: () => Promise<IDataObject>,
): Promise<IDataObject> {
	const options = item.collection(bookingOptions);
	const [skips, checks] = [options.flag(skipIfThere), options.flag(checkBusy)];
	const [on, wanted] = [dayOf(body, item.zone), readTimeSpan(body, item.zone)];
	if (on === undefined || wanted === undefined || !(skips || checks)) return await create();

	const own = readId(body.branch_id) ?? branch;
	const find = async () => {
		const others = checks ? await branchesOfTeachers(item, readIds(listOf(body[teacher.name])), own) : [];
		const lessons = (await lessonsOn(item, body, [own, ...others], on)).map((row) => ({
			row,
			span: readTimeSpan(row, item.zone),
		}));
		const same = lessons.find(
			({ row, span }) => span?.begin === wanted.begin && hasAllAttendeesOf(row, body),
		);
		if (skips && same) {
			hintThatLessonExists(item, same.row);
			return show(same.row);
		}
		if (!checks || isCancelled(body)) return undefined;
		for (const { row, span } of lessons)
			if (span && span.begin < wanted.end && wanted.begin < span.end) assertFree(item, body, row);
		return undefined;
	};
	const locks = [group, customer, teacher, room].flatMap(({ name }) =>
		readIds(listOf(body[name])).map((id): LockKey => [lesson.path, on, name, id]),
	);
	return await item.withLock(locks, async () => await findOrCreate(item, find, create));
}

export const hintThatLessonExists = (item: Item, { id }: IDataObject): void =>
	item.execution.hints.addRepeat(
		'This lesson was there already; no other one was booked',
		`lesson ${String(id)}`,
	);

const isCancelled = ({ status }: IDataObject): boolean => Number(status) === LESSON_STATUS.cancelled;

/** Whether a lesson has all customers and groups of another one. */
export const hasAllAttendeesOf = (row: IDataObject, body: IDataObject): boolean =>
	[group, customer].every(({ name }) => {
		const there = readIds(listOf(row[name]));
		return readIds(listOf(body[name])).every((id) => there.includes(id));
	});

function assertFree(item: Item, body: IDataObject, row: IDataObject): void {
	for (const { name, label } of [teacher, room]) {
		const taken = readIds(listOf(row[name])).find((id) => readIds(listOf(body[name])).includes(id));
		if (taken === undefined) continue;
		throw item.error(
			`${label} ${taken} has another lesson at that time: lesson ${String(row.id)}, ${timeOf(row, item.zone)}`,
			`Choose another time ('Get Free Slots' of the teacher shows some), or switch '${checkBusy.displayName}' off in 'Options'.`,
		);
	}
}

function timeOf(row: IDataObject, zone: string): string {
	const end = formatTime(row.time_to, zone);
	const words = [dayOf(row, zone), formatTime(row.time_from, zone), ...(end ? ['to', end] : [])];
	return words.join(' ');
}

/** Where else these teachers work. */
async function branchesOfTeachers(item: Item, ids: readonly number[], own: Branch): Promise<number[]> {
	const where = { path: teacherEntity.path, branch: own, query: {}, labels: {} };
	const look = async (id: number) => {
		const found = await item.readIfAllowed(async () => await findById(item, teacherEntity, id, where));
		if (found === undefined)
			item.execution.hints.add(
				'This user may not list teachers, so lessons that they have in other branches were not noticed',
				`teacher ${id}`,
			);
		return readIds(listOf(found?.record?.branch_ids));
	};
	const branches = ids.map(async (id) => {
		const name = JSON.stringify(['branches', own, id]);
		return await item.execution.cached(teacherEntity.path, name, async () => await look(id));
	});
	return [...new Set((await Promise.all(branches)).flat())].filter((one) => one !== own);
}

/**
 * The lessons of a day that count, of the branches and those that this run has booked; without those of a branch, and
 * with a hint, where this user may not list them.
 */
async function lessonsOn(
	item: Item,
	booked: IDataObject,
	branches: readonly Branch[],
	on: string,
): Promise<IDataObject[]> {
	const { planned, completed, cancelled } = LESSON_STATUS;
	// A cancelled one is the same as a cancelled one only. The list shows one status at a time.
	const statuses = isCancelled(booked) ? [cancelled] : [planned, completed];
	const read = async (branch: Branch) => {
		const body = { date_from: on, date_to: on };
		const passes = statuses.map((status) => ({ status }));
		const list = { path: lesson.path, branch, body, passes, task: 'look for lessons at that time' };
		// Another branch of the teacher may be closed.
		const mayBeClosed = branch !== branches[0];
		const rows = await item.readIfAllowed(async () => await readWholeList(item, lesson, list), {
			notFoundIsDenied: mayBeClosed,
		});
		return rows && new CachedList(rows, (row) => dayOf(row, item.zone) === on);
	};
	const rows: IDataObject[] = [];
	for (const branch of branches) {
		const key = JSON.stringify(['booking', branch, statuses, on]);
		const list = await item.execution.cached(lesson.path, key, async () => await read(branch));
		for (const row of list?.rows ?? []) rows.push(row);
		if (list !== undefined) continue;
		item.execution.hints.add(
			'Lessons of a branch could not be listed, so repeats and a busy teacher or room there were not noticed',
			`branch ${String(branch)}`,
		);
	}
	return rows.filter((row) => isCancelled(row) === isCancelled(booked) && dayOf(row, item.zone) === on);
}

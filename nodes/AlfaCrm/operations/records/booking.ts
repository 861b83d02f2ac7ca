import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import { dayBefore, daysAfter, formatDay, formatTime, readId, readIds } from '../../values/formats';
import { MINUTE_MS } from '../../values/time';
import { BOOKED, lesson, LESSON_STATUS } from '../../entities/lesson';
import { teacher as teacherEntity } from '../../entities/teacher';
import type { Field } from '../../entities/fieldTypes';
import { isBlank, listOf } from '../../fields/field';
import { collection } from '../../form/assemble';
import { CachedList } from '../execution/cachedList';
import { findOrCreate } from '../execution/findOrCreate';
import type { Item } from '../execution/item';
import type { LockKey } from '../execution/execution';
import type { Branch } from './branches';
import { isForm, isGiven } from './fieldInput';
import { findById } from './findById';
import { readWholeList } from './readList';

const checkBusy: INodeProperties = {
	displayName: 'Check Teacher and Room',
	name: 'checkBusy',
	type: 'boolean',
	default: true,
	description:
		'Whether to stop if the teacher or room already has a planned or completed lesson at that time',
};
const skipIfThere: INodeProperties = {
	displayName: 'Skip If It Already Exists',
	name: 'skipIfThere',
	type: 'boolean',
	default: true,
	description:
		'Whether to look for a lesson of the same customers and groups that begins at that time and is not cancelled, and return it instead of booking another',
};

/** Options of a new lesson. */
export const bookingOptions = collection('Options', 'options', [checkBusy, skipIfThere], 'Add Option');

const { group, customer, teacher, room } = BOOKED;

/** An expression that finds nobody would book a lesson for nobody, or with no teacher, without a word. */
export function assertForSomebody(item: Item, input: IDataObject): void {
	const isEmptyIn = (field: Field) => isBlank(field, input[field.name]);
	// A row that was read of a lesson for a group has an empty list of customers.
	const isOfRow = ({ name }: Field) =>
		!isForm(item, lesson) && isEmptyList(input[name]) && isEmptyIn(customer) !== isEmptyIn(group);
	for (const field of [customer, group, teacher]) {
		if (field !== teacher && isOfRow(field)) continue;
		if (!isEmptyIn(field) || !isGiven(item, lesson, input, field.name)) continue;
		throw item.refused(
			`'${field.label}' is set but came out empty`,
			`Check the expression that fills it, or leave it out if the lesson has none. ${item.effectNote()}`,
		);
	}
	if (![customer, group].every(isEmptyIn)) return;
	throw item.refused(
		`'${group.label}' and '${customer.label}' are both empty, so the lesson would be for nobody`,
		`Fill one of them. ${item.effectNote()}`,
	);
}

const isEmptyList = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0);

/** Minutes since 1970, of clocks on the wall. */
interface Span {
	begin: number;
	end: number;
}

/**
 * Books a lesson unless the same is there, and at no time at which its teacher or its room is taken. Two that want one
 * place take turns, in this process by whom and what it takes, over processes by the lock of the node.
 *
 * @param body the lesson as it is sent
 * @param branch of the call
 */
export async function book(
	item: Item,
	body: IDataObject,
	branch: number | undefined,
	create: () => Promise<IDataObject>,
): Promise<IDataObject> {
	const options = item.collection(bookingOptions);
	const [skips, checks] = [options.flag(skipIfThere), options.flag(checkBusy)];
	const wanted = spanOf(body, item.zone);
	if (wanted === undefined || !(skips || checks)) return await create();

	const days = daysOf(wanted);
	const own = readId(body.branch_id) ?? branch;
	const find = async () => {
		const others = checks ? await branchesOfTeachers(item, readIds(listOf(body[teacher.name])), own) : [];
		const lessons = (await lessonsOn(item, body, [own, ...others], days)).map((row) => ({
			row,
			span: spanOf(row, item.zone),
		}));
		const same = lessons.find(({ row, span }) => span?.begin === wanted.begin && isFor(row, body));
		if (skips && same) return same.row;
		const isCancelled = Number(body.status) === LESSON_STATUS.cancelled;
		if (checks && !isCancelled) {
			for (const { row, span } of lessons) {
				if (span && span.begin < wanted.end && wanted.begin < span.end) assertFree(item, body, row);
			}
		}
		return undefined;
	};
	const taken = [group, customer, teacher, room].flatMap(({ name }) =>
		readIds(listOf(body[name])).map((id) => [name, id] as const),
	);
	const locks = days.flatMap((one) => taken.map((what): LockKey => [lesson.path, one, ...what]));
	return await item.withLock(locks, async () => {
		const { found, created } = await findOrCreate(item, find, create);
		if (found === undefined) return created;
		item.execution.hints.add(
			'These customers and groups already have a lesson at that time, so no other one was booked',
			`lesson ${String(found.id)}`,
		);
		return found;
	});
}

/** All of the customers and groups are in it. */
const isFor = (row: IDataObject, body: IDataObject): boolean =>
	[group, customer].every(({ name }) => {
		const there = readIds(listOf(row[name]));
		return readIds(listOf(body[name])).every((id) => there.includes(id));
	});

function assertFree(item: Item, body: IDataObject, row: IDataObject): void {
	for (const { name, label } of [teacher, room]) {
		const taken = readIds(listOf(row[name])).find((id) => readIds(listOf(body[name])).includes(id));
		if (taken === undefined) continue;
		throw item.refused(
			`${label} ${taken} has another lesson at that time: lesson ${String(row.id)}, ${timeOf(row, item.zone)}`,
			`Choose another time ('Get Free Slots' of the teacher shows some), or switch '${checkBusy.displayName}' off in 'Options'. ${item.savedNote()}`,
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
	const branches = ids.map(
		async (id) =>
			await item.execution.cached(teacherEntity.path, JSON.stringify(['branches', own, id]), async () => {
				try {
					return readIds(listOf((await findById(item, teacherEntity, id, where)).record?.branch_ids));
				} catch (caught) {
					if (!hasStatus(caught, 403)) throw item.asError(caught);
					item.execution.hints.add(
						'This user may not list teachers, so lessons that they have in other branches were not noticed',
						`teacher ${id}`,
					);
					return [];
				}
			}),
	);
	return [...new Set((await Promise.all(branches)).flat())].filter((one) => one !== own);
}

/**
 * The lessons of these days that count, of the branches and those that this run has booked; without those of a branch, and
 * with a hint, where this user may not list them.
 */
async function lessonsOn(
	item: Item,
	{ status }: IDataObject,
	branches: readonly Branch[],
	days: readonly string[],
): Promise<IDataObject[]> {
	const { planned, completed, cancelled } = LESSON_STATUS;
	const isCancelled = (value: unknown) => Number(value) === cancelled;
	// A cancelled one is the same as a cancelled one only. The list shows one status at a time.
	const statuses = isCancelled(status) ? [cancelled] : [planned, completed];
	const range = { date_from: days[0], date_to: days.at(-1) };
	const read = async (branch: Branch) => {
		const rows: IDataObject[] = [];
		try {
			for (const one of statuses) {
				const body = { status: one, ...range };
				const list = { path: lesson.path, branch, body, task: 'look for lessons at that time' };
				for (const row of await readWholeList(item, lesson, list)) rows.push(row);
			}
			return new CachedList(rows, (row) => days.some((one) => one === dayOf(row, item.zone)));
		} catch (caught) {
			// Another branch of the teacher may be closed.
			if (hasStatus(caught, 403) || (branch !== branches[0] && hasStatus(caught, 404))) return undefined;
			throw item.asError(caught);
		}
	};
	const listed: IDataObject[] = [];
	for (const branch of branches) {
		const key = JSON.stringify(['booking', branch, statuses, range]);
		const list = await item.execution.cached(lesson.path, key, async () => await read(branch));
		for (const row of list?.rows ?? []) listed.push(row);
		if (list !== undefined) continue;
		item.execution.hints.add(
			'Lessons of a branch could not be listed, so repeats and a busy teacher or room there were not noticed',
			`branch ${String(branch)}`,
		);
	}
	return listed.filter((row) => isCancelled(row.status) === isCancelled(status));
}

/** The days that it touches, after the day before, on which something may begin that goes on over midnight. */
function daysOf({ begin, end }: Span): string[] {
	const dayAt = (minute: number) => new Date(minute * MINUTE_MS).toISOString().slice(0, 10);
	const [first, last] = [dayAt(begin), dayAt(end - 1)];
	return [dayBefore(first), first, ...(last > first ? [last] : [])];
}

const dayOf = ({ time_from, date, lesson_date }: IDataObject, zone: string): string | undefined =>
	[time_from, date, lesson_date]
		.map((value) => formatDay(value, 'iso', zone))
		.find((one) => one !== undefined);

/**
 * When a lesson takes place, as it is listed or as it is sent. It may go on over midnight, where its end need not show the
 * day; without an end, the rest of the day is taken.
 */
function spanOf(row: IDataObject, zone: string): Span | undefined {
	const { time_from, time_to, duration } = row;
	const [date, from, to] = [dayOf(row, zone), formatTime(time_from, zone), formatTime(time_to, zone)];
	if (date === undefined || from === undefined) return undefined;
	const at = (one: string, clock: string) => Date.parse(`${one}T${clock}Z`) / MINUTE_MS;
	const begin = at(date, from);
	const restOfDay = at(daysAfter(date, 1), '00:00');
	if (to === undefined) return { begin, end: duration ? begin + Number(duration) : restOfDay };
	const end = at(formatDay(time_to, 'iso', zone) ?? (to < from ? daysAfter(date, 1) : date), to);
	return { begin, end: end > begin ? end : restOfDay };
}

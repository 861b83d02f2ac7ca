import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import { dayBefore, daysAfter, formatDay, OPEN_END, readId, readIds, wallClock } from '../../values/formats';
import type { ListQuery } from '../../api/pages';
import { lesson } from '../../entities/lesson';
import { passesOf } from '../../entities/listCall';
import { regularLesson } from '../../entities/regularLesson';
import { room as roomEntity } from '../../entities/room';
import { teacher as teacherEntity } from '../../entities/teacher';
import type { Entity } from '../../entities/types';
import { listOf } from '../../fields/field';
import { collection } from '../../form/assemble';
import { wholeNumber } from '../../form/wholeNumber';
import type { ActionKind } from '../actions/kind';
import { readBody } from '../actions/fields';
import { objectOf, STRING } from '../output/recordSchema';
import { getRecord } from '../records/findById';
import { incompleteListError, readList } from '../records/readList';
import { eachOnce, limitForm, limitOf } from '../records/rows';
import { idOf, targetOf } from '../records/target';
import type { Item } from '../execution/item';
import { allSettledOrThrow, allNamed } from './allSettledOrThrow';
import { slotsOf } from './slots';

/** A longer time is a mistake in one of the days. */
const MOST_DAYS = 366;

/** Minutes of a slot, and from the beginning of one to that of the next. */
const BOUNDS = { min: 5, max: 1440 };

const duration = wholeNumber({
	displayName: 'Duration',
	name: 'duration',
	...BOUNDS,
	default: 60,
	description: 'Length of a slot in minutes',
});

const options = collection(
	'Options',
	'options',
	[
		{
			displayName: 'Hours of Other Branches',
			name: 'otherBranches',
			type: 'boolean',
			default: false,
			description:
				'Whether working hours count that name another branch. Lessons count in every branch of the teacher in any case.',
		},
		{
			displayName: 'Include Past Slots',
			name: 'past',
			type: 'boolean',
			default: false,
			description: 'Whether to return slots that have begun already, today or on days before',
		},
		wholeNumber({
			displayName: 'Step',
			name: 'step',
			...BOUNDS,
			default: 30,
			description: 'How many minutes after the beginning of a slot the next one may begin',
		}),
	],
	'Add Option',
);

/** One list to be read whole, for one of the branches. */
interface TimetableList {
	entity: Entity;
	branch?: number;
	body: IDataObject;
}

/** When a teacher, and a room if one is given, has time for a lesson. */
export const freeSlots: ActionKind<'freeSlots'> = {
	form: () => ({ duration: [duration], limit: limitForm, options: [options] }),
	async execute(item, entity, action) {
		const target = targetOf(item, entity);
		const { branch } = target;
		const teacher = idOf(item, entity);
		const { date_from, date_to, room_id } = readBody(item, action.body, branch);
		const [from, to, room] = [String(date_from), String(date_to), readId(room_id)];
		const chosen = item.collection(options);
		const [minutes, step] = [item.integer(duration), chosen.integer(chosen.parameter('step'))];
		const withPast = chosen.flag(chosen.parameter('past'));
		const anyBranch = chosen.flag(chosen.parameter('otherBranches'));
		const most = limitOf(item);
		assertDays(item, from, to);

		const person = await getRecord(item, entity, teacher, target);
		const lastDay = formatDay(person.e_date, 'iso', item.zone);
		await assertRoom(item, room, branch);
		const shown = readIds(listOf(person.branch_ids));
		const branches = [...new Set([branch, ...shown])];
		const timetable = await allNamed({
			workingHours: readHours(item, teacher, branch),
			lessons: readAll(item, lessonLists(branches, { teacher, room, from, to, branch })),
			regularLessons: readAll(item, regularLists(branches, { teacher, room, branch })),
		});
		const slots = slotsOf(timetable, {
			...{ teacher, room, from, to, step, duration: minutes, zone: item.zone },
			branch: anyBranch ? undefined : branch,
			until: lastDay === OPEN_END ? undefined : lastDay,
			notBefore: withPast ? undefined : wallClock(item.zone),
		});
		return slots.slice(0, most).map((slot) => ({
			...slot,
			teacher_id: teacher,
			teacher_name: person.name ?? null,
			branch_id: branch ?? null,
			room_id: room ?? null,
			duration: minutes,
			time_zone: item.zone,
		}));
	},
	output: () =>
		objectOf({
			...{ date: STRING, start: STRING, end: STRING, teacher_id: { type: 'integer' }, teacher_name: STRING },
			...{ branch_id: { type: 'integer' }, room_id: { type: 'integer' } },
			...{ duration: { type: 'integer' }, time_zone: STRING },
		}),
};

function assertDays(item: Item, from: string, to: string): void {
	if (from <= to && to < daysAfter(from, MOST_DAYS)) return;
	throw item.refused(
		from > to
			? `'Date To' must not be before 'Date From', but ${to} is before ${from}`
			: `'Date To' must be at most a year after 'Date From', but ${to} is later than that`,
		'Correct one of the days. Nothing was sent to AlfaCRM.',
	);
}

/** A room that the branch does not have would be free at any time. */
async function assertRoom(item: Item, id: number | undefined, branch: number | undefined): Promise<void> {
	if (id === undefined) return;
	const where = { path: roomEntity.path, branch, query: {}, labels: {} };
	try {
		await getRecord(item, roomEntity, id, where);
	} catch (caught) {
		// Who may not list rooms still sees what takes place in one.
		if (!hasStatus(caught, 403)) throw item.asError(caught);
	}
}

async function readHours(item: Item, teacher: number, branch?: number): Promise<IDataObject[]> {
	const body = { teacher_id: teacher };
	const task = 'list the working hours of the teacher';
	const list = { path: teacherEntity.path, action: 'working-hour', branch, body, task };
	return await readTimetable(item, { plural: 'Working Hours' }, list);
}

interface WhoAndWhen {
	teacher: number;
	room?: number;
	from: string;
	to: string;
	branch?: number;
}

/**
 * Lessons of the teacher in each branch, and those in the room, which is in the branch of the call; from the day before on,
 * for one may go on over midnight.
 */
function lessonLists(
	branches: ReadonlyArray<number | undefined>,
	{ teacher, room, from, to, branch }: WhoAndWhen,
): TimetableList[] {
	const days = { date_from: dayBefore(from), date_to: to };
	const asked = [
		...branches.map((one) => ({ branch: one, body: { teacher_id: teacher, ...days } })),
		...(room === undefined ? [] : [{ branch, body: { room_ids: [room], ...days } }]),
	];
	// The list shows one status at a time. API notes 5.11.
	return asked.flatMap((one) =>
		passesOf(lesson).map((pass) => ({ ...one, entity: lesson, body: { ...one.body, ...pass } })),
	);
}

/** No filter by room is known of regular lessons, so for a room those of all teachers are read. API notes 5.13. */
const regularLists = (
	branches: ReadonlyArray<number | undefined>,
	{ teacher, room, branch }: Omit<WhoAndWhen, 'from' | 'to'>,
): TimetableList[] =>
	branches.map((one) => ({
		entity: regularLesson,
		branch: one,
		body: room !== undefined && one === branch ? {} : { teacher_id: teacher },
	}));

/** The rows of all lists, each once. A branch that this user may not see is told of, for the teacher may have lessons there. */
async function readAll(item: Item, lists: readonly TimetableList[]): Promise<IDataObject[]> {
	const parts = await allSettledOrThrow(
		lists.map(async ({ entity, branch, body }) => {
			const task = `list the ${entity.plural.toLowerCase()}`;
			try {
				return await readTimetable(item, entity, { path: entity.path, branch, body, task });
			} catch (caught) {
				// The first one is that of the call. Another may be closed, or not for this user.
				if (!hasStatus(caught, 403, 404) || branch === lists[0].branch) throw item.asError(caught);
				item.execution.hints.add(
					'Not all branches in which the teacher works can be seen, so the teacher may be busy there in a slot',
					`branch ${String(branch)}`,
				);
				return [];
			}
		}),
	);
	return eachOnce(parts.flat());
}

/** @throws NodeApiError when the list did not come whole, for a lesson that is missing would be taken for free time */
async function readTimetable(
	item: Item,
	of: Pick<Entity, 'plural'>,
	list: ListQuery,
): Promise<IDataObject[]> {
	const { rows, incomplete } = await readList(item, of, list);
	if (incomplete === undefined) return rows;
	throw incompleteListError(item, incomplete, 'when the teacher is free');
}

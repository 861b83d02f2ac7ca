import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import { dayBefore, daysAfter, formatDay, OPEN_END, readId, readIds, wallClock } from '../../values/formats';
import type { ListQuery } from '../../api/pages';
import { lesson } from '../../entities/lesson';
import { listCall, passesOf } from '../../entities/listCall';
import { regularLesson } from '../../entities/regularLesson';
import { room as roomEntity } from '../../entities/room';
import { teacher as teacherEntity } from '../../entities/teacher';
import type { Entity } from '../../entities/types';
import { listOf } from '../../fields/field';
import { collection } from '../../form/assemble';
import { wholeNumber } from '../../form/wholeNumber';
import type { ActionKind } from '../actions/kind';
import { readFilters } from '../actions/fields';
import { objectOf, STRING } from '../output/recordSchema';
import { bodyOf } from '../records/body';
import type { Branch } from '../records/branches';
import { getRecord } from '../records/findById';
import { incompleteListError } from '../records/readList';
import { eachOnce, limitForm, limitOf } from '../records/rows';
import { idOf, targetOf } from '../records/target';
import type { Item } from '../execution/item';
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

/** When a teacher, and a room if one is given, has time for a lesson. */
export const freeSlots: ActionKind<'freeSlots'> = {
	form: () => ({ duration: [duration], limit: limitForm, options: [options] }),
	async execute(item, entity, { body: fields = [] }) {
		const target = targetOf(item, entity);
		const { branch } = target;
		const teacher = idOf(item, entity);
		const { date_from, date_to, room_id } = bodyOf(item, fields, readFilters(item, fields));
		const [from, to, room] = [String(date_from), String(date_to), readId(room_id)];
		const chosen = item.collection(options);
		const [minutes, step] = [item.integer(duration), chosen.integer(chosen.parameter('step'))];
		const withPast = chosen.flag(chosen.parameter('past'));
		const anyBranch = chosen.flag(chosen.parameter('otherBranches'));
		const most = limitOf(item);
		assertDays(item, from, to);

		const { row: person } = await getRecord(item, entity, teacher, target);
		const lastDay = formatDay(person.e_date, 'iso', item.zone);
		// A room that the branch does not have would be free at any time.
		if (room !== undefined) await getRecord(item, roomEntity, room, { ...target, path: roomEntity.path });
		const shown = readIds(listOf(person.branch_ids));
		const branches = [...new Set([branch, ...shown])];
		const timetable = await readTimetable(item, { teacher, room, from, to, branches });
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

interface WhoAndWhen {
	teacher: number;
	room?: number;
	from: string;
	to: string;
	/** Those of the teacher, first that of the call, in which the room is. */
	branches: readonly Branch[];
}

/** Lessons of the teacher in each branch, and those in the room. */
async function readTimetable(item: Item, { teacher, room, from, to, branches }: WhoAndWhen) {
	const [own] = branches;
	const read = async (entity: Entity, branch: Branch, body: IDataObject) => {
		try {
			return await readWhole(item, entity.plural, { ...listCall(entity, branch), body }, passesOf(entity));
		} catch (caught) {
			if (branch === own || !hasStatus(caught, 403, 404)) throw item.asError(caught);
			item.execution.hints.add(
				'Not all branches in which the teacher works can be seen, so the teacher may be busy there in a slot',
				`branch ${String(branch)}`,
			);
			return [];
		}
	};
	// One of the day before may go on over midnight.
	const days = { date_from: dayBefore(from), date_to: to };
	const lessons = branches.map(async (one) => await read(lesson, one, { teacher_id: teacher, ...days }));
	if (room !== undefined) lessons.push(read(lesson, own, { room_ids: [room], ...days }));
	const regularLessons = branches.map(async (one) => {
		// No filter by room is known of them, so for a room those of all teachers are read. API notes 5.13.
		return await read(regularLesson, one, room !== undefined && one === own ? {} : { teacher_id: teacher });
	});
	const task = 'list the working hours of the teacher';
	const hours = {
		path: teacherEntity.path,
		action: 'working-hour',
		branch: own,
		body: { teacher_id: teacher },
	};
	const [workingHours, ...lists] = await Promise.all([
		readWhole(item, 'Working Hours', { ...hours, task }),
		Promise.all(lessons),
		Promise.all(regularLessons),
	]);
	return { workingHours, lessons: eachOnce(lists[0].flat()), regularLessons: eachOnce(lists[1].flat()) };
}

/** @throws NodeApiError when the list did not come whole, for a lesson that is missing would be taken for free time */
async function readWhole(
	item: Item,
	plural: string,
	list: ListQuery,
	passes?: readonly IDataObject[],
): Promise<IDataObject[]> {
	const { rows, isComplete } = await item.collect(list, { passes });
	if (isComplete) return rows;
	throw incompleteListError(item, plural.toLowerCase(), 'when the teacher is free');
}

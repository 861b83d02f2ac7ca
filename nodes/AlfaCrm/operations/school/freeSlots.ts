import type { IDataObject } from 'n8n-workflow';

import { daysAfter, formatDay, OPEN_END, readId, readIds, wallClock } from '../../values/formats';
import { lesson } from '../../entities/lesson';
import { listCall, passesOf } from '../../entities/listCall';
import { regularLesson } from '../../entities/regularLesson';
import { room as roomEntity } from '../../entities/room';
import { teacher as teacherEntity } from '../../entities/teacher';
import type { Entity } from '../../entities/types';
import { listOf } from '../../fields/field';
import { collection } from '../../form/assemble';
import { wholeNumber } from '../../form/wholeNumber';
import type { ActionKind } from '../operation';
import { readFilters } from '../actions/fields';
import { objectOf, STRING } from '../output/recordSchema';
import { bodyOf } from '../records/body';
import type { Branch } from '../records/branches';
import { getRecord } from '../records/findById';
import { eachOnce, limitForm, limitOf, readWholeList, warnOfLimit } from '../records/readList';
import { idOf, targetOf } from '../records/target';
import type { Item } from '../execution/item';
import type { WantedSlots } from './slots';
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
	description: 'Of a slot in minutes',
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
			description: 'Whether they count; lessons in other branches count in any case',
		},
		{
			displayName: 'Include Past Slots',
			name: 'past',
			type: 'boolean',
			default: false,
			description: 'Whether to return slots that have begun',
		},
		wholeNumber({
			displayName: 'Step',
			name: 'step',
			...BOUNDS,
			default: 30,
			description: 'Minutes from the beginning of a slot to the next',
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
		const wanted: WantedSlots = {
			...{ teacher, room, from, to, step, duration: minutes, zone: item.zone },
			branch: anyBranch ? undefined : branch,
			until: lastDay === OPEN_END ? undefined : lastDay,
			notBefore: withPast ? undefined : wallClock(item.zone),
		};
		const slots = slotsOf(await readTimetable(item, wanted, branches), wanted);
		if (slots.length > most) warnOfLimit(item, most, 'slots');
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
	reads: true,
};

/** @throws NodeOperationError for days in the wrong order, or a year apart */
export function assertDays(item: Item, from: string, to: string): void {
	if (from <= to && to < daysAfter(from, MOST_DAYS)) return;
	throw item.refused(
		`'Date To' must be between 'Date From' (${from}) and a year later, but it is ${to}`,
		'Correct one of the days. Nothing was sent to AlfaCRM.',
	);
}

/**
 * Lessons of the teacher in each branch, and those in the room.
 *
 * @param branches those of the teacher, first that of the call, in which the room is
 */
async function readTimetable(
	item: Item,
	{ teacher, room, from, to }: WantedSlots,
	branches: readonly Branch[],
) {
	const [own] = branches;
	const days = { date_from: from, date_to: to };
	const readIn = async (branch: Branch) => {
		const isRoomToo = room !== undefined && branch === own;
		const read = async () =>
			await Promise.all([
				readAll(item, lesson, branch, { teacher_id: teacher, ...days }),
				isRoomToo ? readAll(item, lesson, branch, { room_ids: [room], ...days }) : [],
				// No filter by room is known of them, so for a room those of all teachers are read. API notes 5.13.
				readAll(item, regularLesson, branch, isRoomToo ? {} : { teacher_id: teacher }),
			]);
		const lists = branch === own ? await read() : await item.ifAllowed(read, 404);
		if (lists === undefined)
			item.execution.hints.add(
				'Not all branches in which the teacher works can be seen, so the teacher may be busy there in a slot',
				`branch ${String(branch)}`,
			);
		return lists ?? [[], [], []];
	};
	const hours = { ...teacherEntity, plural: 'Working Hours' };
	const ofHours = { ...listCall(hours, own), action: 'working-hour', body: { teacher_id: teacher } };
	const [workingHours, ...lists] = await Promise.all([
		readWholeList(item, hours, ofHours, 'when the teacher is free'),
		...branches.map(readIn),
	]);
	return {
		workingHours,
		lessons: eachOnce(lists.flatMap(([theirs, inRoom]) => [...theirs, ...inRoom])),
		regularLessons: eachOnce(lists.flatMap(([, , regular]) => regular)),
	};
}

/** A lesson that is missing would be taken for free time. */
const readAll = async (item: Item, entity: Entity, branch: Branch, body: IDataObject) =>
	await readWholeList(
		item,
		entity,
		{ ...listCall(entity, branch), body, passes: passesOf(entity) },
		'when the teacher is free',
	);

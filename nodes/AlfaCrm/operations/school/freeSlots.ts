import { readId, readIds, wallClock } from '../../values/formats';
import { listOf } from '../../fields/field';
import { collection } from '../../form/assemble';
import type { ActionKind } from '../operation';
import { readFilters } from '../actions/fields';
import { objectOf, STRING } from '../output/recordSchema';
import { bodyOf } from '../records/body';
import { assertNotLost } from '../records/fieldInput';
import { limitForm, limitOf, warnOfLimit } from '../records/readList';
import { targetOf } from '../records/target';
import { assertDays, assertRoom, duration, findSlots, readTeachers, step } from './timetable';

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
		step,
	],
	'Add Option',
);

/** When a teacher, or any of several, and a room if one is given, has time for a lesson. */
export const freeSlots: ActionKind<'freeSlots'> = {
	form: () => ({ duration: [duration], limit: limitForm, options: [options] }),
	async execute(item, entity, { body: fields = [] }) {
		const target = targetOf(item, entity);
		const input = readFilters(item, fields);
		const { id, date_from, date_to, room_id, subject_id } = bodyOf(item, fields, input);
		const [person] = fields;
		assertNotLost(item, person, input[person.name]);
		const [from, to, room] = [String(date_from), String(date_to), readId(room_id)];
		const chosen = item.collection(options);
		const [minutes, gap] = [item.integer(duration), chosen.integer(step)];
		const withPast = chosen.flag(chosen.parameter('past'));
		const anyBranch = chosen.flag(chosen.parameter('otherBranches'));
		const most = limitOf(item);
		assertDays(item, from, to, 'Date From');

		const teachers = await readTeachers(item, target, readIds(listOf(id)));
		await assertRoom(item, target, room);
		const search = {
			...{ target, teachers, room, subject: readId(subject_id), anyBranch, from, to, step: gap },
			duration: minutes,
			notBefore: withPast ? undefined : wallClock(item.zone),
		};
		const slots = teachers.length === 0 ? [] : await findSlots(item, search, most);
		if (slots.length > most) warnOfLimit(item, most, 'slots');
		return slots.slice(0, most).map(({ teacher, ...slot }) => ({
			...slot,
			teacher_id: teacher.id,
			teacher_name: teacher.name,
			branch_id: target.branch ?? null,
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

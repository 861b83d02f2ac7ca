import type { INodeProperties } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { readId, readIds, wallClock } from '../../values/formats';
import { listOf } from '../../fields/field';
import { collection } from '../../form/assemble';
import type { Item } from '../../run/item';
import type { ActionKind } from '../../run/operation';
import { readFilterFields } from '../../run/actionFields';
import { objectOf, STRING } from '../../output/recordSchema';
import { buildRequestBody } from '../../run/body';
import { assertExpressionHasValue } from '../../run/fieldInput';
import { limitForm, readLimit, warnOfLimit } from '../../run/readList';
import { targetOf } from '../../run/target';
import {
	assertDayRange,
	assertRoomExists,
	findSlots,
	lessonDuration,
	readTeachers,
	slotStep,
} from './timetable';

const includeOtherBranchHours: INodeProperties = {
	displayName: 'Hours of Other Branches',
	name: 'otherBranches',
	type: 'boolean',
	default: false,
	description: 'Whether they count; lessons in other branches count in any case',
};

const includePastSlots: INodeProperties = {
	displayName: 'Include Past Slots',
	name: 'past',
	type: 'boolean',
	default: false,
	description: 'Whether to return slots that have begun',
};

const options = collection(
	'Options',
	'options',
	[includeOtherBranchHours, includePastSlots, slotStep],
	'Add Option',
);

/**
 * *Teacher → Get Free Slots*: lists the times at which a teacher is free for a lesson. If several
 * teachers are chosen, it lists the free times of each. If a room is chosen, it has to be free,
 * too.
 */
export const freeSlots: ActionKind<'freeSlots'> = {
	// Slots that have begun are left out.
	decidesByTime: () => true,
	form: () => ({ duration: [lessonDuration], limit: limitForm, options: [options] }),

	async execute(item, entity, { fields: fields = [] }) {
		const { chosenTeacherIds, limit, ...search } = readSearchForm(item, entity, fields);
		const teachers = await readTeachers(item, search.target, chosenTeacherIds);
		await assertRoomExists(item, search.target, search.roomId);

		// One slot more than the limit shows that there are more.
		const slots = await findSlots(item, { ...search, teachers }, { enough: limit + 1 });
		if (slots.length > limit) {
			warnOfLimit(item, limit, 'slots');
		}
		return slots.slice(0, limit).map(({ teacher, ...slot }) => ({
			...slot,
			teacher_id: teacher.id,
			teacher_name: teacher.name,
			branch_id: search.target.branch ?? null,
			room_id: search.roomId ?? null,
			duration: search.duration,
			time_zone: item.zone,
		}));
	},

	// A day is `yyyy-mm-dd`, a time `hh:mm`, and a duration minutes.
	output: () =>
		objectOf({
			date: STRING,
			start: STRING,
			end: STRING,
			teacher_id: { type: 'integer' },
			teacher_name: STRING,
			branch_id: { type: 'integer' },
			room_id: { type: 'integer' },
			duration: { type: 'integer' },
			time_zone: STRING,
		}),
	onlyReads: true,
};

/**
 * Reads what the user is looking for. Of the teachers it reads only the IDs; `readTeachers` reads
 * the rest from AlfaCRM.
 */
function readSearchForm(item: Item, entity: Entity, fields: readonly Field[]) {
	const target = targetOf(item, entity);
	const input = readFilterFields(item, fields);
	const {
		id: teacherIds,
		date_from,
		date_to,
		room_id,
		subject_id,
	} = buildRequestBody(item, fields, input);

	// Without a teacher the search takes all teachers. An expression that comes out empty must not
	// have this effect. The action declares the field of the teacher first.
	const [teacherField] = fields;
	assertExpressionHasValue(item, teacherField, input[teacherField.name]);

	const chosenOptions = item.collection(options);
	const search = {
		target,
		firstDay: String(date_from),
		lastDay: String(date_to),
		roomId: readId(room_id),
		subjectId: readId(subject_id),
		duration: item.integer(lessonDuration),
		step: chosenOptions.integer(slotStep),
		notBefore: chosenOptions.flag(includePastSlots) ? undefined : wallClock(item.zone),
		includesOtherBranchHours: chosenOptions.flag(includeOtherBranchHours),
	};
	const limit = readLimit(item);
	assertDayRange(item, search.firstDay, search.lastDay, 'Date From');
	return { ...search, chosenTeacherIds: readIds(listOf(teacherIds)), limit };
}

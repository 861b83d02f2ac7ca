import type { IDataObject, INodeProperties } from 'n8n-workflow';

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
import type { SlotSearch, TeacherSlot } from './timetable';
import {
	assertDayRange,
	assertRoomExists,
	findSlots,
	durationParameter,
	readTeachers,
	stepParameter,
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
	[includeOtherBranchHours, includePastSlots, stepParameter],
	'Add Option',
);

/**
 * *Teacher → Get Free Slots*: lists the times at which a teacher is free for a lesson. If the user
 * has chosen several teachers, lists the free times of each. If the user has chosen a room, the
 * room has to be free, too.
 */
export const getFreeSlots: ActionKind<'freeSlots'> = {
	// The output leaves out slots that have begun, so it depends on the clock.
	dependsOnTimeZone: () => true,
	form: () => ({ duration: [durationParameter], limit: limitForm, options: [options] }),

	async execute(item, entity, { fields: formFields = [] }) {
		const { search, chosenTeacherIds, limit } = readSearchForm(item, entity, formFields);
		const teachers = await readTeachers(item, search.target, chosenTeacherIds);
		await assertRoomExists(item, search.target, search.roomId);

		// One slot more than the limit shows that there are more.
		const neededCount = limit + 1;
		const slots = await findSlots(item, { ...search, teachers }, { neededCount });
		if (slots.length > limit) {
			warnOfLimit(item, limit, 'slots');
		}
		return slots.slice(0, limit).map((slot) => toOutput(slot, search, item.zone));
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

/** The values of the form. */
interface SearchForm {
	/** The search, before the records of the teachers have been read from AlfaCRM. */
	search: Omit<SlotSearch, 'teachers'>;
	/** The teachers that the user has chosen; empty for all teachers of the branch. */
	chosenTeacherIds: number[];
	/** The most slots to return. */
	limit: number;
}

/**
 * Reads the values of the form.
 *
 * @throws NodeOperationError if a value cannot be used, or the days are in the wrong order
 */
function readSearchForm(item: Item, entity: Entity, fields: readonly Field[]): SearchForm {
	const target = targetOf(item, entity);
	const input = readFilterFields(item, fields);
	const values = buildRequestBody(item, fields, input);

	// If the user leaves the field of the teacher empty, all teachers are searched. An expression
	// that returns nothing is a mistake. The action declares the field, so it is always found.
	const teacherField = fields.find(({ name }) => name === 'id') as Field;
	assertExpressionHasValue(item, teacherField, input[teacherField.name]);
	const chosenTeacherIds = readIds(listOf(values.id));

	const chosenOptions = item.collection(options);
	const includesPastSlots = chosenOptions.flag(includePastSlots);
	const search = {
		target,
		firstDay: String(values.date_from),
		lastDay: String(values.date_to),
		roomId: readId(values.room_id),
		subjectId: readId(values.subject_id),
		duration: item.integer(durationParameter),
		step: chosenOptions.integer(stepParameter),
		notBefore: includesPastSlots ? undefined : wallClock(item.zone),
		includesOtherBranchHours: chosenOptions.flag(includeOtherBranchHours),
	};
	const limit = readLimit(item);
	assertDayRange(item, search, { firstDayLabel: 'Date From' });
	return { search, chosenTeacherIds, limit };
}

/** Makes the output item of a free slot. */
function toOutput(slot: TeacherSlot, search: SearchForm['search'], zone: string): IDataObject {
	return {
		date: slot.date,
		start: slot.start,
		end: slot.end,
		teacher_id: slot.teacher.id,
		teacher_name: slot.teacher.name,
		branch_id: search.target.branch ?? null,
		room_id: search.roomId ?? null,
		duration: search.duration,
		time_zone: zone,
	};
}

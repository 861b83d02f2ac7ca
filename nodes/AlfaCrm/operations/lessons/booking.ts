import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import { dayOf, WHEN } from '../../entities/lesson';
import type { Entity } from '../../entities/types';
import { collection, showWhen } from '../../form/assemble';
import { readId, wallClock } from '../../values/formats';
import { fieldsForm, readFields } from '../../run/actionFields';
import type { Item } from '../../run/item';
import { bodyOf } from '../../run/body';
import { skipIfThere } from '../common/create';
import { assertForSomebody } from './lesson';
import { labelsOf, targetOf } from '../../run/target';
import type { Attendees } from '../../store/calendar/attendees';
import { involvesAnyOf } from '../../store/calendar/attendees';
import { customerIdsOf, groupIdsOf, roomIdOf, teacherIdsOf } from '../../store/calendar/lessonRow';
import type { SlotSearch } from './timetable';
import { assertDayRange, duration, step } from './timetable';
import type { Target } from '../../store/located';

/** What the user asks for, before anything was looked up in AlfaCRM. */
export interface BookingForm {
	/** Where and when the lesson may take place. Its teachers have to be looked up. */
	search: Omit<SlotSearch, 'teachers'>;
	/** The teachers that the user chose; if empty, any teacher of the subject may give the lesson. */
	chosenTeacherIds: number[];
	/** When the lesson has to start, `hh:mm`; undefined for the first free slot. */
	startTime?: string;
	/** The fields of the new lesson that the user has filled, as AlfaCRM takes them. */
	lessonFields: IDataObject;
	attendees: Attendees;
	/** The stage of the funnel to which leads are moved after the booking. */
	stageId?: number;
	/** Whether a lesson that is booked already is returned, instead of booking a second one. */
	skipsExisting: boolean;
	/** Whether a lesson at a given time has to be within the working hours of the teacher. */
	checksWorkingHours: boolean;
}

/** The form, with the teachers who may give the lesson. */
export interface Booking extends BookingForm {
	search: SlotSearch;
}

const checkWorkingHours: INodeProperties = {
	displayName: 'Check Working Hours',
	name: 'checkHours',
	type: 'boolean',
	default: true,
	description: "Whether 'At a Time' must be within them",
};

export const bookingOptions = collection(
	'Options',
	'options',
	[checkWorkingHours, skipIfThere, step],
	'Add Option',
);

/** The fields that the form shows for one choice of 'When' only, by their names. It always shows the others. */
const SHOWN_FOR_CHOICE: Readonly<Record<string, string>> = {
	time_from: WHEN.time,
	date_to: WHEN.firstFree,
};

/** The fields of the booking in the form. */
export function bookingFields(fields: readonly Field[]): INodeProperties[] {
	const { prominentFields = [] } = fieldsForm(fields);
	return prominentFields.map((property) => {
		const choice = SHOWN_FOR_CHOICE[property.name];
		return choice === undefined ? property : showWhen(property, { when: [choice] });
	});
}

/**
 * Reads the form, and checks it as far as that needs no call.
 *
 * @throws NodeOperationError for the first value that cannot be used
 */
export function readBookingForm(item: Item, entity: Entity, fields: readonly Field[]): BookingForm {
	const target = readTarget(item, entity, fields);
	const input = readFields(item, fields);
	assertForSomebody(item, input);

	const when = readWhen(item, fields, input);
	const body = bodyOf(item, fieldsShownFor(when, fields), input, target.branch);
	const { date_to, lead_status_id, ...lessonFields } = body;
	const attendees = { customerIds: customerIdsOf(lessonFields), groupIds: groupIdsOf(lessonFields) };
	const chosenTeacherIds = teacherIdsOf(lessonFields);

	const options = item.collection(bookingOptions);
	const firstDay = String(dayOf(lessonFields, item.zone));
	const search = {
		target,
		firstDay,
		lastDay: String(date_to ?? firstDay),
		roomId: roomIdOf(lessonFields),
		// If no teacher is chosen, any teacher of the subject will do.
		subjectId: chosenTeacherIds.length === 0 ? readId(lessonFields.subject_id) : undefined,
		duration: item.integer(duration),
		step: options.integer(step),
		notBefore: wallClock(item.zone),
		involvesAttendees: (lesson: IDataObject) => involvesAnyOf(attendees, lesson),
	};
	assertDayRange(item, search.firstDay, search.lastDay, 'Date');

	const stageId = readId(lead_status_id);
	assertStageHasCustomer(item, stageId, attendees);

	return {
		search,
		chosenTeacherIds,
		startTime: when === WHEN.time ? String(lessonFields.time_from) : undefined,
		lessonFields,
		attendees,
		stageId,
		skipsExisting: options.flag(skipIfThere),
		checksWorkingHours: options.flag(checkWorkingHours),
	};
}

/** Adds the labels of this form to the target, so that messages name the fields as the user sees them. */
function readTarget(item: Item, entity: Entity, fields: readonly Field[]): Target {
	const target = targetOf(item, entity);
	return { ...target, labels: { ...target.labels, ...labelsOf(fields) } };
}

/** Reads 'When' alone, because it decides which other fields the form shows. */
function readWhen(item: Item, fields: readonly Field[], input: IDataObject): unknown {
	const whenFields = fields.filter(({ name }) => name === 'when');
	const { when } = bodyOf(item, whenFields, input);
	return when;
}

/** A field that the form hides may still hold a value from before 'When' was changed. That value must not be read. */
function fieldsShownFor(when: unknown, fields: readonly Field[]): Field[] {
	return fields.filter(({ name }) => {
		const choice = SHOWN_FOR_CHOICE[name];
		return name !== 'when' && (choice === undefined || choice === when);
	});
}

/** Only a customer can be in a stage, a group cannot. */
function assertStageHasCustomer(item: Item, stageId: number | undefined, { customerIds }: Attendees): void {
	if (stageId === undefined || customerIds.length > 0) return;
	throw item.error(
		"'Stage' is set, but no 'Customer', whose stage it would be",
		'Remove one of them, or correct it.',
	);
}

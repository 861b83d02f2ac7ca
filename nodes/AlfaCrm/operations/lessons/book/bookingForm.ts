/**
 * Makes and reads the form of *Lesson → Book*. A booking creates a lesson for some attendees, which
 * are customers or groups: at a given time, or in the first slot in which a teacher is free.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import { dayOf, BOOKING_TIME } from '../../../entities/lesson';
import type { Entity } from '../../../entities/types';
import { collection, showWhen } from '../../../form/assemble';
import { fieldsForm, readFields } from '../../../run/actionFields';
import { buildRequestBody } from '../../../run/body';
import type { Item } from '../../../run/item';
import type { Attendees } from '../../../store/calendar/attendees';
import { involvesAnyOf } from '../../../store/calendar/attendees';
import {
	customerIdsOf,
	groupIdsOf,
	roomIdOf,
	subjectIdOf,
	teacherIdsOf,
} from '../../../store/calendar/lessonRow';
import type { Branch, Target } from '../../../store/located';
import { readId, wallClock } from '../../../values/formats';
import { skipIfExists } from '../../common/skipIfExists';
import { readActionTarget } from '../actionTarget';
import { assertAttendeesGiven } from '../attendeesInput';
import type { SlotSearch } from '../timetable';
import { assertDayRange, durationParameter, stepParameter } from '../timetable';

/** The search for the slot of a booking. Days are `yyyy-mm-dd`, and durations minutes. */
export interface BookingSearch extends SlotSearch {
	/** The time of this run, `yyyy-mm-dd hh:mm`: a slot that has begun cannot be booked. */
	notBefore: string;
}

/** The values of the form, before anything is read from AlfaCRM. */
export interface BookingForm {
	/** Where and when the lesson may take place. The teachers are read from AlfaCRM later. */
	search: Omit<BookingSearch, 'teachers'>;
	/**
	 * The teachers that the user has chosen. If there are none, any teacher of the subject can give
	 * the lesson.
	 */
	chosenTeacherIds: number[];
	/** When the lesson has to start, `hh:mm`; undefined if the first free slot is booked. */
	startTime?: string;
	/** The fields of the new lesson that the user has filled, as AlfaCRM takes them. */
	lessonFields: IDataObject;
	attendees: Attendees;
	/** The stage of the funnel to which leads are moved after the booking. */
	stageId?: number;
	/** Whether an existing lesson is returned: the option *Skip If It Already Exists*. */
	returnsExisting: boolean;
	/** Whether a lesson at a given time has to be within the working hours of the teacher. */
	checksWorkingHours: boolean;
}

/** The values of the form, and the teachers who can give the lesson. */
export interface Booking extends BookingForm {
	search: BookingSearch;
}

// ---------------------------------------------------------------- making the form

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
	[checkWorkingHours, skipIfExists, stepParameter],
	'Add Option',
);

/**
 * The fields that the form shows only for one choice of 'When', with this choice. The form always
 * shows all other fields.
 */
const CHOICE_BY_FIELD_NAME: Readonly<Record<string, string>> = {
	time_from: BOOKING_TIME.time,
	date_to: BOOKING_TIME.firstFree,
};

/** Makes the parameters for the fields of a booking. */
export function makeBookingParameters(fields: readonly Field[]): INodeProperties[] {
	const { prominentFields = [] } = fieldsForm(fields);
	return prominentFields.map((parameter) => {
		const choice = CHOICE_BY_FIELD_NAME[parameter.name];
		if (choice === undefined) return parameter;
		return showWhen(parameter, { when: [choice] });
	});
}

// ---------------------------------------------------------------- reading the form

/**
 * Reads the form of a booking. Nothing here calls AlfaCRM.
 *
 * @throws NodeOperationError for the first value that cannot be used
 */
export function readBookingForm(item: Item, entity: Entity, fields: readonly Field[]): BookingForm {
	const target = readActionTarget(item, entity, fields);
	const values = readFieldValues(item, fields, target.branch);
	const { startTime, stageId, lessonFields } = values;
	const attendees = {
		customerIds: customerIdsOf(lessonFields),
		groupIds: groupIdsOf(lessonFields),
	};
	const search = readSearch(item, target, values, attendees);
	assertDayRange(item, search, { firstDayLabel: 'Date' });
	assertStageHasCustomer(item, stageId, attendees);

	const options = item.collection(bookingOptions);
	return {
		search,
		chosenTeacherIds: teacherIdsOf(lessonFields),
		startTime,
		lessonFields,
		attendees,
		stageId,
		returnsExisting: options.flag(skipIfExists),
		checksWorkingHours: options.flag(checkWorkingHours),
	};
}

/** Reads where and when the lesson may take place. */
function readSearch(
	item: Item,
	target: Target,
	{ lessonFields, lastDay }: FieldValues,
	attendees: Attendees,
): BookingForm['search'] {
	// 'Date' is required, so there is a day.
	const firstDay = dayOf(lessonFields, item.zone) as string;
	const isTeacherChosen = teacherIdsOf(lessonFields).length > 0;
	return {
		target,
		firstDay,
		lastDay: lastDay ?? firstDay,
		roomId: roomIdOf(lessonFields),
		// A chosen teacher need not be a teacher of the subject.
		subjectId: isTeacherChosen ? undefined : subjectIdOf(lessonFields),
		duration: item.integer(durationParameter),
		step: item.collection(bookingOptions).integer(stepParameter),
		notBefore: wallClock(item.zone),
		// The attendees are busy during lessons that name them. `addAttendeeLessons` replaces this
		// function, because the lessons of a customer's groups need not name the customer.
		involvesAttendees: (lesson) => involvesAnyOf(attendees, lesson),
	};
}

/** The values of the fields of the form. */
interface FieldValues {
	/** `hh:mm`; undefined if the first free slot is booked. */
	startTime?: string;
	/**
	 * The last day on which to look for a free slot, `yyyy-mm-dd`; undefined if the start time is
	 * given.
	 */
	lastDay?: string;
	/** See `BookingForm`. */
	stageId?: number;
	/** See `BookingForm`. */
	lessonFields: IDataObject;
}

/** Reads the fields of the form, and separates the fields of the lesson from the others. */
function readFieldValues(item: Item, fields: readonly Field[], branch: Branch): FieldValues {
	const input = readFields(item, fields);
	assertAttendeesGiven(item, input);

	const when = readWhen(item, fields, input);
	const shownFields = pickShownFields(when, fields);
	const values = buildRequestBody(item, shownFields, input, { branch });
	const { date_to: lastDay, lead_status_id: stageId, ...lessonFields } = values;
	const hasStartTime = when === BOOKING_TIME.time;
	return {
		// If the form shows 'Start Time', the field is required, so there is a text.
		startTime: hasStartTime ? (lessonFields.time_from as string) : undefined,
		lastDay: lastDay as string | undefined,
		stageId: readId(stageId),
		lessonFields,
	};
}

/**
 * Reads 'When', which decides which other fields the form shows. `buildRequestBody` throws if an
 * expression returns something that is none of the choices.
 */
function readWhen(item: Item, fields: readonly Field[], input: IDataObject): unknown {
	const whenFields = fields.filter(({ name }) => name === 'when');
	const { when } = buildRequestBody(item, whenFields, input);
	return when;
}

/**
 * Picks the fields that the form shows for a choice of 'When', without 'When' itself. A hidden
 * field must not be read, because it may still hold a value from before the user changed 'When'.
 */
function pickShownFields(when: unknown, fields: readonly Field[]): Field[] {
	return fields.filter(({ name }) => {
		if (name === 'when') return false;

		const choice = CHOICE_BY_FIELD_NAME[name];
		return choice === undefined || choice === when;
	});
}

/** Makes sure that a stage is given only with a customer. A group cannot be in a stage. */
function assertStageHasCustomer(
	item: Item,
	stageId: number | undefined,
	{ customerIds }: Attendees,
): void {
	if (stageId === undefined || customerIds.length > 0) return;
	throw item.error(
		"'Stage' is set, but no 'Customer', whose stage it would be",
		"Fill 'Customer', or remove 'Stage'.",
	);
}

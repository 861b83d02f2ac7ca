/**
 * The form of *Lesson → Book*: which parameters it shows, how they are read, and which checks need
 * no call to AlfaCRM.
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
import { assertPeopleGiven } from '../attendeesInput';
import type { SlotSearch } from '../timetable';
import { assertDayRange, lessonDuration, slotStep } from '../timetable';

/**
 * What the user asks for, before anything is read from AlfaCRM. Days are `yyyy-mm-dd`, durations
 * minutes.
 */
export interface BookingForm {
	/** Where and when the lesson may take place. Its teachers still have to be read. */
	search: Omit<SlotSearch, 'teachers'>;
	/**
	 * The teachers that the user has chosen. If empty, any teacher of the subject may give the
	 * lesson.
	 */
	chosenTeacherIds: number[];
	/** When the lesson has to start, `hh:mm`. If undefined, the first free slot is booked. */
	startTime?: string;
	/** The fields of the new lesson that the user has filled, as AlfaCRM takes them. */
	lessonFields: IDataObject;
	attendees: Attendees;
	/** The stage of the funnel to which leads are moved after the booking. */
	stageId?: number;
	/**
	 * Whether a lesson that exists already is returned instead of booking a second one: the option
	 * *Skip If It Already Exists*.
	 */
	returnsExisting: boolean;
	/** Whether a lesson at a given time has to be within the working hours of the teacher. */
	checksWorkingHours: boolean;
}

/** The form, together with the teachers who may give the lesson. */
export interface Booking extends BookingForm {
	search: SlotSearch;
}

// ---------------------------------------------------------------- what the form shows

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
	[checkWorkingHours, skipIfExists, slotStep],
	'Add Option',
);

/**
 * The fields that the form shows only for one choice of 'When', by their names. It always shows the
 * others.
 */
const SHOWN_FOR_CHOICE: Readonly<Record<string, string>> = {
	time_from: BOOKING_TIME.time,
	date_to: BOOKING_TIME.firstFree,
};

/**
 * Makes the parameters for the fields of a booking. 'Start Time' and 'Date To' are shown only for
 * their choice of 'When'.
 */
export function makeBookingParameters(fields: readonly Field[]): INodeProperties[] {
	const { prominentFields = [] } = fieldsForm(fields);
	return prominentFields.map((parameter) => {
		const choice = SHOWN_FOR_CHOICE[parameter.name];
		if (choice === undefined) return parameter;
		return showWhen(parameter, { when: [choice] });
	});
}

// ---------------------------------------------------------------- how the form is read

/**
 * Reads the form of a booking, and makes all checks that need no call to AlfaCRM.
 *
 * @throws NodeOperationError for the first value that cannot be used
 */
export function readBookingForm(item: Item, entity: Entity, fields: readonly Field[]): BookingForm {
	const target = readActionTarget(item, entity, fields);
	const values = readFieldValues(item, fields, target.branch);
	const { startTime, stageId, lessonFields } = values;
	const search = readSearch(item, target, values);
	const attendees = readAttendees(lessonFields);
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
): BookingForm['search'] {
	const attendees = readAttendees(lessonFields);
	const options = item.collection(bookingOptions);
	// 'Date' is required, so there is a day.
	const firstDay = dayOf(lessonFields, item.zone) as string;
	// If the user has chosen no teacher, any teacher of the subject may give the lesson.
	const isTeacherChosen = teacherIdsOf(lessonFields).length > 0;
	return {
		target,
		firstDay,
		lastDay: lastDay ?? firstDay,
		roomId: roomIdOf(lessonFields),
		subjectId: isTeacherChosen ? undefined : subjectIdOf(lessonFields),
		duration: item.integer(lessonDuration),
		step: options.integer(slotStep),
		// A slot that has begun cannot be booked.
		notBefore: wallClock(item.zone),
		// Lessons that name an attendee are in the way. `avoidAttendeeLessons` adds the lessons of the
		// customer's groups later, because it has to read the memberships for that.
		involvesAttendees: (lesson) => involvesAnyOf(attendees, lesson),
	};
}

function readAttendees(lessonFields: IDataObject): Attendees {
	const customerIds = customerIdsOf(lessonFields);
	const groupIds = groupIdsOf(lessonFields);
	return { customerIds, groupIds };
}

/** The values of the fields of the form. */
interface FieldValues {
	/** `hh:mm`; undefined if the first free slot is booked */
	startTime?: string;
	/**
	 * The last day on which to look for a free slot, `yyyy-mm-dd`; undefined if the start time is
	 * given.
	 */
	lastDay?: string;
	stageId?: number;
	/** The fields that belong to the lesson itself, by AlfaCRM's names. */
	lessonFields: IDataObject;
}

/** Reads the fields of the form, and separates those of the lesson from the others. */
function readFieldValues(item: Item, fields: readonly Field[], branch: Branch): FieldValues {
	const input = readFields(item, fields);
	assertPeopleGiven(item, input);

	const when = readWhen(item, fields, input);
	const shownFields = pickShownFields(when, fields);
	const body = buildRequestBody(item, shownFields, input, { branch });
	const { date_to, lead_status_id, ...lessonFields } = body;
	return {
		// 'Start Time' and 'Date To' are required where the form shows them.
		startTime: when === BOOKING_TIME.time ? (lessonFields.time_from as string) : undefined,
		lastDay: date_to as string | undefined,
		stageId: readId(lead_status_id),
		lessonFields,
	};
}

/**
 * Reads 'When' before the other fields, because it decides which of them the form shows.
 * `buildRequestBody` makes sure that the value is one of the choices: an expression may give
 * anything.
 */
function readWhen(item: Item, fields: readonly Field[], input: IDataObject): unknown {
	const whenFields = fields.filter(({ name }) => name === 'when');
	const { when } = buildRequestBody(item, whenFields, input);
	return when;
}

/**
 * Picks the fields that the form shows for a choice of 'When', without 'When' itself. A hidden
 * field may still hold a value from before the user changed 'When', and that value must not be
 * read.
 */
function pickShownFields(when: unknown, fields: readonly Field[]): Field[] {
	return fields.filter(({ name }) => {
		if (name === 'when') return false;

		const choice = SHOWN_FOR_CHOICE[name];
		return choice === undefined || choice === when;
	});
}

/** Refuses a stage without a customer: only a customer can be in a stage, a group cannot. */
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

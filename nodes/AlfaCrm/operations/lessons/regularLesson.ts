/**
 * Creates and updates regular lessons. A regular lesson is a rule such as "Mondays at 17:00", from
 * which AlfaCRM makes lessons.
 *
 * AlfaCRM stores the start and the end of a regular lesson, but no duration: API notes 5.13 in
 * docs/alfacrm-api.md. Users know how long a lesson takes, so *Create* offers 'Duration' and works
 * out the end. *Update* moves the end if the user changes only the start.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import { regularLesson } from '../../entities/regularLesson';
import { isBlank } from '../../fields/field';
import { wholeNumber } from '../../form/wholeNumber';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import { clockOfMinutes, minutesOfClock } from '../../values/formats';
import { MINUTES_OF_A_DAY } from '../../values/time';
import { create, readDraft, saveDraft } from '../common/create';
import { makeUpdate } from '../common/update';
import { moveEndTime } from './endTime';

const startField = findField('time_from_v');
const endField = findField('time_to_v');

/** Finds a field that the entity declares, so the field always exists. */
function findField(name: string): Field {
	return regularLesson.fields.find((field) => field.name === name) as Field;
}

const durationParameter = wholeNumber({
	displayName: 'Duration',
	name: 'duration',
	min: 1,
	default: 60,
	description: "Minutes; not used if 'End Time' is given",
});

/** *Regular Lesson → Create*: creates a regular lesson from its start and its end or duration. */
export const createRegularLesson: Operation = {
	...create,

	form(entity) {
		const formOfCreate = create.form(entity);
		const prominentFields = addDurationAfterStart(formOfCreate.prominentFields ?? []);
		return { ...formOfCreate, prominentFields };
	},

	async execute(item, entity) {
		const draft = readDraft(item, entity, entity.fields, (input) => addEndTime(item, input));
		return [await saveDraft(item, entity, draft)];
	},
};

/** *Regular Lesson → Update*: changes fields of a regular lesson, and keeps its duration. */
export const updateRegularLesson: Operation = makeUpdate({
	makeBody(item, entity, record, changes) {
		const movedEndTime = moveEndTime(item, entity, record, changes);
		return { ...changes, ...movedEndTime };
	},
});

/** Inserts 'Duration' after 'Start Time' in the form. */
function addDurationAfterStart(parameters: readonly INodeProperties[]): INodeProperties[] {
	const extendedParameters: INodeProperties[] = [];
	for (const parameter of parameters) {
		extendedParameters.push(parameter);
		if (parameter.name === startField.name) {
			extendedParameters.push(durationParameter);
		}
	}
	return extendedParameters;
}

/**
 * Adds the end time to the input of a new regular lesson. It is the start time plus the duration.
 * Adds nothing if the user has given an end time, or no start time.
 *
 * @throws NodeOperationError if the lesson would end at midnight or later
 */
function addEndTime(item: Item, input: IDataObject): IDataObject {
	const hasStart = !isBlank(startField, input[startField.name]);
	const hasEnd = !isBlank(endField, input[endField.name]);
	if (!hasStart || hasEnd) return input;

	const startTime = item.toRequestValue(startField, input[startField.name]) as string;
	const startMinutes = minutesOfClock(startTime);
	const endMinutes = startMinutes + item.integer(durationParameter);
	if (endMinutes < MINUTES_OF_A_DAY) {
		return { ...input, [endField.name]: clockOfMinutes(endMinutes) };
	}

	const lastMinute = MINUTES_OF_A_DAY - 1;
	const longestDuration = lastMinute - startMinutes;
	throw item.error(
		`'${durationParameter.displayName}' must be at most ${longestDuration} minutes to end on the same day`,
		`'${startField.label}' is ${startTime}. Correct one of them.`,
	);
}

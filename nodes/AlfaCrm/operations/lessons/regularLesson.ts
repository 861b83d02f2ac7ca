/**
 * *Regular Lesson → Create* and *Update*. AlfaCRM takes only the start and the end of a
 * regular lesson (API notes 5.13). Users know how long a lesson takes, so the form of a new regular
 * lesson offers 'Duration', and the node works out the end time. An update of the start time alone
 * moves the end time.
 */

import type { IDataObject } from 'n8n-workflow';

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

const startField = fieldNamed('time_from_v');
const endField = fieldNamed('time_to_v');

function fieldNamed(name: string): Field {
	return regularLesson.fields.find((field) => field.name === name) as Field;
}

const duration = wholeNumber({
	displayName: 'Duration',
	name: 'duration',
	min: 1,
	default: 60,
	description: "Minutes; not used if 'End Time' is given",
});

export const createRegularLesson: Operation = {
	...create,

	form(entity) {
		const { prominentFields = [], ...otherParts } = create.form(entity);
		const fieldsWithDuration = prominentFields.flatMap((parameter) =>
			parameter.name === startField.name ? [parameter, duration] : [parameter],
		);
		return { ...otherParts, prominentFields: fieldsWithDuration };
	},

	async execute(item, entity) {
		const draft = readDraft(item, entity, entity.fields, (input) => addEndTime(item, input));
		return [await saveDraft(item, entity, draft)];
	},
};

export const updateRegularLesson: Operation = makeUpdate({
	makeBody: (item, entity, record, changes) => ({
		...changes,
		...moveEndTime(item, entity, record, changes),
	}),
});

/**
 * Adds the end time to the input of a new regular lesson, unless the user has given one.
 *
 * @throws NodeOperationError if the lesson would end after midnight
 */
function addEndTime(item: Item, input: IDataObject): IDataObject {
	const start: unknown = input[startField.name];
	const end: unknown = input[endField.name];
	if (isBlank(startField, start) || !isBlank(endField, end)) return input;

	const startTime = item.toRequestValue(startField, start) as string;
	const startMinutes = minutesOfClock(startTime);
	const endMinutes = startMinutes + item.integer(duration);
	if (endMinutes < MINUTES_OF_A_DAY)
		return { ...input, [endField.name]: clockOfMinutes(endMinutes) };

	throw item.error(
		`'${duration.displayName}' must be at most ${MINUTES_OF_A_DAY - 1 - startMinutes} minutes to end on the same day`,
		`'${startField.label}' is ${startTime}. Correct one of them.`,
	);
}

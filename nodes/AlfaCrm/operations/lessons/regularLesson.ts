import type { IDataObject } from 'n8n-workflow';

import { clockOfMinutes, minutesOfClock } from '../../values/formats';
import type { Field } from '../../entities/fieldTypes';
import { regularLesson } from '../../entities/regularLesson';
import { isBlank } from '../../fields/field';
import { wholeNumber } from '../../form/wholeNumber';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import { create, readDraft, saveDraft } from '../common/create';
import { MINUTES_OF_A_DAY } from '../../values/time';
import { movedEnds } from './duration';
import { makeUpdate } from '../common/update';

const [START, END] = ['time_from_v', 'time_to_v'].map(
	(name) => regularLesson.fields.find((field) => field.name === name) as Field,
);

const duration = wholeNumber({
	displayName: 'Duration',
	name: 'duration',
	min: 1,
	default: 60,
	description: "Minutes; not used if 'End Time' is given",
});

/** AlfaCRM takes no length of a regular lesson: the form asks for one, and its end is sent. API notes 5.13. */
export const createRegularLesson: Operation = {
	...create,
	form: (entity) => {
		const { prominentFields = [], ...rest } = create.form(entity);
		const withLength = prominentFields.flatMap((parameter) =>
			parameter.name === START.name ? [parameter, duration] : [parameter],
		);
		return { ...rest, prominentFields: withLength };
	},
	async execute(item, entity) {
		const fields = entity.fields.map((field) => (field === END ? { ...field, required: true } : field));
		const draft = readDraft(item, entity, fields, (input) => withEnd(item, input));
		return [await saveDraft(item, entity, draft)];
	},
};

function withEnd(item: Item, input: IDataObject): IDataObject {
	if (isBlank(START, input[START.name]) || !isBlank(END, input[END.name])) return input;
	const clock = item.toWire(START, input[START.name]) as string;
	const begin = minutesOfClock(clock);
	const end = begin + item.integer(duration);
	if (end < MINUTES_OF_A_DAY) return { ...input, [END.name]: clockOfMinutes(end) };
	throw item.error(
		`'${duration.displayName}' must be at most ${MINUTES_OF_A_DAY - 1 - begin} minutes to end on the same day`,
		`'${START.label}' is ${clock}. Correct one of them.`,
	);
}

export const updateRegularLesson: Operation = makeUpdate({
	makeBody: (item, entity, record, given) => ({ ...given, ...movedEnds(item, entity, record, given) }),
});

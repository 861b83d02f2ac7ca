import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field } from '../../entities/fieldTypes';
import { isBlank } from '../../fields/field';
import { wholeNumber } from '../../form/wholeNumber';
import type { Item } from '../run/item';

const MINUTES_OF_A_DAY = 24 * 60;

const duration = wholeNumber({
	displayName: 'Duration',
	name: 'duration',
	min: 1,
	default: 60,
	description: "Minutes from start to end; not used if 'End Time' is given",
});

const endAfter = (field: Field): string | undefined => (field.type === 'time' ? field.lasts : undefined);

/** What stands behind a start to which AlfaCRM takes an end. */
export const durationForm = (field: Field): INodeProperties[] =>
	endAfter(field) === undefined ? [] : [duration];

/** The ends that are not given, counted from the starts that are. */
export function endsOf(
	item: Item,
	starts: readonly Field[],
	fields: readonly Field[],
	input: IDataObject,
): IDataObject {
	const ends: IDataObject = {};
	for (const start of starts) {
		const end = fields.find(({ name }) => name === endAfter(start));
		if (end === undefined || isBlank(start, input[start.name]) || !isBlank(end, input[end.name])) continue;
		ends[end.name] = later(item, start, item.read(start, input[start.name]) as string);
	}
	return ends;
}

function later(item: Item, { label }: Field, clock: string): string {
	const [hours, minutes] = clock.split(':').map(Number);
	const begin = hours * 60 + minutes;
	const end = begin + item.integer(duration);
	if (end < MINUTES_OF_A_DAY) return [Math.floor(end / 60), end % 60].map(padded).join(':');
	throw item.refused(
		`'${duration.displayName}' must be at most ${MINUTES_OF_A_DAY - 1 - begin} minutes to end on the same day`,
		`'${label}' is ${clock}. Correct one of them. ${item.effectNote()}`,
	);
}

const padded = (part: number): string => String(part).padStart(2, '0');

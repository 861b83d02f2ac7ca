import { wholeNumber } from '../../form/wholeNumber';
import { makeParticipantItems } from '../../operations/lessons/getParticipants';
import { simplify } from '../../output/readings';
import { MINUTE_MS } from '../../values/time';
import type { Reminder } from '../sources/comingLessons/comingLessonsState';
import { ComingLessons } from '../sources/comingLessons/comingLessons';
import { inOptions } from '../parameters';
import { lookEvery } from './dueDate';
import type { EventKind } from './kind';

const hoursBefore = wholeNumber({
	displayName: 'Hours Before',
	name: 'hoursBefore',
	min: 1,
	max: 168,
	default: 24,
	description: 'How many hours before it begins to report a lesson',
});

export const comingLessons: EventKind<'comingLessons'> = {
	form: () => ({ filters: [hoursBefore], output: [simplify] }),
	watch: (parameters) => {
		const isSimple = parameters.flag(simplify);
		return {
			source: new ComingLessons({
				hours: parameters.integer(hoursBefore),
				zone: parameters.dayZone,
				everyMs: parameters.integer(inOptions(lookEvery)) * MINUTE_MS,
			}),
			filters: {},
			zone: parameters.dayZone,
			limitedBy: hoursBefore.displayName,
			itemsOf: async ({ records, names }) => {
				const found = (records as readonly Reminder[]).map(({ participant }) => participant);
				return await makeParticipantItems(found, names, { isSimple });
			},
		};
	},
};

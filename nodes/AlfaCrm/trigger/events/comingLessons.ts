import { wholeNumber } from '../../form/wholeNumber';
import { makeParticipantItems } from '../../operations/lessons/getParticipants';
import { simplify } from '../../output/outputItems';
import { MINUTE_MS } from '../../values/time';
import type { Reminder } from '../sources/comingLessons/comingLessonsState';
import { ComingLessons } from '../sources/comingLessons/comingLessons';
import { withOptionsPath } from '../parameters';
import { lookEvery } from './options';
import type { EventKind } from './kind';

const hoursBefore = wholeNumber({
	displayName: 'Hours Before',
	name: 'hoursBefore',
	min: 1,
	max: 168,
	default: 24,
	description: 'How many hours before it begins to report a lesson',
});

/** The event that a lesson begins in some hours. It makes one item for each person who comes. */
export const comingLessons: EventKind<'comingLessons'> = {
	listParameters: () => ({ filters: [hoursBefore], output: [simplify] }),

	makeWatch: (parameters) => {
		const isSimple = parameters.flag(simplify);
		const minutesBetweenLooks = parameters.integer(withOptionsPath(lookEvery));
		return {
			source: new ComingLessons({
				hours: parameters.integer(hoursBefore),
				zone: parameters.dayZone,
				scanIntervalMs: minutesBetweenLooks * MINUTE_MS,
			}),
			filters: {},
			zone: parameters.dayZone,
			limitingParameterLabel: hoursBefore.displayName,
			makeItems: async (reported) => {
				// The source `ComingLessons` finds only reminders: a person who comes to a lesson.
				const reminders = reported.records as readonly Reminder[];
				const participants = reminders.map(({ participant }) => participant);
				return await makeParticipantItems(participants, reported.names, { isSimple });
			},
		};
	},
};

import fc from 'fast-check';

import type { Settings } from '../../../sandbox/model/settings';
import type { StepWith } from './steps';
import { listing, oddities, stepsWith, withAnEnd } from './steps';
import { hasScheduler } from './version';

/** What happens to customers; `pick` chooses one of them. */
export type Own =
	| { do: 'create'; branch: number; isStudy: 0 | 1; hiddenMinutes: number }
	| { do: 'archive' | 'unarchive' | 'delete' | 'convert' | 'edit'; pick: number }
	| { do: 'move'; pick: number; branch: number };

export type Step = StepWith<Own>;

export interface History {
	/** How AlfaCRM behaves. */
	settings: Partial<Settings>;
	/** Customers that are there before, by branch; the first is the oldest. */
	before: Array<{ branch: number; daysAgo: number; isStudy: 0 | 1 }>;
	watched: number[];
	isStudy: 0 | 1 | 2;
	includeArchived: boolean;
	maxPerPoll: number;
	/** With n8n's durable scheduler. */
	isDurable?: boolean;
	/** Whether a poll has time for one page of each branch only. */
	isHurried: boolean;
	/** By how much n8n's clock is ahead of that of the account. */
	skewHours?: number;
	totalOff?: number;
	/** By how many hours the clocks of branches are ahead of that of the account. */
	zones?: number[];
	steps: Step[];
}

export const BRANCHES = 3;

const branch = fc.integer({ min: 1, max: BRANCHES });
const isStudy = fc.constantFrom<0 | 1>(0, 1);
const pick = fc.nat({ max: 1_000 });
const create = fc.record({
	do: fc.constant('create' as const),
	branch,
	isStudy,
	hiddenMinutes: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 600 })),
});
const move = fc.record({ do: fc.constant('move' as const), pick, branch });
const touch = fc.record({
	do: fc.constantFrom<Array<'archive' | 'unarchive' | 'delete' | 'convert' | 'edit'>>(
		'archive',
		'unarchive',
		'delete',
		'convert',
		'edit',
	),
	pick,
});
const own = fc.oneof<Array<fc.WeightedArbitrary<Own>>>(
	{ weight: 6, arbitrary: create },
	{ weight: 3, arbitrary: touch },
	{ weight: 1, arbitrary: move },
);

/** Where IDs do not grow, times have to; and the clocks are within a day of n8n's. */
const mayHaveZones = ({ settings, skewHours, steps }: History): boolean =>
	settings.newIds !== 'scattered' && skewHours === 0 && !steps.some((one) => one.do === 'clock');

export const histories: fc.Arbitrary<History> = fc
	.record({
		...oddities,
		settings: fc.record({
			...listing,
			ignoredFilters: fc.constantFrom<string[][]>([], [], ['customer.created_at_from']),
			newIds: fc.constantFrom<Array<Settings['newIds']>>('growing', 'growing', 'growing', 'scattered'),
			wrongFilterValue: fc.constantFrom<Array<Settings['wrongFilterValue']>>('ignored', 'matchesNothing'),
		}),
		before: fc.array(fc.record({ branch, daysAgo: fc.constantFrom(0, 0, 1, 3, 30, 400), isStudy }), {
			maxLength: 12,
		}),
		watched: fc.constantFrom<number[][]>([], [1], [1, 2]),
		isStudy: fc.constantFrom<0 | 1 | 2>(0, 1, 2, 2),
		includeArchived: fc.boolean(),
		maxPerPoll: fc.constantFrom(1, 2, 5, 500, 500),
		isDurable: hasScheduler ? fc.boolean() : fc.constant(false),
		isHurried: fc.constantFrom(false, false, true),
		skewHours: fc.constantFrom(0, -7, 11, 6_500),
		steps: fc.array(stepsWith(own, { longestWait: 10_000, requests: 8 }), { maxLength: 30 }),
	})
	.map((history) => ({ ...history, settings: withAnEnd(history.settings, history.totalOff) }))
	// Nor can anybody get to know a list page by page, poll by poll, that has no order.
	.map((history) => ({
		...history,
		zones: mayHaveZones(history) ? history.zones : [],
		isHurried: history.isHurried && history.settings.shuffle !== true && !history.isDurable,
	}));

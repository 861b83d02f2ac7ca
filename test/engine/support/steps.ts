import fc from 'fast-check';

import type { Settings } from '../../../sandbox/model/settings';

const pageSize = fc.constantFrom(2, 3, 5, 20, 50);
const sizes = fc.constantFrom<Array<Settings['bodyPageSize']>>(
	'ignored',
	'ignored',
	'honoured',
	'capped50',
	'refused400',
	'emptyFirst',
);
const totals = fc.constantFrom<Array<Settings['total']>>(
	'present',
	'present',
	'present',
	'missing',
	'oneTooHigh',
	'oneTooLow',
	'pageSize',
);

/** What may happen in any history; `at` is one of the requests of a poll, `Own` what else happens in AlfaCRM. */
export type StepWith<Own> = Own | Common<Own>;

export type Becomes = 'closed' | 'open' | 'forbidden' | 'allowed';

type Common<Own> =
	| { do: 'wait'; minutes: number }
	/** n8n's clock is put forward or back. */
	| { do: 'clock'; hours: number }
	/** The clock of the account is put forward or back, for instance since its zone was wrong. */
	| { do: 'zone'; hours: number }
	/** A branch is closed or open, and readable or not, from now on. */
	| { do: 'branch'; becomes: Becomes; branch: number }
	| { do: 'list'; settings: Partial<Settings> }
	| { do: 'poll' | 'restart' }
	/** The user saves other settings: those of this number. */
	| { do: 'change'; to: number }
	| { do: 'failingPoll'; at: number; status: number }
	| { do: 'overlappingPolls'; at: number }
	| { do: 'during'; at: number; step: Own };

/** Steps of any history, `own` among them as often as polls. */
export function stepsWith<Own>(
	own: fc.Arbitrary<Own>,
	{ longestWait, requests }: { longestWait: number; requests: number },
): fc.Arbitrary<StepWith<Own>> {
	const at = fc.integer({ min: 1, max: requests });
	const minutes = fc.oneof(
		fc.integer({ min: 1, max: longestWait / 10 }),
		fc.integer({ min: 1, max: longestWait }),
	);
	const status = fc.constantFrom(500, 404, 403, 400);
	return fc.oneof<Array<fc.WeightedArbitrary<StepWith<Own>>>>(
		{ weight: 9, arbitrary: own },
		{ weight: 6, arbitrary: fc.constant({ do: 'poll' as const }) },
		{ weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes }) },
		{ weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
		{ weight: 1, arbitrary: fc.record({ do: fc.constant('change' as const), to: fc.nat({ max: 9 }) }) },
		{
			weight: 1,
			arbitrary: fc.record({
				do: fc.constant('clock' as const),
				hours: fc.constantFrom(-800, -30, -1, 1, 30),
			}),
		},
		{
			weight: 1,
			arbitrary: fc.record({ do: fc.constant('zone' as const), hours: fc.constantFrom(-7, -1, 1, 7) }),
		},
		{
			weight: 2,
			arbitrary: fc.record({
				do: fc.constant('branch' as const),
				becomes: fc.constantFrom<Becomes[]>('closed', 'open', 'forbidden', 'allowed'),
				branch: fc.integer({ min: 1, max: 3 }),
			}),
		},
		{
			weight: 1,
			arbitrary: fc.record({
				do: fc.constant('list' as const),
				settings: fc.record({ total: totals, bodyPageSize: sizes, pageSize }),
			}),
		},
		{ weight: 1, arbitrary: fc.record({ do: fc.constant('failingPoll' as const), at, status }) },
		{ weight: 1, arbitrary: fc.record({ do: fc.constant('overlappingPolls' as const), at }) },
		{ weight: 2, arbitrary: fc.record({ do: fc.constant('during' as const), at, step: own }) },
	);
}

/** How AlfaCRM may list. */
export const listing = {
	pageSize,
	bodyPageSize: sizes,
	shuffle: fc.constantFrom(false, false, false, true),
	pastEnd: fc.constantFrom<Array<Settings['pastEnd']>>('empty', 'repeatLast'),
	total: totals,
};

/** By how many rows totals are wrong, and by how many hours the clocks of branches differ. */
export const oddities = {
	totalOff: fc.constantFrom(0, 0, 0, 0, -5, -2, 2, 3, 8),
	zones: fc.constantFrom<number[][]>([], [], [0, 7, -3], [4, -7, 0]),
};

/** Nobody can tell the end of a list that has neither an order nor a total. */
export const withAnEnd = <T extends Partial<Settings>>(settings: T, totalOff = 0): T => ({
	...settings,
	...counted(settings, totalOff),
	// A last page that comes again and a total that is too high look like two equal rows.
	pastEnd: settings.total === 'oneTooHigh' || totalOff > 0 ? 'empty' : settings.pastEnd,
	shuffle: settings.shuffle === true && settings.total === 'present' && totalOff === 0,
});

/** Odd totals are known of pages of 20 and more alone, and without a total nothing tells that an empty page is wrong. */
function counted(
	{ total, bodyPageSize, pageSize: size = 50 }: Partial<Settings>,
	totalOff: number,
): Partial<Settings> {
	const isRight = total === 'present' && totalOff === 0;
	return {
		total: size < 20 && (total === 'pageSize' || total === 'oneTooLow') ? 'present' : total,
		pageSize: totalOff < 0 ? Math.max(20, size) : size,
		bodyPageSize: bodyPageSize === 'emptyFirst' && !isRight ? 'ignored' : bodyPageSize,
	};
}

/** Whether a step is one of those that any history has. */
export function isStep<Own extends { do: string }, Name extends Common<Own>['do']>(
	one: StepWith<Own>,
	name: Name,
): one is Extract<Common<Own>, { do: Name }> {
	return one.do === name;
}

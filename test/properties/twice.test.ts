import fc from 'fast-check';

import type { Settings } from '../../sandbox';
import { operationCases, offered, PROMISES } from '../engine/support/operationCases';
import { Lane } from '../engine/support/lane';
import { respelled } from '../engine/support/respelled';

const RUNS = 24;
/** Always the same cases; on a busy machine a failure is not made simpler for ever. */
const HOW = { seed: 9, interruptAfterTimeLimit: 60_000 };
jest.setTimeout(120_000);

/** What is not known of the service, or differs between accounts, makes no difference. */
const accounts: ReadonlyArray<Partial<Settings>> = [
	{},
	{ shuffle: true },
	{ total: 'missing' },
	{ total: 'pageSize', pastEnd: 'repeatLast' },
	{ lessonDetails: 'withCustomer', validationStatus: 422 },
	{ cgiDates: 'v', groupTeachers: 'names' },
	{ removedWrite: 'ignored', phoneSearch: 'text' },
	{ deleteMode: 'archive', missingRecord: 'successFalse' },
	{ otherBranch: 'missing', wrongBranch: 'forbidden403' },
];

let lane: Lane;
beforeAll(async () => {
	lane = await Lane.open('twice');
});
afterAll(async () => await lane.close());

describe('what is run again', () => {
	it('is promised by every operation of the form: it reads, does it once, or each time by its nature', () => {
		expect(offered.filter(({ operation }) => PROMISES[operation] === undefined)).toEqual([]);
		const places = new Set(offered.map(({ operation }) => operation));
		expect(Object.keys(PROMISES).filter((operation) => !places.has(operation))).toEqual([]);
	});

	it.each(operationCases.map((tested) => [`${tested.resource} ${tested.operation}`, tested] as const))(
		'%s twice is the same as once',
		async (_name, tested) => {
			let changing = 0;
			const { world } = lane;
			const given = tested.targets(world).chain((target) => tested.given(world, target));
			const property = fc.asyncProperty(
				given,
				fc.constantFrom(...accounts),
				fc.constantFrom('in another run', 'in another spelling', 'in the same run'),
				async (first, settings, again) => {
					const { parameters, items } = first;
					lane.fresh(settings);
					await lane.run(first);
					const once = lane.state();
					if (Object.keys(once).length > 1) changing += 1;
					if (again === 'in the same run') {
						lane.fresh(settings);
						await lane.run({ parameters, items: [...items, ...items] });
					} else {
						await lane.run(again === 'in another spelling' ? respelled(first) : first);
					}
					expect(lane.state()).toEqual(once);
				},
			);
			await fc.assert(property, { ...HOW, numRuns: RUNS });
			// Else it would hold because nothing ever happened.
			expect(changing).toBeGreaterThanOrEqual(RUNS / 4);
		},
	);
});

import fc from 'fast-check';

import { deeds, offered, PROMISES } from '../support/deeds';
import { Lane } from '../support/lane';
import type { World } from '../support/values';

const RUNS = 8;
const SEED = 9;

let lane: Lane;
let world: World;
beforeAll(async () => {
	lane = await Lane.open('twice');
	await lane.logIn();
	const rows = (path: string) => lane.sandbox.store.rows(path);
	const snapshot = new Map<string, ReturnType<typeof rows>>();
	world = {
		branch: 1,
		rows: (path) => {
			const known = snapshot.get(path) ?? rows(path);
			snapshot.set(path, known);
			return known;
		},
	};
});
afterAll(async () => await lane.close());

describe('what is run again', () => {
	it('is promised by every operation of the form: it reads, does it once, or each time by its nature', () => {
		const without = offered.filter(({ operation }) => PROMISES[operation] === undefined);
		expect(without).toEqual([]);
	});

	it.each(deeds.map((deed) => [`${deed.resource} ${deed.operation}`, deed] as const))(
		'%s twice is the same as once',
		async (_name, deed) => {
			let changing = 0;
			const given = deed.targets(world).chain((target) => deed.given(world, target));
			await fc.assert(
				fc.asyncProperty(given, fc.boolean(), async ({ parameters, items }, inOneRun) => {
					lane.fresh();
					await lane.run({ parameters, items });
					const once = lane.state();
					if (Object.keys(once).length > 1) changing += 1;
					if (inOneRun) {
						lane.fresh();
						await lane.run({ parameters, items: [...items, ...items] });
					} else {
						await lane.run({ parameters, items });
					}
					expect(lane.state()).toEqual(once);
				}),
				{ seed: SEED, numRuns: RUNS },
			);
			// Else it would hold because nothing ever happened.
			expect(changing).toBeGreaterThan(0);
		},
	);
});

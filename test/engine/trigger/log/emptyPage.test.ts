import type { Settings } from '../../../../sandbox';
import { between, LARGE, LOG, range, SMALL, World } from '../../support/world';

afterEach(() => jest.restoreAllMocks());

const OFF_MINUTES = 6 * 24 * 60;

// The first request asks for the first page, of which an empty answer is another matter.
const cases: Array<[string, Partial<Settings>, changes: number, most: number]> = [
	...range(4, 19).map(
		(at) => [`pages of 20, request ${at}`, SMALL, 200, at] as [string, object, number, number],
	),
	...[4, 5, 17].map(
		(at) => [`pages of 500, request ${at}`, LARGE, 3_000, at] as [string, object, number, number],
	),
];

it.each(cases)(
	'one page comes empty after days off, though the total says that it is not: %s',
	async (_what, settings, changes, at) => {
		const world = new World({ settings, parameters: LOG });
		range(1, 30).forEach(() => {
			world.pass(10);
			world.log();
		});
		await world.poll();
		const made = range(1, changes).map(() => {
			world.pass(OFF_MINUTES / changes);
			return world.log();
		});
		let requests = 0;
		between(world, async ({ url, body }, real) => {
			const answer = await real();
			if (!url.endsWith('/log/index') || ++requests !== at || body?.page === 0) return answer;
			return { ...answer, items: [], count: 0 };
		});
		await world.polls(12, 5);
		await world.polls(3, 61);
		expect(world.out).toEqual(made);
	},
);

import { httpFailure } from '../../support/direct';
import { between, LOG, range, World } from '../../support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

// Pages of 500 where they are asked for, of 20 where not: AlfaCRM as it is documented. One page fails twice in a
// single poll, the next request and all others succeed.
test.each([1, 2, 3, 4, 5, 6, 7, 8].flatMap((at) => [100, 500].map((maxPerPoll) => [at, maxPerPoll])))(
	'request %i of a poll is answered twice with 500, at most %i at once: nothing is lost, all in order',
	async (at, maxPerPoll) => {
		const world = new World({
			settings: { pageSize: 20, bodyPageSize: 'honoured' },
			parameters: { ...LOG, options: { maxPerPoll } },
		});
		for (let n = 0; n < 600; n++) {
			world.log();
			world.pass(1);
		}
		await world.poll();
		for (let n = 0; n < 3_000; n++) {
			world.log();
			world.pass(1);
		}
		let request = 0;
		between(world, async (_asked, real) => {
			request += 1;
			if (request === at || request === at + 1) throw httpFailure(500);
			return await real();
		});
		for (let polls = 0; polls < 40 && world.out.length < 3_000; polls++) {
			world.pass(5);
			await world.poll().catch(() => []);
		}
		const out = new Set(world.out);
		expect(range(601, 3_600).filter((id) => !out.has(id))).toEqual([]);
		expect(world.out).toEqual(range(601, 3_600));
	},
);

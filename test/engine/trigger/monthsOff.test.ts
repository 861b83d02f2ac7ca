import type { INodeParameters } from 'n8n-workflow';

import { httpFailure } from '../support/direct';
import { between, CUSTOMERS, isIn, LARGE, LOG, range, World } from '../support/world';

afterEach(() => jest.restoreAllMocks());

const DAY = 1_440;

const kinds: Array<[string, INodeParameters, (world: World, branch: number) => number]> = [
	['the log', LOG, (world, branch) => world.log({ branches: [branch] })],
	['customers', CUSTOMERS, (world, branch) => world.customer({ branch_ids: [branch] })],
];

/** Branch 2 cannot be read in the first polls after n8n was off for so many days, and then can be. */
async function afterwards(
	[parameters, add]: readonly [INodeParameters, (world: World, branch: number) => number],
	{ daysOff, daysUnread, status }: { daysOff: number; daysUnread: number; status: number },
) {
	const world = new World({ settings: LARGE, branches: 2, parameters });
	for (const branch of [1, 2]) add(world, branch);
	await world.poll();
	await world.polls(2, 5);
	const made = range(1, daysOff * 2).map((n) => {
		world.pass(DAY / 2);
		return add(world, 1 + (n % 2));
	});
	world.poller.restart();
	let isDown = true;
	between(world, async (asked, real) => {
		if (isDown && isIn(asked, 2)) throw httpFailure(status);
		return await real();
	});
	for (let day = 0; day < daysUnread; day += 0.25) {
		await world.poll().catch(() => []);
		world.pass(DAY / 4);
		made.push(add(world, 1), add(world, 2));
	}
	isDown = false;
	await world.polls(4, 61);
	return {
		lost: made.filter((id) => !world.out.includes(id)),
		repeated: world.repeated,
		others: world.out.filter((id) => !made.includes(id)),
	};
}

describe.each(kinds)('%s of a branch that cannot be read when n8n is back', (_what, parameters, add) => {
	it.each([
		[500, 3, 0.25],
		[500, 40, 0.25],
		[403, 100, 0.25],
		[500, 40, 5],
		[403, 100, 12],
	])('is reported, HTTP %i, after %d days off and %d more', async (status, daysOff, daysUnread) => {
		const result = await afterwards([parameters, add], { daysOff, daysUnread, status });
		expect(result).toEqual({ lost: [], repeated: [], others: [] });
	});
});

import type { INodeParameters } from 'n8n-workflow';

import { between, CUSTOMERS, isIn, LARGE, LOG, World } from '../support/world';
import { httpFailure } from '../support/direct';
import type { PollerOptions } from '../support/poller';
import { describeScheduled } from '../support/version';

afterEach(() => {
	jest.restoreAllMocks();
});

interface Meanwhile {
	/** Happens once the old poll has read its first branch, before the workflow is published. */
	first?: (world: World, add: () => number) => void;
	/** What becomes of the poll of the activation. */
	isRefused?: boolean;
	poller?: PollerOptions;
}

/**
 * What comes out of a trigger that is published once more while it reads its second branch.
 *
 * @param before how many records are new when that poll begins
 */
async function published(parameters: INodeParameters, before: number, meanwhile: Meanwhile = {}) {
	const { first, isRefused, poller } = meanwhile;
	const world = new World({ settings: LARGE, branches: 2, parameters, poller });
	const add = () => (parameters === LOG ? world.log() : world.customer());
	add();
	await world.poll();
	await world.polls(2, 5, add);
	world.pass(5);
	for (let count = 0; count < before; count++) add();
	let isHeld = false;
	let isOff = false;
	between(world, async (asked, real) => {
		if (isOff) throw httpFailure(500);
		if (!isHeld && isIn(asked, 2)) {
			isHeld = true;
			first?.(world, add);
			world.poller.reactivate();
			isOff = isRefused === true;
			const activation = world.poll();
			if (isRefused) await expect(activation).rejects.toThrow('500');
			else await activation;
			isOff = false;
			world.pass(0.1);
		}
		return await real();
	});
	// n8n drops what comes of the old poll from then on, older versions do not.
	expect(await world.poll()).toEqual([]);
	expect(isHeld).toBe(true);
	await world.polls(3, 5);
	return world.out;
}

describe.each<[parameters: INodeParameters]>([[LOG], [CUSTOMERS]])(
	'a workflow that is published while it polls, %j',
	(parameters) => {
		it('reports nothing twice', async () => {
			expect(await published(parameters, 1)).toEqual([2, 3, 4]);
		});

		it('does not forget what the new one reported when the old one ends without news', async () => {
			const first = (_world: World, add: () => number) => void add();
			expect(await published(parameters, 0, { first })).toEqual([2, 3, 4]);
		});

		it('loses nothing of what the old one had found when the poll of the activation is refused', async () => {
			expect(await published(parameters, 2, { isRefused: true })).toEqual([2, 3, 4, 5]);
		});
	},
);

describeScheduled("under n8n's durable scheduler", () => {
	it.each<[parameters: INodeParameters]>([[LOG], [CUSTOMERS]])(
		'a workflow that is published while it polls reports nothing twice, %j',
		async (parameters) => {
			const poller = { isDurable: true };
			expect(await published(parameters, 1, { poller })).toEqual([2, 3, 4]);
		},
	);
});

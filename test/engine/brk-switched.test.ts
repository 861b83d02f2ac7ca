import type { INodeParameters } from 'n8n-workflow';

import { between, CUSTOMERS, isIn, LARGE, LOG, reactivate, World } from './support/world';

afterEach(() => {
	jest.restoreAllMocks();
});

describe.each<[parameters: INodeParameters]>([[LOG], [CUSTOMERS]])(
	'a workflow that is published while it polls, %j',
	(parameters) => {
		/** @param isBefore what is new is there before the poll begins, or comes once it has read its branch */
		const published = async (isBefore: boolean) => {
			const world = new World({ settings: LARGE, branches: 2, parameters });
			const add = () => (parameters === LOG ? world.log() : world.customer());
			add();
			await world.poll();
			await world.polls(2, 5, add);
			world.pass(5);
			if (isBefore) add();
			let isHeld = true;
			between(world, async (asked, real) => {
				if (isHeld && isIn(asked, 2)) {
					isHeld = false;
					if (!isBefore) add();
					reactivate(world);
					// The poll of the activation; the old one goes on and hands over what it found.
					await world.poll();
					world.pass(0.1);
				}
				return await real();
			});
			await world.poll();
			expect(isHeld).toBe(false);
			await world.polls(3, 5);
			return world;
		};

		it('reports nothing twice', async () => {
			expect((await published(true)).out).toEqual([2, 3, 4]);
		});

		it('does not forget what the new one reported when the old one ends without news', async () => {
			expect((await published(false)).out).toEqual([2, 3, 4]);
		});
	},
);

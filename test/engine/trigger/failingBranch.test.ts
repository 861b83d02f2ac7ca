import { between, isIn, LARGE, range, SMALL, World } from '../support/world';
import { httpFailure } from '../support/direct';
import type { PollerOptions } from '../support/poller';
import { describeScheduled } from '../support/version';

afterEach(() => {
	jest.restoreAllMocks();
});

const RARE = { event: 'leadConverted', fetchRecord: false };
const CONVERTED = { fields_old: { is_study: 0 }, fields_new: { is_study: 1 } };
/** n8n's log tells it. */
const NOTE = /^'AlfaCRM Trigger' could not look into branch 2: /;

/** A trigger that has polled, and whose second branch is answered with 500 from now on. */
async function broken(settings = LARGE, poller: PollerOptions = {}) {
	const world = new World({ settings, branches: 2, parameters: RARE, poller });
	world.log();
	await world.poll();
	await world.polls(2, 30, () => world.log());
	between(world, async (asked, real) => {
		if (isIn(asked, 2)) throw httpFailure(500);
		return await real();
	});
	return world;
}

describe('a branch that AlfaCRM answers with 500 for days', () => {
	const days = async (world: World, count: number) => {
		const requests: number[] = [];
		for (let day = 0; day < count; day++) {
			world.pass(24 * 60);
			range(1, 200).forEach((n) => world.log({ ago: (200 - n) * 5 }));
			const from = world.school.calls;
			await expect(world.poll()).rejects.toThrow('500');
			requests.push(world.school.calls - from);
		}
		return requests;
	};

	it('does not make the polls grow', async () => {
		const requests = await days(await broken(SMALL), 8);
		expect(requests[7]).toBeLessThan(2 * requests[1]);
	});

	it('does not stop the other one', async () => {
		const world = await broken(SMALL);
		await days(world, 12);
		const wanted = world.log({ values: CONVERTED });
		for (let n = 0; n < 24; n++) await world.polls(1, 60).catch(() => {});
		expect(world.out).toEqual([wanted]);
	});

	it('does not keep n8n from starting again, and is told by the next poll', async () => {
		const world = await broken();
		world.poller.restart();
		expect(await world.poll()).toEqual([]);
		expect(world.poller.notes).toEqual([expect.stringMatching(NOTE)]);
		world.pass(5);
		await expect(world.poll()).rejects.toThrow('500');
		const wanted = world.log({ values: CONVERTED });
		expect(await world.polls(1, 5)).toEqual([wanted]);
	});

	it('keeps a trigger from being activated for the first time, which remembers nothing of it', async () => {
		const world = new World({ settings: LARGE, branches: 2, parameters: RARE });
		between(world, async (asked, real) => {
			if (isIn(asked, 2)) throw httpFailure(500);
			return await real();
		});
		await expect(world.poll()).rejects.toThrow('500');
		expect(world.poller.state).toEqual({});
	});
});

describeScheduled("a branch that AlfaCRM answers with 500, under n8n's durable scheduler", () => {
	it('is told by the log only, for n8n forgets what a failed poll got to know', async () => {
		const world = await broken(LARGE, { isDurable: true });
		world.pass(24 * 60);
		range(1, 200).forEach((n) => world.log({ ago: 200 - n }));
		const before = JSON.stringify(world.cursor);
		expect(await world.poll()).toEqual([]);
		expect(world.poller.notes).toEqual([expect.stringMatching(NOTE)]);
		expect(JSON.stringify(world.cursor)).not.toBe(before);
	});
});

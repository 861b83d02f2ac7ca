import type { INodeParameters } from 'n8n-workflow';

import { httpFailure } from '../support/directSchool';
import { Engine } from '../support/engine';
import type { PollerOptions } from '../support/poller';
import { Poller } from '../support/poller';
import type { RawAnswer, RawRequest } from '../support/rawServer';
import { useRawServer } from '../support/rawServer';
import { describeScheduled } from '../support/version';
import {
	interceptCalls,
	CUSTOMER_CREATED,
	isCallOfBranch,
	LARGE_PAGES,
	RECORD_CHANGED,
	listNumbers,
	PolledSchool,
} from '../support/polledSchool';

afterEach(() => jest.restoreAllMocks());

describe('a workflow that stays active', () => {
	const [server, other] = [useRawServer(), useRawServer()];
	const customers = ({ path }: RawRequest): RawAnswer => ({
		body: path === 'auth/login' ? { token: 'of the poll' } : { total: 0, items: [] },
	});

	it('polls with the credential as it is, once it was corrected and once it names another host', async () => {
		server.answer = customers;
		other.answer = customers;
		const account = { email: 'poll@school.example', apiKey: 'key', requestsPerSecond: 0 };
		const engine = new Engine({ ...account, hostname: 'not a host' });
		const poller = new Poller(engine, { event: 'customerCreated', branchIds: [1] });
		await expect(poller.poll()).rejects.toThrow("'Hostname' is not a host name");
		for (const one of [server, other]) {
			server.requests.length = 0;
			Object.assign(engine.credentials.stored, { hostname: one.url, token: '' });
			await poller.poll();
			expect(one.requests.map(({ path }) => path)).toContain('1/customer/index');
		}
		expect(server.requests).toEqual([]);
	});
});

describeScheduled("under n8n's durable scheduler", () => {
	const parameters = { event: 'customerCreated' };
	const settings = { pageSize: 20 };
	/** A trigger that was activated, where there are customers. */
	async function activated() {
		const world = new PolledSchool({ settings, branches: 2, parameters, poller: { isDurable: true } });
		listNumbers(1, 30).forEach((n) => world.addCustomer({ branch_ids: [1 + (n % 2)] }, { ago: 5_000 - n }));
		expect(await world.poll()).toEqual([]);
		return world;
	}

	it('what came between the activation and the first poll is reported', async () => {
		const world = await activated();
		const first = world.addCustomer();
		expect(await world.poll()).toEqual([first]);
		expect(await world.poll()).toEqual([]);
		const second = world.addCustomer();
		expect(await world.poll()).toEqual([second]);
	});

	it('a poll that is slower than the time to the next one reports nothing twice', async () => {
		const world = await activated();
		const first = world.addCustomer();
		expect(await Promise.all([world.poll(), world.poll()])).toEqual([[first], []]);
	});

	describe('polls that fall together, so that n8n reads the state for the next before it has stored that of the last,', () => {
		/** Polls once, and once more with what n8n had stored before. */
		async function pollTwice(world: PolledSchool) {
			const { poller } = world;
			const before = poller.cursor;
			const first = await world.poll();
			poller.cursor = before;
			return [first, await world.poll()];
		}

		it.each([
			['a minute later', 1],
			['after the clock was set back by an hour', -60],
		])('report once more what n8n has dropped, %s', async (_when, passed) => {
			const world = await activated();
			await world.poll();
			const lead = world.addCustomer();
			expect(await pollTwice(world)).toEqual([[lead], []]);
			world.passMinutes(passed);
			expect(await world.poll()).toEqual([lead]);
		});

		it('begin at once with another event that somebody publishes meanwhile', async () => {
			const world = await activated();
			await world.poll();
			world.addCustomer();
			const before = world.poller.cursor;
			await world.poll();
			world.poller.cursor = before;
			world.poller.reactivate({ event: 'paymentCreated' });
			expect(await world.poll()).toEqual([]);
			const payment = world.school.store.insert('pay', { branch_id: 1, customer_id: 1, income: 100 }).id;
			expect(await world.poll()).toEqual([payment]);
		});
	});
});

interface Meanwhile {
	/** How many records are new when the poll begins. */
	before: number;
	/** One more comes once the old poll has read its first branch, before the workflow is published. */
	comesLater?: boolean;
	/** What becomes of the poll of the activation. */
	isRefused?: boolean;
	poller?: PollerOptions;
}

/** What comes out of a trigger that is published once more while it reads its second branch. */
async function published(parameters: INodeParameters, meanwhile: Meanwhile) {
	const { before, comesLater, isRefused, poller } = meanwhile;
	const world = new PolledSchool({ settings: LARGE_PAGES, branches: 2, parameters, poller });
	const add = () => (parameters === RECORD_CHANGED ? world.addLogEntry() : world.addCustomer());
	add();
	await world.poll();
	await world.pollRepeatedly(2, 5, add);
	world.passMinutes(5);
	for (let count = 0; count < before; count++) add();
	let [isHeld, isOff] = [false, false];
	interceptCalls(world, async (asked, real) => {
		if (isOff) throw httpFailure(500);
		if (!isHeld && isCallOfBranch(asked, 2)) {
			isHeld = true;
			if (comesLater) add();
			world.poller.reactivate();
			isOff = isRefused === true;
			const activation = world.poll();
			if (isRefused) await expect(activation).rejects.toThrow('500');
			else await activation;
			isOff = false;
			world.passMinutes(0.1);
		}
		return await real();
	});
	// n8n drops what comes of the old poll from then on, older versions do not.
	expect(await world.poll()).toEqual([]);
	expect(isHeld).toBe(true);
	await world.pollRepeatedly(3, 5);
	return world.reportedIds;
}

describe.each<[parameters: INodeParameters]>([[RECORD_CHANGED], [CUSTOMER_CREATED]])(
	'a workflow that is published while it polls, %j,',
	(parameters) => {
		it('reports nothing twice', async () => {
			expect(await published(parameters, { before: 1 })).toEqual([2, 3, 4]);
		});

		it('does not forget what the new one reported when the old one ends without news', async () => {
			expect(await published(parameters, { before: 0, comesLater: true })).toEqual([2, 3, 4]);
		});

		it('loses nothing of what the old one had found when the poll of the activation is refused', async () => {
			expect(await published(parameters, { before: 2, isRefused: true })).toEqual([2, 3, 4, 5]);
		});

		describeScheduled("under n8n's durable scheduler", () => {
			it('reports nothing twice', async () => {
				const poller = { isDurable: true };
				expect(await published(parameters, { before: 1, poller })).toEqual([2, 3, 4]);
			});
		});
	},
);

import { Poller } from '../support/poller';
import { useSchool } from '../support/school';
import { describeScheduled } from '../support/version';

const school = useSchool({ customers: 60 });

const newLead = () =>
	school.sandbox.store.insert('customer', { name: 'Новая Анна', is_study: 0, branch_ids: [1] }).id;
const idsOf = (items: Array<{ id?: unknown }>) => items.map(({ id }) => id);

describeScheduled("under n8n's durable scheduler", () => {
	it('reports what came between the activation and the first poll', async () => {
		const poller = new Poller(school.engine, { event: 'customerCreated' }, { isDurable: true });
		expect(await poller.tick()).toEqual([]);
		const first = newLead();
		expect(idsOf(await poller.tick())).toEqual([first]);
		expect(await poller.tick()).toEqual([]);
		const second = newLead();
		expect(idsOf(await poller.tick())).toEqual([second]);
	});

	it('does so too when it is activated twice before the first poll', async () => {
		const poller = new Poller(school.engine, { event: 'customerCreated' }, { isDurable: true });
		await poller.tick();
		poller.restart();
		await poller.tick();
		const first = newLead();
		expect(idsOf(await poller.tick())).toEqual([first]);
	});

	it('does so too after a poll without news and after a change of the settings', async () => {
		const poller = new Poller(school.engine, { event: 'customerCreated' }, { isDurable: true });
		await poller.tick();
		await poller.tick();
		const first = newLead();
		expect(idsOf(await poller.tick())).toEqual([first]);
		poller.change({ event: 'customerCreated', branchIds: [1] });
		expect(await poller.tick()).toEqual([]);
		const second = newLead();
		expect(idsOf(await poller.tick())).toEqual([second]);
	});

	it('reports nothing twice when a poll is slower than the time to the next one', async () => {
		const poller = new Poller(school.engine, { event: 'customerCreated' }, { isDurable: true });
		await poller.tick();
		const first = newLead();
		school.sandbox.settings.latencyMs = 100;
		const polls = await Promise.all([poller.tick(), poller.tick()]);
		expect(polls.map(idsOf)).toEqual([[first], []]);
	});

	describe('whose polls fall together, so that n8n reads the state for the next before it has stored that of the last', () => {
		const MINUTE_MS = 60_000;
		afterEach(() => jest.restoreAllMocks());
		/** Polls once, and once more with what n8n had stored before. */
		const pollTwice = async (poller: Poller) => {
			const before = poller.cursor;
			const first = await poller.tick();
			const { cursor } = poller;
			poller.cursor = before;
			const second = await poller.tick();
			return { polls: [first, second].map(idsOf), putBack: () => (poller.cursor = cursor) };
		};

		it('reports nothing twice, and then goes on', async () => {
			const poller = new Poller(school.engine, { event: 'customerCreated' }, { isDurable: true });
			await poller.tick();
			await poller.tick();
			for (let round = 1; round <= 2; round++) {
				const lead = newLead();
				const { polls, putBack } = await pollTwice(poller);
				expect(polls).toEqual([[lead], []]);
				putBack();
				expect(await poller.tick()).toEqual([]);
			}
		});

		it.each([
			['a minute later', MINUTE_MS],
			['after the clock was set back by an hour', -60 * MINUTE_MS],
		])('reports once more what n8n has dropped, %s', async (_when, passed) => {
			const poller = new Poller(school.engine, { event: 'customerCreated' }, { isDurable: true });
			await poller.tick();
			await poller.tick();
			const lead = newLead();
			expect((await pollTwice(poller)).polls).toEqual([[lead], []]);
			const now = Date.now();
			jest.spyOn(Date, 'now').mockImplementation(() => now + passed);
			expect(idsOf(await poller.tick())).toEqual([lead]);
		});

		it('begins at once with another event that somebody publishes meanwhile', async () => {
			const poller = new Poller(school.engine, { event: 'customerCreated' }, { isDurable: true });
			await poller.tick();
			await poller.tick();
			newLead();
			const before = poller.cursor;
			await poller.tick();
			poller.cursor = before;
			poller.reactivate({ event: 'paymentCreated' });
			expect(await poller.tick()).toEqual([]);
			const payment = school.sandbox.store.insert('pay', { branch_id: 1, customer_id: 1, income: 100 }).id;
			expect(idsOf(await poller.tick())).toEqual([payment]);
		});
	});

	it('keeps no beginning beyond the second report', async () => {
		const poller = new Poller(school.engine, { event: 'customerCreated' }, { isDurable: true });
		await poller.tick();
		expect(Object.keys(poller.shared)).toHaveLength(1);
		newLead();
		await poller.tick();
		newLead();
		await poller.tick();
		expect(poller.shared).toEqual({});
	});
});

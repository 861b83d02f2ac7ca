import { Poller } from '../../../scripts/lib/engine/poller';
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

import { Poller } from './support/poller';
import { useSchool } from './support/school';

const school = useSchool({ customers: 60 });

const newLead = (name: string, values = {}) =>
	school.sandbox.store.insert('customer', { name, is_study: 0, branch_ids: [1], ...values });

describe('Customer Created', () => {
	it('reports nothing of what was there, then each new customer once, in order', async () => {
		const poller = new Poller(school.engine, { event: 'customerCreated' });
		expect(await poller.tick()).toEqual([]);
		expect(await poller.tick()).toEqual([]);

		const first = newLead('Первая Анна');
		const second = newLead('Вторая Ольга', { branch_ids: [2], is_study: 1 });
		expect((await poller.tick()).map(({ id }) => id)).toEqual([first.id, second.id]);
		expect(await poller.tick()).toEqual([]);
		const third = newLead('Третья Мария');
		expect((await poller.tick()).map(({ id }) => id)).toEqual([third.id]);
	});
});

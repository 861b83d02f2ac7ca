import { History } from '../../../../sandbox/engine/history';
import { Engine } from '../../support/engine';
import { Poller } from '../../support/poller';
import { DirectSchool } from '../../support/direct';

const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });
const NOW = '2026-03-10 12:00:00';

// Entirely equal entries: the same customer is marked as there twice within a second, in which all of it happens.
it.each([5, 18, 19, 20, 40])(
	'tells at once what an entry means that equals one below %d others, on the same page or not',
	async (between) => {
		const school = new DirectSchool({ now: NOW, logLesson: false }, 1);
		const { store } = school;
		const history = new History(store, school.settings, () => {});
		store.onChange = (change) => history.record(change);
		const customer = store.insert('customer', { name: 'Мия', is_study: 1, branch_ids: [1] }).id;
		const planned = { branch_id: 1, date: '2026-03-10', time_from: NOW, customer_ids: [customer], status: 1 };
		const lesson = store.insert('lesson', planned).id;
		const poller = new Poller(engine, { event: 'customerAttended', addNames: false }, { send: school.send });
		expect(await poller.tick()).toEqual([]);
		const values = { branch_id: 1, customer_id: customer, lesson_id: lesson, is_attend: 0 };
		const details = store.insert('lesson-details', values).id;
		const mark = (is_attend: 0 | 1) => store.patch('lesson-details', details, { is_attend });
		mark(1);
		mark(0);
		for (let n = 0; n < between; n++) store.patch('customer', customer, { note: `${n}` });
		expect(await poller.tick()).toEqual([]);
		store.patch('lesson', lesson, { status: 3 });
		expect(await poller.tick()).toEqual([]);
		mark(1);
		expect(await poller.tick()).toMatchObject([{ customer_id: customer, lesson_id: lesson }]);
		expect(await poller.tick()).toEqual([]);
	},
);

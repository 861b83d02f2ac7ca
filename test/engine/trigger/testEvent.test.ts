import type { INodeParameters } from 'n8n-workflow';

import { range, SMALL, World } from '../support/world';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });
const NOW = '2026-11-20 12:00:00';

/** One record after the other, so that each event has three to show and some more. */
function fill(): void {
	const { store, settings } = school.sandbox;
	for (let n = 0; n < 5; n++) {
		settings.now = `2026-11-20 12:0${n}:00`;
		const { id } = store.insert('customer', {
			name: `Анна ${n}`,
			is_study: 0,
			branch_ids: [1],
			lead_status_id: 1,
		});
		store.patch('customer', id, { lead_status_id: 2 });
		store.patch('customer', id, { is_study: 1 });
		const lesson = store.insert('lesson', { branch_id: 1, date: '2026-11-21', lesson_type_id: 1, status: 1 });
		store.patch('lesson', lesson.id, { status: n % 2 ? 2 : 3 });
		store.patch('lesson', lesson.id, { status: n % 2 ? 3 : 2 });
		store.insert('pay', { branch_id: 1, customer_id: id, income: '1000.00', document_date: '20.11.2026' });
		store.insert('task', { branch_ids: [1], title: `Перезвонить ${n}` });
	}
	settings.now = NOW;
}

const events: Array<[event: string, shown: (item: Record<string, unknown>) => unknown, expected: unknown]> = [
	['customerCreated', ({ name }) => name, ['Анна 2', 'Анна 3', 'Анна 4']],
	[
		'customerUpdated',
		({ fields_new }) => fields_new,
		[{ is_study: 1 }, { lead_status_id: 2 }, { is_study: 1 }],
	],
	['leadMoved', ({ fields_new }) => fields_new, Array(3).fill({ lead_status_id: 2 })],
	['leadConverted', ({ fields_new }) => fields_new, Array(3).fill({ is_study: 1 })],
	['lessonCreated', ({ event, entity }) => [event, entity], Array(3).fill(['create', 'Lesson'])],
	['lessonConducted', ({ fields_new }) => fields_new, Array(3).fill({ status: 3 })],
	['lessonCancelled', ({ fields_new }) => fields_new, Array(3).fill({ status: 2 })],
	['paymentCreated', ({ income }) => income, Array(3).fill('1000.00')],
	['recordChanged', ({ entity }) => entity, ['Lesson', 'Pay', 'Task']],
	[
		'taskCreated',
		({ record }) => (record as { title: string }).title,
		[2, 3, 4].map((n) => `Перезвонить ${n}`),
	],
];

describe('a test in the editor', () => {
	it.each(events)(
		'shows the newest of %s, and the trigger goes on as if nothing had been',
		async (event, shown, expected) => {
			const poller = new Poller(school.engine, { event });
			await poller.tick();
			fill();
			const before = poller.state;

			const first = await poller.fetchTestEvent();

			expect(first.map(shown)).toEqual(expected);
			expect(await poller.fetchTestEvent()).toEqual(first);
			expect(poller.state).toEqual(before);
			const items = await poller.tick();
			expect(items.length).toBeGreaterThanOrEqual(5);
			expect(items.slice(-3).map(shown)).toEqual(expected);
		},
	);

	it.each(events)('of %s says when there is nothing to show', async (event) => {
		const parameters: INodeParameters = { event, filters: { lead_status_id: [77] } };
		for (const { id } of school.sandbox.store.rows('log')) school.sandbox.store.remove('log', id);
		for (const { id } of school.sandbox.store.rows('pay'))
			school.sandbox.store.setDerived('pay', id, { branch_id: 3 });
		const poller = new Poller(school.engine, parameters);

		await expect(poller.fetchTestEvent()).rejects.toMatchObject({
			message: 'AlfaCRM has nothing yet that this trigger would report',
			description: expect.stringMatching(/^Loosen the filters or choose other branches/) as string,
		});

		expect(poller.state).toEqual({});
	});

	it('heeds the filters', async () => {
		fill();
		const clients = new Poller(school.engine, { event: 'customerCreated', is_study: 1, branchIds: [1] });
		expect((await clients.fetchTestEvent()).map(({ name }) => name)).toEqual(['Анна 2', 'Анна 3', 'Анна 4']);
		const others = new Poller(school.engine, { event: 'customerCreated', branchIds: [2] });
		const { store } = school.sandbox;
		const items = await others.fetchTestEvent();
		expect(items).toHaveLength(3);
		for (const { id } of items) expect(store.find('customer', Number(id))?.branch_ids).toContain(2);
	});

	it('shows what there is when there is less', async () => {
		const { id } = school.sandbox.store.insert('task', { branch_ids: [2], title: 'Одна' });
		const poller = new Poller(school.engine, { event: 'taskCreated' });
		expect(await poller.fetchTestEvent()).toMatchObject([
			{ entity_id: id, branch_id: 2, record: { title: 'Одна' } },
		]);
	});

	it('tells what went wrong', async () => {
		school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match: { entity: 'customer' } });
		const poller = new Poller(school.engine, { event: 'customerCreated' });
		await expect(poller.fetchTestEvent()).rejects.toThrow(
			/^AlfaCRM could not look for new customers \(HTTP 500\)$/,
		);
	});
});

it('a test in the editor keeps nobody waiting for minutes, and says no more than it knows', async () => {
	const world = new World({ settings: SMALL, parameters: { event: 'leadConverted', fetchRecord: false } });
	range(1, 10_000).forEach((n) => world.log({ ago: 300_000 - n * 30 }));
	const from = world.now;
	// As long as AlfaCRM's limit of five a second makes each call take.
	world.school.onCall = () => world.pass(0.22 / 60);
	await expect(world.poller.fetchTestEvent()).rejects.toThrow(
		'Among the newest records of AlfaCRM is none that this trigger would report',
	);
	expect(world.now.diff(from, 'seconds').seconds).toBeLessThan(30);
	jest.restoreAllMocks();
});

describe('Payment Created', () => {
	it('reports each payment once, in order', async () => {
		const poller = new Poller(school.engine, { event: 'paymentCreated' });
		expect(await poller.tick()).toEqual([]);
		const add = (branch_id: number, income: string) =>
			school.sandbox.store.insert('pay', { branch_id, income, customer_id: 1, document_date: '20.11.2026' })
				.id;
		const ids = [add(2, '100.00'), add(1, '250.50')];
		const items = await poller.tick();
		expect(items).toMatchObject([
			{ id: ids[0], income: '100.00', document_date: '20.11.2026' },
			{ id: ids[1], income: '250.50' },
		]);
		expect(items[0]).not.toHaveProperty('is_fiscal');
		expect(await poller.tick()).toEqual([]);
	});
});

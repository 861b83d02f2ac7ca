import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../sandbox';
import type { Change } from '../../../nodes/AlfaCrm/trigger/change';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';
import { CUSTOMERS, LARGE, LOG, range, World } from '../support/world';

afterEach(() => jest.restoreAllMocks());

const school = useSchool({ customers: 60 });

const started = async (event: string, parameters: INodeParameters = {}) => {
	const poller = new Poller(school.engine, { event, fetchRecord: false, ...parameters });
	expect(await poller.tick()).toEqual([]);
	return poller;
};
const changeOf = ({ change }: IDataObject) => change as Change;
const add = (values: JsonObject) =>
	school.sandbox.store.insert('customer', { name: 'Новая Анна', is_study: 0, branch_ids: [1], ...values }).id;

describe('a value of an expression', () => {
	/** What comes out once a lead, a client, and a change, a creation and a deletion of a customer and of a lesson are new. */
	const told = async (parameters: INodeParameters) => {
		const world = new World({ settings: LARGE, parameters });
		world.customer();
		world.log();
		await world.poll();
		world.pass(5);
		for (const is_study of [0, 1]) world.customer({ is_study });
		for (const entity of ['Customer', 'Lesson', 'Made-Up'])
			for (const event of [1, 2, 3]) world.log({ values: { entity, event } });
		return await world.poll();
	};

	it.each<[parameters: INodeParameters, ids: number[]]>([
		[{ ...LOG, events: 'CREATE, deleted' }, [2, 4, 5, 7, 8, 10]],
		[{ ...LOG, entities: 'LESSON, made-up' }, range(5, 10)],
		[{ ...LOG, entities: ['constructor'] }, []],
		[{ ...CUSTOMERS, is_study: ' 1 ' }, [3]],
	])('is understood, %j', async (parameters, ids) => {
		expect(await told(parameters)).toEqual(ids);
	});

	it.each<[parameters: INodeParameters, message: RegExp]>([
		[{ ...LOG, events: ['Renewed'] }, /^'Events' must be some of .+, but it is "\["Renewed"\]"$/],
		[{ ...LOG, entities: '={{ [{ name: "Customer" }] }}' }, /'Entities' must be/],
		[{ ...CUSTOMERS, is_study: 'clients' }, /^'Customer Type' must be one of .+, but it is "clients"$/],
		[{ ...CUSTOMERS, includeArchived: '={{ "maybe" }}' }, /'Include Archived' must be/],
		[
			{ ...LOG, options: { maxPerPoll: [5] } },
			/^'Max Records per Poll' must be a whole number of at least 1, but it is "\[5\]"$/,
		],
		[{ ...LOG, options: { startWith: true } }, /^'Start With Newest' must be a whole number/],
		[{ ...CUSTOMERS, branchIds: ['x'] }, /^'Branch Names or IDs'/],
		[{ ...CUSTOMERS, filters: { lead_status_id: ['x'] } }, /^'Stage Names or IDs'/],
		[{ event: 'unknown' }, /^'Trigger On' has no event "unknown"$/],
	])('is refused, %j', async (parameters, message) => {
		const world = new World({ settings: LARGE, parameters });
		await expect(world.poll()).rejects.toThrow(message);
		expect(world.school.calls).toBe(0);
	});

	it('that is refused as soon as there is news loses nothing', async () => {
		const world = new World({ settings: LARGE, parameters: LOG });
		await world.poll();
		world.poller.change({ ...LOG, fetchRecord: '={{ "maybe" }}' });
		const id = world.log();
		await expect(world.poll()).rejects.toThrow("'Fetch Full Record' must be");
		world.poller.change(LOG);
		expect(await world.poll()).toEqual([id]);
	});
});

describe("'Not Sorted', which stands for no stage,", () => {
	const all = [
		[null, 2],
		[2, null],
		[4, null],
		[3, ''],
	];

	it.each<[what: string, stages: INodeParameters['stages'], told: unknown[]]>([
		['tells moves out of the stages', ['none'], all.slice(1)],
		['and a stage tell those to the stage as well', ['none', 2], all],
		['may be given by an expression', '={{ "Not Sorted, 2" }}', all],
		['is not meant by a stage alone', [2], all.slice(0, 1)],
	])('of Lead Moved: %s', async (_what, stages, told) => {
		const poller = await started('leadMoved', { stages });
		const { store } = school.sandbox;
		const id = add({ lead_status_id: null, pipeline_id: 1 });
		add({ lead_status_id: 4 });
		for (const lead_status_id of [2, null]) store.patch('customer', id, { lead_status_id });
		const log = (fields_old: JsonObject, fields_new: JsonObject, event = 2) => {
			const entry = { entity: 'Customer', entity_id: 5, event, fields_old, fields_new, branch_ids: [1] };
			store.insert('log', { ...entry, date_time: store.now() });
		};
		log({ lead_status_id: 4 }, {});
		log({ lead_status_id: 3 }, { lead_status_id: '' });
		// Nothing has moved, or it is new.
		log({ lead_status_id: null }, { lead_status_id: '' });
		log({}, { lead_status_id: null }, 1);
		const moves = (await poller.tick())
			.map(changeOf)
			.map(({ fields_old, fields_new }) =>
				[fields_old, fields_new].map((fields) => fields.lead_status_id ?? null),
			);
		expect(moves).toEqual(told);
	});

	it.each<[filter: unknown[], names: string[]]>([
		[
			['none', 2],
			['lead', 'lead at 2', 'client at 2'],
		],
		[[2], ['lead at 2', 'client at 2']],
	])('of Customer Created: %j reports %j', async (lead_status_id, names) => {
		const poller = await started('customerCreated', { filters: { lead_status_id } as INodeParameters });
		const made: Record<string, number> = {
			lead: add({ lead_status_id: null }),
			'lead at 2': add({ lead_status_id: 2 }),
			'lead at 3': add({ lead_status_id: 3 }),
			client: add({ is_study: 1, lead_status_id: null }),
			'client at 2': add({ is_study: 1, lead_status_id: 2 }),
		};
		expect((await poller.tick()).map(({ id }) => id)).toEqual(names.map((name) => made[name]));
	});
});

describe('a test in the editor', () => {
	/** One record after the other, so that each event has three to show and some more. */
	function fill(): void {
		const { store, settings } = school.sandbox;
		for (let n = 0; n < 5; n++) {
			settings.now = `2026-11-20 12:0${n}:00`;
			const id = add({ name: `Анна ${n}`, lead_status_id: 1 });
			store.patch('customer', id, { lead_status_id: 2 });
			store.patch('customer', id, { is_study: 1 });
			const planned = { branch_id: 1, date: '2026-11-21', lesson_type_id: 1, status: 1 };
			const lesson = store.insert('lesson', planned);
			for (const status of n % 2 ? [2, 3] : [3, 2]) store.patch('lesson', lesson.id, { status });
			store.insert('pay', { branch_id: 1, customer_id: id, income: '1000.00', document_date: '20.11.2026' });
			store.insert('task', { branch_ids: [1], title: `Перезвонить ${n}` });
		}
		settings.now = '2026-11-20 12:00:00';
	}

	const fieldsNew = (item: IDataObject) => changeOf(item).fields_new;

	it.each<[event: string, shown: (item: IDataObject) => unknown, expected: unknown]>([
		['customerCreated', ({ name }) => name, ['Анна 2', 'Анна 3', 'Анна 4']],
		['customerUpdated', fieldsNew, [{ is_study: 1 }, { lead_status_id: 2 }, { is_study: 1 }]],
		['leadMoved', fieldsNew, Array(3).fill({ lead_status_id: 2 })],
		['leadConverted', fieldsNew, Array(3).fill({ is_study: 1 })],
		[
			'lessonCreated',
			(item) => [changeOf(item).event, changeOf(item).entity],
			Array(3).fill(['create', 'Lesson']),
		],
		['lessonConducted', fieldsNew, Array(3).fill({ status: 3 })],
		['lessonCancelled', fieldsNew, Array(3).fill({ status: 2 })],
		['paymentCreated', ({ income }) => income, Array(3).fill('1000.00')],
		['recordChanged', (item) => changeOf(item).entity, ['Lesson', 'Pay', 'Task']],
		['taskCreated', ({ title }) => title, [2, 3, 4].map((n) => `Перезвонить ${n}`)],
	])(
		'shows the newest of %s, and the trigger goes on as if nothing had been',
		async (event, shown, expected) => {
			const poller = await started(event, { fetchRecord: true });
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

	it.each(['customerCreated', 'leadMoved'])('of %s says when there is nothing to show', async (event) => {
		const world = new World({ settings: LARGE, parameters: { event, filters: { lead_status_id: [77] } } });
		world.customer();
		await expect(world.poller.fetchTestEvent()).rejects.toMatchObject({
			message: 'AlfaCRM has nothing yet that this trigger would report',
			description: expect.stringMatching(/^Loosen the filters or choose other branches/) as string,
		});
		expect(world.poller.state).toEqual({});
	});

	it('heeds the filters, and shows what there is when there is less', async () => {
		const world = new World({
			settings: LARGE,
			branches: 2,
			parameters: { ...CUSTOMERS, is_study: 1, branchIds: [2] },
		});
		for (const is_study of [0, 1])
			for (const branch of [1, 2]) world.customer({ is_study, branch_ids: [branch] });
		expect(await world.poller.fetchTestEvent()).toMatchObject([{ id: 4 }]);
		world.school.settings.forbiddenBranches = [2];
		await expect(world.poller.fetchTestEvent()).rejects.toThrow(/^AlfaCRM denied access/);
	});
});

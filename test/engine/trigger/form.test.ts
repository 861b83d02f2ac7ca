import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../sandbox';
import type { Change } from '../../../nodes/AlfaCrm/trigger/change';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';
import {
	CUSTOMER_CREATED,
	LARGE_PAGES,
	RECORD_CHANGED,
	listNumbers,
	PolledSchool,
} from '../support/polledSchool';

afterEach(() => jest.restoreAllMocks());

const school = useSchool({ customers: 60 });

const started = async (event: string, parameters: INodeParameters = {}) => {
	const poller = new Poller(school.engine, { event, fetchRecord: false, ...parameters });
	expect(await poller.poll()).toEqual([]);
	return poller;
};
const changeOf = ({ change }: IDataObject) => change as Change;
const add = (values: JsonObject) =>
	school.sandbox.store.insert('customer', { name: 'Новая Анна', is_study: 0, branch_ids: [1], ...values }).id;

describe('a value of an expression', () => {
	/** What comes out once a lead, a client, and a change, a creation and a deletion of a customer and of a lesson are new. */
	const told = async (parameters: INodeParameters) => {
		const world = new PolledSchool({ settings: LARGE_PAGES, parameters });
		world.addCustomer();
		world.addLogEntry();
		await world.poll();
		world.passMinutes(5);
		for (const is_study of [0, 1]) world.addCustomer({ is_study });
		for (const entity of ['Customer', 'Lesson', 'Made-Up'])
			for (const event of [1, 2, 3]) world.addLogEntry({ values: { entity, event } });
		return await world.poll();
	};

	it.each<[parameters: INodeParameters, ids: number[]]>([
		[{ ...RECORD_CHANGED, events: 'CREATE, deleted' }, [2, 4, 5, 7, 8, 10]],
		[{ ...RECORD_CHANGED, entities: 'LESSON, made-up' }, listNumbers(5, 10)],
		[{ ...RECORD_CHANGED, entities: ['constructor'] }, []],
		[{ ...CUSTOMER_CREATED, is_study: ' 1 ' }, [3]],
	])('is understood, %j', async (parameters, ids) => {
		expect(await told(parameters)).toEqual(ids);
	});

	it.each<[parameters: INodeParameters, message: RegExp]>([
		[{ ...RECORD_CHANGED, events: ['Renewed'] }, /^'Events' must be some of .+, but it is "\["Renewed"\]"$/],
		[{ ...RECORD_CHANGED, entities: '={{ [{ name: "Customer" }] }}' }, /'Entities' must be/],
		[
			{ ...CUSTOMER_CREATED, is_study: 'clients' },
			/^'Customer Type' must be one of .+, but it is "clients"$/,
		],
		[{ ...CUSTOMER_CREATED, includeArchived: '={{ "maybe" }}' }, /'Include Archived' must be/],
		[
			{ ...RECORD_CHANGED, options: { maxPerPoll: [5] } },
			/^'Max Records per Poll' must be a whole number of at least 1, but it is "\[5\]"$/,
		],
		[{ ...RECORD_CHANGED, options: { startWith: true } }, /^'Start With Newest' must be a whole number/],
		[{ ...CUSTOMER_CREATED, branchIds: [true] }, /^'Branch' must be/],
		[{ ...CUSTOMER_CREATED, filters: { lead_status_id: [{ id: 1 }] } }, /^'Stage Names or IDs' must be/],
		[{ event: 'unknown' }, /^'Trigger On' has no event "unknown"$/],
	])('is refused, %j', async (parameters, message) => {
		const world = new PolledSchool({ settings: LARGE_PAGES, parameters });
		await expect(world.poll()).rejects.toThrow(message);
		expect(world.school.callCount).toBe(0);
	});

	it('that is refused as soon as there is news loses nothing', async () => {
		const world = new PolledSchool({ settings: LARGE_PAGES, parameters: RECORD_CHANGED });
		await world.poll();
		world.poller.changeParameters({ ...RECORD_CHANGED, fetchRecord: '={{ "maybe" }}' });
		const id = world.addLogEntry();
		await expect(world.poll()).rejects.toThrow("'Fetch Full Record' must be");
		world.poller.changeParameters(RECORD_CHANGED);
		expect(await world.poll()).toEqual([id]);
	});
});

describe('a name in place of an ID', () => {
	const CUSTOMER = { event: 'customerCreated' };
	const onlyLead = { is_study: 0, lead_status_id: 2, branch_ids: [2], assigned_id: 1 };

	it.each<[parameters: INodeParameters]>([
		[{ ...CUSTOMER, branchIds: ['Северный'] }],
		[{ ...CUSTOMER, branchIds: { __rl: true, mode: 'list', value: 2 } }],
		[{ ...CUSTOMER, branchIds: { __rl: true, mode: 'name', value: 'Северный, Заречный' } }],
		[{ ...CUSTOMER, branchIds: { __rl: true, mode: 'id', value: '2, 3' } }],
		[{ ...CUSTOMER, branchIds: '={{ " северный , 3" }}' }],
		[{ ...CUSTOMER, branchIds: [2], filters: { lead_status_id: ['КОНТАКТ'] } }],
		[{ ...CUSTOMER, branchIds: [2], filters: { assigned_id: ['@user'], lead_status_id: [2, 'новый'] } }],
	])('is its ID: %j', async (given) => {
		const { store } = school.sandbox;
		const names = (id: number, entity: string) => String(store.find(entity, id)?.name);
		const text = JSON.stringify(given)
			.replace('@user', names(1, 'user'))
			.replace('КОНТАКТ', names(2, 'lead-status').toUpperCase());
		const { event, ...parameters } = JSON.parse(text) as INodeParameters;
		const poller = await started(String(event), parameters);
		const [id] = [add(onlyLead), add({ is_study: 0, lead_status_id: 3, branch_ids: [1], assigned_id: 3 })];
		expect((await poller.poll()).map((item) => item.id)).toEqual([id]);
	});

	it('is its ID for a stage to which a lead moves', async () => {
		const { store } = school.sandbox;
		const poller = await started('leadMoved', { stages: [String(store.find('lead-status', 2)?.name)] });
		const id = add({ lead_status_id: 1 });
		for (const lead_status_id of [3, 2]) store.patch('customer', id, { lead_status_id });
		expect((await poller.poll()).map((item) => changeOf(item).fields_new)).toEqual([{ lead_status_id: 2 }]);
	});

	it('is looked up in another branch where the first one cannot be read', async () => {
		const { store, settings } = school.sandbox;
		settings.forbiddenBranches = [1];
		const stage = String(store.find('lead-status', 2)?.name);
		const poller = new Poller(school.engine, {
			...{ event: 'customerCreated', branchIds: [1, 2], fetchRecord: false },
			filters: { lead_status_id: [stage] },
		});
		await poller.poll().catch(() => []);
		const id = add({ lead_status_id: 2, branch_ids: [2] });
		expect((await poller.poll()).map((item) => item.id)).toEqual([id]);
	});

	it.each<[parameters: INodeParameters, message: RegExp, description: RegExp]>([
		[
			{ ...CUSTOMER, branchIds: ['Южный'] },
			/^'Branch' is "Южный", and no branch is called that$/,
			/^There are: .*Северный \(2\)/,
		],
		[
			{ event: 'leadMoved', stages: ['Нет такого'] },
			/^'To Stage' is "Нет такого", and no stage is called that$/,
			/^There are: .+ \(1\), .+ \(2\)/,
		],
	])('that nothing has is refused with the choices: %j', async (parameters, message, description) => {
		const poller = new Poller(school.engine, parameters);
		const refusal = {
			message: expect.stringMatching(message) as string,
			description: expect.stringMatching(description) as string,
		};
		await expect(poller.poll()).rejects.toMatchObject(refusal);
		await expect(poller.fetchTestEvent()).rejects.toMatchObject(refusal);
	});

	it('that several have is refused, and one whose list this user may not read', async () => {
		const { store, settings } = school.sandbox;
		store.insert('branch', { name: 'Северный', is_active: 1 });
		const poller = new Poller(school.engine, { ...CUSTOMER, branchIds: ['Северный'] });
		await expect(poller.poll()).rejects.toThrow('and 2 branches are called that');
		settings.forbiddenCalls = ['branch/index'];
		await expect(poller.poll()).rejects.toThrow('this user may not list the branches to look for that name');
	});
});

describe("'Changed Field Names or IDs'", () => {
	const offered = async (parameters: INodeParameters) =>
		await school.engine.loadTriggerOptions('changedFields', parameters);

	it('of Customer Updated are those of a customer, by their labels, and nothing is asked of AlfaCRM', async () => {
		const options = await offered({ event: 'customerUpdated' });
		const labels = options.map(({ name }) => name);
		expect(options).toContainEqual(expect.objectContaining({ name: 'Stage', value: 'lead_status_id' }));
		expect(labels).not.toContain('Topic');
		expect(labels).toEqual([...labels].sort((a, b) => a.localeCompare(b, 'en')));
		expect(school.readCalls()).toEqual([]);
	});

	it.each<[entities: INodeParameters['entities'], has: string[], lacks: string[]]>([
		[['Lesson'], ['status', 'topic'], ['lead_status_id']],
		[['Lesson', 'Customer'], ['status', 'topic', 'lead_status_id'], ['tariff_id']],
		[[], ['status', 'topic', 'lead_status_id', 'tariff_id'], []],
		['={{ ["Lesson"] }}', ['topic', 'lead_status_id'], []],
	])('of Record Changed are those of the entities %j, each once', async (entities, has, lacks) => {
		const options = await offered({ event: 'recordChanged', entities });
		const values = options.map(({ value }) => String(value));
		expect(values).toEqual(expect.arrayContaining(has));
		expect(values.filter((value) => lacks.includes(value))).toEqual([]);
		expect(new Set(values).size).toBe(values.length);
		expect(new Set(options.map(({ name }) => name)).size).toBe(values.length);
	});

	it.each<[changedFields: INodeParameters['changedFields'], told: boolean]>([
		[['lead_status_id'], true],
		['={{ ["stage", "Note"] }}', true],
		['={{ "name, custom_school" }}', true],
		[['custom_school'], true],
		[['name'], false],
		[[], true],
	])('%j tell of a changed stage and a custom field: %s', async (changedFields, isTold) => {
		const poller = await started('customerUpdated', { changedFields });
		school.sandbox.store.patch('customer', 5, { lead_status_id: 3, custom_school: '12' });
		expect(await poller.poll()).toHaveLength(isTold ? 1 : 0);
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
		const moves = (await poller.poll())
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
		expect((await poller.poll()).map(({ id }) => id)).toEqual(names.map((name) => made[name]));
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
			const items = await poller.poll();
			expect(items.length).toBeGreaterThanOrEqual(5);
			expect(items.slice(-3).map(shown)).toEqual(expected);
		},
	);

	it.each(['customerCreated', 'leadMoved'])('of %s says when there is nothing to show', async (event) => {
		const world = new PolledSchool({
			settings: LARGE_PAGES,
			parameters: { event, filters: { lead_status_id: [77] } },
		});
		world.addCustomer();
		await expect(world.poller.fetchTestEvent()).rejects.toMatchObject({
			message: 'AlfaCRM has nothing yet that this trigger would report',
			description: expect.stringMatching(/^Loosen the filters or choose other branches/) as string,
		});
		expect(world.poller.state).toEqual({});
	});

	it('heeds the filters, and shows what there is when there is less', async () => {
		const world = new PolledSchool({
			settings: LARGE_PAGES,
			branches: 2,
			parameters: { ...CUSTOMER_CREATED, is_study: 1, branchIds: [2] },
		});
		for (const is_study of [0, 1])
			for (const branch of [1, 2]) world.addCustomer({ is_study, branch_ids: [branch] });
		expect(await world.poller.fetchTestEvent()).toMatchObject([{ id: 4 }]);
		world.school.settings.forbiddenBranches = [2];
		await expect(world.poller.fetchTestEvent()).rejects.toThrow(/^AlfaCRM denied access/);
	});
});

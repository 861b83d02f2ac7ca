import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Change } from '../../../nodes/AlfaCrm/trigger/change';
import type { JsonObject } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS, LOG_EVENT } from '../../support/codes';
import { Poller } from '../support/poller';
import { CUSTOMER_CREATED, LARGE_PAGES, PolledSchool, RECORD_CHANGED } from '../support/polledSchool';
import { useSchool } from '../support/school';

/** IDs and names in the sandbox. */
const STAGE = { newLead: 1, trialBooked: 2, trialAttended: 3, awaitingPayment: 4 } as const;
const ADMINISTRATOR = 1;
const OTHER_MANAGER = 3;
const NORTH_BRANCH = 2;

afterEach(() => jest.restoreAllMocks());

const school = useSchool({ customers: 60 });

/** Starts a trigger, which knows all customers of the school. */
async function startTrigger(event: string, parameters: INodeParameters = {}): Promise<Poller> {
	const trigger = new Poller(school.engine, { event, fetchRecord: false, ...parameters });
	expect(await trigger.poll()).toEqual([]);
	return trigger;
}

/** Adds a lead of branch 1, unless the values say otherwise. */
function addCustomer(values: JsonObject): number {
	const lead = { name: 'Новая Анна', is_study: CUSTOMER_TYPE.lead, branch_ids: [1] };
	return school.sandbox.store.insert('customer', { ...lead, ...values }).id;
}

function changeCustomer(id: number, values: JsonObject): void {
	school.sandbox.store.patch('customer', id, values);
}

async function pollIds(trigger: Poller): Promise<unknown[]> {
	const items = await trigger.poll();
	return items.map(({ id }) => id);
}

const readNewFields = ({ change }: IDataObject) => (change as Change).fields_new;

describe('A trigger whose settings come from expressions', () => {
	/**
	 * Starts Record Changed, and lets a customer, a lesson and a made-up record be created, updated and deleted.
	 * Returns the reported changes, such as "create Lesson".
	 */
	async function reportChanges(parameters: INodeParameters): Promise<string[]> {
		const polledSchool = new PolledSchool({
			settings: LARGE_PAGES,
			parameters: { ...RECORD_CHANGED, ...parameters },
		});
		polledSchool.addLogEntry();
		await polledSchool.poll();
		polledSchool.passMinutes(5);
		for (const entity of ['Customer', 'Lesson', 'Made-Up']) {
			polledSchool.addLogEntry({ values: { entity, event: LOG_EVENT.created } });
			polledSchool.addLogEntry({ values: { entity, event: LOG_EVENT.updated } });
			polledSchool.addLogEntry({ values: { entity, event: LOG_EVENT.deleted } });
		}
		const items = await polledSchool.poller.poll();
		return items.map(({ change }) => {
			const { event, entity } = change as Change;
			return `${event} ${entity}`;
		});
	}

	it('Record Changed reads its events from a text in any spelling', async () => {
		const changes = await reportChanges({ events: 'CREATE, deleted' });

		expect(changes).toEqual([
			'create Customer',
			'delete Customer',
			'create Lesson',
			'delete Lesson',
			'create Made-Up',
			'delete Made-Up',
		]);
	});

	it('Record Changed reads its entities from a text, even one that the node does not know', async () => {
		const changes = await reportChanges({ entities: 'LESSON, made-up' });

		expect(changes).toEqual([
			'create Lesson',
			'update Lesson',
			'delete Lesson',
			'create Made-Up',
			'update Made-Up',
			'delete Made-Up',
		]);
	});

	it('Record Changed reports nothing for the entity "constructor", which is a property of every object', async () => {
		const changes = await reportChanges({ entities: ['constructor'] });

		expect(changes).toEqual([]);
	});

	it('Customer Created reads the customer type from a text with spaces', async () => {
		const parameters = { ...CUSTOMER_CREATED, is_study: ` ${CUSTOMER_TYPE.client} ` };
		const polledSchool = new PolledSchool({ settings: LARGE_PAGES, parameters });
		polledSchool.addCustomer();
		await polledSchool.poll();
		polledSchool.addCustomer({ is_study: CUSTOMER_TYPE.lead });
		const client = polledSchool.addCustomer({ is_study: CUSTOMER_TYPE.client });

		const reportedIds = await polledSchool.poll();

		expect(reportedIds).toEqual([client]);
	});

	it.each<{ value: string; parameters: INodeParameters; message: RegExp }>([
		{
			value: 'an unknown event of a change',
			parameters: { ...RECORD_CHANGED, events: ['Renewed'] },
			message: /^'Events' must be some of .+, but it is "\["Renewed"\]"$/,
		},
		{
			value: 'objects as entities',
			parameters: { ...RECORD_CHANGED, entities: '={{ [{ name: "Customer" }] }}' },
			message: /'Entities' must be/,
		},
		{
			value: 'an unknown customer type',
			parameters: { ...CUSTOMER_CREATED, is_study: 'clients' },
			message: /^'Customer Type' must be one of .+, but it is "clients"$/,
		},
		{
			value: 'a word as a switch',
			parameters: { ...CUSTOMER_CREATED, includeArchived: '={{ "maybe" }}' },
			message: /'Include Archived' must be/,
		},
		{
			value: 'a list as a number',
			parameters: { ...RECORD_CHANGED, options: { maxPerPoll: [5] } },
			message: /^'Max Records per Poll' must be a whole number of at least 1, but it is "\[5\]"$/,
		},
		{
			value: 'true as a number',
			parameters: { ...RECORD_CHANGED, options: { startWith: true } },
			message: /^'Start With Newest' must be a whole number/,
		},
		{
			value: 'true as a branch',
			parameters: { ...CUSTOMER_CREATED, branchIds: [true] },
			message: /^'Branch' must be/,
		},
		{
			value: 'objects as stages',
			parameters: { ...CUSTOMER_CREATED, filters: { lead_status_id: [{ id: 1 }] } },
			message: /^'Stage Names or IDs' must be/,
		},
		{
			value: 'an unknown event of the trigger',
			parameters: { event: 'unknown' },
			message: /^'Trigger On' has no event "unknown"$/,
		},
	])('a poll refuses $value before it sends anything', async ({ parameters, message }) => {
		const polledSchool = new PolledSchool({ settings: LARGE_PAGES, parameters });

		await expect(polledSchool.poll()).rejects.toThrow(message);

		expect(polledSchool.school.callCount).toBe(0);
	});

	it('Record Changed refuses an unreadable Fetch Full Record as soon as there is a change', async () => {
		const polledSchool = new PolledSchool({ settings: LARGE_PAGES, parameters: RECORD_CHANGED });
		await polledSchool.poll();
		polledSchool.poller.changeParameters({ ...RECORD_CHANGED, fetchRecord: '={{ "maybe" }}' });
		polledSchool.addLogEntry();

		await expect(polledSchool.poll()).rejects.toThrow("'Fetch Full Record' must be");
	});

	it('Record Changed reports a change that it could not report before the user corrected Fetch Full Record', async () => {
		const polledSchool = new PolledSchool({ settings: LARGE_PAGES, parameters: RECORD_CHANGED });
		await polledSchool.poll();
		polledSchool.poller.changeParameters({ ...RECORD_CHANGED, fetchRecord: '={{ "maybe" }}' });
		const changed = polledSchool.addLogEntry();
		await expect(polledSchool.poll()).rejects.toThrow("'Fetch Full Record' must be");

		polledSchool.poller.changeParameters(RECORD_CHANGED);

		expect(await polledSchool.poll()).toEqual([changed]);
	});
});

describe('A trigger with a name in place of an ID', () => {
	/**
	 * Adds the lead whom the tests want: of branch 2, stage 2 and the administrator. Adds another lead who differs
	 * in all three. Returns the ID of the wanted one.
	 */
	function addWantedAndUnwantedLead(): number {
		const wantedLead = addCustomer({
			lead_status_id: STAGE.trialBooked,
			branch_ids: [NORTH_BRANCH],
			assigned_id: ADMINISTRATOR,
		});
		addCustomer({ lead_status_id: STAGE.trialAttended, branch_ids: [1], assigned_id: OTHER_MANAGER });
		return wantedLead;
	}

	it.each<{ form: string; branchIds: INodeParameters['branchIds'] }>([
		{ form: 'a list with a name', branchIds: ['Северный'] },
		{ form: 'a picker with an ID from its list', branchIds: { __rl: true, mode: 'list', value: 2 } },
		{
			form: 'a picker with two names',
			branchIds: { __rl: true, mode: 'name', value: 'Северный, Заречный' },
		},
		{ form: 'a picker with two IDs', branchIds: { __rl: true, mode: 'id', value: '2, 3' } },
		{
			form: 'an expression with a name in lower case and an ID',
			branchIds: '={{ " северный , 3" }}',
		},
	])('Customer Created watches the branch that is given as $form', async ({ branchIds }) => {
		const trigger = await startTrigger('customerCreated', { branchIds });
		const wantedLead = addWantedAndUnwantedLead();

		const reportedIds = await pollIds(trigger);

		expect(reportedIds).toEqual([wantedLead]);
	});

	it('Customer Created finds a stage by its name in capitals', async () => {
		const trigger = await startTrigger('customerCreated', {
			filters: { lead_status_id: ['НАЗНАЧЕНО ПРОБНОЕ'] },
		});
		const wantedLead = addWantedAndUnwantedLead();

		const reportedIds = await pollIds(trigger);

		expect(reportedIds).toEqual([wantedLead]);
	});

	it('Customer Created finds a manager by name, and stages by a name and an ID', async () => {
		const filters = {
			assigned_id: ['Администратор'],
			lead_status_id: [STAGE.trialBooked, 'новый'],
		};
		const trigger = await startTrigger('customerCreated', { filters });
		const wantedLead = addWantedAndUnwantedLead();

		const reportedIds = await pollIds(trigger);

		expect(reportedIds).toEqual([wantedLead]);
	});

	it('Lead Moved finds a stage by its name', async () => {
		const trigger = await startTrigger('leadMoved', { stages: ['Назначено пробное'] });
		const lead = addCustomer({ lead_status_id: STAGE.newLead });
		changeCustomer(lead, { lead_status_id: STAGE.trialAttended });
		changeCustomer(lead, { lead_status_id: STAGE.trialBooked });

		const items = await trigger.poll();

		expect(items.map(readNewFields)).toEqual([{ lead_status_id: STAGE.trialBooked }]);
	});

	it("Customer Created looks a stage's name up in the second branch when the user may not read the first", async () => {
		school.sandbox.settings.forbiddenBranches = [1];
		const trigger = new Poller(school.engine, {
			event: 'customerCreated',
			branchIds: [1, NORTH_BRANCH],
			fetchRecord: false,
			filters: { lead_status_id: ['Назначено пробное'] },
		});
		// The first poll may fail, because branch 1 cannot be read.
		await trigger.poll().catch(() => []);
		const lead = addCustomer({ lead_status_id: STAGE.trialBooked, branch_ids: [NORTH_BRANCH] });

		const reportedIds = await pollIds(trigger);

		expect(reportedIds).toEqual([lead]);
	});

	it.each<{ place: string; parameters: INodeParameters; message: string; choices: RegExp }>([
		{
			place: 'Branch',
			parameters: { event: 'customerCreated', branchIds: ['Южный'] },
			message: `'Branch' is "Южный", and no branch is called that`,
			choices: /^There are: .*Северный \(2\)/,
		},
		{
			place: 'To Stage',
			parameters: { event: 'leadMoved', stages: ['Нет такого'] },
			message: `'To Stage' is "Нет такого", and no stage is called that`,
			choices: /^There are: .+ \(1\), .+ \(2\)/,
		},
	])(
		"a poll and a test in the editor refuse an unknown name in '$place' and list the known ones",
		async ({ parameters, message, choices }) => {
			const trigger = new Poller(school.engine, parameters);
			const refusal = { message, description: expect.stringMatching(choices) as string };

			await expect(trigger.poll()).rejects.toMatchObject(refusal);
			await expect(trigger.fetchTestEvent()).rejects.toMatchObject(refusal);
		},
	);

	it('Customer Created refuses a branch name that two branches have', async () => {
		school.sandbox.store.insert('branch', { name: 'Северный', is_active: 1 });
		const trigger = new Poller(school.engine, { event: 'customerCreated', branchIds: ['Северный'] });

		await expect(trigger.poll()).rejects.toThrow('and 2 branches are called that');
	});

	it('Customer Created refuses a branch name when the user may not list the branches', async () => {
		school.sandbox.settings.forbiddenCalls = ['branch/index'];
		const trigger = new Poller(school.engine, { event: 'customerCreated', branchIds: ['Северный'] });

		await expect(trigger.poll()).rejects.toThrow('this user may not list the branches to look for that name');
	});
});

describe("The dropdown 'Changed Field Names or IDs'", () => {
	async function loadFields(parameters: INodeParameters): Promise<Array<{ name: string; value: unknown }>> {
		return await school.engine.loadTriggerOptions('changedFields', parameters);
	}

	async function loadFieldsOfEntities(entities: INodeParameters['entities']): Promise<unknown[]> {
		const options = await loadFields({ event: 'recordChanged', entities });
		return options.map(({ value }) => value);
	}

	it('the dropdown offers the fields of a customer by their labels for Customer Updated', async () => {
		const options = await loadFields({ event: 'customerUpdated' });

		const labels = options.map(({ name }) => name);
		expect(options).toContainEqual(expect.objectContaining({ name: 'Stage', value: 'lead_status_id' }));
		expect(labels).not.toContain('Topic');
	});

	it('the dropdown of fields is in alphabetical order', async () => {
		const options = await loadFields({ event: 'customerUpdated' });

		const labels = options.map(({ name }) => name);
		const sortedLabels = [...labels].sort((a, b) => a.localeCompare(b, 'en'));
		expect(labels).not.toEqual([]);
		expect(labels).toEqual(sortedLabels);
	});

	it('the dropdown of fields sends no call to AlfaCRM', async () => {
		await loadFields({ event: 'customerUpdated' });

		expect(school.readCalls()).toEqual([]);
	});

	it('the dropdown offers only the fields of a lesson for the entity Lesson', async () => {
		const fields = await loadFieldsOfEntities(['Lesson']);

		expect(fields).toEqual(expect.arrayContaining(['status', 'topic']));
		expect(fields).not.toContain('lead_status_id');
	});

	it('the dropdown offers the fields of lessons and customers for both entities', async () => {
		const fields = await loadFieldsOfEntities(['Lesson', 'Customer']);

		expect(fields).toEqual(expect.arrayContaining(['status', 'topic', 'lead_status_id']));
		expect(fields).not.toContain('tariff_id');
	});

	it('the dropdown offers the fields of all entities when none is chosen', async () => {
		const fields = await loadFieldsOfEntities([]);

		expect(fields).toEqual(expect.arrayContaining(['status', 'topic', 'lead_status_id', 'tariff_id']));
	});

	it('the dropdown offers the fields of all entities when an expression chooses them', async () => {
		const fields = await loadFieldsOfEntities('={{ ["Lesson"] }}');

		expect(fields).toEqual(expect.arrayContaining(['topic', 'lead_status_id']));
	});

	it.each<{ entities: INodeParameters['entities'] }>([
		{ entities: [] },
		{ entities: ['Lesson'] },
		{ entities: ['Lesson', 'Customer'] },
		{ entities: '={{ ["Lesson"] }}' },
	])('the dropdown offers each field once for the entities $entities', async ({ entities }) => {
		const options = await loadFields({ event: 'recordChanged', entities });

		expect(new Set(options.map(({ value }) => value)).size).toBe(options.length);
		expect(new Set(options.map(({ name }) => name)).size).toBe(options.length);
	});
});

describe('Customer Updated with Changed Fields', () => {
	it.each<{ changedFields: INodeParameters['changedFields'] }>([
		{ changedFields: ['lead_status_id'] },
		{ changedFields: '={{ ["stage", "Note"] }}' },
		{ changedFields: '={{ "name, custom_school" }}' },
		{ changedFields: ['custom_school'] },
		{ changedFields: [] },
	])(
		'Customer Updated reports a customer with a new stage and school when Changed Fields is $changedFields',
		async ({ changedFields }) => {
			const trigger = await startTrigger('customerUpdated', { changedFields });

			changeCustomer(5, { lead_status_id: STAGE.trialAttended, custom_school: '12' });

			expect(await pollIds(trigger)).toEqual([5]);
		},
	);

	it('Customer Updated does not report a customer with a new stage and school when Changed Fields is the name', async () => {
		const trigger = await startTrigger('customerUpdated', { changedFields: ['name'] });

		changeCustomer(5, { lead_status_id: STAGE.trialAttended, custom_school: '12' });

		expect(await pollIds(trigger)).toEqual([]);
	});
});

describe("Lead Moved, where 'Not Sorted' stands for no stage,", () => {
	/** Writes an entry about customer 5 into the log of changes. */
	function addLogEntry(
		fields_old: JsonObject,
		fields_new: JsonObject,
		event: number = LOG_EVENT.updated,
	): void {
		const { store } = school.sandbox;
		store.insert('log', {
			entity: 'Customer',
			entity_id: 5,
			event,
			fields_old,
			fields_new,
			branch_ids: [1],
			date_time: store.now(),
		});
	}

	/**
	 * Moves a lead into stage 2 and out of it, and customer 5 out of stage 4 and out of stage 3. AlfaCRM writes the
	 * missing stage as null, as no field at all, and as an empty text.
	 */
	function moveLeads(): void {
		const lead = addCustomer({ lead_status_id: null, pipeline_id: 1 });
		changeCustomer(lead, { lead_status_id: STAGE.trialBooked });
		changeCustomer(lead, { lead_status_id: null });
		addLogEntry({ lead_status_id: STAGE.awaitingPayment }, {});
		addLogEntry({ lead_status_id: STAGE.trialAttended }, { lead_status_id: '' });
	}

	/** Reads the stage that a move has left, or null if the lead had none. */
	const readFormerStage = ({ change }: IDataObject) => (change as Change).fields_old.lead_status_id ?? null;

	it('Lead Moved reports every lead who leaves a stage when To Stage is Not Sorted', async () => {
		const trigger = await startTrigger('leadMoved', { stages: ['none'] });
		moveLeads();

		const moves = await trigger.poll();

		expect(moves.map(readFormerStage)).toEqual([
			STAGE.trialBooked,
			STAGE.awaitingPayment,
			STAGE.trialAttended,
		]);
	});

	it.each<{ form: string; stages: INodeParameters['stages'] }>([
		{ form: 'a list', stages: ['none', STAGE.trialBooked] },
		{ form: 'the text of an expression', stages: '={{ "Not Sorted, 2" }}' },
	])(
		'Lead Moved reports leads who leave a stage and leads who enter stage 2 when To Stage is both in $form',
		async ({ stages }) => {
			const trigger = await startTrigger('leadMoved', { stages });
			moveLeads();

			const moves = await trigger.poll();

			expect(moves.map(readFormerStage)).toEqual([
				null,
				STAGE.trialBooked,
				STAGE.awaitingPayment,
				STAGE.trialAttended,
			]);
			expect(moves.map(readNewFields)).toEqual([
				{ lead_status_id: STAGE.trialBooked },
				{ lead_status_id: null },
				{},
				{ lead_status_id: '' },
			]);
		},
	);

	it('Lead Moved reports no lead who leaves a stage when To Stage is only stage 2', async () => {
		const trigger = await startTrigger('leadMoved', { stages: [STAGE.trialBooked] });
		moveLeads();

		const moves = await trigger.poll();

		expect(moves.map(readNewFields)).toEqual([{ lead_status_id: STAGE.trialBooked }]);
	});

	it('Lead Moved does not report a new lead without a stage', async () => {
		const trigger = await startTrigger('leadMoved', { stages: ['none'] });
		addLogEntry({}, { lead_status_id: null }, LOG_EVENT.created);

		expect(await trigger.poll()).toEqual([]);
	});

	it('Lead Moved does not report an empty stage that AlfaCRM writes in another way', async () => {
		const trigger = await startTrigger('leadMoved', { stages: ['none'] });
		addLogEntry({ lead_status_id: null }, { lead_status_id: '' });

		expect(await trigger.poll()).toEqual([]);
	});
});

describe('Customer Created with a filter by stage', () => {
	async function reportNamesOfNewCustomers(stages: Array<string | number>): Promise<unknown[]> {
		const filters = { lead_status_id: stages } as INodeParameters;
		const trigger = await startTrigger('customerCreated', { filters });
		const client = { is_study: CUSTOMER_TYPE.client };
		addCustomer({ name: 'unsorted lead', lead_status_id: null });
		addCustomer({ name: 'lead of stage 2', lead_status_id: 2 });
		addCustomer({ name: 'lead of stage 3', lead_status_id: 3 });
		addCustomer({ ...client, name: 'client without a stage', lead_status_id: null });
		addCustomer({ ...client, name: 'client of stage 2', lead_status_id: 2 });

		const items = await trigger.poll();
		return items.map(({ name }) => name);
	}

	it('Customer Created reports new leads without a stage for Not Sorted, but no clients without one', async () => {
		const names = await reportNamesOfNewCustomers(['none', 2]);

		expect(names).toEqual(['unsorted lead', 'lead of stage 2', 'client of stage 2']);
	});

	it('Customer Created reports no new lead without a stage when only stage 2 is chosen', async () => {
		const names = await reportNamesOfNewCustomers([2]);

		expect(names).toEqual(['lead of stage 2', 'client of stage 2']);
	});
});

describe("'Fetch Test Event' in the editor", () => {
	/**
	 * Lets the following happen five times. A lead comes, moves to the next stage and becomes a client. A lesson is
	 * planned, and then held and cancelled, or cancelled and held. A payment and a task are entered.
	 */
	function fillSchool(): void {
		const { store, settings } = school.sandbox;
		const heldThenCancelled = [LESSON_STATUS.held, LESSON_STATUS.cancelled];
		const cancelledThenHeld = [LESSON_STATUS.cancelled, LESSON_STATUS.held];
		for (let n = 0; n < 5; n++) {
			settings.now = `2026-11-20 12:0${n}:00`;
			const customer = addCustomer({ name: `Анна ${n}`, lead_status_id: STAGE.newLead });
			changeCustomer(customer, { lead_status_id: STAGE.trialBooked });
			changeCustomer(customer, { is_study: CUSTOMER_TYPE.client });
			const lesson = store.insert('lesson', {
				branch_id: 1,
				date: '2026-11-21',
				lesson_type_id: 1,
				status: LESSON_STATUS.planned,
			});
			for (const status of n % 2 === 0 ? heldThenCancelled : cancelledThenHeld) {
				store.patch('lesson', lesson.id, { status });
			}
			store.insert('pay', {
				branch_id: 1,
				customer_id: customer,
				income: '1000.00',
				document_date: '20.11.2026',
			});
			store.insert('task', { branch_ids: [1], title: `Перезвонить ${n}` });
		}
		settings.now = '2026-11-20 12:00:00';
	}

	/** Matches an item about a change that gave a record exactly these values. */
	const itemOfChange = (fields_new: JsonObject): object => ({
		change: expect.objectContaining({ fields_new }) as unknown,
	});
	const createdLesson = { change: { event: 'create', entity: 'Lesson' } };
	const movedLead = itemOfChange({ lead_status_id: STAGE.trialBooked });
	const convertedLead = itemOfChange({ is_study: CUSTOMER_TYPE.client });
	const heldLesson = itemOfChange({ status: LESSON_STATUS.held });
	const cancelledLesson = itemOfChange({ status: LESSON_STATUS.cancelled });

	const newestOfEachEvent: Array<{ event: string; newest: object[] }> = [
		{ event: 'customerCreated', newest: [{ name: 'Анна 2' }, { name: 'Анна 3' }, { name: 'Анна 4' }] },
		{ event: 'customerUpdated', newest: [convertedLead, movedLead, convertedLead] },
		{ event: 'leadMoved', newest: [movedLead, movedLead, movedLead] },
		{ event: 'leadConverted', newest: [convertedLead, convertedLead, convertedLead] },
		{ event: 'lessonCreated', newest: [createdLesson, createdLesson, createdLesson] },
		{ event: 'lessonConducted', newest: [heldLesson, heldLesson, heldLesson] },
		{ event: 'lessonCancelled', newest: [cancelledLesson, cancelledLesson, cancelledLesson] },
		{
			event: 'paymentCreated',
			newest: [{ income: '1000.00' }, { income: '1000.00' }, { income: '1000.00' }],
		},
		{
			event: 'recordChanged',
			newest: [
				{ change: { entity: 'Lesson' } },
				{ change: { entity: 'Pay' } },
				{ change: { entity: 'Task' } },
			],
		},
		{
			event: 'taskCreated',
			newest: [{ title: 'Перезвонить 2' }, { title: 'Перезвонить 3' }, { title: 'Перезвонить 4' }],
		},
	];

	it.each(newestOfEachEvent)(
		'a test of $event in the editor shows the newest three, and a later poll still reports them',
		async ({ event, newest }) => {
			const trigger = await startTrigger(event, { fetchRecord: true });
			fillSchool();
			const stateBefore = trigger.state;

			const samples = await trigger.fetchTestEvent();
			const samplesOfSecondTest = await trigger.fetchTestEvent();

			expect(samples).toMatchObject(newest);
			expect(samplesOfSecondTest).toEqual(samples);
			expect(trigger.state).toEqual(stateBefore);
			const items = await trigger.poll();
			expect(items.length).toBeGreaterThanOrEqual(5);
			expect(items.slice(-3)).toMatchObject(newest);
		},
	);

	it.each([{ event: 'customerCreated' }, { event: 'leadMoved' }])(
		'a test of $event in the editor finds nothing to show and stores nothing',
		async ({ event }) => {
			const unknownStage = 77;
			const polledSchool = new PolledSchool({
				settings: LARGE_PAGES,
				parameters: { event, filters: { lead_status_id: [unknownStage] } },
			});
			polledSchool.addCustomer();

			await expect(polledSchool.poller.fetchTestEvent()).rejects.toMatchObject({
				message: 'AlfaCRM has nothing yet that this trigger would report',
				description: expect.stringMatching(/^Loosen the filters or choose other branches/) as string,
			});

			expect(polledSchool.poller.state).toEqual({});
		},
	);

	describe('for the clients of branch 2', () => {
		let polledSchool: PolledSchool;

		beforeEach(() => {
			polledSchool = new PolledSchool({
				settings: LARGE_PAGES,
				branches: 2,
				parameters: { ...CUSTOMER_CREATED, is_study: CUSTOMER_TYPE.client, branchIds: [2] },
			});
			polledSchool.addCustomer({ is_study: CUSTOMER_TYPE.lead, branch_ids: [1] });
			polledSchool.addCustomer({ is_study: CUSTOMER_TYPE.lead, branch_ids: [2] });
			polledSchool.addCustomer({ is_study: CUSTOMER_TYPE.client, branch_ids: [1] });
		});

		it('a test in the editor shows the only customer who passes the filters', async () => {
			const client = polledSchool.addCustomer({ is_study: CUSTOMER_TYPE.client, branch_ids: [2] });

			const samples = await polledSchool.poller.fetchTestEvent();

			expect(samples).toMatchObject([{ id: client }]);
		});

		it('a test in the editor fails when the user may not read the branch', async () => {
			polledSchool.addCustomer({ is_study: CUSTOMER_TYPE.client, branch_ids: [2] });
			polledSchool.changeBranch(2, 'forbidden');

			await expect(polledSchool.poller.fetchTestEvent()).rejects.toThrow(/^AlfaCRM denied access/);
		});
	});
});

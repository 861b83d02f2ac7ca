import type { IDataObject, INodeParameters } from 'n8n-workflow';

import {
	IGNORED,
	makeDelivery,
	REPEATED,
	STARTED,
	WITH_DELIVERY_KEY,
	WRONG_SECRET,
} from '../support/delivery';
import { PublishedWebhook } from '../support/publishedWebhook';

/** Makes the delivery of an update of customer 5. */
const customerUpdate = (fields: IDataObject = {}) => makeDelivery(5, fields);

describe('the webhook trigger', () => {
	it('a delivery starts the workflow with one item, whose IDs are numbers', async () => {
		const body = customerUpdate({ entity_id: '5', branch_id: '1', user_id: '4' });

		const result = await new PublishedWebhook().deliver({ body });

		expect(result).toEqual({
			status: 200,
			message: 'Workflow was started',
			items: [
				{
					json: {
						branch_id: 1,
						event: 'update',
						entity: 'Customer',
						entity_id: 5,
						fields_old: { study_status_id: 1 },
						fields_new: { study_status_id: 3 },
						fields_rel: {},
						user_id: 4,
						datetime: '2026-02-10 11:59:00',
						...WITH_DELIVERY_KEY,
					},
				},
			],
		});
	});

	it('an unknown event of an unknown entity starts the workflow as it came', async () => {
		const body = customerUpdate({
			event: 'Archived',
			entity: 'SomethingNew',
			fields_old: {},
			fields_new: {},
			fields_rel: {},
		});

		const result = await new PublishedWebhook().deliver({ body });

		expect(result).toEqual({ ...STARTED, items: [{ json: { ...body, ...WITH_DELIVERY_KEY } }] });
	});

	it.each([
		{ content: 'no body', body: undefined, message: 'The body is not a JSON object' },
		{ content: 'a web page', body: '<html></html>', message: 'The body is not a JSON object' },
		{
			content: 'an event without a record',
			body: customerUpdate({ entity_id: 0 }),
			message: 'entity_id is not the number of a record',
		},
	])('the trigger refuses $content and does not start the workflow', async ({ body, message }) => {
		const webhook = new PublishedWebhook();

		const result = await webhook.deliver({ body });

		expect(result).toEqual({ status: 400, message, items: undefined });
		expect(webhook.savedStaticData).toBe('{}');
	});

	it.each([
		{ contentType: 'application/x-www-form-urlencoded' },
		{ contentType: 'text/xml' },
		{ contentType: 'application/jsonp' },
	])('the trigger refuses the content type $contentType', async ({ contentType }) => {
		const { status } = await new PublishedWebhook().deliver({ body: customerUpdate(), contentType });

		expect(status).toBe(400);
	});

	it('the trigger accepts a content type with a charset', async () => {
		const contentType = 'application/json; charset=UTF-8';

		const result = await new PublishedWebhook().deliver({ body: customerUpdate(), contentType });

		expect(result).toMatchObject(STARTED);
	});
});

describe('the webhook trigger with a delivery of 1 MB', () => {
	const changedFields: IDataObject = {};
	for (let number = 0; number < 20_000; number++) {
		changedFields[`custom_${number}`] = `Текст ${number} `.repeat(4);
	}
	const body = customerUpdate({ fields_rel: {}, fields_new: changedFields });

	it('a delivery of 1 MB starts the workflow with its whole content, and is recognised when it is repeated', async () => {
		const webhook = new PublishedWebhook();

		const first = await webhook.deliver({ body });
		const second = await webhook.deliver({ body });

		expect(JSON.stringify(body).length).toBeGreaterThan(1_000_000);
		expect(first.items).toEqual([{ json: { ...body, ...WITH_DELIVERY_KEY } }]);
		expect(second).toEqual(REPEATED);
	});

	it('the trigger answers a delivery of 1 MB within two seconds and saves less than 200 characters', async () => {
		const webhook = new PublishedWebhook();
		const start = performance.now();

		await webhook.deliver({ body });

		expect(performance.now() - start).toBeLessThan(2_000);
		expect(webhook.savedStaticData.length).toBeLessThan(200);
	});
});

describe('the webhook trigger with a secret', () => {
	const SECRET = 'open-sesame';

	/** Delivers an event with a query in the URL to a trigger whose form has a secret. */
	async function deliverWithQuery(secret: INodeParameters[string], query: IDataObject) {
		return await new PublishedWebhook({ secret }).deliver({ body: customerUpdate(), query });
	}

	it.each<{ secret: INodeParameters[string]; query: IDataObject; condition: string }>([
		{ condition: 'the URL has the secret', secret: SECRET, query: { secret: SECRET } },
		{ condition: 'the secret is a number', secret: '={{ 12345678 }}', query: { secret: '12345678' } },
		{ condition: 'the form has blanks around it', secret: ` ${SECRET}\n`, query: { secret: SECRET } },
		{ condition: 'the form has no secret', secret: '', query: {} },
	])('the trigger accepts a delivery when $condition', async ({ secret, query }) => {
		const result = await deliverWithQuery(secret, query);

		expect(result).toMatchObject(STARTED);
	});

	describe.each([{ secret: SECRET }, { secret: `={{ "${SECRET}" }}` }])('given as $secret', ({ secret }) => {
		it.each<{ fault: string; query: IDataObject }>([
			{ fault: 'has no secret', query: {} },
			{ fault: 'has another secret', query: { secret: 'open-sesamE' } },
			{ fault: 'has a longer secret', query: { secret: 'open-sesames' } },
			{ fault: 'nests the secret', query: { secret: { 0: SECRET } } },
			{ fault: 'has the secret twice', query: { secret: [SECRET, SECRET] } },
			{ fault: 'names the secret differently', query: { token: SECRET } },
		])('the trigger refuses a delivery when the URL $fault', async ({ query }) => {
			const result = await deliverWithQuery(secret, query);

			expect(result).toEqual({ ...WRONG_SECRET, items: undefined });
		});
	});

	it('the trigger checks the secret before the body', async () => {
		const { status } = await new PublishedWebhook({ secret: SECRET }).deliver({ body: 'foreign' });

		expect(status).toBe(403);
	});

	describe.each([
		{ secret: '={{ undefined }}' },
		{ secret: '={{ $vars.HOOK_SECRET }}' },
		{ secret: '={{ ["open-sesame"] }}' },
		{ secret: '  ' },
	])('whose Secret comes to no text: $secret', ({ secret }) => {
		it.each<{ query: IDataObject }>([
			{ query: {} },
			{ query: { secret: '' } },
			{ query: { secret: 'undefined' } },
			{ query: { secret: SECRET } },
		])('the trigger fails for the query $query when Secret comes to no text', async ({ query }) => {
			await expect(deliverWithQuery(secret, query)).rejects.toThrow("'Secret' gives no text");
		});
	});
});

describe('the filters of the webhook trigger', () => {
	/** A form of the trigger, and the fields in which the delivered event differs from the usual update. */
	interface FilterCase {
		condition: string;
		parameters: INodeParameters;
		fields?: IDataObject;
	}

	it.each<FilterCase>([
		{
			condition: 'Events lists it in another spelling',
			parameters: { events: 'CREATE, Updated' },
		},
		{
			condition: 'Entities lists its entity in small letters',
			parameters: { entities: 'lesson, customer' },
		},
		{
			condition: 'Branch lists its branch',
			parameters: { branchIds: '2, 1' },
		},
		{
			condition: 'it has no branch and Branch is empty',
			parameters: { branchIds: [] },
			fields: { branch_id: null },
		},
		{
			condition: 'Changed Fields lists a field that it changes',
			parameters: { changedFields: 'name, study_status_id' },
		},
		{
			condition: 'Changed Fields lists a field that it removes',
			parameters: { changedFields: 'gone' },
			fields: { fields_old: { gone: 1 }, fields_new: [] },
		},
		{
			condition: 'Changed Fields lists the field in capitals',
			parameters: { changedFields: 'NAME' },
			fields: { fields_new: { name: 'Мия' } },
		},
		{
			condition: 'it creates a record, although Changed Fields is filled',
			parameters: { changedFields: 'name' },
			fields: { event: 'create', fields_old: [] },
		},
		{
			condition: 'it passes three filters',
			parameters: { events: ['update'], entities: ['Customer'], branchIds: [1] },
		},
	])('an event starts the workflow when $condition', async ({ parameters, fields }) => {
		const webhook = new PublishedWebhook(parameters);

		const result = await webhook.deliver({ body: customerUpdate(fields) });

		expect(result).toMatchObject(STARTED);
		expect(webhook.saveCount).toBe(1);
	});

	it.each<FilterCase>([
		{
			condition: 'Events lists only others',
			parameters: { events: ['create', 'delete'] },
		},
		{
			condition: 'it is an unknown one and Events lists all known ones',
			parameters: { events: ['create', 'delete', 'update'] },
			fields: { event: 'restore' },
		},
		{
			condition: 'Entities lists only others',
			parameters: { entities: ['Lesson', 'Pay'] },
		},
		{
			condition: 'Branch lists another branch',
			parameters: { branchIds: [2] },
		},
		{
			condition: 'it has no branch and Branch lists one',
			parameters: { branchIds: [1] },
			fields: { branch_id: null },
		},
		{
			condition: 'Changed Fields lists only a field that it keeps',
			parameters: { changedFields: 'name' },
		},
		{
			condition: 'Changed Fields lists "constructor", which is a property of every object',
			parameters: { changedFields: 'constructor' },
		},
		{
			condition: 'it passes two filters, but not that of the branch',
			parameters: { events: ['update'], entities: ['Customer'], branchIds: [3] },
		},
	])('the trigger ignores an event and saves nothing when $condition', async ({ parameters, fields }) => {
		const webhook = new PublishedWebhook(parameters);

		const result = await webhook.deliver({ body: customerUpdate(fields) });

		expect(result).toEqual(IGNORED);
		expect(webhook.saveCount).toBe(0);
	});

	// An event that a wrong filter ignores would be lost without a trace.
	it.each<{ mistake: string; parameters: INodeParameters; message: RegExp }>([
		{
			mistake: 'a name as Branch',
			parameters: { branchIds: 'Centre' },
			message: /'Branch' must be one or more numbers .* "Centre"/,
		},
		{
			mistake: 'a flag as Branch',
			parameters: { branchIds: [true] },
			message: /'Branch' must be/,
		},
		{
			mistake: 'an unknown event',
			parameters: { events: 'renewed' },
			message: /'Events' must be some of create .* "renewed"/,
		},
		{
			mistake: 'a flag as a changed field',
			parameters: { changedFields: '={{ true }}' },
			message: /'Changed Field Names or IDs' must be/,
		},
		{
			mistake: 'an unknown changed field',
			parameters: { changedFields: 'Этап' },
			message: /'Changed Field Names or IDs' has "Этап", which is no field/,
		},
		{
			mistake: 'a word as Fetch Full Record',
			parameters: { options: { fetchRecord: '={{ "maybe" }}' } },
			message: /'Fetch Full Record' must be/,
		},
		{
			mistake: 'a word as Ignore Repeated Deliveries',
			parameters: { options: { ignoreRepeated: '={{ "maybe" }}' } },
			message: /'Ignore Repeated Deliveries' must be/,
		},
	])('a delivery fails when the form has $mistake', async ({ parameters, message }) => {
		const webhook = new PublishedWebhook(parameters);

		await expect(webhook.deliver({ body: customerUpdate() })).rejects.toThrow(message);
	});
});

describe('the webhook trigger with repeated deliveries', () => {
	it('the trigger starts the workflow once when AlfaCRM sends a delivery twice', async () => {
		const webhook = new PublishedWebhook();

		const first = await webhook.deliver({ body: customerUpdate() });
		const second = await webhook.deliver({ body: customerUpdate() });

		expect(first).toMatchObject(STARTED);
		expect(second).toEqual(REPEATED);
		expect(webhook.saveCount).toBe(1);
	});

	it('the trigger starts the workflow again for another change of the same customer', async () => {
		const webhook = new PublishedWebhook();
		await webhook.deliver({ body: customerUpdate() });

		const result = await webhook.deliver({ body: customerUpdate({ fields_new: { note: 'да' } }) });

		expect(result).toMatchObject(STARTED);
	});

	it('the trigger recognises a repeated delivery whose IDs are texts instead of numbers', async () => {
		const webhook = new PublishedWebhook();
		await webhook.deliver({ body: customerUpdate({ entity_id: 8801, branch_id: 1, user_id: 4 }) });

		const result = await webhook.deliver({
			body: customerUpdate({ entity_id: '8801', branch_id: '1', user_id: '4' }),
		});

		expect(result).toEqual(REPEATED);
	});

	it('the trigger starts the workflow once for two equal deliveries at the same moment', async () => {
		const webhook = new PublishedWebhook();

		const results = await Promise.all([
			webhook.deliver({ body: customerUpdate() }),
			webhook.deliver({ body: customerUpdate() }),
		]);

		expect(results).toMatchObject([STARTED, REPEATED]);
	});

	it('the trigger recognises ten simultaneous deliveries after a restart', async () => {
		const webhook = new PublishedWebhook();
		const bodies = Array.from({ length: 10 }, (_, index) => customerUpdate({ entity_id: index + 1 }));
		await Promise.all(bodies.map(async (body) => await webhook.deliver({ body })));

		webhook.restart();

		for (const body of bodies) {
			expect(await webhook.deliver({ body })).toEqual(REPEATED);
		}
	});

	it('the trigger recognises deliveries from before and after a restart', async () => {
		const webhook = new PublishedWebhook();
		await webhook.deliver({ body: customerUpdate({ entity_id: 1 }) });
		webhook.restart();
		await webhook.deliver({ body: customerUpdate({ entity_id: 2 }) });
		webhook.restart();

		const first = await webhook.deliver({ body: customerUpdate({ entity_id: 1 }) });
		const second = await webhook.deliver({ body: customerUpdate({ entity_id: 2 }) });

		expect([first, second]).toEqual([REPEATED, REPEATED]);
	});

	it('the trigger starts the workflow for a repeated delivery when the first one failed', async () => {
		const webhook = new PublishedWebhook();
		const failToAnswer = () => {
			throw new Error('The socket is gone');
		};
		const failing = webhook.deliver({ body: customerUpdate(), onAnswer: failToAnswer });
		await expect(failing).rejects.toThrow('The socket is gone');

		const result = await webhook.deliver({ body: customerUpdate() });

		expect(result).toMatchObject(STARTED);
	});

	it.each<{ ignoreRepeated: INodeParameters[string] }>([
		{ ignoreRepeated: '={{ "true" }}' },
		{ ignoreRepeated: '={{ undefined }}' },
	])(
		'the trigger ignores a repeated delivery when Ignore Repeated Deliveries is $ignoreRepeated',
		async (options) => {
			const webhook = new PublishedWebhook({ options });
			await webhook.deliver({ body: customerUpdate() });

			expect(await webhook.deliver({ body: customerUpdate() })).toEqual(REPEATED);
		},
	);

	it.each<{ ignoreRepeated: INodeParameters[string] }>([
		{ ignoreRepeated: false },
		{ ignoreRepeated: '={{ "false" }}' },
	])(
		'the trigger starts the workflow again and saves nothing when Ignore Repeated Deliveries is $ignoreRepeated',
		async (options) => {
			const webhook = new PublishedWebhook({ options });
			await webhook.deliver({ body: customerUpdate() });

			expect(await webhook.deliver({ body: customerUpdate() })).toMatchObject(STARTED);
			expect(webhook.saveCount).toBe(0);
		},
	);

	// Two changes of the same kind cannot be told apart without their times.
	it.each([{ datetime: undefined }, { datetime: ' \n' }, { datetime: '0000-00-00 00:00:00' }])(
		'the trigger starts the workflow again for an equal delivery whose event has the time $datetime',
		async ({ datetime }) => {
			const webhook = new PublishedWebhook();
			await webhook.deliver({ body: customerUpdate({ datetime }) });

			expect(await webhook.deliver({ body: customerUpdate({ datetime }) })).toMatchObject(STARTED);
			expect(webhook.savedStaticData).toBe('{}');
		},
	);

	it('the trigger starts the workflow for every test delivery in the editor', async () => {
		const webhook = new PublishedWebhook();
		await webhook.deliver({ body: customerUpdate(), mode: 'manual' });

		const result = await webhook.deliver({ body: customerUpdate(), mode: 'manual' });

		expect(result).toMatchObject(STARTED);
	});

	it('a published workflow starts for a delivery that the editor has tested before', async () => {
		const webhook = new PublishedWebhook();
		await webhook.deliver({ body: customerUpdate(), mode: 'manual' });

		const result = await webhook.deliver({ body: customerUpdate() });

		expect(result).toMatchObject(STARTED);
	});
});

describe("the webhook trigger's lines in n8n's log", () => {
	it("n8n's log says why a delivery was refused, without the secret", async () => {
		const webhook = new PublishedWebhook({ secret: 'open-sesame', events: ['create'] });

		await webhook.deliver({ body: customerUpdate(), query: { secret: 'open-sesamE' } });
		await webhook.deliver({ body: {}, query: { secret: 'open-sesame' } });

		expect(webhook.logLines).toEqual([
			"'Trigger' refused a call with 403: The secret in the URL is missing or wrong",
			"'Trigger' refused a call with 400: event is not the name of an event",
		]);
	});

	it("n8n's log does not mention deliveries that started the workflow, were repeated or were ignored", async () => {
		const webhook = new PublishedWebhook({ events: ['update'] });

		await webhook.deliver({ body: customerUpdate() });
		await webhook.deliver({ body: customerUpdate() });
		await webhook.deliver({ body: customerUpdate({ event: 'create' }) });

		expect(webhook.logLines).toEqual([]);
	});
});

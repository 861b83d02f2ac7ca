import type { IDataObject, INodeParameters } from 'n8n-workflow';

import {
	makeDelivery,
	IGNORED,
	WITH_DELIVERY_KEY,
	REPEATED,
	STARTED,
	WRONG_SECRET,
} from '../support/delivery';
import type { DeliveryResult } from '../support/publishedWebhook';
import { PublishedWebhook } from '../support/publishedWebhook';

const event = (more: IDataObject = {}) => makeDelivery(5, more);
const jsonOf = ({ items }: DeliveryResult) => items?.[0].json;

describe('a delivery', () => {
	it('starts the workflow with one item of plain types', async () => {
		const body = event({ entity_id: '5', branch_id: '1', user_id: '4' });
		expect(await new PublishedWebhook().deliver({ body })).toEqual({
			...STARTED,
			items: [{ json: { ...event(), fields_rel: {}, ...WITH_DELIVERY_KEY } }],
		});
	});

	it('of an unknown event of an unknown entity starts the workflow as it came', async () => {
		const more = { event: 'Archived', entity: 'SomethingNew', fields_old: {}, fields_new: {} };
		const { items, ...answered } = await new PublishedWebhook().deliver({ body: event(more) });
		expect(answered).toEqual(STARTED);
		expect(items).toEqual([{ json: { ...event(), fields_rel: {}, ...more, ...WITH_DELIVERY_KEY } }]);
	});

	it.each<[what: string, body: unknown, message: string]>([
		['nothing', undefined, 'The body is not a JSON object'],
		['a page', '<html></html>', 'The body is not a JSON object'],
		['no change', event({ entity_id: 0 }), 'entity_id is not the number of a record'],
	])('that is %s is refused and starts nothing', async (_what, body, message) => {
		const hook = new PublishedWebhook();
		expect(await hook.deliver({ body })).toEqual({ status: 400, message, items: undefined });
		expect(hook.savedStaticData).toBe('{}');
	});

	it.each(['application/x-www-form-urlencoded', 'text/xml', 'application/jsonp'])(
		'sent as %s is refused, whatever n8n makes of it',
		async (contentType) => {
			expect(await new PublishedWebhook().deliver({ body: event(), contentType })).toMatchObject({
				status: 400,
			});
		},
	);

	it('may name the encoding of its JSON', async () => {
		const contentType = 'application/json; charset=UTF-8';
		expect(await new PublishedWebhook().deliver({ body: event(), contentType })).toMatchObject(STARTED);
	});

	it('of 1 MB starts the workflow, whole, in a moment, and is known when it is repeated', async () => {
		const fields = Array.from({ length: 20_000 }, (_, index) => [
			`custom_${index}`,
			`Текст ${index} `.repeat(4),
		]);
		const hook = new PublishedWebhook();
		const body = event({ fields_rel: {}, fields_new: Object.fromEntries(fields) as IDataObject });
		expect(JSON.stringify(body).length).toBeGreaterThan(1_000_000);
		const begun = performance.now();
		expect(jsonOf(await hook.deliver({ body }))).toEqual({ ...body, ...WITH_DELIVERY_KEY });
		expect(await hook.deliver({ body })).toEqual(REPEATED);
		expect(performance.now() - begun).toBeLessThan(2_000);
		expect(hook.savedStaticData.length).toBeLessThan(200);
	});
});

describe('the secret', () => {
	const SECRET = 'open-sesame';
	const deliver = async (secret: INodeParameters[string], query: IDataObject) =>
		await new PublishedWebhook({ secret }).deliver({ body: event(), query });

	it.each<[what: string, secret: INodeParameters[string], query: IDataObject]>([
		['right', SECRET, { secret: SECRET }],
		['right, a number', '={{ 12345678 }}', { secret: '12345678' }],
		['right, with blanks in the form', ` ${SECRET}\n`, { secret: SECRET }],
		['not asked for', '', {}],
	])('that is %s lets in', async (_what, secret, query) => {
		expect(await deliver(secret, query)).toMatchObject(STARTED);
	});

	it.each<[what: string, query: IDataObject]>([
		['missing', {}],
		['wrong', { secret: 'open-sesamE' }],
		['longer', { secret: 'open-sesames' }],
		['nested', { secret: { 0: SECRET } }],
		['given twice', { secret: [SECRET, SECRET] }],
		['elsewhere', { token: SECRET }],
	])('that is %s lets nobody in', async (_what, query) => {
		for (const secret of [SECRET, `={{ "${SECRET}" }}`])
			expect(await deliver(secret, query)).toEqual({ ...WRONG_SECRET, items: undefined });
	});

	it('is looked at before the body', async () => {
		expect(await new PublishedWebhook({ secret: 's' }).deliver({ body: 'foreign' })).toMatchObject({
			status: 403,
		});
	});

	it.each(['={{ undefined }}', '={{ $vars.HOOK_SECRET }}', '={{ ["open-sesame"] }}', '  '])(
		'that is %j opens the node to nobody, and says so',
		async (secret) => {
			for (const query of [{}, { secret: '' }, { secret: 'undefined' }, { secret: SECRET }])
				await expect(deliver(secret, query)).rejects.toThrow("'Secret' gives no text");
		},
	);
});

describe('filters', () => {
	it.each<[parameters: INodeParameters, more: IDataObject, passes: boolean]>([
		[{ events: ['create', 'delete'] }, {}, false],
		[{ events: 'CREATE, Updated' }, {}, true],
		[{ events: ['create', 'delete', 'update'] }, { event: 'restore' }, false],
		[{ entities: ['Lesson', 'Pay'] }, {}, false],
		[{ entities: 'lesson, customer' }, {}, true],
		[{ branchIds: [2] }, {}, false],
		[{ branchIds: '2, 1' }, {}, true],
		[{ branchIds: [1] }, { branch_id: null }, false],
		[{ branchIds: [] }, { branch_id: null }, true],
		[{ changedFields: 'name, study_status_id' }, {}, true],
		[{ changedFields: 'name' }, {}, false],
		[{ changedFields: 'gone' }, { fields_old: { gone: 1 }, fields_new: [] }, true],
		[{ changedFields: 'constructor' }, {}, false],
		[{ changedFields: 'NAME' }, { fields_new: { name: 'Мия' } }, true],
		[{ changedFields: 'name' }, { event: 'create', fields_old: [] }, true],
		[{ events: ['update'], entities: ['Customer'], branchIds: [1] }, {}, true],
		[{ events: ['update'], entities: ['Customer'], branchIds: [3] }, {}, false],
	])('%j, given %j, pass: %s', async (parameters, more, passes) => {
		const hook = new PublishedWebhook(parameters);
		const received = await hook.deliver({ body: event(more) });
		if (passes) expect(received).toMatchObject(STARTED);
		else expect(received).toEqual(IGNORED);
		// What is held back is not remembered.
		expect(hook.saveCount).toBe(passes ? 1 : 0);
	});

	it.each<[parameters: INodeParameters, message: RegExp]>([
		[{ branchIds: 'Centre' }, /'Branch' must be one or more numbers .* "Centre"/],
		[{ branchIds: [true] }, /'Branch' must be/],
		[{ events: 'renewed' }, /'Events' must be some of create .* "renewed"/],
		[{ changedFields: '={{ true }}' }, /'Changed Field Names or IDs' must be/],
		[{ changedFields: 'Этап' }, /'Changed Field Names or IDs' has "Этап", which is no field/],
		[{ options: { fetchRecord: '={{ "maybe" }}' } }, /'Fetch Full Record' must be/],
		[{ options: { ignoreRepeated: '={{ "maybe" }}' } }, /'Ignore Repeated Deliveries' must be/],
	])(
		'%j cannot be read and say so, for an event that is held back in silence is lost',
		async (parameters, message) => {
			await expect(new PublishedWebhook(parameters).deliver({ body: event() })).rejects.toThrow(message);
		},
	);
});

describe('a repeated delivery', () => {
	it('starts nothing, but one that differs does', async () => {
		const hook = new PublishedWebhook();
		expect(await hook.deliver({ body: event() })).toMatchObject(STARTED);
		expect(await hook.deliver({ body: event() })).toEqual(REPEATED);
		expect(hook.saveCount).toBe(1);
		expect(await hook.deliver({ body: event({ fields_new: { note: 'да' } }) })).toMatchObject(STARTED);
	});

	it('starts the workflow once for one delivery whose IDs come as numbers and as texts', async () => {
		const hook = new PublishedWebhook();
		const ids = { entity_id: 8801, branch_id: 1, user_id: 4 };
		expect(await hook.deliver({ body: event(ids) })).toMatchObject(STARTED);

		const idsAsTexts = { entity_id: '8801', branch_id: '1', user_id: '4' };

		expect(await hook.deliver({ body: event(idsAsTexts) })).toEqual(REPEATED);
	});

	it('that arrives together with the first starts nothing, and both are known after a restart', async () => {
		const hook = new PublishedWebhook();
		const many = Array.from({ length: 20 }, (_, n) => event({ entity_id: 1 + (n % 10) }));
		const first = await Promise.all(many.map(async (body) => await hook.deliver({ body })));
		expect(first.filter(({ items }) => items)).toHaveLength(10);
		expect(new Set(first.map(({ status }) => status))).toEqual(new Set([200]));
		hook.restart();
		expect(await hook.deliver({ body: event({ entity_id: 11 }) })).toMatchObject(STARTED);
		hook.restart();
		for (const body of [...many, event({ entity_id: 11 })])
			expect(await hook.deliver({ body })).toEqual(REPEATED);
	});

	it('is none if the first came to grief before it started the workflow', async () => {
		const hook = new PublishedWebhook();
		const breaks = () => {
			throw new Error('The socket is gone');
		};
		await expect(hook.deliver({ body: event(), onAnswer: breaks })).rejects.toThrow('The socket is gone');
		expect(hook.savedStaticData).toBe('{}');
		expect(await hook.deliver({ body: event() })).toMatchObject(STARTED);
	});

	it.each<[ignoreRepeated: INodeParameters[string], ignores: boolean]>([
		[false, false],
		['={{ "false" }}', false],
		['={{ "true" }}', true],
		['={{ undefined }}', true],
	])('is ignored with %j: %s', async (ignoreRepeated, ignores) => {
		const hook = new PublishedWebhook({ options: { ignoreRepeated } as INodeParameters });
		await hook.deliver({ body: event() });
		expect(await hook.deliver({ body: event() })).toMatchObject(ignores ? REPEATED : STARTED);
		expect(hook.saveCount).toBe(ignores ? 1 : 0);
	});

	it.each([undefined, ' \n', '0000-00-00 00:00:00'])(
		'is not told from a second change of the same kind where the time is %j',
		async (datetime) => {
			const hook = new PublishedWebhook();
			for (let count = 0; count < 2; count++)
				expect(await hook.deliver({ body: event({ datetime }) })).toMatchObject(STARTED);
			expect(hook.savedStaticData).toBe('{}');
		},
	);

	it('can be tried out in the editor as often as one likes, and does not count', async () => {
		const hook = new PublishedWebhook();
		for (let count = 0; count < 2; count++) {
			expect(await hook.deliver({ body: event(), mode: 'manual' })).toMatchObject(STARTED);
		}
		expect(await hook.deliver({ body: event() })).toMatchObject(STARTED);
	});
});

describe("n8n's log", () => {
	it('tells of a call that is refused, and why, but no secret', async () => {
		const hook = new PublishedWebhook({ secret: 'open-sesame', events: ['create'] });
		await hook.deliver({ body: event(), query: { secret: 'open-sesamE' } });
		await hook.deliver({ body: {}, query: { secret: 'open-sesame' } });
		expect(hook.logLines).toEqual([
			"'Trigger' refused a call with 403: The secret in the URL is missing or wrong",
			"'Trigger' refused a call with 400: event is not the name of an event",
		]);
	});

	it('tells of no other one', async () => {
		const hook = new PublishedWebhook({ events: ['update'] });
		expect(await hook.deliver({ body: event() })).toMatchObject(STARTED);
		expect(await hook.deliver({ body: event() })).toEqual(REPEATED);
		expect(await hook.deliver({ body: event({ event: 'create' }) })).toMatchObject(IGNORED);
		expect(hook.logLines).toEqual([]);
	});
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { delivery, IGNORED, REPEATED, STARTED, KEYED } from '../support/delivery';
import { Hook } from '../support/webhook';

const event = (more: IDataObject = {}) => delivery(5, more);

describe('a delivery', () => {
	it('starts the workflow with one item of plain types', async () => {
		const body = event({ entity_id: '5', branch_id: '1', user_id: '4' });
		expect(await new Hook().deliver({ body })).toEqual({
			...STARTED,
			items: [{ json: { ...event(), fields_rel: {}, ...KEYED } }],
		});
	});

	it.each<[what: string, body: unknown]>([
		['nothing', undefined],
		['null', null],
		['a list', [event()]],
		['a text', 'update'],
		['a page', '<html></html>'],
		['an empty object', {}],
		['no event', event({ event: undefined })],
		['an empty event', event({ event: ' ' })],
		['a number for an event', event({ event: 2 })],
		['an object for an event', event({ event: { name: 'update' } })],
		['no entity', event({ entity: undefined })],
		['an empty entity', event({ entity: ' ' })],
		['an object for an entity', event({ entity: { name: 'Customer' } })],
		['no ID', event({ entity_id: null })],
		['ID 0', event({ entity_id: 0 })],
		['a negative ID', event({ entity_id: -5 })],
		['a broken ID', event({ entity_id: 5.5 })],
		['a word for an ID', event({ entity_id: '5a' })],
		['a list of IDs', event({ entity_id: [5] })],
	])('that is %s is refused and starts nothing', async (_what, body) => {
		const hook = new Hook();
		expect(await hook.deliver({ body })).toEqual({
			status: 400,
			message: expect.any(String) as string,
			items: undefined,
		});
		expect(hook.saved).toBe('{}');
	});

	it('has the same key as an equal one in any process, and another one than all others', async () => {
		const keys = async (more: IDataObject) => {
			const hooks = [1, 2].map(() => new Hook());
			const all = await Promise.all(hooks.map(async (hook) => await hook.deliver({ body: event(more) })));
			return all.map(({ items }) => String(items?.[0].json.deliveryKey));
		};
		const different = [
			{},
			{ entity_id: 6 },
			{ datetime: '2026-02-10 11:59:01' },
			{ fields_new: { name: 'Анна' } },
		];
		const found = await Promise.all(different.map(keys));
		for (const [one, other] of found) expect(one).toBe(other);
		expect(new Set(found.flat()).size).toBe(different.length);
		// Two without a time may be two changes.
		const [one, other] = await keys({ datetime: null });
		expect(one).not.toBe(other);
	});

	it.each<[what: string, more: IDataObject]>([
		['event', { event: 'restore' }],
		['event without changes', { event: 'restore', fields_old: {}, fields_new: {} }],
		['entity', { entity: 'SomethingNew' }],
		['event of an unknown entity', { event: 'Archived', entity: 'SomethingNew' }],
	])('of an unknown %s starts the workflow as it came', async (_what, more) => {
		const { items, ...answered } = await new Hook().deliver({ body: event(more) });
		expect(answered).toEqual(STARTED);
		expect(items).toEqual([{ json: { ...event(), fields_rel: {}, ...more, ...KEYED } }]);
	});

	it.each([
		'application/x-www-form-urlencoded',
		'text/xml',
		'multipart/form-data; boundary=x',
		'application/jsonp',
	])('sent as %s is refused, whatever n8n makes of it', async (contentType) => {
		expect(await new Hook().deliver({ body: event(), contentType })).toMatchObject({ status: 400 });
	});

	it('may name the encoding of its JSON', async () => {
		const contentType = 'application/json; charset=UTF-8';
		expect(await new Hook().deliver({ body: event(), contentType })).toMatchObject(STARTED);
	});
});

describe('the secret', () => {
	it.each<[what: string, secret: INodeParameters[string], query: IDataObject, status: number]>([
		['right', 'open-sesame', { secret: 'open-sesame' }, 200],
		['right, with signs', 'ключ &=+/', { secret: 'ключ &=+/' }, 200],
		['not asked for', '', {}, 200],
		['not asked for but there', '', { secret: 'x' }, 200],
		['missing', 'open-sesame', {}, 403],
		['empty', 'open-sesame', { secret: '' }, 403],
		['wrong', 'open-sesame', { secret: 'open-sesamE' }, 403],
		['longer', 'open-sesame', { secret: 'open-sesames' }, 403],
		['given twice', 'open-sesame', { secret: ['open-sesame', 'open-sesame'] }, 403],
		['nested', 'open-sesame', { secret: { 0: 'open-sesame' } }, 403],
		['elsewhere', 'open-sesame', { token: 'open-sesame' }, 403],
	])('that is %s', async (_what, secret, query, status) => {
		const received = await new Hook({ secret }).deliver({ body: event(), query });
		expect(received.status).toBe(status);
		expect(received.items === undefined).toBe(status === 403);
		expect(JSON.stringify(received)).not.toContain('open-sesame');
	});

	it('is looked at before the body', async () => {
		expect(await new Hook({ secret: 's' }).deliver({ body: 'foreign' })).toMatchObject({ status: 403 });
	});
});

describe('filters', () => {
	const create = { event: 'create', fields_old: [] };
	it.each<[parameters: INodeParameters, more: IDataObject, passes: boolean]>([
		[{ events: ['update'] }, {}, true],
		[{ events: ['create', 'delete'] }, {}, false],
		[{ events: 'create, update' }, {}, true],
		[{ events: 'CREATE, Updated' }, {}, true],
		[{ entities: ['Customer'] }, {}, true],
		[{ entities: ['Lesson', 'Pay'] }, {}, false],
		[{ entities: 'lesson, customer' }, {}, true],
		[{ entities: ['SomethingNew'] }, { entity: 'SomethingNew' }, true],
		[{ entities: ['Customer'] }, { entity: 'SomethingNew' }, false],
		[{ events: [] }, { event: 'restore' }, true],
		[{ events: ['create', 'delete', 'update'] }, { event: 'restore' }, false],
		[{ events: ['update'] }, { event: 'Update' }, false],
		[{ changedFields: 'name' }, { event: 'restore' }, true],
		[{ entities: ['Lesson'] }, { event: 'restore' }, false],
		[{ branchIds: [2] }, { event: 'restore' }, false],
		[{ branchIds: [1] }, {}, true],
		[{ branchIds: [2] }, {}, false],
		[{ branchIds: ['1'] }, { branch_id: '1' }, true],
		[{ branchIds: '2, 1' }, {}, true],
		[{ branchIds: [1] }, { branch_id: null }, false],
		[{ branchIds: [] }, { branch_id: null }, true],
		[{ changedFields: 'study_status_id' }, {}, true],
		[{ changedFields: 'name, study_status_id' }, {}, true],
		[{ changedFields: 'name' }, {}, false],
		[{ changedFields: 'gone' }, { fields_old: { gone: 1 }, fields_new: [] }, true],
		[{ changedFields: 'toString' }, {}, false],
		[{ changedFields: 'name' }, create, true],
		[{ changedFields: 'name' }, { event: 'delete' }, true],
		[{ changedFields: 'name' }, { fields_new: '{"name":"Орлова"}' }, true],
		[
			{ events: ['update'], entities: ['Customer'], branchIds: [1], changedFields: 'study_status_id' },
			{},
			true,
		],
		[
			{ events: ['update'], entities: ['Customer'], branchIds: [3], changedFields: 'study_status_id' },
			{},
			false,
		],
	])('%j, given %j, pass: %s', async (parameters, more, passes) => {
		const received = await new Hook(parameters).deliver({ body: event(more) });
		if (passes) expect(received).toMatchObject(STARTED);
		else expect(received).toEqual(IGNORED);
	});

	it.each<[parameters: INodeParameters, message: RegExp]>([
		[{ branchIds: 'Centre' }, /'Branch Names or IDs' must be one or more numbers .* "Centre"/],
		[{ events: 'renewed' }, /'Events' must be some of create .* "renewed"/],
	])('%j say what is wrong with an expression', async (parameters, message) => {
		await expect(new Hook(parameters).deliver({ body: event() })).rejects.toThrow(message);
	});

	it('that hold an event back do not remember it', async () => {
		const hook = new Hook({ events: ['create'] });
		await hook.deliver({ body: event() });
		expect(hook.saves).toBe(0);
	});
});

describe('a repeated delivery', () => {
	it('starts nothing, however its empty parts are written and its keys are sorted', async () => {
		const hook = new Hook();
		expect(await hook.deliver({ body: event({ fields_rel: [] }) })).toMatchObject(STARTED);
		const turned = Object.fromEntries(Object.entries(event()).reverse());
		for (const fields_rel of [[], {}, '', '[]', null, undefined]) {
			expect(await hook.deliver({ body: { ...turned, fields_rel, entity_id: '5' } })).toEqual(REPEATED);
		}
		expect(hook.saves).toBe(1);
	});

	it.each<IDataObject>([
		{ entity_id: 6 },
		{ branch_id: 2 },
		{ user_id: 5 },
		{ entity: 'Lesson' },
		{ event: 'delete' },
		{ datetime: '2026-02-10 11:59:01' },
		{ fields_new: { study_status_id: '3' } },
		{ fields_old: [] },
		{ fields_rel: { a: { b: 1 } } },
	])('is not one that differs in %j', async (more) => {
		const hook = new Hook();
		await hook.deliver({ body: event() });
		expect(await hook.deliver({ body: event(more) })).toMatchObject(STARTED);
	});

	it('that arrives together with the first starts nothing', async () => {
		const hook = new Hook();
		const all = await Promise.all(
			Array.from({ length: 20 }, async () => await hook.deliver({ body: event() })),
		);
		expect(all.filter(({ items }) => items)).toHaveLength(1);
		expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
	});

	it('is known after a restart, and so is what came in between', async () => {
		const hook = new Hook();
		for (const entity_id of [1, 2, 3]) await hook.deliver({ body: event({ entity_id }) });
		hook.restart();
		await hook.deliver({ body: event({ entity_id: 4 }) });
		hook.restart();
		for (const entity_id of [1, 2, 3, 4]) {
			expect(await hook.deliver({ body: event({ entity_id }) })).toEqual(REPEATED);
		}
	});

	it('is known among the latest 1,000, which is all that n8n saves', async () => {
		const hook = new Hook();
		for (let entity_id = 1; entity_id <= 1_001; entity_id++)
			await hook.deliver({ body: event({ entity_id }) });
		const { deliveries } = (JSON.parse(hook.saved) as Record<string, { deliveries: string[] }>)[
			'node:Trigger'
		];
		expect(deliveries).toHaveLength(1_000);
		expect(hook.saved.length).toBeLessThan(20_000);
		expect(await hook.deliver({ body: event({ entity_id: 2 }) })).toEqual(REPEATED);
		expect(await hook.deliver({ body: event({ entity_id: 1 }) })).toMatchObject(STARTED);
	});

	it('is none if the first came to grief before it started the workflow', async () => {
		const hook = new Hook();
		const breaks = () => {
			throw new Error('The socket is gone');
		};
		await expect(hook.deliver({ body: event(), onAnswer: breaks })).rejects.toThrow('The socket is gone');
		expect(hook.saved).toBe('{}');
		expect(await hook.deliver({ body: event() })).toMatchObject(STARTED);
	});

	it('at another node is a delivery of its own', async () => {
		const [one, other] = [new Hook(), new Hook()];
		await one.deliver({ body: event() });
		expect(await other.deliver({ body: event() })).toMatchObject(STARTED);
	});

	it('starts the workflow again where that is chosen', async () => {
		const hook = new Hook({ options: { ignoreRepeated: false } });
		await hook.deliver({ body: event() });
		expect(await hook.deliver({ body: event() })).toMatchObject(STARTED);
		expect(hook.saved).toBe('{}');
	});

	it('is not told from a second change of the same kind when it names no time', async () => {
		const hook = new Hook();
		await hook.deliver({ body: event({ datetime: undefined }) });
		expect(await hook.deliver({ body: event({ datetime: undefined }) })).toMatchObject(STARTED);
	});

	it('can be tried out in the editor as often as one likes, and does not count', async () => {
		const hook = new Hook();
		for (let count = 0; count < 2; count++) {
			expect(await hook.deliver({ body: event(), mode: 'manual' })).toMatchObject(STARTED);
		}
		expect(await hook.deliver({ body: event() })).toMatchObject(STARTED);
	});
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { delivery, IGNORED, REPEATED, STARTED } from './support/delivery';
import { Engine } from './support/engine';
import { useSchool } from './support/school';
import { Hook } from './support/webhook';

const school = useSchool({ customers: 30, settings: { now: '2026-02-10 12:00:00' } });

const event = (more: IDataObject = {}) => delivery(5, more);

describe('a delivery', () => {
	it('starts the workflow with one item of plain types', async () => {
		const body = event({ entity_id: '5', branch_id: '1', user_id: '4' });
		expect(await new Hook().deliver({ body })).toEqual({
			...STARTED,
			items: [{ json: { ...event(), fields_rel: {} } }],
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

	it.each<[what: string, more: IDataObject]>([
		['event', { event: 'restore' }],
		['event without changes', { event: 'restore', fields_old: {}, fields_new: {} }],
		['entity', { entity: 'SomethingNew' }],
		['event of an unknown entity', { event: 'Archived', entity: 'SomethingNew' }],
	])('of an unknown %s starts the workflow as it came', async (_what, more) => {
		const { items, ...answered } = await new Hook().deliver({ body: event(more) });
		expect(answered).toEqual(STARTED);
		expect(items).toEqual([{ json: { ...event(), fields_rel: {}, ...more } }]);
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

describe('the full record', () => {
	const fetching = (engine?: Engine) => new Hook({ options: { fetchRecord: true } }, engine);
	const read = async (more: IDataObject, engine = school.engine) => {
		const { items } = await fetching(engine).deliver({ body: event(more) });
		expect(items).toHaveLength(1);
		return items?.[0].json ?? {};
	};

	it('comes with the event', async () => {
		const received = await fetching(school.engine).deliver({ body: event() });
		expect(received.items?.[0].json).toMatchObject({
			...event({ fields_rel: {} }),
			record: { id: 5, name: school.sandbox.store.find('customer', 5)?.name },
		});
		expect(received.items?.[0].json).not.toHaveProperty('recordError');
	});

	it.each([1, 2, 3])('is found for a lesson of status %i', async (status) => {
		const { id } = school.sandbox.store.insert('lesson', { status, branch_id: 1 });
		expect((await read({ entity: 'Lesson', entity_id: id })).record).toMatchObject({ id, status });
	});

	it('is found after an event of an unknown name', async () => {
		expect(await read({ event: 'restore' })).toMatchObject({ event: 'restore', record: { id: 5 } });
	});

	it('is found for an archived lead', async () => {
		const { id } = school.sandbox.store.insert('customer', {
			...{ name: 'Старый Лид', is_study: 0, branch_ids: [1], e_date: '2026-01-01' },
		});
		expect((await read({ entity_id: id })).record).toMatchObject({ id, name: 'Старый Лид' });
	});

	it.each<[branch_ids: number[], branch_id: number | null]>([
		[[2], 1],
		[[3], 1],
		[[2], null],
		[[2], 99],
		[[1, 2], 2],
	])('is found in the branches %j whatever branch the event names, as %j', async (branch_ids, branch_id) => {
		const { id } = school.sandbox.store.insert('customer', { name: 'Анна', is_study: 1, branch_ids });
		expect((await read({ entity_id: id, branch_id })).record).toMatchObject({ id, branch_ids });
	});

	it('may be in a branch that is forbidden, and then the event says so', async () => {
		school.sandbox.settings.forbiddenBranches = [3];
		const { id } = school.sandbox.store.insert('customer', { name: 'Анна', is_study: 1, branch_ids: [3] });
		expect(await read({ entity_id: id })).toMatchObject({
			record: null,
			recordError: expect.stringMatching(
				/no customer with ID \d+ in the branches 1 and 2\. AlfaCRM denied access: .* in branch 3\. /,
			) as string,
		});
	});

	describe('of a payment that AlfaCRM does not list unasked', () => {
		const insert = (pay_type_id: number, branch_id = 1) => {
			school.sandbox.settings.payDefault = 'income';
			const fields = { customer_id: 1, branch_id, pay_type_id, income: 100, payer_name: 'Орлова А.' };
			return school.sandbox.store.insert('pay', { ...fields, document_date: '2026-02-09' }).id;
		};

		it.each([1, 2, 3])(
			'is found, of type %i, whether the event tells the type or not',
			async (pay_type_id) => {
				const id = insert(pay_type_id);
				const told = [{ pay_type_id: String(pay_type_id) }, { pay_type_id: 1 }, { pay_type_id: 3 }, {}];
				for (const fields_new of told) {
					const json = await read({ entity: 'Pay', entity_id: id, fields_new, fields_old: [] });
					expect(json).toMatchObject({ record: { id, pay_type_id } });
				}
			},
		);

		it('takes one call more if the event tells the type', async () => {
			await read({ entity: 'Pay', entity_id: insert(2), fields_new: { pay_type_id: '2' } });
			expect(school.calls()).toEqual(['auth/login', 'pay/index', 'pay/index']);
		});

		it('is found in another branch, too', async () => {
			const id = insert(2, 2);
			expect(await read({ entity: 'Pay', entity_id: id })).toMatchObject({ record: { id } });
		});

		it('may be there though this user may not list the types, and then the event says so', async () => {
			school.sandbox.settings.forbiddenCalls = ['pay-type/index'];
			expect(await read({ entity: 'Pay', entity_id: insert(2) })).toMatchObject({
				record: null,
				recordError: expect.stringMatching(/this user may not list the payment types/) as string,
			});
		});
	});

	it('takes one call where the event names its branch', async () => {
		await read({});
		expect(school.calls()).toEqual(['auth/login', 'customer/index']);
	});

	it('is found for a branch, which belongs to none', async () => {
		expect((await read({ entity: 'Branch', entity_id: 1, branch_id: null })).record).toMatchObject({ id: 1 });
	});

	it('is found for a subscription when the event names its customer', async () => {
		const [{ id, customer_id }] = school.sandbox.store.rows('customer-tariff');
		const owned = { entity: 'CustomerToTariff', entity_id: id };
		const { record } = await read({ ...owned, fields_new: { customer_id: String(customer_id) } });
		expect(record).toMatchObject({ id, customer_id });
		expect(await read(owned)).toMatchObject({
			record: null,
			recordError: expect.stringMatching(/customer_id/) as string,
		});
	});

	it('of what is deleted is not asked for', async () => {
		const json = await read({ event: 'delete' });
		expect(json).toMatchObject({ event: 'delete', record: null });
		expect(json).not.toHaveProperty('recordError');
		expect(school.calls()).toEqual([]);
	});

	const lost: Array<[what: string, more: IDataObject, message: RegExp]> = [
		['does not exist', { entity_id: 999_999 }, /no customer with ID 999999 in the branches 1, 2 and 3$/],
		[
			'belongs to no list',
			{ entity: 'LessonDetails' },
			/No list of AlfaCRM's API is known to hold LessonDetails/,
		],
		['is a branch and gone', { entity: 'Branch' }, /^AlfaCRM has no branch with ID 5$/],
		['belongs to no list by a name of its own', { entity: '__proto__' }, /known to hold __proto__/],
		['belongs to Object.prototype', { entity: 'constructor' }, /known to hold constructor/],
	];
	it.each(lost)(
		'that %s is missing, with the reason, and the event still comes',
		async (_what, more, message) => {
			expect(await read(more)).toMatchObject({
				...event({ fields_rel: {}, ...more }),
				record: null,
				recordError: expect.stringMatching(message) as string,
			});
		},
	);

	it('needs a credential, and says so', async () => {
		const { items } = await fetching().deliver({ body: event() });
		expect(items?.[0].json).toMatchObject({
			record: null,
			recordError: expect.stringMatching(/no credential. Select one/) as string,
		});
	});

	it('that cannot be read tells no token and no key', async () => {
		const wrong = new Engine({ ...school.credential, apiKey: ['no', 'key'].join('-') });
		const json = await read({}, wrong);
		expect(json).toMatchObject({ entity_id: 5, record: null, recordError: expect.any(String) as string });
		school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match: { entity: 'customer' } });
		const broken = await read({ entity_id: 6 });
		expect(broken.recordError).toMatch(/HTTP 500/);
		for (const secret of [school.sandbox.account.apiKey, ...school.sandbox.tokens()]) {
			expect(JSON.stringify([json, broken])).not.toContain(secret);
		}
	});
});

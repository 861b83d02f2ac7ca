import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { delivery, IGNORED, REPEATED, STARTED, WRONG_SECRET, KEYED } from '../support/delivery';
import { useSchool } from '../support/school';
import type { Received } from '../support/webhook';
import { Hook } from '../support/webhook';

const school = useSchool({ customers: 10, settings: { now: '2026-02-10 12:00:00' } });

const event = (id = 5, more: IDataObject = {}) => delivery(id, { fields_rel: {}, ...more });
const fetching = () => new Hook({ options: { fetchRecord: true } }, school.engine);
const jsonOf = ({ items }: Received) => items?.[0].json;

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
/** An event whose new fields hold what such JSON means. */
const holding = (json: string): IDataObject =>
	delivery(5, { fields_new: JSON.parse(`{"x":${json}}`) as IDataObject });

describe('a body', () => {
	it.each<[what: string, body: () => unknown]>([
		['of 100,000 levels', () => holding(nested(100_000))],
		// The fields are the first level.
		['of 101 levels', () => holding(nested(100))],
		['with such a text', () => delivery(5, { fields_rel: `{"x":${nested(100_000)}}` })],
		['with such a list', () => delivery(5, { fields_old: JSON.parse(nested(100_000)) as IDataObject[] })],
	])('%s is refused', async (_what, body) => {
		const hook = new Hook();
		expect(await hook.deliver({ body: body() })).toEqual({
			...{ status: 400, message: 'The fields are nested too deeply', items: undefined },
		});
	});

	it('of 100 levels starts the workflow, and so does one with such levels where nothing is read', async () => {
		const body = holding(nested(99));
		const { items, ...answer } = await new Hook().deliver({ body });
		expect(answer).toEqual(STARTED);
		expect(items?.[0].json.fields_new).toEqual(body.fields_new);
		const other = { ...delivery(), elsewhere: JSON.parse(nested(100_000)) as IDataObject[] };
		expect(await new Hook().deliver({ body: other })).toMatchObject(STARTED);
	});
});

describe('a delivery', () => {
	it('that differs in a part which the node does not put out is another one', async () => {
		const hook = new Hook();
		const body = (delivery_id: number) =>
			delivery(5, { delivery_id, nested: JSON.parse(nested(100_000)) as [] });
		expect(await hook.deliver({ body: body(1) })).toMatchObject(STARTED);
		expect(await hook.deliver({ body: body(2) })).toMatchObject(STARTED);
		expect(await hook.deliver({ body: body(1) })).toMatchObject(REPEATED);
	});

	it('is known, though n8n has loaded the next one before as many others as are kept', async () => {
		const hook = new Hook();
		const deliver = async (from: number, to: number) => {
			for (let n = from; n <= to; n++) await hook.deliver({ body: delivery(n) });
		};
		await deliver(1, 1_000);
		const old = hook.saved;
		await deliver(1_001, 2_001);
		hook.saved = old;
		await deliver(2_002, 2_002);
		expect(await hook.deliver({ body: delivery(2_001) })).toMatchObject(REPEATED);
		hook.restart();
		expect(await hook.deliver({ body: delivery(2_001) })).toMatchObject(REPEATED);
	});

	it('of 1 MB starts the workflow, whole, in a moment, and is known when it is repeated', async () => {
		const fields = Object.fromEntries(
			Array.from({ length: 20_000 }, (_, index) => [`custom_${index}`, `Текст ${index} `.repeat(4)]),
		);
		const hook = new Hook();
		const body = event(5, { fields_new: fields });
		expect(JSON.stringify(body).length).toBeGreaterThan(1_000_000);
		const begun = performance.now();
		expect(jsonOf(await hook.deliver({ body }))).toEqual({ ...body, ...KEYED });
		expect(await hook.deliver({ body })).toEqual(REPEATED);
		expect(performance.now() - begun).toBeLessThan(2_000);
		expect(hook.saved.length).toBeLessThan(200);
	});

	it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
		'with a key %s holds it as a field, and nothing else changes',
		async (key) => {
			const body = JSON.parse(
				JSON.stringify(event(5, { fields_new: { KEY: { record: 1 } }, fields_rel: { KEY: 1 } })).replaceAll(
					'KEY',
					key,
				),
			) as IDataObject;
			const hook = fetching();
			const json = jsonOf(await hook.deliver({ body })) ?? {};
			const { record, ...plain } = json;
			expect(JSON.stringify(plain.fields_new)).toBe(JSON.stringify(body.fields_new));
			expect(JSON.stringify(plain.fields_rel)).toBe(JSON.stringify(body.fields_rel));
			expect(record).toMatchObject({ id: 5 });
			expect(Object.getPrototypeOf({})).not.toHaveProperty('record');
			expect(await hook.deliver({ body })).toEqual(REPEATED);
			const other = { ...body, fields_rel: JSON.parse(`{"${key}":2}`) as IDataObject };
			expect(await hook.deliver({ body: other })).toMatchObject(STARTED);
		},
	);

	it('without a time starts the workflow each time, three times at once too', async () => {
		const hook = fetching();
		const same = [1, 2, 3].map(async () => await hook.deliver({ body: event(5, { datetime: undefined }) }));
		for (const one of await Promise.all(same)) expect(jsonOf(one)).toMatchObject({ record: { id: 5 } });
		expect(hook.saved).toBe('{}');
	});
});

describe('a time', () => {
	it.each<[datetime: unknown, told: string | null]>([
		['', null],
		[' \n', null],
		[null, null],
		[0, null],
		['0000-00-00 00:00:00', '0000-00-00 00:00:00'],
		[{}, null],
		[['2026-02-10 11:59:00'], null],
		[true, null],
	])('that says nothing, %j, tells no repeated delivery', async (datetime, told) => {
		const hook = new Hook();
		const body = delivery(5, { datetime: datetime as string });
		for (let count = 0; count < 2; count++) {
			const { items, ...answer } = await hook.deliver({ body });
			expect(answer).toEqual(STARTED);
			expect(items?.[0].json.datetime).toBe(told);
		}
	});

	it.each<[datetime: unknown, told: string]>([
		[' 2026-02-10 11:59:00\n', '2026-02-10 11:59:00'],
		['2026-02-10T11:59:00+03:00', '2026-02-10T11:59:00+03:00'],
		['10.02.2026 11:59', '10.02.2026 11:59'],
		['yesterday at 9', 'yesterday at 9'],
		[1_770_713_940, '1770713940'],
	])('in whatever form, %j, does', async (datetime, told) => {
		const hook = new Hook();
		const body = delivery(5, { datetime: datetime as string });
		const { items } = await hook.deliver({ body });
		expect(items?.[0].json.datetime).toBe(told);
		expect(await hook.deliver({ body })).toEqual(REPEATED);
	});
});

describe('a secret', () => {
	const SECRET = 'open-sesame';
	const deliver = async (secret: INodeParameters[string], given?: string) =>
		await new Hook({ secret }).deliver({
			body: delivery(),
			query: given === undefined ? {} : { secret: given },
		});

	it.each<[secret: INodeParameters[string]]>([
		['={{ undefined }}'],
		['={{ null }}'],
		['={{ "" }}'],
		['={{ " " }}'],
		['={{ $vars.HOOK_SECRET }}'],
		['={{ {} }}'],
		['={{ ["open-sesame"] }}'],
		['={{ true }}'],
		['  '],
	])('that is %j opens the node to nobody, and says so', async (secret) => {
		for (const given of [undefined, '', ' ', 'undefined', 'null', '[object Object]', 'true', SECRET]) {
			await expect(deliver(secret, given)).rejects.toThrow("'Secret' gives no text");
		}
	});

	it.each<[secret: INodeParameters[string], given: string]>([
		[`={{ "${SECRET}" }}`, SECRET],
		['={{ 12345678 }}', '12345678'],
		[`${SECRET}\n`, SECRET],
		[` ${SECRET} `, ` ${SECRET} `],
		[SECRET, `${SECRET} `],
	])('that is %j lets %j in', async (secret, given) => {
		expect(await deliver(secret, given)).toMatchObject(STARTED);
		expect(await deliver(secret, 'open')).toMatchObject(WRONG_SECRET);
		expect(await deliver(secret, '')).toMatchObject(WRONG_SECRET);
		expect(await deliver(secret)).toMatchObject(WRONG_SECRET);
	});
});

describe('what is given by an expression', () => {
	it.each<[fetchRecord: string, reads: boolean]>([
		['={{ "true" }}', true],
		['={{ 1 }}', true],
		['={{ "false" }}', false],
		['={{ null }}', false],
		['={{ undefined }}', false],
	])("'Fetch Full Record' %s reads the record: %s", async (fetchRecord, reads) => {
		const hook = new Hook({ options: { fetchRecord } }, school.engine);
		const { items } = await hook.deliver({ body: delivery() });
		if (reads) expect(items?.[0].json).toMatchObject({ record: { id: 5 } });
		else expect(items?.[0].json).not.toHaveProperty('record');
	});

	it.each<[ignoreRepeated: string, ignores: boolean]>([
		['={{ "true" }}', true],
		['={{ undefined }}', true],
		['={{ null }}', true],
		['={{ "false" }}', false],
		['={{ 0 }}', false],
	])("'Ignore Repeated Deliveries' %s ignores them: %s", async (ignoreRepeated, ignores) => {
		const hook = new Hook({ options: { ignoreRepeated } });
		await hook.deliver({ body: delivery() });
		expect(await hook.deliver({ body: delivery() })).toMatchObject(ignores ? REPEATED : STARTED);
	});

	it.each<[parameters: INodeParameters, message: RegExp]>([
		[{ options: { fetchRecord: '={{ "maybe" }}' } }, /'Fetch Full Record' must be/],
		[{ options: { ignoreRepeated: '={{ "maybe" }}' } }, /'Ignore Repeated Deliveries' must be/],
		[{ entities: '={{ [{ name: "Customer" }] }}' }, /'Entities' must be/],
		[{ entities: '={{ { name: "Customer" } }}' }, /'Entities' must be/],
		[{ changedFields: '={{ { note: true } }}' }, /'Changed Fields' must be/],
		[{ changedFields: '={{ true }}' }, /'Changed Fields' must be/],
	])(
		'%j cannot be read and says so, for an event that is held back in silence is lost',
		async (parameters, message) => {
			await expect(new Hook(parameters).deliver({ body: delivery() })).rejects.toThrow(message);
		},
	);

	it.each<[parameters: INodeParameters]>([
		[{ entities: '={{ ["Customer, Lesson"] }}' }],
		[{ entities: '={{ undefined }}' }],
		[{ entities: '={{ [null] }}' }],
		[{ changedFields: '={{ ["study_status_id", "note"] }}' }],
		[{ changedFields: '={{ null }}' }],
	])('%j can', async (parameters) => {
		expect(await new Hook(parameters).deliver({ body: delivery() })).toMatchObject(STARTED);
	});
});

describe("n8n's log", () => {
	it('tells of a call that is refused, and why, but no secret', async () => {
		const hook = new Hook({ secret: 'open-sesame', events: ['create'] });
		await hook.deliver({ body: delivery(), query: { secret: 'open-sesamE' } });
		await hook.deliver({ body: {}, query: { secret: 'open-sesame' } });
		expect(hook.notes).toEqual([
			"'Trigger' refused a call with 403: The secret in the URL is missing or wrong",
			"'Trigger' refused a call with 400: event is not the name of an event",
		]);
	});

	it('tells of no other one', async () => {
		const hook = new Hook({ events: ['update'] });
		expect(await hook.deliver({ body: delivery() })).toMatchObject(STARTED);
		expect(await hook.deliver({ body: delivery() })).toEqual(REPEATED);
		expect(await hook.deliver({ body: delivery(5, { event: 'create' }) })).toMatchObject(IGNORED);
		expect(hook.notes).toEqual([]);
	});
});

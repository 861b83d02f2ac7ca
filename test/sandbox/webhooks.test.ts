import Fastify from 'fastify';
import type { JsonObject } from '../../sandbox';
import { School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-11 09:30:00', pageSize: 100 }, { customers: 20 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const pay = {
	...{ branch_id: 1, customer_id: 1, pay_type_id: 1, pay_account_id: 1, payer_name: 'Орлова А.' },
	...{ income: 5000, document_date: '05.02.2026' },
};
describe('webhooks', () => {
	const receiver = Fastify();
	const inbox: Array<{ path: string; body: unknown }> = [];
	let url = '';
	let release: () => void = () => undefined;
	beforeAll(async () => {
		receiver.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
			done(null, body),
		);
		receiver.post('/*', async (request) => {
			if (request.url === '/slow') await new Promise<void>((resolve) => (release = resolve));
			inbox.push({ path: request.url, body: parse(String(request.body)) });
			return {};
		});
		url = await receiver.listen({ port: 0, host: '127.0.0.1' });
	});
	beforeEach(() => {
		inbox.length = 0;
	});
	afterAll(() => receiver.close());

	const parse = (text: string): unknown => {
		try {
			return JSON.parse(text) as unknown;
		} catch {
			return text;
		}
	};
	const register = () => school.control('POST', 'webhooks', { url: `${url}/hook` });
	const wait = () => school.control('POST', 'webhooks/wait');
	const bodies = () => inbox.map(({ body }) => body as JsonObject);

	it('tell of every write of the API in order', async () => {
		expect((await register()).json).toEqual({ urls: [`${url}/hook`] });
		await school.call('1/pay/create', pay);
		await school.call('1/customer/update?id=1', { note: 'х', dob: '04.09.2015' });
		await school.call('1/room/delete?id=1');
		const { json } = await wait();
		expect(bodies()).toEqual([
			{
				branch_id: 1,
				event: 'create',
				entity: 'Pay',
				entity_id: expect.any(Number),
				fields_old: [],
				fields_new: {
					...{ branch_id: '1', customer_id: '1', pay_type_id: '1', pay_account_id: '1' },
					...{ document_date: '2026-02-05', income: '5000.00', payer_name: 'Орлова А.' },
				},
				fields_rel: [],
				user_id: 1,
				datetime: '2026-02-11 09:30:00',
			},
			expect.objectContaining({
				event: 'update',
				entity: 'Customer',
				fields_old: { note: null, dob: expect.stringMatching(/^\d{4}-/) as string },
				fields_new: { note: 'х', dob: '2015-09-04' },
			}),
			expect.objectContaining({ event: 'delete', entity: 'Room', entity_id: 1, fields_new: [] }),
		]);
		expect(json).toMatchObject({ urls: [`${url}/hook`], deliveries: [{ status: 200 }, {}, {}] });
	});

	it('keep numbers, or make all of them texts, and can lack fields_rel', async () => {
		await register();
		Object.assign(school.settings, { webhookStrings: 'never', webhookRel: false });
		await school.call('1/pay/create', pay);
		school.settings.webhookStrings = 'always';
		await school.call('1/pay/update?id=1', { pay_item_id: 2 });
		await wait();
		expect(bodies()).toMatchObject([
			{ fields_new: { customer_id: 1 } },
			{ fields_new: { pay_item_id: '2' } },
		]);
		expect(bodies()[0]).not.toHaveProperty('fields_rel');
	});

	it('tell of changes behind the API, with the first branch of the record', async () => {
		await register();
		school.sandbox.store.insert('lesson', { branch_id: 2, status: 1 });
		school.sandbox.store.patch('level', 1, { name: 'Нулевой' });
		await school.sandbox.webhooks.settled();
		expect(bodies()).toMatchObject([
			{ branch_id: 2, entity: 'Lesson', event: 'create', user_id: 0 },
			{ branch_id: 1, entity: 'Level', event: 'update', fields_old: { name: 'Начальный' } },
		]);
	});

	it('never hold up an answer, nor one another', async () => {
		school.sandbox.webhooks.add(`${url}/slow`);
		school.sandbox.webhooks.add(`${url}/hook`);
		expect((await school.call('1/subject/create', { name: 'А' })).status).toBe(200);
		expect((await school.call('1/subject/create', { name: 'Б' })).status).toBe(200);
		while (inbox.length < 2) await school.control('GET', 'health');
		expect(inbox.map(({ path }) => path)).toEqual(['/hook', '/hook']);
		while (inbox.length < 4) {
			release();
			await school.control('GET', 'health');
		}
		await wait();
		const slow = inbox.filter(({ path }) => path === '/slow');
		expect(slow.map(({ body }) => (body as JsonObject).fields_new)).toMatchObject([
			{ name: 'А' },
			{ name: 'Б' },
		]);
	});

	it('are sent by hand: again, other, malformed, elsewhere', async () => {
		await register();
		const nothing = await school.control('POST', 'webhooks/send', {});
		expect(nothing).toMatchObject({
			status: 400,
			json: { error: expect.stringMatching(/Nothing/) as string },
		});
		await school.call('1/subject/create', { name: 'А' });
		const send = (body: JsonObject) => school.control('POST', 'webhooks/send', body);
		expect((await send({})).json).toEqual({ sent: 1 });
		await send({ payload: { event: 'нечто' } });
		await send({ text: '{"branch_id":' });
		await send({ text: '', url: `${url}/else?secret=1` });
		await wait();
		const [first, again, other, malformed, elsewhere] = inbox;
		expect(again).toEqual(first);
		expect(other?.body).toEqual({ event: 'нечто' });
		expect(malformed?.body).toBe('{"branch_id":');
		expect(elsewhere?.path).toBe('/else?secret=1');
		expect((await send({ txt: 'x' })).status).toBe(400);
		expect((await send({ url: 'ftp://x' })).status).toBe(400);
	});

	it('that nobody answers are noted, and ended by removal and reset', async () => {
		school.sandbox.webhooks.add('http://127.0.0.1:1/none');
		await school.call('1/subject/create', { name: 'А' });
		const { json } = await wait();
		expect(json).toMatchObject({ deliveries: [{ status: null, error: expect.any(String) as string }] });
		expect((await school.control('POST', 'webhooks', { url: 'nowhere' })).status).toBe(400);
		const removed = await school.control('DELETE', 'webhooks', { url: 'http://127.0.0.1:1/none' });
		expect(removed.json).toEqual({ urls: [] });
		await register();
		await school.control('DELETE', 'webhooks');
		expect(school.sandbox.webhooks.urls).toEqual([]);
		await register();
		await school.restore();
		expect((await school.control('GET', 'webhooks')).json).toEqual({ urls: [], deliveries: [] });
	});
});

import Fastify from 'fastify';

import type { JsonObject } from '../../sandbox';
import { newLead, useSchool } from './support';

const school = useSchool({ now: '2026-02-11 09:30:00', pageSize: 500 }, { customers: 20 });

const log = async (body: JsonObject = {}, path = 'log/index') => (await school.call(path, body)).items;
const today = { date_from: '11.02.2026' };
const changeRoom = async (id: number, note = 'х') => await school.call(`1/room/update?id=${id}`, { note });

describe('the log', () => {
	it('shows what an update changed or a removal took, dates as they are stored, newest first', async () => {
		const { model } = await school.call('1/customer/create', { ...newLead, dob: '04.09.2015' });
		const change = { note: 'х', dob: '05.09.2015', name: newLead.name };
		await school.call(`1/customer/update?id=${String(model.id)}`, change);
		const [second, first] = await log({ entity: 'Customer', entity_id: Number(model.id) });
		expect(second).toEqual({
			...{ entity: 'Customer', entity_id: 21, user_id: 1, event: 2, date_time: '2026-02-11 09:30:00' },
			fields_old: { note: null, dob: '2015-09-04' },
			fields_new: { note: 'х', dob: '2015-09-05' },
			fields_rel: [],
		});
		const created = { name: newLead.name, dob: '2015-09-04' };
		expect(first).toMatchObject({ event: 1, fields_old: [], fields_new: created });
		expect(first?.fields_new).not.toHaveProperty('balance');
		await school.call('subject/delete?id=2');
		const removed = { event: 3, fields_old: { name: 'Программирование', weight: 20 }, fields_new: '' };
		expect((await log())[0]).toMatchObject({ entity: 'Subject', ...removed });
	});

	it('passes over a write that is refused, or changes nothing', async () => {
		await school.call('1/customer/create', {});
		await school.call('1/subject/update?id=1', { name: 'Робототехника' });
		await school.call('1/subject/update?id=999', { name: 'Х' });
		expect(await log(today)).toEqual([]);
	});

	it('names the user who acted, 0 for what happens behind the API', async () => {
		await school.login(school.sandbox.account.noSubjects);
		await changeRoom(1);
		await school.callControl('PUT', 'records/room/3', { note: 'ъ' });
		school.sandbox.store.insert('room', { name: 'Новая' }, { user: 5 });
		school.sandbox.faults.add({ kind: 'mutate', changes: [{ entity: 'room', id: 1, remove: true }] });
		await school.call('1/room/index');
		const rows = await log({ ...today, entity: 'Room' });
		const acts = rows.map(({ user_id, event }) => `${String(user_id)}: ${String(event)}`);
		expect(acts).toEqual(['0: 3', '5: 1', '0: 2', '3: 2']);
	});

	it('is filtered by class, record, user, event and day, and by nothing else', async () => {
		await changeRoom(1);
		await changeRoom(2);
		await school.call('1/subject/create', { name: 'Х' });
		const all = await log();
		for (const [body, count] of [
			[{ entity: 'Room' }, 2],
			[{ entity: 'Room', entity_id: 2 }, 1],
			[{ ...today, event: 1 }, 1],
			[{ user_id: 3 }, all.filter((row) => row.user_id === 3).length],
			[today, 3],
			[{ date_to: '10.02.2026' }, all.length - 3],
			[{ lead_status_id: 1 }, all.length],
			[{ date_from: '2026-02-11' }, all.length],
		] as const) {
			expect([body, (await log(body)).length]).toEqual([body, count]);
		}
		const times = all.map((row) => String(row.date_time));
		expect(times).toEqual([...times].sort().reverse());
	});

	it('belongs to the branches of the records', async () => {
		await changeRoom(1);
		await school.call('1/subject/create', { name: 'Х' });
		const seen = async (branch: number) =>
			(await log(today, `${branch}/log/index`)).map(({ entity }) => entity);
		expect([await seen(1), await seen(2)]).toEqual([['Subject', 'Room'], ['Subject']]);
	});
});

describe('webhooks', () => {
	const receiver = Fastify();
	const inbox: Array<{ path: string; body: unknown }> = [];
	let url = '';
	let release: () => void = () => undefined;
	const parsed = (text: string): unknown => {
		try {
			return JSON.parse(text) as unknown;
		} catch {
			return text;
		}
	};
	beforeAll(async () => {
		const asText = { parseAs: 'string' } as const;
		receiver.addContentTypeParser('application/json', asText, (_request, body, done) => done(null, body));
		receiver.post('/*', async (request) => {
			if (request.url === '/slow') await new Promise<void>((resolve) => (release = resolve));
			inbox.push({ path: request.url, body: parsed(String(request.body)) });
			return {};
		});
		url = await receiver.listen({ port: 0, host: '127.0.0.1' });
	});
	beforeEach(() => void (inbox.length = 0));
	afterAll(async () => await receiver.close());

	const register = async () => await school.callControl('POST', 'webhooks', { url: `${url}/hook` });
	const wait = async () => await school.callControl('POST', 'webhooks/wait');
	const bodies = () => inbox.map(({ body }) => body as JsonObject);
	const addSubject = async (name: string) => await school.call('1/subject/create', { name });
	const pay = {
		...{ branch_id: 1, customer_id: 1, pay_type_id: 1, pay_account_id: 1, payer_name: 'Орлова А.' },
		...{ income: 5000, document_date: '05.02.2026' },
	};

	it('tell of every write of the API in order, and of changes behind it', async () => {
		expect((await register()).json).toEqual({ urls: [`${url}/hook`] });
		await school.call('1/pay/create', pay);
		await school.call('1/customer/update?id=1', { note: 'х', dob: '04.09.2015' });
		await school.call('1/room/delete?id=1');
		const { json } = await wait();
		expect(bodies()).toEqual([
			{
				...{ branch_id: 1, event: 'create', entity: 'Pay', entity_id: expect.any(Number) as number },
				fields_old: [],
				fields_new: {
					...{ branch_id: '1', customer_id: '1', pay_type_id: '1', pay_account_id: '1' },
					...{ document_date: '2026-02-05', income: '5000.00', payer_name: 'Орлова А.' },
				},
				...{ fields_rel: [], user_id: 1, datetime: '2026-02-11 09:30:00' },
			},
			expect.objectContaining({
				...{ event: 'update', entity: 'Customer' },
				fields_old: { note: null, dob: expect.stringMatching(/^\d{4}-/) as string },
				fields_new: { note: 'х', dob: '2015-09-04' },
			}),
			expect.objectContaining({ event: 'delete', entity: 'Room', entity_id: 1, fields_new: [] }),
		]);
		expect(json).toMatchObject({ urls: [`${url}/hook`], deliveries: [{ status: 200 }, {}, {}] });
		school.sandbox.store.insert('lesson', { branch_id: 2, status: 1 });
		await wait();
		expect(bodies()[3]).toMatchObject({ branch_id: 2, entity: 'Lesson', event: 'create', user_id: 0 });
	});

	it('never hold up an answer, nor one another', async () => {
		school.sandbox.webhooks.add(`${url}/slow`);
		school.sandbox.webhooks.add(`${url}/hook`);
		expect((await addSubject('А')).status).toBe(200);
		expect((await addSubject('Б')).status).toBe(200);
		while (inbox.length < 2) await school.callControl('GET', 'health');
		expect(inbox.map(({ path }) => path)).toEqual(['/hook', '/hook']);
		while (inbox.length < 4) {
			release();
			await school.callControl('GET', 'health');
		}
		await wait();
		const slow = bodies().filter((_body, index) => inbox[index]?.path === '/slow');
		expect(slow).toMatchObject([{ fields_new: { name: 'А' } }, { fields_new: { name: 'Б' } }]);
	});

	it('are sent by hand: again, other, malformed, elsewhere', async () => {
		const send = async (body: JsonObject) => await school.callControl('POST', 'webhooks/send', body);
		await register();
		expect((await send({})).status).toBe(400);
		await addSubject('А');
		expect((await send({})).json).toEqual({ sent: 1 });
		await send({ payload: { event: 'нечто' } });
		await send({ text: '{"branch_id":' });
		await send({ text: '', url: `${url}/else?secret=1` });
		await wait();
		const [first, again, other, malformed, elsewhere] = inbox;
		expect(again).toEqual(first);
		expect([other?.body, malformed?.body]).toEqual([{ event: 'нечто' }, '{"branch_id":']);
		expect(elsewhere?.path).toBe('/else?secret=1');
		const wrong = [await send({ txt: 'x' }), await send({ url: 'ftp://x' })];
		expect(wrong.map(({ status }) => status)).toEqual([400, 400]);
	});

	it('that nobody answers are noted, and ended by removal and reset', async () => {
		school.sandbox.webhooks.add('http://127.0.0.1:1/none');
		await addSubject('А');
		const { json } = await wait();
		expect(json).toMatchObject({ deliveries: [{ status: null, error: expect.any(String) as string }] });
		expect((await school.callControl('POST', 'webhooks', { url: 'nowhere' })).status).toBe(400);
		await register();
		const removed = await school.callControl('DELETE', 'webhooks', { url: 'http://127.0.0.1:1/none' });
		expect(removed.json).toEqual({ urls: [`${url}/hook`] });
		await school.callControl('DELETE', 'webhooks');
		expect(school.sandbox.webhooks.urls).toEqual([]);
		await register();
		await school.restore();
		expect((await school.callControl('GET', 'webhooks')).json).toEqual({ urls: [], deliveries: [] });
	});
});

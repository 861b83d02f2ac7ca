import Fastify from 'fastify';

import type { JsonObject } from '../../sandbox';
import { LESSON_STATUS, LOG_EVENT, PAY_TYPE } from '../support/codes';
import { newLead, useSchool } from './support';

const NOW = '2026-02-11 09:30:00';

const school = useSchool({ now: NOW, pageSize: 500 }, { customers: 20 });

/** The user with whose email the tests log in. */
const ADMIN = 1;
const MANAGER = 3;
/** The user in the log for a change that no user has made. */
const NOBODY = 0;

/** Changes the note of a room through the API. */
async function changeRoom(id: number): Promise<void> {
	await school.save(`1/room/update?id=${id}`, { note: 'х' });
}

/** Creates a subject through the API. */
async function createSubject(name: string): Promise<void> {
	await school.save('1/subject/create', { name });
}

describe('the log', () => {
	/** A filter that leaves out the entries of the invented school. */
	const TODAY = { date_from: '11.02.2026' };

	/** Reads the entries of the log, the newest first. */
	async function readLog(filter: JsonObject = {}): Promise<JsonObject[]> {
		return (await school.call('log/index', filter)).items;
	}

	it('the log shows which fields an update has changed, with days such as 2015-09-04', async () => {
		const customer = school.addRecord('customer', { ...newLead, dob: '04.09.2015' });

		await school.save(`1/customer/update?id=${customer}`, {
			name: newLead.name,
			note: 'х',
			dob: '05.09.2015',
		});

		const [entry] = await readLog();
		expect(entry).toEqual({
			entity: 'Customer',
			entity_id: customer,
			user_id: ADMIN,
			event: LOG_EVENT.updated,
			date_time: NOW,
			fields_old: { note: null, dob: '2015-09-04' },
			fields_new: { note: 'х', dob: '2015-09-05' },
			fields_rel: [],
		});
	});

	it('the log shows the fields with which a record was created', async () => {
		await school.save('1/customer/create', { ...newLead, dob: '04.09.2015' });

		const [entry] = await readLog();
		expect(entry).toMatchObject({
			entity: 'Customer',
			event: LOG_EVENT.created,
			fields_old: [],
			fields_new: { name: newLead.name, dob: '2015-09-04' },
		});
	});

	it('the log leaves out the balance of a new customer', async () => {
		await school.save('1/customer/create', newLead);

		const [entry] = await readLog();
		expect(entry?.fields_new).not.toHaveProperty('balance');
	});

	it('the log shows the fields of a record that was deleted', async () => {
		await school.call('subject/delete?id=2');

		const [entry] = await readLog();
		expect(entry).toMatchObject({
			entity: 'Subject',
			event: LOG_EVENT.deleted,
			fields_old: { name: 'Программирование', weight: 20 },
			fields_new: '',
		});
	});

	it('the log has the newest entry first', async () => {
		school.setClock('2026-02-11 10:00:00');
		await changeRoom(1);
		school.setClock('2026-02-11 11:00:00');
		await changeRoom(2);

		expect(await readLog(TODAY)).toMatchObject([
			{ entity_id: 2, date_time: '2026-02-11 11:00:00' },
			{ entity_id: 1, date_time: '2026-02-11 10:00:00' },
		]);
	});

	it('the log of the invented school has the newest entry first', async () => {
		const entries = await readLog();

		const times = entries.map(({ date_time }) => String(date_time));
		expect(times).toEqual([...times].sort().reverse());
	});

	it.each<{ write: string; path: string; body: JsonObject }>([
		{ write: 'a refused write', path: '1/customer/create', body: {} },
		{
			write: 'an update that changes nothing',
			path: '1/subject/update?id=1',
			body: { name: 'Робототехника' },
		},
		{ write: 'an update of an unknown record', path: '1/subject/update?id=999', body: { name: 'Х' } },
	])('the log has no entry of $write', async ({ path, body }) => {
		await school.call(path, body);

		expect(await readLog(TODAY)).toEqual([]);
	});

	it('the log names the user who has called the API', async () => {
		await school.login(school.sandbox.account.noSubjects);

		await changeRoom(1);

		expect(await readLog(TODAY)).toMatchObject([{ event: LOG_EVENT.updated, user_id: MANAGER }]);
	});

	it('the log names nobody for a change through the control API', async () => {
		await school.callControl('PUT', 'records/room/3', { note: 'ъ' });

		expect(await readLog(TODAY)).toMatchObject([{ event: LOG_EVENT.updated, user_id: NOBODY }]);
	});

	it('the log names the user who is given for a record that is added past the API', async () => {
		school.sandbox.store.insert('room', { name: 'Новая' }, { user: 5 });

		expect(await readLog(TODAY)).toMatchObject([{ event: LOG_EVENT.created, user_id: 5 }]);
	});

	it('the log names nobody for a change that a fault makes during a call', async () => {
		school.sandbox.faults.add({ kind: 'mutate', changes: [{ entity: 'room', id: 1, remove: true }] });

		await school.call('1/room/index');

		expect(await readLog(TODAY)).toMatchObject([{ event: LOG_EVENT.deleted, user_id: NOBODY }]);
	});

	describe('with three entries', () => {
		// The manager changes room 1 on 10 February. The administrator changes room 2 and adds a subject the
		// next day.
		beforeEach(async () => {
			school.removeAllRecords('log');
			school.setClock('2026-02-10 18:00:00');
			await school.login(school.sandbox.account.noSubjects);
			await changeRoom(1);
			school.setClock(NOW);
			await school.login();
			await changeRoom(2);
			await createSubject('Х');
		});

		const ROOM_1 = { entity: 'Room', entity_id: 1 };
		const ROOM_2 = { entity: 'Room', entity_id: 2 };
		const NEW_SUBJECT = { entity: 'Subject' };

		it.each<{ filter: JsonObject; entries: JsonObject[] }>([
			{ filter: { entity: 'Room' }, entries: [ROOM_2, ROOM_1] },
			{ filter: { entity: 'Room', entity_id: 2 }, entries: [ROOM_2] },
			{ filter: { event: LOG_EVENT.created }, entries: [NEW_SUBJECT] },
			{ filter: { user_id: MANAGER }, entries: [ROOM_1] },
			{ filter: { date_from: '11.02.2026' }, entries: [NEW_SUBJECT, ROOM_2] },
			{ filter: { date_to: '10.02.2026' }, entries: [ROOM_1] },
		])('the log lists $entries for $filter', async ({ filter, entries }) => {
			expect(await readLog(filter)).toMatchObject(entries);
		});

		it.each<{ filter: JsonObject }>([
			{ filter: { lead_status_id: 1 } },
			{ filter: { date_from: '2026-02-11' } },
		])('the log ignores $filter, which is not one of its filters', async ({ filter }) => {
			expect(await readLog(filter)).toMatchObject([NEW_SUBJECT, ROOM_2, ROOM_1]);
		});
	});

	it('the log of a branch has the changes of its own records and of records without a branch', async () => {
		await changeRoom(1);
		await createSubject('Х');

		const { items } = await school.call('1/log/index', TODAY);

		expect(items).toMatchObject([{ entity: 'Subject' }, { entity: 'Room' }]);
	});

	it('the log of a branch leaves out the changes of records of other branches', async () => {
		await changeRoom(1);
		await createSubject('Х');

		const { items } = await school.call('2/log/index', TODAY);

		expect(items).toMatchObject([{ entity: 'Subject' }]);
	});
});

describe('webhooks', () => {
	const DEAD_URL = 'http://127.0.0.1:1/none';

	const receiver = Fastify();
	/** The requests that the receiver has answered, in their order. */
	const inbox: Array<{ path: string; body: unknown }> = [];
	let receiverUrl = '';
	/** Answers the request to /slow that is waiting. */
	let answerSlowRequest: () => void = () => undefined;

	beforeAll(async () => {
		// The receiver takes bodies as texts, because a webhook may carry JSON that is broken.
		receiver.addContentTypeParser(
			'application/json',
			{ parseAs: 'string' as const },
			(_request, body, done) => {
				done(null, body);
			},
		);
		receiver.post('/*', async (request) => {
			// A request to /slow waits until a test answers it.
			if (request.url === '/slow') {
				await new Promise<void>((resolve) => {
					answerSlowRequest = resolve;
				});
			}
			inbox.push({ path: request.url, body: parseIfJson(String(request.body)) });
			return {};
		});
		receiverUrl = await receiver.listen({ port: 0, host: '127.0.0.1' });
	});

	beforeEach(() => {
		inbox.length = 0;
	});

	afterAll(async () => {
		await receiver.close();
	});

	/** Parses a JSON text; any other text is returned as it came. */
	function parseIfJson(text: string): unknown {
		try {
			return JSON.parse(text) as unknown;
		} catch {
			return text;
		}
	}

	/** Registers the receiver's /hook through the control API. */
	async function registerWebhook() {
		return await school.callControl('POST', 'webhooks', { url: `${receiverUrl}/hook` });
	}

	/** Sends webhooks by hand through the control API. */
	async function sendWebhook(body: JsonObject) {
		return await school.callControl('POST', 'webhooks/send', body);
	}

	/** Waits until every webhook is delivered, and returns the deliveries. */
	async function waitForDeliveries() {
		return (await school.callControl('POST', 'webhooks/wait')).json;
	}

	/** Waits until the receiver has answered a number of requests. */
	async function waitForRequests(count: number): Promise<void> {
		while (inbox.length < count) {
			await school.callControl('GET', 'health');
		}
	}

	/** Answers the requests to /slow until the receiver has answered a number of requests in all. */
	async function answerSlowRequestsUntil(count: number): Promise<void> {
		while (inbox.length < count) {
			answerSlowRequest();
			await school.callControl('GET', 'health');
		}
		await waitForDeliveries();
	}

	it('a webhook tells of a record that the API has created, with numbers as texts', async () => {
		await registerWebhook();

		await school.save('1/pay/create', {
			branch_id: 1,
			customer_id: 1,
			pay_type_id: PAY_TYPE.income,
			pay_account_id: 1,
			payer_name: 'Орлова А.',
			income: 5000,
			document_date: '05.02.2026',
		});

		await waitForDeliveries();
		expect(inbox).toEqual([
			{
				path: '/hook',
				body: {
					branch_id: 1,
					event: 'create',
					entity: 'Pay',
					entity_id: expect.any(Number) as number,
					fields_old: [],
					fields_new: {
						branch_id: '1',
						customer_id: '1',
						pay_type_id: '1',
						pay_account_id: '1',
						payer_name: 'Орлова А.',
						income: '5000.00',
						document_date: '2026-02-05',
					},
					fields_rel: [],
					user_id: ADMIN,
					datetime: NOW,
				},
			},
		]);
	});

	it('a webhook tells which fields an update has changed', async () => {
		const customer = school.addRecord('customer', { ...newLead, dob: '03.09.2015' });
		await registerWebhook();

		await school.save(`1/customer/update?id=${customer}`, { note: 'х', dob: '04.09.2015' });

		await waitForDeliveries();
		expect(inbox).toMatchObject([
			{
				body: {
					event: 'update',
					entity: 'Customer',
					entity_id: customer,
					fields_old: { note: null, dob: '2015-09-03' },
					fields_new: { note: 'х', dob: '2015-09-04' },
				},
			},
		]);
	});

	it('a webhook tells of a deleted record, without new fields', async () => {
		await registerWebhook();

		await school.call('1/room/delete?id=1');

		await waitForDeliveries();
		expect(inbox).toMatchObject([
			{ body: { event: 'delete', entity: 'Room', entity_id: 1, fields_new: [] } },
		]);
	});

	it('a webhook tells of a record that is added past the API, with nobody as the user', async () => {
		await registerWebhook();

		school.addRecord('lesson', { branch_id: 2, status: LESSON_STATUS.planned });

		await waitForDeliveries();
		expect(inbox).toMatchObject([
			{ body: { branch_id: 2, entity: 'Lesson', event: 'create', user_id: NOBODY } },
		]);
	});

	it('webhooks tell of several writes in the order of the writes', async () => {
		await registerWebhook();

		await createSubject('А');
		await changeRoom(1);
		await createSubject('Б');

		await waitForDeliveries();
		expect(inbox).toMatchObject([
			{ body: { entity: 'Subject', fields_new: { name: 'А' } } },
			{ body: { entity: 'Room' } },
			{ body: { entity: 'Subject', fields_new: { name: 'Б' } } },
		]);
	});

	it('the control API lists webhooks with the status of each delivery', async () => {
		await registerWebhook();
		await createSubject('А');
		await createSubject('Б');

		const deliveries = await waitForDeliveries();

		expect(deliveries).toMatchObject({
			urls: [`${receiverUrl}/hook`],
			deliveries: [{ status: 200 }, { status: 200 }],
		});
	});

	it('webhooks to a slow receiver delay neither the API nor the webhooks to another receiver', async () => {
		school.sandbox.webhooks.add(`${receiverUrl}/slow`);
		school.sandbox.webhooks.add(`${receiverUrl}/hook`);

		await createSubject('А');
		await createSubject('Б');
		await waitForRequests(2);

		expect(inbox).toMatchObject([
			{ path: '/hook', body: { fields_new: { name: 'А' } } },
			{ path: '/hook', body: { fields_new: { name: 'Б' } } },
		]);

		// The slow requests must end before the receiver can close.
		await answerSlowRequestsUntil(4);
	});

	it('webhooks to a slow receiver arrive one after the other, in the order of the writes', async () => {
		school.sandbox.webhooks.add(`${receiverUrl}/slow`);

		await createSubject('А');
		await createSubject('Б');
		await answerSlowRequestsUntil(2);

		expect(inbox).toMatchObject([
			{ path: '/slow', body: { fields_new: { name: 'А' } } },
			{ path: '/slow', body: { fields_new: { name: 'Б' } } },
		]);
	});

	describe('that are sent by hand', () => {
		it('a webhook that is sent by hand repeats the latest webhook when nothing else is given', async () => {
			await registerWebhook();
			await createSubject('А');

			const { json } = await sendWebhook({});

			await waitForDeliveries();
			expect(json).toEqual({ sent: 1 });
			expect(inbox).toHaveLength(2);
			expect(inbox[1]).toEqual(inbox[0]);
		});

		it('a webhook that is sent by hand carries the payload that is given', async () => {
			await registerWebhook();

			await sendWebhook({ payload: { event: 'нечто' } });

			await waitForDeliveries();
			expect(inbox).toEqual([{ path: '/hook', body: { event: 'нечто' } }]);
		});

		it('a webhook that is sent by hand carries the text that is given, even when it is no JSON', async () => {
			await registerWebhook();

			await sendWebhook({ text: '{"branch_id":' });

			await waitForDeliveries();
			expect(inbox).toEqual([{ path: '/hook', body: '{"branch_id":' }]);
		});

		it('a webhook that is sent by hand goes to the URL that is given instead of the registered one', async () => {
			await registerWebhook();

			await sendWebhook({ text: '', url: `${receiverUrl}/else?secret=1` });

			await waitForDeliveries();
			expect(inbox).toEqual([{ path: '/else?secret=1', body: '' }]);
		});

		it.each<{ mistake: string; body: JsonObject }>([
			{ mistake: 'there is none to repeat', body: {} },
			{ mistake: 'an option is unknown', body: { txt: 'x' } },
			{ mistake: 'the URL is not one of HTTP', body: { url: 'ftp://x' } },
		])('the control API refuses to send a webhook when $mistake', async ({ body }) => {
			await registerWebhook();

			const { status } = await sendWebhook(body);

			expect(status).toBe(400);
		});
	});

	it('the control API lists a webhook that nobody answers with an error', async () => {
		school.sandbox.webhooks.add(DEAD_URL);
		await createSubject('А');

		const deliveries = await waitForDeliveries();

		expect(deliveries).toMatchObject({
			deliveries: [{ status: null, error: expect.any(String) as string }],
		});
	});

	it('the control API registers a webhook by its URL', async () => {
		const { json } = await registerWebhook();

		expect(json).toEqual({ urls: [`${receiverUrl}/hook`] });
	});

	it('the control API refuses to register a webhook whose URL is none', async () => {
		const { status } = await school.callControl('POST', 'webhooks', { url: 'nowhere' });

		expect(status).toBe(400);
		expect(school.sandbox.webhooks.urls).toEqual([]);
	});

	it('the control API removes a webhook by its URL and keeps the others', async () => {
		school.sandbox.webhooks.add(DEAD_URL);
		await registerWebhook();

		const { json } = await school.callControl('DELETE', 'webhooks', { url: DEAD_URL });

		expect(json).toEqual({ urls: [`${receiverUrl}/hook`] });
	});

	it('the control API removes all webhooks when no URL is given', async () => {
		school.sandbox.webhooks.add(DEAD_URL);
		await registerWebhook();

		await school.callControl('DELETE', 'webhooks');

		expect(school.sandbox.webhooks.urls).toEqual([]);
	});

	it('a reset forgets the webhooks and their deliveries', async () => {
		await registerWebhook();
		await createSubject('А');
		await waitForDeliveries();

		await school.restore();

		expect((await school.callControl('GET', 'webhooks')).json).toEqual({ urls: [], deliveries: [] });
	});
});

import {
	faultPresets,
	type Fault,
	type FaultPreset,
	type JournalEntry,
	type JsonObject,
} from '../../sandbox';
import { allCustomers, newLead, School, useSchool, yiiError } from './support';

const CUSTOMERS_OF_SCHOOL = 50;
const ONE_MORE_CUSTOMER = 51;

const school = useSchool({}, { customers: CUSTOMERS_OF_SCHOOL });

/** Makes the sandbox spoil the calls to come. By default, a fault spoils one call. */
const addFaults = (...faults: Fault[]): void => school.sandbox.faults.add(...faults);

const countCustomers = (): number => school.readRecords('customer').length;

// The calls that faults hit.
const listCustomers = async () => await school.call('1/customer/index', { page: 0, ...allCustomers });
const listBranches = async () => await school.call('branch/index');
const createLead = async () => await school.call('1/customer/create', newLead);

const login = async () => {
	const { email, apiKey } = school.sandbox.account;
	return await school.tryLogin(email, apiKey);
};

/** Sends a call without waiting for the body of its answer. */
const fetchHeaders = async (path: string, body: JsonObject = {}, signal?: AbortSignal) =>
	await fetch(`${school.sandbox.url}/v2api/${path}`, {
		method: 'POST',
		headers: { 'x-alfacrm-token': school.token },
		body: JSON.stringify(body),
		signal,
	});

/** A function that sends one call. */
type SendCall = () => Promise<{ status: number }>;

/**
 * Sends a call and returns its status, or `broken` if the connection breaks before the answer is complete.
 */
async function readOutcome(sendCall: SendCall): Promise<number | string> {
	try {
		const { status } = await sendCall();
		return status;
	} catch (error) {
		// `fetch` throws a TypeError when the connection breaks.
		const { name } = error as Error;
		return name === 'TypeError' ? 'broken' : name;
	}
}

/** Sends calls one after the other and returns their outcomes. */
async function readOutcomes(...sendCalls: SendCall[]): Promise<Array<number | string>> {
	const outcomes: Array<number | string> = [];
	for (const sendCall of sendCalls) {
		outcomes.push(await readOutcome(sendCall));
	}
	return outcomes;
}

describe('a fault of kind status', () => {
	it('a fault of kind status answers with HTTP 500 by default', async () => {
		addFaults({ kind: 'status' });

		const { status, json } = await listCustomers();

		expect(status).toBe(500);
		expect(json).toEqual(yiiError(500, 'Internal Server Error'));
	});

	it('a fault of kind status answers with the status and the message that it names', async () => {
		addFaults({ kind: 'status', status: 503, message: 'Занято' });

		const { status, json } = await listCustomers();

		expect(status).toBe(503);
		expect(json).toEqual({ ...yiiError(503, 'Service Unavailable'), message: 'Занято' });
	});

	it('a fault of kind status answers with HTTP 200 and its status in the body when it says so', async () => {
		addFaults({ kind: 'status', status: 401, httpStatus: 200 });

		const { status, json } = await listCustomers();

		expect(status).toBe(200);
		expect(json).toEqual(yiiError(401, 'Unauthorized'));
	});

	it('a fault hits one call by default', async () => {
		addFaults({ kind: 'status' });

		expect(await readOutcomes(listCustomers, listCustomers)).toEqual([500, 200]);
	});

	it('a fault of kind status refuses a login, and the earlier token stays valid', async () => {
		school.changeSettings({ singleToken: true });
		addFaults({ kind: 'status', match: { entity: 'auth' } });

		expect(await readOutcomes(login, listCustomers)).toEqual([500, 200]);
	});

	it('a fault of kind status with "after" refuses a login that has already replaced the earlier token', async () => {
		school.changeSettings({ singleToken: true });
		addFaults({ kind: 'status', match: { action: 'login' }, when: 'after' });

		expect(await readOutcomes(login, listCustomers)).toEqual([500, 401]);
	});
});

describe('a fault of kind html', () => {
	it('a fault of kind html answers with a web page and HTTP 502 by default', async () => {
		addFaults({ kind: 'html' });

		const { status, headers, text } = await listCustomers();

		expect(status).toBe(502);
		expect(headers.get('content-type')).toContain('text/html');
		expect(text).toContain('<html>');
	});

	it('a fault of kind html answers with the page that it names', async () => {
		addFaults({ kind: 'html', status: 200, html: '<p>Работы</p>' });

		const { status, text } = await listCustomers();

		expect(status).toBe(200);
		expect(text).toBe('<p>Работы</p>');
	});

	it.each([200, 400, 401, 403, 404, 429, 502])(
		'a fault of kind html answers a create with a web page and HTTP %i, and nobody is created',
		async (htmlStatus) => {
			addFaults({ kind: 'html', status: htmlStatus });

			const { status, headers, text } = await createLead();

			expect(status).toBe(htmlStatus);
			expect(headers.get('content-type')).toContain('text/html');
			expect(text).toMatch(/^<html>/);
			expect(countCustomers()).toBe(CUSTOMERS_OF_SCHOOL);
		},
	);

	it('a fault of kind html with "after" answers with a web page although the customer has been created', async () => {
		addFaults({ kind: 'html', status: 404, when: 'after' });

		const { text } = await createLead();

		expect(text).toContain('404 Not Found');
		expect(countCustomers()).toBe(ONE_MORE_CUSTOMER);
	});
});

describe('a fault that breaks the answer', () => {
	it('a fault of kind drip sends one blank after another', async () => {
		addFaults({ kind: 'drip' });

		const { status, body } = await fetchHeaders('1/customer/index');
		const reader = body!.getReader();
		const firstChunk = await reader.read();
		const secondChunk = await reader.read();
		const thirdChunk = await reader.read();
		await reader.cancel();

		const decoder = new TextDecoder();
		expect(status).toBe(200);
		expect(decoder.decode(firstChunk.value)).toBe(' ');
		expect(decoder.decode(secondChunk.value)).toBe(' ');
		expect(decoder.decode(thirdChunk.value)).toBe(' ');
	});

	it('a fault of kind cutJson sends only the first half of the body', async () => {
		const { text: wholeText } = await listCustomers();
		addFaults({ kind: 'cutJson' });

		const { status, text } = await listCustomers();

		expect(status).toBe(200);
		expect(wholeText.startsWith(text)).toBe(true);
		expect(text).toHaveLength(Math.ceil(wholeText.length / 2));
		expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
	});

	it('a fault of kind notJsonType sends the body with the content type of a web page', async () => {
		const { text: wholeText } = await listCustomers();
		addFaults({ kind: 'notJsonType' });

		const { text, headers } = await listCustomers();

		expect(text).toBe(wholeText);
		expect(headers.get('content-type')).toContain('text/html');
	});

	it('a fault of kind notJsonType sends the content type that it names', async () => {
		addFaults({ kind: 'notJsonType', contentType: 'text/plain' });

		const { headers } = await listCustomers();

		expect(headers.get('content-type')).toBe('text/plain');
	});

	it('a fault of kind resetMidAnswer sends the headers and then breaks the connection', async () => {
		const { text: wholeText } = await listCustomers();
		addFaults({ kind: 'resetMidAnswer' });

		const response = await fetchHeaders('1/customer/index', { page: 0, ...allCustomers });

		const bytesOfWholeText = new TextEncoder().encode(wholeText).length;
		expect(response.status).toBe(200);
		expect(response.headers.get('content-length')).toBe(String(bytesOfWholeText));
		await expect(response.text()).rejects.toMatchObject({ name: 'TypeError' });
	});

	it('a fault of kind cutJson answers a create, and nobody is created', async () => {
		addFaults({ kind: 'cutJson', times: 0 });

		await createLead();

		expect(countCustomers()).toBe(CUSTOMERS_OF_SCHOOL);
	});

	it('a fault of kind cutJson answers a call that adds a bonus, and no bonus is added', async () => {
		addFaults({ kind: 'cutJson', times: 0 });

		await school.call('1/bonus/bonus-add?customer_id=1', { amount: 5 });

		expect(school.readRecord('customer', 1)?.balance_bonus).toBe(0);
	});

	it('a fault of kind cutJson sends half of a list', async () => {
		addFaults({ kind: 'cutJson', times: 0 });

		const { text } = await school.call('1/teacher/working-hour');

		expect(text).toMatch(/^\{"total":18/);
	});
});

describe('a fault without an answer', () => {
	it.each<Fault>([{ kind: 'hang' }, { kind: 'delay', ms: 600_000 }])(
		'a sandbox can close while a fault of kind $kind keeps a call waiting',
		async (fault) => {
			const closingSchool = await new School().open({}, { customers: 1 });
			closingSchool.sandbox.faults.add(fault);
			const waitingCall = readOutcome(async () => await closingSchool.call('branch/index'));
			await closingSchool.call('branch/index');
			expect(closingSchool.sandbox.journal.at(-2)).toMatchObject({ status: null });

			await closingSchool.close();

			// The last answer may still get through while the sandbox closes.
			expect([200, 'broken']).toContain(await waitingCall);
		},
	);
});

describe('a fault with another answer', () => {
	const ELSEWHERE = 'http://127.0.0.1:9/elsewhere';

	it('a fault of kind redirect sends the client elsewhere, by HTTP 302 by default', async () => {
		addFaults({ kind: 'redirect', location: ELSEWHERE });

		const { status, headers } = await listCustomers();

		expect(status).toBe(302);
		expect(headers.get('location')).toBe(ELSEWHERE);
	});

	it('a fault of kind redirect answers with the status that it names', async () => {
		addFaults({ kind: 'redirect', status: 307, location: ELSEWHERE });

		const { status, headers } = await listCustomers();

		expect(status).toBe(307);
		expect(headers.get('location')).toBe(ELSEWHERE);
	});

	it('a fault of kind tooMany answers with HTTP 429 and tells no time to wait by default', async () => {
		addFaults({ kind: 'tooMany' });

		const { json, headers } = await listCustomers();

		expect(json).toEqual(yiiError(429, 'Too Many Requests'));
		expect(headers.get('retry-after')).toBeNull();
	});

	it('a fault of kind tooMany tells the seconds to wait that it names', async () => {
		addFaults({ kind: 'tooMany', retryAfter: 2 });

		const { headers } = await listCustomers();

		expect(headers.get('retry-after')).toBe('2');
	});

	it('a fault of kind successFalse answers that the name is missing', async () => {
		addFaults({ kind: 'successFalse' });

		const { status, json } = await createLead();

		expect(status).toBe(200);
		expect(json).toEqual({ success: false, errors: { name: ['Необходимо заполнить «Имя».'] } });
	});

	it('a fault of kind successFalse answers with the body that it names', async () => {
		addFaults({ kind: 'successFalse', success: true, model: { id: 7 }, errors: [] });

		const { status, json } = await createLead();

		expect(status).toBe(200);
		expect(json).toEqual({ success: true, errors: [], model: { id: 7 } });
	});

	it('a fault of kind emptyItems takes the rows out of a list and leaves its total', async () => {
		const { json: wholeList } = await listCustomers();
		addFaults({ kind: 'emptyItems' });

		const { json } = await listCustomers();

		expect(json).toEqual({ ...wholeList, count: 0, items: [] });
	});

	it('a fault of kind emptyItems does not change the answer to a write', async () => {
		addFaults({ kind: 'emptyItems' });

		const { json } = await createLead();

		expect(json).toMatchObject({ success: true, model: { name: 'Тестов Пример' } });
	});

	it('a fault of kind emptyObject answers with an empty object', async () => {
		addFaults({ kind: 'emptyObject' });

		const { text } = await listCustomers();

		expect(text).toBe('{}');
	});
});

describe('a fault of kind delay', () => {
	it.each([
		{ when: 'before', customersMeanwhile: CUSTOMERS_OF_SCHOOL },
		{ when: 'after', customersMeanwhile: ONE_MORE_CUSTOMER },
	] as const)(
		'a create with a delay "$when" is answered late, and the school has $customersMeanwhile customers until then',
		async ({ when, customersMeanwhile }) => {
			addFaults({ kind: 'delay', ms: 400, when, match: { action: 'create' } });
			const start = performance.now();
			const creation = createLead();
			await waitUntilCreateHasArrived();

			const customersBeforeAnswer = countCustomers();
			const { json } = await creation;

			expect(customersBeforeAnswer).toBe(customersMeanwhile);
			expect(json.success).toBe(true);
			// A timer may end a few milliseconds early.
			expect(performance.now() - start).toBeGreaterThanOrEqual(395);
			expect(countCustomers()).toBe(ONE_MORE_CUSTOMER);
		},
	);

	/** Lists customers until the journal of the sandbox has a create. */
	async function waitUntilCreateHasArrived(): Promise<void> {
		while (!school.sandbox.journal.some(({ action }) => action === 'create')) {
			await listCustomers();
		}
	}
});

describe('a fault of kind mutate', () => {
	it('a fault of kind mutate inserts, changes and removes records during a call', async () => {
		const values = { ...newLead, created_at: '2026-02-10 11:00:00' };
		addFaults({
			kind: 'mutate',
			changes: [
				{ entity: 'customer', insert: { ...values, id: 900 } },
				{ entity: 'customer', id: 1, patch: { name: 'Переименован' } },
				{ entity: 'customer', id: 2, remove: true },
			],
		});

		await listCustomers();

		expect(school.readRecord('customer', 900)).toMatchObject(values);
		expect(school.readRecord('customer', 1)).toMatchObject({ name: 'Переименован' });
		expect(school.readRecord('customer', 2)).toBeUndefined();
	});

	it.each([
		{ when: 'before', isShown: false },
		{ when: 'after', isShown: true },
	] as const)(
		'a fault of kind mutate with "$when" removes a customer during a list, which shows the customer: $isShown',
		async ({ when, isShown }) => {
			const { ids } = await listCustomers();
			const removedCustomer = ids[0];
			addFaults({
				kind: 'mutate',
				when,
				changes: [{ entity: 'customer', id: removedCustomer, remove: true }],
			});

			const listDuringFault = await listCustomers();
			const listAfterFault = await listCustomers();

			expect(listDuringFault.ids.includes(removedCustomer)).toBe(isShown);
			expect(listAfterFault.ids).not.toContain(removedCustomer);
		},
	);
});

describe('the match of a fault', () => {
	// The statuses of the four calls in the test: 418 where the fault hits, and 200 elsewhere.
	it.each<{ match: Fault['match']; statuses: number[] }>([
		{ match: undefined, statuses: [418, 418, 418, 418] },
		{ match: { entity: 'customer' }, statuses: [418, 418, 418, 200] },
		{ match: { pathContains: '?id=3' }, statuses: [200, 200, 418, 200] },
		{ match: { bodyContains: 'Петров' }, statuses: [200, 418, 200, 200] },
		{ match: { entity: 'customer', branch: 2, action: 'index' }, statuses: [200, 418, 200, 200] },
	])('a fault with the match $match hits only the calls that match', async ({ match, statuses }) => {
		addFaults({ kind: 'status', status: 418, match, times: 0 });

		const outcomes = await readOutcomes(
			async () => await school.call('1/customer/index', { name: 'Иванов' }),
			async () => await school.call('2/customer/index', { name: 'Петров' }),
			async () => await school.call('1/customer/update?id=3', { note: 'х' }),
			listBranches,
		);

		expect(outcomes).toEqual(statuses);
	});
});

describe('the number of calls that a fault hits', () => {
	it('a fault lets the first calls pass, as many as "skip" says, and then hits as many as "times" says', async () => {
		addFaults({ kind: 'status', skip: 2, times: 2 });

		const outcomes = await readOutcomes(
			listCustomers,
			listCustomers,
			listCustomers,
			listCustomers,
			listCustomers,
		);

		expect(outcomes).toEqual([200, 200, 500, 500, 200]);
	});

	it('a fault with "times" 0 hits every call until the faults are cleared', async () => {
		addFaults({ kind: 'status', times: 0 });

		const outcomes = await readOutcomes(listCustomers, listCustomers, listCustomers);
		school.sandbox.faults.clear();
		const outcomeAfterClearing = await readOutcome(listCustomers);

		expect(outcomes).toEqual([500, 500, 500]);
		expect(outcomeAfterClearing).toBe(200);
	});

	it('several faults hit one after the other, in the order in which they were added', async () => {
		addFaults({ kind: 'status', status: 501 });
		addFaults({ kind: 'status', status: 502, times: 2 });
		addFaults({ kind: 'status', status: 503, match: { entity: 'customer' } });

		const outcomes = await readOutcomes(
			listCustomers,
			listCustomers,
			listCustomers,
			listCustomers,
			listCustomers,
		);

		expect(outcomes).toEqual([501, 502, 502, 503, 200]);
	});
});

describe('a fault at a number', () => {
	it('a fault at request 3 hits the third request, whatever its path, and is used up', async () => {
		addFaults({ kind: 'status', at: 3 });

		const outcomes = await readOutcomes(listCustomers, createLead, listBranches, listCustomers);

		expect(outcomes).toEqual([200, 200, 500, 200]);
		expect(school.sandbox.faults.list()).toEqual([]);
	});

	it('a fault at request 2 with "times" 2 hits the second and the third request', async () => {
		addFaults({ kind: 'status', at: 2, times: 2 });

		const outcomes = await readOutcomes(listCustomers, listCustomers, listCustomers, listCustomers);

		expect(outcomes).toEqual([200, 500, 500, 200]);
	});

	it('a fault at request 2 counts a first request that another fault hits', async () => {
		addFaults({ kind: 'status', at: 2 });
		addFaults({ kind: 'status', status: 502 });

		expect(await readOutcomes(listCustomers, listCustomers, listCustomers)).toEqual([502, 500, 200]);
	});

	it('a fault at request 2 does not count logins', async () => {
		addFaults({ kind: 'status', at: 2 });

		const outcomes = await readOutcomes(login, listCustomers, login, listCustomers, listCustomers);

		expect(outcomes).toEqual([200, 200, 200, 500, 200]);
	});

	it('a fault at request 2 that matches logins counts only logins', async () => {
		addFaults({ kind: 'status', at: 2, match: { entity: 'auth' } });

		expect(await readOutcomes(login, listCustomers, login)).toEqual([200, 200, 500]);
	});

	it('a fault at request 3 does not count a request that the rate limit refuses', async () => {
		addFaults({ kind: 'status', at: 3 });
		school.changeSettings({ rateLimit: 2 });
		// The third call is refused by the rate limit, so the call after it is request 3.
		const limitedOutcomes = await readOutcomes(listCustomers, listCustomers, listCustomers);
		school.changeSettings({ rateLimit: 0 });

		const outcomes = await readOutcomes(listCustomers, listCustomers);

		expect(limitedOutcomes).toEqual([200, 200, 429]);
		expect(outcomes).toEqual([500, 200]);
	});
});

it('the journal numbers requests, but neither logins nor calls that the rate limit refuses', async () => {
	school.changeSettings({ rateLimit: 3 });
	school.sandbox.clearJournal();

	await readOutcomes(login, listCustomers, listCustomers, listCustomers);

	expect(school.sandbox.journal).toMatchObject([
		{ action: 'login', status: 200, request: null },
		{ action: 'index', status: 200, request: 1 },
		{ action: 'index', status: 200, request: 2 },
		{ action: 'index', status: 429, request: null },
	]);
});

describe('failRequest', () => {
	/**
	 * How a create ends under each preset, and how many customers the school has afterwards: 50, or one more.
	 */
	const OUTCOMES = [
		{ preset: 'lostAfter', outcome: 'broken', customers: 51 },
		{ preset: 'lostBefore', outcome: 'broken', customers: 50 },
		{ preset: 'cutAfter', outcome: 'broken', customers: 51 },
		{ preset: 'status500', outcome: 500, customers: 50 },
		{ preset: 'status500After', outcome: 500, customers: 51 },
		{ preset: 'status403', outcome: 403, customers: 50 },
		{ preset: 'status401', outcome: 401, customers: 50 },
		{ preset: 'body401', outcome: 200, customers: 50 },
		{ preset: 'tooMany', outcome: 429, customers: 50 },
		{ preset: 'refused', outcome: 200, customers: 50 },
		{ preset: 'html502', outcome: 502, customers: 50 },
		{ preset: 'html400', outcome: 400, customers: 50 },
		{ preset: 'html403', outcome: 403, customers: 50 },
		{ preset: 'html404', outcome: 404, customers: 50 },
		{ preset: 'emptyItems', outcome: 200, customers: 51 },
		{ preset: 'delayed', outcome: 200, customers: 51 },
	] satisfies Array<{ preset: FaultPreset; outcome: number | string; customers: number }>;

	/** The presets under which an answer never ends, so that the client has to give up. */
	const ENDLESS_PRESETS = ['hangsAfter', 'dripsAfter'] as const;

	it('these tests have an outcome for every preset of failRequest', () => {
		const expectedPresets = OUTCOMES.map(({ preset }) => preset);

		expect([...expectedPresets, ...ENDLESS_PRESETS]).toEqual(Object.keys(faultPresets));
	});

	it.each(OUTCOMES)(
		'the preset $preset lets the second request, a create, end as $outcome and leaves $customers customers',
		async ({ preset, outcome, customers }) => {
			school.sandbox.faults.failRequest(2, preset);

			const outcomes = await readOutcomes(listCustomers, createLead);

			expect(outcomes).toEqual([200, outcome]);
			expect(countCustomers()).toBe(customers);
			expect(school.sandbox.journal.at(-1)?.fault).toBe(faultPresets[preset].kind);
			expect(await readOutcome(createLead)).toBe(200);
		},
	);

	it.each(ENDLESS_PRESETS)('the preset %s creates the customer and never ends the answer', async (preset) => {
		school.sandbox.faults.failRequest(2, preset);
		const controller = new AbortController();
		const createLeadUntilAborted = async () => {
			const response = await fetchHeaders('1/customer/create', newLead, controller.signal);
			await response.text();
			return response;
		};
		await listCustomers();
		// The client gives up as soon as the sandbox begins to answer.
		school.sandbox.onSend = () => controller.abort();

		const outcome = await readOutcome(createLeadUntilAborted);
		school.sandbox.onSend = undefined;

		expect(outcome).toBe('AbortError');
		expect(countCustomers()).toBe(ONE_MORE_CUSTOMER);
		expect(school.sandbox.journal.at(-1)?.fault).toBe(faultPresets[preset].kind);
		expect(await readOutcome(createLead)).toBe(200);
	});

	it('failRequest with "match" and "times" 0 fails every call that matches', async () => {
		school.sandbox.faults.failRequest(1, 'status403', { match: { entity: 'branch' }, times: 0 });

		expect(await readOutcomes(listCustomers, listBranches, listBranches)).toEqual([200, 403, 403]);
	});
});

describe('the hooks of the sandbox', () => {
	it('the hooks of the sandbox see a create before and after it is carried out', async () => {
		const notes: unknown[] = [];
		const makeHook = (hook: string) => (entry: JournalEntry) => {
			const { request, entity, action } = entry;
			notes.push({ hook, request, entity, action, customers: countCustomers() });
		};
		school.sandbox.clearJournal();
		school.sandbox.onRequest = makeHook('onRequest');
		school.sandbox.onSend = makeHook('onSend');

		await createLead();

		const call = { request: 1, entity: 'customer', action: 'create' };
		expect(notes).toEqual([
			{ hook: 'onRequest', ...call, customers: CUSTOMERS_OF_SCHOOL },
			{ hook: 'onSend', ...call, customers: ONE_MORE_CUSTOMER },
		]);
	});

	it('the hooks of the sandbox see a login, which has no request number', async () => {
		const notes: unknown[] = [];
		const makeHook = (hook: string) => (entry: JournalEntry) => {
			const { request, entity, action } = entry;
			notes.push({ hook, request, entity, action });
		};
		school.sandbox.onRequest = makeHook('onRequest');
		school.sandbox.onSend = makeHook('onSend');

		await login();

		expect(notes).toEqual([
			{ hook: 'onRequest', request: null, entity: 'auth', action: 'login' },
			{ hook: 'onSend', request: null, entity: 'auth', action: 'login' },
		]);
	});

	it('a hook of the sandbox holds a call back while other calls pass', async () => {
		const notes: unknown[] = [];
		school.sandbox.onRequest = async ({ action }) => {
			if (action === 'create') {
				const listOutcome = await readOutcome(listCustomers);
				notes.push({ listOutcome, customers: countCustomers() });
			}
		};

		const { json } = await createLead();

		expect(json.success).toBe(true);
		expect(notes).toEqual([{ listOutcome: 200, customers: CUSTOMERS_OF_SCHOOL }]);
		expect(countCustomers()).toBe(ONE_MORE_CUSTOMER);
	});

	it('the hooks of the sandbox are gone after a reset', () => {
		school.sandbox.onRequest = () => undefined;
		school.sandbox.onSend = () => undefined;

		school.sandbox.reset();

		expect(school.sandbox.onRequest).toBeUndefined();
		expect(school.sandbox.onSend).toBeUndefined();
	});

	it('the hooks of the sandbox are gone after a snapshot is restored', () => {
		const snapshot = school.sandbox.snapshot();
		school.sandbox.onRequest = () => undefined;
		school.sandbox.onSend = () => undefined;

		school.sandbox.restore(snapshot);

		expect(school.sandbox.onRequest).toBeUndefined();
		expect(school.sandbox.onSend).toBeUndefined();
	});
});

it.each([
	{ mistake: 'an unknown kind', fault: { kind: 'nope' }, message: /Unknown fault kind "nope".*status, html/ },
	{ mistake: 'an unknown field', fault: { kind: 'status', sttus: 1 }, message: /of kind status.*"sttus"/ },
	{ mistake: 'an impossible status', fault: { kind: 'status', status: 99 }, message: /200\s.*at status/ },
	{ mistake: 'both at and skip', fault: { kind: 'status', at: 1, skip: 1 }, message: /without "skip"/ },
	{
		mistake: 'an unknown field in match',
		fault: { kind: 'status', match: { entty: 'x' } },
		message: /"entty"\s.*at match/,
	},
	{ mistake: 'a missing location', fault: { kind: 'redirect' }, message: /at location/ },
	{
		mistake: 'a change of an unknown entity',
		fault: { kind: 'mutate', changes: [{ entity: 'nobody', id: 1, remove: true }] },
		message: /A change must be/,
	},
])('the sandbox refuses a fault with $mistake', ({ fault, message }) => {
	expect(() => addFaults(fault as Fault)).toThrow(message);
	expect(school.sandbox.faults.list()).toEqual([]);
});

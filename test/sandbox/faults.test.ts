import { faultPresets, type Fault, type FaultPreset, type JournalEntry } from '../../sandbox';
import { allCustomers, newLead, School, useSchool, yiiError } from './support';

const school = useSchool({}, { customers: 50 });

const index = async (page = 0) => await school.call('1/customer/index', { page, ...allCustomers });
const create = async () => await school.call('1/customer/create', newLead);
const branches = async () => await school.call('branch/index');
const login = async () => {
	const { email, apiKey } = school.sandbox.account;
	return await school.tryLogin(email, apiKey);
};
const count = () => school.readRecords('customer').length;
const add = (...faults: Fault[]) => school.sandbox.faults.add(...faults);
/** The status, or `broken` when the connection breaks before the answer is complete. */
const outcome = async (call: () => Promise<{ status: number }>) =>
	await call().then(
		({ status }) => status,
		({ name }: Error) => (name === 'TypeError' ? 'broken' : name),
	);
const outcomes = async (...calls: Array<() => Promise<{ status: number }>>) => {
	const seen: unknown[] = [];
	for (const call of calls) seen.push(await outcome(call));
	return seen;
};
const times = (calls: number, call: () => Promise<{ status: number }> = index) =>
	outcomes(...Array.from({ length: calls }, () => call));

describe('a fault of kind', () => {
	it('status, also in the body alone', async () => {
		add({ kind: 'status' }, { kind: 'status', status: 503, message: 'Занято' });
		expect((await index()).json).toEqual(yiiError(500, 'Internal Server Error'));
		expect((await index()).json).toEqual({ ...yiiError(503, 'Service Unavailable'), message: 'Занято' });
		expect((await index()).status).toBe(200);
		add({ kind: 'status', status: 401, httpStatus: 200 });
		expect(await index()).toMatchObject({ status: 200, json: yiiError(401, 'Unauthorized') });
	});

	it('html', async () => {
		add({ kind: 'html' }, { kind: 'html', status: 200, html: '<p>Работы</p>' });
		const first = await index();
		expect(first.status).toBe(502);
		expect(first.headers.get('content-type')).toContain('text/html');
		expect(first.text).toContain('<html>');
		expect(await index()).toMatchObject({ status: 200, text: '<p>Работы</p>' });
	});

	it.each([200, 400, 401, 403, 404, 429, 502])(
		'html answers with a web page and HTTP %i, and the server has not acted',
		async (status) => {
			add({ kind: 'html', status });

			const answer = await create();

			expect(answer.status).toBe(status);
			expect(answer.headers.get('content-type')).toContain('text/html');
			expect(answer.text).toMatch(/^<html>/);
			expect(count()).toBe(50);
		},
	);

	it('html that says after answers with a web page when the server has acted', async () => {
		add({ kind: 'html', status: 404, when: 'after' });

		const answer = await create();

		expect(answer.text).toContain('404 Not Found');
		expect(count()).toBe(51);
	});

	it('drip, which sends a blank each second and never ends', async () => {
		add({ kind: 'drip' });
		const answer = await fetch(`${school.sandbox.url}/v2api/1/customer/index`, {
			method: 'POST',
			headers: { 'x-alfacrm-token': school.token },
		});
		const reader = answer.body!.getReader();

		const drops = [await reader.read(), await reader.read(), await reader.read()];

		expect(answer.status).toBe(200);
		expect(drops.map(({ value }) => new TextDecoder().decode(value))).toEqual([' ', ' ', ' ']);
		await reader.cancel();
	});

	it('cutJson', async () => {
		const whole = await index();
		add({ kind: 'cutJson' });
		const cut = await index();
		expect(cut.status).toBe(200);
		expect(cut.text).toBe(whole.text.slice(0, Math.ceil(whole.text.length / 2)));
		expect(() => JSON.parse(cut.text) as unknown).toThrow(SyntaxError);
	});

	it('notJsonType', async () => {
		const whole = await index();
		add({ kind: 'notJsonType' }, { kind: 'notJsonType', contentType: 'text/plain' });
		const first = await index();
		expect(first.text).toBe(whole.text);
		expect(first.headers.get('content-type')).toContain('text/html');
		expect((await index()).headers.get('content-type')).toBe('text/plain');
	});

	it('resetMidAnswer, which sends the headers and half of the body', async () => {
		const whole = await index();
		add({ kind: 'resetMidAnswer' });
		const answer = await fetch(`${school.sandbox.url}/v2api/1/customer/index`, {
			method: 'POST',
			headers: { 'x-alfacrm-token': school.token },
			body: JSON.stringify({ page: 0, ...allCustomers }),
		});
		expect(answer.status).toBe(200);
		expect(answer.headers.get('content-length')).toBe(String(new TextEncoder().encode(whole.text).length));
		await expect(answer.text()).rejects.toMatchObject({ name: 'TypeError' });
	});

	it.each<Fault>([{ kind: 'hang' }, { kind: 'delay', ms: 600_000 }])(
		'%j, which does not keep the sandbox from closing',
		async (fault) => {
			const other = await new School().open({}, { customers: 1 });
			other.sandbox.faults.add(fault);
			const waiting = outcome(() => other.call('branch/index'));
			await other.call('branch/index');
			expect(other.sandbox.journal.at(-2)).toMatchObject({ status: null });
			await other.close();
			expect([200, 'broken']).toContain(await waiting);
		},
	);

	it('redirect', async () => {
		const location = 'http://127.0.0.1:9/elsewhere';
		add({ kind: 'redirect', location }, { kind: 'redirect', status: 307, location });
		for (const status of [302, 307]) {
			const answer = await index();
			expect([answer.status, answer.headers.get('location')]).toEqual([status, location]);
		}
	});

	it('tooMany', async () => {
		add({ kind: 'tooMany' }, { kind: 'tooMany', retryAfter: 2 });
		const first = await index();
		expect(first.json).toEqual(yiiError(429, 'Too Many Requests'));
		expect(first.headers.get('retry-after')).toBeNull();
		expect((await index()).headers.get('retry-after')).toBe('2');
	});

	it.each<[fault: object, answer: object]>([
		[{}, { success: false, errors: { name: ['Необходимо заполнить «Имя».'] } }],
		[
			{ success: true, model: { id: 7 }, errors: [] },
			{ success: true, errors: [], model: { id: 7 } },
		],
	])('successFalse with %j', async (fault, answer) => {
		add({ kind: 'successFalse', ...fault });
		expect(await create()).toMatchObject({ status: 200, json: answer });
	});

	it('emptyItems, which leaves the total, and writes alone, and emptyObject', async () => {
		const { json } = await index();
		add({ kind: 'emptyItems', times: 2 }, { kind: 'emptyObject' });
		expect((await index()).json).toEqual({ ...json, count: 0, items: [] });
		expect((await create()).json).toMatchObject({ success: true, model: { name: newLead.name } });
		expect((await index()).text).toBe('{}');
	});

	it.each([
		['before', 50],
		['after', 51],
	] as const)('delay, %s acting', async (when, meanwhile) => {
		add({ kind: 'delay', ms: 400, when, match: { action: 'create' } });
		const start = performance.now();
		const answer = create();
		const hasArrived = () => school.sandbox.journal.some(({ action }) => action === 'create');
		while (!hasArrived()) await index();
		expect(count()).toBe(meanwhile);
		expect((await answer).json.success).toBe(true);
		expect(performance.now() - start).toBeGreaterThanOrEqual(395);
		expect(count()).toBe(51);
	});

	it.each(['before', 'after'] as const)('mutate, which changes records %s the call', async (when) => {
		const { ids } = await index();
		const [gone = 0, changed = 0] = ids;
		const added = { ...newLead, id: 900, created_at: '2026-02-10 11:00:00' };
		const changes = [
			{ entity: 'customer', insert: added },
			{ entity: 'customer', id: changed, patch: { name: 'Переименован' } },
			{ entity: 'customer', id: gone, remove: true as const },
		];
		add({ kind: 'mutate', when, changes });
		expect([(await index()).ids.includes(gone), count()]).toEqual([when === 'after', 50]);
		expect(school.readRecord('customer', 900)).toMatchObject(added);
		expect(school.readRecord('customer', changed)?.name).toBe('Переименован');
		expect((await index()).ids).not.toContain(gone);
	});
});

describe('before and after', () => {
	it('status after a login has made the token', async () => {
		add({ kind: 'status', match: { entity: 'auth' } });
		expect(await outcomes(login, index)).toEqual([500, 200]);
		school.settings.singleToken = true;
		add({ kind: 'status', match: { action: 'login' }, when: 'after' });
		expect(await outcomes(login, index)).toEqual([500, 401]);
	});

	it('what only breaks the answer lets no write happen, and reads go on', async () => {
		add({ kind: 'cutJson', times: 0 });
		await create();
		await school.call('1/bonus/bonus-add?customer_id=1', { amount: 5 });
		expect([count(), school.readRecord('customer', 1)?.balance_bonus]).toEqual([50, 0]);
		expect((await school.call('1/teacher/working-hour')).text).toMatch(/^\{"total":18/);
	});
});

describe('the calls that are hit', () => {
	it.each<[Fault['match'], hit: number[]]>([
		[undefined, [1, 1, 1, 1]],
		[{ entity: 'customer' }, [1, 1, 1, 0]],
		[{ pathContains: '?id=3' }, [0, 0, 1, 0]],
		[{ bodyContains: 'Петров' }, [0, 1, 0, 0]],
		[{ entity: 'customer', branch: 2, action: 'index' }, [0, 1, 0, 0]],
	])('match %j', async (match, hit) => {
		add({ kind: 'status', status: 418, match, times: 0 });
		const statuses = await outcomes(
			() => school.call('1/customer/index', { name: 'Иванов' }),
			() => school.call('2/customer/index', { name: 'Петров' }),
			() => school.call('1/customer/update?id=3', { note: 'х' }),
			branches,
		);
		expect(statuses.map((status) => Number(status === 418))).toEqual(hit);
	});

	it.each([
		[{ skip: 2, times: 2 }, [200, 200, 500, 500, 200, 200]],
		[{ times: 0 }, [500, 500, 500]],
	])('with %j are as many of those that follow', async (which, seen) => {
		add({ kind: 'status', ...which });
		expect(await times(seen.length)).toEqual(seen);
		school.sandbox.faults.clear();
		expect(await times(1)).toEqual([200]);
	});

	it('use up the first of several first', async () => {
		add({ kind: 'status', status: 501 }, { kind: 'status', status: 502, times: 2 });
		add({ kind: 'status', status: 503, match: { entity: 'customer' } });
		expect(await times(5)).toEqual([501, 502, 502, 503, 200]);
	});
});

describe('a fault at a number', () => {
	it('hits that request of any path, and as many more as times says, one that another hits as well', async () => {
		add({ kind: 'status', at: 3 });
		expect(await outcomes(index, create, branches, index)).toEqual([200, 200, 500, 200]);
		expect(school.sandbox.faults.list()).toEqual([]);
		add({ kind: 'status', at: 2, times: 2 }, { kind: 'status', status: 502 });
		expect(await times(5)).toEqual([502, 500, 500, 200, 200]);
	});

	it('counts those that match alone, and logins only when it is about them', async () => {
		add({ kind: 'status', at: 2 });
		expect(await outcomes(login, index, login, index, index)).toEqual([200, 200, 200, 500, 200]);
		add({ kind: 'status', at: 2, match: { entity: 'auth' } });
		expect(await outcomes(login, index, login)).toEqual([200, 200, 500]);
	});

	it('does not count what the limit refuses; the journal numbers requests alike', async () => {
		add({ kind: 'status', at: 3 });
		school.settings.rateLimit = 3;
		school.sandbox.clearJournal();
		expect(await outcomes(login, index, index, index)).toEqual([200, 200, 200, 429]);
		expect(school.sandbox.journal.map(({ request }) => request)).toEqual([null, 1, 2, null]);
		school.settings.rateLimit = 0;
		expect(await times(2)).toEqual([500, 200]);
	});
});

describe('failRequest', () => {
	/** What the client sees of a create, and how many customers there are afterwards. */
	const expected: Record<FaultPreset, [seen: unknown, customers: number]> = {
		lostAfter: ['broken', 51],
		lostBefore: ['broken', 50],
		cutAfter: ['broken', 51],
		status500: [500, 50],
		status500After: [500, 51],
		status403: [403, 50],
		status401: [401, 50],
		body401: [200, 50],
		tooMany: [429, 50],
		refused: [200, 50],
		html502: [502, 50],
		html400: [400, 50],
		html403: [403, 50],
		html404: [404, 50],
		emptyItems: [200, 51],
		delayed: [200, 51],
		hangsAfter: ['AbortError', 51],
		dripsAfter: ['AbortError', 51],
	};

	it.each(Object.keys(faultPresets) as FaultPreset[])('%s', async (way) => {
		school.sandbox.faults.failRequest(2, way);
		expect(await outcome(index)).toBe(200);
		const given = new AbortController();
		const headers = { 'x-alfacrm-token': school.token };
		const url = `${school.sandbox.url}/v2api/1/customer/create`;
		const call = async () => {
			const { signal } = given;
			const answer = await fetch(url, { method: 'POST', headers, signal, body: JSON.stringify(newLead) });
			await answer.text();
			return answer;
		};
		if (way === 'hangsAfter' || way === 'dripsAfter') school.sandbox.onSend = () => given.abort();
		const seen = await outcome(call);
		expect([seen, count()]).toEqual(expected[way]);
		expect(school.sandbox.journal.at(-1)?.fault).toBe(faultPresets[way].kind);
		school.sandbox.onSend = undefined;
		expect(await outcome(create)).toBe(200);
	});

	it('can go on failing, and look at some calls only', async () => {
		school.sandbox.faults.failRequest(1, 'status403', { match: { entity: 'branch' }, times: 0 });
		expect(await outcomes(index, branches, branches)).toEqual([200, 403, 403]);
	});
});

describe('hooks', () => {
	it('see each call before and after the server acts', async () => {
		const seen: unknown[] = [];
		const note = (when: string) => (entry: JournalEntry) => {
			seen.push([when, entry.request, entry.entity, entry.action, count()]);
		};
		school.sandbox.clearJournal();
		school.sandbox.onRequest = note('before');
		school.sandbox.onSend = note('after');
		await create();
		await login();
		expect(seen).toEqual([
			['before', 1, 'customer', 'create', 50],
			['after', 1, 'customer', 'create', 51],
			['before', null, 'auth', 'login', 51],
			['after', null, 'auth', 'login', 51],
		]);
	});

	it('hold a call back, while others pass', async () => {
		const meanwhile: unknown[] = [];
		school.sandbox.onRequest = async ({ action }) => {
			if (action === 'create') meanwhile.push(await outcome(index), count());
		};
		expect((await create()).json.success).toBe(true);
		expect([...meanwhile, count()]).toEqual([200, 50, 51]);
	});

	it('are gone after a reset and a restore', () => {
		const { sandbox } = school;
		for (const again of [() => sandbox.reset(), () => sandbox.restore(sandbox.snapshot())]) {
			sandbox.onRequest = sandbox.onSend = () => undefined;
			again();
			expect([sandbox.onRequest, sandbox.onSend]).toEqual([undefined, undefined]);
		}
	});
});

it.each([
	[{ kind: 'nope' }, /Unknown fault kind "nope".*status, html/],
	[{ kind: 'status', sttus: 1 }, /of kind status.*"sttus"/],
	[{ kind: 'status', status: 99 }, /200\s.*at status/],
	[{ kind: 'status', at: 1, skip: 1 }, /without "skip"/],
	[{ kind: 'status', match: { entty: 'x' } }, /"entty"\s.*at match/],
	[{ kind: 'redirect' }, /at location/],
	[{ kind: 'mutate', changes: [{ entity: 'nobody', id: 1, remove: true }] }, /A change must be/],
])('the wrong fault %j is refused', (fault, message) => {
	expect(() => add(fault as Fault)).toThrow(message);
	expect(school.sandbox.faults.list()).toEqual([]);
});

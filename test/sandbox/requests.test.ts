import { faultPresets, type FaultPreset, type Fault, type JournalEntry } from '../../sandbox';
import { School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({}, { customers: 5 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const lead = { name: 'Новый Лид', is_study: 0, legal_type: 1 };
const create = () => school.call('1/customer/create', lead);
const index = () => school.call('1/customer/index');
const count = () => school.sandbox.store.rows('customer').length;
/** The status, or why there is none. */
const outcome = async (call: () => Promise<{ status: number }>) =>
	await call().then(
		({ status }) => status,
		() => 'broken',
	);
const outcomes = async (calls: number, call: () => Promise<{ status: number }> = index) => {
	const seen: unknown[] = [];
	for (let n = 0; n < calls; n += 1) seen.push(await outcome(call));
	return seen;
};
const add = (...faults: Fault[]) => school.sandbox.faults.add(...faults);

describe('a fault at a number', () => {
	it('hits that request of any path, and no other', async () => {
		add({ kind: 'status', at: 3 });
		const calls = [index, create, () => school.call('branch/index'), index];
		const seen: unknown[] = [];
		for (const call of calls) seen.push(await outcome(call));
		expect(seen).toEqual([200, 200, 500, 200]);
		expect(school.sandbox.faults.list()).toEqual([]);
	});

	it('does not count logins, unless it is about them', async () => {
		add({ kind: 'status', at: 2 });
		await school.login();
		expect(await outcomes(1)).toEqual([200]);
		await school.login();
		expect(await outcomes(2)).toEqual([500, 200]);
		add({ kind: 'status', at: 2, match: { entity: 'auth' } });
		const { email, apiKey } = school.sandbox.account;
		const login = () => school.tryLogin(email, apiKey);
		expect([await outcome(login), await outcome(index), await outcome(login)]).toEqual([200, 200, 500]);
	});

	it('counts those that match alone', async () => {
		add({ kind: 'status', at: 2, match: { action: 'create' } });
		expect(await outcomes(2)).toEqual([200, 200]);
		expect(await outcomes(3, create)).toEqual([200, 500, 200]);
	});

	it('hits as many as times says, from there on', async () => {
		add({ kind: 'status', at: 2, times: 2 });
		expect(await outcomes(5)).toEqual([200, 500, 500, 200, 200]);
		add({ kind: 'status', at: 2, times: 0 });
		expect(await outcomes(4)).toEqual([200, 500, 500, 500]);
	});

	it('counts requests that another fault hits as well', async () => {
		add({ kind: 'status', status: 501, at: 1 }, { kind: 'status', status: 503, at: 2 });
		add({ kind: 'status', status: 502 });
		expect(await outcomes(4)).toEqual([501, 503, 502, 200]);
	});

	it('does not count what the limit refuses', async () => {
		add({ kind: 'status', at: 3 });
		school.settings.rateLimit = 2;
		expect(await outcomes(4)).toEqual([200, 200, 429, 429]);
		school.settings.rateLimit = 0;
		expect(await outcomes(2)).toEqual([500, 200]);
	});
});

describe('failRequest', () => {
	/** What the client sees of a create, and how many customers there are afterwards. */
	const expected: Record<FaultPreset, [seen: unknown, customers: number]> = {
		lostAfter: ['broken', 6],
		lostBefore: ['broken', 5],
		cutAfter: ['broken', 6],
		status500: [500, 5],
		status500After: [500, 6],
		status403: [403, 5],
		status401: [401, 5],
		body401: [200, 5],
		tooMany: [429, 5],
		refused: [200, 5],
		html502: [502, 5],
		emptyItems: [200, 6],
		delayed: [200, 6],
		hangsAfter: ['broken', 6],
	};

	it.each(Object.keys(faultPresets) as FaultPreset[])('%s', async (way) => {
		school.sandbox.faults.failRequest(2, way);
		expect(await outcome(index)).toBe(200);
		const answer = new AbortController();
		const headers = { 'x-alfacrm-token': school.token };
		const call = async () => {
			const url = `${school.sandbox.url}/v2api/1/customer/create`;
			const { signal } = answer;
			const got = await fetch(url, { method: 'POST', headers, signal, body: JSON.stringify(lead) });
			await got.text();
			return got;
		};
		if (way === 'hangsAfter') school.sandbox.onSend = () => answer.abort();
		expect([await outcome(call), count()]).toEqual(expected[way]);
		expect(school.sandbox.journal.at(-1)?.fault).toBe(faultPresets[way].kind);
		school.sandbox.onSend = undefined;
		expect(await outcome(create)).toBe(200);
	});

	it('can go on failing, and look at some calls only', async () => {
		const { faults } = school.sandbox;
		faults.failRequest(1, 'status403', { match: { entity: 'branch' }, times: 0 });
		const branches = () => school.call('branch/index');
		expect([await outcome(index), await outcome(branches), await outcome(branches)]).toEqual([200, 403, 403]);
	});
});

describe('requests in the journal', () => {
	it('are numbered, logins and refused ones left out', async () => {
		school.sandbox.clearJournal();
		school.settings.rateLimit = 3;
		await school.login();
		await outcomes(3);
		const { journal } = school.sandbox;
		expect(journal.map(({ n, request }) => [n, request])).toEqual([
			[1, null],
			[2, 1],
			[3, 2],
			[4, null],
		]);
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
		await school.login();
		expect(seen).toEqual([
			['before', 1, 'customer', 'create', 5],
			['after', 1, 'customer', 'create', 6],
			['before', null, 'auth', 'login', 6],
			['after', null, 'auth', 'login', 6],
		]);
	});

	it.each([
		['onRequest', 5],
		['onSend', 6],
	] as const)('abort whoever calls: %s leaves %d customers', async (hook, customers) => {
		const execution = new AbortController();
		const done = new Promise<void>((resolve) => {
			school.sandbox[hook] = () => {
				execution.abort();
				if (hook === 'onRequest') school.sandbox.faults.add({ kind: 'reset' });
				resolve();
			};
		});
		const call = fetch(`${school.sandbox.url}/v2api/1/customer/create`, {
			method: 'POST',
			headers: { 'x-alfacrm-token': school.token },
			body: JSON.stringify(lead),
			signal: execution.signal,
		});
		await expect(call).rejects.toMatchObject({ name: 'AbortError' });
		await done;
		expect(count()).toBe(customers);
	});

	it('hold a call back, while others pass', async () => {
		let release: () => void = () => undefined;
		const gate = new Promise<void>((resolve) => (release = resolve));
		const first = new Promise<void>((resolve) => {
			school.sandbox.onRequest = async ({ action }) => {
				if (action !== 'create') return;
				resolve();
				await gate;
			};
		});
		const held = create();
		await first;
		expect((await index()).status).toBe(200);
		expect(count()).toBe(5);
		release();
		expect((await held).json.success).toBe(true);
	});

	it('change records between two pages, and plan a fault for the very call', async () => {
		const { sandbox } = school;
		sandbox.onRequest = ({ request }) => {
			if (request === 2) sandbox.store.insert('customer', { ...lead, is_study: 1 });
			if (request === 3) sandbox.faults.add({ kind: 'status', status: 503 });
		};
		sandbox.clearJournal();
		const totals: unknown[] = [];
		for (let n = 0; n < 4; n += 1) totals.push((await index()).json.total);
		const [before] = totals;
		expect(totals).toEqual([before, Number(before) + 1, undefined, Number(before) + 1]);
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

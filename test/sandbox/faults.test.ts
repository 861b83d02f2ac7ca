import type { Fault, FaultKind } from '../../sandbox';
import { faultKinds } from '../../sandbox/http/faults/schema';
import { School, yii } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({}, { customers: 50 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const index = (page = 0) => school.call('1/customer/index', { page, is_study: 2, removed: 1 });
const lead = { name: 'Новый Лид', is_study: 0, legal_type: 1 };
const create = () => school.call('1/customer/create', lead);
const count = () => school.sandbox.store.rows('customer').length;
const add = (...faults: Fault[]) => school.sandbox.faults.add(...faults);
/** Resolves to true when the connection breaks before the answer is complete. */
const breaks = async (call: () => Promise<unknown>) =>
	await call().then(
		() => false,
		(error: unknown) => (error as Error).name === 'TypeError',
	);

describe('kinds', () => {
	it('status', async () => {
		add({ kind: 'status' }, { kind: 'status', status: 503, message: 'Занято' });
		expect((await index()).json).toEqual(yii(500, 'Internal Server Error'));
		expect((await index()).json).toEqual({ ...yii(503, 'Service Unavailable'), message: 'Занято' });
		expect((await index()).status).toBe(200);
	});

	it('html', async () => {
		add({ kind: 'html' }, { kind: 'html', status: 200, html: '<p>Работы</p>' });
		const first = await index();
		expect(first.status).toBe(502);
		expect(first.headers.get('content-type')).toContain('text/html');
		expect(first.text).toContain('<html>');
		expect(await index()).toMatchObject({ status: 200, text: '<p>Работы</p>' });
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

	it('reset', async () => {
		add({ kind: 'reset' });
		expect(await breaks(index)).toBe(true);
		expect(school.sandbox.journal.at(-1)).toMatchObject({ fault: 'reset', status: null });
		expect((await index()).status).toBe(200);
	});

	it('resetMidAnswer sends the headers and half of the body', async () => {
		const whole = await index();
		add({ kind: 'resetMidAnswer' });
		const answer = await fetch(`${school.sandbox.url}/v2api/1/customer/index`, {
			method: 'POST',
			headers: { 'x-alfacrm-token': school.token },
			body: JSON.stringify({ page: 0, is_study: 2, removed: 1 }),
		});
		expect(answer.status).toBe(200);
		expect(answer.headers.get('content-length')).toBe(String(new TextEncoder().encode(whole.text).length));
		await expect(answer.text()).rejects.toMatchObject({ name: 'TypeError' });
	});

	it('hang never answers, and does not keep the sandbox from closing', async () => {
		const other = await School.open({}, { customers: 1 });
		other.sandbox.faults.add({ kind: 'hang' });
		const broken = breaks(() => other.call('branch/index'));
		const marker = Symbol('still waiting');
		await other.call('branch/index');
		expect(await Promise.race([broken, Promise.resolve(marker)])).toBe(marker);
		expect(other.sandbox.journal.at(-2)).toMatchObject({ fault: 'hang', status: null });
		await other.close();
		expect(await broken).toBe(true);
	});

	it('redirect', async () => {
		const location = 'http://127.0.0.1:9/elsewhere';
		add({ kind: 'redirect', location }, { kind: 'redirect', status: 307, location });
		for (const status of [302, 307]) {
			const answer = await index();
			expect(answer.status).toBe(status);
			expect(answer.headers.get('location')).toBe(location);
		}
	});

	it('tooMany', async () => {
		add({ kind: 'tooMany' }, { kind: 'tooMany', retryAfter: 2 });
		const first = await index();
		expect(first.json).toEqual(yii(429, 'Too Many Requests'));
		expect(first.headers.get('retry-after')).toBeNull();
		expect((await index()).headers.get('retry-after')).toBe('2');
	});

	it.each([{ name: ['Плохо.'] }, ['Плохо.'], 'Плохо.', { name: 'Плохо.' }, []])(
		'successFalse with errors %j',
		async (errors) => {
			add({ kind: 'successFalse', errors });
			expect(await create()).toMatchObject({ status: 200, json: { success: false, errors } });
		},
	);

	it('successFalse with errors of its own', async () => {
		add({ kind: 'successFalse' });
		expect((await create()).errors).toEqual({ name: ['Необходимо заполнить «Имя».'] });
	});

	it('successFalse that says otherwise, with a model', async () => {
		add({ kind: 'successFalse', success: true, model: { id: 7 }, errors: { name: ['Плохо.'] } });
		expect((await create()).json).toEqual({ success: true, errors: { name: ['Плохо.'] }, model: { id: 7 } });
	});

	it('status in the body alone', async () => {
		add({ kind: 'status', status: 401, httpStatus: 200 });
		expect(await index()).toMatchObject({ status: 200, json: yii(401, 'Unauthorized') });
	});

	it('emptyItems leaves the total, and writes alone', async () => {
		const { json } = await index();
		add({ kind: 'emptyItems', times: 2 });
		expect((await index()).json).toEqual({ ...json, count: 0, items: [] });
		expect((await create()).json).toMatchObject({ success: true, model: { name: lead.name } });
	});

	it('emptyObject', async () => {
		add({ kind: 'emptyObject' });
		expect((await index()).text).toBe('{}');
	});

	it.each(['before', 'after'] as const)('delay, %s acting', async (when) => {
		add({ kind: 'delay', ms: 400, when, match: { action: 'create' } });
		const start = performance.now();
		const answer = create();
		const hasArrived = () => school.sandbox.journal.some(({ action }) => action === 'create');
		while (!hasArrived()) await index();
		expect(count()).toBe(when === 'after' ? 51 : 50);
		expect((await answer).json.success).toBe(true);
		expect(performance.now() - start).toBeGreaterThanOrEqual(395);
		expect(count()).toBe(51);
	});

	it('delay ends when the sandbox closes', async () => {
		const other = await School.open({}, { customers: 1 });
		other.sandbox.faults.add({ kind: 'delay', ms: 600_000 });
		const waiting = breaks(() => other.call('branch/index'));
		await other.call('branch/index');
		await other.close();
		expect(typeof (await waiting)).toBe('boolean');
	});

	it('mutate changes records between pages', async () => {
		const first = await index();
		const [gone, changed] = [first.ids[3] ?? 0, first.ids[4] ?? 0];
		add({
			kind: 'mutate',
			skip: 1,
			changes: [
				{ entity: 'customer', insert: { ...lead, id: 900, created_at: '2026-02-10 11:00:00' } },
				{ entity: 'customer', id: changed, patch: { name: 'Переименован' } },
				{ entity: 'customer', id: gone, remove: true },
			],
		});
		expect((await index()).ids).toEqual(first.ids);
		const again = await index();
		expect(again.ids).toContain(900);
		expect(again.ids).not.toContain(gone);
		expect(again.items.find(({ id }) => id === changed)?.name).toBe('Переименован');
		expect(school.sandbox.store.find('customer', 900)?.created_at).toBe('2026-02-10 11:00:00');
	});

	it('mutate after answers with the rows as they were', async () => {
		const first = await index();
		const change = { entity: 'customer', id: first.ids[0] ?? 0, remove: true } as const;
		add({ kind: 'mutate', when: 'after', changes: [change] });
		expect((await index()).ids).toEqual(first.ids);
		expect((await index()).ids).not.toContain(first.ids[0]);
	});
});

const examples: Record<FaultKind, Fault> = {
	status: { kind: 'status' },
	html: { kind: 'html' },
	cutJson: { kind: 'cutJson' },
	notJsonType: { kind: 'notJsonType' },
	reset: { kind: 'reset' },
	resetMidAnswer: { kind: 'resetMidAnswer' },
	hang: { kind: 'hang' },
	redirect: { kind: 'redirect', location: 'http://127.0.0.1:9/' },
	tooMany: { kind: 'tooMany' },
	successFalse: { kind: 'successFalse' },
	emptyObject: { kind: 'emptyObject' },
	emptyItems: { kind: 'emptyItems' },
	delay: { kind: 'delay', ms: 1 },
	mutate: { kind: 'mutate', changes: [] },
};
/** These leave the server's work alone whenever they hit. */
const harmless: FaultKind[] = ['emptyItems', 'notJsonType', 'delay', 'mutate'];

describe('before and after', () => {
	const cases = faultKinds
		.filter((kind) => kind !== 'hang')
		.flatMap((kind) => [
			[kind, 'before', harmless.includes(kind) ? 51 : 50] as const,
			[kind, 'after', 51] as const,
		]);

	it.each(cases)('%s %s leaves %d customers', async (kind, when, customers) => {
		add({ ...examples[kind], when });
		await breaks(create);
		expect(count()).toBe(customers);
		expect(school.sandbox.journal.at(-1)?.fault).toBe(kind);
		expect(school.sandbox.faults.list()).toEqual([]);
	});

	it('status after a login has made the token', async () => {
		add({ kind: 'status', match: { entity: 'auth' } });
		const { email, apiKey } = school.sandbox.account;
		expect((await school.tryLogin(email, apiKey)).status).toBe(500);
		expect((await index()).status).toBe(200);
		school.settings.singleToken = true;
		add({ kind: 'status', match: { action: 'login' }, when: 'after' });
		expect((await school.tryLogin(email, apiKey)).status).toBe(500);
		expect((await index()).status).toBe(401);
	});
});

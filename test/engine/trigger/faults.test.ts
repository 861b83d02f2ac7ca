import type { ICredentialDataDecryptedObject, NodeApiError } from 'n8n-workflow';

import type { Fault } from '../../../sandbox';
import { DirectSchool } from '../support/direct';
import { Engine } from '../support/engine';
import { Poller } from '../support/poller';
import { useSchool } from '../support/school';
import { failure } from '../support/version';

const school = useSchool({ customers: 60 });

const pollerOf = (engine = school.engine) => new Poller(engine, { event: 'customerCreated' });
const add = (branch = 1) =>
	school.sandbox.store.insert('customer', { name: 'Анна', is_study: 0, branch_ids: [branch] }).id;
const onIndex = (fault: object) =>
	({ match: { entity: 'customer', action: 'index' }, times: 0, ...fault }) as Fault;
const failed = async (poller: Poller) =>
	await poller.tick().then(
		() => undefined,
		(error: NodeApiError) => error,
	);
const ticked = async (poller: Poller) => (await poller.tick()).map(({ id }) => id);

interface Case {
	what: string;
	/** What the credential says, besides the administrator's. */
	credential?: ICredentialDataDecryptedObject;
	fault: Fault;
	message: RegExp;
	failure: object;
}

const unavailable = { cause: 'temporarily-unavailable' };
const cases: Case[] = [
	{
		what: '503, three times',
		fault: onIndex({ kind: 'status', status: 503 }),
		message: /^AlfaCRM could not look for new customers \(HTTP 503\)$/,
		failure: unavailable,
	},
	{
		what: 'a connection that is reset',
		fault: onIndex({ kind: 'reset' }),
		message: /closed the connection before its answer was complete when asked to look for new customers$/,
		failure: unavailable,
	},
	{
		what: 'a web page',
		fault: onIndex({ kind: 'html', status: 200 }),
		message: /answered with a web page, so it could not look for new customers$/,
		failure: unavailable,
	},
	{
		what: 'JSON that is cut off',
		fault: onIndex({ kind: 'cutJson' }),
		message: /sent an answer that is not complete JSON, so it could not look for new customers$/,
		failure: unavailable,
	},
	{
		what: 'an answer without a list',
		fault: onIndex({ kind: 'emptyObject' }),
		message: /^AlfaCRM sent no list when asked to look for new customers$/,
		failure: unavailable,
	},
	{
		what: 'too many requests, when AlfaCRM names a time that is too long for a poll',
		fault: onIndex({ kind: 'tooMany', retryAfter: 16 }),
		message: /AlfaCRM (receives|still received) too many requests/,
		failure: { cause: 'rate-limited', retryAfterMs: 16_000 },
	},
	{
		what: 'too many requests, when AlfaCRM names no time',
		credential: { rateLimitWait: 3 },
		fault: onIndex({ kind: 'tooMany' }),
		message: /^AlfaCRM still received too many requests after 3 seconds/,
		failure: { cause: 'rate-limited', retryAfterMs: 60_000 },
	},
	{
		what: 'a lack of rights',
		fault: onIndex({ kind: 'status', status: 403 }),
		message: /^AlfaCRM denied access: this user may not look for new customers in branch 1$/,
		failure: { cause: 'credential-invalid' },
	},
	{
		what: 'a branch that is gone',
		fault: onIndex({ kind: 'status', status: 404 }),
		message: /^AlfaCRM answered "not found" when asked to look for new customers in branch 1$/,
		failure: { cause: 'configuration-invalid' },
	},
	{
		what: 'success:false',
		fault: onIndex({ kind: 'successFalse', errors: ['Тариф не оплачен.'] }),
		message: /^AlfaCRM did not look for new customers: Тариф не оплачен\.$/,
		failure: unavailable,
	},
];

describe('a poll that meets', () => {
	it.each(cases)('$what says so, and the next one reports everything once', async (one) => {
		const poller = pollerOf(new Engine({ ...school.credential, ...one.credential }));
		await poller.tick();
		const before = poller.state;
		const ids = [add(1), add(2)];
		school.sandbox.faults.add(one.fault);

		const error = await failed(poller);

		expect(error?.message).toMatch(one.message);
		expect(error?.failure).toEqual(failure(one.failure));
		expect(poller.state).toEqual(before);
		school.sandbox.faults.clear();
		expect(await ticked(poller)).toEqual(ids);
		expect(await ticked(poller)).toEqual([]);
	});

	it.each<[what: string, credential: (account: { noRights: object }) => object, message: RegExp]>([
		['a wrong key', () => ({ apiKey: 'wrong' }), /AlfaCRM/],
		['a user without the API', ({ noRights }) => noRights, /^AlfaCRM denied access/],
	])('%s asks for another credential', async (_what, credential, message) => {
		const poller = pollerOf();
		await poller.tick();
		const before = poller.state;
		const id = add();
		const { stored } = school.engine.credentials;
		const good = { ...stored };
		Object.assign(stored, { token: '' }, credential(school.sandbox.account));

		const error = await failed(poller);

		expect(error?.message).toMatch(message);
		expect(error?.failure).toEqual(failure({ cause: 'credential-invalid' }));
		expect(poller.state).toEqual(before);
		Object.assign(stored, good);
		expect(await ticked(poller)).toEqual([id]);
	});

	it.each([1, 2, 3, 4])('500 on page %i of a walk begins anew', async (skip) => {
		school.sandbox.settings.pageSize = 2;
		const poller = pollerOf();
		await poller.tick();
		const walked = () => {
			const { known } = poller.state.state as {
				known: { lists: Record<string, object>; marks: unknown; reported: string };
			};
			// When it could not be read first is all that is noted.
			return [{ ...known.lists[1], unreadAt: undefined }, known.marks, known.reported];
		};
		const before = walked();
		const ids = Array.from({ length: 7 }, () => add());
		school.sandbox.faults.add(onIndex({ kind: 'status', status: 500, skip }));
		expect((await failed(poller))?.failure).toEqual(failure(unavailable));
		expect(walked()).toEqual(before);
		school.sandbox.faults.clear();
		expect(await ticked(poller)).toEqual(ids);
		expect(await ticked(poller)).toEqual([]);
	});

	it.each([500, 403, 404])('%i in the second branch reports what is new in the first one', async (status) => {
		const poller = pollerOf();
		await poller.tick();
		const ids = [add(1), add(2)];
		school.sandbox.faults.add({ kind: 'status', status, times: 0, match: { branch: 2, entity: 'customer' } });
		expect(await ticked(poller)).toEqual([ids[0]]);
		expect(poller.notes).toEqual([
			expect.stringMatching(/^'AlfaCRM Trigger' could not look into branch 2: AlfaCRM /),
		]);
		school.sandbox.faults.clear();
		expect(await ticked(poller)).toEqual([ids[1]]);
		expect(await ticked(poller)).toEqual([]);
	});

	it('500 in the second branch says so when there is nothing else to say', async () => {
		const poller = pollerOf();
		await poller.tick();
		const id = add(2);
		school.sandbox.faults.add({ kind: 'status', times: 0, match: { branch: 2, entity: 'customer' } });
		expect((await failed(poller))?.failure).toEqual(failure(unavailable));
		school.sandbox.faults.clear();
		expect(await ticked(poller)).toEqual([id]);
	});

	it('a branch that this user may not read, for good, stops nothing', async () => {
		school.sandbox.settings.forbiddenBranches = [2];
		const poller = pollerOf();
		expect(await ticked(poller)).toEqual([]);
		for (let poll = 0; poll < 3; poll++) {
			const [id] = [add(1), add(2)];
			expect(await ticked(poller)).toEqual([id]);
			expect(await ticked(poller)).toEqual([]);
		}
	});

	it.each(['branch', 'customer'])(
		'500 from %s at the start leaves nothing, and it starts once more',
		async (entity) => {
			const poller = pollerOf();
			school.sandbox.faults.add({ kind: 'status', match: { entity }, times: 0 });
			expect((await failed(poller))?.failure).toEqual(failure(unavailable));
			expect(poller.state).toEqual({});
			school.sandbox.faults.clear();
			expect(await ticked(poller)).toEqual([]);
			const id = add();
			expect(await ticked(poller)).toEqual([id]);
		},
	);

	it('a passing fault does not show', async () => {
		const poller = pollerOf();
		await poller.tick();
		const id = add();
		school.sandbox.faults.add(onIndex({ kind: 'reset', times: 1 }));
		expect(await ticked(poller)).toEqual([id]);
	});
});

it('an AlfaCRM that does not answer is unavailable', async () => {
	const direct = new DirectSchool({}, 1);
	const engine = new Engine({
		hostname: 'http://127.0.0.1:1',
		email: 'a',
		apiKey: 'b',
		requestsPerSecond: 0,
	});
	const poller = new Poller(engine, { event: 'customerCreated' }, { send: direct.send });
	await poller.tick();
	const before = poller.state;
	direct.onCall = () => {
		throw Object.assign(new Error('timeout of 30000ms exceeded'), { code: 'ECONNABORTED' });
	};
	const error = await failed(poller);
	expect(error?.message).toMatch(/did not answer within 30 seconds when asked to look for new customers$/);
	expect(error?.failure).toEqual(failure(unavailable));
	expect(poller.state).toEqual(before);
});

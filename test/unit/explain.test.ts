import type { ApiFailure } from '../../nodes/AlfaCrm/api/errors';
import { nodeError } from '../../nodes/AlfaCrm/api/errors';
import type { CallDescription } from '../../nodes/AlfaCrm/api/explain';
import { explain } from '../../nodes/AlfaCrm/api/explain';
import { DISCOURAGED, NETWORK_CODES } from './errorWords';
import { NODE } from '../support/nodeErrors';

const READ: CallDescription = {
	task: 'list the customers',
	host: 'demo.s20.online',
	isIdempotent: true,
	branch: 3,
	labels: { phone: 'Phone', name: 'Name' },
	timeoutMs: 30_000,
	rateLimitWaitMs: 60_000,
	waitedMs: 60_000,
};
const WRITE: CallDescription = { ...READ, task: 'update customer 501', isIdempotent: false };

/** Each kind of failure, and what its message must say of the cause. */
const TROUBLES: Array<[what: string, failure: ApiFailure, cause: RegExp]> = [
	['a refusal without a reason', { kind: 'refusal' }, /no reason/],
	['a refusal in words', { kind: 'refusal', serverMessage: 'Balance is too low' }, /Balance is too low/],
	['a refused field', { kind: 'refusal', fields: { phone: ['is wrong'] } }, /Phone.* is wrong/],
	['a redirect', { kind: 'redirect', status: 302 }, /redirect/],
	[
		'a redirect elsewhere',
		{ kind: 'redirect', status: 302, location: 'x.example' },
		/redirect to x\.example/,
	],
	['a web page', { kind: 'notJson', serverMessage: 'answered with a web page' }, /web page/],
	['an answer that is no JSON', { kind: 'notJson' }, /did not answer as AlfaCRM does/],
	['an unknown host', { kind: 'noAnswer', code: 'ENOTFOUND' }, /demo\.s20\.online was not found/],
	[
		'a name server that is away',
		{ kind: 'noAnswer', code: 'EAI_AGAIN' },
		/demo\.s20\.online could not be looked up/,
	],
	['a refused connection', { kind: 'noAnswer', code: 'ECONNREFUSED' }, /refused the connection/],
	['a closed connection', { kind: 'noAnswer', code: 'ECONNRESET' }, /closed the connection/],
	['a time-out', { kind: 'noAnswer', code: 'ECONNABORTED' }, /within 30 seconds/],
	['another time-out', { kind: 'noAnswer', code: 'ETIMEDOUT' }, /within 30 seconds/],
	[
		'something unheard of',
		{ kind: 'unexpected', serverMessage: 'x is not a function' },
		/x is not a function/,
	],
	['something without a word', { kind: 'unexpected' }, /no reason/],
	[
		'400',
		{ kind: 'status', status: 400, serverMessage: 'group_id is missing' },
		/HTTP 400.*group_id is missing/,
	],
	['401', { kind: 'status', status: 401 }, /not accept the login/],
	['403', { kind: 'status', status: 403 }, /denied access/],
	['404', { kind: 'status', status: 404 }, /found/],
	['409', { kind: 'status', status: 409 }, /HTTP 409/],
	['429', { kind: 'status', status: 429 }, /too many requests after 60 seconds/],
	['500', { kind: 'status', status: 500 }, /HTTP 500/],
	['502', { kind: 'status', status: 502 }, /HTTP 502/],
	['503', { kind: 'status', status: 503 }, /HTTP 503/],
	['504', { kind: 'status', status: 504 }, /HTTP 504/],
];

/** Troubles that lie outside of what was to be done. */
const WITHOUT_TASK: Array<[what: string, failure: ApiFailure, cause: RegExp]> = [
	[
		'a refused login',
		{ kind: 'login', serverMessage: "Check 'Email' and 'API Key'." },
		/Check 'Email' and 'API Key'/,
	],
	['a refused login without words', { kind: 'login' }, /login/],
	['a cancelled execution', { kind: 'cancelled' }, /cancelled/],
];

const calls = [
	['a read', READ],
	['a write', WRITE],
] as const;

describe.each(calls)('%s', (_which, call) => {
	it.each(TROUBLES)('names the task and the cause after %s', (_what, failure, cause) => {
		const { message } = explain(failure, call);
		expect(message).toContain(call.task);
		expect(message).toMatch(cause);
	});

	it.each(WITHOUT_TASK)('names the cause after %s', (_what, failure, cause) => {
		expect(explain(failure, call).message).toMatch(cause);
	});

	it.each([...TROUBLES, ...WITHOUT_TASK])(
		'shows the message to the user as it is after %s',
		(_what, failure) => {
			const text = explain(failure, call);
			expect(text.message).not.toMatch(NETWORK_CODES);
			const shown = nodeError(NODE, text, 0, text.failure);
			expect(shown.message).toBe(text.message);
			expect(shown.description ?? undefined).toBe(text.description);
		},
	);

	it.each([...TROUBLES, ...WITHOUT_TASK])('is put in words that n8n likes after %s', (_what, failure) => {
		const { message, description = '' } = explain(failure, call);
		expect(`${message} ${description}`).not.toMatch(DISCOURAGED);
		expect(`${message} ${description}`).not.toMatch(/undefined|null|NaN|\[object/);
		expect(`${message} ${description}`).not.toMatch(/\s{2,}|^\s|\.\./);
		expect(message).toMatch(/^[A-Z]|^demo\.s20\.online/);
	});

	it.each(TROUBLES.filter(([, { kind }]) => kind === 'status'))(
		'carries the HTTP code after %s',
		(_what, failure) => {
			expect(explain(failure, call).status).toBe(failure.status);
		},
	);
});

/** Whether the server acted is unknown. */
const LOST: Array<[what: string, failure: ApiFailure]> = [
	['a closed connection', { kind: 'noAnswer', code: 'ECONNRESET' }],
	['a time-out', { kind: 'noAnswer', code: 'ECONNABORTED' }],
	['another time-out', { kind: 'noAnswer', code: 'ETIMEDOUT' }],
	['500', { kind: 'status', status: 500 }],
	['502', { kind: 'status', status: 502 }],
	['503', { kind: 'status', status: 503 }],
	['504', { kind: 'status', status: 504 }],
	['an incomplete answer', { kind: 'notJson', serverMessage: 'sent an answer that is not complete JSON' }],
	['a redirect', { kind: 'redirect', status: 302 }],
	['a request that was cancelled under way', { kind: 'cancelled', isInProgress: true }],
];

/** The server did not act, or never heard of it. */
const NOT_DONE: Array<[what: string, failure: ApiFailure]> = [
	['an unknown host', { kind: 'noAnswer', code: 'ENOTFOUND' }],
	['a name server that is away', { kind: 'noAnswer', code: 'EAI_AGAIN' }],
	['a refused connection', { kind: 'noAnswer', code: 'ECONNREFUSED' }],
	['a host that cannot be reached', { kind: 'noAnswer', code: 'EHOSTUNREACH' }],
	['a network that cannot be reached', { kind: 'noAnswer', code: 'ENETUNREACH' }],
	['a certificate that is out of date', { kind: 'noAnswer', code: 'CERT_HAS_EXPIRED' }],
	['a certificate of its own make', { kind: 'noAnswer', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
	['a certificate for another host', { kind: 'noAnswer', code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
	['a refused login', { kind: 'login' }],
	['a refusal', { kind: 'refusal', fields: { phone: ['is wrong'] } }],
	['400', { kind: 'status', status: 400 }],
	['401', { kind: 'status', status: 401 }],
	['403', { kind: 'status', status: 403 }],
	['404', { kind: 'status', status: 404 }],
	['429', { kind: 'status', status: 429 }],
];

describe('whether it was carried out all the same', () => {
	const MAY_BE_DONE = /may have carried it out/;

	it.each(LOST)('is left open for a write after %s', (_what, failure) => {
		expect(explain(failure, WRITE).description).toMatch(MAY_BE_DONE);
	});

	it.each(NOT_DONE)('is no question for a write after %s', (_what, failure) => {
		const { message, description } = explain(failure, WRITE);
		expect(`${message} ${description}`).not.toMatch(MAY_BE_DONE);
	});

	it.each([...LOST, ...NOT_DONE])('is no question for a read after %s', (_what, failure) => {
		const { message, description } = explain(failure, READ);
		expect(`${message} ${description}`).not.toMatch(MAY_BE_DONE);
	});
});

it.each(['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
	'says that the certificate is the cause of %s',
	(code) => {
		const { message, description } = explain({ kind: 'noAnswer', code }, READ);
		expect(`${message} ${description}`).toMatch(/certificate/);
	},
);

describe('a refusal', () => {
	it('names each field by its label, the server’s words and the name that the API uses', () => {
		const fields = { phone: ['is wrong', 'is taken'], name: ['is empty'] };
		const { message, description, status } = explain({ kind: 'refusal', fields }, WRITE);
		expect(message).toContain('Phone – is wrong is taken');
		expect(message).toContain('Name – is empty');
		expect(description).toContain("'Phone' (phone)");
		expect(description).toContain("'Name' (name)");
		expect(description).toContain('Nothing was saved');
		expect(status).toBe(200);
	});

	it('names a field without a label as the API does', () => {
		const { message } = explain({ kind: 'refusal', fields: { custom_school: ['is unknown'] } }, WRITE);
		expect(message).toContain('custom_school – is unknown');
	});

	it('shows messages that belong to no field alone', () => {
		const { message, description } = explain(
			{ kind: 'refusal', fields: { '': ['No seats left.'], 0: ['Group is full.'] } },
			WRITE,
		);
		expect(message).toContain('No seats left.');
		expect(message).toContain('Group is full.');
		expect(`${message} ${description}`).not.toMatch(/0 –|''|\(0\)/);
	});

	it('keeps the status of the answer', () => {
		const failure: ApiFailure = { kind: 'refusal', status: 422, fields: { phone: ['is wrong'] } };
		expect(explain(failure, WRITE).status).toBe(422);
	});
});

it.each([403, 404])('names the branch after %d', (status) => {
	expect(explain({ kind: 'status', status }, READ).message).toContain('in branch 3');
	expect(explain({ kind: 'status', status }, { ...READ, branch: undefined }).message).not.toContain('branch');
});

it.each<[what: string, failure: ApiFailure, cause: string]>([
	['401', { kind: 'status', status: 401 }, 'credential-invalid'],
	['403', { kind: 'status', status: 403 }, 'credential-invalid'],
	['429', { kind: 'status', status: 429 }, 'rate-limited'],
	['503', { kind: 'status', status: 503 }, 'temporarily-unavailable'],
	['a time-out', { kind: 'noAnswer', code: 'ETIMEDOUT' }, 'temporarily-unavailable'],
	['a redirect', { kind: 'redirect', status: 302 }, 'configuration-invalid'],
	['a refused login', { kind: 'login' }, 'credential-invalid'],
	['a login that met too many', { kind: 'login', declaredCause: 'rate-limited' }, 'rate-limited'],
])('declares to n8n what the cause of %s is', (_what, failure, cause) => {
	expect(explain(failure, READ).failure?.cause).toBe(cause);
});

it.each<[what: string, failure: ApiFailure]>([
	['a call', { kind: 'status', status: 429, retryAfterMs: 90_000 }],
	['a login', { kind: 'login', declaredCause: 'rate-limited', retryAfterMs: 90_000 }],
])('tells n8n how long AlfaCRM asked to wait, in answer to %s', (_what, failure) => {
	expect(explain(failure, READ).failure).toMatchObject({ retryAfterMs: 90_000 });
});

it.each<[asked: number, mayWait: number, waited: number, says: RegExp]>([
	[0, 300_000, 301_000, /still received too many requests after 300 seconds and/],
	[1_000, 300_000, 301_000, /still received too many requests after 300 seconds and/],
	[300_000, 300_000, 60, /asks to wait for 300 seconds and/],
	[250_000, 300_000, 100_000, /asks to wait for 250 seconds and/],
	[400_000, 300_000, 301_000, /asks to wait for 400 seconds and/],
	[7_000, 0, 60, /asks to wait for 7 seconds and/],
	[0, 0, 60, /receives too many requests and did not/],
])(
	'after 429 with %i ms to wait, of %i ms after %i ms, says what is true',
	(asked, mayWait, waited, says) => {
		const failure: ApiFailure = { kind: 'status', status: 429, retryAfterMs: asked };
		const call = { ...READ, rateLimitWaitMs: mayWait, waitedMs: waited };
		expect(explain(failure, call).message).toMatch(says);
	},
);

it('does not blame the credential where a login met too many requests', () => {
	const failure: ApiFailure = { kind: 'login', declaredCause: 'rate-limited' };
	expect(explain(failure, READ).description).toMatch(/^Run less at the same time/);
});

it.each<[string, ApiFailure]>([
	['a redirect', { kind: 'redirect', status: 302 }],
	['a web page', { kind: 'notJson', serverMessage: 'answered with a web page' }],
])('does not claim after %s that nothing was written', (_what, failure) => {
	expect(explain(failure, WRITE).message).not.toMatch(/could not/);
	expect(explain(failure, READ).message).toMatch(/could not/);
});

it.each<[code: string, message: RegExp, description: RegExp]>([
	['ENOTFOUND', /was not found, so it could not list/, /^Check 'Hostname' in the credential\.$/],
	['EAI_AGAIN', /could not be looked up, so it could not list/, /^No name server answered\./],
	['CERT_HAS_EXPIRED', /did not prove who it is, so/, /certificate \(CERT_HAS_EXPIRED\)/],
	['EHOSTUNREACH', /could not be reached, so/, /^Check the network that n8n runs in\.$/],
	['ENETUNREACH', /could not be reached, so/, /^Check the network that n8n runs in\.$/],
	['ECONNREFUSED', /refused the connection, so/, /^Check 'Hostname'.*opens in a browser\.$/],
	['ECONNABORTED', /did not answer within 30 seconds/, /^Network code: ECONNABORTED\.$/],
	['ECONNRESET', /closed the connection before/, /^Network code: ECONNRESET\.$/],
])('says after %s what happened and what to do', (code, message, description) => {
	const text = explain({ kind: 'noAnswer', code }, READ);
	expect(text.message).toMatch(message);
	expect(text.description).toMatch(description);
});

it.each(['ENOTFOUND', 'EAI_AGAIN', 'CERT_HAS_EXPIRED', 'EHOSTUNREACH', 'ECONNREFUSED'])(
	'does not frighten with what may have been done where %s kept a write from being sent',
	(code) => {
		const of = (call: CallDescription) => explain({ kind: 'noAnswer', code }, call).description;
		expect(of(WRITE)).toBe(of(READ));
		expect(explain({ kind: 'noAnswer', code: 'ECONNRESET' }, WRITE).description).toMatch(/may have/);
	},
);

it('names fields by their labels, and messages without a field by nothing', () => {
	const fields = { phone: ['is wrong'], '0': ['Too late'], '1a': ['is odd'], '': ['Sorry'] };
	const { message, description } = explain({ kind: 'refusal', fields }, WRITE);
	expect(message).toBe('AlfaCRM did not update customer 501: Too late; Phone – is wrong; 1a – is odd; Sorry');
	expect(description).toBe("Correct 'Phone' (phone), '1a' (1a) and run it again. Nothing was saved.");
});

it('says what to fill where it was not sent, and what to correct of the rest', () => {
	const fields = { phone: ['is wrong'], name: ['is missing'] };
	const of = (sent: Partial<CallDescription>) =>
		explain({ kind: 'refusal', fields }, { ...WRITE, ...sent }).description;
	expect(of({ body: { phone: 'x' } })).toBe(
		"Correct 'Phone' (phone), fill 'Name' (name) and run it again. Nothing was saved.",
	);
	expect(of({ body: {}, query: { phone: 'x', name: 'x' } })).toBe(
		"Correct 'Phone' (phone), 'Name' (name) and run it again. Nothing was saved.",
	);
	expect(of({ body: {} })).toBe("Fill 'Phone' (phone), 'Name' (name) and run it again. Nothing was saved.");
});

it('does not take a name server that is away for a wrong hostname', () => {
	const { message, description } = explain({ kind: 'noAnswer', code: 'EAI_AGAIN' }, READ);
	expect(`${message} ${description}`).not.toMatch(/not found|'Hostname'/);
});

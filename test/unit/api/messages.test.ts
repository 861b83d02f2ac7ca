import type { ApiFailure } from '../../../nodes/AlfaCrm/api/failures';
import { nodeError } from '../../../nodes/AlfaCrm/api/failures';
import type { FailedCall } from '../../../nodes/AlfaCrm/api/messages';
import { makeLoginError } from '../../../nodes/AlfaCrm/api/loginMessages';
import { explainFailure } from '../../../nodes/AlfaCrm/api/messages';
import { LOGIN_TIMEOUT_MS } from '../../../nodes/AlfaCrm/api/request';
import { NODE } from '../../support/nodeErrors';

/** n8n puts a text of its own in place of a message that contains one of these. */
const NETWORK_CODES =
	/ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|ERRADDRINUSE|EADDRNOTAVAIL|ECONNABORTED|EHOSTUNREACH|EAI_AGAIN|ENOENT|EISDIR|ENOTDIR|EACCES|EEXIST|EPERM|GETADDRINFO/i;
/** Words that n8n asks to avoid. */
const DISCOURAGED = /\b(errors?|problems?|failures?|fail(s|ed)?|mistakes?)\b/i;
const UNREADABLE = /undefined|null|NaN|\[object|\s{2,}|^\s|\.\./;

const status = (status: number, more: Partial<ApiFailure> = {}): ApiFailure => ({
	kind: 'status',
	status,
	...more,
});
const noAnswer = (code: string): ApiFailure => ({ kind: 'noAnswer', code });
const HTML: ApiFailure = { kind: 'intermediary', serverMessage: 'answered with a web page' };
const HTML_403: ApiFailure = { ...HTML, intermediaryStatus: 403 };
const REDIRECT: ApiFailure = { kind: 'redirect', status: 302 };
const REFUSED: ApiFailure = { kind: 'refusal', fields: { phone: ['is wrong'] } };

const READ: FailedCall = {
	path: 'customer',
	action: 'index',
	task: 'list the customers',
	host: 'demo.s20.online',
	isIdempotent: true,
	branch: 3,
	labels: { phone: 'Phone', name: 'Name' },
	rateLimitWaitMs: 60_000,
	waitedMs: 60_000,
};
const WRITE: FailedCall = { ...READ, task: 'update customer 501', isIdempotent: false };
const calls = [
	['a read', READ],
	['a write', WRITE],
] as const;
const wordsOf = (failure: ApiFailure, call: FailedCall) => {
	const { message, description = '' } = explainFailure(failure, call);
	return `${message} ${description}`;
};

/** Each kind of failure, and what its message must say of the cause. */
const TROUBLES: Array<[what: string, failure: ApiFailure, cause: RegExp]> = [
	['a refusal without a reason', { kind: 'refusal' }, /no reason/],
	['a refusal in words', { kind: 'refusal', serverMessage: 'Balance is too low' }, /Balance is too low/],
	['a refused field', REFUSED, /Phone.* is wrong/],
	['a redirect elsewhere', { ...REDIRECT, location: 'x.example' }, /redirect to x\.example/],
	['a web page', HTML, /web page/],
	['a web page with a status', HTML_403, /answered with a web page \(HTTP 403\)/],
	['an answer that is no JSON', { kind: 'intermediary' }, /did not answer as AlfaCRM does/],
	[
		'something unheard of',
		{ kind: 'unexpected', serverMessage: 'x is not a function' },
		/x is not a function/,
	],
	['something without a word', { kind: 'unexpected' }, /no reason/],
	['400', status(400, { serverMessage: 'group_id is missing' }), /HTTP 400.*group_id is missing/],
	['401', status(401), /not accept the login/],
	['403', status(403), /denied access/],
	['404', status(404), /found/],
	['429', status(429), /too many requests after 60 seconds/],
	['503', status(503), /HTTP 503/],
];

/** Why no answer came, what its message says, and what to do. */
const UNANSWERED: Array<[code: string, message: RegExp, description: RegExp]> = [
	['ENOTFOUND', /was not found, so it could not list/, /^Check 'Hostname' in the credential\.$/],
	[
		'EAI_AGAIN',
		/could not be looked up, so it could not list/,
		/^No name server answered\. Try again later, or/,
	],
	['CERT_HAS_EXPIRED', /did not prove who it is, so/, /certificate \(CERT_HAS_EXPIRED\)/],
	['EHOSTUNREACH', /could not be reached, so/, /^Check the network that n8n runs in\.$/],
	['ECONNREFUSED', /refused the connection, so/, /^Check 'Hostname'.*opens in a browser\.$/],
	['ECONNABORTED', /did not answer within 30 seconds/, /^Try again later/],
	['ETIMEDOUT', /did not answer within 30 seconds/, /^Try again later/],
	['ECONNRESET', /closed the connection before/, /^Try again later/],
];

/** Troubles that lie outside of what was to be done. */
const WITHOUT_TASK: typeof TROUBLES = [
	[
		'a refused login',
		{ kind: 'login', serverMessage: "Check 'Email' and 'API Key'." },
		/Check 'Email' and 'API Key'/,
	],
	['a refused login without words', { kind: 'login' }, /login/],
	['a cancelled execution', { kind: 'cancelled' }, /cancelled/],
];
const ALL = [
	...TROUBLES,
	...UNANSWERED.map(([code, message]): [string, ApiFailure, RegExp] => [
		code,
		noAnswer(code),
		new RegExp(message.source.replace(' list', '')),
	]),
];

describe.each(calls)('the message of %s', (_which, call) => {
	it.each([...ALL, ...WITHOUT_TASK])(
		'names the cause, is shown as it is, in words that n8n likes, after %s',
		(_what, failure, cause) => {
			const text = explainFailure(failure, call);
			expect(text.message).toMatch(cause);
			const shown = nodeError(NODE, text, 0, text.n8nFailure);
			expect([shown.message, shown.description ?? undefined]).toEqual([text.message, text.description]);
			expect(text.message).toMatch(/^[A-Z]|^demo\.s20\.online/);
			expect(text.message).not.toMatch(NETWORK_CODES);
			const words = wordsOf(failure, call);
			expect(words).not.toMatch(DISCOURAGED);
			expect(words.trim()).not.toMatch(UNREADABLE);
		},
	);

	it.each(ALL)('names the task after %s', (_what, failure) => {
		expect(explainFailure(failure, call).message).toContain(call.task);
	});
});

it.each(UNANSWERED)('after %s it says what happened and what to do', (code, message, description) => {
	const text = explainFailure(noAnswer(code), READ);
	expect(text.message).toMatch(message);
	expect(text.description).toMatch(description);
});

describe('whether it was carried out all the same', () => {
	const MAY_BE_DONE = /may have carried it out/;
	const LOST: ApiFailure[] = [
		...['ECONNRESET', 'ECONNABORTED', 'ETIMEDOUT'].map(noAnswer),
		...[500, 503].map((code) => status(code)),
		{ kind: 'intermediary', serverMessage: 'sent an answer that is not complete JSON' },
		HTML,
		HTML_403,
		REDIRECT,
		{ kind: 'cancelled', isInProgress: true },
		{ kind: 'unexpected' },
	];
	const NOT_DONE: ApiFailure[] = [
		...UNANSWERED.map(([code]) => noAnswer(code)).filter(
			({ code }) => !LOST.some((lost) => lost.code === code),
		),
		{ kind: 'login' },
		REFUSED,
		{ kind: 'cancelled' },
		{ kind: 'notSent', serverMessage: 'It was taken back' },
		...[400, 403, 429].map((code) => status(code)),
	];

	it.each(LOST)('is left open for a write, and no question for a read, after %j', (failure) => {
		expect(explainFailure(failure, WRITE).description).toMatch(MAY_BE_DONE);
		expect(wordsOf(failure, READ)).not.toMatch(MAY_BE_DONE);
	});

	it.each(NOT_DONE)('is no question for a write, nor for a read, after %j', (failure) => {
		for (const call of [WRITE, READ]) expect(wordsOf(failure, call)).not.toMatch(MAY_BE_DONE);
	});

	it.each([REDIRECT, HTML])('is not denied after %j', (failure) => {
		expect(explainFailure(failure, WRITE).message).not.toMatch(/could not/);
		expect(explainFailure(failure, READ).message).toMatch(/could not/);
	});
});

describe('what was saved', () => {
	const described = (failure: ApiFailure, call: FailedCall) => explainFailure(failure, call).description;

	it('is nothing after a write that AlfaCRM refused, and no question after a read', () => {
		expect(described(REFUSED, WRITE)).toMatch(/Nothing was saved\.$/);
		expect(described(REFUSED, READ)).not.toMatch(/saved/i);
	});

	it.each([REFUSED, status(400), noAnswer('ENOTFOUND'), HTML])(
		'is named after %j, when there was a write before',
		(failure) => {
			for (const call of [WRITE, READ]) {
				const description = described(failure, {
					...call,
					savedBefore: ['create the customer', 'add it to group 7'],
				});
				expect(description).toMatch(/Saved before: create the customer; add it to group 7\.$/);
				expect(description).not.toContain('Nothing was saved');
			}
		},
	);
});

describe('a refusal', () => {
	const described = (fields: ApiFailure['fields'], sent: Partial<FailedCall> = {}) =>
		explainFailure({ kind: 'refusal', fields }, { ...WRITE, ...sent });

	it("names each field by its label, the server's words and the name that the API uses", () => {
		const fields = { phone: ['is wrong', 'is taken'], name: ['is empty'], custom_school: ['is unknown'] };
		expect(described(fields)).toMatchObject({
			message:
				'AlfaCRM did not update customer 501: Phone – is wrong is taken; Name – is empty; custom_school – is unknown',
			description:
				"Correct 'Phone' (phone), 'Name' (name), 'custom_school' (custom_school) and run it again. Nothing was saved.",
			status: 200,
		});
	});

	it('shows messages that belong to no field alone', () => {
		const { message, description } = described({
			phone: ['is wrong'],
			'0': ['Too late'],
			'1a': ['is odd'],
			'': ['Sorry'],
		});
		expect(message).toBe(
			'AlfaCRM did not update customer 501: Too late; Phone – is wrong; 1a – is odd; Sorry',
		);
		expect(description).toBe("Correct 'Phone' (phone), '1a' (1a) and run it again. Nothing was saved.");
		expect(described({ '': ['No seats left.'] }).description).toBe('Nothing was saved.');
	});

	it('says what to fill where it was not sent, and what to correct of the rest', () => {
		const fields = { phone: ['is wrong'], name: ['is missing'] };
		const advice = (sent: Partial<FailedCall>) => described(fields, sent).description;
		expect(advice({ body: { phone: 'x' } })).toBe(
			"Correct 'Phone' (phone), fill 'Name' (name) and run it again. Nothing was saved.",
		);
		expect(advice({ body: {}, query: { phone: 'x', name: 'x' } })).toBe(
			"Correct 'Phone' (phone), 'Name' (name) and run it again. Nothing was saved.",
		);
		expect(advice({ body: {} })).toBe(
			"Fill 'Phone' (phone), 'Name' (name) and run it again. Nothing was saved.",
		);
	});

	it.each([422, 403, 503])('carries the status of the answer: %d', (code) => {
		expect(explainFailure({ ...REFUSED, status: code }, WRITE).status).toBe(code);
		expect(explainFailure(status(code), WRITE).status).toBe(code);
	});
});

it.each([403, 404])('after %d it names the branch, if there is one', (code) => {
	expect(explainFailure(status(code), READ).message).toContain('in branch 3');
	expect(explainFailure(status(code), { ...READ, branch: undefined }).message).not.toContain('branch');
});

describe('a web page with a status', () => {
	it('sends nobody to the hostname once AlfaCRM has answered there', () => {
		const text = explainFailure({ ...HTML, intermediaryStatus: 400 }, { ...READ, isHostKnown: true });
		expect(text.message).toBe(
			'demo.s20.online answered with a web page (HTTP 400), so it could not list the customers',
		);
		expect(text.description).toBe(
			'AlfaCRM answers in JSON: a firewall or a proxy may have sent this instead or cut it off, or AlfaCRM is being updated. Try again later.',
		);
	});

	it('names the hostname where AlfaCRM has not answered yet', () => {
		expect(explainFailure(HTML_403, READ).description).toMatch(
			/Check 'Hostname' in the credential and whether/,
		);
	});

	it('gives the error no status, by which it would count as a refusal of AlfaCRM', () => {
		expect(explainFailure(HTML_403, READ).status).toBeUndefined();
	});
});

describe('what n8n is told of the cause', () => {
	it.each<[failure: ApiFailure, cause: string]>([
		[status(401), 'credential-invalid'],
		[status(403), 'credential-invalid'],
		[status(404), 'configuration-invalid'],
		[status(429), 'rate-limited'],
		[HTML_403, 'temporarily-unavailable'],
		[HTML, 'temporarily-unavailable'],
		[REFUSED, 'temporarily-unavailable'],
		[REDIRECT, 'configuration-invalid'],
		[{ kind: 'login' }, 'credential-invalid'],
		[{ kind: 'login', loginFailureCause: 'rate-limited' }, 'rate-limited'],
	])('of %j in a list: %s', (failure, cause) => {
		expect(explainFailure(failure, READ).n8nFailure?.cause).toBe(cause);
	});

	it.each<ApiFailure>([status(429), { kind: 'login', loginFailureCause: 'rate-limited' }])(
		'holds how long AlfaCRM asked to wait, else a minute, and blames no credential, after %j',
		(failure) => {
			const text = explainFailure({ ...failure, retryAfterMs: 90_000 }, READ);
			expect(text.n8nFailure).toMatchObject({ retryAfterMs: 90_000 });
			expect(text.description).toMatch(/^Run less at the same time/);
			expect(explainFailure(failure, READ).n8nFailure).toMatchObject({ retryAfterMs: 60_000 });
		},
	);
});

it('a credential is to be corrected after a login that was refused, and not after one that met a server in trouble', () => {
	expect(explainFailure({ kind: 'login' }, WRITE).description).toMatch(/^Open the credential, correct it/);
	const inTrouble: ApiFailure = { kind: 'login', loginFailureCause: 'temporarily-unavailable' };
	expect(explainFailure(inTrouble, WRITE).description).toBe(
		'It was during the login, before the call itself was sent.',
	);
});

it.each([
	[0, 300_000, 301_000, /still received too many requests after 300 seconds and/],
	[400_000, 300_000, 301_000, /asks to wait for 400 seconds and/],
	[1_000, 0, 60, /asks to wait for 1 second and/],
	[0, 0, 60, /receives too many requests and did not/],
])(
	'after 429 with %i ms to wait, of %i ms after %i ms, it says what is true',
	(asked, mayWait, waited, says) => {
		const call = { ...READ, rateLimitWaitMs: mayWait, waitedMs: waited };
		expect(explainFailure(status(429, { retryAfterMs: asked }), call).message).toMatch(says);
	},
);

describe('the one text of a login that does not succeed', () => {
	it.each<[failure: ApiFailure, says: RegExp, cause: string]>([
		[
			status(403, { serverMessage: 'Not Authorized' }),
			/'Email' and 'API Key'.*Not Authorized/,
			'credential-invalid',
		],
		[
			HTML_403,
			/^demo\.s20\.online does not answer as AlfaCRM does.*web page.*HTTP 403.*'Hostname'.*later/,
			'temporarily-unavailable',
		],
		[status(404), /no AlfaCRM at demo\.s20\.online.*'Hostname'/, 'configuration-invalid'],
		[status(429), /too many requests/, 'rate-limited'],
		[status(500), /HTTP 500.*later/, 'temporarily-unavailable'],
		[{ ...REDIRECT, location: 'x.example' }, /redirect to x\.example.*'Hostname'/, 'configuration-invalid'],
		[{ kind: 'intermediary' }, /web page.*'Hostname'.*later/, 'temporarily-unavailable'],
		[noAnswer('EAI_AGAIN'), /could not be looked up.*later/, 'temporarily-unavailable'],
		[noAnswer('ENOTFOUND'), /was not found.*'Hostname'/, 'configuration-invalid'],
		[noAnswer('ECONNRESET'), /closed the connection before/, 'temporarily-unavailable'],
		[
			noAnswer('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
			/did not prove who it is.*\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\).*'Hostname'/,
			'configuration-invalid',
		],
		[
			noAnswer('ECONNABORTED'),
			new RegExp(`within ${LOGIN_TIMEOUT_MS / 1_000} seconds`),
			'temporarily-unavailable',
		],
		[{ kind: 'unexpected' }, /did not succeed\.$/, 'temporarily-unavailable'],
	])('says what is wrong after %j, and declares the cause', (failure, says, cause) => {
		const { message, context } = makeLoginError(failure, 'https://demo.s20.online');
		expect(message).toMatch(says);
		for (const bad of [NETWORK_CODES, DISCOURAGED, UNREADABLE]) expect(message).not.toMatch(bad);
		expect(context).toMatchObject({ loginFailed: cause });
	});

	it.each<ApiFailure>([HTML_403, { kind: 'intermediary' }])(
		'tells that AlfaCRM did not send it: %j',
		(failure) => {
			const { context } = makeLoginError(failure, 'https://demo.s20.online');

			expect(context).toEqual({ loginFailed: 'temporarily-unavailable', isFromIntermediary: true });
		},
	);

	it('blames the app key only where there is one', () => {
		expect(makeLoginError(status(403), 'https://demo.s20.online').message).not.toMatch(/App Key/);
		expect(makeLoginError(status(403), 'https://demo.s20.online', { hasAppKey: true }).message).toMatch(
			/'App Key'/,
		);
	});
});

import type { ApiFailure } from '../../../nodes/AlfaCrm/api/failures';
import { nodeError } from '../../../nodes/AlfaCrm/api/failures';
import { makeLoginError } from '../../../nodes/AlfaCrm/api/loginMessages';
import type { FailedCall } from '../../../nodes/AlfaCrm/api/messages';
import { explainFailure } from '../../../nodes/AlfaCrm/api/messages';
import { NODE } from '../../support/nodeErrors';

const ORIGIN = 'https://demo.s20.online';

/** Makes the failure of a call to which AlfaCRM answered with an HTTP status. */
function statusFailure(status: number, parts: Partial<ApiFailure> = {}): ApiFailure {
	return { kind: 'status', status, ...parts };
}

/** Makes the failure of a call to which no answer came. */
function networkFailure(code: string): ApiFailure {
	return { kind: 'noAnswer', code };
}

const WEB_PAGE: ApiFailure = { kind: 'intermediary', serverMessage: 'answered with a web page' };
const WEB_PAGE_WITH_403: ApiFailure = { ...WEB_PAGE, intermediaryStatus: 403 };
const INCOMPLETE_JSON: ApiFailure = {
	kind: 'intermediary',
	serverMessage: 'sent an answer that is not complete JSON',
};
const REDIRECT: ApiFailure = { kind: 'redirect', status: 302 };
const REDIRECT_ELSEWHERE: ApiFailure = { ...REDIRECT, location: 'x.example' };
const REFUSED_PHONE: ApiFailure = { kind: 'refusal', fields: { phone: ['is wrong'] } };
const NOT_SENT: ApiFailure = { kind: 'notSent', serverMessage: 'n8n could not prepare the request' };
const LOGIN_WITH_TOO_MANY_REQUESTS: ApiFailure = { kind: 'login', loginFailureCause: 'rate-limited' };

/** A call that reads. It gave up after the minute for which it may be sent again. */
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

/** A call that writes. */
const WRITE: FailedCall = { ...READ, task: 'update customer 501', isIdempotent: false };

/** Returns message and description of a failed call as one text. */
function readText(failure: ApiFailure, call: FailedCall): string {
	const { message, description = '' } = explainFailure(failure, call);
	return `${message} ${description}`.trim();
}

// ---------------------------------------------------------------- the rules for all texts

/** n8n puts a text of its own in place of a message that contains one of these. */
const NETWORK_CODE =
	/ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|ERRADDRINUSE|EADDRNOTAVAIL|ECONNABORTED|EHOSTUNREACH|EAI_AGAIN|ENOENT|EISDIR|ENOTDIR|EACCES|EEXIST|EPERM|GETADDRINFO/i;

/** Words that n8n asks to avoid. */
const DISCOURAGED_WORD = /\b(errors?|problems?|failures?|fail(s|ed)?|mistakes?)\b/i;

/** The words that get into a text when a part of it is missing. */
const TRACE_OF_MISSING_PART = /undefined|null|NaN|\[object|\s{2,}|^\s|\.\./;

interface FailureCase {
	problem: string;
	failure: ApiFailure;
	/** The words of the message that name the cause. */
	cause: RegExp;
}

/** Failures whose messages name the task. */
const FAILURES_OF_TASKS: FailureCase[] = [
	{ problem: 'a refusal without a reason', failure: { kind: 'refusal' }, cause: /gave no reason/ },
	{
		problem: 'a refusal in words',
		failure: { kind: 'refusal', serverMessage: 'Balance is too low' },
		cause: /Balance is too low/,
	},
	{ problem: 'a refused field', failure: REFUSED_PHONE, cause: /Phone – is wrong/ },
	{
		problem: 'a redirect elsewhere',
		failure: REDIRECT_ELSEWHERE,
		cause: /answered with a redirect to x\.example/,
	},
	{ problem: 'a web page', failure: WEB_PAGE, cause: /answered with a web page/ },
	{
		problem: 'a web page with HTTP 403',
		failure: WEB_PAGE_WITH_403,
		cause: /answered with a web page \(HTTP 403\)/,
	},
	{
		problem: 'an answer of an intermediary',
		failure: { kind: 'intermediary' },
		cause: /did not answer as AlfaCRM does/,
	},
	{
		problem: 'an unexpected failure',
		failure: { kind: 'unexpected', serverMessage: 'x is not a function' },
		cause: /x is not a function/,
	},
	{
		problem: 'an unexpected failure without words',
		failure: { kind: 'unexpected' },
		cause: /no reason was given/,
	},
	{
		problem: 'HTTP 400',
		failure: statusFailure(400, { serverMessage: 'group_id is missing' }),
		cause: /\(HTTP 400\): group_id is missing/,
	},
	{ problem: 'HTTP 401', failure: statusFailure(401), cause: /does not accept the login/ },
	{ problem: 'HTTP 403', failure: statusFailure(403), cause: /denied access/ },
	{ problem: 'HTTP 404', failure: statusFailure(404), cause: /"not found"/ },
	{ problem: 'HTTP 429', failure: statusFailure(429), cause: /too many requests after 60 seconds/ },
	{ problem: 'HTTP 503', failure: statusFailure(503), cause: /\(HTTP 503\)/ },
	{ problem: 'an unknown host', failure: networkFailure('ENOTFOUND'), cause: /was not found/ },
	{
		problem: 'a name server that does not answer',
		failure: networkFailure('EAI_AGAIN'),
		cause: /could not be looked up/,
	},
	{
		problem: 'an old certificate',
		failure: networkFailure('CERT_HAS_EXPIRED'),
		cause: /did not prove who it is/,
	},
	{
		problem: 'a network without a way to the host',
		failure: networkFailure('EHOSTUNREACH'),
		cause: /could not be reached/,
	},
	{
		problem: 'a refused connection',
		failure: networkFailure('ECONNREFUSED'),
		cause: /refused the connection/,
	},
	{
		problem: 'a timeout of Axios',
		failure: networkFailure('ECONNABORTED'),
		cause: /did not answer within 30 seconds/,
	},
	{
		problem: 'a timeout of the network',
		failure: networkFailure('ETIMEDOUT'),
		cause: /did not answer within 30 seconds/,
	},
	{
		problem: 'a connection that broke',
		failure: networkFailure('ECONNRESET'),
		cause: /closed the connection before its answer was complete/,
	},
];

/** Failures that have nothing to do with the task. */
const OTHER_FAILURES: FailureCase[] = [
	{
		problem: 'a refused login',
		failure: { kind: 'login', serverMessage: "Check 'Email' and 'API Key'." },
		cause: /Check 'Email' and 'API Key'/,
	},
	{
		problem: 'a refused login without words',
		failure: { kind: 'login' },
		cause: /The login to AlfaCRM did not succeed/,
	},
	{
		problem: 'a cancelled execution',
		failure: { kind: 'cancelled' },
		cause: /The execution was cancelled/,
	},
];

const ALL_FAILURES = [...FAILURES_OF_TASKS, ...OTHER_FAILURES];

describe.each([
	{ kindOfCall: 'read', call: READ },
	{ kindOfCall: 'write', call: WRITE },
])('explainFailure of a $kindOfCall', ({ kindOfCall, call }) => {
	it.each(ALL_FAILURES)(
		`the message about a ${kindOfCall} names the cause: $problem`,
		({ failure, cause }) => {
			expect(explainFailure(failure, call).message).toMatch(cause);
		},
	);

	it.each(FAILURES_OF_TASKS)(
		`the message about a ${kindOfCall} names the task after $problem`,
		({ failure }) => {
			expect(explainFailure(failure, call).message).toContain(call.task);
		},
	);

	it.each(ALL_FAILURES)(
		`n8n shows the message about a ${kindOfCall} unchanged after $problem`,
		({ failure }) => {
			const text = explainFailure(failure, call);

			const shownError = nodeError(NODE, text, 0, text.n8nFailure);

			expect(shownError.message).toBe(text.message);
			expect(shownError.description ?? undefined).toBe(text.description);
			expect(text.message).not.toMatch(NETWORK_CODE);
		},
	);

	it.each(ALL_FAILURES)(
		`the message about a ${kindOfCall} is a whole sentence without words that n8n asks to avoid after $problem`,
		({ failure }) => {
			const text = readText(failure, call);

			expect(text).toMatch(/^[A-Z]|^demo\.s20\.online/);
			expect(text).not.toMatch(DISCOURAGED_WORD);
			expect(text).not.toMatch(TRACE_OF_MISSING_PART);
		},
	);
});

describe('explainFailure of a call without an answer', () => {
	it.each([
		{
			code: 'ENOTFOUND',
			message: 'demo.s20.online was not found, so it could not list the customers',
			description: "Check 'Hostname' in the credential.",
		},
		{
			code: 'EAI_AGAIN',
			message: 'demo.s20.online could not be looked up, so it could not list the customers',
			description: 'No name server answered. Try again later, or check the network that n8n runs in.',
		},
		{
			code: 'CERT_HAS_EXPIRED',
			message: 'demo.s20.online did not prove who it is, so it could not list the customers',
			description:
				"n8n does not accept its certificate (CERT_HAS_EXPIRED). Check 'Hostname' in the credential.",
		},
		{
			code: 'EHOSTUNREACH',
			message: 'demo.s20.online could not be reached, so it could not list the customers',
			description: 'Check the network that n8n runs in.',
		},
		{
			code: 'ECONNREFUSED',
			message: 'demo.s20.online refused the connection, so it could not list the customers',
			description: "Check 'Hostname' in the credential and whether AlfaCRM opens in a browser.",
		},
		{
			code: 'ECONNABORTED',
			message: 'demo.s20.online did not answer within 30 seconds, so it could not list the customers',
			description: 'Try again later, or check the network that n8n runs in.',
		},
		{
			code: 'ETIMEDOUT',
			message: 'demo.s20.online did not answer within 30 seconds, so it could not list the customers',
			description: 'Try again later, or check the network that n8n runs in.',
		},
		{
			code: 'ECONNRESET',
			message:
				'demo.s20.online closed the connection before its answer was complete, so it could not list the customers',
			description: 'Try again later, or check the network that n8n runs in.',
		},
	])(
		'after $code, the message says what happened, and the description says what to do',
		({ code, message, description }) => {
			const text = explainFailure(networkFailure(code), READ);

			expect(text).toMatchObject({ message, description });
		},
	);
});

describe('explainFailure of a call that AlfaCRM may have carried out', () => {
	const FAILURES_IN_DOUBT: Array<{ problem: string; failure: ApiFailure }> = [
		{ problem: 'a connection that broke', failure: networkFailure('ECONNRESET') },
		{ problem: 'a timeout of Axios', failure: networkFailure('ECONNABORTED') },
		{ problem: 'a timeout of the network', failure: networkFailure('ETIMEDOUT') },
		{ problem: 'HTTP 500', failure: statusFailure(500) },
		{ problem: 'HTTP 503', failure: statusFailure(503) },
		{ problem: 'incomplete JSON', failure: INCOMPLETE_JSON },
		{ problem: 'a web page', failure: WEB_PAGE },
		{ problem: 'a web page with HTTP 403', failure: WEB_PAGE_WITH_403 },
		{ problem: 'a redirect', failure: REDIRECT },
		{ problem: 'cancelling after it was sent', failure: { kind: 'cancelled', isInProgress: true } },
		{ problem: 'an unexpected failure', failure: { kind: 'unexpected' } },
	];

	it.each(FAILURES_IN_DOUBT)(
		'the description warns that AlfaCRM may have carried out a write after $problem',
		({ failure }) => {
			expect(explainFailure(failure, WRITE).description).toContain(
				'AlfaCRM may have carried it out all the same: look there before you run this again.',
			);
		},
	);

	it.each(FAILURES_IN_DOUBT)('the message about a read gives no warning after $problem', ({ failure }) => {
		expect(readText(failure, READ)).not.toContain('may have carried it out');
	});

	it.each([
		{ problem: 'a redirect', failure: REDIRECT },
		{ problem: 'a web page', failure: WEB_PAGE },
	])('the message does not claim that AlfaCRM could not carry out a write after $problem', ({ failure }) => {
		const { message } = explainFailure(failure, WRITE);

		expect(message).toMatch(/, when asked to update customer 501$/);
	});

	it.each([
		{ problem: 'a redirect', failure: REDIRECT },
		{ problem: 'a web page', failure: WEB_PAGE },
	])('the message says that AlfaCRM could not carry out a read after $problem', ({ failure }) => {
		const { message } = explainFailure(failure, READ);

		expect(message).toMatch(/, so it could not list the customers$/);
	});
});

describe('explainFailure of a call that was certainly not carried out', () => {
	const FAILURES_WITHOUT_DOUBT: Array<{ problem: string; failure: ApiFailure }> = [
		{ problem: 'an unknown host', failure: networkFailure('ENOTFOUND') },
		{ problem: 'a name server that does not answer', failure: networkFailure('EAI_AGAIN') },
		{ problem: 'an old certificate', failure: networkFailure('CERT_HAS_EXPIRED') },
		{ problem: 'a network without a way to the host', failure: networkFailure('EHOSTUNREACH') },
		{ problem: 'a refused connection', failure: networkFailure('ECONNREFUSED') },
		{ problem: 'a refused login', failure: { kind: 'login' } },
		{ problem: 'a refused field', failure: REFUSED_PHONE },
		{ problem: 'cancelling before it was sent', failure: { kind: 'cancelled' } },
		{ problem: 'a request that n8n could not prepare', failure: NOT_SENT },
		{ problem: 'HTTP 400', failure: statusFailure(400) },
		{ problem: 'HTTP 403', failure: statusFailure(403) },
		{ problem: 'HTTP 429', failure: statusFailure(429) },
	];

	it.each(FAILURES_WITHOUT_DOUBT)(
		'the message raises no doubt whether AlfaCRM has carried out a write after $problem',
		({ failure }) => {
			expect(readText(failure, WRITE)).not.toContain('may have carried it out');
		},
	);

	it.each(FAILURES_WITHOUT_DOUBT)(
		'the message raises no doubt about a read after $problem',
		({ failure }) => {
			expect(readText(failure, READ)).not.toContain('may have carried it out');
		},
	);
});

describe('explainFailure and what was saved', () => {
	const SAVED_BEFORE = ['create the customer', 'add it to group 7'];

	const FAILURES_AFTER_WRITES: Array<{ problem: string; failure: ApiFailure }> = [
		{ problem: 'a refused field', failure: REFUSED_PHONE },
		{ problem: 'HTTP 400', failure: statusFailure(400) },
		{ problem: 'an unknown host', failure: networkFailure('ENOTFOUND') },
		{ problem: 'a web page', failure: WEB_PAGE },
	];

	it('the description says that nothing was saved when AlfaCRM refused a write', () => {
		const { description } = explainFailure(REFUSED_PHONE, WRITE);

		expect(description).toMatch(/Nothing was saved\.$/);
	});

	it('the description does not mention saving when AlfaCRM refused a read', () => {
		const { description } = explainFailure(REFUSED_PHONE, READ);

		expect(description).not.toMatch(/saved/i);
	});

	it.each(FAILURES_AFTER_WRITES)(
		'the description names the earlier writes that were saved after a write met $problem',
		({ failure }) => {
			const { description } = explainFailure(failure, { ...WRITE, savedBefore: SAVED_BEFORE });

			expect(description).toMatch(/Saved before: create the customer; add it to group 7\.$/);
			expect(description).not.toContain('Nothing was saved');
		},
	);

	it.each(FAILURES_AFTER_WRITES)(
		'the description names the earlier writes that were saved after a read met $problem',
		({ failure }) => {
			const { description } = explainFailure(failure, { ...READ, savedBefore: SAVED_BEFORE });

			expect(description).toMatch(/Saved before: create the customer; add it to group 7\.$/);
			expect(description).not.toContain('Nothing was saved');
		},
	);
});

describe('explainFailure of a refusal', () => {
	it("the message names each refused field by its label with AlfaCRM's words, and the description adds the name in the API", () => {
		const failure: ApiFailure = {
			kind: 'refusal',
			fields: {
				phone: ['is wrong', 'is taken'],
				name: ['is empty'],
				custom_school: ['is unknown'],
			},
		};

		expect(explainFailure(failure, WRITE)).toMatchObject({
			message:
				'AlfaCRM did not update customer 501: Phone – is wrong is taken; Name – is empty; custom_school – is unknown',
			description:
				"Correct 'Phone' (phone), 'Name' (name), 'custom_school' (custom_school) and run it again. Nothing was saved.",
			status: 200,
		});
	});

	it('the message quotes the words that belong to no field, and the description gives advice about the fields only', () => {
		const failure: ApiFailure = {
			kind: 'refusal',
			fields: { phone: ['is wrong'], '0': ['Too late'], '1a': ['is odd'], '': ['Sorry'] },
		};

		expect(explainFailure(failure, WRITE)).toMatchObject({
			message: 'AlfaCRM did not update customer 501: Too late; Phone – is wrong; 1a – is odd; Sorry',
			description: "Correct 'Phone' (phone), '1a' (1a) and run it again. Nothing was saved.",
		});
	});

	it('the description gives no advice when AlfaCRM names no field', () => {
		const failure: ApiFailure = { kind: 'refusal', fields: { '': ['No seats left.'] } };

		expect(explainFailure(failure, WRITE).description).toBe('Nothing was saved.');
	});

	it.each([
		{
			sentFields: 'the phone alone was sent in the body',
			sent: { body: { phone: 'x' } },
			description: "Correct 'Phone' (phone), fill 'Name' (name) and run it again. Nothing was saved.",
		},
		{
			sentFields: 'both fields were sent in the query',
			sent: { body: {}, query: { phone: 'x', name: 'x' } },
			description: "Correct 'Phone' (phone), 'Name' (name) and run it again. Nothing was saved.",
		},
		{
			sentFields: 'neither field was sent',
			sent: { body: {} },
			description: "Fill 'Phone' (phone), 'Name' (name) and run it again. Nothing was saved.",
		},
	])(
		'the description advises to correct the sent fields and to fill the others when $sentFields',
		({ sent, description }) => {
			const failure: ApiFailure = {
				kind: 'refusal',
				fields: { phone: ['is wrong'], name: ['is missing'] },
			};

			expect(explainFailure(failure, { ...WRITE, ...sent }).description).toBe(description);
		},
	);
});

describe('explainFailure and the HTTP status of the error', () => {
	it.each([{ status: 422 }, { status: 403 }, { status: 503 }])(
		'the explanation has the status of a refusal with HTTP $status',
		({ status }) => {
			expect(explainFailure({ ...REFUSED_PHONE, status }, WRITE).status).toBe(status);
		},
	);

	it.each([{ status: 422 }, { status: 403 }, { status: 503 }])(
		'the explanation has the status of an answer with HTTP $status',
		({ status }) => {
			expect(explainFailure(statusFailure(status), WRITE).status).toBe(status);
		},
	);

	it('the explanation has no status after a web page with HTTP 403, because AlfaCRM has not refused the call', () => {
		expect(explainFailure(WEB_PAGE_WITH_403, READ).status).toBeUndefined();
	});
});

describe("explainFailure and AlfaCRM's own words", () => {
	it("the description quotes AlfaCRM's words after HTTP 403", () => {
		const failure = statusFailure(403, { serverMessage: 'Недостаточно прав' });

		expect(explainFailure(failure, READ).description).toMatch(/ AlfaCRM said: Недостаточно прав$/);
	});

	it("the message quotes AlfaCRM's words after HTTP 400, and the description does not repeat them", () => {
		const failure = statusFailure(400, { serverMessage: 'group_id is missing' });

		expect(explainFailure(failure, READ)).toMatchObject({
			message: 'AlfaCRM would not list the customers (HTTP 400): group_id is missing',
			description: 'Check the parameters of this node.',
		});
	});
});

describe('explainFailure and the branch of the call', () => {
	it.each([{ status: 403 }, { status: 404 }])(
		'the message names the branch of the call after HTTP $status',
		({ status }) => {
			expect(explainFailure(statusFailure(status), READ).message).toContain('in branch 3');
		},
	);

	it.each([{ status: 403 }, { status: 404 }])(
		'the message names no branch after HTTP $status when the call has none',
		({ status }) => {
			const call: FailedCall = { ...READ, branch: undefined };

			expect(explainFailure(statusFailure(status), call).message).not.toContain('branch');
		},
	);
});

describe('explainFailure of a web page', () => {
	it('the description does not advise to check the hostname when AlfaCRM has answered there before', () => {
		const failure: ApiFailure = { ...WEB_PAGE, intermediaryStatus: 400 };

		expect(explainFailure(failure, { ...READ, isHostKnown: true })).toMatchObject({
			message: 'demo.s20.online answered with a web page (HTTP 400), so it could not list the customers',
			description:
				'AlfaCRM answers in JSON: a firewall or a proxy may have sent this instead or cut it off, or AlfaCRM is being updated. Try again later.',
		});
	});

	it('the description advises to check the hostname when AlfaCRM has never answered there', () => {
		expect(explainFailure(WEB_PAGE_WITH_403, READ).description).toContain(
			"Check 'Hostname' in the credential and whether AlfaCRM opens in a browser.",
		);
	});
});

describe('explainFailure and the cause that n8n is told', () => {
	it.each<{ problem: string; failure: ApiFailure; cause: string }>([
		{ problem: 'HTTP 401', failure: statusFailure(401), cause: 'credential-invalid' },
		{ problem: 'HTTP 403', failure: statusFailure(403), cause: 'credential-invalid' },
		{ problem: 'HTTP 404', failure: statusFailure(404), cause: 'configuration-invalid' },
		{ problem: 'HTTP 429', failure: statusFailure(429), cause: 'rate-limited' },
		{ problem: 'a web page', failure: WEB_PAGE, cause: 'temporarily-unavailable' },
		{
			problem: 'a web page with HTTP 403',
			failure: WEB_PAGE_WITH_403,
			cause: 'temporarily-unavailable',
		},
		{ problem: 'a refusal', failure: REFUSED_PHONE, cause: 'temporarily-unavailable' },
		{ problem: 'a redirect', failure: REDIRECT, cause: 'configuration-invalid' },
		{ problem: 'a refused login', failure: { kind: 'login' }, cause: 'credential-invalid' },
		{
			problem: 'a login that met too many requests',
			failure: LOGIN_WITH_TOO_MANY_REQUESTS,
			cause: 'rate-limited',
		},
	])('the explanation tells n8n the cause $cause after $problem', ({ failure, cause }) => {
		expect(explainFailure(failure, READ).n8nFailure?.cause).toBe(cause);
	});

	const TOO_MANY_REQUESTS: Array<{ problem: string; failure: ApiFailure }> = [
		{ problem: 'HTTP 429', failure: statusFailure(429) },
		{ problem: 'a login that met too many requests', failure: LOGIN_WITH_TOO_MANY_REQUESTS },
	];

	it.each(TOO_MANY_REQUESTS)(
		'the explanation tells n8n to wait as long as AlfaCRM asks after $problem',
		({ failure }) => {
			const { n8nFailure } = explainFailure({ ...failure, retryAfterMs: 90_000 }, READ);

			expect(n8nFailure).toMatchObject({ retryAfterMs: 90_000 });
		},
	);

	it.each(TOO_MANY_REQUESTS)(
		'the explanation tells n8n to wait a minute after $problem when AlfaCRM does not say how long',
		({ failure }) => {
			const { n8nFailure } = explainFailure(failure, READ);

			expect(n8nFailure).toMatchObject({ retryAfterMs: 60_000 });
		},
	);

	it.each(TOO_MANY_REQUESTS)(
		'the description advises to run less at the same time after $problem',
		({ failure }) => {
			expect(explainFailure(failure, READ).description).toBe(
				"Run less at the same time, or lower 'Requests per Second' in the advanced settings of the credential.",
			);
		},
	);
});

describe('explainFailure of a login before the call', () => {
	it('the description advises to correct the credential when AlfaCRM refused the login', () => {
		const { description } = explainFailure({ kind: 'login' }, WRITE);

		expect(description).toMatch(/^Open the credential, correct it and press 'Retry' or 'Test' there\./);
	});

	it('the description says that the call itself was not sent when the server failed during the login', () => {
		const failure: ApiFailure = { kind: 'login', loginFailureCause: 'temporarily-unavailable' };

		expect(explainFailure(failure, WRITE).description).toBe(
			'It was during the login, before the call itself was sent.',
		);
	});
});

describe('explainFailure of too many requests', () => {
	it.each([
		{
			situation: 'the call was sent again until its time was up',
			retryAfterMs: 0,
			rateLimitWaitMs: 300_000,
			waitedMs: 301_000,
			message: 'AlfaCRM still received too many requests after 300 seconds and did not list the customers',
		},
		{
			situation: 'the call was sent again until its time was up and AlfaCRM asked for short pauses',
			retryAfterMs: 1_000,
			rateLimitWaitMs: 300_000,
			waitedMs: 301_000,
			message: 'AlfaCRM still received too many requests after 300 seconds and did not list the customers',
		},
		{
			situation: 'AlfaCRM asks for a longer pause than the call may wait',
			retryAfterMs: 400_000,
			rateLimitWaitMs: 300_000,
			waitedMs: 301_000,
			message:
				'AlfaCRM receives too many requests, asks to wait for 400 seconds and did not list the customers',
		},
		{
			situation: 'AlfaCRM asks for a pause of a second and the call may not wait',
			retryAfterMs: 1_000,
			rateLimitWaitMs: 0,
			waitedMs: 60,
			message: 'AlfaCRM receives too many requests, asks to wait for 1 second and did not list the customers',
		},
		{
			situation: 'the call may not wait',
			retryAfterMs: 0,
			rateLimitWaitMs: 0,
			waitedMs: 60,
			message: 'AlfaCRM receives too many requests and did not list the customers',
		},
	])('the message says how long the call has waited, or how long it should wait, when $situation', (row) => {
		const call: FailedCall = { ...READ, rateLimitWaitMs: row.rateLimitWaitMs, waitedMs: row.waitedMs };
		const failure = statusFailure(429, { retryAfterMs: row.retryAfterMs });

		expect(explainFailure(failure, call).message).toBe(row.message);
	});
});

// ---------------------------------------------------------------- the login

const LOGIN_FAILURES: Array<{ problem: string; failure: ApiFailure; message: string; cause: string }> = [
	{
		problem: 'HTTP 403 of AlfaCRM',
		failure: statusFailure(403, { serverMessage: 'Not Authorized' }),
		message:
			"AlfaCRM did not accept the login. Check 'Email' and 'API Key': the key must be the v2api key of that very user. (HTTP 403. AlfaCRM said: Not Authorized.)",
		cause: 'credential-invalid',
	},
	{
		problem: 'a web page with HTTP 403',
		failure: WEB_PAGE_WITH_403,
		message:
			"demo.s20.online does not answer as AlfaCRM does: a web page or an incomplete text (HTTP 403) came instead of data. Check 'Hostname', or try again later.",
		cause: 'temporarily-unavailable',
	},
	{
		problem: 'HTTP 404',
		failure: statusFailure(404),
		message:
			"There is no AlfaCRM at demo.s20.online: the address of the login was not found. Check 'Hostname'.",
		cause: 'configuration-invalid',
	},
	{
		problem: 'HTTP 429',
		failure: statusFailure(429),
		message: 'AlfaCRM receives too many requests and did not take the login.',
		cause: 'rate-limited',
	},
	{
		problem: 'HTTP 500',
		failure: statusFailure(500),
		message: 'AlfaCRM could not take the login (HTTP 500). Try again later.',
		cause: 'temporarily-unavailable',
	},
	{
		problem: 'a redirect elsewhere',
		failure: REDIRECT_ELSEWHERE,
		message:
			"demo.s20.online answered with a redirect to x.example, which was not followed so that the key stays here. Check 'Hostname'.",
		cause: 'configuration-invalid',
	},
	{
		problem: 'an answer of an intermediary',
		failure: { kind: 'intermediary' },
		message:
			"demo.s20.online does not answer as AlfaCRM does: a web page or an incomplete text came instead of data. Check 'Hostname', or try again later.",
		cause: 'temporarily-unavailable',
	},
	{
		problem: 'a name server that does not answer',
		failure: networkFailure('EAI_AGAIN'),
		message:
			'demo.s20.online could not be looked up. No name server answered. Try again later, or check the network that n8n runs in.',
		cause: 'temporarily-unavailable',
	},
	{
		problem: 'an unknown host',
		failure: networkFailure('ENOTFOUND'),
		message: "demo.s20.online was not found. Check 'Hostname' in the credential.",
		cause: 'configuration-invalid',
	},
	{
		problem: 'a connection that broke',
		failure: networkFailure('ECONNRESET'),
		message:
			'demo.s20.online closed the connection before its answer was complete. Try again later, or check the network that n8n runs in.',
		cause: 'temporarily-unavailable',
	},
	{
		problem: 'a certificate that n8n does not accept',
		failure: networkFailure('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
		message:
			"demo.s20.online did not prove who it is. n8n does not accept its certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE). Check 'Hostname' in the credential.",
		cause: 'configuration-invalid',
	},
	{
		problem: 'a timeout',
		failure: networkFailure('ECONNABORTED'),
		message:
			'demo.s20.online did not answer within 10 seconds. Try again later, or check the network that n8n runs in.',
		cause: 'temporarily-unavailable',
	},
	{
		problem: 'an unexpected failure',
		failure: { kind: 'unexpected' },
		message: 'The login to AlfaCRM did not succeed.',
		cause: 'temporarily-unavailable',
	},
];

describe('makeLoginError', () => {
	it.each(LOGIN_FAILURES)(
		'the error of a login says after $problem what happened and what to do, and tells n8n the cause',
		({ failure, message, cause }) => {
			const error = makeLoginError(failure, ORIGIN);

			expect(error.message).toBe(message);
			expect(error.context).toMatchObject({ loginFailed: cause });
		},
	);

	it.each(LOGIN_FAILURES)(
		'the error of a login has no words that n8n replaces or asks to avoid after $problem',
		({ failure }) => {
			const { message } = makeLoginError(failure, ORIGIN);

			expect(message).not.toMatch(NETWORK_CODE);
			expect(message).not.toMatch(DISCOURAGED_WORD);
			expect(message).not.toMatch(TRACE_OF_MISSING_PART);
		},
	);

	it.each<{ problem: string; failure: ApiFailure }>([
		{ problem: 'a web page with HTTP 403', failure: WEB_PAGE_WITH_403 },
		{ problem: 'an answer without a status', failure: { kind: 'intermediary' } },
	])('the error of a login says that an intermediary has answered after $problem', ({ failure }) => {
		const { context } = makeLoginError(failure, ORIGIN);

		expect(context).toEqual({ loginFailed: 'temporarily-unavailable', isFromIntermediary: true });
	});

	it('the error of a login does not mention the App Key when none is filled in', () => {
		const { message } = makeLoginError(statusFailure(403), ORIGIN);

		expect(message).not.toContain('App Key');
	});

	it('the error of a login advises to check the App Key when one is filled in', () => {
		const { message } = makeLoginError(statusFailure(403), ORIGIN, { hasAppKey: true });

		expect(message).toContain("Check 'App Key', too.");
	});
});

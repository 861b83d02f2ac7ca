/**
 * The credential: its form, its login, and its test. n8n tests a credential by one call, here the
 * list of branches. n8n logs in before that call, so whatever fails in the test itself, the login
 * has succeeded. `TEST_RULES` say what the answer means.
 */

import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { MAIN_BRANCH_ADVICE } from '../nodes/AlfaCrm/api/messages';
import { ORIGIN_EXPRESSION } from '../nodes/AlfaCrm/api/host';
import { DEFAULT_REQUESTS_PER_SECOND } from '../nodes/AlfaCrm/api/rateLimiter';
import { DEFAULT_RATE_LIMIT_WAIT_MS } from '../nodes/AlfaCrm/api/retry';
import { renewToken, runOnSend } from '../nodes/AlfaCrm/api/login';
import { readLogin } from '../nodes/AlfaCrm/api/session';
import { LOGIN_TIMEOUT_MS } from '../nodes/AlfaCrm/api/request';

/** The URL of the test, in the branch that the credential names, if it names one. */
const TEST_URL =
	"=/v2api{{ $credentials.branchId > 0 ? '/' + $credentials.branchId : '' }}/branch/index";

/**
 * Accepts `/v2api/branch/index` and `/v2api/2/branch/index`. Only the test has a relative URL; all
 * other calls have the host in theirs.
 */
const TEST_URL_PATTERN = /^\/v2api(?:\/\d+)?\/branch\/index$/;

const REDIRECTED =
	"The login works, but the list of branches was answered with a redirect, which was not followed so that the token stays here. Check 'Hostname'.";
const NOT_FOUND = `The login works, but the list of branches was not found there. ${MAIN_BRANCH_ADVICE} Otherwise check 'Hostname'.`;
const DOWN =
	"The login works, but AlfaCRM could not list the branches. AlfaCRM's server had trouble; test again later.";
const NO_LIST =
	"The login works, but no list of branches came. Check 'Hostname' and whether AlfaCRM opens in a browser.";
/** Every account has a branch. An empty list means that this user has access to none of them. */
const NO_BRANCH = `The login works, but AlfaCRM lists no branch. Give this user a branch in AlfaCRM. ${MAIN_BRANCH_ADVICE}`;
const TOKEN_REFUSED =
	"The login works, but AlfaCRM does not take the token that it gave. Some accounts also need 'App Key' in the advanced settings.";
const FORBIDDEN = `The login works, but this user may not list the branches. In AlfaCRM, switch on the v2api module in the role of this user. ${MAIN_BRANCH_ADVICE} Otherwise only what needs that list is affected: the dropdowns of branches, and the search for customers in all of them.`;
const TOO_MANY_REQUESTS =
	'The login works, but AlfaCRM receives too many requests just now. Test again in a few seconds.';

/** Explains the statuses of the answer. */
const STATUS_MESSAGES = [
	...describeStatuses([301, 302, 303, 307, 308], REDIRECTED),
	...describeStatuses([401], TOKEN_REFUSED),
	...describeStatuses([403], FORBIDDEN),
	...describeStatuses([400, 404, 405], NOT_FOUND),
	...describeStatuses([429], TOO_MANY_REQUESTS),
	...describeStatuses([500, 502, 503, 504], DOWN),
];

/** Pairs each of several HTTP statuses with the same message. */
function describeStatuses(
	statuses: readonly number[],
	message: string,
): Array<{ status: number; message: string }> {
	return statuses.map((status) => ({ status, message }));
}

/**
 * The rules by which n8n says what the answer to the test means. n8n shows the message of the first
 * rule that fits. If none fits, the test has succeeded.
 */
const TEST_RULES = [
	...STATUS_MESSAGES.map(({ status, message }) => ({
		type: 'responseCode',
		properties: { value: status, message },
	})),
	// Some servers always answer with HTTP 200 and give the real status in the body.
	...STATUS_MESSAGES.flatMap(({ status, message }) => [
		makeBodyRule('status', status, message),
		makeBodyRule('code', status, message),
	]),
	// A web page, an empty answer or an error has no list.
	makeBodyRule('items', undefined, NO_LIST),
	makeBodyRule('items', null, NO_LIST),
	makeBodyRule('success', false, NO_LIST),
	makeBodyRule('items.length', 0, NO_BRANCH),
];

/**
 * Makes a rule by which n8n shows a message if a property of the answer's body equals a value. The
 * value undefined means that the body lacks the property.
 */
function makeBodyRule(key: string, value: unknown, message: string) {
	return { type: 'responseSuccessBody', properties: { key, value, message } };
}

const advanced: INodeProperties = {
	displayName: 'Advanced Settings',
	name: 'advanced',
	type: 'boolean',
	default: false,
	description:
		'Whether to set what few accounts need: an app key, another branch than the main one, the rate of requests. While it is off, their defaults count.',
};

/** Shows a property only while *Advanced Settings* is on. */
const showIfAdvanced = (property: INodeProperties): INodeProperties => ({
	...property,
	displayOptions: { show: { [advanced.name]: [true] } },
});

/**
 * `password` makes n8n hide the key in the form. The linter does not ask for it, because it does
 * not recognise the name of this property as that of a secret.
 */
const appKeyProperty: INodeProperties = {
	displayName: 'App Key',
	name: 'appKey',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	description: 'Only for accounts that were given one; sent as X-APP-KEY',
};

const advancedProperties: INodeProperties[] = [
	appKeyProperty,
	{
		displayName: 'Branch ID',
		name: 'branchId',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			"Leave at 0 unless the main branch is disabled in AlfaCRM. Then enter the number of another branch that this user can access, as in AlfaCRM's address: 2 in /company/2/.",
	},
	{
		displayName: 'Requests per Second',
		name: 'requestsPerSecond',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: DEFAULT_REQUESTS_PER_SECOND,
		description: `Maximum requests per second, over all workflows. AlfaCRM allows ${DEFAULT_REQUESTS_PER_SECOND}; 0 means no limit. Where others use the account too, the node slows down by itself.`,
	},
	{
		displayName: 'Wait on Too Many Requests (Seconds)',
		name: 'rateLimitWait',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: DEFAULT_RATE_LIMIT_WAIT_MS / 1_000,
		description:
			'How long a call tries again while AlfaCRM answers that it receives too many requests, before the node fails. Triggers and dropdowns wait 15 seconds at most.',
	},
	{
		displayName: 'Calls at Once',
		name: 'callsAtOnce',
		type: 'options',
		default: 0,
		options: [
			{
				name: 'Automatic',
				value: 0,
				description:
					'One after another, or as many as it takes to reach that rate where AlfaCRM is far away',
			},
			{
				name: '1 (One After Another)',
				value: 1,
				description: "As AlfaCRM's documentation advises",
			},
			...[2, 3, 4, 5].map((value) => ({ name: String(value), value })),
		],
		description: 'Maximum calls at the same moment, over all workflows. Automatic begins with one.',
	},
];

/**
 * Trades e-mail and key for a token that AlfaCRM accepts for 15 minutes, as it documents. n8n keeps
 * it in its database and asks for a new one when a call is answered with 401.
 */
export class AlfaCrmApi implements ICredentialType {
	name = 'alfaCrmApi';

	displayName = 'AlfaCRM API';

	icon = { light: 'file:../icons/alfacrm.svg', dark: 'file:../icons/alfacrm.dark.svg' } as const;

	documentationUrl = 'https://github.com/n8n-nodes-alfacrm/n8n-nodes-alfacrm#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Hostname',
			name: 'hostname',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. demo.s20.online',
			description: 'The address of your AlfaCRM, as in the browser; the first part of it is enough',
		},
		{
			displayName: 'Email',
			name: 'email',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. api@school.example',
			description: 'Email of the AlfaCRM user that the key belongs to',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'The v2api key on the card of that user',
		},
		advanced,
		...advancedProperties.map(showIfAdvanced),
		{
			displayName: 'Token',
			name: 'token',
			type: 'hidden',
			// Without the empty default n8n would not log in for the first time.
			default: '',
			typeOptions: { expirable: true, password: true },
		},
	];

	/** Logs in. n8n stores the token in the credential, as the property 'Token' above. */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		return { token: await renewToken(this, credentials) };
	}

	/**
	 * Adds the token to a call. Shortens the timeout of the credential's test, for which n8n would
	 * keep people waiting for five minutes.
	 *
	 * This is a property and not a method: n8n's editor gets a copy of the credential without its
	 * methods, and the HTTP Request node offers the credential only if the copy has `authenticate`.
	 */
	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const headers: IDataObject = {
			...request.headers,
			'X-ALFACRM-TOKEN': credentials.token as string,
		};
		const { appKey } = readLogin(credentials);
		if (appKey !== '') headers['X-APP-KEY'] = appKey;
		const requestWithToken: IHttpRequestOptions = { ...request, headers };

		// Runs the last checks before a call of this package's nodes is sent, and gets the signal that
		// ends the call. A call of another node, such as HTTP Request, gets no signal.
		const signalOfCall = runOnSend(credentials);
		if (signalOfCall !== undefined) requestWithToken.abortSignal = signalOfCall;

		const isTest = TEST_URL_PATTERN.test(request.url);
		if (isTest) requestWithToken.timeout = LOGIN_TIMEOUT_MS;
		return requestWithToken;
	};

	test: ICredentialTestRequest = {
		request: {
			method: 'POST',
			baseURL: ORIGIN_EXPRESSION,
			url: TEST_URL,
			body: { page: 0 },
			json: true,
			disableFollowRedirect: true,
		},
		// n8n takes rules of both kinds in one list, although its type says otherwise.
		rules: TEST_RULES as ICredentialTestRequest['rules'],
	};
}

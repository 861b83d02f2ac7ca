import type {
	IAuthenticateGeneric,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	INodeProperties,
} from 'n8n-workflow';

import { failureOf } from '../nodes/AlfaCrm/api/errors';
import { ORIGIN_EXPRESSION } from '../nodes/AlfaCrm/api/host';
import { explainLogin, LOGIN_TIMEOUT_MS } from '../nodes/AlfaCrm/api/login';
import { DEFAULT_REQUESTS_PER_SECOND, rateLimiterOf } from '../nodes/AlfaCrm/api/pace';
import { withRetries } from '../nodes/AlfaCrm/api/retry';
import type { Login } from '../nodes/AlfaCrm/api/sessions';
import { loginOf, tokenFor } from '../nodes/AlfaCrm/api/sessions';

/** A secret, although the linter's list of names for secrets does not have it. */
const APP_KEY: INodeProperties = {
	displayName: 'App Key',
	name: 'appKey',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	description: 'Only for accounts that were given one; sent as X-APP-KEY',
};

/**
 * Trades e-mail and key for a token that AlfaCRM accepts for 15 minutes. n8n keeps it in its database and asks for a
 * new one when a call is answered with 401.
 */
export class AlfaCrmApi implements ICredentialType {
	name = 'alfaCrmApi';

	displayName = 'AlfaCRM API';

	icon = { light: 'file:../icons/alfacrm.svg', dark: 'file:../icons/alfacrm.dark.svg' } as const;

	documentationUrl = 'https://github.com/n8n-nodes-alfacrm/n8n-nodes-alfacrm#credential';

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
		APP_KEY,
		{
			displayName: 'Requests per Second',
			name: 'requestsPerSecond',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 0 },
			default: DEFAULT_REQUESTS_PER_SECOND,
			description:
				'Most calls to start in any second, over all workflows. AlfaCRM allows 5; 0 means no limit.',
		},
		{
			displayName: 'Token',
			name: 'token',
			type: 'hidden',
			// Without the empty default n8n would not log in for the first time.
			default: '',
			typeOptions: { expirable: true, password: true },
		},
	];

	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const login = loginOf(credentials);
		const perSecond = Number(credentials.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND);
		const failing = String(credentials.token ?? '');
		const token = await tokenFor(login, failing, async () => await logIn(this, login, perSecond));
		// n8n sends the waiting call right after this, past the rate limiter.
		await rateLimiterOf(login.origin).pass(perSecond);
		return { token };
	}

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: {
			headers: {
				'X-ALFACRM-TOKEN': '={{ $credentials.token }}',
				// An empty X-APP-KEY must not be sent, and a header can only be left out by giving it another name.
				'={{ ($credentials.appKey || "").trim() ? "X-APP-KEY" : "Accept" }}':
					'={{ ($credentials.appKey || "").trim() || "application/json" }}',
			},
		},
	};

	test: ICredentialTestRequest = {
		request: {
			method: 'POST',
			baseURL: ORIGIN_EXPRESSION,
			url: '/v2api/branch/index',
			body: { page: 0 },
			json: true,
			disableFollowRedirect: true,
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						'The login works, but this user may not use the API. In AlfaCRM, switch on the v2api module in the role of this user.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 429,
					message:
						'The login works, but AlfaCRM receives too many requests just now. Test again in a few seconds.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message: "The login works, but the list of branches was not found there. Check 'Hostname'.",
				},
			},
		],
	};
}

/** @throws LoginError without a trace of the key; an error that names a status would make n8n log in a second time */
async function logIn(
	{ helpers }: IHttpRequestHelper,
	{ origin, email, apiKey, appKey }: Login,
	perSecond: number,
): Promise<string> {
	const send = async (): Promise<unknown> =>
		await helpers.httpRequest({
			method: 'POST',
			url: `${origin}/v2api/auth/login`,
			headers: {
				'Content-Type': 'application/json',
				Accept: 'application/json',
				...(appKey === '' ? {} : { 'X-APP-KEY': appKey }),
			},
			body: { email, api_key: apiKey },
			json: true,
			timeout: LOGIN_TIMEOUT_MS,
			disableFollowRedirect: true,
		});
	let answer: unknown;
	try {
		answer = await withRetries(rateLimiterOf(origin), { perSecond, isRepeatable: true }, send);
	} catch (error) {
		throw explainLogin(failureOf(error), origin);
	}
	const { token } = (typeof answer === 'object' && answer !== null ? answer : {}) as { token?: unknown };
	if (typeof token === 'string' && token !== '') return token;
	throw explainLogin({ kind: typeof answer === 'string' ? 'notJson' : 'refusal' }, origin);
}

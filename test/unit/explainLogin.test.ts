import type { ApiFailure } from '../../nodes/AlfaCrm/api/errors';
import { explainLogin, LOGIN_TIMEOUT_MS } from '../../nodes/AlfaCrm/api/login';
import { DISCOURAGED, NETWORK_CODES } from './errorWords';

describe('explainLogin', () => {
	const cases: Array<[what: string, failure: ApiFailure, says: RegExp]> = [
		[
			'a wrong key',
			{ kind: 'status', status: 403, serverMessage: 'Not Authorized' },
			/'Email' and 'API Key'.*Not Authorized/,
		],
		['401', { kind: 'status', status: 401 }, /'Email' and 'API Key'/],
		['a refusal', { kind: 'refusal' }, /'Email' and 'API Key'/],
		[
			'a web page with 403',
			{ kind: 'status', status: 403, isPage: true },
			/^There is no AlfaCRM at demo\.s20\.online.*HTTP 403.*'Hostname'/,
		],
		['400', { kind: 'status', status: 400, serverMessage: 'Bad Request' }, /HTTP 400.*Bad Request/],
		['a name server that is away', { kind: 'noAnswer', code: 'EAI_AGAIN' }, /could not be looked up.*later/],
		['404', { kind: 'status', status: 404 }, /no AlfaCRM at demo\.s20\.online.*'Hostname'/],
		['429', { kind: 'status', status: 429 }, /too many requests/],
		['500', { kind: 'status', status: 500 }, /HTTP 500.*later/],
		[
			'a redirect',
			{ kind: 'redirect', status: 302, location: 'x.example' },
			/redirect to x\.example.*'Hostname'/,
		],
		['a web page', { kind: 'notJson' }, /web page.*'Hostname'/],
		['an unknown host', { kind: 'noAnswer', code: 'ENOTFOUND' }, /was not found.*'Hostname'/],
		['a refused connection', { kind: 'noAnswer', code: 'ECONNREFUSED' }, /refused the connection/],
		['a closed connection', { kind: 'noAnswer', code: 'ECONNRESET' }, /broke off the connection/],
		[
			'a host without a way to it',
			{ kind: 'noAnswer', code: 'EHOSTUNREACH' },
			/could not be reached.*network/,
		],
		[
			'a bad certificate',
			{ kind: 'noAnswer', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
			/did not prove who it is.*\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\).*'Hostname'/,
		],
		['409', { kind: 'status', status: 409 }, /HTTP 409.*'Hostname', 'Email' and 'API Key'/],
		[
			'a time-out',
			{ kind: 'noAnswer', code: 'ECONNABORTED' },
			new RegExp(`within ${LOGIN_TIMEOUT_MS / 1_000} seconds`),
		],
	];

	it.each(cases)('says in one text what is wrong after %s', (_what, failure, says) => {
		const { message } = explainLogin(failure, 'https://demo.s20.online');
		expect(message).toMatch(says);
		expect(message).not.toMatch(NETWORK_CODES);
		expect(message).not.toMatch(DISCOURAGED);
		expect(message).not.toMatch(/undefined|null|\s{2,}|\.\./);
	});

	it.each<[what: string, failure: ApiFailure, cause: string]>([
		['a wrong key', { kind: 'status', status: 403 }, 'credential-invalid'],
		['a wrong host', { kind: 'noAnswer', code: 'ENOTFOUND' }, 'configuration-invalid'],
		['a web page', { kind: 'status', status: 403, isPage: true }, 'configuration-invalid'],
		['a name server that is away', { kind: 'noAnswer', code: 'EAI_AGAIN' }, 'temporarily-unavailable'],
		['a server that is down', { kind: 'status', status: 503 }, 'temporarily-unavailable'],
		['too many requests', { kind: 'status', status: 429 }, 'rate-limited'],
		['a redirect', { kind: 'redirect', status: 302 }, 'configuration-invalid'],
		['no data', { kind: 'notJson' }, 'configuration-invalid'],
		['a host without AlfaCRM', { kind: 'status', status: 404 }, 'configuration-invalid'],
		['a bad certificate', { kind: 'noAnswer', code: 'CERT_HAS_EXPIRED' }, 'configuration-invalid'],
		['a time-out', { kind: 'noAnswer', code: 'ETIMEDOUT' }, 'temporarily-unavailable'],
		['a refused connection', { kind: 'noAnswer', code: 'ECONNREFUSED' }, 'temporarily-unavailable'],
		['a network without a way', { kind: 'noAnswer', code: 'ENETUNREACH' }, 'temporarily-unavailable'],
		['a closed connection', { kind: 'noAnswer', code: 'ECONNRESET' }, 'temporarily-unavailable'],
		['something unheard of', { kind: 'unexpected' }, 'temporarily-unavailable'],
	])('declares the cause of %s', (_what, failure, cause) => {
		expect(explainLogin(failure, 'https://demo.s20.online').context).toEqual({ loginFailed: cause });
	});
});

it('blames the app key of a refused login only where there is one', () => {
	const failure: ApiFailure = { kind: 'status', status: 403 };
	expect(explainLogin(failure, 'https://demo.s20.online').message).not.toMatch(/App Key/);
	expect(explainLogin(failure, 'https://demo.s20.online', true).message).toMatch(/'App Key'/);
});

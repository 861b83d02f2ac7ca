import { UserError } from 'n8n-workflow';

const DEFAULT_DOMAIN = 's20.online';
const NOT_A_HOST = "'Hostname' is not a host name. Enter it as in demo.s20.online.";
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Turns what people put into 'Hostname' into an origin to call: `demo`, `demo.s20.online` and a URL pasted from the
 * browser all become `https://demo.s20.online`. Plain HTTP is kept for loopback hosts alone, where a sandbox runs.
 *
 * @throws UserError when the text is not a host, asks for plain HTTP elsewhere or carries a user name
 */
export function originOf(hostname: unknown): string {
	const text = typeof hostname === 'string' ? hostname.trim() : '';
	if (text === '') throw new UserError("'Hostname' is empty. Enter yours, e.g. demo.s20.online.");

	const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1].toLowerCase();
	const address = scheme ? text : `http://${text}`;
	if (!URL.canParse(address)) throw new UserError(NOT_A_HOST);
	const url = new URL(address);
	if (url.username || url.password) {
		throw new UserError("'Hostname' must not contain a user name or password, only the host.");
	}
	if (LOOPBACK.test(url.hostname) && /^https?$/.test(scheme ?? 'http')) {
		return `${scheme ?? 'http'}://${url.host}`;
	}
	if (scheme !== undefined && scheme !== 'https') {
		throw new UserError(
			`'Hostname' asks for ${scheme}:// which would send the API key unprotected. Use https:// or leave the scheme out.`,
		);
	}
	if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(url.hostname)) {
		throw new UserError(NOT_A_HOST);
	}
	const domain = url.hostname.includes('.') ? '' : `.${DEFAULT_DOMAIN}`;
	return `https://${url.hostname}${domain}${url.port ? `:${url.port}` : ''}`;
}

/**
 * The same as an n8n expression, for the one place that cannot call a function: the request of the credential's test.
 * It only has to agree with `originOf` on what that accepts, since the login before the test refuses the rest.
 */
export const ORIGIN_EXPRESSION = `={{ $credentials.hostname.trim().replace(/^(?:(https?):\\/\\/)?([^\\/?#:]+|\\[::1\\])(:\\d+)?.*$/i, (_all, scheme, host, port) => (/^(localhost|127\\.[\\d.]+|\\[::1\\])$/i.test(host) ? (scheme || 'http') + '://' + host : 'https://' + host + (host.includes('.') ? '' : '.${DEFAULT_DOMAIN}')).toLowerCase() + (port || '')) }}`;

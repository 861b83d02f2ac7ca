import { UserError } from 'n8n-workflow';

/** Blanks that are copied along, invisible ones included. */
const OUTER_BLANKS =
	/^[\s\u200b-\u200f\u202a-\u202e\u2060]+|[\s\u200b-\u200f\u202a-\u202e\u2060]+$/g;

/** AlfaCRM's domain, where only the first part of the hostname is given. */
const DEFAULT_DOMAIN = 's20.online';

const NOT_A_HOST = "'Hostname' is not a host name. Enter it as in demo.s20.online.";

/** Matches the names of this computer: `localhost`, `127.0.0.1`, `[::1]`. */
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Matches an address with a user name or a password: `user:secret@demo.s20.online`. An `@` after
 * the host, as in `demo.s20.online/?mail=a@b.c`, does not matter.
 */
const ADDRESS_WITH_USER_NAME = /^(?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*@/;

/**
 * Takes an address apart into scheme, host and port. What follows them is ignored.
 *
 * - accepts `demo`, `demo.s20.online`, `https://demo.s20.online/company/1`, `localhost:3000`
 * - rejects `demo_1.s20.online`, `/company/1`, `demo s20`
 *
 * A URL parser is not used, because it would take a subdomain of digits for an IP address.
 */
const ADDRESS =
	/^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[::1\]|[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(\d{1,5}))?(?:[/?#].*)?$/;

/** Ports that a browser leaves out. They are removed, so that one host has one origin. */
const ORIGIN_WITH_STANDARD_PORT = /^(https:.*):443$|^(http:.*):80$/;

/**
 * Turns what people put into 'Hostname' into an origin to call: `demo`, `demo.s20.online` and a URL
 * pasted from the browser all become `https://demo.s20.online`. Plain HTTP is accepted only for
 * this computer, where a sandbox may run.
 *
 * @throws UserError if the text is no host, asks for plain HTTP elsewhere, or holds a user name
 */
export function readOrigin(hostname: unknown): string {
	const text = trimBlanks(hostname).toLowerCase();
	if (text === '') throw new UserError("'Hostname' is empty. Enter yours, e.g. demo.s20.online.");
	if (ADDRESS_WITH_USER_NAME.test(text)) {
		throw new UserError("'Hostname' must not contain a user name or password, only the host.");
	}

	const [, scheme, host, port] = ADDRESS.exec(text) ?? [];
	// `https//demo` without its colon would send the key to the school named "https".
	const isScheme = host === 'https' || host === 'http';
	const isPortTooLarge = Number(port ?? 0) > 65_535;
	if (host === undefined || isScheme || isPortTooLarge) throw new UserError(NOT_A_HOST);

	const isLoopback = LOOPBACK_HOST.test(host);
	const isSchemeSafe =
		scheme === undefined || scheme === 'https' || (isLoopback && scheme === 'http');
	if (!isSchemeSafe) {
		throw new UserError(
			`'Hostname' asks for ${scheme}:// which would send the API key unprotected. Use https:// or leave the scheme out.`,
		);
	}

	const protocol = isLoopback ? (scheme ?? 'http') : 'https';
	const domain = isLoopback || host.includes('.') ? '' : `.${DEFAULT_DOMAIN}`;
	const portPart = port ? `:${port}` : '';
	return `${protocol}://${host}${domain}${portPart}`.replace(ORIGIN_WITH_STANDARD_PORT, '$1$2');
}

/** Tells whether an address leads to the host of an origin. */
export function leadsToOrigin(origin: string, address: string): boolean {
	try {
		return readOrigin(address) === origin;
	} catch {
		return false;
	}
}

/** Removes blanks around a text. Returns an empty text for anything that is no text. */
export function trimBlanks(value: unknown): string {
	return typeof value === 'string' ? value.replace(OUTER_BLANKS, '') : '';
}

/**
 * Does the work of `readOrigin` as an n8n expression, for the one place that cannot call a
 * function: the request of the credential's test. It must agree with `readOrigin` only on what that
 * accepts, because the login before the test refuses the rest.
 */
export const ORIGIN_EXPRESSION = `={{ $credentials.hostname.replace(${String(OUTER_BLANKS)}, '').toLowerCase().replace(${String(ADDRESS)}, (_all, scheme, host, port) => (${String(LOOPBACK_HOST)}.test(host) ? (scheme || 'http') + '://' + host : 'https://' + host + (host.includes('.') ? '' : '.${DEFAULT_DOMAIN}')) + (port ? ':' + port : '')).replace(${String(ORIGIN_WITH_STANDARD_PORT)}, '$1$2') }}`;

import { UserError } from 'n8n-workflow';

/**
 * Matches the white space around a text, and the invisible characters that are often copied with
 * it.
 */
const OUTER_BLANKS =
	/^[\s\u200b-\u200f\u202a-\u202e\u2060]+|[\s\u200b-\u200f\u202a-\u202e\u2060]+$/g;

/** The domain that completes a hostname with only a first part: `demo` is `demo.s20.online`. */
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
 * Takes an address apart into scheme, host and port. A path, query or fragment is ignored.
 *
 * - accepts `demo`, `demo.s20.online`, `https://demo.s20.online/company/1`, `localhost:3000`
 * - rejects `demo_1.s20.online`, `/company/1`, `demo s20`
 *
 * A URL parser is not used, because it would take a subdomain of digits for an IP address.
 */
const ADDRESS =
	/^(?:([a-z][a-z0-9+.-]*):\/\/)?(\[::1\]|[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::(\d{1,5}))?(?:[/?#].*)?$/;

/**
 * Matches an origin with the standard port of its scheme. Replaced by `$1$2`, it loses the port: so
 * each host has one origin. Only one of the two groups matches, and the other one is empty.
 */
const ORIGIN_WITH_STANDARD_PORT = /^(https:.*):443$|^(http:.*):80$/;

/** The parts of an address: those of `https://demo.s20.online:8443` are all present. */
interface Address {
	/** The text before `://`. */
	scheme?: string;
	host: string;
	port?: string;
}

/**
 * Makes the origin to call from the text in 'Hostname': `demo`, `demo.s20.online` and a URL
 * pasted from the browser all become `https://demo.s20.online`.
 *
 * @throws UserError if the text is no host, asks for plain HTTP on another computer, or holds a
 * user name
 */
export function readOrigin(hostname: unknown): string {
	const text = trimBlanks(hostname).toLowerCase();
	if (text === '') throw new UserError("'Hostname' is empty. Enter yours, e.g. demo.s20.online.");

	if (ADDRESS_WITH_USER_NAME.test(text)) {
		throw new UserError("'Hostname' must not contain a user name or password, only the host.");
	}

	const address = parseAddress(text);
	if (address === undefined) throw new UserError(NOT_A_HOST);

	if (!isSchemeSafe(address)) {
		throw new UserError(
			`'Hostname' asks for ${address.scheme}:// which would send the API key unprotected. Use https:// or leave the scheme out.`,
		);
	}

	return buildOrigin(address);
}

/** Takes an address apart. Returns undefined if the text is no address of a host. */
function parseAddress(text: string): Address | undefined {
	const match = ADDRESS.exec(text);
	if (match === null) return undefined;

	const [, scheme, host, port = ''] = match;
	// `https//demo`, without its colon, has the host `https` and the path `//demo`. The key would be
	// sent to https.s20.online, another school.
	const isHostMistypedScheme = host === 'https' || host === 'http';
	if (isHostMistypedScheme) return undefined;

	const isPortTooLarge = Number(port) > 65_535;
	return isPortTooLarge ? undefined : { scheme, host, port };
}

/** Tells whether an address keeps the key safe: plain HTTP is accepted only for this computer. */
function isSchemeSafe({ scheme, host }: Address): boolean {
	if (scheme === undefined || scheme === 'https') return true;

	// A sandbox may run on this computer.
	return scheme === 'http' && LOOPBACK_HOST.test(host);
}

/** Builds an origin from the parts of an address: `demo` becomes `https://demo.s20.online`. */
function buildOrigin({ scheme, host, port }: Address): string {
	const isLoopback = LOOPBACK_HOST.test(host);
	const protocol = isLoopback ? (scheme ?? 'http') : 'https';
	// `demo` alone is the first part of `demo.s20.online`.
	const isWholeHost = isLoopback || host.includes('.');
	const domain = isWholeHost ? '' : `.${DEFAULT_DOMAIN}`;
	const portPart = port ? `:${port}` : '';

	const origin = `${protocol}://${host}${domain}${portPart}`;
	return origin.replace(ORIGIN_WITH_STANDARD_PORT, '$1$2');
}

/** Tells whether an address leads to the host of an origin. */
export function leadsToOrigin(origin: string, address: string): boolean {
	try {
		return readOrigin(address) === origin;
	} catch {
		return false;
	}
}

/** Removes the blanks around a text. Returns an empty text for any other value. */
export function trimBlanks(value: unknown): string {
	return typeof value === 'string' ? value.replace(OUTER_BLANKS, '') : '';
}

/**
 * The source code of a function that makes the origin from the groups of `ADDRESS`, for
 * `ORIGIN_EXPRESSION`: an n8n expression cannot call a function of this package. `replace` passes
 * the whole match first (`_all`), then the groups. `String(LOOPBACK_HOST)` is the regular
 * expression as it is written in code.
 */
const MAKE_ORIGIN = [
	'(_all, scheme, host, port) =>',
	` (${String(LOOPBACK_HOST)}.test(host)`,
	" ? (scheme || 'http') + '://' + host",
	` : 'https://' + host + (host.includes('.') ? '' : '.${DEFAULT_DOMAIN}'))`,
	" + (port ? ':' + port : '')",
].join('');

/**
 * Makes the origin like `readOrigin`, but as an n8n expression: the request that tests the
 * credential cannot call a function. For a text that `readOrigin` refuses, the result makes no
 * difference: n8n logs in before the test, and the login fails with such a text.
 */
export const ORIGIN_EXPRESSION = [
	'={{ $credentials.hostname',
	`.replace(${String(OUTER_BLANKS)}, '')`,
	'.toLowerCase()',
	`.replace(${String(ADDRESS)}, ${MAKE_ORIGIN})`,
	`.replace(${String(ORIGIN_WITH_STANDARD_PORT)}, '$1$2')`,
	' }}',
].join('');

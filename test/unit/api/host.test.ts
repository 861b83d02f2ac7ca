import type { INodeTypes } from 'n8n-workflow';
import { UserError, Workflow } from 'n8n-workflow';

import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node';
import { leadsToOrigin, ORIGIN_EXPRESSION, readOrigin } from '../../../nodes/AlfaCrm/api/host';
import { NODE } from '../../support/nodeErrors';

/** Spellings in which users enter the host of one school. The rate limit counts by origin, so all need the same origin. */
const SPELLINGS_OF_DEMO = [
	{ hostname: 'demo', origin: 'https://demo.s20.online' },
	{ hostname: 'demo.s20.online', origin: 'https://demo.s20.online' },
	{ hostname: '\u00a0demo.s20.online\u200b', origin: 'https://demo.s20.online' },
	{ hostname: '\ufeffhttps://demo.s20.online/\u200e\u2060', origin: 'https://demo.s20.online' },
	{ hostname: 'HTTPS://Demo.S20.Online/', origin: 'https://demo.s20.online' },
	{ hostname: 'https://demo.s20.online/company/1/lead?x#y', origin: 'https://demo.s20.online' },
	{
		hostname: 'https://demo.s20.online/login?next=https://other.example:8443/',
		origin: 'https://demo.s20.online',
	},
	{ hostname: 'https://demo.s20.online:443/company/1', origin: 'https://demo.s20.online' },
];

const OTHER_HOSTNAMES = [
	{ hostname: 'school-12-north', origin: 'https://school-12-north.s20.online' },
	{ hostname: 'demo:8443', origin: 'https://demo.s20.online:8443' },
	{ hostname: 'demo.s20.online:80', origin: 'https://demo.s20.online:80' },
	{ hostname: 'localhost.evil.example', origin: 'https://localhost.evil.example' },
	// A subdomain of AlfaCRM may consist of digits. A URL parser takes it for an IPv4 address.
	{ hostname: '12345.s20.online', origin: 'https://12345.s20.online' },
	{ hostname: '2130706433:8443', origin: 'https://2130706433.s20.online:8443' },
	// A sandbox on this computer may be called over plain HTTP.
	{ hostname: 'localhost', origin: 'http://localhost' },
	{ hostname: 'http://localhost:80', origin: 'http://localhost' },
	{ hostname: 'https://localhost:4010', origin: 'https://localhost:4010' },
	{ hostname: 'http://127.0.0.1:4010/v2api/branch/index', origin: 'http://127.0.0.1:4010' },
	{ hostname: 'http://[::1]:4010/', origin: 'http://[::1]:4010' },
];

const ACCEPTED_HOSTNAMES = [...SPELLINGS_OF_DEMO, ...OTHER_HOSTNAMES];

/** Reads a hostname that must be refused, and returns the message. */
function readRefusal(hostname: string): string {
	try {
		readOrigin(hostname);
	} catch (error) {
		return (error as Error).message;
	}
	throw new Error('The hostname was accepted');
}

describe('readOrigin', () => {
	it.each(ACCEPTED_HOSTNAMES)('readOrigin makes $origin from $hostname', ({ hostname, origin }) => {
		expect(readOrigin(hostname)).toBe(origin);
	});

	it.each(ACCEPTED_HOSTNAMES)('readOrigin returns $origin unchanged', ({ origin }) => {
		expect(readOrigin(origin)).toBe(origin);
	});

	it.each([
		{ hostname: '', message: "'Hostname' is empty" },
		{ hostname: undefined, message: "'Hostname' is empty" },
		{
			hostname: 'http://demo.s20.online',
			message: "'Hostname' asks for http:// which would send the API key unprotected",
		},
		{
			hostname: 'http://127.0.0.1.evil.example',
			message: "'Hostname' asks for http:// which would send the API key unprotected",
		},
		{
			hostname: 'http://evil.example#localhost',
			message: "'Hostname' asks for http:// which would send the API key unprotected",
		},
		{
			hostname: 'http://localhost@evil.example',
			message: "'Hostname' must not contain a user name or password",
		},
		{
			hostname: 'javascript://localhost/%0Aalert(1)',
			message: "'Hostname' asks for javascript:// which would send the API key unprotected",
		},
		{
			hostname: 'user:secret@demo.s20.online',
			message: "'Hostname' must not contain a user name or password",
		},
		{ hostname: '/company/1/lead', message: "'Hostname' is not a host name" },
		{ hostname: 'demo_1.s20.online', message: "'Hostname' is not a host name" },
		{ hostname: 'demo.s20.online:99999', message: "'Hostname' is not a host name" },
		// A colon is missing after the scheme, so the host would be https.s20.online, another school.
		{ hostname: 'https//demo.s20.online', message: "'Hostname' is not a host name" },
		{ hostname: 'http//localhost', message: "'Hostname' is not a host name" },
	])('readOrigin refuses $hostname and says why', ({ hostname, message }) => {
		expect(() => readOrigin(hostname)).toThrow(UserError);
		expect(() => readOrigin(hostname)).toThrow(message);
	});

	it.each([
		{ hostname: '//demo.s20.online' },
		{ hostname: 'https:///demo.s20.online' },
		{ hostname: '@demo.s20.online' },
		{ hostname: 'demo.s20.online\\company' },
		{ hostname: 'demo%2Es20.online' },
	])('readOrigin refuses $hostname, although a URL parser would find a host in it', ({ hostname }) => {
		expect(() => readOrigin(hostname)).toThrow(UserError);
	});

	it.each([
		{ hostname: 'anna:hunter2@demo.s20.online' },
		{ hostname: 'https://anna:hunter2@a b' },
		{ hostname: 'anna:hunter2/@demo.s20.online' },
		{ hostname: 'foo://anna:hunter2@demo' },
	])('readOrigin does not repeat the user name or the password when it refuses $hostname', ({ hostname }) => {
		const message = readRefusal(hostname);

		expect(message).toContain("'Hostname'");
		expect(message).not.toMatch(/anna|hunter2/);
	});
});

describe('leadsToOrigin', () => {
	it('leadsToOrigin is true for the address of a page of the school', () => {
		expect(leadsToOrigin('https://demo.s20.online', 'demo.s20.online/company/1')).toBe(true);
	});

	it('leadsToOrigin is false for the address of another school', () => {
		expect(leadsToOrigin('https://demo.s20.online', 'https://other.s20.online/company/1')).toBe(false);
	});

	it('leadsToOrigin is false for a text that is no address', () => {
		expect(leadsToOrigin('https://demo.s20.online', 'not an address')).toBe(false);
	});
});

describe('ORIGIN_EXPRESSION', () => {
	const nodeTypes = { getByNameAndVersion: () => new AlfaCrm() } as unknown as INodeTypes;
	const workflow = new Workflow({ nodes: [NODE], connections: {}, active: false, nodeTypes });

	/** Lets n8n evaluate the expression for a credential with the hostname. */
	function evaluateOrigin(hostname: string): unknown {
		return workflow.expression.getSimpleParameterValue(
			NODE,
			ORIGIN_EXPRESSION,
			'internal',
			{ $credentials: { hostname } } as never,
			undefined,
			'',
		);
	}

	it.each(ACCEPTED_HOSTNAMES)(
		'the expression in the credential makes $origin from $hostname, as readOrigin does',
		({ hostname, origin }) => {
			expect(evaluateOrigin(hostname)).toBe(origin);
		},
	);

	it('the expression in the credential takes a hexadecimal number for a subdomain, as readOrigin does', () => {
		expect(readOrigin('0x7f000001')).toBe('https://0x7f000001.s20.online');
		expect(evaluateOrigin('0x7f000001')).toBe('https://0x7f000001.s20.online');
	});

	it('the expression in the credential makes the same origin as readOrigin from all combinations of scheme, host, port and path', () => {
		const acceptedHostnames = combineAddressParts().filter(
			(hostname) => readOriginIfAccepted(hostname) !== undefined,
		);

		const originsByExpression = acceptedHostnames.map((hostname) => [hostname, evaluateOrigin(hostname)]);

		const originsByFunction = acceptedHostnames.map((hostname) => [hostname, readOrigin(hostname)]);
		expect(originsByExpression).toEqual(originsByFunction);
		// 64 of the 448 combinations ask for plain HTTP on another computer.
		expect(acceptedHostnames).toHaveLength(384);
	});
});

/** Reads the origin of a hostname; undefined if the hostname is refused. */
function readOriginIfAccepted(hostname: string): string | undefined {
	try {
		return readOrigin(hostname);
	} catch {
		return undefined;
	}
}

/** Lists all combinations of some schemes, hosts, ports and paths. */
function combineAddressParts(): string[] {
	const schemes = ['', 'https://', 'HTTPS://', 'http://'];
	const hosts = ['demo', 'Demo.S20.online', 'a-b.c-d.example', 'localhost', '127.0.0.1', '[::1]', '10.0.0.7'];
	const ports = ['', ':4010'];
	const paths = ['', '/', '/company/1/lead?x#y', '?x=1', '#y', '/a:1', ' ', '/?next=https://x.example:1/@'];

	const addresses: string[] = [];
	for (const scheme of schemes) {
		for (const host of hosts) {
			for (const port of ports) {
				for (const path of paths) {
					addresses.push(`${scheme}${host}${port}${path}`);
				}
			}
		}
	}
	return addresses;
}

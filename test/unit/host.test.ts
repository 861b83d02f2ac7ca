import type { INodeTypes } from 'n8n-workflow';
import { UserError, Workflow } from 'n8n-workflow';

import { AlfaCrm } from '../../nodes/AlfaCrm/AlfaCrm.node';
import { ORIGIN_EXPRESSION, originOf } from '../../nodes/AlfaCrm/api/host';
import { NODE } from '../support/nodeErrors';

const DEMO = 'https://demo.s20.online';

/** What people type or paste, and where calls must go. */
const ACCEPTED: Array<[spelling: string, origin: string]> = [
	['demo', DEMO],
	['demo.s20.online', DEMO],
	['Demo.S20.online', DEMO],
	['DEMO', DEMO],
	['  demo.s20.online  ', DEMO],
	['\tdemo\n', DEMO],
	['\u00a0demo.s20.online\u200b', DEMO],
	['\ufeffhttps://demo.s20.online/\u200e\u2060', DEMO],
	['demo/', DEMO],
	['demo.s20.online/company/1/lead', DEMO],
	['demo.s20.online?x=1', DEMO],
	['demo.s20.online#y', DEMO],
	['https://demo', DEMO],
	['https://demo.s20.online', DEMO],
	['https://demo.s20.online/', DEMO],
	['HTTPS://Demo.S20.Online/', DEMO],
	['https://demo.s20.online/company/1/lead?x#y', DEMO],
	['https://demo.s20.online/login?next=https://other.example:8443/', DEMO],
	['https://demo.s20.online/a@b', DEMO],
	['school-12-north', 'https://school-12-north.s20.online'],
	['school-12.s20.online', 'https://school-12.s20.online'],
	['12345.s20.online', 'https://12345.s20.online'],
	['demo.s7.online', 'https://demo.s7.online'],
	['demo.alfacrm.pro', 'https://demo.alfacrm.pro'],
	['crm.school.example:8443', 'https://crm.school.example:8443'],
	['https://crm.school.example:8443/company/1', 'https://crm.school.example:8443'],
	['demo:8443', 'https://demo.s20.online:8443'],
	['192.168.1.20', 'https://192.168.1.20'],
	['127.0.0.1.evil.example', 'https://127.0.0.1.evil.example'],
	['localhost.evil.example', 'https://localhost.evil.example'],
];

/** A sandbox on this machine may be spoken to without TLS. */
const LOOPBACK: Array<[spelling: string, origin: string]> = [
	['localhost', 'http://localhost'],
	['localhost:4010', 'http://localhost:4010'],
	['LocalHost:4010/', 'http://localhost:4010'],
	['http://localhost:4010', 'http://localhost:4010'],
	['https://localhost:4010', 'https://localhost:4010'],
	['127.0.0.1', 'http://127.0.0.1'],
	['127.0.0.1:4010', 'http://127.0.0.1:4010'],
	['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
	['http://127.0.0.1:4010/v2api/branch/index', 'http://127.0.0.1:4010'],
	['[::1]', 'http://[::1]'],
	['[::1]:4010', 'http://[::1]:4010'],
	['http://[::1]:4010/', 'http://[::1]:4010'],
	['https://[::1]:4010', 'https://[::1]:4010'],
];

/** Sub-domains of AlfaCRM may consist of digits; a URL parser takes such a name for an IPv4 address. */
const DIGITS_ONLY: Array<[spelling: string, origin: string]> = [
	['12345', 'https://12345.s20.online'],
	['12345:8443', 'https://12345.s20.online:8443'],
	['https://12345', 'https://12345.s20.online'],
	['2130706433', 'https://2130706433.s20.online'],
];

/** The port that HTTPS has anyway must not make another host of it, since the pace is kept for each origin. */
const STANDARD_PORT: Array<[spelling: string, origin: string]> = [
	['demo.s20.online:443', DEMO],
	['https://demo.s20.online:443', DEMO],
	['https://demo.s20.online:443/company/1', DEMO],
	['demo.s20.online:80', 'https://demo.s20.online:80'],
];

const ALL = [...ACCEPTED, ...LOOPBACK, ...DIGITS_ONLY, ...STANDARD_PORT];

/** Refused, and why. */
const REFUSED: Array<[spelling: unknown, why: RegExp]> = [
	['', /'Hostname' is empty/],
	['   ', /'Hostname' is empty/],
	[undefined, /'Hostname' is empty/],
	[null, /'Hostname' is empty/],
	[42, /'Hostname' is empty/],
	['http://demo.s20.online', /http:\/\/ which would send the API key unprotected/],
	['HTTP://demo.s20.online', /unprotected/],
	['http://demo', /unprotected/],
	['http://192.168.1.20', /unprotected/],
	['http://localhost.evil.example', /unprotected/],
	['http://127.0.0.1.evil.example', /unprotected/],
	['http://evil.example/127.0.0.1', /unprotected/],
	['http://evil.example#localhost', /unprotected/],
	['http://localhost@evil.example', /user name or password/],
	['localhost@evil.example', /user name or password/],
	['ftp://demo.s20.online', /ftp:\/\//],
	['ftp://localhost', /ftp:\/\//],
	['ws://127.0.0.1:4010', /ws:\/\//],
	['file:///etc/passwd', /'Hostname'/],
	['javascript:alert(1)', /is not a host name/],
	['javascript://localhost/%0Aalert(1)', /javascript:\/\//],
	['a b', /is not a host name/],
	['demo s20.online', /is not a host name/],
	['user:secret@demo.s20.online', /user name or password/],
	['https://user:secret@demo.s20.online', /user name or password/],
	['https://user@demo.s20.online', /user name or password/],
	['https://', /is not a host name/],
	['https//demo.s20.online', /is not a host name/],
	['https', /is not a host name/],
	['http://', /is not a host name/],
	['://demo', /is not a host name/],
	['/company/1/lead', /'Hostname'/],
	['demo_1.s20.online', /is not a host name/],
	['demo..s20.online', /is not a host name/],
	['demo.s20.online:99999', /is not a host name/],
	['demo.s20.online:port', /is not a host name/],
	['{{ $json.host }}', /is not a host name/],
];

describe('originOf', () => {
	it.each([...ACCEPTED, ...LOOPBACK])('takes %j for %s', (spelling, origin) => {
		expect(originOf(spelling)).toBe(origin);
	});

	it.each(DIGITS_ONLY)('takes the sub-domain of digits %j for %s', (spelling, origin) => {
		expect(originOf(spelling)).toBe(origin);
	});

	it.each(STANDARD_PORT)('takes %j for %s', (spelling, origin) => {
		expect(originOf(spelling)).toBe(origin);
	});

	it.each(ALL)('leaves what it made of %j as it is (%s)', (_spelling, origin) => {
		expect(originOf(origin)).toBe(origin);
	});

	it.each(REFUSED)('refuses %j', (spelling, why) => {
		expect(() => originOf(spelling)).toThrow(UserError);
		expect(() => originOf(spelling)).toThrow(why);
	});

	it.each([
		'anna:hunter2@demo.s20.online',
		'https://anna:hunter2@demo.s20.online/company/1',
		'http://anna:hunter2@demo.s20.online',
		'ftp://anna:hunter2@demo.s20.online',
		'anna:hunter2@localhost:4010',
		'http://anna:hunter2@127.0.0.1:4010',
		'anna:hunter2@',
		'https://anna:hunter2@a b',
		'anna:hunter2/@demo.s20.online',
		'foo://anna:hunter2@demo',
	])('does not repeat the user name or password of %j', (spelling) => {
		expect.assertions(2);
		try {
			originOf(spelling);
		} catch (error) {
			expect((error as Error).message).not.toContain('anna');
			expect((error as Error).message).not.toContain('hunter2');
		}
	});
});

describe('ORIGIN_EXPRESSION, evaluated by n8n', () => {
	const nodeTypes = { getByNameAndVersion: () => new AlfaCrm() } as unknown as INodeTypes;
	const workflow = new Workflow({ nodes: [NODE], connections: {}, active: false, nodeTypes });

	const evaluate = (hostname: string) =>
		workflow.expression.getSimpleParameterValue(
			NODE,
			ORIGIN_EXPRESSION,
			'internal',
			{ $credentials: { hostname } } as never,
			undefined,
			'',
		);

	it.each(ALL)('makes of %j the same as originOf: %s', (spelling, origin) => {
		expect(evaluate(spelling)).toBe(origin);
	});

	/** What a URL parser reads a host out of although nobody means it: to be refused, or taken alike by both. */
	it.each([
		'//demo.s20.online',
		'https:///demo.s20.online',
		'@demo.s20.online',
		'demo.s20.online\\company',
		'demo\n.s20.online',
		'demo%2Es20.online',
		'127.1',
		'0x7f000001',
	])('does not make something else of the oddity %j than originOf', (spelling) => {
		let origin: string | undefined;
		try {
			origin = originOf(spelling);
		} catch {
			origin = undefined;
		}
		expect([undefined, evaluate(spelling)]).toContain(origin);
	});

	const schemes = ['', 'https://', 'HTTPS://', 'http://'];
	const hosts = ['demo', 'Demo.S20.online', 'a-b.c-d.example', 'localhost', '127.0.0.1', '[::1]', '10.0.0.7'];
	const ports = ['', ':4010'];
	const tails = ['', '/', '/company/1/lead?x#y', '?x=1', '#y', '/a:1', ' ', '/?next=https://x.example:1/@'];
	const spellings = schemes.flatMap((scheme) =>
		hosts.flatMap((host) => ports.flatMap((port) => tails.map((tail) => `${scheme}${host}${port}${tail}`))),
	);
	const accepted = spellings.filter((spelling) => {
		try {
			return originOf(spelling) !== '';
		} catch {
			return false;
		}
	});

	it('has hundreds of combinations to agree on, and some that are refused', () => {
		expect(accepted.length).toBeGreaterThan(300);
		expect(accepted.length).toBeLessThan(spellings.length);
	});

	it('agrees with originOf on each combination of scheme, host, port and rest that is accepted', () => {
		const made = accepted.map((spelling) => [spelling, evaluate(spelling)]);
		expect(made).toEqual(accepted.map((spelling) => [spelling, originOf(spelling)]));
	});
});

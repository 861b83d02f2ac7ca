import type { INodeTypes } from 'n8n-workflow';
import { UserError, Workflow } from 'n8n-workflow';

import { AlfaCrm } from '../../../nodes/AlfaCrm/AlfaCrm.node';
import { ORIGIN_EXPRESSION, readOrigin } from '../../../nodes/AlfaCrm/api/host';
import { NODE } from '../../support/nodeErrors';

const DEMO = 'https://demo.s20.online';

/** What people type or paste for one school, also with the port that HTTPS has anyway, since the pace is kept for each origin. */
const ONE_SCHOOL = [
	'demo',
	'demo.s20.online',
	'\u00a0demo.s20.online\u200b',
	'\ufeffhttps://demo.s20.online/\u200e\u2060',
	'HTTPS://Demo.S20.Online/',
	'https://demo.s20.online/company/1/lead?x#y',
	'https://demo.s20.online/login?next=https://other.example:8443/',
	'https://demo.s20.online:443/company/1',
];

const OTHERS: Array<[spelling: string, origin: string]> = [
	['school-12-north', 'https://school-12-north.s20.online'],
	['demo:8443', 'https://demo.s20.online:8443'],
	['demo.s20.online:80', 'https://demo.s20.online:80'],
	['localhost.evil.example', 'https://localhost.evil.example'],
	// Sub-domains of AlfaCRM may consist of digits; a URL parser takes such a name for an IPv4 address.
	['12345.s20.online', 'https://12345.s20.online'],
	['2130706433:8443', 'https://2130706433.s20.online:8443'],
	// A sandbox on this machine may be spoken to without TLS.
	['localhost', 'http://localhost'],
	['https://localhost:4010', 'https://localhost:4010'],
	['http://127.0.0.1:4010/v2api/branch/index', 'http://127.0.0.1:4010'],
	['http://[::1]:4010/', 'http://[::1]:4010'],
];

const ALL = [...ONE_SCHOOL.map((spelling): [string, string] => [spelling, DEMO]), ...OTHERS];

/** Refused, and why. */
const REFUSED: Array<[spelling: unknown, why: RegExp]> = [
	['', /'Hostname' is empty/],
	[undefined, /'Hostname' is empty/],
	['http://demo.s20.online', /http:\/\/ which would send the API key unprotected/],
	['http://127.0.0.1.evil.example', /unprotected/],
	['http://evil.example#localhost', /unprotected/],
	['http://localhost@evil.example', /user name or password/],
	['javascript://localhost/%0Aalert(1)', /javascript:\/\//],
	['user:secret@demo.s20.online', /user name or password/],
	['/company/1/lead', /'Hostname'/],
	['demo_1.s20.online', /is not a host name/],
	['demo.s20.online:99999', /is not a host name/],
];

/** What becomes of a spelling: an origin, or why there is none. */
function outcomeOf(spelling: string): { origin?: string; why?: string } {
	try {
		return { origin: readOrigin(spelling) };
	} catch (error) {
		return { why: (error as Error).message };
	}
}

describe("what a user enters as 'Hostname'", () => {
	it.each(ALL)('%j leads to %s, which leads to itself', (spelling, origin) => {
		expect(readOrigin(spelling)).toBe(origin);
		expect(readOrigin(origin)).toBe(origin);
	});

	it.each(REFUSED)('refuses %j', (spelling, why) => {
		expect(() => readOrigin(spelling)).toThrow(UserError);
		expect(() => readOrigin(spelling)).toThrow(why);
	});

	it.each([
		'anna:hunter2@demo.s20.online',
		'https://anna:hunter2@a b',
		'anna:hunter2/@demo.s20.online',
		'foo://anna:hunter2@demo',
	])('does not repeat the user name or password of %j', (spelling) => {
		const { why } = outcomeOf(spelling);
		expect(why).toMatch(/'Hostname'/);
		expect(why).not.toMatch(/anna|hunter2/);
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

	it.each(ALL)('makes of %j the same as readOrigin: %s', (spelling, origin) => {
		expect(evaluate(spelling)).toBe(origin);
	});

	/** What a URL parser reads a host out of although nobody means it: to be refused, or taken alike by both. */
	it.each([
		'//demo.s20.online',
		'https:///demo.s20.online',
		'@demo.s20.online',
		'demo.s20.online\\company',
		'demo%2Es20.online',
		'0x7f000001',
	])('does not make something else of the oddity %j than readOrigin', (spelling) => {
		expect([undefined, evaluate(spelling)]).toContain(outcomeOf(spelling).origin);
	});

	const schemes = ['', 'https://', 'HTTPS://', 'http://'];
	const hosts = ['demo', 'Demo.S20.online', 'a-b.c-d.example', 'localhost', '127.0.0.1', '[::1]', '10.0.0.7'];
	const ports = ['', ':4010'];
	const tails = ['', '/', '/company/1/lead?x#y', '?x=1', '#y', '/a:1', ' ', '/?next=https://x.example:1/@'];
	const spellings = schemes.flatMap((scheme) =>
		hosts.flatMap((host) => ports.flatMap((port) => tails.map((tail) => `${scheme}${host}${port}${tail}`))),
	);

	it('agrees with readOrigin on each combination of scheme, host, port and rest that is accepted', () => {
		const accepted = spellings.filter((spelling) => outcomeOf(spelling).origin !== undefined);
		expect(accepted.length).toBeGreaterThan(300);
		expect(accepted.length).toBeLessThan(spellings.length);
		const made = accepted.map((spelling) => [spelling, evaluate(spelling)]);
		expect(made).toEqual(accepted.map((spelling) => [spelling, readOrigin(spelling)]));
	});
});

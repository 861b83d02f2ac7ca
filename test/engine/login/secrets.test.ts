import type { INodeParameters } from 'n8n-workflow';

import type { Fault } from '../../../sandbox';
import { Engine } from '../support/engine';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 60 });

const list: INodeParameters = { resource: 'customer', operation: 'getAll', branchId: 1 };

/** Everything an error or item can carry, cycles and non-enumerable causes included. */
function everythingIn(value: unknown, seen = new Set<unknown>()): string {
	if (typeof value !== 'object' || value === null) return String(value);
	if (seen.has(value)) return '';
	seen.add(value);
	return Object.getOwnPropertyNames(value)
		.map((key) => `${key}=${everythingIn((value as Record<string, unknown>)[key], seen)}`)
		.join('\n');
}

const faults: Array<[string, object | undefined]> = [
	['a success', undefined],
	['a rejected login', { kind: 'status', status: 403, match: { pathContains: 'auth/login' } }],
	['a login that is answered with HTML', { kind: 'html', match: { pathContains: 'auth/login' } }],
	['a login that breaks off', { kind: 'reset', times: 0, match: { pathContains: 'auth/login' } }],
	[
		'a redirected login',
		{ kind: 'redirect', location: 'https://example.org/', match: { pathContains: 'auth/login' } },
	],
	['a 401 that stays', { kind: 'status', status: 401, times: 0, match: { entity: 'customer' } }],
	['a 403 that stays', { kind: 'status', status: 403, times: 0, match: { entity: 'customer' } }],
	['a 500', { kind: 'status', status: 500, times: 0, match: { entity: 'customer' } }],
	['a connection that breaks off', { kind: 'resetMidAnswer', times: 0, match: { entity: 'customer' } }],
	['a redirect', { kind: 'redirect', location: 'https://example.org/', match: { entity: 'customer' } }],
];

describe('neither key nor token is in what n8n keeps of', () => {
	it.each(faults)('%s', async (_what, fault) => {
		if (fault) school.sandbox.faults.add(fault as Fault);
		const engine = new Engine({ ...school.credential, appKey: 'app-key-of-the-test' });

		for (const onError of [undefined, 'continueErrorOutput'] as const) {
			const { run } = await engine.run({ parameters: list, onError });
			const kept = everythingIn(run);
			const secrets = [school.sandbox.account.apiKey, 'app-key-of-the-test', engine.credentials.stored.token];
			for (const secret of secrets.filter((text) => text !== '')) expect(kept).not.toContain(secret);
			expect(kept).toContain('AlfaCRM');
		}
	});
});

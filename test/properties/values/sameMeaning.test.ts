import fc from 'fast-check';

import { seed } from '../../support/depth';
import { useSchool } from '../../engine/support/school';
import type { Hostile } from './support/hostile';
import { HOSTILE } from './support/hostile';
import type { Probe } from './support/probe';
import { probesOf } from './support/probes';
import type { Outcome } from './support/runner';
import { Runner } from './support/runner';
import { situations } from './support/situations';
import { prepare } from './support/targets';

/** How many lines a failed test shows. */
const SHOWN = 60;

/** See jest.config.js. */

const RUNS = 500;
const school = useSchool({ customers: 40, settings: { pageSize: 500 } });

/** The places where one field of a record can be given. */
function fieldsInAllWays(): Map<string, Probe[]> {
	const fields = new Map<string, Probe[]>();
	for (const situation of situations) {
		const { resource, operation, variant } = situation;
		if (!['create', 'update', 'upsert'].includes(operation) || /new$/.test(variant)) continue;
		for (const probe of probesOf(situation, situation.build(school.sandbox.store))) {
			const isOfRecord = ['required', 'optional'].includes(probe.role) && probe.field.type !== 'rows';
			// JSON as a text knows fewer values.
			if (!isOfRecord || probe.way === 'jsonText' || probe.where.endsWith('> Name')) continue;
			const key = `${resource}.${operation} ${probe.field.name}`;
			// Left empty in the form, it follows from the duration, which is no field of AlfaCRM's.
			if (key === 'regularLesson.create time_to_v') continue;
			fields.set(key, [...(fields.get(key) ?? []), probe]);
		}
	}
	return fields;
}

/** What comes of it, so that it can be compared. */
function inShort({ error, requests }: Outcome, name: string): string {
	if (error !== undefined) return requests.length === 0 ? 'refused' : 'refused by AlfaCRM';
	const write = requests.filter(({ action }) => action === 'create' || action === 'update').at(-1);
	const body = (write?.body ?? {}) as Record<string, unknown>;
	return name in body ? `sent as ${JSON.stringify(body[name])}` : 'not sent';
}

it('a value means the same in the form, in JSON and in the field mapper', async () => {
	prepare(school.sandbox.store);
	const runner = new Runner(school);
	const fields = [...fieldsInAllWays()].filter(
		([, probes]) => new Set(probes.map(({ way }) => way)).size > 1,
	);
	const pairs = fc.tuple(fc.constantFrom(...fields), fc.constantFrom(...HOSTILE));
	const differences = new Set<string>();
	for (const [[title, probes], hostile] of fc.sample(pairs, { seed, numRuns: RUNS })) {
		const results = await inEachWay(runner, probes, hostile);
		const kinds = new Set(Object.values(results));
		if (kinds.size > 1) differences.add(`${title} = ${hostile.code}: ${JSON.stringify(results)}`);
	}
	expect([...differences].slice(0, SHOWN)).toEqual([]);
}, 300_000);

async function inEachWay(
	runner: Runner,
	probes: readonly Probe[],
	hostile: Hostile,
): Promise<Record<string, string>> {
	const results: Record<string, string> = {};
	for (const probe of probes) {
		const item = probe.item(HOSTILE.indexOf(hostile), hostile);
		const outcome = await runner.one(runner.workflow(probe.parameters), item);
		results[probe.way] = inShort(outcome, probe.field.name);
	}
	return results;
}

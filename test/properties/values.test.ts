import fc from 'fast-check';
import { DateTime } from 'luxon';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { callInProcess } from '../engine/support/inProcess';
import { useSchool } from '../engine/support/school';
import { depth, seed } from '../support/depth';
import { resourcesAndOperations } from '../support/form';
import type { Hostile } from './values/hostile';
import { HOSTILE } from './values/hostile';
import { Oracle } from './values/oracle';
import type { Probe } from './values/probes';
import { probesOf } from './values/probes';
import type { Outcome } from './values/runner';
import { Runner } from './values/runner';
import type { Built, Situation } from './values/situations';
import { situations } from './values/situations';
import { prepare } from './values/targets';

jest.setTimeout(300_000);
callInProcess();

/** How many lines a failed test shows; a thousand help nobody. */
const SHOWN = 60;

const school = useSchool({ customers: 40, settings: { pageSize: 500 } });
let runner: Runner;
beforeEach(() => {
	prepare(school.sandbox.store);
	runner = new Runner(school);
});

// ---------------------------------------------------------------- each value at each place

const [shuffled] = fc.sample(fc.shuffledSubarray([...HOSTILE], { minLength: HOSTILE.length }), {
	seed,
	numRuns: 1,
});
const kinds = new Set<string>();
let cursor = 0;
let places = 0;

/**
 * Which values a place gets; the places take turns. Places of one kind are read by one and the same code, so the first one
 * of each kind gets most.
 */
function chosenFor({ operation, entity, action }: Situation, { way, role, field }: Probe): Hostile[] {
	// What an operation asks of its own is read in its own way.
	const isOwn = role === 'key' || role === 'option' || role === 'object' || action !== undefined;
	const kind = [entity ? operation : 'call', way, role, field.type, isOwn ? field.name : ''].join();
	const isFirst = !kinds.has(kind);
	kinds.add(kind);
	const share = isFirst ? depth.valuesAtFirstPlace : depth.valuesAtOtherPlaces;
	return Array.from({ length: Math.min(share, shuffled.length) }, () => shuffled[cursor++ % shuffled.length]);
}

/** What went wrong with the values of one place. */
async function examine(situation: Situation, probe: Probe, oracle: Oracle): Promise<string[]> {
	const values = chosenFor(situation, probe);
	places += 1;
	const workflow = runner.workflow(probe.parameters);
	const findings: string[] = [];
	const note = ({ code }: Hostile, what: string | undefined) => {
		if (what !== undefined) findings.push(`${situation.title} / ${probe.where} = ${code}: ${what}`);
	};
	const itemOf = (hostile: Hostile) => probe.item(HOSTILE.indexOf(hostile), hostile);
	const alone = async (hostile: Hostile) =>
		note(hostile, oracle.judge(hostile.value, await runner.one(workflow, itemOf(hostile))));
	/** Most are refused as they must be; the few that are not are found by halving. */
	const together = async (bad: readonly Hostile[]): Promise<void> => {
		if (bad.length === 0) return;
		if (bad.length === 1) return await alone(bad[0]);
		const texts = await runner.allRefused(workflow, bad.map(itemOf));
		if (texts) return bad.forEach((hostile, index) => note(hostile, oracle.judgeWords(texts[index])));
		const half = Math.ceil(bad.length / 2);
		await together(bad.slice(0, half));
		await together(bad.slice(half));
	};
	await together(values.filter(({ value }) => oracle.mustRefuse(value)));
	for (const hostile of values) if (!oracle.mustRefuse(hostile.value)) await alone(hostile);
	return findings;
}

/** The operation as it is meant to be used: without this the rest proves nothing. */
async function baselineOf({ title, variant }: Situation, { parameters }: Built): Promise<Outcome> {
	const outcome = await runner.one(runner.workflow(parameters), {});
	// Nothing is created for an ID that nobody has.
	const isFine = outcome.error === undefined || variant.endsWith('id new');
	if (isFine) return outcome;
	throw new Error(`${title} does not work with good values: ${outcome.error} ${JSON.stringify(parameters)}`);
}

describe('each value is refused by its label or has one meaning', () => {
	it.each(situations)('$title', async (situation) => {
		const built = situation.build(school.sandbox.store);
		const findings: string[] = [];
		const baseline = await baselineOf(situation, built);
		for (const probe of probesOf(situation, built)) {
			const oracle = new Oracle(situation, built, probe, baseline, runner);
			findings.push(...(await examine(situation, probe, oracle)));
		}
		expect(findings.slice(0, SHOWN)).toEqual([]);
	});

	it('at every operation of the form, at as many places as there have to be', () => {
		const tried = new Set(situations.map(({ resource, operation }) => `${resource}.${operation}`));
		expect(resourcesAndOperations.filter((one) => !tried.has(one.join('.')))).toEqual([]);
		// In a deep run some 50,000 values are put in there.
		expect(places).toBeGreaterThan(1_400);
		expect(cursor).toBeGreaterThan(places);
	});
});

describe('a resource or an operation that does not exist', () => {
	const WRONG = ['updat', 'DELETE', '', ' ', '__proto__', 'constructor', 'toString', null, 0, true, [], {}];
	const CASES = ['resource', 'operation'].flatMap((name) => WRONG.map((value) => ({ name, value })));

	it.each(CASES)('$name = $value is refused and nothing is sent', async ({ name, value }) => {
		const parameters = { resource: 'customer', operation: 'delete', branchId: 1, id: 9, [name]: value };
		const { status, error } = await school.engine
			.run({ parameters: parameters as INodeParameters })
			// n8n may refuse such a form before it runs the node.
			.catch((thrown: Error) => ({ status: 'error', error: thrown }));
		expect(status).toBe('error');
		expect(error?.message).not.toMatch(/Cannot read|is not a function|is not iterable/);
		expect(school.readCalls()).toEqual([]);
	});
});

// ---------------------------------------------------------------- in the form, in JSON and in the field mapper

/** The places where one field of a record can be given in several ways. */
function fieldsInSeveralWays(): Array<[string, Probe[]]> {
	const fields = new Map<string, Probe[]>();
	for (const situation of situations) {
		const { resource, operation, variant } = situation;
		if (!['create', 'update', 'upsert'].includes(operation) || variant.endsWith('new')) continue;
		for (const probe of probesOf(situation, situation.build(school.sandbox.store))) {
			const { role, field, way, where } = probe;
			const hasRecord = ['required', 'optional'].includes(role) && field.type !== 'rows';
			// JSON as a text knows fewer values.
			if (!hasRecord || way === 'jsonText' || where.endsWith('> Name')) continue;
			const key = `${resource}.${operation} ${field.name}`;
			// Left empty in the form, it follows from the duration, which is no field of AlfaCRM's.
			if (key === 'regularLesson.create time_to_v') continue;
			fields.set(key, [...(fields.get(key) ?? []), probe]);
		}
	}
	return [...fields].filter(([, probes]) => new Set(probes.map(({ way }) => way)).size > 1);
}

const lastWrite = ({ requests }: Outcome): IDataObject => {
	const write = requests.filter(({ action }) => action === 'create' || action === 'update').at(-1);
	return (write?.body ?? {}) as IDataObject;
};

/** What comes of it, so that it can be compared. */
function inShort(outcome: Outcome, name: string): string {
	if (outcome.error !== undefined) return outcome.requests.length === 0 ? 'refused' : 'refused by AlfaCRM';
	const body = lastWrite(outcome);
	return name in body ? `sent as ${JSON.stringify(body[name])}` : 'not sent';
}

it('a value means the same in the form, in JSON and in the field mapper', async () => {
	const pairs = fc.tuple(fc.constantFrom(...fieldsInSeveralWays()), fc.constantFrom(...HOSTILE));
	const differences = new Set<string>();
	for (const [[title, probes], hostile] of fc.sample(pairs, { seed, numRuns: depth.sameInEachWay })) {
		// n8n makes a text of a DateTime inside an object, and leaves the one of a parameter as it is, which is no text and no name.
		if (
			DateTime.isDateTime(hostile.value) &&
			/text|phones|emails|links|reference/i.test(probes[0].field.type)
		)
			continue;
		const results: Record<string, string> = {};
		for (const { parameters, item, field, way } of probes) {
			const outcome = await runner.one(runner.workflow(parameters), item(HOSTILE.indexOf(hostile), hostile));
			// The form asks about an expression that gives nothing; in JSON nobody can tell it from what is left empty.
			if (outcome.error?.includes('is set but came out empty')) continue;
			results[way] = inShort(outcome, field.name);
		}
		if (new Set(Object.values(results)).size > 1)
			differences.add(`${title} = ${hostile.code}: ${JSON.stringify(results)}`);
	}
	expect([...differences].slice(0, SHOWN)).toEqual([]);
});

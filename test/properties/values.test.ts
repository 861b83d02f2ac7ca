import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';

import { callInProcess } from '../engine/support/inProcess';
import { useSchool } from '../engine/support/school';
import { depth, seed } from '../support/depth';
import { resourcesAndOperations } from '../support/form';
import { PlaceExamination, runBaseline } from './values/examination';
import { prepareSchool } from './values/goodRecords';
import { HOSTILE_VALUES } from './values/hostileValues';
import { Runner } from './values/runner';
import { giveInEveryWay, isConvertedByN8n, listFieldsInSeveralWays } from './values/severalWays';
import { situations } from './values/situations';
import { ValueTurns } from './values/turns';
import { listValuePlaces } from './values/valuePlaces';

/**
 * Expressions, sheets and agents give the node hostile values, which nobody meant: null, "undefined", an empty mask, a list
 * in place of a text. The node refuses such a value before it sends anything, or does the one thing that the value means.
 */
jest.setTimeout(300_000);
callInProcess();

/** Words of JavaScript's own messages, which say nothing to users. */
const MESSAGE_OF_CRASH = /Cannot read|is not a function|is not iterable/;

/** A failed test shows this many lines at most. */
const MAX_LINES = 60;

const school = useSchool({ customers: 40, settings: { pageSize: 500 } });
let runner: Runner;
beforeEach(() => {
	prepareSchool(school.sandbox.store);
	runner = new Runner(school);
});

const turns = new ValueTurns();

it.each(situations)(
	'$title refuses a hostile value and names its field, or does what the value means, at every place of the form',
	async (situation) => {
		const form = situation.fillForm(school.sandbox.store);
		const baseline = await runBaseline(runner, situation, form);

		const findings: string[] = [];
		for (const place of listValuePlaces(situation, form)) {
			const examination = new PlaceExamination(runner, place, baseline);
			await examination.examine(turns.dealTo(place));
			findings.push(...examination.findings);
		}

		expect(findings.slice(0, MAX_LINES)).toEqual([]);
	},
);

it('the hostile values have been tried in every operation of the node', () => {
	const triedOperations = situations.map(({ resource, operation }) => `${resource}.${operation}`);
	const offeredOperations = resourcesAndOperations.map((names) => names.join('.'));

	expect([...new Set(triedOperations)].sort()).toEqual([...new Set(offeredOperations)].sort());
});

it('the hostile values have been tried at more than 1,400 places of the forms, with several values at some', () => {
	expect(turns.placeCount).toBeGreaterThan(1_400);
	// A deep run gives some 50,000 values.
	expect(turns.valueCount).toBeGreaterThan(turns.placeCount);
});

const WRONG_NAMES = [
	{ name: 'updat' },
	{ name: 'DELETE' },
	{ name: '' },
	{ name: ' ' },
	{ name: '__proto__' },
	{ name: 'constructor' },
	{ name: 'toString' },
	{ name: null },
	{ name: 0 },
	{ name: true },
	{ name: [] },
	{ name: {} },
];

it.each(WRONG_NAMES)(
	'the node refuses the resource $name with a readable message, and sends nothing',
	async ({ name }) => {
		const message = await runToError({ resource: name, operation: 'delete', branchId: 1, id: 9 });

		expect(message).not.toMatch(MESSAGE_OF_CRASH);
		expect(school.readCalls()).toEqual([]);
	},
);

it.each(WRONG_NAMES)(
	'the node refuses the operation $name with a readable message, and sends nothing',
	async ({ name }) => {
		const message = await runToError({ resource: 'customer', operation: name, branchId: 1, id: 9 });

		expect(message).not.toMatch(MESSAGE_OF_CRASH);
		expect(school.readCalls()).toEqual([]);
	},
);

/** Runs a form that must fail, and returns the message of the node, or of n8n if the node does not even run. */
async function runToError(parameters: Record<string, unknown>): Promise<string> {
	const { status, error } = await school.engine
		.run({ parameters: parameters as INodeParameters })
		.catch((thrown: Error) => ({ status: 'error', error: thrown }));
	expect(status).toBe('error');
	return String(error?.message);
}

it('the node reads a value in the same way in the form, in JSON and in the field mapper', async () => {
	const fields = listFieldsInSeveralWays(school.sandbox.store);
	const pairs = fc.tuple(fc.constantFrom(...fields), fc.constantFrom(...HOSTILE_VALUES));

	const differences = new Set<string>();
	for (const [field, value] of fc.sample(pairs, { seed, numRuns: depth.sameInEachWay })) {
		if (isConvertedByN8n(field, value)) continue;
		const results = await giveInEveryWay(runner, field, value);
		if (new Set(Object.values(results)).size > 1) {
			differences.add(`${field.title} = ${value.code}: ${JSON.stringify(results)}`);
		}
	}

	expect([...differences].slice(0, MAX_LINES)).toEqual([]);
});

import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { MatchKey } from '../../nodes/AlfaCrm/entities/types';
import type { OperationCase } from '../engine/support/operationCases';
import { operationCases } from '../engine/support/operationCases';
import type { Given, Target } from '../engine/support/given';
import type { State } from '../engine/support/lane';
import { Lane } from '../engine/support/lane';
import type { Way } from '../engine/support/proxy';
import { newEmail, newPhone } from '../engine/support/values';

const RUNS = 10;
/** Always the same cases; on a busy machine a failure is not made simpler for ever. */
const HOW = { seed: 10, interruptAfterTimeLimit: 60_000 };
jest.setTimeout(120_000);

let lane: Lane;
beforeAll(async () => {
	lane = await Lane.open('together');
});
afterAll(async () => await lane.close());

/** How late each request reaches AlfaCRM; chosen, so that one execution overtakes the other now and then. */
const delays = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 12, maxLength: 12 });
const credentials = fc.constantFrom<0 | 1>(0, 1);

const late = (times: readonly number[]) => {
	return (n: number): Way => ({ kind: 'late', ms: times[n % times.length] });
};

/** The end of both, started at the same moment by one credential or by two of one account. */
async function together(one: Given, two: Given, other: 0 | 1, times: readonly number[]): Promise<State> {
	lane.fresh();
	lane.proxy.plan = late(times);
	await Promise.all([lane.run(one), lane.run(two, other)]);
	return lane.state();
}

async function oneAfterAnother(...runs: Given[]): Promise<State> {
	lane.fresh();
	for (const run of runs) await lane.run(run);
	return lane.state();
}

const table = operationCases.map((tested) => [`${tested.resource} ${tested.operation}`, tested] as const);

describe('two at the same moment', () => {
	it.each(table)('%s, both the same: the end is that of one', async (_name, tested) => {
		const { world } = lane;
		const given = tested.targets(world).chain((target) => tested.given(world, target));
		const property = fc.asyncProperty(given, credentials, delays, async (run, other, times) => {
			const once = await oneAfterAnother(run);
			expect(await together(run, run, other, times)).toEqual(once);
		});
		await fc.assert(property, { ...HOW, numRuns: RUNS });
	});

	it.each(table)(
		'%s, two about the same thing: the end is that of one after the other',
		async (_name, tested) => {
			const { world } = lane;
			const given = tested
				.targets(world)
				.chain((target) => fc.tuple(tested.given(world, target), tested.given(world, target)));
			const property = fc.asyncProperty(given, credentials, delays, async ([one, two], other, times) => {
				await expectWhole(one, two, other, times);
			});
			await fc.assert(property, { ...HOW, numRuns: RUNS });
		},
	);
});

// ---------------------------------------------------------------- different keys for one new record

/** Keys that look at the same field find the same record by it. */
const sharing = operationCases
	.filter(({ operation }) => operation === 'upsert')
	.flatMap((tested) =>
		(tested.entity.match?.keys ?? []).flatMap((one, index, keys) =>
			keys
				.slice(index + 1)
				.filter((two) => two.fields.some((name) => name !== 'id' && one.fields.includes(name)))
				.map((two): readonly [string, OperationCase, readonly MatchKey[]] => [
					`${tested.resource} by ${one.name} and by ${two.name}`,
					tested,
					[one, two],
				]),
		),
	);

describe('two that look for the same new record by different keys', () => {
	it.each(sharing)('%s: the end is that of one after the other', async (_name, tested, [one, two]) => {
		const { world } = lane;
		const person = fc.record({
			phone: newPhone,
			email: newEmail,
			name: fc.constantFrom('Новая Запись', 'Другая Запись'),
			dob: fc.constant('2015-03-04'),
		});
		const by = ({ name, fields }: MatchKey, values: IDataObject): Target => ({
			named: { matchBy: name, ...Object.fromEntries(fields.map((field) => [field, values[field]])) },
			keyed: fields,
		});
		const given = person.chain((values) =>
			fc.tuple(tested.given(world, by(one, values)), tested.given(world, by(two, values))),
		);
		const property = fc.asyncProperty(given, credentials, delays, async ([first, second], other, times) => {
			await expectWhole(first, second, other, times);
		});
		await fc.assert(property, { ...HOW, numRuns: RUNS });
	});
});

/** Nothing of either is lost, and nothing is there that neither of both orders would have left. */
async function expectWhole(one: Given, two: Given, other: 0 | 1, times: readonly number[]): Promise<void> {
	const orders = [await oneAfterAnother(one, two), await oneAfterAnother(two, one)];
	const end = await together(one, two, other, times);
	const texts = orders.map((order) => JSON.stringify(order));
	// The second one, so that a failure shows what is missing.
	expect(texts.includes(JSON.stringify(end)) ? orders[1] : end).toEqual(orders[1]);
}

// ---------------------------------------------------------------- different jobs on one record

const onRecords = operationCases.filter(({ operation }) => operation !== 'upsert');
const pairs = onRecords.flatMap((one, index) =>
	onRecords
		.slice(index + 1)
		.filter(({ entity }) => entity === one.entity)
		.map((two): readonly [string, OperationCase, OperationCase] => [
			`${one.resource}: ${one.operation} and ${two.operation}`,
			one,
			two,
		]),
);

describe('two different operations on one record at the same moment', () => {
	it.each(pairs)('%s: the end is that of one after the other', async (_name, first, second) => {
		const { world } = lane;
		const given = first
			.targets(world)
			.chain((target) => fc.tuple(first.given(world, target), second.given(world, target)));
		const property = fc.asyncProperty(given, credentials, delays, async ([one, two], other, times) => {
			await expectWhole(one, two, other, times);
		});
		await fc.assert(property, { ...HOW, numRuns: 3 });
	});
});

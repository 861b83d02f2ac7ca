import fc from 'fast-check';
import type { Scheduler } from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { MatchKey } from '../../nodes/AlfaCrm/entities/types';
import type { Settings } from '../../sandbox';
import type { FilledForm, Target } from '../engine/support/arbitraryForms';
import { callInProcess, skipRetryPauses } from '../engine/support/inProcess';
import type { AccountChanges } from '../engine/support/sharedAccount';
import { nameCall, SharedAccount } from '../engine/support/sharedAccount';
import type { OperationCase } from '../engine/support/operationCases';
import { operationCases, PROMISES } from '../engine/support/operationCases';
import { arbitraryEmail, arbitraryPhone } from '../engine/support/arbitraryValues';
import { depth, isDeep, seed } from '../support/depth';
import { resourcesAndOperations } from '../support/form';

jest.setTimeout(600_000);
callInProcess();
skipRetryPauses();

let lane: SharedAccount;
beforeAll(async () => {
	lane = await SharedAccount.open();
});
afterAll(async () => await lane.sandbox.close());

const table = operationCases.map((tested) => [`${tested.resource} ${tested.operation}`, tested] as const);
const givenTo = (tested: OperationCase): fc.Arbitrary<FilledForm> =>
	tested.arbitraryTarget(lane.records).chain((target) => tested.arbitraryForm(lane.records, target));
const changesSomething = (state: AccountChanges): boolean => Object.keys(state).length > 1;

/** Until nothing goes on any more but what waits for the gate. */
async function quiet(): Promise<void> {
	for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function oneAfterAnother(...runs: FilledForm[]): Promise<AccountChanges> {
	lane.reset();
	for (const run of runs) await lane.run(run);
	return lane.readChanges();
}

// ---------------------------------------------------------------- run again

/** What is not known of the service, or differs between accounts, makes no difference. */
const accounts: ReadonlyArray<Partial<Settings>> = [
	{},
	{ total: 'missing' },
	{ total: 'pageSize' },
	{ lessonDetails: 'withCustomer' },
	{ groupTeachers: 'names' },
	{ removedWrite: 'ignored', phoneSearch: 'text' },
	{ deleteMode: 'archive' },
	{ otherBranch: 'missing' },
];

describe('what is run again', () => {
	it('is promised by every operation of the form: it reads, does it once, or each time by its nature', () => {
		const offered = resourcesAndOperations.map(([, operation]) => operation);
		expect(offered.filter((operation) => PROMISES[operation] === undefined)).toEqual([]);
		expect(Object.keys(PROMISES).filter((operation) => !offered.includes(operation))).toEqual([]);
	});

	let changing = 0;
	it.each(table)('%s twice is the same as once', async (_name, tested) => {
		const ways = fc.constantFrom('in another run', 'in another spelling', 'in the same run');
		const property = fc.asyncProperty(
			givenTo(tested),
			fc.constantFrom(...accounts),
			ways,
			async (first, settings, again) => {
				const { parameters, items } = first;
				lane.reset(settings);
				await lane.run(first);
				const once = lane.readChanges();
				if (changesSomething(once)) changing += 1;
				if (again === 'in the same run') {
					lane.reset(settings);
					await lane.run({ parameters, items: [...items, ...items] });
				} else {
					await lane.run(again === 'in another spelling' ? respelled(first) : first);
				}
				expect(lane.readChanges()).toEqual(once);
			},
		);
		const before = changing;
		await fc.assert(property, { seed, numRuns: depth.twice });
		if (isDeep) expect(changing - before).toBeGreaterThanOrEqual(depth.twice / 4);
	});

	it('has changed something most of the time, else the above would hold because nothing ever happened', () => {
		expect(changing).toBeGreaterThan((table.length * depth.twice) / 2);
	});
});

/** The same, as another workflow would give it: days, phones, names in messengers and sums are written differently and mean the same. */
function respelled({ parameters, items }: FilledForm): FilledForm {
	const { json, ...others } = parameters;
	const form = again(others) as INodeParameters;
	return {
		parameters: typeof json === 'string' ? { ...form, json: JSON.stringify(again(JSON.parse(json))) } : form,
		items: items.map((item) => again(item) as IDataObject),
	};
}

function again(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(again);
	if (typeof value === 'object' && value !== null) {
		return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, again(one)]));
	}
	// What adding up prices leaves behind.
	if (typeof value === 'number' && !Number.isInteger(value)) return value * (1 + Number.EPSILON);
	return typeof value === 'string' ? spelling(value) : value;
}

function spelling(text: string): string {
	const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)(?:T00:00:00.*)?$/.exec(text) ?? [];
	if (year !== undefined) return `${day}.${month}.${year}`;
	const [, d, m, y] = /^(\d\d)\.(\d\d)\.(\d{4})$/.exec(text) ?? [];
	if (y !== undefined) return `${y}-${m}-${d}T00:00:00`;
	if (/^@\w+$/.test(text)) return `https://t.me/${text.slice(1).toUpperCase()}/`;
	const digits = text.replace(/\D/g, '');
	return /^[+\d()\s-]{11,}$/.test(text) && /^[78]9\d{9}$/.test(digits) ? `8 ${digits.slice(1)}` : text;
}

// ---------------------------------------------------------------- at the same moment

/** By one credential, or by two of one account. */
const credentials = fc.constantFrom<0 | 1>(0, 1);

/** The end of both, started at the same moment: calls arrive and are answered in the order that the scheduler decides. */
async function together(
	one: FilledForm,
	two: FilledForm,
	other: 0 | 1,
	scheduler: Scheduler,
): Promise<AccountChanges> {
	lane.reset();
	lane.holdCall = async (entry, moment) =>
		await scheduler.schedule(Promise.resolve(), `${nameCall(entry)} ${moment}`);
	let isOver = false;
	const both = Promise.all([lane.run(one), lane.run(two, other)]).finally(() => (isOver = true));
	while (!isOver) {
		await quiet();
		if (scheduler.count() > 0) await scheduler.waitNext(1);
	}
	await both;
	return lane.readChanges();
}

/** Nothing of either is lost, and nothing is there that neither of both orders would have left. */
async function expectWhole(runs: fc.Arbitrary<[FilledForm, FilledForm]>, numRuns: number): Promise<void> {
	const property = fc.asyncProperty(
		runs,
		credentials,
		fc.scheduler(),
		async ([one, two], other, scheduler) => {
			const orders = [await oneAfterAnother(one, two), await oneAfterAnother(two, one)];
			const end = await together(one, two, other, scheduler);
			const texts = orders.map((order) => JSON.stringify(order));
			// The second one, so that a failure shows what is missing.
			expect(texts.includes(JSON.stringify(end)) ? orders[1] : end).toEqual(orders[1]);
		},
	);
	await fc.assert(property, { seed, numRuns });
}

describe('two at the same moment', () => {
	it.each(table)('%s, both the same: the end is that of one', async (_name, tested) => {
		const property = fc.asyncProperty(
			givenTo(tested),
			credentials,
			fc.scheduler(),
			async (run, other, scheduler) => {
				const once = await oneAfterAnother(run);
				expect(await together(run, run, other, scheduler)).toEqual(once);
			},
		);
		await fc.assert(property, { seed, numRuns: depth.together });
	});

	it.each(table)(
		'%s, two about the same thing: the end is that of one after the other',
		async (_name, tested) => {
			const { records } = lane;
			const both = tested
				.arbitraryTarget(records)
				.chain((target) =>
					fc.tuple(tested.arbitraryForm(records, target), tested.arbitraryForm(records, target)),
				);
			await expectWhole(both, depth.together);
		},
	);

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

	it.each(pairs)('%s on one record: the end is that of one after the other', async (_name, first, second) => {
		const { records } = lane;
		const both = first
			.arbitraryTarget(records)
			.chain((target) =>
				fc.tuple(first.arbitraryForm(records, target), second.arbitraryForm(records, target)),
			);
		await expectWhole(both, depth.togetherOnOneRecord);
	});

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

	it.each(sharing)(
		'%s, both for one new record: the end is that of one after the other',
		async (_name, tested, [one, two]) => {
			const { records } = lane;
			const person = fc.record({
				phone: arbitraryPhone,
				email: arbitraryEmail,
				web: fc.constant('@new_name'),
				name: fc.constantFrom('Новая Запись', 'Другая Запись'),
				dob: fc.constant('2015-03-04'),
			});
			const by = ({ name, fields }: MatchKey, values: IDataObject): Target => ({
				parameters: { matchBy: name, ...Object.fromEntries(fields.map((field) => [field, values[field]])) },
				keyFields: fields,
			});
			const both = person.chain((values) =>
				fc.tuple(
					tested.arbitraryForm(records, by(one, values)),
					tested.arbitraryForm(records, by(two, values)),
				),
			);
			await expectWhole(both, depth.together);
		},
	);
});

// ---------------------------------------------------------------- interrupted

/** A run that takes many requests is reason enough for fewer of them. */
const MOST_REQUESTS = 40;
/** Of some operations few make a difference. */
const MOST_CANDIDATES = 200;
/** Whole lists come at once, so that each request is a step of its own kind. */
const SETTINGS = { pageSize: 500 };

/** What happens at one request of a run. */
const WAYS = ['the answer is lost', 'refused with 500', 'cancelled'] as const;
type Way = (typeof WAYS)[number];

interface Sample {
	run: FilledForm;
	requests: number;
	writes: number;
	/** What one undisturbed run leaves. */
	once: AccountChanges;
}

/** Runs that make a difference, those first that write most. */
async function samples(tested: OperationCase): Promise<Sample[]> {
	const found: Sample[] = [];
	const candidates = fc.sample(givenTo(tested), { seed, numRuns: MOST_CANDIDATES });
	for (const [index, run] of candidates.entries()) {
		if (index >= depth.interruptedCandidates && found.length > 0) break;
		lane.reset(SETTINGS);
		const { error } = await lane.run(run);
		const once = lane.readChanges();
		const [requests, writes] = [lane.sandbox.journal.length, lane.writes.length];
		if (error === undefined && changesSomething(once)) found.push({ run, requests, writes, once });
	}
	let requests = 0;
	return found
		.sort((a, b) => b.writes - a.writes || a.requests - b.requests)
		.slice(0, depth.interruptedRuns)
		.filter((sample, index) => (requests += sample.requests) <= MOST_REQUESTS || index === 0);
}

/** Runs until something happens at a request, counted from 1; returns what was sent after cancelling. */
async function interrupted(run: FilledForm, how: Way, at: number): Promise<string[]> {
	const { sandbox } = lane;
	lane.reset(SETTINGS);
	const stop = new AbortController();
	if (how === 'the answer is lost') sandbox.faults.failRequest(at, 'lostAfter');
	if (how === 'refused with 500') sandbox.faults.failRequest(at, 'status500');
	lane.holdCall = ({ request }, moment) => {
		if (how === 'cancelled' && moment === 'arrives' && request === at) stop.abort();
	};
	await lane.run({ ...run, signal: stop.signal });
	await quiet();
	const after = sandbox.journal.slice(at).map(nameCall);
	return how === 'cancelled' ? after.filter((call) => !call.endsWith('/index')) : [];
}

describe('an execution', () => {
	it.each(table)(
		'%s that is interrupted at any request and run again ends as if it had run once; cancelled while it waits for another, it ends at once',
		async (_name, tested) => {
			const runs = await samples(tested);
			expect(runs.length).toBeGreaterThan(0);
			for (const { run, once, requests } of runs) {
				for (let at = 1; at <= requests; at++) {
					// The others have their turn in other runs of these tests.
					const ways = isDeep ? WAYS : [WAYS[Math.abs(seed + at) % WAYS.length]];
					for (const how of ways) {
						const sentAfterCancelling = await interrupted(run, how, at);
						lane.holdCall = () => {};
						await lane.run(run);
						const end = { run, how, at, sentAfterCancelling, state: lane.readChanges() };
						expect(end).toEqual({ run, how, at, sentAfterCancelling: [], state: once });
					}
				}
			}
			await expectToEndAtOnce(runs[0]);
		},
	);
});

async function expectToEndAtOnce({ run, once }: Sample): Promise<void> {
	lane.reset(SETTINGS);
	let release = () => {};
	const held = new Promise<void>((resolve) => (release = resolve));
	lane.holdCall = async ({ request }) => await (request === 1 ? held : undefined);
	const first = lane.run(run);
	await quiet();
	const stop = new AbortController();
	let hasEnded = false;
	const second = lane.run({ ...run, signal: stop.signal }).then(() => (hasEnded = true));
	await quiet();
	stop.abort();
	await quiet();
	expect(hasEnded).toBe(true);
	release();
	await Promise.all([first, second]);
	expect(lane.readChanges()).toEqual(once);
}

import type { Scheduler } from 'fast-check';
import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { CREDENTIALS, SideBySideSchool, upsertForm } from './school';

/**
 * An item that finds a person by phone or by email and sets fields. It may also give the person a phone that
 * belongs to the other person.
 */
interface Item {
	person: number;
	key: 'phone' | 'email';
	fields: { note?: string; web?: string[]; phone?: string[] };
	listMode: 'add' | 'replace';
}

const item: fc.Arbitrary<Item> = fc.record({
	person: fc.nat(1),
	key: fc.constantFrom<Array<Item['key']>>('phone', 'email'),
	fields: fc.record(
		{
			note: fc.constantFrom('a', 'b', 'c'),
			web: fc.constantFrom(['a.example'], ['b.example']),
			phone: fc.constantFrom(['+7(900)555-22-02'], ['+7(900)555-22-00']),
		},
		{ requiredKeys: [] },
	),
	listMode: fc.constantFrom<Array<Item['listMode']>>('add', 'replace'),
});

export const itemsOfExecution = fc.array(item, { minLength: 2, maxLength: 6 });

// ---------------------------------------------------------------- the rule

/**
 * Lists the orders in which the items of an execution may take effect. Items that name a common value, such as one
 * phone, keep their order. If only items 0 and 2 have a common value, the orders are [0, 1, 2], [0, 2, 1] and
 * [1, 0, 2].
 */
export function* listPossibleOrders(items: readonly Item[]): Generator<number[]> {
	yield* orderItems(items, [...items.keys()]);
}

/** Generates the possible orders of the items that have no place yet. */
function* orderItems(items: readonly Item[], remainingIndexes: readonly number[]): Generator<number[]> {
	if (remainingIndexes.length === 0) {
		yield [];
	}

	for (const firstIndex of remainingIndexes) {
		const mustWait = remainingIndexes.some(
			(index) => index < firstIndex && shareValue(items[index], items[firstIndex]),
		);
		if (mustWait) continue;

		const laterIndexes = remainingIndexes.filter((index) => index !== firstIndex);
		for (const order of orderItems(items, laterIndexes)) {
			yield [firstIndex, ...order];
		}
	}
}

/** Tells whether two items name a common value, so that the later one must wait for the other. */
function shareValue(first: Item, second: Item): boolean {
	const values = listNamedValues(first);
	return listNamedValues(second).some((value) => values.includes(value));
}

/** Lists the values by which an item names a record: the name, the key and a new phone. */
function listNamedValues({ person, key, fields: { phone = [] } }: Item): string[] {
	const matchValue = key === 'phone' ? makePhone(person) : makeEmail(person);
	return [makeName(person), matchValue, ...phone];
}

// ---------------------------------------------------------------- running items

/** The result of each item of an execution, and the customers of the school after it. */
export interface ExecutionOutcome {
	results: IDataObject[];
	customers: IDataObject[];
}

/** Runs items that overlap, with answers in the order that a scheduler chooses. */
export async function runOverlapping(
	items: readonly Item[],
	scheduler: Scheduler,
): Promise<ExecutionOutcome> {
	const school = openSchool();
	school.answerSlowlyInOrderOf(scheduler);
	return await scheduler.waitFor(runItems(school, items, { callsAtOnce: 5 }));
}

/** Runs items one after the other in a given order. The results come in the order of the items. */
export async function runInOrder(
	items: readonly Item[],
	order: readonly number[],
): Promise<ExecutionOutcome> {
	const itemsInOrder = order.map((index) => items[index]);
	const { results, customers } = await runItems(openSchool(), itemsInOrder, { callsAtOnce: 1 });
	const resultsByItem = items.map((_item, index) => results[order.indexOf(index)]);
	return { results: resultsByItem, customers };
}

/** Runs items in one execution, and returns their results and the customers of the school. */
async function runItems(
	school: SideBySideSchool,
	items: readonly Item[],
	{ callsAtOnce }: { callsAtOnce: number },
): Promise<ExecutionOutcome> {
	const { json } = await school.runToEnd(
		{},
		{
			parametersByItem: items.map(upsertFormOfItem),
			credential: { ...CREDENTIALS[0], callsAtOnce },
			continueOnFail: true,
		},
	);
	const customers = school.readRecords('customer');
	return {
		results: json.map(({ id, operationResult, error }) => ({ id, operationResult, error })),
		customers: customers.map(({ id, name, phone, email, web, note }) => ({
			id,
			name,
			phone,
			email,
			web,
			note,
		})),
	};
}

/** Opens a school with the two people of the items. */
function openSchool(): SideBySideSchool {
	const school = new SideBySideSchool();
	for (const person of [0, 1]) {
		school.addLead({ name: makeName(person), phone: [makePhone(person)], email: [makeEmail(person)] });
	}
	return school;
}

/** Makes the form of Create or Update for an item. */
function upsertFormOfItem({ person, key, fields, listMode }: Item): IDataObject {
	const matchValues = {
		phone: key === 'phone' ? makePhone(person) : '',
		email: key === 'email' ? makeEmail(person) : '',
	};
	return upsertForm(
		{ matchBy: 'phoneOrEmail', ...matchValues },
		{ name: makeName(person), ...fields },
		{ listMode },
	);
}

function makeName(person: number): string {
	return `Вера ${person}`;
}

function makePhone(person: number): string {
	return `+7(900)555-22-0${person}`;
}

function makeEmail(person: number): string {
	return `vera${person}@school.example`;
}

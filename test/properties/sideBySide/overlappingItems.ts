import type { Scheduler } from 'fast-check';
import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { CREDENTIALS, SideBySideSchool, upsertForm } from './school';

/** An item that finds a person by phone or by email and sets fields. It may give the person another phone, even that of the other. */
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
 * The rule: items of one execution leave what they leave one after the other, in some order in which items that name the same value
 * keep their order.
 *
 * @returns all these orders, as lists of indexes
 */
export function* listPossibleOrders(items: readonly Item[]): Generator<number[]> {
	yield* orderRest(items, [...items.keys()]);
}

function* orderRest(items: readonly Item[], rest: readonly number[]): Generator<number[]> {
	if (rest.length === 0) yield [];

	for (const next of rest) {
		const waitsForEarlier = rest.some((index) => index < next && shareValue(items[index], items[next]));
		if (waitsForEarlier) continue;

		const others = rest.filter((index) => index !== next);
		for (const order of orderRest(items, others)) {
			yield [next, ...order];
		}
	}
}

function shareValue(first: Item, second: Item): boolean {
	const values = listNamedValues(first);
	return listNamedValues(second).some((value) => values.includes(value));
}

/** Lists the values by which an item names a record: the name, the key and a new phone. */
function listNamedValues({ person, key, fields: { phone = [] } }: Item): string[] {
	const matchValue = key === 'phone' ? phoneOf(person) : emailOf(person);
	return [nameOf(person), matchValue, ...phone];
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

/** Runs items one after the other in some order, and returns the results in the order of the items. */
export async function runInOrder(
	items: readonly Item[],
	order: readonly number[],
): Promise<ExecutionOutcome> {
	const orderedItems = order.map((index) => items[index]);
	const { results, customers } = await runItems(openSchool(), orderedItems, { callsAtOnce: 1 });
	return { results: items.map((_item, index) => results[order.indexOf(index)]), customers };
}

async function runItems(
	school: SideBySideSchool,
	items: readonly Item[],
	{ callsAtOnce }: { callsAtOnce: number },
): Promise<ExecutionOutcome> {
	const { json } = await school.runToEnd(
		{},
		{
			parametersByItem: items.map(fillForm),
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
		school.addLead({ name: nameOf(person), phone: [phoneOf(person)], email: [emailOf(person)] });
	}
	return school;
}

function fillForm({ person, key, fields, listMode }: Item): IDataObject {
	const matchValues = {
		phone: key === 'phone' ? phoneOf(person) : '',
		email: key === 'email' ? emailOf(person) : '',
	};
	return upsertForm(
		{ matchBy: 'phoneOrEmail', ...matchValues },
		{ name: nameOf(person), ...fields },
		{ listMode },
	);
}

function nameOf(person: number): string {
	return `Вера ${person}`;
}

function phoneOf(person: number): string {
	return `+7(900)555-22-0${person}`;
}

function emailOf(person: number): string {
	return `vera${person}@school.example`;
}

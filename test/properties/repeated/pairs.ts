import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { MatchKey } from '../../../nodes/AlfaCrm/entities/types';
import type { FilledForm, Target } from '../../engine/support/arbitraryForms';
import { arbitraryEmail, arbitraryPhone } from '../../engine/support/arbitraryValues';
import type { BranchRecords } from '../../engine/support/arbitraryValues';
import type { OperationCase } from '../../engine/support/operationCases';
import { operationCases } from '../../engine/support/operationCases';

/** Two operations to run at the same moment. */
export interface OperationPair {
	name: string;
	/** Generates a form for each of them, about one record. */
	makeForms: (records: BranchRecords) => fc.Arbitrary<[FilledForm, FilledForm]>;
}

/** Pairs each operation with itself. Its two forms differ, and are about one record or one new record. */
export const SAME_OPERATIONS: OperationPair[] = operationCases.map((tested) => ({
	name: nameOperation(tested),
	makeForms: (records) => makeFormsOnOneTarget(records, tested, tested),
}));

/**
 * Pairs the operations on one record of an entity. Create or Update is left out, because it searches for its
 * record.
 */
export const OPERATIONS_ON_ONE_RECORD: OperationPair[] = listPairs(
	operationCases.filter(({ operation }) => operation !== 'upsert'),
)
	.filter(([first, second]) => first.entity === second.entity)
	.map(([first, second]) => ({
		name: `${first.resource}: ${first.operation} and ${second.operation}`,
		makeForms: (records) => makeFormsOnOneTarget(records, first, second),
	}));

/**
 * Pairs Create or Update by one key with Create or Update by another key that has a field in common with it, such as
 * "phone" and "phone or email". Both find or create the same record.
 */
export const KEYS_THAT_SHARE_FIELD: OperationPair[] = operationCases
	.filter(({ operation }) => operation === 'upsert')
	.flatMap((tested) =>
		listPairs(tested.entity.match?.keys ?? [])
			.filter(([first, second]) => shareField(first, second))
			.map(([first, second]) => ({
				name: `${tested.resource} by ${first.name} and by ${second.name}`,
				makeForms: (records) => makeFormsByKeys(records, tested, [first, second]),
			})),
	);

/** Names a tested operation in the title of a test, such as "customer update". */
export function nameOperation({ resource, operation }: OperationCase): string {
	return `${resource} ${operation}`;
}

/** Generates a form of each of two operations, both about the same random record. */
function makeFormsOnOneTarget(
	records: BranchRecords,
	first: OperationCase,
	second: OperationCase,
): fc.Arbitrary<[FilledForm, FilledForm]> {
	return first
		.arbitraryTarget(records)
		.chain((target) => fc.tuple(first.arbitraryForm(records, target), second.arbitraryForm(records, target)));
}

/** Generates the values by which two forms find or create the same new record. */
const newRecordValues = fc.record({
	phone: arbitraryPhone,
	email: arbitraryEmail,
	web: fc.constant('@new_name'),
	name: fc.constantFrom('Новая Запись', 'Другая Запись'),
	dob: fc.constant('2015-03-04'),
});

/** Generates two forms of Create or Update for the same new record, each by its own key. */
function makeFormsByKeys(
	records: BranchRecords,
	tested: OperationCase,
	[first, second]: readonly [MatchKey, MatchKey],
): fc.Arbitrary<[FilledForm, FilledForm]> {
	return newRecordValues.chain((values) =>
		fc.tuple(
			tested.arbitraryForm(records, makeTarget(first, values)),
			tested.arbitraryForm(records, makeTarget(second, values)),
		),
	);
}

/** Makes the match values by which a key finds the new record. */
function makeTarget({ name, fields }: MatchKey, values: IDataObject): Target {
	const matchValues = Object.fromEntries(fields.map((field) => [field, values[field]]));
	return { parameters: { matchBy: name, ...matchValues }, keyFields: fields };
}

/** Tells whether two keys have a field in common, other than the ID. */
function shareField(first: MatchKey, second: MatchKey): boolean {
	return second.fields.some((field) => field !== 'id' && first.fields.includes(field));
}

/** Lists all pairs of different items: [1, 2, 3] gives [1, 2], [1, 3] and [2, 3]. */
function listPairs<T>(items: readonly T[]): Array<[T, T]> {
	return items.flatMap((first, index) => {
		const laterItems = items.slice(index + 1);
		return laterItems.map((second): [T, T] => [first, second]);
	});
}

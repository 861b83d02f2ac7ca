import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { MatchKey } from '../../../nodes/AlfaCrm/entities/types';
import type { FilledForm, Target } from '../../engine/support/arbitraryForms';
import { arbitraryEmail, arbitraryPhone } from '../../engine/support/arbitraryValues';
import type { BranchRecords } from '../../engine/support/arbitraryValues';
import type { OperationCase } from '../../engine/support/operationCases';
import { operationCases } from '../../engine/support/operationCases';

/** Two operations that may be about one record. */
export interface OperationPair {
	name: string;
	makeForms: (records: BranchRecords) => fc.Arbitrary<[FilledForm, FilledForm]>;
}

/** Two different forms of each operation, about the same record or the same new one. */
export const SAME_OPERATIONS: OperationPair[] = operationCases.map((tested) => ({
	name: nameOperation(tested),
	makeForms: (records) => makeFormsOnOneTarget(records, tested, tested),
}));

/** Each two operations on one record of an entity. Create or Update is left out, because it is given no record. */
export const OPERATIONS_ON_ONE_RECORD: OperationPair[] = listPairs(
	operationCases.filter(({ operation }) => operation !== 'upsert'),
)
	.filter(([first, second]) => first.entity === second.entity)
	.map(([first, second]) => ({
		name: `${first.resource}: ${first.operation} and ${second.operation}`,
		makeForms: (records) => makeFormsOnOneTarget(records, first, second),
	}));

/** Create or Update by each two keys that share a field, so that both find the same record by it. */
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

export function nameOperation({ resource, operation }: OperationCase): string {
	return `${resource} ${operation}`;
}

function makeFormsOnOneTarget(
	records: BranchRecords,
	first: OperationCase,
	second: OperationCase,
): fc.Arbitrary<[FilledForm, FilledForm]> {
	return first
		.arbitraryTarget(records)
		.chain((target) => fc.tuple(first.arbitraryForm(records, target), second.arbitraryForm(records, target)));
}

/** The values by which a new record is found. */
const newRecordValues = fc.record({
	phone: arbitraryPhone,
	email: arbitraryEmail,
	web: fc.constant('@new_name'),
	name: fc.constantFrom('Новая Запись', 'Другая Запись'),
	dob: fc.constant('2015-03-04'),
});

function makeFormsByKeys(
	records: BranchRecords,
	tested: OperationCase,
	[first, second]: readonly [MatchKey, MatchKey],
): fc.Arbitrary<[FilledForm, FilledForm]> {
	return newRecordValues.chain((values) =>
		fc.tuple(
			tested.arbitraryForm(records, targetByKey(first, values)),
			tested.arbitraryForm(records, targetByKey(second, values)),
		),
	);
}

function targetByKey({ name, fields }: MatchKey, values: IDataObject): Target {
	const matchValues = Object.fromEntries(fields.map((field) => [field, values[field]]));
	return { parameters: { matchBy: name, ...matchValues }, keyFields: fields };
}

function shareField(first: MatchKey, second: MatchKey): boolean {
	return second.fields.some((field) => field !== 'id' && first.fields.includes(field));
}

/** Lists each two items of a list once. */
function listPairs<T>(items: readonly T[]): Array<[T, T]> {
	return items.flatMap((first, index) => items.slice(index + 1).map((second): [T, T] => [first, second]));
}

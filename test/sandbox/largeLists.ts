import fc from 'fast-check';

import type { Row } from '../../sandbox';
import { customer as customerEntity } from '../../sandbox/school/entities/customer';
import { allCustomers, toIds, type School } from './support';

export const CUSTOMERS_OF_LARGE_SCHOOL = 1_200;
const PAGE_SIZE = 500;

type SearchedField = 'phone' | 'email' | 'name';

/** A step in a large school: a search by a part of a stored text, or a change of its customers. */
type Step =
	| { kind: 'search'; field: SearchedField; place: number; from: number; length: number }
	| { kind: 'add'; number: number }
	| { kind: 'change'; id: number }
	| { kind: 'remove'; id: number };

const customerId = fc.integer({ min: 1, max: CUSTOMERS_OF_LARGE_SCHOOL });

/** Generates steps; `place` chooses the customer from whose field the searched text is cut. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
	fc.oneof(
		fc.record({
			kind: fc.constant('search' as const),
			field: fc.constantFrom<SearchedField>('phone', 'email', 'name'),
			place: fc.nat({ max: CUSTOMERS_OF_LARGE_SCHOOL - 1 }),
			from: fc.nat({ max: 8 }),
			length: fc.integer({ min: 1, max: 12 }),
		}),
		fc.record({ kind: fc.constant('change' as const), id: customerId }),
		fc.record({ kind: fc.constant('remove' as const), id: customerId }),
		fc.record({ kind: fc.constant('add' as const), number: fc.nat({ max: 999 }) }),
	),
	{ maxLength: 12 },
);

/** Takes a step. A search must list the same customers as a walk through all of them. */
export async function takeStep(school: School, step: Step): Promise<void> {
	switch (step.kind) {
		case 'add':
			school.addRecord('customer', { name: 'Ёлкин', phone: [`+7(911)${step.number}`] });
			return;
		case 'change':
			school.changeRecord('customer', step.id, {
				email: [`x${step.id}@y.example`],
				is_study: step.id % 2,
				phone: [],
			});
			return;
		case 'remove':
			school.sandbox.store.remove('customer', step.id);
			return;
		case 'search': {
			const text = cutSearchedText(school, step);
			if (toComparable(step.field, text) === '') return;
			const { ids } = await school.call('customer/index', { ...allCustomers, [step.field]: text });
			expect(ids).toEqual(walkThroughCustomers(school, (row) => hasText(row, step.field, text)));
		}
	}
}

/** The model: tests every customer, sorts those that pass, and takes the first page. */
export function walkThroughCustomers(school: School, test: (row: Row) => boolean): number[] {
	const matches = school.readRecords('customer').filter(test);
	const sorted = [...matches].sort(
		(a, b) => customerEntity.sortKey(a) - customerEntity.sortKey(b) || b.id - a.id,
	);
	return toIds(sorted).slice(0, PAGE_SIZE);
}

function cutSearchedText(
	school: School,
	{ field, place, from, length }: Extract<Step, { kind: 'search' }>,
): string {
	const rows = school.readRecords('customer');
	const [stored = ''] = readTexts(rows[place % rows.length], field);
	return stored.slice(from, from + length).trim();
}

function hasText(row: Row, field: SearchedField, text: string): boolean {
	const part = toComparable(field, text);
	return readTexts(row, field).some((stored) => toComparable(field, stored).includes(part));
}

function readTexts(row: Row, field: SearchedField): string[] {
	return [row[field] ?? []].flat().map(String);
}

/** Phones are compared by their digits, other texts without regard to case. */
function toComparable(field: SearchedField, text: string): string {
	return field === 'phone' ? text.replace(/\D/g, '') : text.toLowerCase();
}

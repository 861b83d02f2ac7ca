import fc from 'fast-check';

import type { Row } from '../../sandbox';
import { customer as customerEntity } from '../../sandbox/school/entities/customer';
import { allCustomers, toIds, type School } from './support';

export const CUSTOMERS_OF_LARGE_SCHOOL = 1_200;
const PAGE_SIZE = 500;

type SearchedField = 'phone' | 'email' | 'name';

/**
 * A search for customers by a part of a text that one of them has. `place` chooses this customer, and `from` and
 * `length` cut the part out of the text in the field.
 */
interface Search {
	kind: 'search';
	field: SearchedField;
	place: number;
	from: number;
	length: number;
}

/** A step in a large school: a search, or a change of its customers. */
type Step =
	| Search
	| { kind: 'add'; number: number }
	| { kind: 'change'; id: number }
	| { kind: 'remove'; id: number };

const customerId = fc.integer({ min: 1, max: CUSTOMERS_OF_LARGE_SCHOOL });

/** Generates up to twelve steps. */
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

/** Takes a step. A search must find the customers whom a walk through all customers finds. */
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
			await expectCompleteSearch(school, step);
		}
	}
}

/** Searches over the API, and expects the customers whom a walk through all of them finds. */
async function expectCompleteSearch(school: School, search: Search): Promise<void> {
	const { field } = search;
	const searchedText = cutSearchedText(school, search);
	// For a phone, this is also a text without digits.
	const isEmptySearch = toComparable(field, searchedText) === '';
	if (isEmptySearch) return;

	const { ids } = await school.call('customer/index', { ...allCustomers, [field]: searchedText });

	const idsOfWalk = walkThroughCustomers(school, (customer) => hasText(customer, field, searchedText));
	expect(ids).toEqual(idsOfWalk);
}

/** Finds customers without an index: tests every customer, sorts the matches and takes the first page. */
export function walkThroughCustomers(school: School, test: (row: Row) => boolean): number[] {
	const { sortKey } = customerEntity;
	const matches = school.readRecords('customer').filter(test);
	const sortedMatches = [...matches].sort((a, b) => sortKey(a) - sortKey(b) || b.id - a.id);
	return toIds(sortedMatches).slice(0, PAGE_SIZE);
}

/** Cuts the searched text from a field of a stored customer, so that the search finds somebody. */
function cutSearchedText(school: School, { field, place, from, length }: Search): string {
	const customers = school.readRecords('customer');
	const [storedText = ''] = readTexts(customers[place % customers.length], field);
	return storedText.slice(from, from + length).trim();
}

/** Tells whether a field of a customer contains the searched text. */
function hasText(customer: Row, field: SearchedField, text: string): boolean {
	const searchedPart = toComparable(field, text);
	return readTexts(customer, field).some((storedText) =>
		toComparable(field, storedText).includes(searchedPart),
	);
}

/** Reads the texts of a field that holds one text or several, such as phones. */
function readTexts(customer: Row, field: SearchedField): string[] {
	return [customer[field] ?? []].flat().map(String);
}

/** Rewrites a text as searches compare it: the digits of a phone, any other text in lower case. */
function toComparable(field: SearchedField, text: string): string {
	return field === 'phone' ? text.replace(/\D/g, '') : text.toLowerCase();
}

import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { Row } from '../../../sandbox';
import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { recordWithId } from './forms';

/** The records that generated forms may name, and the branch in which the node works. */
export interface BranchRecords {
	branch: number;
	/** Lists the records of an entity in all branches, by a path such as "customer-tariff". */
	rows: (path: string) => readonly Row[];
}

/** A value of a parameter. */
export type Value = IDataObject[string];

/** Makes a generator of values for a field. */
type ValueGenerator = (field: Field, records: BranchRecords) => fc.Arbitrary<Value>;

/** Chooses a value of a field, in the shape that its parameter has. */
export function arbitraryValue(field: Field, records: BranchRecords): fc.Arbitrary<Value> {
	const makeGenerator = GENERATOR_BY_TYPE[field.type];
	if (makeGenerator === undefined) {
		throw new Error(`No generator of values for the field type "${field.type}"`);
	}
	return makeGenerator(field, records);
}

/**
 * Chooses some fields, and a value for each of them. The fields with `requiredNames` are always chosen, and at
 * most `maxOptional` of the others.
 */
export function arbitraryValues(
	fields: readonly Field[],
	records: BranchRecords,
	requiredNames: readonly string[] = [],
	maxOptional = 4,
): fc.Arbitrary<IDataObject> {
	const requiredFields = fields.filter(({ name }) => requiredNames.includes(name));
	const optionalFields = fields.filter(({ name }) => !requiredNames.includes(name));
	const chosenFields = fc.subarray(optionalFields, {
		minLength: Math.min(1, optionalFields.length),
		maxLength: Math.min(maxOptional, optionalFields.length),
	});
	return chosenFields.chain((chosen) => arbitraryRecord([...requiredFields, ...chosen], records));
}

/** Chooses a value for each of the fields. */
function arbitraryRecord(fields: readonly Field[], records: BranchRecords): fc.Arbitrary<IDataObject> {
	const valueByName: Record<string, fc.Arbitrary<Value>> = {};
	for (const field of fields) {
		valueByName[field.name] = arbitraryValue(field, records);
	}
	return fc.record(valueByName) as fc.Arbitrary<IDataObject>;
}

/** Rewrites a value of the form as JSON mode takes it: a picker as an ID, a table as a bare list of rows. */
export function toJsonValue(value: Value): Value {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;

	const parameter = value as IDataObject;
	if ('__rl' in parameter) {
		const text = String(parameter.value);
		return /^\d+$/.test(text) ? Number(text) : text;
	}
	return 'values' in parameter ? parameter.values : value;
}

/** Reads the records that a call of this branch can name. A record without a branch belongs to all. */
export function readRecordsOfBranch({ rows, branch }: BranchRecords, path: string): Row[] {
	return rows(path).filter(({ branch_ids, branch_id }) => {
		const recordBranches = branch_ids ?? branch_id ?? branch;
		return [recordBranches].flat().includes(branch);
	});
}

// ---------------------------------------------------------------- choices from lists

/** Chooses one of the first 25 items. */
export function arbitraryItem<T>(items: readonly T[]): fc.Arbitrary<T> {
	return fc.constantFrom(...items.slice(0, 25));
}

/** Chooses one or two of the first twelve items. */
function arbitraryItems<T>(items: readonly T[]): fc.Arbitrary<T[]> {
	return fc.subarray(items.slice(0, 12), { minLength: 1, maxLength: 2 });
}

/** Reads the IDs of the records that a call of this branch can name. */
function readIdsOfBranch(records: BranchRecords, path: string): number[] {
	return readRecordsOfBranch(records, path).map(({ id }) => id);
}

/** Reads the IDs to which a field may refer. The node refuses a record of another branch. */
function readReferableIds(field: Field, records: BranchRecords): number[] {
	const { path } = entityOf((field as unknown as { entity: string }).entity);
	const isBranch = path === 'branch';
	return isBranch ? records.rows(path).map(({ id }) => id) : readIdsOfBranch(records, path);
}

// ---------------------------------------------------------------- texts

const WORDS = ['Проба', 'Ёлка', 'Перезвонить', 'Light', 'звонок 18:00', 'Ива-Белая', 'Летний лагерь', 'x2'];
const arbitraryWords = fc
	.array(arbitraryItem(WORDS), { minLength: 1, maxLength: 2 })
	.map((words) => words.join(' '));

/** The beginnings of phones, in different spellings. No phone in the sandbox begins with these digits. */
const PHONE_STARTS = ['+7 (900) 9', '8-900-9', '79009', '+79009'];

/** Chooses a phone that no record of the sandbox has. */
export const arbitraryPhone: fc.Arbitrary<string> = fc
	.tuple(fc.nat(99), fc.nat(99), arbitraryItem(PHONE_STARTS))
	.map(([pair, lastPair, start]) => `${start}99-${padWithZeros(pair)}-${padWithZeros(lastPair)}`);

/** Chooses an email address that no record of the sandbox has. */
export const arbitraryEmail: fc.Arbitrary<string> = fc.nat(9_999).map((number) => `new${number}@example.org`);

const arbitraryWebsite = fc.nat(999).map((number) => `https://site${number}.example`);

const TEXT_BY_FIELD: Record<string, fc.Arbitrary<string>> = {
	phone: arbitraryPhone,
	email: arbitraryEmail,
	web: arbitraryWebsite,
};

/** Chooses one or two different texts, such as the phones of a customer. */
function arbitraryTexts(text: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
	return fc.uniqueArray(text, { minLength: 1, maxLength: 2 });
}

/** Writes a number with at least two digits. */
function padWithZeros(number: number): string {
	return String(number).padStart(2, '0');
}

// ---------------------------------------------------------------- days and times

/** Writes the day "2026-03-07" in different ways that mean the same. */
const DAY_SPELLINGS = [
	(day: string) => day,
	(day: string) => `${day}T00:00:00`,
	(day: string) => `${day}T00:00:00.000+03:00`,
	(day: string) => day.split('-').reverse().join('.'),
];

/** Chooses a day, in one of several spellings. */
const arbitraryDay: ValueGenerator = ({ name }) => {
	const firstYear = chooseFirstYear(name);
	return fc
		.tuple(
			fc.integer({ min: firstYear, max: firstYear + 1 }),
			fc.integer({ min: 1, max: 12 }),
			fc.integer({ min: 1, max: 28 }),
			arbitraryItem(DAY_SPELLINGS),
		)
		.map(([year, month, day, spell]) => spell(`${year}-${padWithZeros(month)}-${padWithZeros(day)}`));
};

/** Chooses the first possible year of a day. The end of a period lies in later years than its beginning. */
function chooseFirstYear(fieldName: string): number {
	if (fieldName === 'dob') return 2012;
	return fieldName.startsWith('e_') ? 2028 : 2025;
}

/** Chooses a time of the day. The end of a period is in the evening, its beginning in the morning. */
const arbitraryTime: ValueGenerator = ({ name }) => {
	const isEnd = name.includes('to');
	const hour = fc.integer(isEnd ? { min: 21, max: 23 } : { min: 5, max: 8 });
	const minutes = arbitraryItem(['00', '15', '45']);
	return fc.tuple(hour, minutes).map(([chosenHour, chosenMinutes]) => {
		return `${padWithZeros(chosenHour)}:${chosenMinutes}`;
	});
};

// ---------------------------------------------------------------- numbers and IDs

/** Chooses a whole number. The duration of a lesson stays short. */
const arbitraryInteger: ValueGenerator = ({ name }) => {
	const isDuration = name === 'duration';
	return fc.integer(isDuration ? { min: 3, max: 12 } : { min: 1, max: 90 });
};

const arbitrarySum = fc.integer({ min: 1, max: 900_000 }).map((cents) => cents / 100);

/**
 * Paths of the records that a field of type "id" or "ids" names. Such a field does not declare its entity.
 */
const PATH_BY_FIELD: Record<string, string> = {
	customer_id: 'customer',
	customer_ids: 'customer',
	ctt_id: 'customer-tariff',
	group_id: 'group',
	group_ids: 'group',
	related_id: 'group',
};

/** Chooses the ID of a record that a field names, or any small number if the field names none. */
const arbitraryId: ValueGenerator = ({ name }, records) => {
	const path = PATH_BY_FIELD[name] as string | undefined;
	return path === undefined ? fc.integer({ min: 1, max: 9 }) : arbitraryItem(readIdsOfBranch(records, path));
};

/** Chooses IDs, either as a list or as a text with commas. */
const arbitraryIds: ValueGenerator = ({ name }, records) => {
	const ids = arbitraryItems(readIdsOfBranch(records, PATH_BY_FIELD[name] ?? 'customer'));
	return fc.tuple(ids, fc.boolean()).map(([list, isText]) => (isText ? list.join(', ') : list));
};

/** Chooses one record to which a field may refer. */
const arbitraryReference: ValueGenerator = (field, records) =>
	arbitraryItem(readReferableIds(field, records));

/** Chooses several referred records. A required field is a picker, in which n8n accepts no bare list. */
const arbitraryReferences: ValueGenerator = (field, records) => {
	const ids = arbitraryItems(readReferableIds(field, records));
	return field.required ? ids.map((list) => recordWithId(list.join(', '))) : ids;
};

/** Chooses one record of a long list, which the form names in a picker. */
const arbitraryPickedRecord: ValueGenerator = (field, records) =>
	arbitraryItem(readReferableIds(field, records)).map(recordWithId);

/** Chooses several records of a long list, either in a picker or as a bare list. */
const arbitraryPickedRecords: ValueGenerator = (field, records) => {
	const ids = arbitraryItems(readReferableIds(field, records));
	return fc
		.tuple(ids, fc.boolean())
		.map(([list, isPicker]) => (isPicker ? recordWithId(list.join(', ')) : list));
};

// ---------------------------------------------------------------- choices and rows

/** Chooses one of the choices of a field. */
const arbitraryChoice: ValueGenerator = (field) => {
	const { choices } = field as Extract<Field, { type: 'choice' }>;
	return arbitraryItem(choices.map(({ value }) => value as Value));
};

/** Chooses one or two of the choices of a field. */
const arbitraryChoices: ValueGenerator = (field) => {
	const { choices } = field as Extract<Field, { type: 'choices' }>;
	return arbitraryItems(choices.map(({ value }) => value as number));
};

/** Chooses one or two rows of a table, as a fixed collection has them. */
const arbitraryRows: ValueGenerator = (field, records) => {
	const { fields } = field as Extract<Field, { type: 'rows' }>;
	const row = arbitraryRecord(fields, records);
	return fc.array(row, { minLength: 1, maxLength: 2 }).map((values): IDataObject => ({ values }));
};

/** Generators by the type of the field. A type that is missing here fails every test. */
const GENERATOR_BY_TYPE: Record<string, ValueGenerator | undefined> = {
	text: () => arbitraryWords,
	longText: () => arbitraryWords,
	texts: ({ name }) => arbitraryTexts(TEXT_BY_FIELD[name] ?? arbitraryWords),
	links: ({ name }) => arbitraryTexts(TEXT_BY_FIELD[name]),
	emails: () => arbitraryTexts(arbitraryEmail),
	phones: () => arbitraryTexts(arbitraryPhone),
	id: arbitraryId,
	ids: arbitraryIds,
	integer: arbitraryInteger,
	number: () => arbitrarySum,
	flag: () => fc.boolean(),
	boolean: () => fc.boolean(),
	date: arbitraryDay,
	time: arbitraryTime,
	choice: arbitraryChoice,
	choices: arbitraryChoices,
	reference: arbitraryReference,
	references: arbitraryReferences,
	record: arbitraryPickedRecord,
	records: arbitraryPickedRecords,
	owner: (_field, records) => arbitraryItem(readIdsOfBranch(records, 'group')).map(recordWithId),
	rows: arbitraryRows,
};

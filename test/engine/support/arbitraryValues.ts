import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { Row } from '../../../sandbox';
import { entityOf } from '../../../nodes/AlfaCrm/entities/registry';
import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';

/** The records that generated forms may name, and the branch in which the node works. */
export interface BranchRecords {
	branch: number;
	rows: (path: string) => readonly Row[];
}

export type Value = IDataObject[string];
type Make = (field: Field, world: BranchRecords) => fc.Arbitrary<Value>;

/** Reads the records that a call of this branch can name. */
export function readRecordsOfBranch({ rows, branch }: BranchRecords, path: string): Row[] {
	return rows(path).filter((row) => {
		const places = [row.branch_ids, row.branch_id].find((place) => place !== undefined && place !== null);
		return Array.isArray(places) ? places.includes(branch) : places === undefined || places === branch;
	});
}

export const oneItemOf = <T>(items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items.slice(0, 25));
const someItemsOf = <T>(items: readonly T[], most = 2): fc.Arbitrary<T[]> =>
	fc.subarray(items.slice(0, 12), { minLength: 1, maxLength: most });
const readIdsOfBranch = (world: BranchRecords, path: string): number[] =>
	readRecordsOfBranch(world, path).map(({ id }) => id);

const WORDS = ['Проба', 'Ёлка', 'Перезвонить', 'Light', 'звонок 18:00', 'Ива-Белая', 'Летний лагерь', 'x2'];
const words = fc.array(oneItemOf(WORDS), { minLength: 1, maxLength: 2 }).map((some) => some.join(' '));
const digits = (length: number) => fc.integer({ min: 0, max: 10 ** length - 1 });
const padded = (n: number, length: number): string => String(n).padStart(length, '0');

/** Phones that no record of the sandbox has, in several spellings. */
export const arbitraryPhone: fc.Arbitrary<string> = fc
	.tuple(digits(4), oneItemOf(['+7 (900) 9', '8-900-9', '79009', '+79009']))
	.map(([n, start]) => `${start}99-${padded(Math.floor(n / 100), 2)}-${padded(n % 100, 2)}`);
export const arbitraryEmail: fc.Arbitrary<string> = digits(4).map((n) => `new${n}@example.org`);

/** The entity that a plain number field names. */
const ENTITY_BY_FIELD: Record<string, string> = {
	customer_id: 'customer',
	customer_ids: 'customer',
	ctt_id: 'customer-tariff',
	group_id: 'group',
	group_ids: 'group',
	related_id: 'group',
};

const DAY_SPELLINGS = [
	(day: string) => day,
	(day: string) => `${day}T00:00:00`,
	(day: string) => `${day}T00:00:00.000+03:00`,
	(day: string) => day.split('-').reverse().join('.'),
];
/** Chooses a day. Ends of periods lie in later years than their beginnings. */
const day: Make = ({ name }) => {
	const from = /^e_/.test(name) ? 2028 : name === 'dob' ? 2012 : 2025;
	return fc
		.tuple(
			fc.integer({ min: from, max: from + 1 }),
			fc.integer({ min: 1, max: 12 }),
			digits(1),
			oneItemOf(DAY_SPELLINGS),
		)
		.map(([year, month, n, spell]) => spell(`${year}-${padded(month, 2)}-${padded(n * 3 + 1, 2)}`));
};
const hour: Make = ({ name }) =>
	fc
		.tuple(
			fc.integer(/to/.test(name) ? { min: 21, max: 23 } : { min: 5, max: 8 }),
			oneItemOf(['00', '15', '45']),
		)
		.map(([hours, minutes]) => `${padded(hours, 2)}:${minutes}`);

const TEXT_BY_FIELD: Record<string, fc.Arbitrary<string>> = {
	phone: arbitraryPhone,
	email: arbitraryEmail,
	web: digits(3).map((n) => `https://site${n}.example`),
};

/** Makes a value for each type of field. A type that is missing here fails every test. */
const arbitraryByType: Record<string, Make> = {
	text: () => words,
	longText: () => words,
	texts: ({ name }) => fc.uniqueArray(TEXT_BY_FIELD[name] ?? words, { minLength: 1, maxLength: 2 }),
	links: ({ name }) => fc.uniqueArray(TEXT_BY_FIELD[name], { minLength: 1, maxLength: 2 }),
	emails: () => fc.uniqueArray(arbitraryEmail, { minLength: 1, maxLength: 2 }),
	phones: () => fc.uniqueArray(arbitraryPhone, { minLength: 1, maxLength: 2 }),
	id: ({ name }, world) =>
		name in ENTITY_BY_FIELD
			? oneItemOf(readIdsOfBranch(world, ENTITY_BY_FIELD[name]))
			: fc.integer({ min: 1, max: 9 }),
	ids: ({ name }, world) => {
		const ids = someItemsOf(readIdsOfBranch(world, ENTITY_BY_FIELD[name] ?? 'customer'));
		return fc.tuple(ids, fc.boolean()).map(([list, asText]) => (asText ? list.join(', ') : list));
	},
	integer: ({ name }) => fc.integer(name === 'duration' ? { min: 3, max: 12 } : { min: 1, max: 90 }),
	number: () => fc.integer({ min: 1, max: 900_000 }).map((cents) => cents / 100),
	flag: () => fc.boolean(),
	boolean: () => fc.boolean(),
	date: day,
	time: hour,
	choice: (field) =>
		oneItemOf((field as Extract<Field, { type: 'choice' }>).choices.map(({ value }) => value as Value)),
	choices: (field) =>
		someItemsOf((field as Extract<Field, { type: 'choices' }>).choices.map(({ value }) => value as number)),
	reference: (field, world) => oneItemOf(readReferableIds(field, world)),
	// A required field is a picker, and n8n accepts no bare list there.
	references: (field, world) =>
		someItemsOf(readReferableIds(field, world)).map((list) =>
			field.required ? picked(list.join(', ')) : list,
		),
	record: (field, world) => oneItemOf(readReferableIds(field, world)).map((id) => picked(id)),
	records: (field, world) => {
		const ids = someItemsOf(readReferableIds(field, world));
		return fc.tuple(ids, fc.boolean()).map(([list, asPicked]) => (asPicked ? picked(list.join(', ')) : list));
	},
	owner: (_field, world) => oneItemOf(readIdsOfBranch(world, 'group')).map((id) => picked(id)),
	rows: (field, world) => {
		const { fields } = field as Extract<Field, { type: 'rows' }>;
		const row = fc.record(Object.fromEntries(fields.map((one) => [one.name, arbitraryValue(one, world)])));
		return fc.array(row, { minLength: 1, maxLength: 2 }).map((values) => ({ values }) as IDataObject);
	},
};

function readReferableIds(field: Field, world: BranchRecords): number[] {
	const { path } = entityOf((field as unknown as { entity: string }).entity);
	// A record of another branch would be refused. A branch itself may be any of the account.
	return path === 'branch' ? world.rows(path).map(({ id }) => id) : readIdsOfBranch(world, path);
}

/** Names a record as the picker of a long list does. */
export const picked = (id: unknown): IDataObject => ({ __rl: true, mode: 'id', value: String(id) });

/** Chooses a value of a field, in the shape that its parameter has. */
export function arbitraryValue(field: Field, world: BranchRecords): fc.Arbitrary<Value> {
	const make = arbitraryByType[field.type];
	if (make === undefined) throw new Error(`No generator of values for the field type "${field.type}"`);
	return make(field, world);
}

/** Chooses some of the fields, always with those named in `always`, and a value for each. */
export function arbitraryValues(
	fields: readonly Field[],
	world: BranchRecords,
	always: readonly string[] = [],
	most = 4,
): fc.Arbitrary<IDataObject> {
	const free = fields.filter(({ name }) => !always.includes(name));
	const forced = fields.filter(({ name }) => always.includes(name));
	const chosen = fc.subarray(free, {
		minLength: Math.min(1, free.length),
		maxLength: Math.min(most, free.length),
	});
	return chosen.chain((some) =>
		fc.record(
			Object.fromEntries([...forced, ...some].map((field) => [field.name, arbitraryValue(field, world)])),
		),
	) as fc.Arbitrary<IDataObject>;
}

/**
 * Turns a value of the form into what JSON mode takes: a bare ID for a picker, a bare list for
 * rows.
 */
export function toJsonValue(value: Value): Value {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	if ('__rl' in value) {
		const text = String((value as IDataObject).value);
		return /^\d+$/.test(text) ? Number(text) : text;
	}
	return 'values' in value ? ((value as IDataObject).values as Value) : value;
}

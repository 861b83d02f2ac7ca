import type { BoundType, Field, Filter } from '../../model/entity';
import { isList, type Json, type JsonObject, type Row } from '../../model/json';

/* Fields, filters and sort keys that several entities have in common. */

export const id: Field = { kind: 'int', label: 'ID', readOnly: true };
export const name: Field = { kind: 'string', label: 'Название', max: 50, required: true };
export const weight: Field = { kind: 'int', label: 'Вес', initial: 0 };
export const isActive: Field = { kind: 'flag', label: 'Активен', required: true };
export const isEnabled: Field = { kind: 'flag', label: 'Включен', required: true };
export const branchId: Field = { kind: 'int', label: 'Филиал', required: true };
export const createdAt: Field = { kind: 'moment', label: 'Добавлен', readOnly: true };
export const updatedAt: Field = { kind: 'moment', label: 'Изменен', readOnly: true };
export const bDate: Field = { kind: 'date', label: 'Дата начала' };
export const eDate: Field = { kind: 'date', label: 'Дата окончания' };

export const int = (label: string, initial?: Json): Field => ({ kind: 'int', label, initial });
export const ints = (label: string): Field => ({ kind: 'ints', label });
export const flag = (label: string, initial?: Json): Field => ({ kind: 'flag', label, initial });
export const text = (label: string, max?: number): Field => ({ kind: 'string', label, max });
export const texts = (label: string): Field => ({ kind: 'strings', label });
export const money = (label: string, initial?: Json): Field => ({ kind: 'money', label, initial });

export const equals: Filter = { kind: 'equals' };
export const contains: Filter = { kind: 'contains' };

/** Makes the two filters of a range: `created_at` gives `created_at_from` and `created_at_to`. */
export function range(name: string, field: string, as: BoundType): Record<string, Filter> {
	return {
		[`${name}_from`]: { kind: 'gte', field, as },
		[`${name}_to`]: { kind: 'lte', field, as },
	};
}

export const byWeight = (row: Row): number => Number(row.weight);
export const byId = (row: Row): number => row.id;
export const newestFirst = (row: Row): number => -row.id;

/** Makes a sort key that puts the latest day or moment of a field first. It reads the date's digits as a number. */
export function latestFirst(field: string): (row: Row) => number {
	return (row) => {
		const digits = String(row[field] ?? '').replace(/\D/g, '');
		return -Number(digits);
	};
}

/** Returns a list as it is, a single value as a list of one, and no value as an empty list. */
export function asList(value: Json | undefined): readonly Json[] {
	if (isList(value)) return value;
	return value === undefined || value === null ? [] : [value];
}

/** The last day that AlfaCRM shows of a record without an end, such as an active customer. */
export const openEnd = '2030-12-31';

/**
 * Adds values to fixtures that do not set them.
 *
 * @param makeDefaults makes the values of the fixture at a place in the list, from 0
 */
export function fixturesOf(
	rows: readonly JsonObject[],
	makeDefaults: (index: number) => JsonObject,
): JsonObject[] {
	return rows.map((row, index) => ({ ...makeDefaults(index), ...row }));
}

/** Gives fixtures the weights 10, 20, 30 and so on, by which lists are sorted. */
export function weighted(rows: readonly JsonObject[]): JsonObject[] {
	return fixturesOf(rows, (index) => ({ weight: (index + 1) * 10 }));
}

import type { BoundType, Field, Filter } from '../../model/entity';
import { isList, type Json, type JsonObject, type Row } from '../../model/json';

/** Fields, filters and orders that many entities share. */

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

/** The two filters of a range, `…_from` and `…_to`. */
export const range = (name: string, field: string, as: BoundType): Record<string, Filter> => ({
	[`${name}_from`]: { kind: 'gte', field, as },
	[`${name}_to`]: { kind: 'lte', field, as },
});

export const byWeight = (row: Row): number => Number(row.weight);
export const byId = (row: Row): number => row.id;
export const newestFirst = (row: Row): number => -row.id;
/** The digits of a stored day or time: the later, the larger. */
export const latestFirst =
	(field: string) =>
	(row: Row): number =>
		-Number(String(row[field] ?? '').replace(/\D/g, ''));

export const asList = (value: Json | undefined): readonly Json[] =>
	isList(value) ? value : value === undefined || value === null ? [] : [value];

/** What AlfaCRM shows as the last day of what goes on. */
export const openEnd = '2030-12-31';

/** Fixtures with what they have in common, by their place. */
export const fixturesOf = (
	rows: readonly JsonObject[],
	common: (index: number) => JsonObject,
): JsonObject[] => rows.map((row, index) => ({ ...common(index), ...row }));

/** The same for lists that are sorted by weight. */
export const weighted = (rows: readonly JsonObject[]): JsonObject[] =>
	fixturesOf(rows, (index) => ({ weight: (index + 1) * 10 }));

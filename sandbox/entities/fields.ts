import type { Field, Filter } from '../entity';
import type { Row } from '../json';

/** Fields, filters and orders that many entities share. */

export const id: Field = { kind: 'int', label: 'ID', readOnly: true };
export const name: Field = { kind: 'string', label: 'Название', max: 50, required: true };
export const weight: Field = { kind: 'int', label: 'Вес', initial: 0 };
export const isActive: Field = { kind: 'flag', label: 'Активен', required: true };
export const isEnabled: Field = { kind: 'flag', label: 'Включен', required: true };

export const equals: Filter = { by: 'equals' };
export const contains: Filter = { by: 'contains' };

export const byWeight = (row: Row): number => Number(row.weight);

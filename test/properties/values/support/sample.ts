import type { NodeParameterValueType } from 'n8n-workflow';

import type { Sandbox } from '../../../../sandbox';
import { entities } from '../../../../nodes/AlfaCrm/entities/registry';
import type { Entity } from '../../../../nodes/AlfaCrm/entities/types';
import type { Described } from './meaning';

export type Row = Readonly<Record<string, unknown>> & { readonly id: number };
export type Store = Sandbox['store'];

export const entityAt = (resource: string): Entity | undefined =>
	entities.find((entity) => entity.resource === resource);

export const rowsOf = (store: Store, path: string): readonly Row[] => store.rows(path) as readonly Row[];

export function rowOf(store: Store, path: string, fits: (row: Row) => boolean = () => true): Row {
	const row = rowsOf(store, path).find(fits);
	if (row === undefined) throw new Error(`The school has no such ${path}`);
	return row;
}

/** Works in the branch that all cases are about. */
export const inBranch = ({ branch_ids, branch_id }: Row): boolean =>
	Array.isArray(branch_ids) ? branch_ids.includes(1) : branch_id === undefined || branch_id === 1;

/** Fields whose value depends on others, so that a record with them all is accepted. */
const FITTING: Record<string, NodeParameterValueType> = {
	e_date: '2030-01-15',
	e_date_v: '2030-01-15',
	date2: '2030-01-15',
	date_to: '2030-01-15',
	time_to: '18:30',
	time_to_v: '18:30',
	phone: '+7(900)555-00-11',
	email: 'mia@example.org',
	matchValue: '17',
	matchField: 'custom_school',
	class: 'Customer',
	callPath: 'lead-status',
	callAction: 'index',
	branchId: 1,
};

/** A good value for a parameter. */
export function sampleOf(store: Store, field: Described & { entity?: string }): NodeParameterValueType {
	const { name, type, entity } = field;
	if (name in FITTING) return FITTING[name];
	const path = entityAt(entity ?? '')?.path ?? (name === 'related_id' ? 'customer' : '');
	switch (type) {
		case 'integer':
			return 3;
		case 'number':
			return 100;
		case 'flag':
		case 'boolean':
			return true;
		case 'date':
			return '2026-02-10';
		case 'time':
			return '17:30';
		case 'choice':
			return field.choices?.[0]?.value ?? '';
		case 'choices':
			return field.choices?.slice(0, 1).map(({ value }) => value) as NodeParameterValueType;
		case 'id':
		case 'reference':
		case 'record':
		case 'owner':
			return path ? rowOf(store, path, inBranch).id : 1;
		case 'ids':
		case 'references':
		case 'records':
			return [path ? rowOf(store, path, inBranch).id : 1];
		default:
			return 'Основа';
	}
}

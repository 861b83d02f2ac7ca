import type { INodeParameters, NodeParameterValueType } from 'n8n-workflow';

import type { Entity } from '../../../nodes/AlfaCrm/entities/types';
import type { Sandbox } from '../../../sandbox';
import { findEntityOfResource } from '../../support/form';
import { dayOf } from './days';
import type { Described } from './meaning';

export type Row = Readonly<Record<string, unknown>> & { readonly id: number };
export type Store = Sandbox['store'];

const rowsOf = (store: Store, path: string): readonly Row[] => store.rows(path) as readonly Row[];

function rowOf(store: Store, path: string, fits: (row: Row) => boolean = () => true): Row {
	const row = rowsOf(store, path).find(fits);
	if (row === undefined) throw new Error(`The school has no such ${path}`);
	return row;
}

/** Works in the branch that all cases are about. */
const inBranch = ({ branch_ids, branch_id }: Row): boolean =>
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
	web: 'https://mia.example',
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
	const path = findEntityOfResource(entity ?? '')?.path ?? (name === 'related_id' ? 'customer' : '');
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
		case 'references':
			// What must be filled stands in a picker, in which n8n takes no bare list.
			if (field.required) return { __rl: true, mode: 'id', value: String(rowOf(store, path, inBranch).id) };
			return [path ? rowOf(store, path, inBranch).id : 1];
		case 'ids':
		case 'records':
			return [path ? rowOf(store, path, inBranch).id : 1];
		default:
			return 'Основа';
	}
}

const isActive = (row: Row) => row.e_date === '2030-12-31' && inBranch(row);
const isPlanned = (row: Row) =>
	row.status === 1 && inBranch(row) && (row.customer_ids as number[]).length > 1;

/** The record that an operation is about. */
export function targetOf(store: Store, { path }: Entity, operation: string): Row {
	if (path === 'customer') {
		if (operation === 'unarchive') return rowOf(store, path, (row) => !isActive(row) && inBranch(row));
		const type = ['changeBonus', 'removeFromGroup'].includes(operation) ? 1 : 0;
		return rowOf(store, path, (row) => {
			if (!isActive(row) || row.is_study !== type || row.id < 9) return false;
			return operation !== 'removeFromGroup' || (row.group_ids as number[]).length > 0;
		});
	}
	if (path === 'lesson') return rowOf(store, path, isPlanned);
	return rowOf(store, path, inBranch);
}

/** What a form needs besides what it marks as required. */
export function extrasOf(store: Store, { path }: Entity, operation: string, row?: Row): INodeParameters {
	switch (`${path}/${operation}`) {
		case 'customer/addToGroup':
			return { group_id: rowOf(store, 'group', (one) => inBranch(one) && isOpen(one)).id };
		case 'customer/removeFromGroup':
			return { group_id: Number((row?.group_ids as number[])[0]) };
		case 'customer/changeBonus':
			return { amount: 2 };
		case 'lesson/create':
			return {
				...{ duration: 60, lesson_date: '2031-05-05' },
				customer_ids: [rowOf(store, 'customer', isActive).id],
			};
		case 'lesson/book':
			// A Monday, on which all work.
			return {
				...{ when: 'time', lesson_date: '2031-05-05', time_from: '10:00', duration: 60, teacher_ids: [1] },
				customer_ids: [rowOf(store, 'customer', isActive).id],
			};
		case 'regular-lesson/create':
			// The form has a length in its place.
			return { time_to_v: '23:59' };
		case 'lesson/complete':
			return { present_ids: [Number((row?.customer_ids as number[])[0])], absent_ids: '' };
		case 'cgi/getAll':
			return { group_id: 1 };
		case 'cgi/getByCustomer':
			return { customer_id: Number(rowOf(store, 'cgi', isCurrent).customer_id) };
		case 'lesson/getParticipants':
			return { date_from: '2031-05-05', date_to: '2031-05-06' };
		case 'teacher/getFreeSlots':
			// Ahead of any clock, so that there are slots to come.
			return { date_from: '2031-05-05', date_to: '2031-05-11' };
		default:
			return path === 'customer-tariff' && row ? { customer_id: Number(row.customer_id) } : {};
	}
}

const isOpen = (group: Row) => (dayOf(group.e_date, 'utc') ?? '') > '2032';
/** A member today, and for years to come. */
const isCurrent = ({ b_date, e_date }: Row) =>
	(dayOf(b_date, 'utc') ?? '') < '2026-06' && (dayOf(e_date, 'utc') ?? '9999') > '2032';

/** A customer whose keys nobody else has. */
export function holderOf(store: Store): Row {
	const all = rowsOf(store, 'customer');
	const phonesOf = (row: Row) => row.phone as string[];
	return rowOf(store, 'customer', (row) => {
		const [phone] = phonesOf(row);
		const isAlone = all.every((other) => other.id === row.id || !phonesOf(other).includes(phone));
		return (
			isActive(row) &&
			phone !== undefined &&
			isAlone &&
			Boolean(row.dob) &&
			(row.email as string[]).length > 0
		);
	});
}

/** The custom field that the school has there. */
export const customFieldOf = (resource: string): string =>
	({ customer: 'custom_school', pay: 'custom_md_order', lesson: 'custom_link' })[resource] ?? 'custom_chat';

/** What the school lacks for every operation to have something to work on. */
export function prepare(store: Store): void {
	store.withoutEvents(() => {
		for (const { id } of rowsOf(store, 'customer'))
			store.patch('customer', id, { balance_bonus: 9_000_000_000_000, web: [`t.me/person_${id}`] });
		const { id: customer } = rowOf(store, 'customer', inBranch);
		const days = { b_date: '01.09.2025', e_date: '31.05.2033' };
		store.insert('cgi', { customer_id: customer, group_id: 1, branch_id: 1, ...days });
	});
}

import { invalidMessage } from '../../engine/field-types';
import type { Writing } from '../../model/changeset';
import { dayOf, toDotted } from '../../model/dates';
import type { Entity, Filter } from '../../model/entity';
import type { Row } from '../../model/json';
import type { Records } from '../../model/records';
import { bDate, eDate, equals, id, int, newestFirst } from './fields';

/** No date is an open end. */
const first = (row: Row): string => (row.b_date ? dayOf(String(row.b_date)) : '0000-00-00');
const last = (row: Row): string => (row.e_date ? dayOf(String(row.e_date)) : '9999-99-99');

/** What memberships have become of the customer's, and which groups they are in now. */
export function groupsOf(store: Records, customer: number): number[] {
	const today = store.now().slice(0, 10);
	const current = store
		.where('cgi', 'customer_id', customer)
		.filter((row) => first(row) <= today && last(row) >= today);
	return [...new Set(current.map(({ group_id }) => Number(group_id)))];
}

function settle(writing: Writing): void {
	const { given, body, values, row, store, settings, today } = writing;
	for (const [plain, form] of [
		['b_date', 'b_date_v'],
		['e_date', 'e_date_v'],
	] as const) {
		if (settings.cgiDates === 'plain') continue;
		const isPlain = plain in body && values[plain] !== undefined && values[plain] !== row?.[plain];
		if (isPlain) writing.refuse(plain, invalidMessage(plain === 'b_date' ? bDate.label : eDate.label));
		const value = given[form];
		if (value !== undefined) values[plain] = value;
	}
	if (row) return;
	const group = store.find('group', Number(values.group_id));
	values.b_date ??= toDotted(today);
	if (values.e_date === undefined) values.e_date = toDotted(String(group?.e_date ?? '2030-12-31'));
	const planned: Row = { ...values, id: 0 };
	const isTwice = store
		.where('cgi', 'customer_id', values.customer_id ?? null)
		.filter(({ group_id }) => group_id === values.group_id)
		.some((known) => first(known) <= last(planned) && last(known) >= first(planned));
	if (isTwice) writing.refuse('group_id', `Клиент уже состоит в группе «${String(group?.name ?? '')}».`);
}

const period = (edge: 'from' | 'to'): Filter => ({ kind: 'overlaps', edge, as: 'dotted', isCurrent: true });

/** Who is in which group, and when. */
export const cgi: Entity = {
	path: 'cgi',
	className: 'CustomerGroupInvolve',
	lists: { customer: 'cgi' },
	params: {
		index: ['group_id'],
		customer: ['customer_id'],
		create: ['group_id'],
		update: ['id', 'group_id'],
		delete: ['id'],
	},
	fields: {
		id,
		customer_id: { ...int('Клиент'), required: true },
		group_id: { ...int('Группа'), readOnly: true },
		b_date: bDate,
		e_date: eDate,
		branch_id: int('Филиал'),
	},
	inputs: { b_date_v: bDate, e_date_v: eDate },
	filters: { id: equals, b_date: period('from'), e_date: period('to') },
	period: { from: 'b_date', to: 'e_date', isSameDayFine: true, blame: 'e_date' },
	rank: newestFirst,
	settle,
	react: (store, { customer_id }) => {
		const customer = Number(customer_id);
		store.derive('customer', customer, { group_ids: groupsOf(store, customer) });
	},
};

import type { Changeset } from '../../model/changeset';
import { dayOf, toDotted } from '../../model/dates';
import type { Entity, Filter } from '../../model/entity';
import type { Row } from '../../model/json';
import type { Records } from '../../model/records';
import { bDate, eDate, equals, id, int, newestFirst, openEnd } from './fields';

/** No date is an open end. */
const startOf = (row: Row): string => (row.b_date ? dayOf(String(row.b_date)) : '0000-00-00');
const endOf = (row: Row): string => (row.e_date ? dayOf(String(row.e_date)) : '9999-99-99');

/** What memberships have become of the customer's, and which groups they are in now. */
function groupsOf(records: Records, customer: number): number[] {
	const today = records.now().slice(0, 10);
	const current = records
		.where('cgi', 'customer_id', customer)
		.filter((row) => startOf(row) <= today && endOf(row) >= today);
	return [...new Set(current.map(({ group_id }) => Number(group_id)))];
}

function beforeSave(changeset: Changeset): void {
	const { changes, row, records, today } = changeset;
	if (row) return;
	const group = records.find('group', Number(changes.group_id));
	changes.b_date ??= toDotted(today);
	if (changes.e_date === undefined) changes.e_date = toDotted(String(group?.e_date ?? openEnd));
	const planned: Row = { ...changes, id: 0 };
	const isTwice = records
		.where('cgi', 'customer_id', changes.customer_id ?? null)
		.filter(({ group_id }) => group_id === changes.group_id)
		.some((known) => startOf(known) <= endOf(planned) && endOf(known) >= startOf(planned));
	if (isTwice) changeset.addError('group_id', `Клиент уже состоит в группе «${String(group?.name ?? '')}».`);
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
	filters: { id: equals, b_date: period('from'), e_date: period('to') },
	period: { from: 'b_date', to: 'e_date', allowsSameDay: true, errorField: 'e_date' },
	sortKey: newestFirst,
	beforeSave,
	afterChange: (records, { customer_id }) => {
		const customer = Number(customer_id);
		records.setDerived('customer', customer, { group_ids: groupsOf(records, customer) });
	},
};

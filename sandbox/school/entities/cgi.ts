import type { Changeset } from '../../model/changeset';
import { dayOf, toDotted } from '../../model/dates';
import type { Entity, Filter } from '../../model/entity';
import type { Row } from '../../model/json';
import type { Records } from '../../model/records';
import { bDate, eDate, equals, id, int, newestFirst, openEnd } from './fields';

/** A membership of a customer in a group. `cgi` is AlfaCRM's word: customer-group-involve. */
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
	filters: { id: equals, b_date: makeOverlapFilter('from'), e_date: makeOverlapFilter('to') },
	period: { from: 'b_date', to: 'e_date', allowsSameDay: true, errorField: 'e_date' },
	sortKey: newestFirst,
	beforeSave: checkNewMembership,
	afterChange: updateGroupsOfCustomer,
};

/** Lists the memberships of a time, which is today unless the call says otherwise. */
function makeOverlapFilter(edge: 'from' | 'to'): Filter {
	return { kind: 'overlaps', edge, as: 'dotted', isCurrent: true };
}

/** Gives a new membership its dates, and refuses it if the customer is a member of the group already. */
function checkNewMembership(changeset: Changeset): void {
	const { changes, row, records, today } = changeset;
	if (row) return;

	const group = records.find('group', Number(changes.group_id));
	changes.b_date ??= toDotted(today);
	if (changes.e_date === undefined) changes.e_date = toDotted(String(group?.e_date ?? openEnd));

	const newMembership: Row = { ...changes, id: 0 };
	const memberships = records.where('cgi', 'customer_id', changes.customer_id ?? null);
	const isMember = memberships.some(
		(membership) => membership.group_id === changes.group_id && overlap(membership, newMembership),
	);
	if (isMember) changeset.addError('group_id', `Клиент уже состоит в группе «${String(group?.name ?? '')}».`);
}

/** Writes the groups in which a customer is today on the card. */
function updateGroupsOfCustomer(records: Records, { customer_id }: Row): void {
	const customer = Number(customer_id);
	const today = records.now().slice(0, 10);
	const currentMemberships = records
		.where('cgi', 'customer_id', customer)
		.filter((membership) => firstDayOf(membership) <= today && lastDayOf(membership) >= today);

	const groups = new Set(currentMemberships.map(({ group_id }) => Number(group_id)));
	records.setDerived('customer', customer, { group_ids: [...groups] });
}

function overlap(membership: Row, otherMembership: Row): boolean {
	return (
		firstDayOf(membership) <= lastDayOf(otherMembership) &&
		lastDayOf(membership) >= firstDayOf(otherMembership)
	);
}

function firstDayOf({ b_date }: Row): string {
	return b_date ? dayOf(String(b_date)) : '0000-00-00';
}

/** Returns the last day of a membership, or a day after all others if it has no end. */
function lastDayOf({ e_date }: Row): string {
	return e_date ? dayOf(String(e_date)) : '9999-99-99';
}

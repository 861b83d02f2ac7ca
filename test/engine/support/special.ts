import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { Row } from '../../../sandbox';
import type { Value, World } from './values';
import { oneOf, picked } from './values';

type Own = Record<string, fc.Arbitrary<Value | undefined>>;

/** What makes sense for an operation beyond what the types of its fields say. */
interface Special {
	/** Records that it is meant for. */
	fit?: (row: Row, world: World) => boolean;
	/** Parameters that follow from the record; undefined is not given. */
	given?: (world: World, row: Row) => Own;
}

const isLead = (row: Row) => row.is_study === 0 && row.e_date === '2030-12-31';
const members = (row: Row): number[] => (Array.isArray(row.customer_ids) ? row.customer_ids.map(Number) : []);
/** Those still to be completed, and now and then one that is already completed. */
const isLesson = (row: Row) => members(row).length > 0 && (row.status === 1 || row.id % 5 === 0);
const groupsOf = ({ rows }: World, { id }: Row): number[] =>
	rows('cgi').flatMap((row) => (row.customer_id === id ? [Number(row.group_id)] : []));

/** A row of the attendance, as the form gives it. */
const rowOf = (customer_id: number): fc.Arbitrary<IDataObject> =>
	fc.record(
		{
			customer_id: fc.constant(customer_id),
			is_attend: fc.boolean(),
			grade: fc.constantFrom('5', '4'),
			bonus: fc.integer({ min: 1, max: 9 }),
			note: fc.constantFrom('Молодец', 'Опоздал'),
		},
		{ requiredKeys: ['customer_id', 'is_attend'] },
	);

const attendance = (customers: readonly number[]): fc.Arbitrary<IDataObject> =>
	fc.tuple(...customers.map(rowOf)).map((values) => ({ values }));

export const SPECIAL: Record<string, Special> = {
	'customer.convertToClient': { fit: isLead },
	'customer.reject': { fit: isLead },
	'customer.archive': { fit: (row) => row.e_date === '2030-12-31' },
	'customer.unarchive': { fit: (row) => row.e_date !== '2030-12-31' },
	'group.archive': { fit: (row) => row.removed !== 1 },
	'group.unarchive': { fit: (row) => row.removed === 1 },
	'customer.removeFromGroup': {
		fit: (row, world) => groupsOf(world, row).length > 0,
		given: (world, row): Own => {
			const groups = groupsOf(world, row);
			return groups.length > 0 ? { group_id: oneOf(groups).map(picked) } : {};
		},
	},
	'customer.takePayment': {
		// That of somebody else is refused.
		given: ({ rows }, { id }): Own => {
			const own = rows('customer-tariff').flatMap((row) => (row.customer_id === id ? [row.id] : []));
			return { ctt_id: fc.constantFrom(undefined, ...own) };
		},
	},
	'lesson.complete': {
		fit: isLesson,
		given: (_world, row) => {
			const customers = members(row);
			const [first] = customers;
			return {
				present_ids: fc.constant(customers.filter((id) => id % 2 === 0)),
				absent_ids: fc.constant(customers.filter((id) => id % 2 === 1 && id !== first).join(', ')),
				details: first % 2 === 1 ? attendance([first]) : fc.constant(undefined),
				branch_id: fc.constant(undefined),
			};
		},
	},
};

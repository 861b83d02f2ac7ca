import type { INodeParameters, NodeParameterValueType } from 'n8n-workflow';

import type { Entity } from '../../../nodes/AlfaCrm/entities/types';
import type { Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { findEntityOfResource } from '../../support/form';
import { readDay } from './days';
import type { FieldDescription } from './meaning';

export type Row = Readonly<Record<string, unknown>> & { readonly id: number };
export type Store = Sandbox['store'];

/** The branch in which all forms work. */
export const BRANCH = 1;

/** The last day of customers who are not archived. */
export const OPEN_END = '2030-12-31';

/** A Monday on which all teachers work, later than any clock. */
const MONDAY = '2031-05-05';
const TUESDAY = '2031-05-06';
const SUNDAY = '2031-05-11';

/** Adds to the school what some operations need: bonuses, links and a current membership. */
export function prepareSchool(store: Store): void {
	store.withoutEvents(() => {
		for (const { id } of listRows(store, 'customer')) {
			store.patch('customer', id, { balance_bonus: 9_000_000_000_000, web: [`t.me/person_${id}`] });
		}
		store.insert('cgi', {
			customer_id: findRow(store, 'customer', isInBranch).id,
			group_id: 1,
			branch_id: BRANCH,
			b_date: '01.09.2025',
			e_date: '31.05.2033',
		});
	});
}

// ---------------------------------------------------------------- good values

/** Good values of fields whose value depends on other fields, such as the end of a period. */
const GOOD_VALUES: Readonly<Record<string, NodeParameterValueType>> = {
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
	branchId: BRANCH,
};

/** Finds a value that AlfaCRM takes for a field. */
export function findGoodValue(
	store: Store,
	field: FieldDescription & { entity?: string },
): NodeParameterValueType {
	if (field.name in GOOD_VALUES) return GOOD_VALUES[field.name];
	switch (field.type) {
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
			return findReferredId(store, field);
		case 'references':
			// A required field of several records is a picker, in which n8n takes no list.
			return field.required
				? { __rl: true, mode: 'id', value: String(findReferredId(store, field)) }
				: [findReferredId(store, field)];
		case 'ids':
		case 'records':
			return [findReferredId(store, field)];
		default:
			return 'Основа';
	}
}

/**
 * Finds the ID of a record to which a field may refer. Returns 1 if the field does not say to which entity it
 * refers.
 */
function findReferredId(store: Store, { name, entity }: { name: string; entity?: string }): number {
	const ownerPath = name === 'related_id' ? 'customer' : undefined;
	const path = findEntityOfResource(entity ?? '')?.path ?? ownerPath;
	return path === undefined ? 1 : findRow(store, path, isInBranch).id;
}

/**
 * Finds values for the parameters that an operation needs although the form does not mark them as required.
 */
export function findExtraParameters(
	store: Store,
	{ path }: Entity,
	operation: string,
	record?: Row,
): INodeParameters {
	switch (`${path}/${operation}`) {
		case 'customer/addToGroup':
			return { group_id: findRow(store, 'group', (group) => isInBranch(group) && isGroupOpen(group)).id };
		case 'customer/removeFromGroup':
			return { group_id: Number((record?.group_ids as number[])[0]) };
		case 'customer/changeBonus':
			return { amount: 2 };
		case 'lesson/create':
			return {
				duration: 60,
				lesson_date: MONDAY,
				customer_ids: [findRow(store, 'customer', isActiveCustomer).id],
			};
		case 'lesson/book':
			return {
				when: 'time',
				lesson_date: MONDAY,
				time_from: '10:00',
				duration: 60,
				teacher_ids: [1],
				customer_ids: [findRow(store, 'customer', isActiveCustomer).id],
			};
		case 'regular-lesson/create':
			// The form asks for a duration instead of this time.
			return { time_to_v: '23:59' };
		case 'lesson/complete':
			return { present_ids: [Number((record?.customer_ids as number[])[0])], absent_ids: '' };
		case 'cgi/getAll':
			return { group_id: 1 };
		case 'cgi/getByCustomer':
			return { customer_id: Number(findRow(store, 'cgi', isLongMembership).customer_id) };
		case 'lesson/getParticipants':
			return { date_from: MONDAY, date_to: TUESDAY };
		case 'teacher/getFreeSlots':
			return { date_from: MONDAY, date_to: SUNDAY };
	}
	const belongsToCustomer = path === 'customer-tariff' && record !== undefined;
	return belongsToCustomer ? { customer_id: Number(record.customer_id) } : {};
}

/** Finds the custom field that the school has for the records of a resource. */
export function findCustomField(resource: string): string {
	const customFields: Record<string, string> = {
		customer: 'custom_school',
		pay: 'custom_md_order',
		lesson: 'custom_link',
	};
	return customFields[resource] ?? 'custom_chat';
}

// ---------------------------------------------------------------- records of the school

/** Finds a record on which the operation succeeds. */
export function findTarget(store: Store, { path }: Entity, operation: string): Row {
	if (path === 'lesson') return findRow(store, path, isPlannedForSeveral);
	if (path !== 'customer') return findRow(store, path, isInBranch);

	switch (operation) {
		case 'unarchive':
			return findRow(store, path, (customer) => !isActiveCustomer(customer) && isInBranch(customer));
		case 'changeBonus':
			return findRow(store, path, isActiveClient);
		case 'removeFromGroup':
			return findRow(
				store,
				path,
				(customer) => isActiveClient(customer) && (customer.group_ids as number[]).length > 0,
			);
		default:
			return findRow(store, path, isActiveLead);
	}
}

/**
 * Finds an active customer whom each match key finds alone: with a birthday, an email, and a phone that
 * nobody else has.
 */
export function findCustomerWithUniquePhone(store: Store): Row {
	const customers = listRows(store, 'customer');
	return findRow(store, 'customer', (customer) => {
		const [phone] = listPhones(customer);
		const isShared = customers.some((other) => other.id !== customer.id && listPhones(other).includes(phone));
		const hasOtherKeys = Boolean(customer.dob) && (customer.email as string[]).length > 0;
		return isActiveCustomer(customer) && phone !== undefined && !isShared && hasOtherKeys;
	});
}

function listPhones(customer: Row): string[] {
	return customer.phone as string[];
}

function listRows(store: Store, path: string): readonly Row[] {
	return store.rows(path) as readonly Row[];
}

/** Finds the first record of an entity that passes a test. Throws if the school has none. */
function findRow(store: Store, path: string, isSuitable: (row: Row) => boolean): Row {
	const row = listRows(store, path).find(isSuitable);
	if (row === undefined) throw new Error(`The school has no suitable record of ${path}`);
	return row;
}

/** Tells whether a record belongs to the branch of the forms. A record without a branch belongs to all. */
function isInBranch({ branch_ids, branch_id }: Row): boolean {
	if (Array.isArray(branch_ids)) return branch_ids.includes(BRANCH);
	return branch_id === undefined || branch_id === BRANCH;
}

function isActiveCustomer(customer: Row): boolean {
	return customer.e_date === OPEN_END && isInBranch(customer);
}

/**
 * The smallest ID of a record on which an operation is tried. The hostile values name records with smaller
 * IDs.
 */
const SMALLEST_TARGET_ID = 9;

function isActiveLead(customer: Row): boolean {
	const isLead = customer.is_study === CUSTOMER_TYPE.lead;
	return isActiveCustomer(customer) && isLead && customer.id >= SMALLEST_TARGET_ID;
}

function isActiveClient(customer: Row): boolean {
	const isClient = customer.is_study === CUSTOMER_TYPE.client;
	return isActiveCustomer(customer) && isClient && customer.id >= SMALLEST_TARGET_ID;
}

/** Tells whether a lesson is planned and lists several customers. */
function isPlannedForSeveral(lesson: Row): boolean {
	const isPlanned = lesson.status === LESSON_STATUS.planned;
	return isPlanned && isInBranch(lesson) && (lesson.customer_ids as number[]).length > 1;
}

/** Tells whether a group goes on after all lessons of the tests. */
function isGroupOpen(group: Row): boolean {
	return (readDay(group.e_date, 'utc') ?? '') > '2032';
}

/** Tells whether a customer is a member today and for years to come. */
function isLongMembership({ b_date, e_date }: Row): boolean {
	const firstDay = readDay(b_date, 'utc') ?? '';
	const lastDay = readDay(e_date, 'utc') ?? '9999';
	return firstDay < '2026-06' && lastDay > '2032';
}

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { EventOf } from '../../entities/events';
import { reference, references } from '../../entities/fields';
import type { Shown } from '../../entities/fieldTypes';
import { customer as customerEntity } from '../../entities/customer';
import { findBranchOfRecord, LINK, buildLink } from '../../output/link';
import type { NameSource } from '../../output/names';
import { findNamedFields, withNames } from '../../output/names';
import { simplify } from '../../output/readings';
import { makeValueSimplifier } from '../../output/simplified';
import { formatDay, readFlag, readId } from '../../values/formats';
import type { Change } from '../change';
import { recordNamed } from '../change';
import type { DerivedEvent } from '../sources/changeLog/derivedEvents';
import { DerivedEvents } from '../sources/changeLog/derivedEvents';
import type { NewRecord } from '../eventSource';
import { oneByOne } from '../eventSource';
import { RecordReader } from '../recordReader';
import { dayOf } from '../stamps';
import { attendance } from './attendance';
import type { EventKind } from './kind';

/** An open end, as days sort that are texts. */
const NO_END = '9999-12-31';

const dayIn = (value: unknown): string | null => formatDay(value, 'iso', 'utc') ?? null;
const idIn = (value: unknown): number | null => readId(value) ?? null;
const endOf = ({ e_date }: IDataObject): string => dayIn(e_date) ?? NO_END;

/**
 * Whether what ends is over on the day of the change, by its old or its new fields; undefined if
 * they do not tell.
 */
const isOver = ({ datetime }: Change, fields: IDataObject): boolean | undefined =>
	'e_date' in fields ? endOf(fields) <= dayOf(datetime ?? '') : undefined;

const isEnded = (change: Change): boolean =>
	isOver(change, change.fields_new) === true && isOver(change, change.fields_old) !== true;

/**
 * A flag, or a day that is not to come; the day of a customer who is not archived is far ahead.
 * API notes 3 and 4.
 */
const archived: DerivedEvent = {
	className: 'Customer',
	wants: (change) => {
		const { entity, event, fields_new, fields_old } = change;
		const isFlagged = readFlag(fields_new.removed) === 1 && readFlag(fields_old.removed) !== 1;
		return entity === 'Customer' && event === 'update' && (isFlagged || isEnded(change));
	},
	derive: async (change, [branch_id]) => {
		const { entity_id: customer_id, fields_new } = change;
		const reasons = {
			customer_reject_id: idIn(fields_new.customer_reject_id),
			lead_reject_id: idIn(fields_new.lead_reject_id),
		};
		const item = { customer_id, e_date: dayIn(fields_new.e_date), ...reasons, branch_id, change };
		return await Promise.resolve([item]);
	},
};

/**
 * What happens to something that a customer has.
 *
 * @param kind the field that says what it is, which an entry may leave out as it may the customer
 * @param shown what an item has of its fields
 */
const owned = (
	className: string,
	kind: string,
	isIt: (change: Change) => boolean,
	shown: (fields: IDataObject, id: number) => IDataObject,
): DerivedEvent => ({
	className,
	wants: (change) => change.entity === className && isIt(change),
	derive: async (change, branches, lookup) => {
		const fields = await lookup.fieldsOf(change, branches[0], ['customer_id', kind]);
		// What it says itself, or the only branch whose log tells of it.
		const branch_id = readId(fields.branch_id) ?? (branches.length === 1 ? branches[0] : null);
		const customer_id = idIn(fields.customer_id);
		return [{ customer_id, ...shown(fields, change.entity_id), branch_id, change }];
	},
});

const membership = (isIt: (change: Change) => boolean): DerivedEvent =>
	owned(
		'CustomerGroupInvolve',
		'group_id',
		isIt,
		({ group_id, b_date, e_date }, membership_id) => ({
			group_id: idIn(group_id),
			b_date: dayIn(b_date),
			e_date: dayIn(e_date),
			membership_id,
		}),
	);

/**
 * New, were it for a day, but none that is entered afterwards; or taken back after the last day.
 * API notes 5.7.
 */
const joinedGroup = membership((change) =>
	change.event === 'create'
		? endOf(change.fields_new) >= dayOf(change.datetime ?? '')
		: change.event === 'update' &&
			isOver(change, change.fields_new) === false &&
			isOver(change, change.fields_old) === true,
);

/**
 * Whoever is taken out of a group has their last day set to that day or an earlier one, or is
 * deleted. API notes 4 and 5.7.
 */
const leftGroup = membership((change) =>
	change.event === 'delete'
		? isOver(change, change.fields_old) !== true
		: change.event === 'update' && isEnded(change),
);

/** API notes 5.5. */
const sold = owned(
	'CustomerToTariff',
	'tariff_id',
	({ event }) => event === 'create',
	(fields, subscription_id) => ({
		subscription_id,
		tariff_id: idIn(fields.tariff_id),
		subject_ids: fields.subject_ids ?? [],
		lesson_type_ids: fields.lesson_type_ids ?? [],
		b_date: dayIn(fields.b_date),
		e_date: dayIn(fields.e_date),
		balance: fields.balance ?? null,
		note: fields.note ?? null,
	}),
);

const derivedEvents: Record<EventOf<'derived'>['what'], DerivedEvent> = {
	archived,
	attended: attendance(1),
	joinedGroup,
	leftGroup,
	missed: attendance(0),
	sold,
};

const phoneAndEmail = customerEntity.fields.filter(({ name }) => ['phone', 'email'].includes(name));

const shown: Shown[] = [
	...phoneAndEmail.map((field) => ({ ...field, name: `customer_${field.name}` })),
	reference('customer_reject_id', 'Customer Reject Reason', 'customerReject'),
	references('group_ids', 'Group', 'group'),
	reference('lead_reject_id', 'Lead Reject Reason', 'leadReject'),
	reference('lesson_type_id', 'Lesson Type', 'lessonType'),
	references('lesson_type_ids', 'Lesson Type', 'lessonType'),
	reference('room_id', 'Room', 'room'),
	reference('subject_id', 'Subject', 'subject'),
	references('subject_ids', 'Subject', 'subject'),
	reference('tariff_id', 'Subscription', 'tariff'),
	references('teacher_ids', 'Teacher', 'teacher'),
];

/** What IDs in items stand for. */
const named = findNamedFields(shown);

/** A few fields, before their names are looked up. */
function fewOf(row: IDataObject, { details = [] }: DerivedEvent): IDataObject {
	return Object.fromEntries(Object.entries(row).filter(([name]) => !details.includes(name)));
}

/** Lists as one text each; the change stays as it is. */
const simplified = ({ change, ...row }: IDataObject): IDataObject => ({
	...makeValueSimplifier(shown, named)(row),
	change,
});

/** Without it rows come as the log tells them. */
const simplifyNamed: INodeProperties = {
	...simplify,
	description:
		"Whether to return a simplified version with the customer's name, phone and email, and with names beside the other IDs, such as group_name beside group_id. Takes one more request for each customer, for each group and for each list of names that is needed.",
};

export const derived: EventKind<'derived'> = {
	form: () => ({ output: [simplifyNamed] }),
	watch: (parameters, { what }) => ({
		source: new DerivedEvents(derivedEvents[what]),
		filters: {},
		itemsOf: async ({ records, client, names, deadline }) => {
			if (!parameters.flag(simplifyNamed)) return records.map(({ row }) => row);
			const recordReader = new RecordReader(client);
			const isLate = () => Date.now() >= deadline;
			const show = async ({ row, branches }: NewRecord) =>
				simplified(
					await withRecords(
						{ row: fewOf(row, derivedEvents[what]), branches },
						recordReader,
						names,
					),
				);
			return await oneByOne(records, isLate, show);
		},
	}),
};

async function withRecords(
	{ row, branches }: NewRecord,
	records: RecordReader,
	names: NameSource,
): Promise<IDataObject> {
	const read = async (entity: string, id: unknown) => {
		const known = readId(id);
		return known === undefined
			? undefined
			: await records.find(recordNamed(entity, known), branches);
	};
	const customer = await read('Customer', row.customer_id);
	const group = await read('Group', row.group_id);
	const branch =
		readId(row.branch_id) ??
		findBranchOfRecord({ ...customer?.record, ...group?.record }, branches[0]);
	const { customer_id, group_id, change, ...rest } = await withNames({ row, branch }, named, names);
	return {
		customer_id,
		customer_name: customer?.record?.name ?? null,
		customer_phone: customer?.record?.phone ?? null,
		customer_email: customer?.record?.email ?? null,
		...(customer?.reason === undefined ? {} : { customer_error: customer.reason }),
		...(group_id === undefined ? {} : { group_id, group_name: group?.record?.name ?? null }),
		...rest,
		branch_id: branch ?? null,
		[LINK]: buildLink(customerEntity, customer?.record ?? {}, names.origin, branch),
		change,
	};
}

/**
 * Events that entries of AlfaCRM's log tell only together with other records. Each of them is a
 * `DerivedEvent`: it says which entries may tell of it, and makes items of such an entry.
 * `sources/changeLog/derivedEvents.ts` reads the log for all of them.
 */

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { EventOf } from '../../entities/events';
import { reference, references } from '../../entities/fields';
import type { ShownField } from '../../entities/fieldTypes';
import { customer as customerEntity } from '../../entities/customer';
import { findBranchOfRecord, LINK, buildLink } from '../../output/link';
import type { NameSource } from '../../output/names';
import { findNamedFields, withNames } from '../../output/names';
import { simplify } from '../../output/outputItems';
import { makeValueSimplifier } from '../../output/simplified';
import { formatDay, readFlag, readId } from '../../values/formats';
import type { Change } from '../change';
import { makeChangeForReading } from '../change';
import type { DerivedEvent } from '../sources/changeLog/derivedEvents';
import { DerivedEvents } from '../sources/changeLog/derivedEvents';
import type { NewRecord } from '../eventSource';
import { convertInOrder } from '../eventSource';
import type { RecordResult } from '../recordReader';
import { RecordReader } from '../recordReader';
import { dayOf } from '../stamps';
import { makeAttendanceEvent } from './attendance';
import type { EventKind, ReportedRecords } from './kind';

// ---------------------------------------------------------------- days and IDs in log entries

/** A day after all days, for a record without an end. Days are compared as texts. */
const NO_END = '9999-12-31';

/** Reads a day as `yyyy-mm-dd`; null for anything else. */
const readDay = (value: unknown): string | null => formatDay(value, 'iso', 'utc') ?? null;

const readIdOrNull = (value: unknown): number | null => readId(value) ?? null;

/** Reads the last day of a membership or of a customer's time in the school: `yyyy-mm-dd`. */
const readLastDay = ({ e_date }: IDataObject): string => readDay(e_date) ?? NO_END;

const dayOfChange = ({ datetime }: Change): string => dayOf(datetime ?? '');

/**
 * Whether something is over on the day of the change: its last day is that day or an earlier one.
 *
 * @param fields the old or the new fields of the change
 * @returns undefined if the fields do not have the last day
 */
function isOver(change: Change, fields: IDataObject): boolean | undefined {
	if (!('e_date' in fields)) return undefined;
	return readLastDay(fields) <= dayOfChange(change);
}

/** Whether the change ends something that was not over before. */
function isEnding(change: Change): boolean {
	const wasOver = isOver(change, change.fields_old) === true;
	return isOver(change, change.fields_new) === true && !wasOver;
}

/** Whether the change takes back the end of something that was over. */
function isTakingBackEnd(change: Change): boolean {
	const wasOver = isOver(change, change.fields_old) === true;
	return isOver(change, change.fields_new) === false && wasOver;
}

// ---------------------------------------------------------------- events

/**
 * A customer is moved to the archive. The entry has the flag `removed`, or a last day that is over;
 * the last day of a customer who is not archived is far ahead. API notes 3 and 4.
 */
const archived: DerivedEvent = {
	className: 'Customer',
	mayShowEvent: (change) => {
		const { entity, event, fields_new, fields_old } = change;
		if (entity !== 'Customer' || event !== 'update') return false;

		const isFlagged = readFlag(fields_new.removed) === 1 && readFlag(fields_old.removed) !== 1;
		return isFlagged || isEnding(change);
	},
	deriveItems: async (change, branches) => {
		const { entity_id, fields_new } = change;
		const item = {
			customer_id: entity_id,
			e_date: readDay(fields_new.e_date),
			customer_reject_id: readIdOrNull(fields_new.customer_reject_id),
			lead_reject_id: readIdOrNull(fields_new.lead_reject_id),
			branch_id: branches[0],
			change,
		};
		return await Promise.resolve([item]);
	},
};

/** What happens to a record that belongs to a customer, such as a membership. */
interface OwnedRecordEvent {
	/** AlfaCRM's class of the record, such as `CustomerGroupInvolve` for memberships. */
	className: string;
	/** The field that refers to the group or the plan. An update may leave it out. */
	referenceField: string;
	/** Whether a change of such a record is the event. */
	isEvent: (change: Change) => boolean;
	/** Makes the fields of the item that come from the record, from its fields in the log. */
	pickRecordFields: (fields: IDataObject, id: number) => IDataObject;
}

/**
 * Makes an event of a record that belongs to a customer. Each change that is the event becomes one
 * item, with the customer and the fields of the record.
 */
function makeOwnedRecordEvent(ownedRecord: OwnedRecordEvent): DerivedEvent {
	const { className, referenceField } = ownedRecord;
	return {
		className,
		mayShowEvent: (change) => change.entity === className && ownedRecord.isEvent(change),
		deriveItems: async (change, branches, lookup) => {
			const neededFields = ['customer_id', referenceField];
			const fields = await lookup.readFields(change, branches[0], neededFields);
			const recordFields = ownedRecord.pickRecordFields(fields, change.entity_id);
			// If several logs list the entry, its branch is not known unless the record names it.
			const onlyBranch = branches.length === 1 ? branches[0] : null;

			const item = {
				customer_id: readIdOrNull(fields.customer_id),
				...recordFields,
				branch_id: readId(fields.branch_id) ?? onlyBranch,
				change,
			};
			return [item];
		},
	};
}

/**
 * Makes an event of memberships, such as *Customer Joined Group*.
 *
 * @param isEvent whether a change of a membership is the event
 */
function makeMembershipEvent(isEvent: OwnedRecordEvent['isEvent']): DerivedEvent {
	return makeOwnedRecordEvent({
		className: 'CustomerGroupInvolve',
		referenceField: 'group_id',
		isEvent,
		pickRecordFields: ({ group_id, b_date, e_date }, id) => ({
			group_id: readIdOrNull(group_id),
			b_date: readDay(b_date),
			e_date: readDay(e_date),
			membership_id: id,
		}),
	});
}

/**
 * A customer joins a group. A membership that is over on the day on which it is entered does not
 * count, but one of that single day does. A membership whose end is taken back afterwards counts
 * again. API notes 5.7.
 */
const joinedGroup = makeMembershipEvent((change) => {
	if (change.event === 'create') return readLastDay(change.fields_new) >= dayOfChange(change);
	return change.event === 'update' && isTakingBackEnd(change);
});

/**
 * A customer leaves a group. AlfaCRM deletes the membership, or sets its last day to the day of the
 * change or an earlier one. API notes 4 and 5.7.
 */
const leftGroup = makeMembershipEvent((change) => {
	if (change.event === 'delete') return isOver(change, change.fields_old) !== true;
	return change.event === 'update' && isEnding(change);
});

/** A customer is given a subscription. API notes 5.5. */
const sold = makeOwnedRecordEvent({
	className: 'CustomerToTariff',
	referenceField: 'tariff_id',
	isEvent: ({ event }) => event === 'create',
	pickRecordFields: (fields, id) => ({
		subscription_id: id,
		tariff_id: readIdOrNull(fields.tariff_id),
		subject_ids: fields.subject_ids ?? [],
		lesson_type_ids: fields.lesson_type_ids ?? [],
		b_date: readDay(fields.b_date),
		e_date: readDay(fields.e_date),
		balance: fields.balance ?? null,
		note: fields.note ?? null,
	}),
});

const derivedEvents: Record<EventOf<'derived'>['what'], DerivedEvent> = {
	archived,
	attended: makeAttendanceEvent(1),
	joinedGroup,
	leftGroup,
	missed: makeAttendanceEvent(0),
	sold,
};

// ---------------------------------------------------------------- items

const simplifyWithNames: INodeProperties = {
	...simplify,
	description:
		"Whether to return a simplified version with the customer's name, phone and email, and with names beside the other IDs, such as group_name beside group_id. Takes one more request for each customer, for each group and for each list of names that is needed.",
};

export const derived: EventKind<'derived'> = {
	form: () => ({ output: [simplifyWithNames] }),

	watch: (parameters, { what: eventName }) => {
		const event = derivedEvents[eventName];
		return {
			source: new DerivedEvents(event),
			filters: {},
			makeItems: async (reported) => {
				if (parameters.flag(simplifyWithNames)) return await makeSimplifiedItems(reported, event);
				return reported.records.map(({ row }) => row);
			},
		};
	},
};

/** The fields of simplified items that have a type: IDs get names, and lists become one text. */
const shownFields: ShownField[] = [
	...customerEntity.fields
		.filter(({ name }) => ['phone', 'email'].includes(name))
		.map((field) => ({ ...field, name: `customer_${field.name}` })),
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

const fieldsWithNames = findNamedFields(shownFields);

/**
 * Makes simplified items, with names beside IDs and lists as one text. Makes as many as there is
 * time to read their customers for.
 */
async function makeSimplifiedItems(
	reported: ReportedRecords,
	event: DerivedEvent,
): Promise<IDataObject[]> {
	const recordReader = new RecordReader(reported.client);
	const simplifyValues = makeValueSimplifier(shownFields, fieldsWithNames);
	const isTooLate = () => Date.now() >= reported.deadline;

	return await convertInOrder(reported.records, isTooLate, async ({ row, branches }) => {
		// The names of fields that are left out need not be looked up.
		const shownRow = leaveOutFields(row, event.fieldsLeftOut ?? []);
		const rowWithNames = await addNames({ row: shownRow, branches }, recordReader, reported.names);

		// The change stays as it came.
		const { change, ...fields } = rowWithNames;
		return { ...simplifyValues(fields), change };
	});
}

/** Returns a copy of a row without some of its fields. */
function leaveOutFields(row: IDataObject, fieldsLeftOut: readonly string[]): IDataObject {
	const shownFieldsOfRow = Object.entries(row).filter(([name]) => !fieldsLeftOut.includes(name));
	return Object.fromEntries(shownFieldsOfRow);
}

/**
 * Adds to an item the customer's name and contacts, the name of the group, and the names of all
 * other IDs. The customer stands first, and the change last.
 */
async function addNames(
	{ row, branches }: NewRecord,
	recordReader: RecordReader,
	names: NameSource,
): Promise<IDataObject> {
	const customer = await readRecordIfNamed(recordReader, 'Customer', row.customer_id, branches);
	const group = await readRecordIfNamed(recordReader, 'Group', row.group_id, branches);
	const customerCard = customer?.record ?? {};
	const groupRecord = group?.record ?? {};

	const branchOfRecords = findBranchOfRecord({ ...customerCard, ...groupRecord }, branches[0]);
	const branch = readId(row.branch_id) ?? branchOfRecords;

	const rowWithNames = await withNames({ row, branch }, fieldsWithNames, names);
	const { customer_id, group_id, change, ...otherFields } = rowWithNames;
	const item: IDataObject = {
		customer_id,
		customer_name: customerCard.name ?? null,
		customer_phone: customerCard.phone ?? null,
		customer_email: customerCard.email ?? null,
	};
	// The reason why the customer's card could not be read.
	if (customer?.reason !== undefined) item.customer_error = customer.reason;
	if (group_id !== undefined) {
		item.group_id = group_id;
		item.group_name = groupRecord.name ?? null;
	}
	return {
		...item,
		...otherFields,
		branch_id: branch ?? null,
		[LINK]: buildLink(customerEntity, customerCard, names.origin, branch),
		change,
	};
}

/**
 * Reads the record whose ID an item has, such as its customer.
 *
 * @param className AlfaCRM's class of the record, such as `Customer`
 * @returns undefined if the item has no such ID
 */
async function readRecordIfNamed(
	recordReader: RecordReader,
	className: string,
	shownId: unknown,
	branches: readonly number[],
): Promise<RecordResult | undefined> {
	const id = readId(shownId);
	if (id === undefined) return undefined;

	return await recordReader.find(makeChangeForReading(className, id), branches);
}

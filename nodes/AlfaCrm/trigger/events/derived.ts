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
import type { LogLookup } from '../sources/changeLog/logLookup';
import { convertUntilStopped } from '../eventSource';

import { RecordReader } from '../recordReader';
import { dayOf } from '../stamps';
import { ATTENDED, makeAttendanceEvent } from './attendance';
import type { EventKind, ReportedRecords } from './kind';

// ---------------------------------------------------------------- days and IDs in log entries

/** A day later than all days, for a record without an end. Days are compared as texts. */
const NO_END = '9999-12-31';

/** Reads a day as `yyyy-mm-dd`; null for anything else. */
const readDay = (value: unknown): string | null => formatDay(value, 'iso', 'utc') ?? null;

const readIdOrNull = (value: unknown): number | null => readId(value) ?? null;

/**
 * Reads the last day of a membership or of a customer's time in the school, as `yyyy-mm-dd`.
 * Returns `NO_END` if it has no last day.
 */
const readLastDay = ({ e_date }: IDataObject): string => readDay(e_date) ?? NO_END;

/**
 * Returns the day of a change as `yyyy-mm-dd`; an empty text, earlier than all days, if it has no
 * time.
 */
const dayOfChange = ({ datetime }: Change): string => dayOf(datetime ?? '');

/**
 * Whether the fields of a log entry say that a membership or a customer's time in the school is
 * over on a day: its last day is that day or an earlier one. Fields without a last day say nothing.
 */
function isOverOn(fields: IDataObject, day: string): boolean {
	return 'e_date' in fields && readLastDay(fields) <= day;
}

/**
 * Whether the fields of a log entry say that a membership or a customer's time in the school goes
 * on after a day. Fields without a last day say nothing.
 */
function goesOnAfter(fields: IDataObject, day: string): boolean {
	return 'e_date' in fields && readLastDay(fields) > day;
}

/** Whether a change ends a membership or a customer's time in the school. */
function isEnding(change: Change): boolean {
	const day = dayOfChange(change);
	const wasOver = isOverOn(change.fields_old, day);
	return isOverOn(change.fields_new, day) && !wasOver;
}

/** Whether a change takes back the end of a membership that was over. */
function isTakingBackEnd(change: Change): boolean {
	const day = dayOfChange(change);
	const wasOver = isOverOn(change.fields_old, day);
	return goesOnAfter(change.fields_new, day) && wasOver;
}

// ---------------------------------------------------------------- events

/** A customer is moved to the archive. */
const archived: DerivedEvent = {
	entity: 'Customer',
	isRelevantChange: isArchiving,
	// It awaits nothing, but a `DerivedEvent` returns a promise.
	makeItemsOfChange: async (change, branches) =>
		await Promise.resolve([makeArchivedItem(change, branches[0])]),
};

/**
 * Whether a change moves a customer to the archive: it sets the flag `removed`, or a last day
 * (`e_date`) that is today or earlier. The last day of a customer who is not archived is years
 * ahead. API notes 3 and 4.
 */
function isArchiving(change: Change): boolean {
	if (change.entity !== 'Customer' || change.event !== 'update') return false;

	const wasFlagged = readFlag(change.fields_old.removed) === 1;
	const isFlagged = readFlag(change.fields_new.removed) === 1;
	const setsFlag = isFlagged && !wasFlagged;
	return setsFlag || isEnding(change);
}

/**
 * Makes the item of a customer who was archived.
 *
 * @param branch a branch whose log lists the change
 */
function makeArchivedItem(change: Change, branch: number): IDataObject {
	const { entity_id, fields_new } = change;
	return {
		customer_id: entity_id,
		e_date: readDay(fields_new.e_date),
		customer_reject_id: readIdOrNull(fields_new.customer_reject_id),
		lead_reject_id: readIdOrNull(fields_new.lead_reject_id),
		branch_id: branch,
		change,
	};
}

/** Describes an event that is a change of a record of one customer, such as a membership. */
interface CustomerRecordEvent {
	/** AlfaCRM's class of the record, such as `CustomerGroupInvolve` for memberships. */
	className: string;
	/** A field with an ID that the item needs. An update may leave it out. */
	neededIdField: string;
	/** Whether a change of such a record is the event. */
	isMatchingChange: (change: Change) => boolean;
	/** Makes the item's fields about the record, from its fields in the log and its ID. */
	makeRecordFields: (loggedFields: IDataObject, id: number) => IDataObject;
}

/**
 * Makes the event that a record of one customer changes in a certain way: for example, that a
 * membership is created. Each of these changes becomes one item.
 */
function makeCustomerRecordEvent(recordEvent: CustomerRecordEvent): DerivedEvent {
	const { className, isMatchingChange } = recordEvent;
	return {
		entity: className,
		isRelevantChange: (change) => change.entity === className && isMatchingChange(change),
		makeItemsOfChange: async (change, branches, lookup) => {
			const item = await makeCustomerRecordItem(recordEvent, change, branches, lookup);
			return [item];
		},
	};
}

/**
 * Makes the item of a change of a customer's record, such as a membership: the customer, the fields
 * of the record, and the branch. The change may lack an ID that the item needs, such as the
 * customer's. Then it is taken from older changes of the record in AlfaCRM's log.
 *
 * @param branches the branches whose logs list the change
 */
async function makeCustomerRecordItem(
	recordEvent: CustomerRecordEvent,
	change: Change,
	branches: readonly number[],
	lookup: LogLookup,
): Promise<IDataObject> {
	const neededIds = ['customer_id', recordEvent.neededIdField];
	const loggedFields = await lookup.readLoggedFields(change, branches[0], neededIds);
	const recordFields = recordEvent.makeRecordFields(loggedFields, change.entity_id);
	// The logs of several branches may list the change. Then they do not tell the record's branch.
	const branchOfLog = branches.length === 1 ? branches[0] : null;

	return {
		customer_id: readIdOrNull(loggedFields.customer_id),
		...recordFields,
		branch_id: readId(loggedFields.branch_id) ?? branchOfLog,
		change,
	};
}

/**
 * Makes an event that is a change of a membership, such as *Customer Joined Group*.
 *
 * @param isMatchingChange whether a change of a membership is the event
 */
function makeMembershipEvent(isMatchingChange: (change: Change) => boolean): DerivedEvent {
	return makeCustomerRecordEvent({
		className: 'CustomerGroupInvolve',
		neededIdField: 'group_id',
		isMatchingChange,
		makeRecordFields: ({ group_id, b_date, e_date }, membershipId) => ({
			group_id: readIdOrNull(group_id),
			b_date: readDay(b_date),
			e_date: readDay(e_date),
			membership_id: membershipId,
		}),
	});
}

/**
 * A customer joins a group. A membership that is entered on 10 February counts if its last day is
 * 10 February or later. If it is entered afterwards for days that are over, it does not count. If
 * the end of a membership is taken back, the customer joins again. API notes 5.7.
 */
const joinedGroup = makeMembershipEvent((change) => {
	if (change.event === 'create') return readLastDay(change.fields_new) >= dayOfChange(change);
	return change.event === 'update' && isTakingBackEnd(change);
});

/**
 * A customer leaves a group. AlfaCRM deletes the membership, or sets its last day to the day of the
 * change or an earlier one. If a deleted membership was over already, the customer had left before.
 * API notes 4 and 5.7.
 */
const leftGroup = makeMembershipEvent((change) => {
	if (change.event === 'delete') return !isOverOn(change.fields_old, dayOfChange(change));
	return change.event === 'update' && isEnding(change);
});

/** A customer is given a subscription, which refers to its plan in `tariff_id`. API notes 5.5. */
const sold = makeCustomerRecordEvent({
	className: 'CustomerToTariff',
	neededIdField: 'tariff_id',
	isMatchingChange: ({ event }) => event === 'create',
	makeRecordFields: (loggedFields, subscriptionId) => ({
		subscription_id: subscriptionId,
		tariff_id: readIdOrNull(loggedFields.tariff_id),
		subject_ids: loggedFields.subject_ids ?? [],
		lesson_type_ids: loggedFields.lesson_type_ids ?? [],
		b_date: readDay(loggedFields.b_date),
		e_date: readDay(loggedFields.e_date),
		balance: loggedFields.balance ?? null,
		note: loggedFields.note ?? null,
	}),
});

const derivedEvents: Record<EventOf<'derived'>['derivedEvent'], DerivedEvent> = {
	archived,
	attended: makeAttendanceEvent(ATTENDED.wasThere),
	joinedGroup,
	leftGroup,
	missed: makeAttendanceEvent(ATTENDED.missedIt),
	sold,
};

// ---------------------------------------------------------------- items

const simplifyWithNames: INodeProperties = {
	...simplify,
	description:
		"Whether to return a simplified version with the customer's name, phone and email, and with names beside the other IDs, such as group_name beside group_id. Takes one more request for each customer, for each group and for each list of names that is needed.",
};

export const derived: EventKind<'derived'> = {
	listParameters: () => ({ output: [simplifyWithNames] }),

	makeWatch: (parameters, { derivedEvent: eventName }) => {
		const event = derivedEvents[eventName];
		return {
			source: new DerivedEvents(event),
			filters: {},
			makeItems: async (reported) => {
				const isSimple = parameters.flag(simplifyWithNames);
				if (isSimple) return await makeSimplifiedItems(reported, event);
				// The source has made whole items already.
				return reported.records.map(({ row: item }) => item);
			},
		};
	},
};

/**
 * Declares the fields of items whose values a simplified item shows in another way: an ID gets a
 * name beside it, and a list of phones or emails becomes one text.
 */
const declaredFields: ShownField[] = [
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

const fieldsWithNames = findNamedFields(declaredFields);

/**
 * Makes simplified items: with the names of customers and groups beside their IDs, and with a list
 * of phones as one text. Reading names takes time. When time runs out, the other items are left to
 * the next poll, but at least one is made.
 */
async function makeSimplifiedItems(
	reported: ReportedRecords,
	event: DerivedEvent,
): Promise<IDataObject[]> {
	const recordReader = new RecordReader(reported.client);
	const simplifyValues = makeValueSimplifier(declaredFields, fieldsWithNames);
	const isTooLate = () => Date.now() >= reported.deadline;

	return await convertUntilStopped(reported.records, isTooLate, async ({ row: item, branches }) => {
		// Fields are left out first, so that no names are looked up for them.
		const shownItem = leaveOutFields(item, event.fieldsLeftOut ?? []);
		const itemWithNames = await addNames(shownItem, branches, recordReader, reported.names);

		// The change stays as AlfaCRM has sent it.
		const { change, ...fields } = itemWithNames;
		return { ...simplifyValues(fields), change };
	});
}

/** Returns a copy of an item without some of its fields. */
function leaveOutFields(item: IDataObject, fieldsLeftOut: readonly string[]): IDataObject {
	const shownEntries = Object.entries(item).filter(([name]) => !fieldsLeftOut.includes(name));
	return Object.fromEntries(shownEntries);
}

/**
 * Returns a copy of an item with names added: the customer's name and contacts, the name of the
 * group, and the names of all other IDs. Reads them from AlfaCRM. The customer stands first, and
 * the change last.
 *
 * @param branches the branches whose logs list the change
 */
async function addNames(
	item: IDataObject,
	branches: readonly number[],
	recordReader: RecordReader,
	names: NameSource,
): Promise<IDataObject> {
	const customer = await readRecord(recordReader, 'Customer', item.customer_id, branches);
	const group = await readRecord(recordReader, 'Group', item.group_id, branches);

	const branch = findBranchOfItem(item, group.record, customer.record, branches[0]);
	const itemWithNames = await withNames({ row: item, branch }, fieldsWithNames, names);
	const { customer_id, group_id, change, ...otherFields } = itemWithNames;
	return {
		customer_id,
		...makeCustomerFields(customer),
		...makeGroupFields(group_id, group.record),
		...otherFields,
		branch_id: branch ?? null,
		[LINK]: buildLink(customerEntity, customer.record, names.origin, branch),
		change,
	};
}

/**
 * Finds the branch of an item. If the item names none, it is the branch whose log lists the change,
 * unless the group of the item, or else its customer, belongs to other branches only.
 *
 * @param group the record of the group; empty if the item has no group, or if it could not be read
 * @param customer the record of the customer; empty if it could not be read
 */
function findBranchOfItem(
	item: IDataObject,
	group: IDataObject,
	customer: IDataObject,
	branchOfLog: number,
): number | undefined {
	const branchOfItem = readId(item.branch_id);
	if (branchOfItem !== undefined) return branchOfItem;

	// Both records show their branches in the same fields. Here the group's replace the customer's.
	const groupOrCustomer = { ...customer, ...group };
	return findBranchOfRecord(groupOrCustomer, branchOfLog);
}

/**
 * Makes the fields of an item that show its group: ID and name. An item without a group has neither
 * of them.
 *
 * @param record the group as AlfaCRM shows it; empty if it could not be read
 */
function makeGroupFields(groupId: IDataObject[string], record: IDataObject): IDataObject {
	if (groupId === undefined) return {};

	return { group_id: groupId, group_name: record.name ?? null };
}

/**
 * Makes the fields of an item that show its customer: name, phone and email. If the customer could
 * not be read, these are null, and `customer_error` says why.
 */
function makeCustomerFields({ record: customer, failureReason }: ReferredRecord): IDataObject {
	const fields: IDataObject = {
		customer_name: customer.name ?? null,
		customer_phone: customer.phone ?? null,
		customer_email: customer.email ?? null,
	};
	if (failureReason !== undefined) fields.customer_error = failureReason;
	return fields;
}

/** A record to which an item refers by its ID, such as the customer. */
interface ReferredRecord {
	/** Empty if the item has no ID of such a record, or if it could not be read. */
	record: IDataObject;
	/** Says for the user why the record could not be read. */
	failureReason?: string;
}

/**
 * Reads a record to which an item refers by its ID, such as the customer.
 *
 * @param className AlfaCRM's class of the record, such as `Customer`
 * @param idInItem the ID as the item has it, such as its `customer_id`
 * @param likelyBranches the branches in which the record should be
 * @returns an empty record if the item has no ID there, or if the record could not be read
 */
async function readRecord(
	recordReader: RecordReader,
	className: string,
	idInItem: unknown,
	likelyBranches: readonly number[],
): Promise<ReferredRecord> {
	const id = readId(idInItem);
	if (id === undefined) return { record: {} };

	// The reader finds the record of a change, so it gets a change that only names the record.
	const change = makeChangeForReading(className, id);
	const { record, reason } = await recordReader.find(change, likelyBranches);
	return { record: record ?? {}, failureReason: reason };
}

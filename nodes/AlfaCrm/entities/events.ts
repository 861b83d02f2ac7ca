import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE } from './customer';
import type { NoSettings } from './fieldTypes';
import { LESSON_STATUS } from './lesson';
import { isCashCollection } from './pay';

/**
 * Declares the events that the polling trigger can report. The kind of an event decides which list
 * of AlfaCRM shows that it has happened.
 */

/** The kinds of events, with the settings that only events of a kind have. */
export interface EventKinds {
	/** The list of customers has a new lead or client. */
	newCustomers: NoSettings;
	/** The list of `resource` has a new record. */
	newRecords: {
		resource: string;
		/** Whether a new record is reported. By default all new records are reported. */
		isReported?: (row: IDataObject) => boolean;
	};
	/** AlfaCRM's log of changes has an entry that the settings describe. API notes 5.21. */
	logged: {
		/** The class of the changed record, such as `Customer`. By default any class. */
		className?: string;
		/** The changes that are reported. By default all. */
		on?: readonly ChangeName[];
		/** The name of a field whose value must have changed. */
		changes?: string;
		/** A field that must have changed to this value. */
		becomes?: readonly [field: string, value: number];
		/** The filters that the form of the trigger offers. */
		filters?: ReadonlyArray<'stages' | 'entities' | 'events' | 'changedFields'>;
	};
	/**
	 * AlfaCRM's log of changes has an entry, and the records that it names show what has happened.
	 * API notes 5.21.
	 */
	derived: {
		derivedEvent: 'archived' | 'attended' | 'joinedGroup' | 'leftGroup' | 'missed' | 'sold';
	};
	/**
	 * The timetable has a lesson that begins in some hours. There is one event for each person who
	 * comes. API notes 5.7, 5.11 and 5.13.
	 */
	comingLessons: NoSettings;
	/** The card of a client has a day or a balance at which something falls due. API notes 5.3. */
	dueDate: {
		occasion: 'birthday' | 'inDebt' | 'lessonsRunningOut' | 'notSeen' | 'subscriptionEnding';
	};
}

export type EventKindName = keyof EventKinds;

export type EventOf<Kind extends EventKindName> = Kind extends EventKindName
	? {
			kind: Kind;
			/** The value of 'Event'. Stored in workflows. */
			value: string;
			label: string;
			/** The sentence in n8n's panel. Without it, n8n would make "On in debt" of the label. */
			action: string;
			description: string;
		} & EventKinds[Kind]
	: never;

/** An event that the polling trigger can report. */
export type EventType = EventOf<EventKindName>;

type ChangeName = 'create' | 'update' | 'delete';

/** The changes of a record that AlfaCRM's log and webhooks report. API notes 8. */
export const changeNames: ReadonlyArray<{ value: ChangeName; label: string; action: string }> = [
	{ value: 'create', label: 'Created', action: 'When AlfaCRM reports a created record' },
	{ value: 'delete', label: 'Deleted', action: 'When AlfaCRM reports a deleted record' },
	{ value: 'update', label: 'Updated', action: 'When AlfaCRM reports a changed record' },
];

/** All events, in the order of their labels. */
export const eventTypes: readonly EventType[] = [
	{
		kind: 'dueDate',
		value: 'customerBirthday',
		label: 'Birthday',
		action: 'When a client has a birthday',
		description: 'A client has a birthday, today or in some days',
		occasion: 'birthday',
	},
	{
		kind: 'derived',
		value: 'customerArchived',
		label: 'Customer Archived',
		action: 'When a customer is archived',
		description: 'A lead or client was moved to the archive',
		derivedEvent: 'archived',
	},
	{
		kind: 'derived',
		value: 'customerAttended',
		label: 'Customer Attended Lesson',
		action: 'When a customer attended a lesson',
		description: 'A completed lesson shows that a customer was there',
		derivedEvent: 'attended',
	},
	{
		kind: 'newCustomers',
		value: 'customerCreated',
		label: 'Customer Created',
		action: 'When a lead or client is created',
		description: 'A lead or client is new in AlfaCRM',
	},
	{
		kind: 'derived',
		value: 'customerJoinedGroup',
		label: 'Customer Joined Group',
		action: 'When a customer joins a group',
		description: 'A customer was added to a group',
		derivedEvent: 'joinedGroup',
	},
	{
		kind: 'derived',
		value: 'customerLeftGroup',
		label: 'Customer Left Group',
		action: 'When a customer leaves a group',
		description: 'A customer was taken out of a group',
		derivedEvent: 'leftGroup',
	},
	{
		kind: 'derived',
		value: 'customerMissed',
		label: 'Customer Missed Lesson',
		action: 'When a customer missed a lesson',
		description: 'A completed lesson shows that a customer was not there',
		derivedEvent: 'missed',
	},
	{
		kind: 'logged',
		value: 'customerUpdated',
		label: 'Customer Updated',
		action: 'When a lead or client is changed',
		description: 'Somebody changed a lead or client',
		className: 'Customer',
		on: ['update'],
		filters: ['changedFields'],
	},
	{
		kind: 'dueDate',
		value: 'inDebt',
		label: 'In Debt',
		action: 'When a client falls into debt',
		description: 'The balance of a client falls below a sum',
		occasion: 'inDebt',
	},
	{
		kind: 'logged',
		value: 'leadConverted',
		label: 'Lead Became Client',
		action: 'When a lead becomes a client',
		description: 'A lead was made a client',
		className: 'Customer',
		on: ['update'],
		becomes: ['is_study', CUSTOMER_TYPE.client],
	},
	{
		kind: 'logged',
		value: 'leadMoved',
		label: 'Lead Moved',
		action: 'When a lead moves to another stage',
		description: 'A lead was moved to another stage of the funnel',
		className: 'Customer',
		on: ['update'],
		changes: 'lead_status_id',
		filters: ['stages'],
	},
	{
		kind: 'logged',
		value: 'lessonCancelled',
		label: 'Lesson Cancelled',
		action: 'When a lesson is cancelled',
		description: 'A lesson was cancelled',
		className: 'Lesson',
		on: ['create', 'update'],
		becomes: ['status', LESSON_STATUS.cancelled],
	},
	{
		kind: 'comingLessons',
		value: 'lessonComingUp',
		label: 'Lesson Coming Up',
		action: 'When a lesson is coming up',
		description: 'A lesson begins in some hours: one item for each person who comes',
	},
	{
		kind: 'logged',
		value: 'lessonConducted',
		label: 'Lesson Completed',
		action: 'When a lesson is completed',
		description: 'A lesson was completed',
		className: 'Lesson',
		on: ['create', 'update'],
		becomes: ['status', LESSON_STATUS.completed],
	},
	{
		kind: 'logged',
		value: 'lessonCreated',
		label: 'Lesson Created',
		action: 'When a lesson is scheduled',
		description: 'A lesson is new in the schedule',
		className: 'Lesson',
		on: ['create'],
	},
	{
		kind: 'dueDate',
		value: 'lessonsRunningOut',
		label: 'Lessons Running Out',
		action: 'When a client has few lessons left',
		description: 'A client has only some lessons left',
		occasion: 'lessonsRunningOut',
	},
	{
		kind: 'dueDate',
		value: 'notSeen',
		label: 'Not Seen for N Days',
		action: 'When a client has not come for some days',
		description: 'A client has not come to a lesson for some days',
		occasion: 'notSeen',
	},
	{
		kind: 'newRecords',
		value: 'paymentCreated',
		label: 'Payment Created',
		action: 'When a payment arrives',
		description:
			'A payment is new in AlfaCRM, which may be a refund or a correction, but no cash collection',
		resource: 'pay',
		isReported: (row) => !isCashCollection(row),
	},
	{
		kind: 'logged',
		value: 'recordChanged',
		label: 'Record Changed',
		action: 'When any record is created, changed or deleted',
		description:
			'A record of any kind was created, changed or deleted, with its old and new values',
		filters: ['entities', 'events', 'changedFields'],
	},
	{
		kind: 'dueDate',
		value: 'subscriptionEnding',
		label: 'Subscription Ending',
		action: 'When the subscription of a client is ending',
		description: 'What a client has paid for ends in some days',
		occasion: 'subscriptionEnding',
	},
	{
		kind: 'derived',
		value: 'subscriptionSold',
		label: 'Subscription Sold',
		action: 'When a subscription is sold',
		description: 'A customer was given a subscription',
		derivedEvent: 'sold',
	},
	{
		kind: 'logged',
		value: 'taskCreated',
		label: 'Task Created',
		action: 'When a task is created',
		description: 'A task is new in AlfaCRM',
		className: 'Task',
		on: ['create'],
	},
];

/**
 * For each kind of event, a function that returns the resource whose list shows that the event has
 * happened.
 */
const SOURCES: { [Kind in EventKindName]: (event: EventOf<Kind>) => string } = {
	newCustomers: () => 'customer',
	newRecords: ({ resource }) => resource,
	logged: () => 'log',
	derived: () => 'log',
	comingLessons: () => 'lesson',
	dueDate: () => 'customer',
};

/**
 * The resources whose lists the polling trigger reads. The cast is needed because TypeScript does
 * not see that each function gets an event of its own kind.
 */
export const eventSources: ReadonlySet<string> = new Set(
	eventTypes.map((event) => (SOURCES[event.kind] as (event: EventType) => string)(event)),
);

import { CUSTOMER_TYPE } from './customer';
import type { Nothing } from './fieldTypes';
import { LESSON_STATUS } from './lesson';

/** What tells that an event has happened: what each kind of event declares. */
export interface EventKinds {
	/** A customer is new, told by the list of customers. */
	newCustomers: Nothing;
	/** A record is new, told by the list of its resource. */
	newRecords: { resource: string };
	/** A change is in the log of AlfaCRM. API notes 5.21. */
	logged: {
		/** The class that it is about; any if missing. */
		className?: string;
		on?: readonly ChangeName[];
		/** The field must have got another value. */
		changes?: string;
		/** The field must have got this value. */
		becomes?: readonly [field: string, value: number];
		/** What the user may ask for besides. */
		filters?: ReadonlyArray<'stages' | 'entities' | 'events' | 'changedFields'>;
	};
	/** What the log tells only together with the records that it is about. API notes 5.21. */
	derived: { what: 'archived' | 'attended' | 'joinedGroup' | 'leftGroup' | 'missed' | 'sold' };
	/** What falls due by the day, or by a balance, told by the cards of clients. API notes 5.3. */
	dueDate: { what: 'birthday' | 'inDebt' | 'lessonsRunningOut' | 'notSeen' | 'subscriptionEnding' };
}

export type EventKindName = keyof EventKinds;

export type EventOf<K extends EventKindName> = K extends EventKindName
	? {
			kind: K;
			/** Stored in workflows. */
			value: string;
			label: string;
			description: string;
		} & EventKinds[K]
	: never;

/** What the polling trigger can wait for, as data. */
export type EventType = EventOf<EventKindName>;

type ChangeName = 'create' | 'update' | 'delete';

/** What AlfaCRM's log and webhooks tell of a record. API notes 8. */
export const changeNames: ReadonlyArray<{ value: ChangeName; label: string }> = [
	{ value: 'create', label: 'Created' },
	{ value: 'delete', label: 'Deleted' },
	{ value: 'update', label: 'Updated' },
];

/** In the order of their labels. */
export const eventTypes: readonly EventType[] = [
	{
		kind: 'dueDate',
		value: 'customerBirthday',
		label: 'Birthday',
		description: 'A client has a birthday, today or in some days',
		what: 'birthday',
	},
	{
		kind: 'derived',
		value: 'customerArchived',
		label: 'Customer Archived',
		description: 'A lead or client was moved to the archive',
		what: 'archived',
	},
	{
		kind: 'derived',
		value: 'customerAttended',
		label: 'Customer Attended Lesson',
		description: 'A completed lesson shows that a customer was there',
		what: 'attended',
	},
	{
		kind: 'newCustomers',
		value: 'customerCreated',
		label: 'Customer Created',
		description: 'A lead or client is new in AlfaCRM',
	},
	{
		kind: 'derived',
		value: 'customerJoinedGroup',
		label: 'Customer Joined Group',
		description: 'A customer was added to a group',
		what: 'joinedGroup',
	},
	{
		kind: 'derived',
		value: 'customerLeftGroup',
		label: 'Customer Left Group',
		description: 'A customer was taken out of a group',
		what: 'leftGroup',
	},
	{
		kind: 'derived',
		value: 'customerMissed',
		label: 'Customer Missed Lesson',
		description: 'A completed lesson shows that a customer was not there',
		what: 'missed',
	},
	{
		kind: 'logged',
		value: 'customerUpdated',
		label: 'Customer Updated',
		description: 'Somebody changed a lead or client',
		className: 'Customer',
		on: ['update'],
		filters: ['changedFields'],
	},
	{
		kind: 'dueDate',
		value: 'inDebt',
		label: 'In Debt',
		description: 'The balance of a client falls below a sum',
		what: 'inDebt',
	},
	{
		kind: 'logged',
		value: 'leadConverted',
		label: 'Lead Became Client',
		description: 'A lead was made a client',
		className: 'Customer',
		on: ['update'],
		becomes: ['is_study', CUSTOMER_TYPE.client],
	},
	{
		kind: 'logged',
		value: 'leadMoved',
		label: 'Lead Moved',
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
		description: 'A lesson was cancelled',
		className: 'Lesson',
		on: ['create', 'update'],
		becomes: ['status', LESSON_STATUS.cancelled],
	},
	{
		kind: 'logged',
		value: 'lessonConducted',
		label: 'Lesson Completed',
		description: 'A lesson was completed',
		className: 'Lesson',
		on: ['create', 'update'],
		becomes: ['status', LESSON_STATUS.completed],
	},
	{
		kind: 'logged',
		value: 'lessonCreated',
		label: 'Lesson Created',
		description: 'A lesson is new in the schedule',
		className: 'Lesson',
		on: ['create'],
	},
	{
		kind: 'dueDate',
		value: 'lessonsRunningOut',
		label: 'Lessons Running Out',
		description: 'A client has only some lessons left',
		what: 'lessonsRunningOut',
	},
	{
		kind: 'dueDate',
		value: 'notSeen',
		label: 'Not Seen for N Days',
		description: 'A client has not come to a lesson for some days',
		what: 'notSeen',
	},
	{
		kind: 'newRecords',
		value: 'paymentCreated',
		label: 'Payment Created',
		description: 'A payment is new in AlfaCRM',
		resource: 'pay',
	},
	{
		kind: 'logged',
		value: 'recordChanged',
		label: 'Record Changed',
		description: 'A record of any kind was created, changed or deleted, with its old and new values',
		filters: ['entities', 'events', 'changedFields'],
	},
	{
		kind: 'dueDate',
		value: 'subscriptionEnding',
		label: 'Subscription Ending',
		description: 'What a client has paid for ends in some days',
		what: 'subscriptionEnding',
	},
	{
		kind: 'derived',
		value: 'subscriptionSold',
		label: 'Subscription Sold',
		description: 'A customer was given a subscription',
		what: 'sold',
	},
	{
		kind: 'logged',
		value: 'taskCreated',
		label: 'Task Created',
		description: 'A task is new in AlfaCRM',
		className: 'Task',
		on: ['create'],
	},
];

/** The resource whose list tells that an event of a kind has happened. */
const SOURCES: { [K in EventKindName]: (event: EventOf<K>) => string } = {
	newCustomers: () => 'customer',
	newRecords: ({ resource }) => resource,
	logged: () => 'log',
	derived: () => 'log',
	dueDate: () => 'customer',
};

/** The resources whose lists tell of events. */
export const eventSources: ReadonlySet<string> = new Set(
	eventTypes.map((event) => (SOURCES[event.kind] as (event: EventType) => string)(event)),
);

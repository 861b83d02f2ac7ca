import type { Nothing } from './fieldTypes';

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
		kind: 'newCustomers',
		value: 'customerCreated',
		label: 'Customer Created',
		description: 'A lead or client is new in AlfaCRM',
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
		kind: 'logged',
		value: 'leadConverted',
		label: 'Lead Became Client',
		description: 'A lead was made a client',
		className: 'Customer',
		on: ['update'],
		becomes: ['is_study', 1],
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
		becomes: ['status', 2],
	},
	{
		kind: 'logged',
		value: 'lessonConducted',
		label: 'Lesson Completed',
		description: 'A lesson was completed',
		className: 'Lesson',
		on: ['create', 'update'],
		becomes: ['status', 3],
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
		kind: 'logged',
		value: 'taskCreated',
		label: 'Task Created',
		description: 'A task is new in AlfaCRM',
		className: 'Task',
		on: ['create'],
	},
];

/** What the polling trigger can wait for, as data. It is told by an entity's own list, or by the change log. */
export interface EventType {
	/** Stored in workflows. */
	value: string;
	label: string;
	description: string;
	/** Resource whose list shows new records, for events that the list can tell. */
	newIn?: 'customer' | 'pay';
	/** What an entry of the change log must be like, for the others. API notes 5.21. */
	logged?: {
		/** Any if missing. */
		className?: string;
		on?: readonly ChangeName[];
		/** The field must have got another value. */
		changes?: string;
		/** The field must have got this value. */
		becomes?: readonly [field: string, value: number];
	};
}

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
		value: 'customerCreated',
		label: 'Customer Created',
		description: 'A lead or client is new in AlfaCRM',
		newIn: 'customer',
	},
	{
		value: 'customerUpdated',
		label: 'Customer Updated',
		description: 'Somebody changed a lead or client',
		logged: { className: 'Customer', on: ['update'] },
	},
	{
		value: 'leadConverted',
		label: 'Lead Became Client',
		description: 'A lead was made a client',
		logged: { className: 'Customer', on: ['update'], becomes: ['is_study', 1] },
	},
	{
		value: 'leadMoved',
		label: 'Lead Moved',
		description: 'A lead was moved to another stage of the funnel',
		logged: { className: 'Customer', on: ['update'], changes: 'lead_status_id' },
	},
	{
		value: 'lessonCancelled',
		label: 'Lesson Cancelled',
		description: 'A lesson got the status cancelled',
		logged: { className: 'Lesson', on: ['create', 'update'], becomes: ['status', 2] },
	},
	{
		value: 'lessonConducted',
		label: 'Lesson Conducted',
		description: 'A lesson got the status conducted',
		logged: { className: 'Lesson', on: ['create', 'update'], becomes: ['status', 3] },
	},
	{
		value: 'lessonCreated',
		label: 'Lesson Created',
		description: 'A lesson is new in the schedule',
		logged: { className: 'Lesson', on: ['create'] },
	},
	{
		value: 'paymentCreated',
		label: 'Payment Created',
		description: 'A payment is new in AlfaCRM',
		newIn: 'pay',
	},
	{
		value: 'recordChanged',
		label: 'Record Changed',
		description: 'A record of any kind was created, changed or deleted, with its old and new values',
		logged: {},
	},
	{
		value: 'taskCreated',
		label: 'Task Created',
		description: 'A task is new in AlfaCRM',
		logged: { className: 'Task', on: ['create'] },
	},
];

import type { INodeProperties } from 'n8n-workflow';

import { customer } from '../entities/customer';
import { eventTypes } from '../entities/events';
import { collection } from '../form/assemble';
import { changedFields, changeEntities, changeEvents } from './changeForm';
import { toProperty } from '../fields/field';
import { sortByName } from '../fields/order';
import { loadedFrom } from '../fields/picker';
import { simplify } from '../operations/output/simplify';

const EXPRESSION = '<a href="https://docs.n8n.io/code/expressions/">expression</a>';
const listed = eventTypes.filter(({ newIn }) => newIn !== undefined).map(({ value }) => value);
const logged = eventTypes.filter((event) => event.logged !== undefined).map(({ value }) => value);

const on = (events: readonly string[], property: INodeProperties): INodeProperties => ({
	...property,
	displayOptions: { show: { event: [...events] } },
});

function several(displayName: string, name: string, entity: string, description: string): INodeProperties {
	return {
		displayName: `${displayName} Names or IDs`,
		name,
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: loadedFrom(entity)?.loadOptionsMethod },
		default: [],
		description: `${description}. Choose from the list, or specify IDs using an ${EXPRESSION}.`,
	};
}

const customerType = customer.defaultFilters?.find(({ name }) => name === 'is_study');

export const triggerProperties: INodeProperties[] = [
	{
		displayName: 'Trigger On',
		name: 'event',
		type: 'options',
		options: sortByName(
			eventTypes.map(({ value, label, description }) => ({ name: label, value, description })),
		),
		default: 'customerCreated',
		description: 'What starts the workflow',
	},
	{
		displayName:
			'Reports what happens after the workflow is activated. When you change what it watches, it starts over from that moment.',
		name: 'beginNotice',
		type: 'notice',
		default: '',
	},
	several(
		'Branch',
		'branchIds',
		'branch',
		'Where it must happen. Left empty, all active branches of the account are watched',
	),
	...(customerType
		? [on(['customerCreated'], { ...toProperty(customerType), description: 'Whom to report' })]
		: []),
	on(['customerCreated'], {
		displayName: 'Include Archived',
		name: 'includeArchived',
		type: 'boolean',
		default: false,
		description: 'Whether to report customers that are archived before the trigger sees them',
	}),
	on(['customerCreated'], {
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		options: [
			several('Assigned Manager', 'assigned_id', 'user', 'Who looks after the customer'),
			several('Lead Source', 'lead_source_id', 'leadSource', 'Where the customer came from'),
			several('Lead Status', 'lead_status_id', 'leadStatus', 'Stage of the funnel'),
		],
	}),
	on(
		['leadMoved'],
		several('To Lead Status', 'stages', 'leadStatus', 'Stages to wait for. Left empty, each move counts'),
	),
	on(['recordChanged'], changeEntities),
	on(['recordChanged'], changeEvents),
	on(['customerUpdated', 'recordChanged'], changedFields),
	on(listed, simplify),
	on(logged, {
		displayName: 'Fetch Full Record',
		name: 'fetchRecord',
		type: 'boolean',
		default: true,
		description:
			'Whether to read the record as it is now and put it out as record, because the change only holds old and new values. Takes one more request for each record.',
	}),
	collection(
		'Options',
		'options',
		[
			{
				displayName: 'Max Records per Poll',
				name: 'maxPerPoll',
				type: 'number',
				typeOptions: { minValue: 1, numberPrecision: 0 },
				default: 500,
				description: 'How many records to report at once. The rest is reported with the next polls.',
			},
			{
				displayName: 'Start With Newest',
				name: 'startWith',
				type: 'number',
				typeOptions: { minValue: 0, numberPrecision: 0 },
				default: 0,
				description:
					'How many of the newest records that are there already to report when the trigger is made active for the first time; not when it is given another event or account, with which it reports what happens from then on',
			},
		],
		'Add Option',
	),
];

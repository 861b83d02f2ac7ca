import type { INodeProperties } from 'n8n-workflow';

import { classOptions } from './classes';
import { loadedFrom } from './fields';

export const webhookTriggerProperties: INodeProperties[] = [
	{
		displayName:
			"In AlfaCRM's settings (triggers / webhooks), the account owner pastes this node's Production URL, followed by ?secret= and the value of 'Secret'.",
		name: 'setUpNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Secret',
		name: 'secret',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		description:
			'Calls whose URL does not end with ?secret= and this text are refused. Letters and digits are safe in a URL. Left empty, whoever knows the URL can start the workflow.',
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		options: [
			{ name: 'Created', value: 'create' },
			{ name: 'Deleted', value: 'delete' },
			{ name: 'Updated', value: 'update' },
		],
		default: [],
		description: 'What must have happened. Left empty, all events start the workflow.',
	},
	{
		displayName: 'Entities',
		name: 'entities',
		type: 'multiOptions',
		options: classOptions(),
		default: [],
		description:
			'What it must have happened to. Left empty, all entities do; an expression can give names of classes that are not listed.',
	},
	{
		displayName: 'Branch Names or IDs',
		name: 'branches',
		type: 'multiOptions',
		typeOptions: loadedFrom('branch'),
		default: [],
		description:
			'Where it must have happened. Left empty, all branches count; the list needs a credential. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Changed Fields',
		name: 'changedFields',
		type: 'string',
		default: '',
		placeholder: 'e.g. lead_status_id, study_status_id',
		description:
			'Names of fields as AlfaCRM calls them, separated by commas. An update must have changed one of them; other events pass.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Fetch Full Record',
				name: 'fetchRecord',
				type: 'boolean',
				default: false,
				description:
					'Whether to read the record from AlfaCRM and put it out as record, because the event only holds what changed. Needs a credential.',
			},
			{
				displayName: 'Ignore Repeated Deliveries',
				name: 'ignoreRepeated',
				type: 'boolean',
				default: true,
				description:
					'Whether a delivery that equals one of the latest 1,000 does not start the workflow again',
			},
		],
	},
];

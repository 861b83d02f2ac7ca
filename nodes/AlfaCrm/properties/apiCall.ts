import type { INodeProperties } from 'n8n-workflow';

/** Value of `resource` for calls that no entity covers. */
export const API_CALL = 'apiCall';

const displayOptions = { show: { resource: [API_CALL] } };
const allPages = { show: { resource: [API_CALL], allPages: [true] } };

/** Any call of the API, with the login, the pace and the messages of the others. */
export const apiCallProperties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions,
		options: [
			{
				name: 'Send',
				value: 'send',
				action: 'Send an API call',
				description: 'Call anything that the other resources do not offer',
			},
		],
		default: 'send',
	},
	{
		displayName: 'Branch ID',
		name: 'callBranch',
		type: 'string',
		default: '',
		placeholder: 'e.g. 1',
		description: 'Left empty, the call goes without a branch, as for global entities',
		displayOptions,
	},
	{
		displayName: 'Entity',
		name: 'callPath',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. lead-status',
		description: 'As in the URL of the API',
		displayOptions,
	},
	{
		displayName: 'Action',
		name: 'callAction',
		type: 'string',
		required: true,
		default: 'index',
		placeholder: 'e.g. index',
		description: 'Last part of the URL of the API',
		displayOptions,
	},
	{
		displayName: 'Query',
		name: 'callQuery',
		type: 'json',
		default: '{}',
		description: 'Parameters in the URL, such as the ID of what is updated',
		displayOptions,
	},
	{
		displayName: 'Body',
		name: 'callBody',
		type: 'json',
		default: '{}',
		description: 'Filters or fields, as AlfaCRM calls them',
		displayOptions,
	},
	{
		displayName: 'Page Through All',
		name: 'allPages',
		type: 'boolean',
		default: false,
		description: 'Whether to walk all pages and return one item for each record',
		displayOptions,
	},
	{
		displayName: 'The action must answer with pages, as index does. It is repeated if an answer is lost.',
		name: 'allPagesNotice',
		type: 'notice',
		default: '',
		displayOptions: allPages,
	},
];

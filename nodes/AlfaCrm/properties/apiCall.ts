import type { INodeProperties } from 'n8n-workflow';

import { API_CALL } from '../entities/registry';

const displayOptions = { show: { resource: [API_CALL] } };

export const callBranch: INodeProperties = {
	displayName: 'Branch ID',
	name: 'callBranch',
	type: 'string',
	default: '',
	placeholder: 'e.g. 1',
	description: 'Left empty, the call goes without a branch, as for global entities',
	displayOptions,
};

export const callPath: INodeProperties = {
	displayName: 'Entity',
	name: 'callPath',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. lead-status',
	description: 'As in the URL of the API',
	displayOptions,
};

export const callAction: INodeProperties = {
	displayName: 'Action',
	name: 'callAction',
	type: 'string',
	required: true,
	default: 'index',
	placeholder: 'e.g. index',
	description: 'Last part of the URL of the API',
	displayOptions,
};

export const callQuery: INodeProperties = {
	displayName: 'Query',
	name: 'callQuery',
	type: 'json',
	default: '{}',
	description: 'Parameters in the URL, such as the ID of what is updated',
	displayOptions,
};

export const callBody: INodeProperties = {
	displayName: 'Body',
	name: 'callBody',
	type: 'json',
	default: '{}',
	description: 'Filters or fields, as AlfaCRM calls them',
	displayOptions,
};

export const allPages: INodeProperties = {
	displayName: 'Page Through All',
	name: 'allPages',
	type: 'boolean',
	default: false,
	description:
		'Whether to walk all pages and return one item for each record. Only for actions that list: index, customer, working-hour and teacher-rate.',
	displayOptions,
};

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
	callBranch,
	callPath,
	callAction,
	callQuery,
	callBody,
	allPages,
];

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { showWhen } from '../form/assemble';
import { readId } from '../values/formats';
import { recordKey } from '../run/keys';
import type { OtherResource } from '../run/operation';
import type { Item, ItemRequest } from '../run/item';
import { asRows, readList } from '../run/readList';

/** Value of `resource` for calls that no entity covers. */
export const API_CALL = 'apiCall';

const callBranch: INodeProperties = {
	displayName: 'Branch ID',
	name: 'callBranch',
	type: 'string',
	default: '',
	placeholder: 'e.g. 1',
	description: 'Left empty, the call goes without a branch',
};

const callPath: INodeProperties = {
	displayName: 'Entity',
	name: 'callPath',
	type: 'string',
	required: true,
	default: '',
	placeholder: 'e.g. lead-status',
	description: 'As in the URL of the API',
};

const callAction: INodeProperties = {
	displayName: 'Action',
	name: 'callAction',
	type: 'string',
	required: true,
	default: 'index',
	placeholder: 'e.g. index',
	description: 'Last part of the URL of the API',
};

const callQuery: INodeProperties = {
	displayName: 'Query',
	name: 'callQuery',
	type: 'json',
	default: '{}',
	description: 'Such as the ID of what is updated',
};

const callBody: INodeProperties = {
	displayName: 'Body',
	name: 'callBody',
	type: 'json',
	default: '{}',
	description: 'Filters or fields, as AlfaCRM calls them',
};

const allPages: INodeProperties = {
	displayName: 'Page Through All',
	name: 'allPages',
	type: 'boolean',
	default: false,
	description: 'Whether to return the rows of all pages of a list',
};

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Send',
			value: 'send',
			action: 'Send API call',
		},
	],
	default: 'send',
};

/** Actions that only list; walking the pages of any other might do it again for each page. API notes 3, 5.7, 5.15. */
const LISTS = new Set(['index', 'customer', 'working-hour', 'teacher-rate']);

async function sendCall(item: Item): Promise<IDataObject[]> {
	const path = readPart(item, callPath);
	const action = readPart(item, callAction);
	const call = {
		path,
		action,
		// An expression that finds nothing is not left empty.
		branch: item.input(callBranch) === '' ? undefined : item.id(callBranch),
		query: item.object(callQuery),
		body: item.object(callBody),
		task: `call ${path}/${action}`,
	};
	const isIdempotent = LISTS.has(action);
	if (!item.flag(allPages)) {
		const answer = isIdempotent ? await item.fetch(call) : await sendLocked(item, call);
		return asRows(item, call, answer, isIdempotent);
	}
	if (!isIdempotent) {
		throw item.error(
			`'Page Through All' is for actions that list, and "${action}" is not known to be one`,
			`It takes ${[...LISTS].join(', ')}.`,
		);
	}
	// It goes out as it was written.
	return await readList(item, 'rows', { ...call, pageSize: undefined });
}

/** Any call of the API, with the login, the rate limit and the messages of the others. */
export const apiCall: OtherResource = {
	label: 'API Call',
	operation: showWhen(operation, { resource: [API_CALL] }),
	form: [callBranch, callPath, callAction, callQuery, callBody, allPages].map((parameter) =>
		showWhen(parameter, { resource: [API_CALL] }),
	),
	execute: async (item) => (await sendCall(item)).map((json) => ({ json })),
	outputs: {},
	oneByOne: true,
};

/** It may change the record whose ID it names, so it takes turns with whoever else changes that. */
async function sendLocked(item: Item, call: ItemRequest): Promise<IDataObject | IDataObject[]> {
	const id = readId(call.query?.id);
	const keys = id === undefined ? [] : [recordKey(call, id)];
	return await item.withLock(keys, async () => await item.call(call, keys));
}

function readPart(item: Item, parameter: INodeProperties): string {
	const input = item.input(parameter);
	const text = item.text(parameter);
	if (typeof input === 'string' && /^[a-z][a-z0-9-]*$/.test(text)) return text;
	throw item.error(
		`'${parameter.displayName}' is not a part of an API address: "${text}"`,
		'It has small letters and hyphens only, e.g. lead-status.',
	);
}

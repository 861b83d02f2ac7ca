import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { showWhen } from '../form/assemble';
import type { Item } from '../run/item';
import type { ItemRequest } from '../run/itemCalls';
import { recordKey } from '../run/keys';
import type { NonEntityResource } from '../run/operation';
import { toRows, readList } from '../run/readList';
import { readId } from '../values/formats';

/** The value of 'Resource' for calls that no entity covers. Stored in workflows. */
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

const parameters = [callBranch, callPath, callAction, callQuery, callBody, allPages];

/**
 * The resource *API Call*: sends a call that the user composes. It logs in, keeps the rate limit
 * and words its errors like the calls of the other operations.
 */
export const apiCall: NonEntityResource = {
	label: 'API Call',
	operation: showWhen(operation, { resource: [API_CALL] }),
	form: parameters.map((parameter) => showWhen(parameter, { resource: [API_CALL] })),
	async execute(item) {
		const rows = await performCall(item);
		return rows.map((json) => ({ json }));
	},
	outputs: {},
	// Nobody knows what a call changes, so an item waits until the call of the item before has ended.
	oneByOne: true,
};

/**
 * AlfaCRM's actions that list rows and change nothing. 'Page Through All' sends a call once for
 * each page, so it must not be used for any other action.
 *
 * The sources are API notes 3 (`index`), 5.7 (`customer`) and 5.15 (the others).
 */
const LIST_ACTIONS: ReadonlySet<string> = new Set([
	'index',
	'customer',
	'working-hour',
	'teacher-rate',
]);

/** Sends the call of the form, and returns the rows of the answer. */
async function performCall(item: Item): Promise<IDataObject[]> {
	const call = readCall(item);
	const changesNothing = LIST_ACTIONS.has(call.action);
	if (item.flag(allPages)) {
		if (!changesNothing) throw notAListError(item, call);
		return await readAllPages(item, call);
	}

	const answer = changesNothing ? await item.fetch(call) : await sendLocked(item, call);
	// If the answer has no rows, the error says whether the call may have changed something.
	return toRows(item, call, answer, { onlyReads: changesNothing });
}

/** Reads the call that the user has composed in the form. */
function readCall(item: Item): ItemRequest {
	const path = readAddressPart(item, callPath);
	const action = readAddressPart(item, callAction);
	// Only an empty text means that the call goes without a branch. An expression that finds nothing
	// gives another empty value, such as undefined, and `item.id` refuses it.
	const hasBranch = item.input(callBranch) !== '';
	const branch = hasBranch ? item.id(callBranch) : undefined;

	return {
		path,
		action,
		branch,
		query: item.object(callQuery),
		body: item.object(callBody),
		task: `call ${path}/${action}`,
	};
}

/**
 * Reads a part of the URL of the call, such as `lead-status`.
 *
 * @throws NodeOperationError if it is not a text of small letters, digits and hyphens
 */
function readAddressPart(item: Item, parameter: INodeProperties): string {
	const input = item.input(parameter);
	// `item.text` turns true into "true", which would look like a part of a URL.
	const text = item.text(parameter);
	const isAddressPart = /^[a-z][a-z0-9-]*$/.test(text);
	if (typeof input === 'string' && isAddressPart) return text;

	throw item.error(
		`'${parameter.displayName}' is not a part of an API address: "${text}"`,
		'It has small letters and hyphens only, e.g. lead-status.',
	);
}

/** Makes the error for 'Page Through All' with an action that may change something. */
function notAListError(item: Item, { action }: ItemRequest): Error {
	return item.error(
		`'Page Through All' is for actions that list, and "${action}" is not known to be one`,
		`It takes ${[...LIST_ACTIONS].join(', ')}.`,
	);
}

/** Reads the rows of all pages of a list. */
async function readAllPages(item: Item, call: ItemRequest): Promise<IDataObject[]> {
	// Messages speak of rows, because the entity may not be known.
	const plural = 'rows';
	// No page size is added, because AlfaCRM gets the body as the user has written it.
	return await readList(item, plural, { ...call, pageSize: undefined });
}

/**
 * Sends a call that may write. If the query has an ID, the call may change the record with that ID.
 * Then it waits for other changes of this record in this process, and marks what was read of the
 * record as outdated.
 */
async function sendLocked(item: Item, call: ItemRequest): Promise<IDataObject | IDataObject[]> {
	const id = readId(call.query?.id);
	const changedRecords = id === undefined ? [] : [recordKey(call, id)];
	return await item.withLock(
		changedRecords,
		async () => await item.sendApiCall(call, changedRecords),
	);
}

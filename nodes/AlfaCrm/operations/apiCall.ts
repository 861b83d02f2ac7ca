import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { showWhen } from '../form/assemble';
import type { Item } from '../run/item';
import type { ItemRequest } from '../run/itemCalls';
import { recordKey } from '../run/keys';
import type { NonEntityResource } from '../run/operation';
import { toRows, readList } from '../run/readList';
import { readId } from '../values/formats';

/**
 * The value of 'Resource' for calls that the user composes. Workflows have stored this value, so it
 * must not change.
 */
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
 * The resource *API Call*: sends a call that the user composes, for entities and actions of AlfaCRM
 * that the node has no operation for. The call has a path such as `lead-status` (the parameter
 * 'Entity'), an action such as `index`, and optionally a branch, a query and a body. The login, the
 * rate limit and the error texts are those of all other operations.
 */
export const apiCall: NonEntityResource = {
	label: 'API Call',
	operation: showWhen(operation, { resource: [API_CALL] }),
	form: parameters.map((parameter) => showWhen(parameter, { resource: [API_CALL] })),
	async execute(item) {
		const rows = await performCall(item);
		return rows.map((json) => ({ json }));
	},
	// The fields of the output depend on the call, so no output is described.
	outputs: {},
	// It is not known what a call changes, so each item waits for the call of the item before it.
	oneByOne: true,
};

/**
 * AlfaCRM's actions that list rows and change nothing. 'Page Through All' is only for these
 * actions, because it sends the call once for each page. The sections are those of
 * docs/alfacrm-api.md.
 */
const LIST_ACTIONS: ReadonlySet<string> = new Set([
	// The records of an entity: section 3.
	'index',
	// The memberships of a customer, in `cgi/customer`: section 5.7.
	'customer',
	// The working hours and the rates of teachers: section 5.15.
	'working-hour',
	'teacher-rate',
]);

/** Sends the call of the form, and returns the rows of the answer. */
async function performCall(item: Item): Promise<IDataObject[]> {
	const call = readCall(item);
	const onlyReads = LIST_ACTIONS.has(call.action);
	if (item.flag(allPages)) {
		if (!onlyReads) throw notAListError(item, call);
		return await readAllPages(item, call);
	}

	const answer = onlyReads ? await item.fetch(call) : await sendLocked(item, call);
	// `toRows` throws if the answer has no rows. Its error then says whether something may have been
	// changed.
	return toRows(item, call, answer, { onlyReads });
}

/** Reads the call that the user has composed in the form. */
function readCall(item: Item): ItemRequest {
	const path = readAddressPart(item, callPath);
	const action = readAddressPart(item, callAction);
	// If 'Branch ID' is an empty text, the call is sent without a branch. An expression that finds
	// nothing gives undefined, not an empty text: `item.id` throws then.
	const hasBranch = item.readRawValue(callBranch) !== '';
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
 * @throws NodeOperationError if the part is not a text of lower-case letters, digits and hyphens
 */
function readAddressPart(item: Item, parameter: INodeProperties): string {
	const text = item.text(parameter);
	const isAddressPart = /^[a-z][a-z0-9-]*$/.test(text);
	// `item.text` also turns values of other types into a text: `true` would become the part "true".
	const isGivenAsText = typeof item.readRawValue(parameter) === 'string';
	if (isGivenAsText && isAddressPart) return text;

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
	// Messages call the records "rows", because the node may not know the entity.
	const plural = 'rows';
	// Without a page size, nothing is added to the body that the user has written.
	return await readList(item, plural, { ...call, pageSize: undefined });
}

/**
 * Sends a call that may write. If the query has an ID, assumes that the call changes the record
 * with that ID: waits until no other item of this process is changing the record, and afterwards
 * forgets earlier readings of the record.
 */
async function sendLocked(item: Item, call: ItemRequest): Promise<IDataObject | IDataObject[]> {
	const id = readId(call.query?.id);
	const changedRecords = id === undefined ? [] : [recordKey(call, id)];
	return await item.withLock(
		changedRecords,
		async () => await item.sendApiCall(call, changedRecords),
	);
}

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { readId } from '../../api/formats';
import { allPages, callAction, callBody, callBranch, callPath, callQuery } from '../../properties/apiCall';
import type { Item, ItemRequest } from '../item';
import { recordKey } from '../context';
import { asRows, warnOfMissing } from '../records/collect';

/** Actions that only list; walking the pages of any other might do it again for each page. API notes 3, 5.7, 5.15. */
const LISTS = new Set(['index', 'customer', 'working-hour', 'teacher-rate']);

/** Sends any call, for what the other resources do not offer. */
export async function sendCall(item: Item): Promise<IDataObject[]> {
	const path = partOf(item, callPath);
	const action = partOf(item, callAction);
	const call = {
		path,
		action,
		branch: branchOf(item),
		query: item.object(callQuery),
		body: item.object(callBody),
		task: `call ${path}/${action}`,
	};
	if (!item.flag(allPages)) {
		const reads = LISTS.has(action);
		const answer = reads ? await item.request(call) : await inTurn(item, call);
		return asRows(item, call, answer, reads);
	}
	if (!LISTS.has(action)) {
		throw item.refused(
			`'Page Through All' is for actions that list, and "${action}" is not known to be one`,
			`It takes ${[...LISTS].join(', ')}. Nothing was sent to AlfaCRM.`,
		);
	}
	// It goes out as it was written.
	const collected = await item.collect({ ...call, pageSize: undefined });
	warnOfMissing(item, 'rows', collected);
	return collected.rows;
}

/** It may change the record whose ID it names, so it takes turns with whoever else changes that. */
async function inTurn(item: Item, call: ItemRequest): Promise<IDataObject | IDataObject[]> {
	const id = readId(call.query?.id);
	const keys = id === undefined ? [] : [recordKey(call, id)];
	const answer = await item.withLock(keys, async () => await item.send(call, keys));
	item.hasCalled = true;
	return answer;
}

function partOf(item: Item, parameter: INodeProperties): string {
	const given = item.given(parameter);
	const text = item.text(parameter);
	if (typeof given === 'string' && /^[a-z][a-z0-9-]*$/.test(text)) return text;
	throw item.refused(
		`'${parameter.displayName}' is not a part of an API address: "${text}"`,
		'It has small letters and hyphens only, e.g. lead-status. Nothing was sent to AlfaCRM.',
	);
}

/** Left empty in the form, the call goes without a branch; an expression that finds nothing is no such choice. */
function branchOf(item: Item): number | undefined {
	return item.given(callBranch) === '' ? undefined : item.id(callBranch);
}

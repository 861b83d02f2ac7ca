import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { readId } from '../api/formats';
import { allRows, request } from './legacyClient';
import { objectIn } from './fields/given';

/** Sends any call, for what the other resources do not offer. */
export async function sendCall(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const path = part(context, 'callPath', 'Entity', itemIndex);
	const action = part(context, 'callAction', 'Action', itemIndex);
	const call = {
		path,
		action,
		branch: branchOf(context, itemIndex),
		query: objectIn(context, 'callQuery', itemIndex),
		body: objectIn(context, 'callBody', itemIndex),
		task: `call ${path}/${action}`,
		itemIndex,
	};
	if (context.getNodeParameter('allPages', itemIndex, false) === true) return await allRows(context, call);
	return [await request(context, { ...call, isIdempotent: action === 'index' })].flat();
}

function part(context: IExecuteFunctions, parameter: string, label: string, itemIndex: number): string {
	const text = String(context.getNodeParameter(parameter, itemIndex, '')).trim();
	if (/^[a-z][a-z0-9-]*$/.test(text)) return text;
	throw new NodeOperationError(context.getNode(), `'${label}' is not a part of an API address: "${text}"`, {
		description: 'It has small letters and hyphens only, e.g. lead-status. Nothing was sent to AlfaCRM.',
		itemIndex,
	});
}

function branchOf(context: IExecuteFunctions, itemIndex: number): number | undefined {
	const given = context.getNodeParameter('callBranch', itemIndex, '');
	if (given === '' || given === undefined || given === null) return undefined;
	const branch = readId(given);
	if (branch !== undefined) return branch;
	throw new NodeOperationError(context.getNode(), `'Branch ID' is not a number: "${String(given)}"`, {
		itemIndex,
	});
}

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { nodeError } from '../api/errors';
import { readId } from '../api/formats';
import type { ApiRequest } from '../api/client';
import { request } from './legacyClient';

/**
 * Sends a call that writes and makes sure that AlfaCRM says it did.
 *
 * @returns the record as AlfaCRM holds it now
 */
export async function save(
	context: IExecuteFunctions,
	call: Omit<ApiRequest, 'isIdempotent'>,
): Promise<IDataObject> {
	const answer = await request(context, { ...call, isIdempotent: false });
	const { success, model } = answer as { success?: unknown; model?: IDataObject };
	const created = call.action !== 'create' || readId(model?.id) !== undefined;
	if (success === true && created) return model ?? {};
	throw nodeError(
		context.getNode(),
		{
			message: `AlfaCRM answered but did not confirm that it could ${call.task}`,
			description: 'Look in AlfaCRM whether it was saved before you run this again.',
		},
		call.itemIndex,
	);
}

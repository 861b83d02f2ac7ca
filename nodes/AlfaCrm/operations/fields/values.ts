import type { IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { asNodeError } from '../../api/errors';
import { readField } from '../../fields/field';
import type { Shown, Wire } from '../../fields/types';
import { UnreadableValue } from '../../fields/unreadable';

/**
 * Turns a parameter into what AlfaCRM takes on the wire.
 *
 * @throws NodeOperationError that names the field, before anything is sent
 */
export function toWire(
	context: Pick<IExecuteFunctions, 'getNode' | 'getTimezone'>,
	itemIndex: number | undefined,
	field: Shown,
	value: unknown,
): Wire {
	try {
		return readField(field, value, context.getTimezone());
	} catch (error) {
		if (!(error instanceof UnreadableValue)) throw asNodeError(context.getNode(), error, itemIndex);
		throw new NodeOperationError(context.getNode(), error.message, {
			description: `${error.description} Nothing was sent to AlfaCRM.`,
			itemIndex,
		});
	}
}

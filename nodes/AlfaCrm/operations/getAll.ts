import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { pages } from '../api/pages';
import type { Entity } from '../entities/types';
import { bodyForIndex, targetOf } from './parameters';
import type { Operation } from './types';

export const getAll: Operation = async (context, entity, itemIndex) => {
	const target = targetOf(context, entity, itemIndex);
	const body = bodyForIndex(context, entity, itemIndex);
	const returnAll = context.getNodeParameter('returnAll', itemIndex, false) as boolean;
	const limit = returnAll ? Infinity : (context.getNodeParameter('limit', itemIndex, 50) as number);

	const found: IDataObject[] = [];
	const task = `list the ${entity.plural.toLowerCase()}`;
	for await (const { rows, total, complete } of pages(context, { ...target, body, task })) {
		found.push(...rows);
		if (found.length >= limit) return found.slice(0, limit);
		if (!complete) warnOfMissing(context, entity, found.length, total);
	}
	return found;
};

function warnOfMissing(context: IExecuteFunctions, { plural }: Entity, found: number, total = 0) {
	context.addExecutionHints({
		type: 'warning',
		location: 'outputPane',
		message: `The list changed while it was read: AlfaCRM spoke of ${total} ${plural.toLowerCase()}, ${found} came. Run it again to be sure to have them all.`,
	});
}

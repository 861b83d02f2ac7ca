import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { pages } from './legacyClient';
import type { ApiRequest } from '../api/client';
import type { Entity } from '../entities/types';

/** What a list asks for; `passes` are bodies to ask with one after the other. */
export type List = Omit<ApiRequest, 'isIdempotent' | 'action'> & {
	action?: string;
	itemIndex: number;
	passes?: readonly IDataObject[];
	/** Rows that the server should have left out are dropped. */
	keep?: (row: IDataObject) => boolean;
};

/** Walks the pages until 'Limit' rows are there, or to the end with 'Return All'; each ID comes once. */
export async function collectPages(
	context: IExecuteFunctions,
	{ plural }: Entity,
	list: List,
): Promise<IDataObject[]> {
	const { passes = [{}], keep = () => true, ...call } = list;
	const returnAll = context.getNodeParameter('returnAll', list.itemIndex, false) as boolean;
	const limit = returnAll ? Infinity : (context.getNodeParameter('limit', list.itemIndex, 50) as number);

	const found = new Map<unknown, IDataObject>();
	for (const pass of passes) {
		let read = 0;
		for await (const { rows, total, complete } of pages(context, {
			...call,
			body: { ...call.body, ...pass },
		})) {
			read += rows.length;
			for (const row of rows.filter(keep)) found.set(row.id ?? {}, row);
			if (found.size >= limit) return [...found.values()].slice(0, limit);
			if (!complete) warnOfMissing(context, plural, read, total);
		}
	}
	return [...found.values()];
}

function warnOfMissing(context: IExecuteFunctions, plural: string, found: number, total = 0) {
	context.addExecutionHints({
		type: 'warning',
		location: 'outputPane',
		message: `The list changed while it was read: AlfaCRM spoke of ${total} ${plural.toLowerCase()}, ${found} came. Run it again to be sure to have them all.`,
	});
}

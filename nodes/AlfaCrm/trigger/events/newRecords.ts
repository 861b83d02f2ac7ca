import type { IDataObject } from 'n8n-workflow';

import { entityOf } from '../../entities/registry';
import type { NameSource } from '../../operations/output/names';
import { readingForm, readingOutput } from '../../operations/output/readings';
import type { TriggerParameters } from '../parameters';
import type { EventSource, NewRecord } from '../eventSource';
import { NewRecords } from '../newRecords';
import type { EventKind } from './kind';

/**
 * Tells new records by the list of an entity.
 *
 * @param body what the list is asked for
 */
export function newRecordsOf(
	resource: string,
	body: IDataObject = {},
	wants: (row: IDataObject) => boolean = () => true,
): EventSource {
	const { path, plural } = entityOf(resource);
	const list = { path, task: `look for new ${plural.toLowerCase()}` };
	return new NewRecords(list, body, wants);
}

export async function shownRows(
	parameters: TriggerParameters,
	resource: string,
	news: readonly NewRecord[],
	names: NameSource,
): Promise<IDataObject[]> {
	const show = readingOutput(parameters, entityOf(resource));
	const rows = news.map(({ row, branches: [branch] }) => ({ row, branch }));
	return await show(rows, names);
}

export const newRecords: EventKind<'newRecords'> = {
	form: ({ resource }) => ({ output: readingForm(entityOf(resource)) }),
	source: (_parameters, { resource }) => ({ source: newRecordsOf(resource), filters: {} }),
	items: async (parameters, { resource }, { news, names }) =>
		await shownRows(parameters, resource, news, names),
};

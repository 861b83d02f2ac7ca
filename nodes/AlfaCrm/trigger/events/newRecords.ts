import type { IDataObject } from 'n8n-workflow';

import { entityOf } from '../../entities/registry';
import type { NameSource } from '../../operations/output/names';
import { readingForm, readingOutput } from '../../operations/output/readings';
import type { TriggerParameters } from '../parameters';
import type { News } from '../poll/look';
import { RecordsWatch } from '../watch/recordsWatch';
import type { Watch } from '../watch/watch';
import type { EventKind } from './kind';

/**
 * Watches the list of an entity.
 *
 * @param body what the list is asked for
 */
export function watchList(
	resource: string,
	body: IDataObject = {},
	wants: (row: IDataObject) => boolean = () => true,
): Watch {
	const { path, plural, hidden } = entityOf(resource);
	const list = { path, task: `look for new ${plural.toLowerCase()}` };
	return new RecordsWatch(list, body, { ...hidden?.show }, wants);
}

export async function shownRows(
	parameters: TriggerParameters,
	resource: string,
	news: readonly News[],
	names: NameSource,
): Promise<IDataObject[]> {
	const show = readingOutput(parameters, entityOf(resource));
	const rows = news.map(({ row, branches: [branch] }) => ({ row, branch }));
	return await show(rows, names);
}

export const newRecords: EventKind<'newRecords'> = {
	form: ({ resource }) => ({ output: readingForm(entityOf(resource)) }),
	watching: (_parameters, { resource }) => ({ watch: watchList(resource), filters: {} }),
	items: async (parameters, { resource }, { news, names }) =>
		await shownRows(parameters, resource, news, names),
};

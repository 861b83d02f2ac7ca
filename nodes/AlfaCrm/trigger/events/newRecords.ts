import type { IDataObject } from 'n8n-workflow';

import { entityOf } from '../../entities/registry';
import { simplified, simplifyForm } from '../../operations/output/simplify';
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
	const { path, plural, includeHidden } = entityOf(resource);
	const list = { path, task: `look for new ${plural.toLowerCase()}` };
	return new RecordsWatch(list, body, { ...includeHidden }, wants);
}

export function shownRows(
	parameters: TriggerParameters,
	resource: string,
	news: readonly News[],
): IDataObject[] {
	const show = simplified(parameters, entityOf(resource));
	return news.map(({ row }) => show(row));
}

export const newRecords: EventKind<'newRecords'> = {
	form: ({ resource }) => ({ output: simplifyForm(entityOf(resource)) }),
	watching: (_parameters, { resource }) => ({ watch: watchList(resource), filters: {} }),
	items: async (parameters, { resource }, news) => shownRows(parameters, resource, news),
};

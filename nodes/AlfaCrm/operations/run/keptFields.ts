import type { IDataObject } from 'n8n-workflow';

import { isCustom } from '../../fields/custom';
import { ignoredDays } from './alternatives';
import type { ItemRequest } from './itemRequest';
import type { Run } from './run';

/** The item that saves. */
interface Saver {
	run: Run;
	zone: string;
	failed: (message: string, description: string) => Error;
}

/**
 * AlfaCRM silently ignores a name that it does not know.
 *
 * @param model the record in its answer
 * @throws NodeApiError where a day that was sent is not in it
 */
export function assertKept(item: Saver, call: ItemRequest, model: IDataObject): void {
	const inUse = item.run.alternativesInUse(call.path);
	const lost = ignoredDays(call, inUse, model, item.zone);
	if (lost.length === 0) return;
	for (const name of lost) inUse.delete(name);
	item.run.forget(call);
	const labels = lost.map((name) => `'${call.labels?.[name] ?? name}'`).join(' and ');
	throw item.failed(
		`AlfaCRM did not keep ${labels} when asked to ${call.task}`,
		'Look in AlfaCRM what was saved, and set it there.',
	);
}

/** AlfaCRM silently ignores a custom field that it does not have; the record in its answer shows that. */
export function warnOfLostFields(item: Saver, { body: sent = {} }: ItemRequest, model: IDataObject): void {
	const isRecord = Object.keys(model).some((name) => name !== 'id' && !(name in sent));
	const lost = Object.keys(sent).filter((name) => isCustom(name) && !(name in model));
	if (!isRecord) return;
	for (const name of lost) {
		item.run.hints.add(
			'AlfaCRM shows no such custom field in the record that it saved, so its value was not kept. Check the name',
			name,
		);
	}
}

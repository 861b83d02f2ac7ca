import type { IDataObject } from 'n8n-workflow';

import { isCustom } from '../../fields/custom';
import type { Hints } from './hints';
import type { ItemRequest } from './itemRequest';

/** AlfaCRM silently ignores a custom field that it does not have; the record in its answer shows that. */
export function warnIgnoredFields(hints: Hints, { body: sent = {} }: ItemRequest, model: IDataObject): void {
	const isRecord = Object.keys(model).some((name) => name !== 'id' && !(name in sent));
	const lost = Object.keys(sent).filter((name) => isCustom(name) && !(name in model));
	if (!isRecord) return;
	for (const name of lost) {
		hints.add(
			'AlfaCRM shows no such custom field in the record that it saved, so its value was not kept. Check the name',
			name,
		);
	}
}

import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
import { canonical } from '../../../fields/field';
import { findField } from '../../../run/matching/keys';

/**
 * Spells each value as AlfaCRM itself does, such as +7(900)555-00-01 for a phone, so that AlfaCRM's
 * lists find it.
 */
export function toAlfaCrmSpelling(entity: Entity, values: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(values).map(([name, value]) => [
			name,
			canonical(findField(entity, name), value),
		]),
	);
}

import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
import { canonicalize } from '../../../fields/field';
import { findField } from '../../../run/matching/readSearch';

/**
 * Spells each value as AlfaCRM does, such as +7(900)555-00-01 for a phone, so that AlfaCRM's search
 * finds it. Values whose spelling does not matter stay as they are.
 */
export function toAlfaCrmSpelling(entity: Entity, values: IDataObject): IDataObject {
	const spelledValues: IDataObject = {};
	for (const [name, value] of Object.entries(values)) {
		const field = findField(entity, name);
		spelledValues[name] = canonicalize(field, value);
	}
	return spelledValues;
}

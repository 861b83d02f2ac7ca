import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
import { canonicalize } from '../../../fields/field';
import { findField } from '../../../run/matching/readSearch';

/**
 * Spells each value as AlfaCRM does, so that AlfaCRM's search finds the value. The phone
 * 89005550001 becomes +7(900)555-00-01, for example. Most types of fields have no spelling of their
 * own: their values stay as they are.
 */
export function toAlfaCrmSpelling(entity: Entity, values: IDataObject): IDataObject {
	const spelledValues: IDataObject = {};
	for (const [name, value] of Object.entries(values)) {
		const field = findField(entity, name);
		spelledValues[name] = canonicalize(field, value);
	}
	return spelledValues;
}

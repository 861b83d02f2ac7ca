import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
import { canonical } from '../../../fields/field';
import { findField } from '../../../run/matching/keys';

/** Writes each value as AlfaCRM itself writes it, so that its own lists find it. */
export function toWrittenForm(entity: Entity, values: IDataObject): IDataObject {
	return Object.fromEntries(
		Object.entries(values).map(([name, value]) => [name, canonical(findField(entity, name), value)]),
	);
}

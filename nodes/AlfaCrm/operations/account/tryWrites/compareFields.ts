import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
import { labelInForm } from '../../../fields/field';
import { pickChangedValues } from '../../../run/saveChanges';
import type { TrialOperations } from './trialOperations';

/** Says which of the sent fields of a record AlfaCRM shows with another value, or not at all. */
export function compareFields(
	operations: TrialOperations,
	entity: Entity,
	{ sent, record }: { sent: IDataObject; record: IDataObject | undefined },
): string[] {
	if (record === undefined) return ['It is not shown'];

	// The item gives the time zone in which days are compared. Its form does not matter.
	const anyItem = operations.makeItem();
	const differingNames = Object.keys(pickChangedValues(anyItem, entity, record, sent));
	return differingNames.map((name) => {
		const field = entity.fields.find((candidate) => candidate.name === name);
		const label = field ? labelInForm(field) : name;
		return record[name] === undefined
			? `'${label}' is not shown`
			: `'${label}' was sent as ${JSON.stringify(sent[name])} and reads back as ${JSON.stringify(record[name])}`;
	});
}

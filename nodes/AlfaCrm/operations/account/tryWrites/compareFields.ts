import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../../../entities/types';
import { labelInForm } from '../../../fields/field';
import { pickChangedValues } from '../../../run/saveChanges';
import type { TrialOperations } from './trialOperations';

/**
 * Compares the fields that a trial has sent for a record with the record as AlfaCRM shows it.
 *
 * @param record undefined if AlfaCRM does not show the record
 * @returns a sentence for each field that has another value or is not shown
 */
export function compareFields(
	operations: TrialOperations,
	entity: Entity,
	{ sent, record }: { sent: IDataObject; record: IDataObject | undefined },
): string[] {
	if (record === undefined) return ['It is not shown'];

	// `pickChangedValues` only takes the time zone from the item, so the item has an empty form.
	const emptyItem = operations.makeItem();
	const differingFields = pickChangedValues(emptyItem, entity, record, sent);
	return Object.keys(differingFields).map((name) => {
		const label = findLabel(entity, name);
		if (record[name] === undefined) return `'${label}' is not shown`;

		const sentText = JSON.stringify(sent[name]);
		const shownText = JSON.stringify(record[name]);
		return `'${label}' was sent as ${sentText} and reads back as ${shownText}`;
	});
}

/** Returns the label of a field in the form, or AlfaCRM's name of a field that no form has. */
function findLabel(entity: Entity, fieldName: string): string {
	const field = entity.fields.find(({ name }) => name === fieldName);
	return field === undefined ? fieldName : labelInForm(field);
}

/**
 * Turns records that were written into output items, and reports what became of each. The keys
 * `operationResult` and `changedFields` cannot clash with fields of AlfaCRM, whose names have no
 * capital letters.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { isCustom } from '../fields/custom';
import type { ParameterReader } from '../form/parameters';
import { LINK } from './link';
import type { ObjectSchema } from './recordSchema';
import { objectOf, shownFields, STRING } from './recordSchema';
import { makeSimplifier, simplifiedSchema } from './simplified';

/**
 * Turns a record that was written into an output item.
 *
 * @param sent what was sent, for the fields that AlfaCRM's answer leaves out
 */
export type RecordToOutput = (row: IDataObject, sent?: IDataObject) => IDataObject;

/**
 * Makes the function that turns written records into output items. For an entity with many fields,
 * an item has the useful fields and those that the user has given. For any other entity, an item is
 * the whole record of AlfaCRM's answer.
 *
 * @param givenFields the names of the fields that the user has given, as AlfaCRM calls them
 */
export function makeRecordToOutput(
	{ origin }: ParameterReader,
	entity: Entity,
	givenFields: readonly string[],
): RecordToOutput {
	if (entity.simplifiedFields === undefined) return (row) => row;

	const readableFields = shownFields(entity).map(({ name }) => name);
	const givenReadableFields = givenFields.filter(
		(name) => readableFields.includes(name) || isCustom(name),
	);
	const simplifiedFields = [...new Set([...entity.simplifiedFields, ...givenReadableFields])];
	const simplifyRow = makeSimplifier({ ...entity, simplifiedFields });
	return (row, sent) => {
		const record = { ...sent, ...row };
		const item = simplifyRow(record, origin);
		return leaveOutUnknownFields(item, record);
	};
}

/**
 * Leaves out the fields of an output item that the record does not have. AlfaCRM's answer to a
 * write may show only some fields; the others may have values, so null would be wrong. API notes 4.
 */
function leaveOutUnknownFields(item: IDataObject, record: IDataObject): IDataObject {
	const entries = Object.entries(item);
	const knownEntries = entries.filter(([name]) => name === LINK || record[name] !== undefined);
	return Object.fromEntries(knownEntries);
}

/**
 * The result of an operation for a record. It is `unchanged` if there was nothing to save, and
 * `skipped` if the user's settings say to leave it as it is.
 */
type OperationResult = 'created' | 'updated' | 'unchanged' | 'skipped' | 'deleted';

/** Makes an output item of a record, with what became of it and which fields have changed. */
export function makeReportItem(
	toOutput: RecordToOutput,
	row: IDataObject,
	operationResult: OperationResult,
	changedFields: string[],
): IDataObject {
	return { ...withResult(toOutput(row), operationResult), changedFields };
}

/** Describes the output of `makeReportItem`. */
export function reportSchema(entity: Entity): ObjectSchema {
	const { properties } = withResultSchema(simplifiedSchema(entity));
	return objectOf({ ...properties, changedFields: { type: 'array', items: STRING } });
}

/**
 * Adds `operationResult` to a record, where users see it at once: directly after the ID or, without
 * an ID, after the first field.
 */
export function withResult(row: IDataObject, operationResult: OperationResult): IDataObject {
	const { id, ...otherFields } = row;
	const orderedRow = id === undefined ? row : { id, ...otherFields };
	const entries = Object.entries(orderedRow);
	const output = Object.fromEntries([
		...entries.slice(0, 1),
		['operationResult', operationResult],
		...entries.slice(1),
	]);
	// The row may come from an earlier step and have an old `operationResult`, which is replaced.
	return { ...output, operationResult };
}

/** Adds `operationResult` to the schema of a record with an ID. */
export function withResultSchema({ properties }: ObjectSchema): ObjectSchema {
	const { id, ...otherProperties } = properties;
	return objectOf({ id, operationResult: STRING, ...otherProperties });
}

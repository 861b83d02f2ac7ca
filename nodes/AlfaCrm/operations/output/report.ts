import type { IDataObject } from 'n8n-workflow';

import type { ObjectSchema } from './recordSchema';
import { objectOf, STRING } from './recordSchema';

type OperationResult = 'created' | 'updated' | 'unchanged' | 'skipped' | 'deleted';

/** The record and what became of it, under names that AlfaCRM, which writes them in small letters, does not use. */
export function report(
	show: (row: IDataObject) => IDataObject,
	row: IDataObject,
	operationResult: OperationResult,
	changedFields: string[],
): IDataObject {
	return { ...show(row), operationResult, changedFields };
}

export const reportSchema = ({ properties }: ObjectSchema): ObjectSchema =>
	objectOf({ ...properties, operationResult: STRING, changedFields: { type: 'array', items: STRING } });

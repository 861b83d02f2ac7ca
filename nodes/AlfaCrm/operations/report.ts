import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import { simplified } from './simplify';

export type OperationResult = 'created' | 'updated' | 'unchanged' | 'skipped' | 'deleted';

/** The record and what became of it, under names that AlfaCRM, which writes them in small letters, does not use. */
export function report(
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
	row: IDataObject,
	operationResult: OperationResult,
	changedFields: string[],
): IDataObject {
	const [shown] = simplified(context, entity, itemIndex, [row]);
	return { ...shown, operationResult, changedFields };
}

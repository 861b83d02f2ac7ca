import { findById } from './find';
import { recordNumber, targetOf } from './parameters';
import type { Operation } from './types';

export const get: Operation = async (context, entity, itemIndex) => {
	const target = targetOf(context, entity, itemIndex);
	const id = recordNumber(context, 'id', `${entity.label} ID`, itemIndex);
	return [await findById(context, entity, id, target)];
};

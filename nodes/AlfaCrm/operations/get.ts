import { findById } from './findById';
import { simplified } from './simplify';
import { idOf, targetOf } from './target';
import type { Operation } from './types';

export const get: Operation = async (context, entity, itemIndex) => {
	const target = targetOf(context, entity, itemIndex, 'get');
	const record = await findById(context, entity, idOf(context, entity, itemIndex), target);
	return simplified(context, entity, itemIndex, [record]);
};

import type { Operation } from '../operation';
import { simplified } from '../simplify';
import { idOf, targetOf } from '../target';
import { getRecord } from './lookUp';

export const get: Operation = async (item, entity) => {
	const target = targetOf(item, entity, 'get');
	const id = idOf(item, entity);
	const show = simplified(item, entity);
	return [show(await getRecord(item, entity, id, target))];
};

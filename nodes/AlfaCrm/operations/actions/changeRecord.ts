import { listMode } from '../../properties/shared';
import { isList } from '../../fields/field';
import { recordKey } from '../context';
import { reach } from '../matching/search';
import { saveChanges } from '../records/saveChanges';
import { simplified } from '../simplify';
import { idOf, targetOf } from '../target';
import type { ActionKind } from './kind';
import { valuesOf } from './values';

/** Brings one record into a state, and leaves it alone if it is in that state already. */
export const changeRecord: ActionKind<'change'> = async (item, entity, action, { only }) => {
	const target = targetOf(item, entity);
	const id = idOf(item, entity);
	const fields = action.body ?? [];
	const wire = { ...valuesOf(item, fields, target.branch), ...action.fixed };
	// A switch that is off leaves things as they are.
	for (const { name, onlyWhenTrue } of fields)
		if (onlyWhenTrue && Number(wire[name]) === 0) delete wire[name];
	const addToLists = fields.some(isList) && item.choice(listMode({ ...entity, fields }, 'add')) === 'add';
	const show = simplified(item, entity);
	return await item.withLock([recordKey(entity, id)], async () => {
		const match = await reach(item, entity, id, target);
		if (only && Number(match.row[only.field]) !== only.value) {
			throw item.refused(`${entity.label} ${id} ${only.otherwise}`, 'Nothing was changed.');
		}
		return [await saveChanges(item, entity, target, match, wire, addToLists, show)];
	});
};

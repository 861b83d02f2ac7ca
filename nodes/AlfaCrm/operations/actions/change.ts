import { recordKey } from '../execution/execution';
import { getRecordAnywhere } from '../records/findById';
import { listModeForm, readAddToLists } from '../records/diff';
import { saveChanges } from '../records/saveChanges';
import { reportSchema } from '../output/report';
import { simplified, simplifiedSchema, simplifyForm } from '../output/simplify';
import { idOf, targetOf } from '../records/target';
import { readBody } from './fields';
import { warnOfMove } from './funnel';
import type { ActionKind } from './kind';

/** Brings one record into a state, and leaves it alone if it is in that state already. */
export const change: ActionKind<'change'> = {
	form: (entity, { body = [] }) => ({
		listMode: listModeForm(body, 'add'),
		simplify: simplifyForm(entity),
	}),
	async execute(item, entity, { body = [], fixed, only }) {
		const target = targetOf(item, entity);
		const id = idOf(item, entity);
		const values = { ...readBody(item, body, target.branch), ...fixed };
		// A switch that is off leaves things as they are.
		for (const { name, type } of body) if (type === 'flag' && Number(values[name]) === 0) delete values[name];
		const addToLists = readAddToLists(item, body, 'add');
		const show = simplified(item, entity);
		return await item.withLock([recordKey(entity, id)], async () => {
			const match = await getRecordAnywhere(item, entity, id, target);
			if (only && Number(match.row[only.field]) !== only.value) {
				throw item.refused(`${entity.label} ${id} ${only.message}`, 'Nothing was changed.');
			}
			const result = await saveChanges({ item, entity, target, show }, match, { values, addToLists });
			const isMoved = (result.changedFields as string[]).includes('lead_status_id');
			if (isMoved) await warnOfMove(item, match, values.lead_status_id);
			return [result];
		});
	},
	output: (entity) => reportSchema(simplifiedSchema(entity)),
};

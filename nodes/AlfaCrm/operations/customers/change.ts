import type { IDataObject } from 'n8n-workflow';

import { readFlag } from '../../values/formats';
import { CUSTOMER_TYPE } from '../../entities/customer';
import { recordKey } from '../../run/execution';
import type { Item } from '../../run/item';
import { report, reportSchema, makeRecordOutput } from '../../output/readings';
import { bodyOf } from '../../run/body';
import { listModeForm, readAddToLists, saveChanges } from '../../run/saveChanges';
import { idOf, labelsOf, targetOf } from '../../run/target';
import { optionsForm, readFields } from '../../run/actionFields';
import type { ActionKind } from '../../run/operation';
import { getRecord } from '../../run/records';
import type { LocatedRecord } from '../../store/located';

/** What a change does besides. */
interface Extra {
	/** @throws NodeOperationError for a record that is not to be changed */
	check?: (item: Item, match: LocatedRecord) => void;
	/** The values that are sent of those that were given. */
	values?: (given: IDataObject) => IDataObject;
	/** Reads in the options when a record is left as it is; what that gives says why, and is asked under the record's lock. */
	skips?: (item: Item, given: IDataObject) => (match: LocatedRecord) => Promise<string | undefined>;
}

export const changing = ({ check, values = (given) => given, skips }: Extra = {}): ActionKind<
	'change' | 'moveToStage' | 'rejectLead'
> => ({
	form: (_entity, { fields = [], options = [] }) => ({
		listMode: listModeForm(fields, 'add'),
		options: optionsForm(options),
	}),
	async execute(item, entity, { fields = [], fixed }) {
		const own = targetOf(item, entity);
		const target = { ...own, labels: { ...own.labels, ...labelsOf(fields) } };
		const id = idOf(item, entity);
		const given = values(bodyOf(item, fields, readFields(item, fields), target.branch));
		const skipped = skips?.(item, given);
		const addToLists = readAddToLists(item, fields, 'add');
		const show = makeRecordOutput(item, entity, Object.keys({ ...given, ...fixed }));
		return await item.withLock([recordKey(entity, id)], async () => {
			const match = await getRecord(item, entity, id, target);
			check?.(item, match);
			const reason = await skipped?.(match);
			if (reason !== undefined) {
				item.execution.hints.addRepeat(reason, `${entity.label.toLowerCase()} ${id}`);
				return [report(show, match.row, 'skipped', [])];
			}
			const changes = { values: { ...given, ...fixed }, addToLists };
			return [await saveChanges({ item, entity, target, show }, match, changes)];
		});
	},
	output: reportSchema,
});

/** Brings one record into a state, and leaves it alone if it is in that state already. */
export const change = changing();

export const rejectLead = changing({
	check(item, { row }) {
		if (readFlag(row.is_study) === CUSTOMER_TYPE.lead) return;
		throw item.error(`Customer ${String(row.id)} is a client, not a lead`);
	},
	// Who is not to be archived is not to be restored either.
	values: ({ removed, ...rest }) => (Number(removed) === 1 ? { ...rest, removed } : rest),
});

import type { IDataObject } from 'n8n-workflow';

import { readFlag, readId } from '../../values/formats';
import { CUSTOMER_TYPE, stageOf } from '../../entities/customer';
import { listCall } from '../../entities/listCall';
import { leadStatus } from '../../entities/statuses';
import { titleOf } from '../../fields/titles';
import { recordKey } from '../execution/execution';
import type { Item } from '../execution/item';
import { reportSchema } from '../output/report';
import { simplified, simplifiedSchema, simplifyForm } from '../output/simplify';
import { bodyOf } from '../records/body';
import type { Branch } from '../records/branches';
import { getRecord } from '../records/findById';
import { listModeForm, readAddToLists } from '../records/diff';
import { saveChanges } from '../records/saveChanges';
import type { LocatedRecord } from '../records/target';
import { idOf, targetOf } from '../records/target';
import { readFields } from './fields';
import type { ActionKind } from './kind';

/** What a change does besides. */
interface Extra {
	/** @throws NodeOperationError for a record that is not to be changed */
	check?: (item: Item, match: LocatedRecord) => void;
	/** The values that are sent of those that were given. */
	values?: (given: IDataObject) => IDataObject;
	/** What comes after a change of some fields. */
	after?: (item: Item, match: LocatedRecord, changed: IDataObject) => Promise<void>;
}

const changing = ({ check, values = (given) => given, after }: Extra = {}): ActionKind<
	'change' | 'moveToStage' | 'rejectLead'
> => ({
	form: (entity, { body = [] }) => ({
		listMode: listModeForm(body, 'add'),
		simplify: simplifyForm(entity),
	}),
	async execute(item, entity, { body = [], fixed }) {
		const target = targetOf(item, entity);
		const id = idOf(item, entity);
		const given = values(bodyOf(item, body, readFields(item, body), target.branch));
		const addToLists = readAddToLists(item, body, 'add');
		const show = simplified(item, entity);
		return await item.withLock([recordKey(entity, id)], async () => {
			const match = await getRecord(item, entity, id, target);
			check?.(item, match);
			const changes = { values: { ...given, ...fixed }, addToLists };
			const result = await saveChanges({ item, entity, target, show }, match, changes);
			const changed = (result.changedFields as string[]).map((name) => [name, changes.values[name]]);
			await after?.(item, match, Object.fromEntries(changed) as IDataObject);
			return [result];
		});
	},
	output: (entity) => reportSchema(simplifiedSchema(entity)),
});

/** Brings one record into a state, and leaves it alone if it is in that state already. */
export const change = changing();

/** The same, with a hint for a move that is done and may be a mistake: back in the funnel, or that of a client. */
export const moveToStage = changing({ after: warnOfMove });

export const rejectLead = changing({
	check(item, { row }) {
		if (readFlag(row.is_study) === CUSTOMER_TYPE.lead) return;
		throw item.refused(`Customer ${String(row.id)} is a client, not a lead`, 'Nothing was changed.');
	},
	// Who is not to be archived is not to be restored either.
	values: ({ removed, ...rest }) => (Number(removed) === 1 ? { ...rest, removed } : rest),
});

async function warnOfMove(item: Item, { row, branch }: LocatedRecord, changed: IDataObject): Promise<void> {
	const { hints } = item.execution;
	const [before, after] = [stageOf(row), readId(changed.lead_status_id)];
	const name = `customer ${String(row.id)}`;
	if (after === undefined) return;
	if (readFlag(row.is_study) === CUSTOMER_TYPE.client) {
		hints.add('A client was given a stage of the funnel, which is for leads', name);
		return;
	}
	if (before === undefined) return;
	const stages = await stagesIn(item, branch);
	const [from, to] = [before, after].map((id) => stages.find((one) => readId(one.id) === id));
	if (from === undefined || to === undefined || !isBehind(to, from)) return;
	const titles = [from, to].map((one) => titleOf(one, leadStatus)).join(' to ');
	hints.add('A lead was moved back in the funnel', `${name} from ${titles}`);
}

/** AlfaCRM's own order, within one pipeline. */
function isBehind(one: IDataObject, other: IDataObject): boolean {
	const [a, b] = [one, other].map(({ weight, id }) => [Number(weight ?? 0), Number(id)]);
	return readId(one.pipeline_id) === readId(other.pipeline_id) && (a[0] - b[0] || a[1] - b[1]) < 0;
}

/** Read once for all items. Where it cannot be read, nobody knows which stage is behind which. */
async function stagesIn(item: Item, branch: Branch): Promise<IDataObject[]> {
	return await item.execution.cached(leadStatus.path, JSON.stringify(['funnel', branch]), async () => {
		try {
			return (await item.collect(listCall(leadStatus, branch))).rows;
		} catch (caught) {
			if (item.execution.isCancelled) throw item.asError(caught);
			return [];
		}
	});
}

import type { IDataObject } from 'n8n-workflow';

import { readFlag, readId } from '../../values/formats';
import { CUSTOMER_TYPE, stageOf } from '../../entities/customer';
import { listCall } from '../../entities/listCall';
import { leadStatus } from '../../entities/statuses';
import { titleOf } from '../../fields/titles';
import type { Item } from '../execution/item';
import type { LocatedRecord } from '../records/target';

/** A hint for a move that is done and may be a mistake: back in the funnel, or that of a client. */
export async function warnOfMove(
	item: Item,
	{ row, branch }: LocatedRecord,
	stage: IDataObject[string],
): Promise<void> {
	const { hints } = item.execution;
	const [before, after] = [stageOf(row), readId(stage)];
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
async function stagesIn(item: Item, branch: number | undefined): Promise<IDataObject[]> {
	return await item.execution.cached(leadStatus.path, JSON.stringify(['funnel', branch]), async () => {
		try {
			return (await item.collect(listCall(leadStatus, branch))).rows;
		} catch (caught) {
			if (item.execution.isCancelled) throw item.asError(caught);
			return [];
		}
	});
}

import { leadStatus } from '../entities/statuses';
import { listCall } from '../entities/listCall';
import { isEmpty } from '../fields/blank';
import type { LocatedRecord } from '../store/located';
import { readId } from '../values/formats';
import type { Item } from './item';
import { readWholeListOnce } from './readList';

/** The stage of a lead: null for one in no stage. */
export type Stage = number | null;

/**
 * Whether a stage comes before another one of the same funnel, which begins with those that are not sorted; undefined where
 * AlfaCRM does not show that. API notes 5.4.
 */
export async function comesBefore(
	item: Item,
	{ branch }: LocatedRecord,
	stage: Stage,
	other: number,
	funnel?: number,
): Promise<boolean | undefined> {
	const list = { ...listCall(leadStatus, branch), query: {} };
	const { rows } = await readWholeListOnce(item, leadStatus, list, 'which stage comes first');
	const find = (id: number) => rows.find((row) => readId(row.id) === id) ?? {};
	const last = find(other);
	const lastFunnel = readId(last.pipeline_id);
	if (stage === null) return funnel === undefined || lastFunnel === undefined || funnel === lastFunnel;
	const first = find(stage);
	if ('id' in first && 'id' in last && readId(first.pipeline_id) !== lastFunnel) return false;
	const [one, two] = [first, last].map(({ weight }) => (isEmpty(weight) ? NaN : Number(weight)));
	return one === two || Number.isNaN(one - two) ? undefined : one < two;
}

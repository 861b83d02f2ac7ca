import { readId } from '../../values/formats';
import { isUnsorted, stageOf } from '../../entities/customer';
import { neverBack, onlyIfInStage } from '../../entities/customerJobs';
import { listCall } from '../../entities/listCall';
import { leadStatus } from '../../entities/statuses';
import { isEmpty } from '../../fields/blank';
import { toProperty } from '../../fields/field';
import type { Item } from '../../run/item';
import { readWholeListOnce } from '../../run/readList';
import type { LocatedRecord } from '../../run/target';
import { changing } from './change';
import { optionsForm } from '../../run/actionFields';

/** Of a lead: null for one in no stage. */
type Stage = number | null;

/** Moves a lead, and leaves one alone that is in the stage already, or not where it is to be moved from. */
export const moveToStage = changing({
	skips(item, { lead_status_id, pipeline_id }) {
		const [form] = optionsForm([onlyIfInStage, neverBack]);
		const options = item.collection(form);
		const from = options.has(onlyIfInStage.name)
			? (options.toWire(onlyIfInStage, options.input(toProperty(onlyIfInStage))) as Stage[])
			: undefined;
		const isOneWay = options.has(neverBack.name) && options.flag(toProperty(neverBack));
		const to = lead_status_id as Stage;
		return async (match) => {
			const { row } = match;
			const now = stageOf(row) ?? null;
			if (now === to) return undefined;
			const isThere = (stage: Stage) => (stage === null ? isUnsorted(row) : stage === now);
			if (from && !from.some(isThere)) return "Left as it is, for it is in no stage of 'Only If In Stage'";
			if (!isOneWay || now === null) return undefined;
			const isBack = await comesBefore(item, match, to, now, readId(pipeline_id ?? row.pipeline_id));
			if (isBack === undefined)
				throw item.refused(
					`AlfaCRM does not show whether stage ${to} comes before stage ${now}`,
					"Use 'Only If In Stage' in place of 'Never Back'. Nothing was saved.",
				);
			return isBack ? "Left as it is, for 'Never Back' is on and it is further in the funnel" : undefined;
		};
	},
});

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

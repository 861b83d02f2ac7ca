import { readId } from '../../values/formats';
import { isUnsorted, stageOf } from '../../entities/customer';
import { neverBack, onlyIfInStage } from '../../entities/customerJobs';
import { toProperty } from '../../fields/field';
import { changing } from './change';
import { optionsForm } from '../../run/actionFields';
import { type Stage, comesBefore } from '../../run/stages';

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
				throw item.error(
					`AlfaCRM does not show whether stage ${to} comes before stage ${now}`,
					"Use 'Only If In Stage' in place of 'Never Back'.",
				);
			return isBack ? "Left as it is, for 'Never Back' is on and it is further in the funnel" : undefined;
		};
	},
});

import type { IDataObject } from 'n8n-workflow';

import { isUnsorted, stageOf } from '../../entities/customer';
import { neverBack, onlyIfInStage } from '../../entities/customerJobs';
import { toProperty } from '../../fields/field';
import { optionsForm } from '../../run/actionFields';
import type { Item } from '../../run/item';
import { type StageId, comesBefore } from '../../run/stages';
import type { LocatedRecord } from '../../store/located';
import { readId } from '../../values/formats';
import type { SkipRule } from './change';
import { makeChangeAction } from './change';

/**
 * Moves a lead to a stage of the funnel. Leaves it where it is if it is in that stage already, or
 * if an option says so: 'Only If In Stage' or 'Never Back'.
 */
export const moveToStage = makeChangeAction({ makeSkipRule });

/** Where a lead is to be moved, and when it is left where it is. */
interface StageMove {
	/** The ID of the stage; null for 'Not Sorted', which is no stage. */
	toStage: StageId;
	/** The ID of the funnel, if the user has chosen one. */
	pipelineId?: unknown;
	/** 'Only If In Stage': leads in other stages stay where they are. */
	allowedStages?: readonly StageId[];
	/** 'Never Back': leads that are further in the funnel stay where they are. */
	isOneWay: boolean;
}

function makeSkipRule(item: Item, values: IDataObject): SkipRule {
	const move = readMove(item, values);
	return async (lead) => await findSkipReason(item, move, lead);
}

function readMove(item: Item, values: IDataObject): StageMove {
	const [optionsParameter] = optionsForm([onlyIfInStage, neverBack]);
	const options = item.collection(optionsParameter);
	const allowedStages = options.has(onlyIfInStage.name)
		? (options.toRequestValue(onlyIfInStage, options.input(toProperty(onlyIfInStage))) as StageId[])
		: undefined;
	const isOneWay = options.has(neverBack.name) && options.flag(toProperty(neverBack));
	const toStage = values.lead_status_id as StageId;
	return { toStage, pipelineId: values.pipeline_id, allowedStages, isOneWay };
}

/**
 * Returns the reason for leaving a lead where it is, or undefined if it may be moved. Also returns
 * undefined if the lead is in the stage already: nothing differs then, so nothing is sent.
 */
async function findSkipReason(
	item: Item,
	move: StageMove,
	lead: LocatedRecord,
): Promise<string | undefined> {
	const currentStage = stageOf(lead.row) ?? null;
	if (currentStage === move.toStage) return undefined;

	if (move.allowedStages !== undefined && !isInOneOf(move.allowedStages, lead.row)) {
		return "Left as it is, for it is in no stage of 'Only If In Stage'";
	}
	// A lead in no stage is at the very beginning of the funnel, so it cannot move back.
	const mayMoveBack = move.isOneWay && currentStage !== null;
	if (mayMoveBack && (await isMoveBack(item, move, lead, currentStage))) {
		return "Left as it is, for 'Never Back' is on and it is further in the funnel";
	}
	return undefined;
}

/**
 * Whether a customer is in one of the stages. 'Not Sorted', which is null, means leads only:
 * clients have no stage either.
 */
function isInOneOf(stages: readonly StageId[], customer: IDataObject): boolean {
	const currentStage = stageOf(customer);
	return stages.some((stage) => (stage === null ? isUnsorted(customer) : stage === currentStage));
}

/** @throws NodeOperationError if AlfaCRM does not show which of the two stages comes first */
async function isMoveBack(
	item: Item,
	{ toStage, pipelineId }: StageMove,
	lead: LocatedRecord,
	currentStage: number,
): Promise<boolean> {
	// Without a funnel in the form, the lead stays in its own funnel.
	const pipeline = readId(pipelineId ?? lead.row.pipeline_id);
	const isTargetEarlier = await comesBefore(item, {
		lead,
		stageId: toStage,
		otherStageId: currentStage,
		funnel: pipeline,
	});
	if (isTargetEarlier !== undefined) return isTargetEarlier;
	throw item.error(
		`AlfaCRM does not show whether stage ${toStage} comes before stage ${currentStage}`,
		"Use 'Only If In Stage' in place of 'Never Back'.",
	);
}

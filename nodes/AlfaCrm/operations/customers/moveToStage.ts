import type { IDataObject } from 'n8n-workflow';

import { isUnsorted, stageOf } from '../../entities/customer';
import { neverBack, onlyIfInStage } from '../../entities/customerJobs';
import { toProperty } from '../../fields/field';
import { optionsForm } from '../../run/actionFields';
import type { CollectionReader } from '../../form/parameters';
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

/** The stage to which a lead is moved, and the stages in which it stays. */
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

/**
 * Reads the form, and makes the rule that looks for a reason to leave a lead where it is.
 *
 * @param values the values that the action sends
 */
function makeSkipRule(item: Item, values: IDataObject): SkipRule {
	const move = readMove(item, values);
	return async (lead) => await findSkipReason(item, move, lead);
}

/** Reads to which stage a lead is moved, and the options that leave it where it is. */
function readMove(item: Item, values: IDataObject): StageMove {
	// The declaration of the action has the same options.
	const [optionsParameter] = optionsForm([onlyIfInStage, neverBack]);
	const options = item.collection(optionsParameter);
	const allowedStages = readAllowedStages(options);
	const isOneWay = options.has(neverBack.name) && options.flag(toProperty(neverBack));

	return {
		toStage: values.lead_status_id as StageId,
		pipelineId: values.pipeline_id,
		allowedStages,
		isOneWay,
	};
}

/** Reads the stages in 'Only If In Stage'. Returns undefined if the user has not set the option. */
function readAllowedStages(options: CollectionReader): StageId[] | undefined {
	if (!options.has(onlyIfInStage.name)) return undefined;

	const input = options.input(toProperty(onlyIfInStage));
	return options.toRequestValue(onlyIfInStage, input) as StageId[];
}

/**
 * Returns the reason for leaving a lead where it is, or undefined if it may be moved. Also returns
 * undefined if the lead is in the stage already: only values that differ are sent, and the stage
 * does not differ.
 */
async function findSkipReason(
	item: Item,
	move: StageMove,
	lead: LocatedRecord,
): Promise<string | undefined> {
	const currentStage = stageOf(lead.row) ?? null;
	const isInStage = currentStage === move.toStage;
	if (isInStage && !changesFunnel(move, lead)) return undefined;

	if (move.allowedStages !== undefined && !isInOneOf(move.allowedStages, lead.row)) {
		return "Left as it is, for it is in no stage of 'Only If In Stage'";
	}

	// A lead in no stage is at the very beginning of the funnel, so it cannot move back.
	const canMoveBack = currentStage !== null && !isInStage;
	if (move.isOneWay && canMoveBack && (await isMoveBack(item, move, lead, currentStage))) {
		return "Left as it is, for 'Never Back' is on and it is further in the funnel";
	}
	return undefined;
}

/** Whether the user has chosen another funnel than that of the lead. */
function changesFunnel({ pipelineId }: StageMove, lead: LocatedRecord): boolean {
	return pipelineId !== undefined && readId(pipelineId) !== readId(lead.row.pipeline_id);
}

/**
 * Whether a customer is in one of the stages. The stage null is 'Not Sorted', and means only leads
 * without a stage: clients have no stage either.
 */
function isInOneOf(stages: readonly StageId[], customer: IDataObject): boolean {
	// Without a stage, this is undefined and equal to none of the stages.
	const currentStage = stageOf(customer);
	for (const stage of stages) {
		if (stage === null && isUnsorted(customer)) return true;
		if (stage !== null && stage === currentStage) return true;
	}
	return false;
}

/**
 * Whether the stage to which a lead is moved comes before its current stage.
 *
 * @throws NodeOperationError if AlfaCRM does not show which of the two stages comes first
 */
async function isMoveBack(
	item: Item,
	{ toStage, pipelineId }: StageMove,
	lead: LocatedRecord,
	currentStage: number,
): Promise<boolean> {
	// Without a funnel in the form, the lead stays in its own funnel.
	const pipeline = readId(pipelineId ?? lead.row.pipeline_id);
	const isBefore = await comesBefore(item, {
		lead,
		stageId: toStage,
		otherStageId: currentStage,
		funnel: pipeline,
	});
	if (isBefore !== undefined) return isBefore;

	throw item.error(
		`AlfaCRM does not show whether stage ${toStage} comes before stage ${currentStage}`,
		"Use 'Only If In Stage' in place of 'Never Back'.",
	);
}

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
 * Moves a lead to a stage of the funnel. Does not move a lead that is in that stage already, or
 * that the options exclude: 'Only If In Stage' and 'Never Back'.
 */
export const moveToStage = makeChangeAction({ makeSkipRule });

/** The move that the form asks for. */
interface StageMove {
	/** The ID of the new stage; null for 'Not Sorted', a lead without a stage. */
	newStage: StageId;
	/** The ID of the new funnel, as AlfaCRM takes it. Undefined if the user has chosen no funnel. */
	newFunnel?: unknown;
	/** The option 'Only If In Stage': only leads in these stages are moved. */
	allowedStages?: readonly StageId[];
	/** The option 'Never Back': a lead is not moved to an earlier stage of the funnel. */
	neverMovesBack: boolean;
}

/**
 * Reads the form, and makes the rule that looks for a reason not to move a lead.
 *
 * @param values the values that the action sends
 */
function makeSkipRule(item: Item, values: IDataObject): SkipRule {
	const move = readMove(item, values);
	return async (lead) => await findSkipReason(item, move, lead);
}

/** Reads from the form where a lead is moved, and which leads the options exclude. */
function readMove(item: Item, values: IDataObject): StageMove {
	// The form was made from these two options, which the declaration of the action has.
	const [optionsParameter] = optionsForm([onlyIfInStage, neverBack]);
	const options = item.collection(optionsParameter);
	const allowedStages = readAllowedStages(options);
	const neverMovesBack = options.has(neverBack.name) && options.flag(toProperty(neverBack));

	return {
		// The form requires the stage, and its field sends an ID or null.
		newStage: values.lead_status_id as StageId,
		newFunnel: values.pipeline_id,
		allowedStages,
		neverMovesBack,
	};
}

/** Reads the stages in 'Only If In Stage'. Returns undefined if the user has not set the option. */
function readAllowedStages(options: CollectionReader): StageId[] | undefined {
	if (!options.has(onlyIfInStage.name)) return undefined;

	const input = options.readRawValue(toProperty(onlyIfInStage));
	return options.toRequestValue(onlyIfInStage, input) as StageId[];
}

/**
 * Returns the reason for not moving a lead, or undefined if there is none. A lead that is in the
 * new stage already needs no reason: its values do not differ, so nothing is sent.
 */
async function findSkipReason(
	item: Item,
	move: StageMove,
	lead: LocatedRecord,
): Promise<string | undefined> {
	// Like `newStage`, null for a lead without a stage.
	const currentStage = stageOf(lead.row) ?? null;
	const isInNewStage = currentStage === move.newStage;
	if (isInNewStage && !changesFunnel(move, lead)) return undefined;

	if (move.allowedStages !== undefined && !isInAnyStage(lead.row, move.allowedStages)) {
		return "Left as it is, for it is in no stage of 'Only If In Stage'";
	}

	// A lead without a stage is at the very beginning of the funnel, so it cannot move back.
	const canMoveBack = currentStage !== null && !isInNewStage;
	if (move.neverMovesBack && canMoveBack && (await isMoveBack(item, move, lead, currentStage))) {
		return "Left as it is, for 'Never Back' is on and it is further in the funnel";
	}
	return undefined;
}

/** Whether the user has chosen a funnel in which the lead is not. AlfaCRM calls it a pipeline. */
function changesFunnel({ newFunnel }: StageMove, lead: LocatedRecord): boolean {
	return newFunnel !== undefined && readId(newFunnel) !== readId(lead.row.pipeline_id);
}

/**
 * Whether a customer is in one of the stages. The stage null ('Not Sorted') stands for leads
 * without a stage. Clients have no stage either, but are not meant.
 */
function isInAnyStage(customer: IDataObject, stages: readonly StageId[]): boolean {
	if (stages.includes(null) && isUnsorted(customer)) return true;

	const currentStage = stageOf(customer);
	return currentStage !== undefined && stages.includes(currentStage);
}

/**
 * Whether the new stage of a lead comes before its current stage.
 *
 * @throws NodeOperationError if AlfaCRM does not show which of the two stages comes first
 */
async function isMoveBack(
	item: Item,
	{ newStage, newFunnel }: StageMove,
	lead: LocatedRecord,
	currentStage: number,
): Promise<boolean> {
	// If the user has chosen no funnel, the lead stays in its funnel.
	const funnel = readId(newFunnel ?? lead.row.pipeline_id);
	const isBefore = await comesBefore(item, {
		lead,
		stageId: newStage,
		otherStageId: currentStage,
		funnel,
	});
	if (isBefore !== undefined) return isBefore;

	throw item.error(
		`AlfaCRM does not show whether stage ${newStage} comes before stage ${currentStage}`,
		"Use 'Only If In Stage' in place of 'Never Back'.",
	);
}

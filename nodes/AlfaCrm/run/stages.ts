/**
 * Compares stages of a funnel. A lead, who does not study yet, moves through the stages of a
 * funnel, such as "New" and "Trial lesson". AlfaCRM sorts the stages of a funnel by their weight.
 */

import type { IDataObject } from 'n8n-workflow';

import { makeListCall } from '../entities/listCall';
import { leadStatus } from '../entities/statuses';
import { isEmpty } from '../fields/blank';
import type { LocatedRecord } from '../store/located';
import { readId } from '../values/formats';
import type { Item } from './item';
import { readWholeListOnce } from './readList';

/** The ID of the stage of a lead; null for a lead in no stage ("not sorted"). */
export type StageId = number | null;

/** A stage as AlfaCRM lists it. */
interface ListedStage {
	/** The ID of the funnel; undefined if AlfaCRM does not show it. */
	funnel?: number;
	/** The position in the funnel, rising; undefined if AlfaCRM does not show it. */
	weight?: number;
}

interface StageComparison {
	/** The lead. The stages are read in the branch of the lead. */
	lead: LocatedRecord;
	/** The stage that may come before the other stage. */
	stageId: StageId;
	otherStageId: number;
	/** The ID of the lead's funnel, if it is known. It is needed for a lead in no stage. */
	funnel?: number;
}

/**
 * Whether a stage comes before another stage of the same funnel. A lead in no stage is before all
 * stages of the lead's funnel. See docs/alfacrm-api.md 5.4.
 *
 * @returns undefined if AlfaCRM does not show the order of the two stages
 */
export async function comesBefore(
	item: Item,
	{ lead, stageId, otherStageId, funnel }: StageComparison,
): Promise<boolean | undefined> {
	const list = makeListCall(leadStatus, lead.branch);
	const { rows } = await readWholeListOnce(item, leadStatus, list, 'which stage comes first');
	const otherStage = findStage(rows, otherStageId);
	const isInNoStage = stageId === null;
	if (isInNoStage) return mayBeSameFunnel(funnel, otherStage?.funnel);

	const stage = findStage(rows, stageId);
	if (!mayBeSameFunnel(stage?.funnel, otherStage?.funnel)) return false;
	return hasLowerWeight(stage?.weight, otherStage?.weight);
}

/** Finds a stage in AlfaCRM's list of stages, and reads its funnel and its position there. */
function findStage(rows: readonly IDataObject[], id: number): ListedStage | undefined {
	const row = rows.find((candidate) => readId(candidate.id) === id);
	if (row === undefined) return undefined;

	// An empty weight is checked for first, because `Number` would turn an empty text into 0.
	const weight = isEmpty(row.weight) ? NaN : Number(row.weight);
	return { funnel: readId(row.pipeline_id), weight: Number.isNaN(weight) ? undefined : weight };
}

/**
 * Whether two funnels can be the same. A funnel that AlfaCRM does not show can be any funnel.
 */
function mayBeSameFunnel(funnel: number | undefined, otherFunnel: number | undefined): boolean {
	return funnel === undefined || otherFunnel === undefined || funnel === otherFunnel;
}

/**
 * Whether a weight is lower than another. Undefined if a weight is missing or both are equal: then
 * AlfaCRM shows no order.
 */
function hasLowerWeight(
	weight: number | undefined,
	otherWeight: number | undefined,
): boolean | undefined {
	if (weight === undefined || otherWeight === undefined || weight === otherWeight) return undefined;
	return weight < otherWeight;
}

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

/** Two stages to compare. */
interface StagePair {
	/** The lead, in whose branch the stages are read. */
	lead: LocatedRecord;
	/** The stage that may come earlier. */
	stageId: StageId;
	/** The stage to compare with. */
	otherStageId: number;
	/** The ID of the lead's funnel, if it is known. */
	funnel?: number;
}

/**
 * Whether a stage comes before another stage of the same funnel. Stages are sorted by their weight.
 * Leads in no stage come before all stages of their funnel. API notes 5.4.
 *
 * @returns undefined if AlfaCRM does not show the order of the two stages
 */
export async function comesBefore(
	item: Item,
	{ lead, stageId, otherStageId, funnel }: StagePair,
): Promise<boolean | undefined> {
	const list = makeListCall(leadStatus, lead.branch);
	const { rows } = await readWholeListOnce(item, leadStatus, list, 'which stage comes first');
	const otherStage = findStage(rows, otherStageId);
	if (stageId === null) return isSameFunnel(funnel, otherStage?.funnel);

	const stage = findStage(rows, stageId);
	if (!isSameFunnel(stage?.funnel, otherStage?.funnel)) return false;
	return hasLowerWeight(stage?.weight, otherStage?.weight);
}

/** Finds a stage in AlfaCRM's list of stages, and reads its funnel and its position there. */
function findStage(rows: readonly IDataObject[], id: number): ListedStage | undefined {
	const row = rows.find((candidate) => readId(candidate.id) === id);
	if (row === undefined) return undefined;

	// Checked first, because `Number` would turn an empty text into 0.
	const weight = isEmpty(row.weight) ? NaN : Number(row.weight);
	return { funnel: readId(row.pipeline_id), weight: Number.isNaN(weight) ? undefined : weight };
}

/**
 * Whether two funnels are the same. A funnel that AlfaCRM does not show counts as the same, because
 * nothing proves that it differs.
 */
function isSameFunnel(funnel: number | undefined, otherFunnel: number | undefined): boolean {
	return funnel === undefined || otherFunnel === undefined || funnel === otherFunnel;
}

/**
 * Whether the first weight is lower. Undefined if one is missing or both are equal: then AlfaCRM
 * shows no order.
 */
function hasLowerWeight(
	weight: number | undefined,
	otherWeight: number | undefined,
): boolean | undefined {
	if (weight === undefined || otherWeight === undefined || weight === otherWeight) return undefined;
	return weight < otherWeight;
}

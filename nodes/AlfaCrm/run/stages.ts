import type { IDataObject } from 'n8n-workflow';

import { listCall } from '../entities/listCall';
import { leadStatus } from '../entities/statuses';
import { isEmpty } from '../fields/blank';
import type { LocatedRecord } from '../store/located';
import { readId } from '../values/formats';
import type { Item } from './item';
import { readWholeListOnce } from './readList';

/** The stage of a lead; null for a lead that is not sorted. */
export type Stage = number | null;

/** A stage as AlfaCRM lists it. */
interface ListedStage {
	funnel?: number;
	/** The place in the funnel. Undefined if AlfaCRM does not show it. */
	weight?: number;
}

/**
 * Tells whether a stage comes before another one in the same funnel. Leads that are not sorted come
 * before all stages of their funnel. API notes 5.4.
 *
 * @param funnel the funnel of the lead, if it is known
 * @returns undefined if AlfaCRM does not show the order of the two stages
 */
export async function comesBefore(
	item: Item,
	{ branch }: LocatedRecord,
	stage: Stage,
	laterStage: number,
	funnel?: number,
): Promise<boolean | undefined> {
	const list = { ...listCall(leadStatus, branch), query: {} };
	const { rows } = await readWholeListOnce(item, leadStatus, list, 'which stage comes first');
	const later = findStage(rows, laterStage);

	if (stage === null) return isSameFunnel(funnel, later?.funnel);
	const earlier = findStage(rows, stage);
	if (earlier && later && earlier.funnel !== later.funnel) return false;
	return hasLowerWeight(earlier?.weight, later?.weight);
}

function findStage(rows: readonly IDataObject[], id: number): ListedStage | undefined {
	const row = rows.find((candidate) => readId(candidate.id) === id);
	if (row === undefined) return undefined;
	const weight = isEmpty(row.weight) ? NaN : Number(row.weight);
	return { funnel: readId(row.pipeline_id), weight: Number.isNaN(weight) ? undefined : weight };
}

/**
 * Compares two funnels. AlfaCRM may not show that of a lead or a stage, and then nothing says that
 * they differ.
 */
function isSameFunnel(funnel: number | undefined, otherFunnel: number | undefined): boolean {
	return funnel === undefined || otherFunnel === undefined || funnel === otherFunnel;
}

/** Compares two places in a funnel. Two stages with the same weight have no order. */
function hasLowerWeight(
	weight: number | undefined,
	otherWeight: number | undefined,
): boolean | undefined {
	if (weight === undefined || otherWeight === undefined || weight === otherWeight) return undefined;
	return weight < otherWeight;
}

import { branch as branchEntity } from '../../entities/branch';
import { group as groupEntity } from '../../entities/group';
import { leadStatus, studyStatus } from '../../entities/statuses';
import { tariff } from '../../entities/tariff';
import type { Entity } from '../../entities/types';
import { user } from '../../entities/user';
import type { Item } from '../../run/item';
import { nameSourceOf } from '../../run/names';
import type { Branch, LocatedRecord } from '../../store/located';
import type { Titles } from '../../store/shortList';
import type { OverviewNames } from './overviewFacts';
import { isClient } from './overviewFacts';
import type { OverviewRequest } from './overviewForm';

/**
 * Reads the lists of names. Each list costs a call, so only two are read by default: the managers,
 * and either the plans for a client or the stages for a lead.
 */
export async function readOverviewNames(
	item: Item,
	{ row: card, branch }: LocatedRecord,
	{ readsAllNames, leftOutFields }: OverviewRequest,
): Promise<Omit<OverviewNames, 'groups'>> {
	const { titlesIn } = nameSourceOf(item);
	const readIf = async (isNeeded: boolean, entity: Entity) =>
		isNeeded ? await titlesIn(entity, branch) : undefined;

	const isLead = !isClient(card);
	const showsManager = !leftOutFields.includes('manager_name');
	const showsStage = !leftOutFields.includes('stage_name');
	const [plans, managers, stages, branches] = await Promise.all([
		readIf(readsAllNames || !isLead, tariff),
		readIf(showsManager, user),
		readIf(showsStage && (readsAllNames || isLead), isLead ? leadStatus : studyStatus),
		readIf(readsAllNames, branchEntity),
	]);
	return { plans, managers, stages, branches };
}

/** Reads the names of the groups of a customer in all branches; nothing if there are no groups. */
export async function readGroupNames(
	item: Item,
	branches: readonly Branch[],
	groupIds: readonly number[] = [],
): Promise<Titles> {
	if (groupIds.length === 0) return new Map();

	const { titlesIn } = nameSourceOf(item);
	const namesByBranch = await Promise.all(
		branches.map(async (branch) => await titlesIn(groupEntity, branch)),
	);
	return new Map(namesByBranch.flatMap((names) => [...(names ?? [])]));
}

import { branch as branchEntity } from '../../entities/branch';
import { group as groupEntity } from '../../entities/group';
import { leadStatus, studyStatus } from '../../entities/statuses';
import { tariff } from '../../entities/tariff';
import type { Entity } from '../../entities/types';
import { user } from '../../entities/user';
import type { Item } from '../../run/item';
import { makeNameSource } from '../../run/names';
import type { Branch, LocatedRecord } from '../../store/located';
import type { Titles } from '../../store/shortList';
import type { OverviewNames } from './overviewFacts';
import { isClient } from './overviewFacts';
import type { OverviewRequest } from './overviewForm';

/**
 * Reads the names that the overview shows beside IDs. Each list of names costs a call, so only two
 * are read by default: the managers, and either the plans for a client or the stages for a lead.
 */
export async function readOverviewNames(
	item: Item,
	{ row: customer, branch }: LocatedRecord,
	{ readsAllNames, leftOutFields }: OverviewRequest,
): Promise<Omit<OverviewNames, 'groups'>> {
	const nameSource = makeNameSource(item);
	const readNamesIf = async (isNeeded: boolean, entity: Entity) =>
		isNeeded ? await nameSource.findTitles(entity, branch) : undefined;

	const isLead = !isClient(customer);
	const needsPlans = readsAllNames || !isLead;
	const needsManagers = !leftOutFields.includes('manager_name');
	const needsStages = !leftOutFields.includes('stage_name') && (readsAllNames || isLead);
	// A client has a study status in place of a stage.
	const stageEntity = isLead ? leadStatus : studyStatus;

	const [plans, managers, stages, branches] = await Promise.all([
		// AlfaCRM calls a plan a tariff.
		readNamesIf(needsPlans, tariff),
		readNamesIf(needsManagers, user),
		readNamesIf(needsStages, stageEntity),
		readNamesIf(readsAllNames, branchEntity),
	]);
	return { plans, managers, stages, branches };
}

/**
 * Reads the names of groups in all branches of the customer. Reads nothing if the customer is in no
 * group.
 */
export async function readGroupNames(
	item: Item,
	branches: readonly Branch[],
	groupIds: readonly number[] = [],
): Promise<Titles> {
	if (groupIds.length === 0) return new Map();

	const nameSource = makeNameSource(item);
	const namesOfBranches = await Promise.all(
		branches.map(async (branch) => await nameSource.findTitles(groupEntity, branch)),
	);

	// If the names of a branch could not be read, they are undefined.
	const readableNames = namesOfBranches.filter((names) => names !== undefined);
	return new Map(readableNames.flatMap((names) => [...names]));
}

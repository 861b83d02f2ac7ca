import { customer as customerEntity } from '../../../entities/customer';
import { group as groupEntity } from '../../../entities/group';
import { room as roomEntity } from '../../../entities/room';
import { teacher as teacherEntity } from '../../../entities/teacher';
import type { Entity } from '../../../entities/types';
import { titleOf } from '../../../fields/titles';
import type { Item } from '../../../run/item';
import { nameSourceOf } from '../../../run/names';
import type { LocatedRecord } from '../../../store/located';
import type { CustomerDirectory } from './customerDirectory';
import type { Finding, Names } from './finding';

/** The records whose page AlfaCRM has, as far as the checks have read them. */
export interface KnownRecords {
	customers: CustomerDirectory;
	groups: ReadonlyMap<number, LocatedRecord>;
}

/**
 * Reads the names of the records that findings are about. Each list of names is read once; it is
 * not read if the checks have read all of its records that are needed.
 */
export async function readNames(
	item: Item,
	findings: readonly Finding[],
	{ customers, groups }: KnownRecords,
): Promise<Names> {
	const isAnyCustomerUnknown = findings.some(({ customerIds = [] }) =>
		customerIds.some((id) => !customers.hasActive(id)),
	);
	if (isAnyCustomerUnknown) await customers.readActiveCustomers();

	const [teacherTitles, roomTitles, groupTitles] = await Promise.all([
		readTitles(
			item,
			teacherEntity,
			findings.filter(({ teacherIds = [] }) => teacherIds.length > 0),
		),
		readTitles(
			item,
			roomEntity,
			findings.filter(({ roomIds = [] }) => roomIds.length > 0),
		),
		readTitles(
			item,
			groupEntity,
			findings.filter(({ groupIds = [] }) => groupIds.some((id) => !groups.has(id))),
		),
	]);
	return {
		customer: (id) => titleIn(customers.findActive(id), customerEntity) ?? `customer ${id}`,
		group: (id) => titleIn(groups.get(id), groupEntity) ?? groupTitles.get(id) ?? `group ${id}`,
		room: (id) => roomTitles.get(id) ?? String(id),
		teacher: (id) => teacherTitles.get(id) ?? `teacher ${id}`,
	};
}

/** Reads the list of names of an entity in each branch of the findings. */
async function readTitles(
	item: Item,
	entity: Entity,
	findings: readonly Finding[],
): Promise<Map<number, string>> {
	const { titlesIn } = nameSourceOf(item);
	const branches = [...new Set(findings.map(({ branch }) => branch ?? undefined))];
	const titlesOfBranches = await Promise.all(
		branches.map(async (branch) => await titlesIn(entity, branch)),
	);
	return new Map(titlesOfBranches.flatMap((titles) => [...(titles ?? [])]));
}

const titleIn = (record: LocatedRecord | undefined, entity: Entity): string | undefined =>
	record && titleOf(record.row, entity);

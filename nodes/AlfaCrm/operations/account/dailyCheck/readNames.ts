import { customer as customerEntity } from '../../../entities/customer';
import { group as groupEntity } from '../../../entities/group';
import { room as roomEntity } from '../../../entities/room';
import { teacher as teacherEntity } from '../../../entities/teacher';
import type { Entity } from '../../../entities/types';
import { titleOf } from '../../../fields/titles';
import type { Item } from '../../../run/item';
import { nameSourceOf } from '../../../run/names';
import type { Branch, LocatedRecord } from '../../../store/located';
import type { CustomerDirectory } from './customerDirectory';
import type { Finding, Names } from './finding';

/** The records that the checks have read, of the kinds that have a page of their own in AlfaCRM. */
export interface KnownRecords {
	customers: CustomerDirectory;
	groups: ReadonlyMap<number, LocatedRecord>;
}

/**
 * Reads the names of the records that findings are about. The list of a kind of record is read once
 * in each branch that needs it. It is not read if the checks have already read every record that
 * has to be named.
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

	const withTeacher = findings.filter(({ teacherIds = [] }) => teacherIds.length > 0);
	const withRoom = findings.filter(({ roomIds = [] }) => roomIds.length > 0);
	const withUnknownGroup = findings.filter(({ groupIds = [] }) =>
		groupIds.some((id) => !groups.has(id)),
	);
	const [teacherTitles, roomTitles, groupTitles] = await Promise.all([
		readTitles(item, teacherEntity, listBranches(withTeacher)),
		readTitles(item, roomEntity, listBranches(withRoom)),
		readTitles(item, groupEntity, listBranches(withUnknownGroup)),
	]);
	return {
		customer: (id) => readTitle(customers.findActive(id), customerEntity) ?? `customer ${id}`,
		group: (id) => readTitle(groups.get(id), groupEntity) ?? groupTitles.get(id) ?? `group ${id}`,
		// Sentences say `room` before it.
		room: (id) => roomTitles.get(id) ?? String(id),
		teacher: (id) => teacherTitles.get(id) ?? `teacher ${id}`,
	};
}

/** Returns each branch of some findings once; undefined stands for an unknown branch. */
const listBranches = (findings: readonly Finding[]): Branch[] => [
	...new Set(findings.map(({ branch }) => branch ?? undefined)),
];

/**
 * Reads the titles of the records of an entity in some branches, by ID. The title is the name that
 * a list shows.
 */
async function readTitles(
	item: Item,
	entity: Entity,
	branches: readonly Branch[],
): Promise<Map<number, string>> {
	const { titlesIn } = nameSourceOf(item);
	const titlesOfBranches = await Promise.all(
		branches.map(async (branch) => await titlesIn(entity, branch)),
	);
	return new Map(titlesOfBranches.flatMap((titles) => [...(titles ?? [])]));
}

const readTitle = (record: LocatedRecord | undefined, entity: Entity): string | undefined =>
	record && titleOf(record.row, entity);

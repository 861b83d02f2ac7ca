/**
 * Reads the names that the messages of *Account → Daily Check* show. A finding (a thing that
 * somebody has to put right) holds only the IDs of its records.
 */

import { customer as customerEntity } from '../../../entities/customer';
import { group as groupEntity } from '../../../entities/group';
import { room as roomEntity } from '../../../entities/room';
import { teacher as teacherEntity } from '../../../entities/teacher';
import type { Entity } from '../../../entities/types';
import { titleOf } from '../../../fields/titles';
import type { Item } from '../../../run/item';
import { makeNameSource } from '../../../run/names';
import type { Branch, LocatedRecord } from '../../../store/located';
import type { CustomerDirectory } from './customerDirectory';
import type { Finding, Names } from './finding';

/**
 * The customers and groups that the checks have read. Both have a page in AlfaCRM, to which an
 * output item links.
 */
export interface KnownRecords {
	customers: CustomerDirectory;
	groups: ReadonlyMap<number, LocatedRecord>;
}

/**
 * Reads the names of the records of findings. Customers and groups that the checks have read are
 * not read again. The other names are read from the lists of the branches of the findings.
 */
export async function readNames(
	item: Item,
	findings: readonly Finding[],
	{ customers, groups }: KnownRecords,
): Promise<Names> {
	const hasUnknownCustomer = findings.some(({ customerIds = [] }) =>
		customerIds.some((id) => !customers.hasActive(id)),
	);
	if (hasUnknownCustomer) {
		// The returned cards are not needed: `findActive` finds the customers from now on.
		await customers.readActiveCustomers();
	}

	const findingsWithTeacher = findings.filter(({ teacherIds = [] }) => teacherIds.length > 0);
	const findingsWithRoom = findings.filter(({ roomIds = [] }) => roomIds.length > 0);
	const findingsWithUnknownGroup = findings.filter(({ groupIds = [] }) =>
		groupIds.some((id) => !groups.has(id)),
	);
	const [teacherNames, roomNames, groupNames] = await Promise.all([
		readNamesById(item, teacherEntity, listBranches(findingsWithTeacher)),
		readNamesById(item, roomEntity, listBranches(findingsWithRoom)),
		readNamesById(item, groupEntity, listBranches(findingsWithUnknownGroup)),
	]);

	return {
		customer: (id) => nameOf(customers.findActive(id), customerEntity) ?? `customer ${id}`,
		group: (id) => nameOf(groups.get(id), groupEntity) ?? groupNames.get(id) ?? `group ${id}`,
		// The sentences say `room` before the name.
		room: (id) => roomNames.get(id) ?? String(id),
		teacher: (id) => teacherNames.get(id) ?? `teacher ${id}`,
	};
}

/**
 * Returns each branch of some findings once. An unknown branch is null in a finding, and undefined
 * in a list call.
 */
const listBranches = (findings: readonly Finding[]): Branch[] => [
	...new Set(findings.map(({ branch }) => branch ?? undefined)),
];

/**
 * Reads the names of the records of an entity in some branches.
 *
 * @returns names by ID
 */
async function readNamesById(
	item: Item,
	entity: Entity,
	branches: readonly Branch[],
): Promise<Map<number, string>> {
	const { findTitles } = makeNameSource(item);
	const namesOfBranches = await Promise.all(
		branches.map(async (branch) => await findTitles(entity, branch)),
	);

	const namesById = new Map<number, string>();
	for (const names of namesOfBranches) {
		// `names` is undefined if this user may not read the list.
		for (const [id, name] of names ?? []) {
			namesById.set(id, name);
		}
	}
	return namesById;
}

/** Returns the name that a record shows; undefined if the record was not read. */
const nameOf = (record: LocatedRecord | undefined, entity: Entity): string | undefined =>
	record === undefined ? undefined : titleOf(record.row, entity);

/**
 * Builds the output items of *Account → Daily Check*: one for each finding, which is a thing that
 * somebody has to put right.
 */

import type { IDataObject } from 'n8n-workflow';

import { customer as customerEntity } from '../../../entities/customer';
import { group as groupEntity } from '../../../entities/group';
import { buildLink } from '../../../output/link';
import { objectOf, STRING } from '../../../output/recordSchema';
import { CHECK_NAMES } from './dailyChecks';
import type { Finding, Names } from './finding';
import type { KnownRecords } from './readNames';

const INTEGER = { type: 'integer' } as const;

export const dailySchema = objectOf({
	check: STRING,
	message: STRING,
	url: STRING,
	date: STRING,
	time: STRING,
	branch_id: INTEGER,
	lesson_id: INTEGER,
	payment_id: INTEGER,
	group_id: INTEGER,
	customer_id: INTEGER,
	customer_name: STRING,
	teacher_name: STRING,
});

/** The names and records that output items show. */
interface ItemContext {
	names: Names;
	records: KnownRecords;
	/** The address of the school's AlfaCRM. */
	origin: string;
}

/** Turns findings into output items, sorted by check and then by time. */
export function buildItems(findings: readonly Finding[], context: ItemContext): IDataObject[] {
	const items = findings.map((finding) => buildItem(finding, context));
	const compareItems = (a: DailyItem, b: DailyItem) =>
		buildSortKey(a).localeCompare(buildSortKey(b));
	return items.sort(compareItems);
}

type DailyItem = ReturnType<typeof buildItem>;

/**
 * Builds the output item of a finding. If the finding is about several customers, the item names
 * none of them. If it is about several groups, the item has the ID of the first group.
 */
function buildItem(finding: Finding, { names, records, origin }: ItemContext) {
	const { groupIds = [], teacherIds = [] } = finding;
	const customerId = findOnlyCustomer(finding);
	const customerName = customerId === undefined ? null : names.customer(customerId);
	const teacherNames = teacherIds.map((id) => names.teacher(id));

	return {
		check: finding.check,
		message: finding.describe(names),
		url: buildPageLink(finding, records, origin),
		date: finding.date,
		time: finding.time ?? null,
		branch_id: finding.branch,
		lesson_id: finding.lessonId ?? null,
		payment_id: finding.paymentId ?? null,
		group_id: groupIds.at(0) ?? null,
		customer_id: customerId ?? null,
		customer_name: customerName,
		teacher_name: teacherNames.length === 0 ? null : teacherNames.join(', '),
	};
}

/** Returns the ID of the one customer of a finding; undefined for no customer or several. */
const findOnlyCustomer = ({ customerIds = [] }: Finding): number | undefined =>
	customerIds.length === 1 ? customerIds[0] : undefined;

/**
 * Builds the address of a page in AlfaCRM: the page of the one customer of a finding or, if the
 * finding is not about one customer, the page of the first group. Null if there is no group either.
 *
 * If the record was not read, its ID and the branch of the finding are enough for the address.
 */
function buildPageLink(finding: Finding, records: KnownRecords, origin: string): string | null {
	// `buildLink` takes undefined for an unknown branch, and not null.
	const branchOfFinding = finding.branch ?? undefined;

	const customerId = findOnlyCustomer(finding);
	if (customerId !== undefined) {
		const customer = records.customers.findActive(customerId);
		const row = customer?.row ?? { id: customerId };
		return buildLink(customerEntity, row, origin, customer?.branch ?? branchOfFinding);
	}

	const groupId = finding.groupIds?.at(0);
	if (groupId !== undefined) {
		const group = records.groups.get(groupId);
		const row = group?.row ?? { id: groupId };
		return buildLink(groupEntity, row, origin, group?.branch ?? branchOfFinding);
	}
	return null;
}

/**
 * Builds a text to sort by: first by check, in the order of `DAILY_CHECKS`, then by day, time and
 * message.
 */
function buildSortKey({ check, date, time, message }: DailyItem): string {
	// There are fewer than ten checks, so each index is one digit and sorts correctly as a text.
	const checkIndex = CHECK_NAMES.indexOf(check);
	return [checkIndex, date, time ?? '', message].join(' ');
}

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

/** The names and records by which items are made. */
interface ItemContext {
	names: Names;
	records: KnownRecords;
	/** The address of the school's AlfaCRM. */
	origin: string;
}

/** Turns findings into output items, sorted by check and then by time. */
export function buildItems(findings: readonly Finding[], context: ItemContext): IDataObject[] {
	const items = findings.map((finding) => buildItem(finding, context));
	return items.sort((a, b) => buildSortKey(a).localeCompare(buildSortKey(b)));
}

type DailyItem = ReturnType<typeof buildItem>;

function buildItem(finding: Finding, { names, records, origin }: ItemContext) {
	const { groupIds = [], teacherIds = [] } = finding;
	const customerId = findOnlyCustomer(finding);
	const teacherNames = teacherIds.map((id) => names.teacher(id)).join(', ');
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
		customer_name: customerId === undefined ? null : names.customer(customerId),
		teacher_name: teacherIds.length === 0 ? null : teacherNames,
	};
}

/** Returns the customer that a finding is about; undefined if it is about several. */
const findOnlyCustomer = ({ customerIds = [] }: Finding): number | undefined =>
	customerIds.length === 1 ? customerIds[0] : undefined;

/**
 * Returns the address of the customer's page, or else of the first group's page; null if a finding
 * is about neither.
 */
function buildPageLink(finding: Finding, records: KnownRecords, origin: string): string | null {
	const customerId = findOnlyCustomer(finding);
	const groupId = finding.groupIds?.at(0);
	const branch = finding.branch ?? undefined;
	if (customerId !== undefined) {
		// The ID is enough for a link; the branch is then that of the finding.
		const card = records.customers.findActive(customerId) ?? { row: { id: customerId } };
		return buildLink(customerEntity, card.row, origin, card.branch ?? branch);
	}
	if (groupId !== undefined) {
		const group = records.groups.get(groupId) ?? { row: { id: groupId } };
		return buildLink(groupEntity, group.row, origin, group.branch ?? branch);
	}
	return null;
}

/**
 * Returns a text to sort by: first by check, in the order of `DAILY_CHECKS`, then by day, time and
 * message. As a text, the index of a check sorts correctly up to ten checks.
 */
const buildSortKey = ({ check, date, time, message }: DailyItem): string =>
	[CHECK_NAMES.indexOf(check), date, time ?? '', message].join(' ');

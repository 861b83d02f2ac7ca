/**
 * Checks of *Account → Check* that look at rights: in which branches this user may list records,
 * and which lists this user may read.
 */

import type { IDataObject } from 'n8n-workflow';

import { belongsToBranch } from '../../../entities/branch';
import { eventSources } from '../../../entities/events';
import type { Entity } from '../../../entities/types';
import type {
	AccountReading,
	BranchAccess,
	ListReading,
	ShownList,
	RefusedList,
} from './accountReading';
import type { Finding, Topic } from './finding';
import {
	compareWithExpected,
	reportAsExpected,
	reportDenied,
	reportDifference,
	reportUnknown,
} from './finding';

// ---------------------------------------------------------------- branches

/**
 * Checks the branches that `readAccount` has probed: whether the user may list records in each
 * branch, and whether the branch's list of customers shows customers of other branches.
 */
export function checkBranches({ branchAccess, customersByBranch }: AccountReading): Finding[] {
	const findings: Finding[] = [];
	for (const [branch, access] of branchAccess) {
		findings.push(checkBranchAccess(branch, access));
	}
	for (const [branch, customers] of customersByBranch) {
		findings.push(checkForeignCustomers(branch, customers));
	}
	return findings;
}

/** Checks whether the user may list records in a branch. */
function checkBranchAccess(branch: number, access: BranchAccess): Finding {
	const topic = { check: 'branch', subject: `branch ${branch}`, expected: 'readable' };
	switch (access) {
		case 'unknown':
			return reportUnknown(topic, { missingData: 'a list that AlfaCRM shows or denies' });
		case 'readable':
			return reportAsExpected(topic, {
				found: 'readable',
				meaning: 'This user may read in the branch.',
			});
		case 'denied':
			return reportDenied(
				topic,
				// These are the lists of `USUAL_RESOURCES` in `readAccount.ts`.
				'AlfaCRM denied this user customers, subjects, lessons and users there: give the user this branch and those rights in AlfaCRM, or leave it out of your workflows.',
			);
	}
}

/**
 * Checks whether the list of a branch shows customers of other branches. In two schools it did:
 * AlfaCRM does not always filter by the branch in the URL (docs/alfacrm-api.md 3).
 */
function checkForeignCustomers(branch: number, customers: readonly IDataObject[]): Finding {
	const topic = {
		check: 'records of other branches',
		subject: `branch ${branch}`,
		expected: 'none',
	};
	if (customers.length === 0)
		return reportUnknown(topic, { missingData: 'customers in the branch' });

	const foreignCustomers = customers.filter((customer) => !belongsToBranch(customer, branch));
	const foreignCount = foreignCustomers.length;
	const found = foreignCount === 0 ? 'none' : `${foreignCount} of ${customers.length} customers`;
	return compareWithExpected(topic, found, {
		meaningIfExpected: 'The list of the branch shows its own customers.',
		meaningIfDifferent:
			'The list of the branch also shows customers who name other branches. Get Many and the AlfaCRM Trigger leave those out; Find and Create or Update find them.',
	});
}

// ---------------------------------------------------------------- lists

/** Checks for the list of each entity whether the user may read it. */
export const checkLists = (account: AccountReading): Finding[] =>
	account.lists.map((list) => checkList(list, account));

/** Checks whether the user may read the list of an entity. */
function checkList(list: ListReading, account: AccountReading): Finding {
	const topic = { check: 'list', subject: `${list.entity.path}/index`, expected: 'readable' };
	switch (list.outcome) {
		case 'read':
			return reportShownList(topic, list);
		case 'skipped':
			return reportUnknown(topic, { missingData: `a ${list.missingOwner} that can be read` });
		case 'refused':
			return reportRefusedList(topic, list, account);
	}
}

/** Reports a list that the user may read, and how many rows it has. */
function reportShownList(topic: Topic, list: ShownList): Finding {
	const rows = countRows(list);
	const mayList = `This user may list ${list.entity.plural.toLowerCase()}`;
	if (list.rows.length > 0) {
		return reportAsExpected(topic, { found: 'readable', rows, meaning: `${mayList}.` });
	}
	const meaning = `${mayList}, and there are none here.`;
	return reportAsExpected(topic, { found: 'empty', rows, meaning });
}

/** Returns how many rows a list has; null if that is unknown. */
function countRows({ rows, total, fullPageSize }: ShownList): number | null {
	if (total !== undefined) return total;
	// `fullPageSize` is undefined if no other page follows.
	const isWholeList = fullPageSize === undefined;
	return isWholeList ? rows.length : null;
}

/** Reports a list that AlfaCRM refused: it is denied to this user, or missing, or has failed. */
function reportRefusedList(
	topic: Topic,
	{ entity, status }: RefusedList,
	account: AccountReading,
): Finding {
	const plural = entity.plural.toLowerCase();
	if (status === 403) return reportDenied(topic, explainDenial(entity, account));
	if (status === 404) {
		return reportDifference(topic, {
			found: 'not there',
			meaning: `This AlfaCRM does not have ${plural}, or not in this branch: leave their operations out.`,
		});
	}
	return reportDifference(topic, {
		found: `failed with HTTP ${status}`,
		meaning: `AlfaCRM could not list ${plural}: check again later, and report it if it stays so.`,
	});
}

/** Says why AlfaCRM may have denied a list, and what to do. */
function explainDenial(entity: Entity, account: AccountReading): string {
	const isBranchDenied = account.branchAccess.get(account.branch) === 'denied';
	if (entity.scope === 'branch' && isBranchDenied) return explainDeniedBranch(account);

	const hasEvents = eventSources.has(entity.resource);
	// Only records with an ID can be chosen in a dropdown.
	const hasDropdown = !entity.withoutId;
	const eventsNote = hasEvents ? ', and events of the AlfaCRM Trigger too' : '';
	const dropdownsNote = hasDropdown ? '; their dropdowns stay empty' : '';
	return `The role of this user may not list ${entity.plural.toLowerCase()}: their operations end with an error${eventsNote}${dropdownsNote}. If you need them, give the role that right in AlfaCRM.`;
}

/**
 * Says why AlfaCRM may have denied a list in a branch in which it has also denied the lists that
 * nearly every user may read. Then the reason is the branch or the user's role, and not a missing
 * right to this list.
 */
function explainDeniedBranch({ branch, branchAccess }: AccountReading): string {
	const branches = [...branchAccess.keys()];
	const readableBranch = branches.find((id) => branchAccess.get(id) === 'readable');
	const suggestion = readableBranch === undefined ? 'another branch' : `branch ${readableBranch}`;
	return `AlfaCRM denied everything usual in branch ${branch}, so either this user does not work there or the role has no rights: check ${suggestion} by 'Branch ID'.`;
}

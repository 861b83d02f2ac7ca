import type { IDataObject } from 'n8n-workflow';

import { belongsToBranch } from '../../../entities/branch';
import { eventSources } from '../../../entities/events';
import type { Entity } from '../../../entities/types';
import type {
	AccountReading,
	BranchAccess,
	ListReading,
	ReadList,
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
 * Checks for each branch in which `readAccount` has tried to list records whether the user may do
 * so, then whether the branch lists customers of other branches.
 */
export function checkBranches({ branchAccess, customersByBranch }: AccountReading): Finding[] {
	return [
		...[...branchAccess].map(([branch, access]) => checkBranchAccess(branch, access)),
		...[...customersByBranch].map(([branch, customers]) =>
			checkForeignCustomers(branch, customers),
		),
	];
}

function checkBranchAccess(branch: number, access: BranchAccess): Finding {
	const topic = { check: 'branch', subject: `branch ${branch}`, expected: 'readable' };
	switch (access) {
		case 'unknown':
			return reportUnknown(topic, { needs: 'a list that AlfaCRM shows or denies' });
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
 * Checks whether the list of a branch shows customers of other branches. In two schools it did: the
 * branch in the URL is not always a filter (API notes 3).
 */
function checkForeignCustomers(branch: number, customers: readonly IDataObject[]): Finding {
	const topic = {
		check: 'records of other branches',
		subject: `branch ${branch}`,
		expected: 'none',
	};
	if (customers.length === 0) return reportUnknown(topic, { needs: 'customers in the branch' });

	const foreign = customers.filter((customer) => !belongsToBranch(customer, branch));
	const found =
		foreign.length === 0 ? 'none' : `${foreign.length} of ${customers.length} customers`;
	return compareWithExpected(topic, found, {
		asExpected: 'The list of the branch shows its own customers.',
		otherwise:
			'The list of the branch also shows customers who name other branches. Get Many and the AlfaCRM Trigger leave those out; Find and Create or Update find them.',
	});
}

// ---------------------------------------------------------------- lists

/** Checks for each list whether the user may read it. */
export const checkLists = (account: AccountReading): Finding[] =>
	account.lists.map((list) => checkList(list, account));

function checkList(list: ListReading, account: AccountReading): Finding {
	const topic = { check: 'list', subject: `${list.entity.path}/index`, expected: 'readable' };
	switch (list.outcome) {
		case 'read':
			return reportReadList(topic, list);
		case 'skipped':
			return reportUnknown(topic, { needs: `a ${list.missingOwner} that can be read` });
		case 'refused':
			return reportRefusedList(topic, list, account);
	}
}

function reportReadList(topic: Topic, { entity, rows, total, fullPageSize }: ReadList): Finding {
	const mayList = `This user may list ${entity.plural.toLowerCase()}`;
	// Without a total, the number of rows is only known if `rows` is the whole list: then no page was
	// known to be full.
	const isWholeList = fullPageSize === undefined;
	const count = total ?? (isWholeList ? rows.length : null);
	return rows.length > 0
		? reportAsExpected(topic, { found: 'readable', rows: count, meaning: `${mayList}.` })
		: reportAsExpected(topic, {
				found: 'empty',
				rows: count,
				meaning: `${mayList}, and there are none here.`,
			});
}

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

/**
 * Says why AlfaCRM may have denied a list, and what to do. If AlfaCRM also denied the lists of the
 * branch that nearly every user may read, the cause is the branch or the whole role, and not a
 * right to this list.
 */
function explainDenial(entity: Entity, { branch, branchAccess }: AccountReading): string {
	if (entity.scope === 'branch' && branchAccess.get(branch) === 'denied') {
		const readable = [...branchAccess.keys()].find((id) => branchAccess.get(id) === 'readable');
		const suggestion = readable === undefined ? 'another branch' : `branch ${readable}`;
		return `AlfaCRM denied everything usual in branch ${branch}, so either this user does not work there or the role has no rights: check ${suggestion} by 'Branch ID'.`;
	}
	const events = eventSources.has(entity.resource) ? ', and events of the AlfaCRM Trigger too' : '';
	// Only records with an ID can be chosen in a dropdown.
	const hasDropdown = !entity.withoutId;
	const dropdowns = hasDropdown ? '; their dropdowns stay empty' : '';
	return `The role of this user may not list ${entity.plural.toLowerCase()}: their operations end with an error${events}${dropdowns}. If you need them, give the role that right in AlfaCRM.`;
}

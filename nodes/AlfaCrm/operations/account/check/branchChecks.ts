import type { IDataObject } from 'n8n-workflow';

import { belongsToBranch } from '../../../entities/branch';
import type { Finding } from './finding';
import { compareWithExpected, reportAsExpected, reportDenied, reportUnknown } from './finding';
import type { AccountReading, BranchAccess } from './readAccount';

/** Checks each probed branch: whether the user may read in it, then whether it lists customers of other branches. */
export function branchChecks({ branchAccess, customersByBranch }: AccountReading): Finding[] {
	return [
		...[...branchAccess].map(([branch, access]) => checkBranchAccess(branch, access)),
		...[...customersByBranch].map(([branch, customers]) => checkForeignCustomers(branch, customers)),
	];
}

function checkBranchAccess(branch: number, access: BranchAccess): Finding {
	const topic = { check: 'branch', subject: `branch ${branch}`, expected: 'readable' };
	switch (access) {
		case 'unknown':
			return reportUnknown(topic, 'a list that AlfaCRM shows or denies');
		case 'readable':
			return reportAsExpected(topic, {
				found: 'readable',
				meaning: 'This user may read in the branch.',
			});
		case 'denied':
			return reportDenied(
				topic,
				'AlfaCRM denied this user customers, subjects, lessons and users there: give the user this branch and those rights in AlfaCRM, or leave it out of your workflows.',
			);
	}
}

/** Checks whether the list of a branch shows customers of other branches. API notes 3. */
function checkForeignCustomers(branch: number, customers: readonly IDataObject[]): Finding {
	const topic = { check: 'records of other branches', subject: `branch ${branch}`, expected: 'none' };
	if (customers.length === 0) return reportUnknown(topic, 'customers in the branch');

	const foreign = customers.filter((customer) => !belongsToBranch(customer, branch));
	const found = foreign.length === 0 ? 'none' : `${foreign.length} of ${customers.length} customers`;
	return compareWithExpected(topic, found, {
		asExpected: 'The list of the branch shows its own customers.',
		otherwise:
			'The list of the branch also shows customers who name other branches. Get Many and the AlfaCRM Trigger leave those out; Find and Create or Update find them.',
	});
}

/**
 * *Account → Daily Check*: reads the records of the school, and finds what somebody has to put
 * right, such as a lesson of yesterday that is still planned. Each such thing is a finding.
 */

import type { IDataObject } from 'n8n-workflow';

import { MAIN_BRANCH_ADVICE } from '../../../api/messages';
import { branch as branchEntity } from '../../../entities/branch';
import { readBranchesInUse, searchBranchesField } from '../../../run/branches';
import type { Item } from '../../../run/item';
import { resolveNames } from '../../../run/resolveNames';
import { ACCOUNT } from '../accountForm';
import { CustomerDirectory } from './customerDirectory';
import { DAILY_CHECKS } from './dailyChecks';
import type { DailyForm } from './dailyForm';
import { readDailyForm } from './dailyForm';
import { buildItems } from './dailyItems';
import { readNames } from './readNames';
import { readSchool } from './readSchool';
import { SchoolReader } from './schoolReader';

/**
 * Runs the daily check, and returns one output item for each finding. Input items with the same
 * form share one result.
 *
 * @param userItem the input item; its form may name branches by their names instead of their IDs
 */
export async function dailyCheck(userItem: Item): Promise<IDataObject[]> {
	// The clock decides which day was yesterday and which lesson is over. So the execution adds a
	// hint if the workflow has the wrong time zone.
	userItem.execution.dependsOnTimeZone = true;

	// With `onlyReads`, error messages do not say that nothing was saved.
	const itemThatOnlyReads = userItem.resolvedWith({ onlyReads: true });
	// 'Search in Branch' is the only field of the form that can hold names.
	const item = await resolveNames(itemThatOnlyReads, branchEntity, 'dailyCheck');
	const form = readDailyForm(item);

	const check = async () => await checkSchool(item, form);
	const sharedItems = await item.execution.cached(ACCOUNT, makeCacheName(form), check);
	// Each input item gets objects of its own, because later nodes may change them.
	return sharedItems.map((outputItem) => ({ ...outputItem }));
}

/**
 * Makes the name under which the result of a form is cached. Leaves out the time of day: otherwise
 * an item that is processed a minute later would not find the result.
 */
function makeCacheName(form: DailyForm): string {
	const { days, ...otherFormValues } = form;
	return JSON.stringify(['daily', otherFormValues, days.checkedDay, days.today]);
}

/**
 * Reads the records of the school, runs the chosen checks on them, and makes output items that name
 * the records.
 */
async function checkSchool(item: Item, form: DailyForm): Promise<IDataObject[]> {
	const branches = await readBranchesToCheck(item, form);
	const schoolReader = new SchoolReader(item, branches, form);
	const customers = new CustomerDirectory(schoolReader);

	const records = await readSchool(schoolReader, customers);
	const findings = form.checks.flatMap((check) => DAILY_CHECKS[check].find(records));

	const namedRecords = { customers, groups: records.groups };
	const names = await readNames(item, findings, namedRecords);
	return buildItems(findings, { names, records: namedRecords, origin: item.origin });
}

/**
 * Returns the branches that the user has chosen or, if the user has chosen none, all open branches.
 *
 * @throws NodeOperationError if no branch is chosen, and this user may not list the branches
 */
async function readBranchesToCheck(item: Item, { chosenBranches }: DailyForm): Promise<number[]> {
	if (chosenBranches.length > 0) return chosenBranches;

	const openBranches = await readBranchesInUse(item);
	if (openBranches !== undefined) return openBranches;

	throw item.error(
		'This user may not list the branches of the account',
		`Choose some in '${searchBranchesField.label}' of 'Options'. ${MAIN_BRANCH_ADVICE}`,
	);
}

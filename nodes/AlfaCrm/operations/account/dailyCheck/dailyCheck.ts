import type { IDataObject } from 'n8n-workflow';

import { MAIN_BRANCH_OFF } from '../../../api/messages';
import { branch as branchEntity } from '../../../entities/branch';
import { branchesInUse, searchBranchesField } from '../../../run/branches';
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
 * Finds what has to be put right in the school: one item for each thing. Items of an execution with
 * the same form share one reading.
 */
export async function dailyCheck(unresolvedItem: Item): Promise<IDataObject[]> {
	// The clock decides which day was yesterday and which lesson is over, so a wrong time zone is
	// worth a hint.
	unresolvedItem.execution.decidesByTime = true;
	const readingItem = unresolvedItem.resolvedWith({ onlyReads: true });
	const item = await resolveNames(readingItem, branchEntity, 'dailyCheck');
	const form = readDailyForm(item);

	const checkOnce = async () => await checkSchool(item, form);
	const findings = await item.execution.cached(ACCOUNT, makeCacheName(form), checkOnce);
	// Each input item gets objects of its own, because later nodes may change them.
	return findings.map((finding) => ({ ...finding }));
}

/** Names the reading of a form. Leaves out the time, so that later items share the reading too. */
function makeCacheName({ days: { checkedDay, today }, ...choices }: DailyForm): string {
	return JSON.stringify(['daily', choices, checkedDay, today]);
}

/**
 * Reads the records, lets each chosen check look at them, and names what the findings are about.
 */
async function checkSchool(item: Item, form: DailyForm): Promise<IDataObject[]> {
	const branches = await readBranchesToCheck(item, form);
	const schoolReader = new SchoolReader(item, branches, form);
	const customers = new CustomerDirectory(schoolReader);

	const records = await readSchool(schoolReader, customers);
	const findings = form.checks.flatMap((check) => DAILY_CHECKS[check].find(records));

	const knownRecords = { customers, groups: records.groups };
	const names = await readNames(item, findings, knownRecords);
	return buildItems(findings, { names, records: knownRecords, origin: item.origin });
}

/**
 * Returns the branches that the user has chosen, or else all open ones.
 *
 * @throws NodeOperationError if none is chosen and this user may not list the branches
 */
async function readBranchesToCheck(item: Item, { chosenBranches }: DailyForm): Promise<number[]> {
	if (chosenBranches.length > 0) return chosenBranches;

	const openBranches = await branchesInUse(item);
	if (openBranches !== undefined) return openBranches;

	throw item.error(
		'This user may not list the branches of the account',
		`Choose some in '${searchBranchesField.label}' of 'Options'. ${MAIN_BRANCH_OFF}`,
	);
}

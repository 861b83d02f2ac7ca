import type { INodeProperties } from 'n8n-workflow';

import { isoDate } from '../../../entities/fields';
import { toProperty } from '../../../fields/field';
import { sortByName } from '../../../fields/order';
import { collection } from '../../../form/assemble';
import type { Collection } from '../../../form/parameters';
import { wholeNumber } from '../../../form/wholeNumber';
import { searchBranchesField } from '../../../run/branches';
import type { Item } from '../../../run/item';
import { readChosenBranches } from '../../../run/matching/branchesToSearch';
import { daysAfter, today as todayIn, wallClock } from '../../../values/formats';
import { CHECK_NAMES, DAILY_CHECKS } from './dailyChecks';
import type { CheckName, Days } from './finding';

const checks: INodeProperties = {
	displayName: 'Checks',
	name: 'checks',
	type: 'multiOptions',
	options: sortByName(CHECK_NAMES.map((value) => ({ name: DAILY_CHECKS[value].label, value }))),
	default: [...CHECK_NAMES],
	description: 'All if left empty',
};

const day = isoDate('day', 'Day', { description: 'Yesterday if not given' });

const fewestMembers = wholeNumber({
	displayName: 'Fewest Members',
	name: 'fewest',
	min: 1,
	default: 2,
	description: 'Groups with fewer are small',
});

export const dailyOptions = collection(
	'Options',
	'options',
	[checks, toProperty(day), fewestMembers, toProperty(searchBranchesField)],
	'Add Option',
);

/** The values of the form. */
export interface DailyForm {
	/** The checks to run, in the order of the output. */
	checks: CheckName[];
	days: Days;
	fewestMembers: number;
	/** The branches that the user has chosen; empty for all open ones. */
	chosenBranches: number[];
}

/** Reads the form. `settleNames` must have put IDs in place of the names of branches before. */
export function readDailyForm(item: Item): DailyForm {
	const options = item.collection(dailyOptions);
	return {
		checks: readChecks(options),
		days: readDays(options),
		fewestMembers: options.integer(fewestMembers),
		chosenBranches: readChosenBranches(options),
	};
}

function readChecks(options: Collection): CheckName[] {
	const chosenChecks = options.choices(checks);
	if (chosenChecks.length === 0) return CHECK_NAMES;
	return CHECK_NAMES.filter((checkName) => chosenChecks.includes(checkName));
}

function readDays(options: Collection): Days {
	const { zone } = options;
	const today = todayIn('iso', zone);
	const chosenDay = options.has(day.name)
		? options.toWire(day, options.input(toProperty(day)))
		: undefined;
	return {
		day: chosenDay === undefined ? daysAfter(today, -1) : String(chosenDay),
		today,
		tomorrow: daysAfter(today, 1),
		now: wallClock(zone),
		zone,
	};
}

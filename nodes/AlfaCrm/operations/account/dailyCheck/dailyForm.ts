/** The form of *Account → Daily Check*: its parameters, and how their values are read. */

import type { INodeProperties } from 'n8n-workflow';

import { isoDate } from '../../../entities/fields';
import { toProperty } from '../../../fields/field';
import { sortByName } from '../../../fields/order';
import { collection } from '../../../form/assemble';
import type { CollectionReader } from '../../../form/parameters';
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

/**
 * The field 'Day'. It is declared like a field of an entity, so that it takes the same kinds of
 * days; `toProperty` turns it into a parameter of n8n.
 */
const dayField = isoDate('day', 'Day', { description: 'Yesterday if not given' });

const minMembers = wholeNumber({
	displayName: 'Fewest Members',
	name: 'fewest',
	min: 1,
	default: 2,
	description: 'Groups with fewer are small',
});

export const dailyOptions = collection(
	'Options',
	'options',
	[checks, toProperty(dayField), minMembers, toProperty(searchBranchesField)],
	'Add Option',
);

/** The values of the form. A relative day, such as yesterday, is already a date. */
export interface DailyForm {
	/** The checks to run, in the order of the output. */
	checks: CheckName[];
	days: Days;
	/** The number of members below which a group counts as small. */
	minMembers: number;
	/** The branches that the user has chosen; empty for all open branches. */
	chosenBranches: number[];
}

/**
 * Reads the form.
 *
 * @param item an item in whose form `resolveNames` has replaced the names of branches by IDs
 */
export function readDailyForm(item: Item): DailyForm {
	const options = item.collection(dailyOptions);
	return {
		checks: readChecks(options),
		days: readDays(options),
		minMembers: options.integer(minMembers),
		chosenBranches: readChosenBranches(options),
	};
}

/** Reads which checks to run; all checks if the user has chosen none. */
function readChecks(options: CollectionReader): CheckName[] {
	const chosenChecks = options.choices(checks);
	if (chosenChecks.length === 0) return CHECK_NAMES;
	return CHECK_NAMES.filter((checkName) => chosenChecks.includes(checkName));
}

/** Reads the day to check, and finds out the other days from the clock. */
function readDays(options: CollectionReader): Days {
	const { zone } = options;
	const today = todayIn('iso', zone);
	const yesterday = daysAfter(today, -1);
	return {
		checkedDay: readChosenDay(options) ?? yesterday,
		today,
		tomorrow: daysAfter(today, 1),
		now: wallClock(zone),
		zone,
	};
}

/** Reads the day that the user has chosen, as `yyyy-mm-dd`; undefined if none is chosen. */
function readChosenDay(options: CollectionReader): string | undefined {
	if (!options.has(dayField.name)) return undefined;

	const typedDay = options.readRawValue(toProperty(dayField));
	// The value is a text already; only its type does not say so.
	return String(options.toRequestValue(dayField, typedDay));
}

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { byId, byWholeName } from '../../entities/common';
import type { Entity } from '../../entities/types';
import { sortByName } from '../../fields/order';
import { wholeNumber } from '../../form/wholeNumber';
import type { Item } from '../../run/item';
import { matchForm } from '../../run/matching/matchForm';
import type { OperationPart } from '../../run/operation';
import type { FindRequest } from '../common/find';
import { makeFindOptions, readFindRequest } from '../common/find';

/** The overview that the user asks for in the form. */
export interface OverviewRequest {
	/** The customers to find, and what happens if there is none. */
	find: FindRequest;
	/** How many days ahead the next lesson is looked for. */
	daysAhead: number;
	/** How many of the last lessons and of the last payments are returned. */
	recentCount: number;
	/** Whether all lists of names are read. By default only two are read: see `overviewNames.ts`. */
	readsAllNames: boolean;
	/** Whether the whole list of tasks is read. By default only the first page is read. */
	readsAllTasks: boolean;
	/** The names of the fields that 'Leave Out' removes from the overview. */
	leftOutFields: readonly string[];
}

/** Makes the parameters of 'Get Overview'. */
export function overviewForm(entity: Entity): OperationPart {
	return {
		match: matchForm(addIdAndNameKeys(entity)),
		leaveOut: [leaveOut],
		options: [makeOverviewOptions()],
	};
}

/** Reads the form before anything is sent. */
export function readOverviewRequest(item: Item, entity: Entity): OverviewRequest {
	const options = item.collection(makeOverviewOptions());
	return {
		find: readFindRequest(item, addIdAndNameKeys(entity), options),
		daysAhead: options.integer(options.parameter('daysAhead')),
		recentCount: options.integer(options.parameter('last')),
		readsAllNames: options.flag(options.parameter('allNames')),
		readsAllTasks: options.flag(options.parameter('allTasks')),
		leftOutFields: listLeftOutFields(item.choices(leaveOut)),
	};
}

/** A choice of 'Leave Out'. */
interface LeaveOutChoice {
	/** Workflows have stored this value, so it must not change. */
	value: string;
	name: string;
	description: string;
	/**
	 * The names of the fields to leave out of the overview and of the objects inside the overview.
	 * `note`, for example, is left out of lessons, subscriptions and payments.
	 */
	fields: readonly string[];
}

const LEAVE_OUT_CHOICES: readonly LeaveOutChoice[] = [
	{
		value: 'attendance',
		name: 'Attendance',
		description: 'The last lessons: there or not, grades, bonus',
		fields: ['attendance'],
	},
	{
		value: 'contacts',
		name: 'Contacts',
		description: "Phone, email and the payer's name",
		fields: ['phone', 'email', 'payer_name'],
	},
	{
		value: 'manager',
		name: 'Manager and Stage',
		description: 'Who looks after the customer, and the stage or study status',
		fields: ['manager_id', 'manager_name', 'stage_id', 'stage_name'],
	},
	{
		value: 'notes',
		name: 'Notes',
		description: "The staff's notes on subscriptions, lessons and payments",
		fields: ['note'],
	},
	{
		value: 'payments',
		name: 'Payments',
		description: 'The last payments',
		fields: ['payments'],
	},
	{
		value: 'tasks',
		name: 'Tasks',
		description: 'What the staff has still to do',
		fields: ['tasks'],
	},
];

/**
 * The parameter 'Leave Out'. Notes of the staff are left out by default, because the workflow may
 * show the overview to a parent or to an AI model.
 */
export const leaveOut: INodeProperties = {
	displayName: 'Leave Out',
	name: 'leaveOut',
	type: 'multiOptions',
	// n8n lets an AI model fill any parameter that takes an expression, but a model must not decide
	// which facts stay private.
	noDataExpression: true,
	options: sortByName(LEAVE_OUT_CHOICES.map(toOption)),
	default: ['notes'],
	description: 'What is not returned: for parents, Contacts, Manager and Stage, and Tasks as well',
};

function toOption({ name, value, description }: LeaveOutChoice): INodePropertyOptions {
	return { name, value, description };
}

/** Lists the fields that the chosen values of 'Leave Out' remove. */
function listLeftOutFields(chosenValues: readonly string[]): string[] {
	const choices = LEAVE_OUT_CHOICES.filter(({ value }) => chosenValues.includes(value));
	return choices.flatMap(({ fields }) => fields);
}

/** Makes the options of 'Get Overview': the options of 'Find', and some more. */
function makeOverviewOptions(): INodeProperties {
	// By default, all matching customers are returned.
	const defaultIfSeveral = 'all';
	return makeFindOptions(defaultIfSeveral, OVERVIEW_OPTIONS);
}

const OVERVIEW_OPTIONS: INodeProperties[] = [
	wholeNumber({
		displayName: 'Days Ahead',
		name: 'daysAhead',
		min: 1,
		max: 366,
		default: 30,
		description: 'For the next lessons',
	}),
	wholeNumber({
		displayName: 'Last Lessons and Payments',
		name: 'last',
		min: 1,
		max: 100,
		default: 5,
		description: 'How many of each',
	}),
	{
		displayName: 'Look Up All Names',
		name: 'allNames',
		type: 'boolean',
		default: false,
		description: 'Whether to name the stage, plans and branches too',
	},
	{
		displayName: 'Search All Tasks',
		name: 'allTasks',
		type: 'boolean',
		default: false,
		description: 'Whether to read the whole list of tasks, not the first page alone',
	},
];

/**
 * Copies the customer entity, with more choices in 'Match By' than 'Find' has: the ID, which comes
 * first, and the name.
 */
function addIdAndNameKeys(entity: Entity): Entity {
	const keysOfFind = entity.match?.keys ?? [];
	const otherKeys = keysOfFind.filter(({ name }) => name !== byId.name);
	const keys = [byId, ...otherKeys, byWholeName];
	// The type requires `onlyForNew`, but only *Create or Update* uses it.
	const onlyForNew = entity.match?.onlyForNew ?? [];
	return { ...entity, match: { onlyForNew, keys } };
}

import { author, pickFields, note } from './common';
import { comment, communication } from './communication';
import {
	choice,
	dottedDate,
	flag,
	id,
	number,
	record,
	reference,
	references,
	text,
} from './fields';
import { customerTariff } from './customerTariff';
import { incomeFields, pay } from './pay';
import { task } from './task';
import type { Action, ActionOf, AddedResource, Entity } from './types';

/**
 * Declares the actions of customers that a school uses every day, such as *Move to Stage* or *Take
 * Payment*.
 */

const group = record('group_id', 'Group', 'group', { required: true });

/** An option of 'Move to Stage': a lead in any other stage is left where it is. */
export const onlyIfInStage = references('onlyIfInStage', 'Only If In Stage', 'leadStatus', {
	description: 'Leads elsewhere are skipped',
});

/** An option of 'Move to Stage': a lead that is further in the funnel is left where it is. */
export const neverBack = flag('neverBack', 'Never Back', {
	description: 'Whether to skip who is further in the funnel',
});

/** The settings of an action that changes the card of a customer. */
const cardActionSettings = {
	action: 'update',
	recordIdName: 'id',
	kind: 'change',
} as const satisfies Partial<ActionOf<'change'>>;

/**
 * Actions that change the card of a customer, from lead to client. AlfaCRM takes a partial update
 * of a customer and leaves the other fields alone. API notes 4 and 5.3.
 */
const cardActions: Action[] = [
	{
		name: 'convertToClient',
		label: 'Convert to Client',
		title: 'Convert lead to client',
		...cardActionSettings,
		fields: [reference('study_status_id', 'Study Status', 'studyStatus')],
		fixedValues: { is_study: 1 },
	},
	{
		name: 'moveToStage',
		label: 'Move to Stage',
		title: 'Move lead to stage of funnel',
		...cardActionSettings,
		fields: [
			reference('lead_status_id', 'Stage', 'leadStatus', {
				required: true,
				description: "Check the result of 'Not Sorted' in AlfaCRM",
			}),
			reference('pipeline_id', 'Pipeline', 'pipeline'),
		],
		options: [onlyIfInStage, neverBack],
		kind: 'moveToStage',
	},
	{
		name: 'assignManager',
		label: 'Assign Manager',
		title: 'Assign manager to customer',
		...cardActionSettings,
		fields: [reference('assigned_id', 'Manager', 'user', { required: true })],
	},
	{
		name: 'assignTeachers',
		label: 'Assign Teachers',
		title: 'Assign teachers to customer',
		...cardActionSettings,
		fields: [references('teacher_ids', 'Teacher', 'teacher', { required: true })],
	},
	{
		name: 'reject',
		label: 'Reject Lead',
		title: 'Reject lead with reason',
		...cardActionSettings,
		fields: [
			reference('lead_reject_id', 'Reason', 'leadReject', {
				required: true,
			}),
			flag('removed', 'Archive Too', {
				description: 'Whether to archive the lead as well',
			}),
		],
		kind: 'rejectLead',
	},
];

/** Actions that add a customer to a group or take the customer out. API notes 5.7. */
const groupActions: Action[] = [
	{
		name: 'addToGroup',
		label: 'Add to Group',
		title: 'Add customer to group',
		description: 'Who is in it gets alreadyMember: true',
		path: 'cgi',
		action: 'create',
		recordIdName: 'customer_id',
		fields: [
			group,
			dottedDate('e_date', 'End Date', {
				description: 'Last day, if it ends',
			}),
			dottedDate('b_date', 'Start Date', {
				description: 'First day, today if left empty',
			}),
		],
		kind: 'joinGroup',
	},
	{
		name: 'removeFromGroup',
		label: 'Remove From Group',
		title: 'Remove customer from group',
		description: 'Who is not in it gets alreadyLeft: true',
		path: 'cgi',
		action: 'update',
		recordIdName: 'customer_id',
		fields: [
			group,
			choice(
				'leave_by',
				'How',
				[
					{
						value: 'end',
						label: 'End It',
						description: 'Set its last day; the past membership stays on record',
					},
					{
						value: 'delete',
						label: 'Delete It',
						description: 'Remove the membership as if it had never been',
					},
				],
				'end',
				{ required: true },
			),
			dottedDate('e_date', 'Last Day', {
				fallback: 'today',
				description: 'Today if left empty',
			}),
		],
		kind: 'leaveGroup',
	},
];

/**
 * Makes the settings of an action that adds a record to a customer.
 *
 * @param customerField the field of the added record that holds the ID of the customer
 */
const addToCustomer = (addedResource: AddedResource, { path }: Entity, customerField: string) =>
	({ path, action: 'create', kind: 'addToCustomer', addedResource, customerField }) as const;

/** Actions that add a record to a customer. API notes 5.5, 5.16, 5.18 and 5.19. */
const additionActions: Action[] = [
	{
		name: 'sellSubscription',
		label: 'Sell Subscription',
		title: 'Sell subscription to customer',
		description: 'Unless an identical one exists',
		...addToCustomer('customerTariff', customerTariff, 'customer_id'),
		fields: pickFields(customerTariff, {
			tariff_id: {},
			balance: {},
			e_date: {},
			lesson_type_ids: {},
			note: {},
			is_separate_balance: {},
			b_date: {
				fallback: 'today',
				description: 'Today if left empty, so a run on another day sells it once more',
			},
			subject_ids: {},
		}),
	},
	{
		name: 'takePayment',
		label: 'Take Payment',
		title: 'Take payment from customer',
		description: 'Unless an identical one exists',
		path: pay.path,
		action: 'create',
		fields: incomeFields,
		kind: 'enterPayment',
	},
	{
		name: 'addComment',
		label: 'Add Comment',
		title: 'Add comment to customer',
		description: 'Unless the same was added minutes ago',
		...addToCustomer('communication', communication, 'related_id'),
		fields: [comment, author],
		fixedValues: { class: 'Customer', type_id: 1 },
	},
	{
		name: 'createTask',
		label: 'Create Task',
		title: 'Create task about customer',
		description: 'Unless an identical open one exists',
		...addToCustomer('task', task, 'customer_ids'),
		fields: pickFields(task, {
			title: {},
			assigned_ids: {},
			user_id: {},
			branch_ids: {
				label: 'Branch of Task',
				description: "If not the one above, or the customer's",
			},
			due_date: {},
			text: {},
		}),
		unconfirmed: true,
	},
];

/**
 * Adds or spends bonus money, as one integration does in production. The code of that integration
 * does not show AlfaCRM's answer, so the answer is assumed. API notes 6.
 */
const changeBonus: Action = {
	name: 'changeBonus',
	label: 'Change Bonus',
	title: 'Add or spend bonus of customer',
	kind: 'save',
	path: 'bonus',
	recordIdName: 'customer_id',
	action: 'bonus-add',
	actionField: 'change',
	fields: [
		choice(
			'change',
			'Change',
			[
				{ value: 'bonus-add', label: 'Add' },
				{ value: 'bonus-spend', label: 'Spend' },
			],
			'bonus-add',
			{ required: true },
		),
		number('amount', 'Amount', { required: true, min: 0.01 }),
		{ ...note, required: true },
	],
	confirmedBy: 'balance_bonus',
	unconfirmed: true,
};

/** Reads the calendar of a customer. Sources write the days in two formats. API notes 6. */
const calendar: Action = {
	name: 'getCalendar',
	label: 'Get Calendar',
	title: 'Get calendar of customer between two days',
	path: 'calendar',
	action: 'customer',
	recordIdName: 'id',
	query: [
		dottedDate('date1', 'Date From', { required: true, daysAhead: 0 }),
		dottedDate('date2', 'Date To', { required: true, daysAhead: 7 }),
	],
	outputFields: [
		id('id', 'ID'),
		reference('branch_id', 'Branch ID', 'branch'),
		text('start', 'Start'),
		text('title', 'Title'),
	],
	kind: 'get',
};

/** The actions that a school uses every day. `customer.ts` declares the other actions. */
export const customerActions: Action[] = [
	calendar,
	changeBonus,
	...cardActions,
	...groupActions,
	...additionActions,
];

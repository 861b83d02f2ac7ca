import { author, fieldsLike } from './common';
import { comment, communication } from './communication';
import { choice, dottedDate, flag, record, reference, references } from './fields';
import { customerTariff } from './customerTariff';
import { pay } from './pay';
import { task } from './task';
import type { Action, Added, Entity } from './types';

const group = record('group_id', 'Group', 'group', { required: true });

const change = { action: 'update', idAs: 'id', kind: 'change' } as const;

/** The life of a lead and a client, step by step. API notes 4 and 5.3: a partial update changes what it names. */
const steps: Action[] = [
	{
		name: 'convertToClient',
		label: 'Convert to Client',
		title: 'Convert lead to client',
		description: 'Turn a lead into a client. A client stays one.',
		...change,
		body: [
			reference('study_status_id', 'Study Status', 'studyStatus', { description: 'State of the new client' }),
		],
		fixed: { is_study: 1 },
	},
	{
		name: 'moveToStage',
		label: 'Move to Stage',
		title: 'Move lead to stage of funnel',
		description: 'Set the stage of a lead in the funnel, whatever it was before',
		...change,
		body: [
			reference('lead_status_id', 'Stage', 'leadStatus', {
				required: true,
				description:
					"Stage of the funnel. 'Not Sorted' takes the lead out of its stage; no source shows AlfaCRM doing that, so check the result.",
			}),
			reference('pipeline_id', 'Pipeline', 'pipeline', { description: 'Funnel that the stage belongs to' }),
		],
	},
	{
		name: 'assignManager',
		label: 'Assign Manager',
		title: 'Assign manager to customer',
		description: 'Set the user who looks after a customer',
		...change,
		body: [reference('assigned_id', 'Manager', 'user', { required: true })],
	},
	{
		name: 'assignTeachers',
		label: 'Assign Teachers',
		title: 'Assign teachers to customer',
		description: 'Add to the responsible teachers of a customer, or replace them',
		...change,
		body: [references('teacher_ids', 'Teacher', 'teacher', { required: true })],
	},
	{
		name: 'reject',
		label: 'Reject Lead',
		title: 'Reject lead with reason',
		description: 'Record why a lead was lost, and archive it if you like. A client is refused.',
		...change,
		body: [
			reference('lead_reject_id', 'Reason', 'leadReject', {
				required: true,
				description: 'Why the lead was lost',
			}),
			flag('removed', 'Archive Too', {
				description: 'Whether to archive the lead as well. Check the result in AlfaCRM.',
			}),
		],
		kind: 'rejectLead',
	},
];

/** API notes 5.7. */
const groups: Action[] = [
	{
		name: 'addToGroup',
		label: 'Add to Group',
		title: 'Add customer to group',
		description:
			'Add a customer to a group. A current member stays in it, until another end date if one is given; alreadyMember is then true.',
		path: 'cgi',
		action: 'create',
		idAs: 'customer_id',
		body: [
			group,
			dottedDate('e_date', 'End Date', {
				description: 'Last day of the membership. Sources disagree on how AlfaCRM takes it.',
			}),
			dottedDate('b_date', 'Start Date', {
				description: 'First day of the membership. Sources disagree on how AlfaCRM takes it.',
			}),
		],
		kind: 'joinGroup',
	},
	{
		name: 'removeFromGroup',
		label: 'Remove From Group',
		title: 'Remove customer from group',
		description:
			'End the membership of a customer in a group, and delete one that has not begun by then. If the customer is not in it, nothing changes and alreadyLeft is true.',
		path: 'cgi',
		action: 'update',
		idAs: 'customer_id',
		body: [
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
				description: 'Last day in the group, today if left empty',
			}),
		],
		kind: 'leaveGroup',
	},
];

const adding = (creates: Added, { path }: Entity, idAs: string) =>
	({ path, action: 'create', idAs, kind: 'createIfAbsent', creates }) as const;

/** What is added to a customer. API notes 5.5, 5.16, 5.18 and 5.19. */
const additions: Action[] = [
	{
		name: 'sellSubscription',
		label: 'Sell Subscription',
		title: 'Sell subscription to customer',
		description:
			'Give a customer a subscription. If an identical one exists, whatever its balance, it is returned instead.',
		...adding('customerTariff', customerTariff, 'customer_id'),
		body: fieldsLike(customerTariff, {
			tariff_id: {},
			balance: {},
			e_date: {},
			lesson_type_ids: {},
			note: {},
			is_separate_balance: {},
			b_date: {
				fallback: 'today',
				description: 'First day; today if left empty, so that a run on another day sells it once more',
			},
			subject_ids: {},
		}),
	},
	{
		name: 'takePayment',
		label: 'Take Payment',
		title: 'Take payment from customer',
		description:
			'Record a payment of a customer. If an identical one exists, confirmed or not, it is returned instead.',
		...adding('pay', pay, 'customer_id'),
		body: fieldsLike(pay, {
			income: { nonZero: undefined, min: 0.01, description: undefined },
			pay_account_id: {},
			branch_id: {},
			is_confirmed: {},
			ctt_id: {},
			document_date: {
				fallback: 'today',
				required: false,
				description: 'Today if left empty, so that a run on another day adds it once more',
			},
			location_id: {},
			note: {},
			payer_name: { description: 'That of the customer if left empty' },
			pay_item_id: {},
			pay_type_id: { fallback: 1, required: false, description: 'An income (1) if left empty' },
		}),
	},
	{
		name: 'addComment',
		label: 'Add Comment',
		title: 'Add comment to customer',
		description: 'Add a comment on a customer unless the same was added a few minutes ago',
		...adding('communication', communication, 'related_id'),
		body: [comment, author],
		fixed: { class: 'Customer', type_id: 1 },
	},
	{
		name: 'createTask',
		label: 'Create Task',
		title: 'Create task about customer',
		description: 'Create a task about a customer unless an identical open one exists',
		...adding('task', task, 'customer_ids'),
		body: fieldsLike(task, {
			title: {},
			assigned_ids: {},
			user_id: {},
			branch_ids: {
				label: 'Branch of Task',
				description: "Branches of the task, if not just the one above, or the customer's",
			},
			due_date: {},
			text: {},
		}),
		unconfirmed: true,
	},
];

/** What is done with a customer every day. Each can be run twice. */
export const jobs: Action[] = [...steps, ...groups, ...additions];

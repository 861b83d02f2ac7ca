import type { IDataObject } from 'n8n-workflow';

import { readFlag, readIds } from '../values/formats';
import { makeArchivedView, makeArchiveActions } from './archive';
import {
	idsFilter,
	note,
	personName,
	timestampFilters,
	timestamps,
	makeWritableEntity,
	ownBranches,
	company,
	emailFilter,
	phoneFilter,
	byCustomField,
	byId,
} from './common';
import {
	boolean,
	choice,
	dottedDate,
	emails,
	id,
	ids,
	integer,
	isoDate,
	links,
	number,
	phones,
	range,
	record,
	reference,
	references,
	rows,
	text,
	texts,
} from './fields';
import { customerActions } from './customerJobs';
import type { Action, MatchKey } from './types';

/**
 * Declares customers: leads, who do not study yet, and clients, who study or have studied. The
 * *card* is the record of one customer.
 */

/**
 * The values of `is_study`. A card has `lead` or `client`. Only filters take `all`.
 * docs/alfacrm-api.md 3.
 */
export const CUSTOMER_TYPE = { lead: 0, client: 1, all: 2 } as const;

/**
 * Reads the stage of a lead from a card. If an account shows a list of stages, reads the first
 * stage. Returns undefined if the card shows no stage. API notes 5.3.
 */
export const stageOf = ({ lead_status_id, lead_status_ids }: IDataObject): number | undefined =>
	readIds([lead_status_id, lead_status_ids].flat())[0];

const isLead = ({ is_study }: IDataObject): boolean => readFlag(is_study) === CUSTOMER_TYPE.lead;

/** Whether a card is a lead in no stage. AlfaCRM calls such leads not sorted. API notes 5.3. */
export const isUnsorted = (row: IDataObject): boolean => isLead(row) && stageOf(row) === undefined;

/**
 * Whether a card is a lost lead: a lead with a reason why it was lost. A client can have such a
 * reason from the time as a lead, so clients do not count. API notes 5.3.
 */
export const isLostLead = (row: IDataObject): boolean =>
	isLead(row) && readIds([row.lead_reject_id]).length > 0;

const LEAD = {
	value: CUSTOMER_TYPE.lead,
	label: 'Lead',
	description: 'Someone who may become a client',
};
const CLIENT = { value: CUSTOMER_TYPE.client, label: 'Client', description: 'Someone who studies' };
const LEGAL_TYPES = [
	{ value: 1, label: 'Person' },
	{ value: 2, label: 'Company' },
];
const GENDERS = [
	{ value: 0, label: 'Not Given' },
	{ value: 1, label: 'Male' },
	{ value: 2, label: 'Female' },
];

const leavingReason = reference('customer_reject_id', 'Customer Reject Reason', 'customerReject', {
	description: 'Why a client left',
});

/**
 * The match keys of customers. Siblings often share the phone and the email of a parent, so some
 * keys compare the name as well.
 */
const matchKeys: MatchKey[] = [
	{
		name: 'phone',
		label: 'Phone',
		description: 'In any format',
		fields: ['phone'],
	},
	{
		name: 'phoneAndName',
		label: 'Phone and Name',
		description: 'Tells siblings apart who share the phone of a parent',
		fields: ['phone', 'name'],
		queriedFields: ['phone'],
	},
	{
		name: 'phoneOrEmail',
		label: 'Phone or Email',
		description: 'One of the two is enough; an empty one is ignored',
		fields: ['phone', 'email'],
		isOneFieldEnough: true,
	},
	{ name: 'email', label: 'Email', description: 'Case-insensitive', fields: ['email'] },
	{
		name: 'web',
		label: 'Telegram or Website',
		description: '@name, t.me/name, a number or an address; reads all records',
		fields: ['web'],
	},
	{
		name: 'firstFound',
		label: 'First That Is Found',
		description: 'By phone, else email, else Telegram or website, else custom field',
		fields: ['phone', 'email', 'web'],
		isOneFieldEnough: true,
		isTriedInOrder: true,
		mayHaveCustomField: true,
	},
	{
		name: 'nameAndBirthDate',
		label: 'Name and Date of Birth',
		description: 'Both must agree',
		fields: ['name', 'dob'],
	},
	byCustomField,
	byId,
];

/**
 * Combines a customer's card, subscriptions, groups, lessons, payments and tasks into one item.
 * API notes 5.3, 5.5, 5.7, 5.11, 5.16 and 5.18.
 */
const getOverview: Action = {
	name: 'getOverview',
	label: 'Get Overview',
	title: 'Get customer overview with balance and lessons left and next lessons',
	description: 'One item, made of several lists',
	action: 'index',
	kind: 'overview',
};

/**
 * Leads and clients. They are one entity of AlfaCRM, and `is_study` tells them apart. A plain list,
 * which is a list without filters, shows only active clients. API notes 3 and 5.3.
 */
export const customer = makeWritableEntity({
	resource: 'customer',
	className: 'Customer',
	label: 'Customer',
	pages: [{ name: 'customer' }, { name: 'lead', showsRecord: isLead }],
	certainty: 'confirmed',
	actions: [...makeArchiveActions('customer', [leavingReason]), ...customerActions, getOverview],
	listed: {
		search: { textFilter: 'name', digitsFilter: 'phone' },
		details: [{ name: 'phone' }, { name: 'is_study', choices: [LEAD, CLIENT] }],
	},
	simplifiedFields: [
		'id',
		'name',
		'phone',
		'email',
		'is_study',
		'branch_ids',
		'lead_status_id',
		'balance',
		'paid_lesson_count',
		'created_at',
	],
	hasCustomFields: true,
	hidden: {
		bodyShowingAll: { is_study: CUSTOMER_TYPE.all, removed: 1 },
		views: [
			{
				...choice(
					'is_study',
					'Customer Type',
					[
						CLIENT,
						LEAD,
						{ value: CUSTOMER_TYPE.all, label: 'Leads and Clients', description: 'All customers' },
					],
					CUSTOMER_TYPE.all,
					{ description: 'Which customers to return' },
				),
				makeBody: (is_study) => ({ is_study }),
				includesRow: ({ is_study }, chosen) =>
					chosen === CUSTOMER_TYPE.all || is_study === undefined || Number(is_study) === chosen,
			},
			makeArchivedView('customers'),
		],
	},
	match: {
		keys: matchKeys,
		// An update by a match must not turn a client into a lead, or rename a customer.
		onlyForNew: ['is_study', 'name'],
	},
	archive: { day: 'e_date' },
	fields: [
		personName('e.g. Mia Orlova'),
		phones('phone', 'Phone', { placeholder: 'e.g. +7(900)000-22-33', prominent: true }),
		emails('email', 'Email', { placeholder: 'e.g. name@example.org', prominent: true }),
		choice('is_study', 'Customer Type', [CLIENT, LEAD], CUSTOMER_TYPE.lead, {
			required: true,
			description: 'Lead or client',
		}),
		texts('addr', 'Address', { split: false }),
		reference('assigned_id', 'Assigned Manager', 'user'),
		text('barcode', 'Barcode'),
		ownBranches(),
		dottedDate('dob', 'Date of Birth'),
		choice('gender', 'Gender', GENDERS, 0),
		reference('lead_source_id', 'Lead Source', 'leadSource'),
		reference('lead_status_id', 'Stage', 'leadStatus'),
		choice('legal_type', 'Legal Type', LEGAL_TYPES, 1, {
			required: true,
			fallback: 1,
			description: 'Who pays',
		}),
		text('legal_name', 'Payer Name', { longest: 50, description: 'Payer or parent' }),
		note,
		reference('pipeline_id', 'Pipeline', 'pipeline'),
		reference('study_status_id', 'Study Status', 'studyStatus'),
		references('teacher_ids', 'Teacher', 'teacher', { description: 'Responsible' }),
		links('web', 'Website', { placeholder: 'e.g. t.me/mia_orlova' }),
	],
	outputFields: [
		text('balance', 'Balance'),
		text('balance_base', 'Base Balance'),
		integer('color', 'Color'),
		company,
		integer('balance_bonus', 'Bonus Balance'),
		text('b_date', 'Start Date'),
		isoDate('e_date', 'Archived On', { description: 'A past day if archived, 2030-12-31 if not' }),
		leavingReason,
		ids('group_ids', 'Group IDs', { entity: 'group' }),
		rows('groups', 'Groups', [id('id', 'ID'), text('name', 'Name')]),
		isoDate('last_attend_date', 'Last Attended'),
		reference('lead_reject_id', 'Lead Reject Reason', 'leadReject', {
			description: 'Why a lead was lost',
		}),
		references('lead_status_ids', 'Stage IDs', 'leadStatus'),
		isoDate('next_lesson_date', 'Next Lesson'),
		integer('paid_count', 'Paid Count'),
		integer('paid_lesson_count', 'Remaining Lessons'),
		text('paid_lesson_date', 'Paid Lesson Date'),
		text('paid_till', 'Paid Until'),
		...timestamps,
	],
	filters: [
		...range(integer, 'age', 'Age'),
		reference('assigned_id', 'Assigned Manager', 'user'),
		...range(number, 'balance_contract', 'Contract Balance', { comparedField: 'balance' }),
		text('comment', 'Comment', { description: 'Part of a comment' }),
		leavingReason,
		...range(dottedDate, 'dob', 'Date of Birth', { comparedField: 'dob' }),
		emailFilter,
		record('group_id', 'Group', 'group', {
			description: 'Who is in the group now',
			// It is not proven that AlfaCRM heeds this filter, so the node compares the rows with the
			// members of the group.
			checkRowBy: 'members',
		}),
		// AlfaCRM takes a list of IDs in the filter `id`, as one integration shows. No filter `ids` is
		// known. API notes 3.
		{ ...idsFilter('customer', 'e.g. 501, 502'), makeBody: (id) => ({ id }) },
		...range(isoDate, 'last_attend_date', 'Last Attended', { comparedField: 'last_attend_date' }),
		reference('lead_source_id', 'Lead Source', 'leadSource'),
		reference('lead_status_id', 'Stage', 'leadStatus', {
			// `null` stands for the choice "Not Sorted": leads in no stage.
			makeBody: (stage) =>
				stage === null ? { is_study: CUSTOMER_TYPE.lead } : { lead_status_id: stage },
			// AlfaCRM lists all leads for "Not Sorted", so each row is checked. For any other stage,
			// every row passes: a row may show its stage under two names. API notes 5.3.
			checkRowBy: (row, stage) => stage !== null || isUnsorted(row),
		}),
		...range(integer, 'lesson_count', 'Remaining Lessons', { comparedField: 'paid_lesson_count' }),
		reference('level_id', 'Level', 'level'),
		text('name', 'Name', { description: 'Part of the name' }),
		...range(isoDate, 'next_lesson_date', 'Next Lesson', { comparedField: 'next_lesson_date' }),
		text('note', 'Note', { description: 'Part of the note' }),
		text('legal_name', 'Payer Name', { description: "Part of the payer's name" }),
		phoneFilter,
		// As a filter for a period, `removed_from` and `removed_to` are days; `removed` alone is a
		// flag.
		...range(dottedDate, 'removed', 'Archived'),
		reference('study_status_id', 'Study Status', 'studyStatus'),
		...range(dottedDate, 'tariff_till', 'Subscription Valid Until'),
		reference('employee_id', 'Teacher', 'teacher', { description: 'Responsible' }),
		...timestampFilters,
		boolean('withGroups', 'With Groups', {
			description: "Whether to add the active groups; seen with 'Simplify' off",
		}),
	],
});

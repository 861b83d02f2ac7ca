import type { IDataObject } from 'n8n-workflow';

import { withResult } from '../../output/report';
import type { ExistingOrPlan } from '../../run/findOrCreate';
import { findOrCreateByPlan } from '../../run/findOrCreate';
import type { ActionKind } from '../../run/operation';
import { formatDay, today } from '../../values/formats';
import { moveToBranchOfGroup } from './groupBranch';
import type { MembershipForm } from './membership';
import {
	hintThatNothingChanged,
	listMemberships,
	membershipSchema,
	readMembershipForm,
	saveMembership,
} from './membership';
import type { Days, MembershipChange } from './planMembership';
import { planMembership } from './planMembership';

/**
 * *Customer → Add to Group*: makes a customer a member of a group from a first day to a last day,
 * or without an end. If an existing membership shares a day with these days, its days are changed;
 * otherwise a membership is created. `planMembership.ts` decides between the two.
 */
export const joinGroup: ActionKind<'joinGroup'> = {
	decidesByTime: () => true,

	form: () => ({}),

	async execute(item, entity, action) {
		const form = readMembershipForm(item, entity, action);
		const days = readDays(form);
		return await item.withLock([form.lock], async () => {
			const formInBranch = await moveToBranchOfGroup(form);
			const output = await findOrCreateByPlan(
				item,
				async () => await coverByExisting(formInBranch, days),
				async ({ memberships }) => await createMembership(formInBranch, days, memberships),
			);
			return [output];
		});
	},

	output: () => membershipSchema('alreadyMember'),
};

/**
 * Reads the days on which the customer should be in the group.
 *
 * @throws NodeOperationError if the end is before the start
 */
function readDays({ item, fields }: MembershipForm): Days {
	const currentDay = today('iso', item.zone);
	const from = formatDay(fields.b_date, 'iso', item.zone) ?? currentDay;
	const endDate = formatDay(fields.e_date, 'iso', item.zone);
	// Without an end date, the customer has to be in the group today and on the first day.
	const lastCertainDay = from > currentDay ? from : currentDay;
	const to = endDate ?? lastCertainDay;
	if (to >= from) return { from, to, isOpenEnded: endDate === undefined };

	throw item.error(
		`'End Date' must not be before ${fields.b_date === undefined ? 'today' : "'Start Date'"}`,
		"Give a later day, or use 'Remove From Group'.",
	);
}

/**
 * Covers the days by a membership that exists already, and changes its days if necessary.
 *
 * @returns the existing memberships, if none of them can cover the days and one has to be created
 * @throws NodeOperationError if the days lead from one membership into another
 */
async function coverByExisting(
	form: MembershipForm,
	days: Days,
): Promise<ExistingOrPlan<IDataObject, { memberships: readonly IDataObject[] }>> {
	const { item } = form;
	const memberships = await listMemberships(form);
	const plan = planMembership(memberships, days, item.zone);
	if (plan === 'create') return { plan: { memberships } };
	if (plan === 'refuse') {
		throw item.error(
			`The customer was in the group more than once from ${days.from} to ${days.to}`,
			"Give a later 'Start Date', or change the memberships in AlfaCRM.",
		);
	}

	return { existing: await carryOut(form, plan) };
}

/** Changes the days of a membership if necessary, and returns the output of the action. */
async function carryOut(form: MembershipForm, change: MembershipChange): Promise<IDataObject> {
	const { membership, changes, isMember } = change;
	if (hasNoFields(changes)) {
		hintThatCustomerIsMember(form);
		return { ...withResult(form.toOutput(membership), 'unchanged'), alreadyMember: isMember };
	}

	const changedMembership = await changeDays(form, change);
	return { ...withResult(form.toOutput(changedMembership), 'updated'), alreadyMember: isMember };
}

/** Changes the days of a membership, and returns the membership as it is afterwards. */
async function changeDays(
	form: MembershipForm,
	{ membership, changes }: MembershipChange,
): Promise<IDataObject> {
	const { customerId, groupId } = form;
	const task = `change the days of customer ${customerId} in group ${groupId} (membership ${String(membership.id)})`;
	const savedFields = await saveMembership(
		form,
		{ action: 'update', body: changes, task },
		membership,
	);
	return { ...membership, ...changes, ...savedFields };
}

/**
 * Creates a membership for the days.
 *
 * @param otherMemberships the memberships of the customer in this group on other days
 */
async function createMembership(
	form: MembershipForm,
	days: Days,
	otherMemberships: readonly IDataObject[],
): Promise<IDataObject> {
	let membership: IDataObject;
	try {
		membership = await sendMembership(form);
	} catch (caught) {
		const error = form.item.asError(caught);
		if (!meansAlreadyMember(error, form, otherMemberships)) throw error;
		return reportAlreadyMember(form);
	}

	const openMembership = await postponeEnd(form, days, membership);
	return { ...withResult(form.toOutput(openMembership), 'created'), alreadyMember: false };
}

async function sendMembership(form: MembershipForm): Promise<IDataObject> {
	const { customerId, groupId, fields } = form;
	const body = { group_id: groupId, customer_id: customerId, ...fields };
	const task = `add customer ${customerId} to group ${groupId}`;
	const savedFields = await saveMembership(form, { action: 'create', body, task });
	return { ...body, ...savedFields };
}

/**
 * Reports that the customer is in the group already, with a membership that AlfaCRM does not show.
 */
function reportAlreadyMember(form: MembershipForm): IDataObject {
	hintThatCustomerIsMember(form);
	const output = form.toOutput({ customer_id: form.customerId, group_id: form.groupId });
	return { ...withResult(output, 'unchanged'), alreadyMember: true };
}

/**
 * The message with which AlfaCRM refuses a customer who is in the group already. API notes 5.7.
 */
const ALREADY_MEMBER_MESSAGE = /уже состоит/i;

/**
 * Whether AlfaCRM refuses the creation because the customer is in the group on the days of the
 * form.
 *
 * Its message does not say on which days. So it proves nothing if the user has given days. And if
 * the list shows memberships on other days, the message may be about one of those.
 */
function meansAlreadyMember(
	error: Error,
	{ fields }: MembershipForm,
	otherMemberships: readonly IDataObject[],
): boolean {
	const givesDays = Object.keys(fields).length > 0;
	return ALREADY_MEMBER_MESSAGE.test(error.message) && !givesDays && otherMemberships.length === 0;
}

/**
 * Postpones the end of a new membership if the user has given no end. AlfaCRM gives a membership
 * without an end the end of its group. If the group is over, the membership would be over too, and
 * the next run would not find the customer in the group.
 */
async function postponeEnd(
	form: MembershipForm,
	days: Days,
	membership: IDataObject,
): Promise<IDataObject> {
	const plan = planMembership([membership], days, form.item.zone);
	const hasRightDays = !days.isOpenEnded || typeof plan === 'string' || hasNoFields(plan.changes);
	return hasRightDays ? membership : await changeDays(form, plan);
}

function hintThatCustomerIsMember(form: MembershipForm): void {
	hintThatNothingChanged(form, 'This customer was in the group already; nothing was added');
}

const hasNoFields = (changes: IDataObject): boolean => Object.keys(changes).length === 0;

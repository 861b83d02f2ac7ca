import type { IDataObject } from 'n8n-workflow';

import { withResult } from '../../output/report';
import type { ExistingOrPlan } from '../../run/findOrCreate';
import { findOrCreateByPlan } from '../../run/findOrCreate';
import type { ActionKind } from '../../run/operation';
import { formatDay, today } from '../../values/formats';
import type { MembershipUpdate, Period } from './decideMembership';
import { decideMembership } from './decideMembership';
import { chooseBranchOfGroup } from './groupBranch';
import type { MembershipForm } from './membership';
import {
	hintThatNothingChanged,
	listMemberships,
	membershipSchema,
	readMembershipForm,
	saveMembership,
} from './membership';

/**
 * *Customer → Add to Group*: makes a customer a member of a group from a first day to a last day,
 * or without a last day. Either changes the days of an existing membership, or creates a new
 * membership: `decideMembership.ts` decides it.
 */
export const joinGroup: ActionKind<'joinGroup'> = {
	// An empty 'Start Date' means today, so the result depends on the clock.
	dependsOnTimeZone: () => true,

	// The form has only the customer and the fields that the action declares.
	form: () => ({}),

	async execute(item, entity, action) {
		const form = readMembershipForm(item, entity, action);
		const period = readPeriod(form);
		return await item.withLock([form.membershipsKey], async () => {
			const branch = await chooseBranchOfGroup(form);
			const output = await addToGroup({ ...form, branch }, period);
			return [output];
		});
	},

	output: () => membershipSchema('alreadyMember'),
};

/**
 * Uses an existing membership or, if no membership can be used, creates one. Returns the output
 * item.
 */
async function addToGroup(form: MembershipForm, period: Period): Promise<IDataObject> {
	return await findOrCreateByPlan(
		form.item,
		async () => await reuseMembership(form, period),
		async ({ otherMemberships }) => await createMembership(form, period, otherMemberships),
	);
}

/**
 * Reads the period in which the customer should be in the group.
 *
 * @throws NodeOperationError if the end is before the start
 */
function readPeriod({ item, fields }: MembershipForm): Period {
	const currentDay = today('iso', item.zone);
	const from = formatDay(fields.b_date, 'iso', item.zone) ?? currentDay;
	const endDate = formatDay(fields.e_date, 'iso', item.zone);
	// Without an end date, the membership must last at least until today or, if the first day is in
	// the future, until the first day.
	const earliestEnd = from > currentDay ? from : currentDay;
	const to = endDate ?? earliestEnd;
	if (to >= from) return { from, to, isOpenEnded: endDate === undefined };

	const earliestDay = fields.b_date === undefined ? 'today' : "'Start Date'";
	throw item.error(
		`'End Date' must not be before ${earliestDay}`,
		"Give a later day, or use 'Remove From Group'.",
	);
}

/** The findings of the search for a membership that are needed to create one. */
interface CreationPlan {
	/** The memberships that the customer has in the group on days outside of the period. */
	otherMemberships: readonly IDataObject[];
}

/**
 * Looks for an existing membership that can be used for the period, and changes its days if
 * necessary.
 *
 * @returns the output item as `existing`; a `plan` if a membership has to be created
 * @throws NodeOperationError if several memberships overlap the period, and none of them can be
 * extended to its first day: see `refuse` in `decideMembership.ts`
 */
async function reuseMembership(
	form: MembershipForm,
	period: Period,
): Promise<ExistingOrPlan<IDataObject, CreationPlan>> {
	const { item } = form;
	const memberships = await listMemberships(form);
	const decision = decideMembership(memberships, period, item.zone);
	if (decision === 'create') return { plan: { otherMemberships: memberships } };
	if (decision === 'refuse') {
		throw item.error(
			`The customer was in the group more than once from ${period.from} to ${period.to}`,
			"Give a later 'Start Date', or change the memberships in AlfaCRM.",
		);
	}

	const output = await updateIfNeeded(form, decision);
	return { existing: output };
}

/** Changes the days of a membership if necessary, and returns the output item. */
async function updateIfNeeded(
	form: MembershipForm,
	update: MembershipUpdate,
): Promise<IDataObject> {
	const alreadyMember = update.wasMember;
	if (hasNoFields(update.newDays)) {
		hintThatCustomerIsMember(form);
		return makeOutput(form, update.membership, 'unchanged', { alreadyMember });
	}

	const changedMembership = await changeDays(form, update);
	return makeOutput(form, changedMembership, 'updated', { alreadyMember });
}

/** Changes the days of a membership, and returns the membership as it is afterwards. */
async function changeDays(
	form: MembershipForm,
	{ membership, newDays }: MembershipUpdate,
): Promise<IDataObject> {
	const { customerId, groupId } = form;
	const task = `change the days of customer ${customerId} in group ${groupId} (membership ${String(membership.id)})`;
	const call = { action: 'update', body: newDays, task };
	const savedFields = await saveMembership(form, call, membership);
	return { ...membership, ...newDays, ...savedFields };
}

/**
 * Creates a membership for the period, and returns the output item. If AlfaCRM answers that the
 * customer is in the group already, the output says that nothing was changed.
 *
 * @param otherMemberships the memberships of the customer in this group outside of the period
 */
async function createMembership(
	form: MembershipForm,
	period: Period,
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

	const finalMembership = await extendNewMembership(form, period, membership);
	return makeOutput(form, finalMembership, 'created', { alreadyMember: false });
}

/** Sends the call that creates a membership, and returns the membership. */
async function sendMembership(form: MembershipForm): Promise<IDataObject> {
	const { customerId, groupId, fields } = form;
	const body = { group_id: groupId, customer_id: customerId, ...fields };
	const task = `add customer ${customerId} to group ${groupId}`;
	const savedFields = await saveMembership(form, { action: 'create', body, task });
	return { ...body, ...savedFields };
}

/**
 * Makes the output item for a customer who is in the group already, with a membership that AlfaCRM
 * does not list. Adds a hint that nothing was changed.
 */
function reportAlreadyMember(form: MembershipForm): IDataObject {
	hintThatCustomerIsMember(form);
	const { customerId, groupId } = form;
	const knownFields = { customer_id: customerId, group_id: groupId };
	return makeOutput(form, knownFields, 'unchanged', { alreadyMember: true });
}

/** Matches AlfaCRM's message that a customer "is already a member" of the group. */
const ALREADY_MEMBER_MESSAGE = /уже состоит/i;

/**
 * Whether an error proves that the customer is in the group now, with a membership that AlfaCRM
 * does not list. AlfaCRM's message says only that the customer is a member, and not on which days.
 * So it proves nothing in two cases:
 *
 * - The user has given days. The customer may be a member on other days.
 * - AlfaCRM lists memberships on other days. The message may be about one of them.
 */
function meansAlreadyMember(
	error: Error,
	{ fields }: MembershipForm,
	otherMemberships: readonly IDataObject[],
): boolean {
	// Besides the group, the form only has the fields 'Start Date' and 'End Date'.
	const hasDays = !hasNoFields(fields);
	if (hasDays || otherMemberships.length > 0) return false;
	return ALREADY_MEMBER_MESSAGE.test(error.message);
}

/**
 * Postpones the last day of a new membership if the user has given no last day. AlfaCRM then ends
 * the membership with the group. If the group ends in the period, a later run would not find the
 * customer in the group.
 *
 * @returns the membership after the change, if any
 */
async function extendNewMembership(
	form: MembershipForm,
	period: Period,
	membership: IDataObject,
): Promise<IDataObject> {
	if (!period.isOpenEnded) return membership;

	const decision = decideMembership([membership], period, form.item.zone);
	// Any decision except an update means that AlfaCRM has given the membership days outside of the
	// period. These days stay.
	if (decision === 'create' || decision === 'refuse') return membership;

	const lastsLongEnough = hasNoFields(decision.newDays);
	return lastsLongEnough ? membership : await changeDays(form, decision);
}

/**
 * Makes the output item of a membership.
 *
 * @param alreadyMember whether the customer was in the group before this run
 */
function makeOutput(
	form: MembershipForm,
	membership: IDataObject,
	operationResult: 'created' | 'unchanged' | 'updated',
	{ alreadyMember }: { alreadyMember: boolean },
): IDataObject {
	const output = form.toOutput(membership);
	return { ...withResult(output, operationResult), alreadyMember };
}

function hintThatCustomerIsMember(form: MembershipForm): void {
	hintThatNothingChanged(form, 'This customer was in the group already; nothing was added');
}

const hasNoFields = (fields: IDataObject): boolean => Object.keys(fields).length === 0;

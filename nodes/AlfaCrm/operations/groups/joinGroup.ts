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
 * or without an end. If an existing membership overlaps this period, its days are changed;
 * otherwise a membership is created. `decideMembership.ts` decides between the two.
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
 * Makes the customer a member by an existing membership or, if none can be used, by a new one.
 * Returns the output of the action.
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
	// Without an end date, the membership has to last at least until today, or until the first day if
	// that lies in the future.
	const earliestEnd = from > currentDay ? from : currentDay;
	const to = endDate ?? earliestEnd;
	if (to >= from) return { from, to, isOpenEnded: endDate === undefined };

	const earliestDay = fields.b_date === undefined ? 'today' : "'Start Date'";
	throw item.error(
		`'End Date' must not be before ${earliestDay}`,
		"Give a later day, or use 'Remove From Group'.",
	);
}

/** What is known before a membership is created. */
interface CreationPlan {
	/** The memberships that the customer has in the group on days outside of the period. */
	otherMemberships: readonly IDataObject[];
}

/**
 * Looks for an existing membership that includes the period, or can include it after a change of
 * its days, and makes this change.
 *
 * @returns the output of the action as `existing`; a `plan` if a membership has to be created
 * @throws NodeOperationError if the period overlaps several memberships, and the one that ends last
 * begins after the first day of the period
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

/** Changes the days of a membership if necessary, and returns the output of the action. */
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
 * Creates a membership for the period, and returns the output of the action. If AlfaCRM refuses it
 * because the customer is in the group already, reports that nothing was changed.
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
 * Reports that the customer is in the group already, with a membership that AlfaCRM does not show.
 */
function reportAlreadyMember(form: MembershipForm): IDataObject {
	hintThatCustomerIsMember(form);
	const { customerId, groupId } = form;
	const knownFields = { customer_id: customerId, group_id: groupId };
	return makeOutput(form, knownFields, 'unchanged', { alreadyMember: true });
}

/**
 * Recognizes the message with which AlfaCRM refuses a customer who "is already a member" of the
 * group. API notes 5.7.
 */
const ALREADY_MEMBER_MESSAGE = /уже состоит/i;

/**
 * Whether AlfaCRM has refused the creation because the customer is in the group from today on, with
 * a membership that the list does not show.
 *
 * The message of AlfaCRM does not say on which days. So it proves nothing if the user has given
 * days. If the list shows memberships on other days, the message may be about one of them.
 */
function meansAlreadyMember(
	error: Error,
	{ fields }: MembershipForm,
	otherMemberships: readonly IDataObject[],
): boolean {
	// The form has no other fields than 'Start Date' and 'End Date'.
	const hasDays = !hasNoFields(fields);
	if (hasDays || otherMemberships.length > 0) return false;
	return ALREADY_MEMBER_MESSAGE.test(error.message);
}

/**
 * Postpones the end of a new membership if the user has given no end. AlfaCRM gives such a
 * membership the end of its group. If the group ends during the period, the membership would end
 * with it, and a later run would not find the customer in the group.
 *
 * @returns the membership as it is afterwards
 */
async function extendNewMembership(
	form: MembershipForm,
	period: Period,
	membership: IDataObject,
): Promise<IDataObject> {
	if (!period.isOpenEnded) return membership;

	const decision = decideMembership([membership], period, form.item.zone);
	// AlfaCRM has given the membership days outside of the period. They stay.
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

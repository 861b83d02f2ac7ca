import type { IDataObject } from 'n8n-workflow';

import { withResult } from '../../output/report';
import type { ActionKind } from '../../run/operation';
import { firstDayOf, lastDayOf } from '../../store/calendar/periods';
import { dotted, formatDay, today } from '../../values/formats';
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
 * *Customer → Remove From Group*: ends the memberships of a customer in a group on the last day
 * that the user has given, or deletes them. An ended membership stays on record; a deleted
 * membership does not. If the customer is not in the group after the last day, nothing is changed.
 */
export const leaveGroup: ActionKind<'leaveGroup'> = {
	// The form has only the customer and the fields that the action declares.
	form: () => ({}),

	async execute(item, entity, action) {
		const form = readMembershipForm(item, entity, action);
		const departure = readDeparture(form);
		return await item.withLock([form.membershipsKey], async () => {
			const branch = await chooseBranchOfGroup(form);
			return await takeOutOfGroup({ ...form, branch }, departure);
		});
	},

	output: () => membershipSchema('alreadyLeft'),
};

/** When and how a customer leaves a group. */
interface Departure {
	/** The last day in the group, `yyyy-mm-dd`. */
	lastDay: string;
	/** Whether memberships are deleted instead of ended. */
	deletesMemberships: boolean;
}

/** Reads from the form when and how the customer leaves the group. */
function readDeparture({ item, fields }: MembershipForm): Departure {
	// `e_date` is the field 'Last Day'. If the user has left it empty, the last day is today.
	const lastDay = formatDay(fields.e_date, 'iso', item.zone) ?? today('iso', item.zone);
	// `leave_by` is the field 'How'. Stored workflows have this name.
	const deletesMemberships = fields.leave_by === 'delete';
	return { lastDay, deletesMemberships };
}

/**
 * Takes the customer out of the group, and returns an output item for each membership that was
 * ended or deleted. If there is none, reports that nothing was changed.
 */
async function takeOutOfGroup(form: MembershipForm, departure: Departure): Promise<IDataObject[]> {
	const memberships = await findMembershipsToEnd(form, departure);
	assertNotEndedBeforeBeginning(form, departure, memberships);
	if (memberships.length === 0) return [reportAlreadyLeft(form, departure)];
	return await endMemberships(form, departure, memberships);
}

/**
 * Finds the memberships that have to be ended or deleted: those that go on after the last day. If
 * the user has chosen the deletion, a membership that ends on the last day is deleted as well,
 * because the customer is in the group on that day. Memberships that ended earlier stay on record.
 */
async function findMembershipsToEnd(
	form: MembershipForm,
	{ lastDay, deletesMemberships }: Departure,
): Promise<IDataObject[]> {
	const memberships = await listMemberships(form);
	return memberships.filter((membership) => {
		const lastDayOfMembership = lastDayOf(membership, form.item.zone);
		const endsOnLastDay = lastDayOfMembership === lastDay;
		return lastDayOfMembership > lastDay || (deletesMemberships && endsOnLastDay);
	});
}

/**
 * Makes sure that no membership would have to end before its first day. For example, the last day
 * is 1 March, and the membership began on 10 March.
 *
 * There is no error for a membership that has not begun yet, because `endMemberships` deletes it.
 * There is no error either if the user has chosen the deletion.
 *
 * @throws NodeOperationError for a membership that has begun, but after the last day
 */
function assertNotEndedBeforeBeginning(
	{ item }: MembershipForm,
	{ lastDay, deletesMemberships }: Departure,
	memberships: readonly IDataObject[],
): void {
	if (deletesMemberships) return;

	const currentDay = today('iso', item.zone);
	for (const membership of memberships) {
		const firstDay = firstDayOf(membership, item.zone);
		const hasBegun = firstDay <= currentDay;
		const wouldEndBeforeBeginning = firstDay > lastDay;
		if (!hasBegun || !wouldEndBeforeBeginning) continue;

		throw item.error(
			`'Last Day' must not be before the membership began, on ${firstDay}`,
			"Give a later day, or set 'How' to Delete It.",
		);
	}
}

/** Ends or deletes the memberships one after the other. */
async function endMemberships(
	form: MembershipForm,
	{ lastDay, deletesMemberships }: Departure,
	memberships: readonly IDataObject[],
): Promise<IDataObject[]> {
	const output: IDataObject[] = [];
	for (const membership of memberships) {
		// A membership that begins after the last day cannot end on that day, so it is deleted.
		const isDeleted = deletesMemberships || firstDayOf(membership, form.item.zone) > lastDay;
		const result = isDeleted
			? await deleteMembership(form, membership)
			: await endMembership(form, membership, lastDay);
		output.push({ ...result, alreadyLeft: false });
	}
	return output;
}

/** Deletes a membership, and returns the output item. */
async function deleteMembership(
	form: MembershipForm,
	membership: IDataObject,
): Promise<IDataObject> {
	const task = describeTask(form, membership);
	const call = { action: 'delete', body: {}, task };
	const savedFields = await saveMembership(form, call, membership);
	const deletedMembership = { ...membership, ...savedFields };
	return withResult(form.toOutput(deletedMembership), 'deleted');
}

/** Ends a membership on a day, and returns the output item. */
async function endMembership(
	form: MembershipForm,
	membership: IDataObject,
	lastDay: string,
): Promise<IDataObject> {
	const task = describeTask(form, membership);
	const body = { e_date: dotted(lastDay) };
	const savedFields = await saveMembership(form, { action: 'update', body, task }, membership);
	const endedMembership = { ...membership, ...body, ...savedFields };
	return withResult(form.toOutput(endedMembership), 'updated');
}

/** Describes the task of a call about a membership, for messages about a failed call. */
function describeTask(form: MembershipForm, membership: IDataObject): string {
	const { customerId, groupId } = form;
	return `take customer ${customerId} out of group ${groupId} (membership ${String(membership.id)})`;
}

/**
 * Makes the output item for a customer who is not in the group after the last day. Adds a hint that
 * nothing was changed.
 */
function reportAlreadyLeft(form: MembershipForm, { lastDay }: Departure): IDataObject {
	const { customerId, groupId, toOutput } = form;
	hintThatNothingChanged(
		form,
		`This customer is not in the group after ${lastDay}; nothing was changed`,
	);
	const output = toOutput({ customer_id: customerId, group_id: groupId });
	return { ...withResult(output, 'unchanged'), alreadyLeft: true };
}

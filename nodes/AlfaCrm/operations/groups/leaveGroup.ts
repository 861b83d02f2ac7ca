import type { IDataObject } from 'n8n-workflow';

import { withResult } from '../../output/report';
import type { ActionKind } from '../../run/operation';
import { firstDayOf, lastDayOf } from '../../store/calendar/periods';
import { dotted, formatDay, today } from '../../values/formats';
import { useBranchOfGroup } from './groupBranch';
import type { MembershipForm } from './membership';
import {
	hintThatNothingChanged,
	listMemberships,
	membershipSchema,
	readMembershipForm,
	saveMembership,
} from './membership';

/**
 * *Customer → Remove From Group*: ends the memberships of a customer in a group on the given last
 * day, or deletes them as if they had never been. A customer who is not in the group after that day
 * has left it already, and nothing is changed.
 */
export const leaveGroup: ActionKind<'leaveGroup'> = {
	// The form has only the customer and the fields that the action declares.
	form: () => ({}),

	async execute(item, entity, action) {
		const form = readMembershipForm(item, entity, action);
		const departure = readDeparture(form);
		return await item.withLock([form.lock], async () => {
			const formInBranch = await useBranchOfGroup(form);
			const memberships = await findMembershipsToEnd(formInBranch, departure);
			assertNotEndedBeforeBeginning(formInBranch, departure, memberships);
			return memberships.length > 0
				? await endMemberships(formInBranch, departure, memberships)
				: [reportAlreadyLeft(formInBranch, departure)];
		});
	},

	output: () => membershipSchema('alreadyLeft'),
};

/** When and how a customer leaves a group. */
interface Departure {
	/** The last day in the group, `yyyy-mm-dd`. */
	lastDay: string;
	/** Whether memberships are deleted instead of ended. */
	isDeletion: boolean;
}

function readDeparture({ item, fields }: MembershipForm): Departure {
	return {
		// 'Last Day' has a default, today, so there is a day even if the user has left it empty.
		lastDay: formatDay(fields.e_date, 'iso', item.zone) ?? today('iso', item.zone),
		// Workflows store the choice in 'How' under this name.
		isDeletion: fields.leave_by === 'delete',
	};
}

/**
 * Finds the memberships that go on after the last day. A deletion also finds a membership that ends
 * on the last day, since the customer is in the group on that day. Memberships that ended earlier
 * stay on record.
 */
async function findMembershipsToEnd(
	form: MembershipForm,
	{ lastDay, isDeletion }: Departure,
): Promise<IDataObject[]> {
	const memberships = await listMemberships(form);
	return memberships.filter((membership) => {
		const end = lastDayOf(membership, form.item.zone);
		return end > lastDay || (isDeletion && end === lastDay);
	});
}

/**
 * Makes sure that no membership is ended before its first day. A membership that begins after today
 * is deleted instead of ended. A membership that has begun stays on record, unless the user has
 * chosen the deletion.
 *
 * @throws NodeOperationError for a membership that began after the last day and not after today
 */
function assertNotEndedBeforeBeginning(
	{ item }: MembershipForm,
	{ lastDay, isDeletion }: Departure,
	memberships: readonly IDataObject[],
): void {
	if (isDeletion) return;

	const currentDay = today('iso', item.zone);
	const firstDays = memberships.map((membership) => firstDayOf(membership, item.zone));
	const firstDayAfterEnd = firstDays.find(
		(firstDay) => firstDay > lastDay && firstDay <= currentDay,
	);
	if (firstDayAfterEnd === undefined) return;

	throw item.error(
		`'Last Day' must not be before the membership began, on ${firstDayAfterEnd}`,
		"Give a later day, or set 'How' to Delete It.",
	);
}

/** Ends or deletes the memberships one after the other. */
async function endMemberships(
	form: MembershipForm,
	{ lastDay, isDeletion }: Departure,
	memberships: readonly IDataObject[],
): Promise<IDataObject[]> {
	const output: IDataObject[] = [];
	for (const membership of memberships) {
		// A membership that begins after the last day cannot end on that day, so it is deleted.
		const isDeleted = isDeletion || firstDayOf(membership, form.item.zone) > lastDay;
		const result = isDeleted
			? await deleteMembership(form, membership)
			: await endMembership(form, membership, lastDay);
		output.push({ ...result, alreadyLeft: false });
	}
	return output;
}

async function deleteMembership(
	form: MembershipForm,
	membership: IDataObject,
): Promise<IDataObject> {
	const task = describeTask(form, membership);
	const savedFields = await saveMembership(form, { action: 'delete', body: {}, task }, membership);
	return withResult(form.toOutput({ ...membership, ...savedFields }), 'deleted');
}

async function endMembership(
	form: MembershipForm,
	membership: IDataObject,
	lastDay: string,
): Promise<IDataObject> {
	const task = describeTask(form, membership);
	const body = { e_date: dotted(lastDay) };
	const savedFields = await saveMembership(form, { action: 'update', body, task }, membership);
	return withResult(form.toOutput({ ...membership, ...body, ...savedFields }), 'updated');
}

function describeTask({ customerId, groupId }: MembershipForm, { id }: IDataObject): string {
	return `take customer ${customerId} out of group ${groupId} (membership ${String(id)})`;
}

/**
 * Reports that the customer is not in the group after the last day, so that nothing was changed.
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

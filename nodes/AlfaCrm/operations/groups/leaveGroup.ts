import type { IDataObject } from 'n8n-workflow';

import { withResult } from '../../output/report';
import type { ActionKind } from '../../run/operation';
import { firstDay as firstDayOf, lastDay as lastDayOf } from '../../store/calendar/periods';
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

/**
 * *Customer → Remove From Group*: ends the memberships of a customer in a group on a last day, or
 * deletes them as if they had never been. A customer who is not in the group after that day has
 * left it already, and nothing is changed.
 */
export const leaveGroup: ActionKind<'leaveGroup'> = {
	form: () => ({}),

	async execute(item, entity, action) {
		const form = readMembershipForm(item, entity, action);
		const departure = readDeparture(form);
		return await item.withLock([form.lock], async () => {
			const formInBranch = await moveToBranchOfGroup(form);
			const memberships = await findMembershipsToEnd(formInBranch, departure);
			assertBegunByLastDay(formInBranch, departure, memberships);
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
		lastDay: formatDay(fields.e_date, 'iso', item.zone) ?? today('iso', item.zone),
		isDeletion: fields.leave_by === 'delete',
	};
}

/**
 * Finds the memberships that go on after the last day. A deletion also finds those that end on it.
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
 * Refuses to end a membership before it began. A membership that begins in the future is deleted
 * instead, but one that has begun stays on record unless the user asks for the deletion.
 */
function assertBegunByLastDay(
	{ item }: MembershipForm,
	{ lastDay, isDeletion }: Departure,
	memberships: readonly IDataObject[],
): void {
	if (isDeletion) return;

	const currentDay = today('iso', item.zone);
	const firstDays = memberships.map((membership) => firstDayOf(membership, item.zone));
	const conflictingDay = firstDays.find((firstDay) => firstDay > lastDay && firstDay <= currentDay);
	if (conflictingDay === undefined) return;
	throw item.error(
		`'Last Day' must not be before the membership began, on ${conflictingDay}`,
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
		// A membership that begins after the last day cannot end on it.
		const isDeleted = isDeletion || firstDayOf(membership, form.item.zone) > lastDay;
		const result = isDeleted
			? await deleteMembership(form, membership)
			: await endMembership(form, membership);
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

async function endMembership(form: MembershipForm, membership: IDataObject): Promise<IDataObject> {
	const task = describeTask(form, membership);
	const body = { e_date: form.fields.e_date };
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

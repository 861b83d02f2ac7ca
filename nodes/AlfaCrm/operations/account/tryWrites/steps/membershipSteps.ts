/**
 * The steps of a trial (one run of *Try Writes*) that add the test lead to a group and remove the
 * lead from the group. A membership says on which days a customer belongs to a group. It can be
 * ended, which keeps it on record, or deleted.
 */

import type { IDataObject } from 'n8n-workflow';

import { customer as customerEntity } from '../../../../entities/customer';
import { group as groupEntity } from '../../../../entities/group';
import { findRecordInBranch } from '../../../../run/records';
import { labelsOf } from '../../../../run/target';
import { includesDay } from '../../../../store/calendar/periods';
import type { Removal, Trial, TrialStep } from '../trialStep';
import { CONFIRMED } from '../trialStep';
import { explainMissingLead } from './leadSteps';

/**
 * Returns the reason to skip a step that needs the lead and a group; undefined if the trial has
 * both.
 */
function explainMissingGroup(trial: Trial): string | undefined {
	const reasonOfMissingLead = explainMissingLead(trial);
	if (reasonOfMissingLead !== undefined) return reasonOfMissingLead;

	return trial.groupId === undefined ? "'Group ID' is not filled in." : undefined;
}

/** Returns the reason to skip a step that needs the membership; undefined if AlfaCRM shows it. */
function explainMissingMembership(trial: Trial): string | undefined {
	const reasonOfMissingGroup = explainMissingGroup(trial);
	if (reasonOfMissingGroup !== undefined) return reasonOfMissingGroup;

	const hasMembership = trial.records.inventory.has('membership');
	return hasMembership ? undefined : 'There is no membership.';
}

/** Makes the form of the operations that concern the membership of the lead in the group. */
const makeMembershipForm = ({ records, groupId }: Trial): IDataObject => ({
	id: records.leadId,
	group_id: groupId,
});

/** Makes the test lead a member of the group. */
export const joinGroupStep: TrialStep = {
	name: 'add to group',
	kind: 'membership',
	createsRecord: true,
	findReasonToSkip: explainMissingGroup,

	/** Adds the lead to the group by the operation *Add to Group*. */
	async write(trial) {
		await hideGroupName(trial);
		await trial.operations.execute(customerEntity, 'addToGroup', makeMembershipForm(trial));
		return CONFIRMED;
	},

	/** Looks for the membership, and checks that today is one of its days. */
	async readBack({ item, records, trialDay }) {
		const [membership] = await records.readMemberships();
		if (membership === undefined) return { isCarriedOut: false };

		const includesToday = includesDay(membership, trialDay, item.zone);
		return { isCarriedOut: true, problems: includesToday ? [] : ['Its days do not cover today'] };
	},
};

/**
 * The shortest group name that is hidden, in letters. A shorter name is often a part of other words
 * of the report. Hiding it would make these words unreadable.
 */
const SHORTEST_HIDDEN_NAME = 4;

/**
 * Hides the name of the group in the report, because a group may be named after a person. The
 * report quotes AlfaCRM's refusals, which may mention the name.
 */
async function hideGroupName(trial: Trial): Promise<void> {
	// If the group cannot be read, its name is not hidden. The step goes on all the same: it tries to
	// join the group, and reports what AlfaCRM says.
	const group = await readGroup(trial).catch(() => undefined);
	const groupName = String(group?.row.name ?? '');
	if (groupName.length >= SHORTEST_HIDDEN_NAME) trial.secrets.add(groupName);
}

/**
 * Reads the group that the lead joins. Only call this if the user has chosen a group.
 *
 * @returns undefined if there is no such group or this user may not read it
 */
async function readGroup({ item, operations, branch, groupId }: Trial) {
	const target = {
		path: groupEntity.path,
		branch,
		// Empty, because a group has no parent record that calls have to name.
		query: {},
		// Messages about a failed call name fields by these.
		labels: labelsOf(groupEntity.fields),
	};
	const read = async () =>
		await findRecordInBranch(operations.makeItem(), groupEntity, Number(groupId), target);
	return await item.readIfAllowed(read);
}

/** Ends the membership of the test lead today. */
export const leaveGroupStep: TrialStep = {
	name: 'remove from group',
	kind: 'membership',
	findReasonToSkip: explainMissingMembership,

	/**
	 * Ends the membership by the operation *Remove from Group*. The form leaves 'Last Day' at its
	 * default, which is today.
	 */
	async write(trial) {
		const form = { ...makeMembershipForm(trial), leave_by: 'end' };
		await trial.operations.execute(customerEntity, 'removeFromGroup', form);
		return CONFIRMED;
	},

	async readBack({ records }) {
		return { isCarriedOut: await records.hasLeftGroup(), contradiction: 'shows another last day' };
	},
};

/**
 * Deletes the membership of the test lead. `remove` needs no ID, because *Remove from Group* finds
 * the membership by the lead and the group.
 */
export const membershipRemoval: Removal = {
	name: 'delete membership',
	kind: 'membership',
	async remove(trial) {
		const form = { ...makeMembershipForm(trial), leave_by: 'delete' };
		await trial.operations.execute(customerEntity, 'removeFromGroup', form);
	},
};

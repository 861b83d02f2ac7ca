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
 * Returns the reason to skip a step that needs the lead and a group; undefined if there are both.
 */
function explainMissingGroup(trial: Trial): string | undefined {
	const reasonOfLead = explainMissingLead(trial);
	if (reasonOfLead !== undefined) return reasonOfLead;

	return trial.groupId === undefined ? "'Group ID' is not filled in." : undefined;
}

/** Returns the reason to skip a step that needs the membership; undefined if it is there. */
function explainMissingMembership(trial: Trial): string | undefined {
	const reasonOfGroup = explainMissingGroup(trial);
	if (reasonOfGroup !== undefined) return reasonOfGroup;

	const hasMembership = trial.records.present.has('membership');
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
	creates: true,
	findReasonToSkip: explainMissingGroup,

	/** Adds the lead to the group by the operation *Add to Group*. */
	async write(trial) {
		await hideGroupName(trial);
		await trial.operations.execute(customerEntity, 'addToGroup', makeMembershipForm(trial));
		return CONFIRMED;
	},

	/** Looks for the membership, and checks that its days cover today. */
	async readBack({ item, records, day }) {
		const [membership] = await records.readMemberships();
		if (membership === undefined) return { isDone: false };

		const coversToday = includesDay(membership, day, item.zone);
		return { isDone: true, problems: coversToday ? [] : ['Its days do not cover today'] };
	},
};

/**
 * The length from which a name is hidden. A shorter one is often a part of other words of the
 * report, which would become unreadable.
 */
const SHORTEST_HIDDEN_NAME = 4;

/**
 * Keeps the name of the group out of the report, because a group may be named after a person. The
 * name gets into the report if AlfaCRM mentions it in a refusal.
 */
async function hideGroupName(trial: Trial): Promise<void> {
	// A failure must not end the trial: the step tries to join the group all the same, and reports
	// what AlfaCRM says. If the group cannot be read, its name is not hidden.
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

	/** Ends the membership today by the operation *Remove from Group*. */
	async write(trial) {
		const form = { ...makeMembershipForm(trial), leave_by: 'end' };
		await trial.operations.execute(customerEntity, 'removeFromGroup', form);
		return CONFIRMED;
	},

	async readBack({ records }) {
		return { isDone: await records.hasLeftGroup(), shownInstead: 'shows another last day' };
	},
};

/**
 * Deletes the membership of the test lead. *Remove from Group* finds it by the lead and the group,
 * so it needs no ID.
 */
export const membershipRemoval: Removal = {
	name: 'delete membership',
	kind: 'membership',
	async remove(trial) {
		const form = { ...makeMembershipForm(trial), leave_by: 'delete' };
		await trial.operations.execute(customerEntity, 'removeFromGroup', form);
	},
};

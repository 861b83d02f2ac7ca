import type { IDataObject } from 'n8n-workflow';

import { customer as customerEntity } from '../../../../entities/customer';
import { group as groupEntity } from '../../../../entities/group';
import { currentRecord } from '../../../../run/records';
import { labelsOf } from '../../../../run/target';
import { firstDayOf, lastDayOf } from '../../../../store/calendar/periods';
import type { Removal, Trial, TrialStep } from '../trialStep';
import { CONFIRMED } from '../trialStep';
import { explainMissingLead } from './leadSteps';

/** Returns the reason to skip a step that needs the group; undefined if the group is known. */
const explainMissingGroup = (trial: Trial): string | undefined =>
	explainMissingLead(trial) ??
	(trial.groupId === undefined ? "'Group ID' is not filled in." : undefined);

/** Returns the reason to skip a step that needs the membership; undefined if it is there. */
const explainMissingMembership = (trial: Trial): string | undefined =>
	explainMissingGroup(trial) ??
	(trial.records.present.has('membership') ? undefined : 'There is no membership.');

/** The form of the operations that concern the membership of the lead. */
const makeMembershipForm = ({ records, groupId }: Trial): IDataObject => ({
	id: records.leadId,
	group_id: groupId,
});

export const joinGroupStep: TrialStep = {
	name: 'add to group',
	kind: 'membership',
	creates: true,
	findReasonToSkip: explainMissingGroup,

	async write(trial) {
		await hideGroupName(trial);
		await trial.operations.execute(customerEntity, 'addToGroup', makeMembershipForm(trial));
		return CONFIRMED;
	},

	async readBack({ item, records, day }) {
		const membership = (await records.readMemberships()).at(0);
		if (membership === undefined) return { isDone: false };

		const isCurrent =
			firstDayOf(membership, item.zone) <= day && lastDayOf(membership, item.zone) >= day;
		return { isDone: true, problems: isCurrent ? [] : ['Its days do not cover today'] };
	},
};

/** A shorter name would also be found inside of other words of the report. */
const SHORTEST_HIDDEN_NAME = 4;

/**
 * Keeps the name of the group out of the report, because a group may be named after a person. The
 * name gets into the report if AlfaCRM mentions it in a refusal.
 */
async function hideGroupName(trial: Trial): Promise<void> {
	// A failure must not end the trial: the step tries to join the group all the same, and reports
	// what AlfaCRM says. If the group cannot be read, its name is not hidden.
	const group = await readGroup(trial).catch(() => undefined);
	const name = String(group?.row.name ?? '');
	if (name.length >= SHORTEST_HIDDEN_NAME) trial.secrets.add(name);
}

/** Reads the group that the lead joins; undefined if there is none or this user may not read it. */
async function readGroup({ item, operations, branch, groupId }: Trial) {
	const target = {
		path: groupEntity.path,
		branch,
		query: {},
		// Messages about a failed call name fields by these.
		labels: labelsOf(groupEntity.fields),
	};
	return await item.readIfAllowed(
		async () => await currentRecord(operations.makeItem(), groupEntity, Number(groupId), target),
	);
}

export const leaveGroupStep: TrialStep = {
	name: 'remove from group',
	kind: 'membership',
	findReasonToSkip: explainMissingMembership,

	async write(trial) {
		const form = { ...makeMembershipForm(trial), leave_by: 'end' };
		await trial.operations.execute(customerEntity, 'removeFromGroup', form);
		return CONFIRMED;
	},

	async readBack({ records }) {
		return { isDone: await records.hasLeftGroup(), shownInstead: 'shows another last day' };
	},
};

export const membershipRemoval: Removal = {
	name: 'delete membership',
	kind: 'membership',
	async remove(trial) {
		const form = { ...makeMembershipForm(trial), leave_by: 'delete' };
		await trial.operations.execute(customerEntity, 'removeFromGroup', form);
	},
};

import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../../api/failures';
import { communication } from '../../../entities/communication';
import { customer as customerEntity, CUSTOMER_TYPE, stageOf } from '../../../entities/customer';
import { group as groupEntity } from '../../../entities/group';
import { task as taskEntity } from '../../../entities/task';
import { listOf } from '../../../fields/field';
import { bodyOf, changesOf } from '../../../run/body';
import { currentRecord } from '../../../run/records';
import { labelsOf } from '../../../run/target';
import { firstDay, lastDay } from '../../../store/calendar/periods';
import { readId } from '../../../values/formats';
import { aheadMs } from '../../../values/schoolClock';
import { MINUTE_MS } from '../../../values/time';
import { compareFields } from './compareFields';
import { describeError } from './describeError';
import { TEST_NOTICE } from './testSignature';
import type { Trial, TrialStep, WriteAnswer } from './trialStep';
import { CONFIRMED } from './trialStep';

/**
 * The writes of a trial: a lead is created and updated, gets a comment and a task, joins a group, leaves it, and goes to the archive.
 * Each step executes the operation of the node, and reads back what AlfaCRM has made of it.
 */

const findMissingLead = ({ records }: Trial): string | undefined =>
	records.hasLead ? undefined : 'There is no test lead.';

const findMissingGroup = (trial: Trial): string | undefined =>
	findMissingLead(trial) ?? (trial.groupId === undefined ? "'Group ID' is not filled in." : undefined);

const findMissingMembership = (trial: Trial): string | undefined =>
	findMissingGroup(trial) ??
	(trial.records.remaining.has('membership') ? undefined : 'There is no membership.');

// ---------------------------------------------------------------- create lead

const createLead: TrialStep = {
	name: 'create lead',
	kind: 'lead',
	creates: true,

	async write({ operations, signature }) {
		const form = { inputMode: 'json', json: leadInput(signature.text) };
		const [lead] = await operations.execute(customerEntity, 'create', form);
		return { outcome: 'confirmed', createdId: readId(lead.id) };
	},

	async readBack({ operations, records, signature, branch }, answer) {
		const answeredId = answer.outcome === 'confirmed' ? answer.createdId : undefined;
		const { lead, isFoundById } = await records.findCreatedLead(answeredId);
		const isWrongId = answeredId !== undefined && !isFoundById;
		const idProblems = isWrongId ? [`It is not found by the ID ${answeredId}`] : [];
		if (lead === undefined) return { isDone: false, problems: idProblems };

		const sent = bodyOf(operations.makeItem(), customerEntity.fields, leadInput(signature.text), branch);
		const fieldProblems = compareFields(operations, customerEntity, { sent, record: lead });
		const hasStage = stageOf(lead) !== undefined;
		const stageProblems = hasStage ? ['It stands in a stage, though none was sent'] : [];
		return { isDone: true, problems: [...fieldProblems, ...idProblems, ...stageProblems] };
	},
};

const leadInput = (signatureText: string): IDataObject => ({
	name: signatureText,
	note: signatureText,
	is_study: CUSTOMER_TYPE.lead,
});

// ---------------------------------------------------------------- update lead

/** Reserved names and a country code that nobody has, so that no message reaches anybody. */
const NOBODY = {
	phone: '+7(000)000-00-01',
	email: 'n8n-test@example.org',
	web: 'https://example.org/n8n-test',
};

/** With these statuses AlfaCRM refuses the values of a call. With others it refuses the call, whatever its values. API notes 4. */
const STATUSES_OF_REFUSED_VALUES = [200, 400, 422];

/** Sends several fields at once. If AlfaCRM refuses that, sends each field alone, to find out which one it refuses. */
const updateLead: TrialStep = {
	name: 'update lead',
	kind: 'lead',
	findReasonToSkip: findMissingLead,

	async write(trial) {
		try {
			await sendUpdate(trial, leadChanges(trial));
			return CONFIRMED;
		} catch (caught) {
			if (!hasStatus(caught, ...STATUSES_OF_REFUSED_VALUES)) throw trial.item.asError(caught);
			return await sendFieldsAlone(trial, describeError(trial, caught));
		}
	},

	async readBack(trial, answer) {
		const sentFields = toWireFields(trial, leadChanges(trial));
		const record = await trial.records.readLeadById();
		const findProblems = (sent: IDataObject) =>
			compareFields(trial.operations, customerEntity, { sent, record });
		if (answer.outcome === 'confirmed') return { isDone: true, problems: findProblems(sentFields) };

		const acceptedFields = answer.acceptedFields ?? {};
		const isNoneAccepted = Object.keys(acceptedFields).length === 0;
		const isSavedAllTheSame = isNoneAccepted && findProblems(sentFields).length === 0;
		return { isDone: isSavedAllTheSame, problems: findProblems(acceptedFields) };
	},
};

const leadChanges = ({ signature }: Trial): IDataObject => ({
	...NOBODY,
	note: `${signature.text}. Updated.`,
	legal_name: TEST_NOTICE,
	dob: '2015-03-01',
	gender: 1,
});

/** Converts input fields to what is sent to AlfaCRM for them. */
function toWireFields({ operations }: Trial, input: IDataObject): IDataObject {
	const overwritesWithEmpty = false;
	return changesOf(operations.makeItem(), customerEntity, input, overwritesWithEmpty);
}

async function sendUpdate({ operations, records }: Trial, input: IDataObject): Promise<void> {
	const form = { id: records.leadId, inputMode: 'json', json: input };
	await operations.execute(customerEntity, 'update', form);
}

/**
 * Sends each field alone.
 *
 * @param refusalTogether what AlfaCRM said to all fields together
 */
async function sendFieldsAlone(trial: Trial, refusalTogether: string): Promise<WriteAnswer> {
	const labels = labelsOf(customerEntity.fields);
	const input = leadChanges(trial);
	const wireFields = toWireFields(trial, input);
	const acceptedFields: IDataObject = {};
	const refusals: string[] = [];
	for (const [name, value] of Object.entries(input)) {
		try {
			await sendUpdate(trial, { [name]: value });
			acceptedFields[name] = wireFields[name];
		} catch (caught) {
			refusals.push(`'${labels[name]}': ${describeError(trial, caught)}`);
		}
	}

	const summary =
		refusals.length === 0 ? 'Each field alone is taken.' : `Refused alone: ${refusals.join(' ')}`;
	return { outcome: 'refused', refusal: `${refusalTogether} ${summary}`, acceptedFields };
}

// ---------------------------------------------------------------- add comment

const addComment: TrialStep = {
	name: 'add comment',
	kind: 'comment',
	creates: true,
	findReasonToSkip: findMissingLead,

	async write({ operations, records, signature }) {
		await operations.execute(customerEntity, 'addComment', { id: records.leadId, comment: signature.text });
		return CONFIRMED;
	},

	async readBack({ item, operations, records, signature }) {
		const comment = (await records.readComments()).at(0);
		if (comment === undefined) return { isDone: false };

		const sent = { comment: signature.text, type_id: 1 };
		const fieldProblems = compareFields(operations, communication, { sent, record: comment });
		return { isDone: true, problems: [...fieldProblems, ...checkCommentTime(comment, item.zone)] };
	},
};

/** The time of a new comment may differ from the clock of n8n by this much. */
const CLOCK_TOLERANCE_MS = 10 * MINUTE_MS;

/** Checks the time of a comment. *Add Comment* finds the comment that it has added before by it. */
function checkCommentTime({ added }: IDataObject, zone: string): string[] {
	const ahead = aheadMs(added, zone);
	if (ahead === undefined) return ['It shows no time that can be read'];
	if (Math.abs(ahead) <= CLOCK_TOLERANCE_MS) return [];

	const minutes = Math.round(Math.abs(ahead) / MINUTE_MS);
	const direction = ahead < 0 ? 'behind' : 'ahead of';
	return [
		`Its time is ${minutes} min ${direction} the workflow: set the time zone of the workflow to that of the school`,
	];
}

// ---------------------------------------------------------------- create task

const createTask: TrialStep = {
	name: 'create task',
	kind: 'task',
	creates: true,
	findReasonToSkip: findMissingLead,

	async write({ operations, records, signature, day }) {
		const [task] = await operations.execute(customerEntity, 'createTask', {
			id: records.leadId,
			title: signature.text,
			additionalFields: { text: signature.text, due_date: day },
		});
		records.noteCreatedTask(readId(task.id));
		return CONFIRMED;
	},

	async readBack({ operations, records, signature, day, branch }) {
		const { tasks, isListedByDay } = await records.readTasks();
		const task = tasks.at(0);
		if (task === undefined) return { isDone: false };

		const input = {
			title: signature.text,
			text: signature.text,
			due_date: day,
			customer_ids: records.leadId,
		};
		const sent = bodyOf(operations.makeItem(), taskEntity.fields, input, branch);
		const fieldProblems = compareFields(operations, taskEntity, { sent, record: task });
		const listProblems = isListedByDay ? [] : ['It is not listed by its due date'];
		return { isDone: true, problems: [...fieldProblems, ...listProblems] };
	},
};

// ---------------------------------------------------------------- join and leave a group

/** The form of the operations that concern the membership of the lead. */
export const membershipForm = ({ records, groupId }: Trial): IDataObject => ({
	id: records.leadId,
	group_id: groupId,
});

const joinGroup: TrialStep = {
	name: 'add to group',
	kind: 'membership',
	creates: true,
	findReasonToSkip: findMissingGroup,

	async write(trial) {
		await hideGroupName(trial);
		await trial.operations.execute(customerEntity, 'addToGroup', membershipForm(trial));
		return CONFIRMED;
	},

	async readBack({ item, records, day }) {
		const membership = (await records.readMemberships()).at(0);
		if (membership === undefined) return { isDone: false };

		const isCurrent = firstDay(membership, item.zone) <= day && lastDay(membership, item.zone) >= day;
		return { isDone: true, problems: isCurrent ? [] : ['Its days do not cover today'] };
	},
};

/** A shorter name would also be found inside of other words of the report. */
const SHORTEST_HIDDEN_NAME = 4;

/** Keeps the name of the group out of the report, because a group may be named after a person. */
async function hideGroupName({ item, operations, branch, groupId, secrets }: Trial): Promise<void> {
	const target = {
		path: groupEntity.path,
		branch,
		query: {},
		labels: labelsOf(groupEntity.fields),
	};
	const readGroup = async () =>
		await currentRecord(operations.makeItem(), groupEntity, Number(groupId), target);
	const group = await item.readIfAllowed(readGroup).catch(() => undefined);
	for (const name of listOf(group?.row.name).map(String)) {
		if (name.length >= SHORTEST_HIDDEN_NAME) secrets.add(name);
	}
}

export const leaveGroup: TrialStep = {
	name: 'remove from group',
	kind: 'membership',
	findReasonToSkip: findMissingMembership,

	async write(trial) {
		const form = { ...membershipForm(trial), leave_by: 'end' };
		await trial.operations.execute(customerEntity, 'removeFromGroup', form);
		return CONFIRMED;
	},

	async readBack({ records }) {
		return { isDone: await records.hasLeftGroup(), shownInstead: 'shows another last day' };
	},
};

// ---------------------------------------------------------------- archive lead

export const archiveLead: TrialStep = {
	name: 'archive lead',
	kind: 'lead',
	findReasonToSkip: findMissingLead,

	async write({ operations, records }) {
		await operations.execute(customerEntity, 'archive', { id: records.leadId });
		return CONFIRMED;
	},

	async readBack({ records }) {
		await records.read('lead');
		return { isDone: records.isLeadArchived, shownInstead: 'shows the lead as active' };
	},
};

/** All writes, in their order. A new step is a `TrialStep` above, a line here and, if it creates a record, a removal in `takeBack.ts`. */
export const WRITE_STEPS: readonly TrialStep[] = [
	createLead,
	updateLead,
	addComment,
	createTask,
	joinGroup,
	leaveGroup,
	archiveLead,
];

/**
 * The steps of a trial (one run of *Try Writes*) that create a task of the test lead, and then
 * delete the task or, if AlfaCRM does not delete it, close it.
 */

import { customer as customerEntity } from '../../../../entities/customer';
import { task as taskEntity } from '../../../../entities/task';
import { buildRequestBody } from '../../../../run/body';
import { readId } from '../../../../values/formats';
import { compareFields } from '../compareFields';
import type { Removal, TrialStep } from '../trialStep';
import { CONFIRMED } from '../trialStep';
import { explainMissingLead } from './leadSteps';

/** Creates a task of the test lead that is due today. */
export const createTaskStep: TrialStep = {
	name: 'create task',
	kind: 'task',
	createsRecord: true,
	findReasonToSkip: explainMissingLead,

	/**
	 * Creates the task by the operation *Create Task*. Title and text are the signature, by which the
	 * trial recognizes its records.
	 */
	async write({ operations, records, signature, trialDay }) {
		const [task] = await operations.execute(customerEntity, 'createTask', {
			id: records.leadId,
			title: signature.text,
			additionalFields: { text: signature.text, due_date: trialDay },
		});
		// Every later reading of the task needs the ID, so `records` keeps it.
		records.setCreatedTaskId(readId(task.id));
		return CONFIRMED;
	},

	/** Looks for the task, and compares its fields with the sent ones. */
	async readBack({ operations, records, signature, trialDay, branch }) {
		const { tasks, isListedByDueDate } = await records.readTasks();
		const [task] = tasks;
		if (task === undefined) return { isCarriedOut: false };

		// The fields in AlfaCRM's format, as *Create Task* has sent them.
		const input = {
			title: signature.text,
			text: signature.text,
			due_date: trialDay,
			customer_ids: [records.leadId],
		};
		const sent = buildRequestBody(operations.makeItem(), taskEntity.fields, input, { branch });
		const fieldProblems = compareFields(operations, taskEntity, { sent, record: task });
		const listProblems = isListedByDueDate ? [] : ['It is not listed by its due date'];
		return { isCarriedOut: true, problems: [...fieldProblems, ...listProblems] };
	},
};

/** Deletes the task of the trial. */
export const taskRemoval: Removal = {
	name: 'delete task',
	kind: 'task',
	async remove({ operations }, id) {
		await operations.execute(taskEntity, 'delete', { id });
	},
};

/** Makes the step that closes and archives a task which AlfaCRM has not deleted. */
export function makeCloseTaskStep(id: number): TrialStep {
	const closedTask = { is_done: 1, is_archive: 1 };

	return {
		name: 'close task',
		kind: 'task',
		async write({ operations }) {
			await operations.execute(taskEntity, 'update', { id, updateFields: closedTask });
			return CONFIRMED;
		},

		/** Reads whether the task is closed and archived. */
		async readBack({ operations, records }) {
			const { tasks } = await records.readTasks();
			const record = tasks.find((task) => readId(task.id) === id);
			const problems = compareFields(operations, taskEntity, { sent: closedTask, record });
			return { isCarriedOut: problems.length === 0, problems };
		},
	};
}

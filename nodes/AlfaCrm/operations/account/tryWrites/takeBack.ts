import { customer as customerEntity } from '../../../entities/customer';
import { task as taskEntity } from '../../../entities/task';
import { readId } from '../../../values/formats';
import { compareFields } from './compareFields';
import type { RecordKind } from './remainingRecords';
import type { StepRunner } from './stepRunner';
import type { Trial, TrialStep } from './trialStep';
import { CONFIRMED } from './trialStep';
import { archiveLead, leaveGroup, membershipForm } from './writeSteps';

/**
 * Takes back what a trial has written. What belongs to the lead goes first, because only the lead shows whose it is. What AlfaCRM
 * does not delete is made harmless: a task is closed, a membership is ended, and the lead goes to the archive.
 */
export async function takeBack(trial: Trial, runner: StepRunner): Promise<void> {
	await removeAll(trial, runner, removeComment);
	await removeAll(trial, runner, removeTask);
	await closeRemainingTasks(trial, runner);
	await removeAll(trial, runner, removeMembership);
	await endRemainingMembership(trial, runner);
	await removeLeadIfAlone(trial, runner);
	await archiveRemainingLead(trial, runner);
}

/** How the records of a kind are deleted. */
interface Removal {
	/** What the report calls the step. */
	name: string;
	kind: RecordKind;
	remove(trial: Trial, id: number): Promise<void>;
	/** What AlfaCRM shows if the record is still there. */
	describeRemaining?(trial: Trial): string;
}

const removeComment: Removal = {
	name: 'delete comment',
	kind: 'comment',
	async remove({ operations }, id) {
		await operations.deleteComment(id);
	},
};

const removeTask: Removal = {
	name: 'delete task',
	kind: 'task',
	async remove({ operations }, id) {
		await operations.execute(taskEntity, 'delete', { id });
	},
};

const removeMembership: Removal = {
	name: 'delete membership',
	kind: 'membership',
	async remove(trial) {
		const form = { ...membershipForm(trial), leave_by: 'delete' };
		await trial.operations.execute(customerEntity, 'removeFromGroup', form);
	},
};

const removeLead: Removal = {
	name: 'delete lead',
	kind: 'lead',
	async remove({ operations }, id) {
		await operations.execute(customerEntity, 'delete', { id });
	},
	describeRemaining: ({ records }) =>
		records.isLeadArchived ? 'keeps the lead in the archive' : 'shows it still',
};

/** Deletes all records of a kind that are there. */
async function removeAll(trial: Trial, runner: StepRunner, removal: Removal): Promise<void> {
	const { records } = trial;
	const { name, kind } = removal;
	// A record in doubt may be found by now.
	if (records.remaining.isInDoubt(kind)) await records.read(kind).catch(() => undefined);

	if (records.remaining.has(kind)) {
		await runner.tryStep(makeRemovalStep(trial, removal));
	} else {
		runner.skipStep(name, records.remaining.isInDoubt(kind) ? 'It is not found.' : 'There is none.');
	}
}

function makeRemovalStep({ records }: Trial, removal: Removal): TrialStep {
	const { name, kind, remove, describeRemaining = () => 'shows it still' } = removal;
	const ids = [...records.remaining.idsOf(kind)];
	return {
		name,
		kind,
		async write(trial) {
			for (const id of ids) {
				await remove(trial, id);
			}
			return CONFIRMED;
		},
		async readBack(trial) {
			const remaining = await records.read(kind);
			return { isDone: remaining.length === 0, shownInstead: describeRemaining(trial) };
		},
	};
}

/** Closes the tasks that were not deleted, so that they stand in nobody's list of things to do. */
async function closeRemainingTasks(trial: Trial, runner: StepRunner): Promise<void> {
	for (const id of trial.records.remaining.idsOf('task')) {
		await runner.tryStep(makeCloseTaskStep(id));
	}
}

function makeCloseTaskStep(id: number): TrialStep {
	const closedTask = { is_done: 1, is_archive: 1 };
	return {
		name: 'close task',
		kind: 'task',
		async write({ operations }) {
			await operations.execute(taskEntity, 'update', { id, updateFields: closedTask });
			return CONFIRMED;
		},
		async readBack({ operations, records }) {
			const { tasks } = await records.readTasks();
			const record = tasks.find((task) => readId(task.id) === id);
			const problems = compareFields(operations, taskEntity, { sent: closedTask, record });
			return { isDone: problems.length === 0, problems };
		},
	};
}

/** Ends a membership that was not deleted, unless it has ended. */
async function endRemainingMembership({ records }: Trial, runner: StepRunner): Promise<void> {
	if (!records.remaining.has('membership')) return;

	// If it cannot be read, it is ended to be safe.
	const hasLeft = await records.hasLeftGroup().catch(() => false);
	if (!hasLeft) await runner.tryStep(leaveGroup);
}

/** Deletes the lead, unless its membership stays. A membership has no text, so only its lead says that it is one of a test. */
async function removeLeadIfAlone(trial: Trial, runner: StepRunner): Promise<void> {
	const { remaining } = trial.records;
	if (remaining.has('membership') || remaining.isInDoubt('membership')) {
		runner.skipStep(removeLead.name, 'Its membership stays.');
	} else {
		await removeAll(trial, runner, removeLead);
	}
}

async function archiveRemainingLead({ records }: Trial, runner: StepRunner): Promise<void> {
	const isActive = records.hasLead && records.remaining.has('lead') && !records.isLeadArchived;
	if (isActive) await runner.tryStep(archiveLead);
}

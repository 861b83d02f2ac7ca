import type { StepRunner } from './stepRunner';
import { removeComment } from './steps/commentSteps';
import { archiveLead, removeLead } from './steps/leadSteps';
import { leaveGroup, removeMembership } from './steps/membershipSteps';
import { makeCloseTaskStep, removeTask } from './steps/taskSteps';
import type { Removal, Trial, TrialStep } from './trialStep';
import { CONFIRMED } from './trialStep';

/**
 * Takes back what a trial has written. What belongs to the lead goes first, because only the lead
 * shows whose it is. What AlfaCRM does not delete is made harmless: a task is closed, a membership
 * is ended, and the lead goes to the archive.
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

/** Deletes all records of a kind that are there. */
async function removeAll(trial: Trial, runner: StepRunner, removal: Removal): Promise<void> {
	const { records } = trial;
	const { name, kind } = removal;
	// A record in doubt may be found by now.
	if (records.remaining.isInDoubt(kind)) await records.read(kind).catch(() => undefined);

	if (records.remaining.has(kind)) {
		await runner.tryStep(makeRemovalStep(removal, records.remaining.idsOf(kind)));
	} else {
		runner.skipStep(
			name,
			records.remaining.isInDoubt(kind) ? 'It is not found.' : 'There is none.',
		);
	}
}

function makeRemovalStep(removal: Removal, ids: readonly number[]): TrialStep {
	const { name, kind, remove, describeRemaining = () => 'shows it still' } = removal;
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
			const remaining = await trial.records.read(kind);
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

/** Ends a membership that was not deleted, unless it has ended. */
async function endRemainingMembership({ records }: Trial, runner: StepRunner): Promise<void> {
	if (!records.remaining.has('membership')) return;

	// If it cannot be read, it is ended to be safe.
	const hasLeft = await records.hasLeftGroup().catch(() => false);
	if (!hasLeft) await runner.tryStep(leaveGroup);
}

/**
 * Deletes the lead, unless its membership stays. A membership has no text, so only its lead says
 * that it is one of a test.
 */
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

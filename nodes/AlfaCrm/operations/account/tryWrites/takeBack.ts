import type { StepRunner } from './stepRunner';
import { commentRemoval } from './steps/commentSteps';
import { archiveLeadStep, leadRemoval } from './steps/leadSteps';
import { leaveGroupStep, membershipRemoval } from './steps/membershipSteps';
import { makeCloseTaskStep, taskRemoval } from './steps/taskSteps';
import type { Removal, Trial, TrialStep } from './trialStep';
import { CONFIRMED } from './trialStep';

/**
 * Takes back what a trial has written. The lead goes last, because without it nobody could see to
 * whom its comments, tasks and memberships belong. What AlfaCRM does not delete is made harmless: a
 * task is closed, a membership is ended, and the lead goes to the archive.
 *
 * Runs each step by `tryStep` and not by `tryStepIfPossible`, so that taking back goes on after a
 * step that could not be read back.
 */
export async function takeBack(trial: Trial, runner: StepRunner): Promise<void> {
	await removeAll(trial, runner, commentRemoval);
	await removeAll(trial, runner, taskRemoval);
	await closeRemainingTasks(trial, runner);
	await removeAll(trial, runner, membershipRemoval);
	await endRemainingMembership(trial, runner);
	await removeLeadIfAlone(trial, runner);
	await archiveRemainingLead(trial, runner);
}

/** Deletes all records of one kind that the trial has written and AlfaCRM shows. */
async function removeAll(trial: Trial, runner: StepRunner, removal: Removal): Promise<void> {
	const { records } = trial;
	const { name, kind } = removal;
	if (records.present.isInDoubt(kind)) {
		// The record may be found by now. Reading updates `present`; a failure leaves the doubt.
		await records.read(kind).catch(() => undefined);
	}

	if (records.present.has(kind)) {
		const ids = records.present.idsOf(kind);
		await runner.tryStep(makeRemovalStep(removal, ids));
		return;
	}
	const reason = records.present.isInDoubt(kind) ? 'It is not found.' : 'There is none.';
	runner.skipStep(name, reason);
}

/** Makes the step that deletes some records of one kind and looks which ones remain. */
function makeRemovalStep(removal: Removal, ids: readonly number[]): TrialStep {
	const { name, kind, remove, describeRemaining = () => 'shows it still' } = removal;
	return {
		name,
		kind,

		/** Deletes the records one after the other, also after one of them is refused. */
		async write(trial) {
			const failures: unknown[] = [];
			for (const id of ids) {
				await remove(trial, id).catch((caught: unknown) => failures.push(caught));
			}
			if (failures.length > 0) throw failures[0];
			return CONFIRMED;
		},

		/** Looks which records remain. */
		async readBack(trial) {
			const remaining = await trial.records.read(kind);
			return { isDone: remaining.length === 0, shownInstead: describeRemaining(trial) };
		},
	};
}

/** Closes the tasks that AlfaCRM did not delete, so that nobody has them in a list of tasks. */
async function closeRemainingTasks(trial: Trial, runner: StepRunner): Promise<void> {
	for (const id of trial.records.present.idsOf('task')) {
		await runner.tryStep(makeCloseTaskStep(id));
	}
}

/** Ends a membership that AlfaCRM did not delete, unless it has ended. */
async function endRemainingMembership({ records }: Trial, runner: StepRunner): Promise<void> {
	if (!records.present.has('membership')) return;

	// If the membership cannot be read, it is ended to be safe.
	const hasLeft = await records.hasLeftGroup().catch(() => false);
	if (!hasLeft) await runner.tryStep(leaveGroupStep);
}

/**
 * Deletes the lead, unless its membership stays. A membership has no text, so without the lead
 * nobody could see that it was written by a test.
 */
async function removeLeadIfAlone(trial: Trial, runner: StepRunner): Promise<void> {
	const { present } = trial.records;
	if (present.has('membership') || present.isInDoubt('membership')) {
		runner.skipStep(leadRemoval.name, 'Its membership stays.');
	} else {
		await removeAll(trial, runner, leadRemoval);
	}
}

/** Archives the lead that AlfaCRM did not delete, unless it is in the archive. */
async function archiveRemainingLead({ records }: Trial, runner: StepRunner): Promise<void> {
	const isActive = records.present.has('lead') && !records.isLeadArchived;
	if (isActive) await runner.tryStep(archiveLeadStep);
}

import type { StepRunner } from './stepRunner';
import { commentRemoval } from './steps/commentSteps';
import { archiveLeadStep, leadRemoval } from './steps/leadSteps';
import { leaveGroupStep, membershipRemoval } from './steps/membershipSteps';
import { makeCloseTaskStep, taskRemoval } from './steps/taskSteps';
import type { Removal, Trial, TrialStep } from './trialStep';
import { CONFIRMED } from './trialStep';

/**
 * Takes back what a trial (one run of *Try Writes*) has written: deletes its records. The lead is
 * deleted last, because without the lead nobody could see to whom the other records belong. If
 * AlfaCRM does not delete a record, the record is made harmless: a task is closed, a membership is
 * ended, and the lead is archived.
 *
 * Each step runs by `StepRunner.tryStep`. `tryStepIfPossible` would skip all steps after a step
 * that could not be read back.
 */
export async function takeBack(trial: Trial, runner: StepRunner): Promise<void> {
	await removeRecords(trial, runner, commentRemoval);
	await removeRecords(trial, runner, taskRemoval);
	await closeRemainingTasks(trial, runner);
	await removeRecords(trial, runner, membershipRemoval);
	await endRemainingMembership(trial, runner);
	await removeLeadWithoutMembership(trial, runner);
	await archiveRemainingLead(trial, runner);
}

/**
 * Deletes the records of one kind that AlfaCRM shows. Skips the step if AlfaCRM shows none.
 *
 * A kind is in doubt if AlfaCRM may have a record that it has not shown so far. The records of such
 * a kind are read once more before the deletion.
 */
async function removeRecords(trial: Trial, runner: StepRunner, removal: Removal): Promise<void> {
	const { records } = trial;
	const { inventory } = records;
	const { name, kind } = removal;
	if (inventory.isInDoubt(kind)) {
		// `read` updates the inventory. If it fails, the doubt remains, and the trial goes on.
		await records.read(kind).catch(() => undefined);
	}

	if (inventory.has(kind)) {
		const ids = inventory.idsOf(kind);
		await runner.tryStep(makeRemovalStep(removal, ids));
	} else {
		const reason = inventory.isInDoubt(kind) ? 'It is not found.' : 'There is none.';
		runner.skipStep(name, reason);
	}
}

/** Makes the step that deletes some records of one kind, and reads which of them remain. */
function makeRemovalStep(removal: Removal, ids: readonly number[]): TrialStep {
	// The words complete the sentence `AlfaCRM confirmed it, but …` in the report.
	const { name, kind, remove, describeContradiction = () => 'shows it still' } = removal;
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

		/** Reads which records remain. */
		async readBack(trial) {
			const remaining = await trial.records.read(kind);
			return { isCarriedOut: remaining.length === 0, contradiction: describeContradiction(trial) };
		},
	};
}

/**
 * Closes the tasks that AlfaCRM did not delete, so that nobody sees them in a list of open tasks.
 */
async function closeRemainingTasks(trial: Trial, runner: StepRunner): Promise<void> {
	for (const id of trial.records.inventory.idsOf('task')) {
		await runner.tryStep(makeCloseTaskStep(id));
	}
}

/** Ends a membership that AlfaCRM did not delete, unless the membership has ended already. */
async function endRemainingMembership({ records }: Trial, runner: StepRunner): Promise<void> {
	if (!records.inventory.has('membership')) return;

	// A membership that cannot be read is ended to be safe.
	const hasLeft = await records.hasLeftGroup().catch(() => false);
	if (!hasLeft) await runner.tryStep(leaveGroupStep);
}

/**
 * Deletes the lead, unless its membership in the group is still there. A membership has no text, so
 * without the lead nobody could see that the membership was written by a test.
 */
async function removeLeadWithoutMembership(trial: Trial, runner: StepRunner): Promise<void> {
	const { inventory } = trial.records;
	if (inventory.has('membership') || inventory.isInDoubt('membership')) {
		runner.skipStep(leadRemoval.name, 'Its membership stays.');
	} else {
		await removeRecords(trial, runner, leadRemoval);
	}
}

/** Archives a lead that AlfaCRM did not delete, unless the lead is in the archive already. */
async function archiveRemainingLead({ records }: Trial, runner: StepRunner): Promise<void> {
	const isActive = records.inventory.has('lead') && !records.isLeadArchived;
	if (isActive) await runner.tryStep(archiveLeadStep);
}

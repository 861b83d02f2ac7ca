import { makeCancelledError } from '../../../api/failures';
import { judgeStep, judgeUnreadStep, makeRow } from './judgeStep';
import type { TrialRow } from './trialReport';
import type { ReadBack, Trial, TrialStep, WriteAnswer } from './trialStep';
import { describeError } from './describeError';

/**
 * Tries the steps of a trial (one run of *Try Writes*) one after the other. A step writes a record
 * and reads the record back. The result of each step becomes a row of the report.
 */
export class StepRunner {
	/** The rows of the report, one for each step so far. */
	readonly rows: TrialRow[] = [];
	/** Why `tryStepIfPossible` skips all further steps; undefined as long as it tries them. */
	private stopReason?: string;

	constructor(private readonly trial: Trial) {}

	/** Tries a step, or skips the step if something that it needs is missing. */
	async tryStepIfPossible(step: TrialStep): Promise<void> {
		const reasonToSkip = this.stopReason ?? step.findReasonToSkip?.(this.trial);
		if (reasonToSkip === undefined) {
			await this.tryStep(step);
		} else {
			this.skipStep(step.name, reasonToSkip);
		}
	}

	/** Adds the row of a step that is not tried. */
	skipStep(stepName: string, reason: string): void {
		this.rows.push(makeRow(stepName, 'not tried', [reason]));
	}

	/**
	 * Tries a step: writes, reads back, and adds a row. Reads back even if AlfaCRM has refused the
	 * write, because the write may have been carried out all the same.
	 *
	 * `stopReason` does not matter here: `takeBack.ts` has to delete what was written in any case.
	 *
	 * @throws NodeApiError if the execution is cancelled
	 */
	async tryStep(step: TrialStep): Promise<void> {
		const answer = await this.write(step);
		try {
			const readBack = await this.readBack(step, answer);
			this.noteIfUnseen(step, answer, readBack);
			this.rows.push(judgeStep(step.name, answer, readBack));
		} catch (caught) {
			this.stopRemainingSteps(step);
			if (this.isCancelled) throw this.trial.item.asError(caught);

			const readError = describeError(this.trial, caught);
			this.rows.push(judgeUnreadStep(step.name, answer, readError));
		}
	}

	/**
	 * Makes the write of a step. Any error counts as a refusal, even if AlfaCRM has not answered:
	 * reading back shows what has happened. The error of a cancelled execution counts as a refusal,
	 * too, because `readBack` throws such an error again.
	 */
	private async write(step: TrialStep): Promise<WriteAnswer> {
		try {
			return await step.write(this.trial);
		} catch (caught) {
			return { outcome: 'refused', refusal: describeError(this.trial, caught) };
		}
	}

	/** Reads what AlfaCRM shows after the write of a step. */
	private async readBack(step: TrialStep, answer: WriteAnswer): Promise<ReadBack> {
		if (this.isCancelled) throw makeCancelledError();
		return await step.readBack(this.trial, answer);
	}

	/** Notes that a new record may be in AlfaCRM if AlfaCRM has confirmed but does not show it. */
	private noteIfUnseen(
		{ createsRecord, kind }: TrialStep,
		answer: WriteAnswer,
		readBack: ReadBack,
	): void {
		const isUnseen = answer.outcome === 'confirmed' && !readBack.isCarriedOut;
		if (createsRecord && isUnseen) this.trial.records.inventory.addDoubt(kind, 'unseen');
	}

	/**
	 * Makes `tryStepIfPossible` skip all further steps, because the write of a step could not be read
	 * back. Then further writes could probably not be read back either.
	 *
	 * The step may have created a record. It is noted as `unread`, so that the report or the error of
	 * a cancelled trial names the record.
	 */
	private stopRemainingSteps({ kind, createsRecord }: TrialStep): void {
		if (createsRecord) this.trial.records.inventory.addDoubt(kind, 'unread');
		this.stopReason = 'What was written before cannot be read back.';
	}

	private get isCancelled(): boolean {
		return this.trial.item.execution.isCancelled;
	}
}

import { makeCancelledError } from '../../../api/failures';
import { judgeStep, judgeUnreadStep, makeRow } from './judgeStep';
import type { TrialRow } from './trialReport';
import type { ReadBack, Trial, TrialStep, WriteAnswer } from './trialStep';
import { describeError } from './describeError';

/** Tries the steps of a trial one after the other, and keeps the result of each. */
export class StepRunner {
	readonly rows: TrialRow[] = [];
	/** Why no further step is tried. Undefined as long as steps are tried. */
	private stopReason?: string;

	constructor(private readonly trial: Trial) {}

	/** Tries a step, or skips it if earlier steps leave a reason to do so. */
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
	 * Tries a step: writes, reads back, and keeps the result. Reads back even if AlfaCRM has refused
	 * the write, because the write may have been carried out all the same.
	 *
	 * Also works after `stopRemainingSteps`, because what was written has to be taken back.
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
	 * Makes the write of a step. Any error counts as a refusal, even if it is no answer of AlfaCRM:
	 * reading back then shows what has happened. A cancellation counts as a refusal as well, and
	 * `readBack` raises it again.
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

	/**
	 * Notes that a new record may be in AlfaCRM if AlfaCRM has confirmed it, but does not show it.
	 */
	private noteIfUnseen(
		{ creates, kind }: TrialStep,
		answer: WriteAnswer,
		readBack: ReadBack,
	): void {
		const isUnseen = answer.outcome === 'confirmed' && !readBack.isDone;
		if (creates && isUnseen) this.trial.records.present.addDoubt(kind, 'unseen');
	}

	/**
	 * Makes `tryStepIfPossible` skip all further steps, because a step could not be read back: while
	 * nothing can be read, nobody would know what comes of them. A record that the step may have
	 * created is noted, so that the error of a cancelled trial names it, too.
	 */
	private stopRemainingSteps({ kind, creates }: TrialStep): void {
		if (creates) this.trial.records.present.addDoubt(kind, 'unread');
		this.stopReason = 'What was written before cannot be read back.';
	}

	private get isCancelled(): boolean {
		return this.trial.item.execution.isCancelled;
	}
}

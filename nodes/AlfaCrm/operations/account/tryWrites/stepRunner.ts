import { makeCancelledError } from '../../../api/failures';
import { judgeStep, judgeUnreadStep, makeRow } from './judgeStep';
import type { TrialRow } from './trialReport';
import type { ReadBack, Trial, TrialStep, WriteAnswer } from './trialStep';
import { describeError } from './describeError';

/** Tries steps one after the other, and keeps what came of each. */
export class StepRunner {
	readonly rows: TrialRow[] = [];
	/** Why the steps that are left are not tried; undefined while they are. */
	private stopReason?: string;

	constructor(private readonly trial: Trial) {}

	/** Tries a step, unless something stands in its way. */
	async tryStepIfPossible(step: TrialStep): Promise<void> {
		const reasonToSkip = this.stopReason ?? step.findReasonToSkip?.(this.trial);
		if (reasonToSkip === undefined) {
			await this.tryStep(step);
		} else {
			this.skipStep(step.name, reasonToSkip);
		}
	}

	skipStep(stepName: string, reason: string): void {
		this.rows.push(makeRow(stepName, 'not tried', [reason]));
	}

	/**
	 * Writes, reads back, and keeps the result, even after `stopRemainingSteps`: what was written has
	 * to be taken back. Reads back even if AlfaCRM has refused the write, because the write may have
	 * been carried out all the same.
	 *
	 * @throws NodeApiError if the execution is cancelled
	 */
	async tryStep(step: TrialStep): Promise<void> {
		const answer = await this.write(step);
		let readBack: ReadBack;
		try {
			readBack = await this.readBack(step, answer);
		} catch (caught) {
			this.stopRemainingSteps(step);
			if (this.isCancelled) throw this.trial.item.asError(caught);
			this.rows.push(judgeUnreadStep(step.name, answer, describeError(this.trial, caught)));
			return;
		}

		const isUnseen = answer.outcome === 'confirmed' && !readBack.isDone;
		if (step.creates && isUnseen) this.trial.records.present.addDoubt(step.kind, 'unseen');
		this.rows.push(judgeStep(step.name, answer, readBack));
	}

	/**
	 * Writes. Any error counts as a refusal, also one that is no answer of AlfaCRM: reading back then
	 * shows what has happened. A cancellation counts as a refusal as well, and `readBack` raises it
	 * again.
	 */
	private async write(step: TrialStep): Promise<WriteAnswer> {
		try {
			return await step.write(this.trial);
		} catch (caught) {
			return { outcome: 'refused', refusal: describeError(this.trial, caught) };
		}
	}

	private async readBack(step: TrialStep, answer: WriteAnswer): Promise<ReadBack> {
		if (this.isCancelled) throw makeCancelledError();
		return await step.readBack(this.trial, answer);
	}

	/**
	 * Makes `tryStepIfPossible` skip all further steps: while nothing can be read, nobody would know
	 * what comes of them. Only `tryStep` still writes, for taking back.
	 */
	private stopRemainingSteps({ kind, creates }: TrialStep): void {
		if (creates) this.trial.records.present.addDoubt(kind, 'unread');
		this.stopReason = 'What was written before cannot be read back.';
	}

	private get isCancelled(): boolean {
		return this.trial.item.execution.isCancelled;
	}
}

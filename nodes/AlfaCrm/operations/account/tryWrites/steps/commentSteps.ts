/**
 * The steps of a trial (one run of *Try Writes*) that add a comment to the test lead and delete it.
 */

import type { IDataObject } from 'n8n-workflow';

import { communication } from '../../../../entities/communication';
import { customer as customerEntity } from '../../../../entities/customer';
import { aheadMs } from '../../../../values/schoolClock';
import { MINUTE_MS } from '../../../../values/time';
import { compareFields } from '../compareFields';
import type { Removal, TrialStep } from '../trialStep';
import { CONFIRMED } from '../trialStep';
import { explainMissingLead } from './leadSteps';

/**
 * The `type_id` that *Add Comment* sends. Calls, letters and the like have other `type_id`s.
 */
const COMMENT_TYPE = 1;

/** Adds a comment to the test lead. */
export const addCommentStep: TrialStep = {
	name: 'add comment',
	kind: 'comment',
	createsRecord: true,
	findReasonToSkip: explainMissingLead,

	/**
	 * Adds the comment by the operation *Add Comment*. Its text is the signature, by which the trial
	 * recognizes its records.
	 */
	async write({ operations, records, signature }) {
		await operations.execute(customerEntity, 'addComment', {
			id: records.leadId,
			comment: signature.text,
		});
		// `execute` has thrown an error unless AlfaCRM has confirmed the comment.
		return CONFIRMED;
	},

	/** Looks for the comment, and compares its fields with the sent ones. */
	async readBack({ item, operations, records, signature }) {
		// The trial adds one comment, and `readComments` finds only comments of the trial.
		const [comment] = await records.readComments();
		if (comment === undefined) return { isCarriedOut: false };

		const sent = { comment: signature.text, type_id: COMMENT_TYPE };
		const fieldProblems = compareFields(operations, communication, { sent, record: comment });
		const timeProblems = checkCommentTime(comment, item.zone);
		return { isCarriedOut: true, problems: [...fieldProblems, ...timeProblems] };
	},
};

/** The most by which the time of a new comment can differ from the clock of n8n. */
const CLOCK_TOLERANCE_MS = 10 * MINUTE_MS;

/**
 * Checks whether the time of a new comment is now, by the clock of the workflow. *Add Comment* uses
 * the times of comments to recognize a comment that it has added before. With wrong times, *Add
 * Comment* may add a comment twice.
 *
 * @returns sentences that say what is wrong
 */
function checkCommentTime(comment: IDataObject, zone: string): string[] {
	const msAheadOfNow = aheadMs(comment.added, zone);
	if (msAheadOfNow === undefined) return ['It shows no time that can be read'];
	if (Math.abs(msAheadOfNow) <= CLOCK_TOLERANCE_MS) return [];

	const minutes = Math.round(Math.abs(msAheadOfNow) / MINUTE_MS);
	const direction = msAheadOfNow < 0 ? 'behind' : 'ahead of';
	return [
		`Its time is ${minutes} min ${direction} the workflow: set the time zone of the workflow to that of the school`,
	];
}

/** Deletes the comment of the trial. */
export const commentRemoval: Removal = {
	name: 'delete comment',
	kind: 'comment',
	async remove({ operations }, id) {
		await operations.deleteComment(id);
	},
};

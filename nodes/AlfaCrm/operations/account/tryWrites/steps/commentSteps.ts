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
 * The `type_id` of a comment, as *Add Comment* sends it. Calls, letters and the like have others.
 */
const COMMENT_TYPE = 1;

/** Adds a comment to the test lead. */
export const addCommentStep: TrialStep = {
	name: 'add comment',
	kind: 'comment',
	creates: true,
	findReasonToSkip: explainMissingLead,

	/** Adds a comment with the text of the trial by the operation *Add Comment*. */
	async write({ operations, records, signature }) {
		await operations.execute(customerEntity, 'addComment', {
			id: records.leadId,
			comment: signature.text,
		});
		return CONFIRMED;
	},

	/** Looks for the comment, and compares it with what was sent. */
	async readBack({ item, operations, records, signature }) {
		const [comment] = await records.readComments();
		if (comment === undefined) return { isDone: false };

		const sent = { comment: signature.text, type_id: COMMENT_TYPE };
		const fieldProblems = compareFields(operations, communication, { sent, record: comment });
		const timeProblems = checkCommentTime(comment, item.zone);
		return { isDone: true, problems: [...fieldProblems, ...timeProblems] };
	},
};

/** The time of a new comment may differ from the clock of n8n by this much. */
const CLOCK_TOLERANCE_MS = 10 * MINUTE_MS;

/**
 * Checks whether a new comment has the time of the workflow. By that time *Add Comment* recognizes
 * a comment that it has added before. If the time is wrong, it may add the comment twice.
 *
 * @returns what is wrong, as sentences
 */
function checkCommentTime(comment: IDataObject, zone: string): string[] {
	const msAhead = aheadMs(comment.added, zone);
	if (msAhead === undefined) return ['It shows no time that can be read'];
	if (Math.abs(msAhead) <= CLOCK_TOLERANCE_MS) return [];

	const minutes = Math.round(Math.abs(msAhead) / MINUTE_MS);
	const direction = msAhead < 0 ? 'behind' : 'ahead of';
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

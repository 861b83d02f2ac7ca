import type { IDataObject } from 'n8n-workflow';

import { communication } from '../../../../entities/communication';
import { customer as customerEntity } from '../../../../entities/customer';
import { aheadMs } from '../../../../values/schoolClock';
import { MINUTE_MS } from '../../../../values/time';
import { compareFields } from '../compareFields';
import type { Removal, TrialStep } from '../trialStep';
import { CONFIRMED } from '../trialStep';
import { explainMissingLead } from './leadSteps';

/** The type that *Add Comment* sends: among all communication with a customer, 1 is a comment. */
const COMMENT_TYPE = 1;

export const addCommentStep: TrialStep = {
	name: 'add comment',
	kind: 'comment',
	creates: true,
	findReasonToSkip: explainMissingLead,

	async write({ operations, records, signature }) {
		await operations.execute(customerEntity, 'addComment', {
			id: records.leadId,
			comment: signature.text,
		});
		return CONFIRMED;
	},

	async readBack({ item, operations, records, signature }) {
		const comment = (await records.readComments()).at(0);
		if (comment === undefined) return { isDone: false };

		const sent = { comment: signature.text, type_id: COMMENT_TYPE };
		const fieldProblems = compareFields(operations, communication, { sent, record: comment });
		return { isDone: true, problems: [...fieldProblems, ...checkCommentTime(comment, item.zone)] };
	},
};

/** The time of a new comment may differ from the clock of n8n by this much. */
const CLOCK_TOLERANCE_MS = 10 * MINUTE_MS;

/**
 * Checks the time of a comment. *Add Comment* uses that time to recognize a comment that it has
 * added before.
 */
function checkCommentTime({ added }: IDataObject, zone: string): string[] {
	const ahead = aheadMs(added, zone);
	if (ahead === undefined) return ['It shows no time that can be read'];
	if (Math.abs(ahead) <= CLOCK_TOLERANCE_MS) return [];

	const minutes = Math.round(Math.abs(ahead) / MINUTE_MS);
	const direction = ahead < 0 ? 'behind' : 'ahead of';
	return [
		`Its time is ${minutes} min ${direction} the workflow: set the time zone of the workflow to that of the school`,
	];
}

export const commentRemoval: Removal = {
	name: 'delete comment',
	kind: 'comment',
	async remove({ operations }, id) {
		await operations.deleteComment(id);
	},
};

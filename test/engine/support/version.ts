import { PollContext } from 'n8n-core';
import type { INode } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

/** What differs between the versions of n8n that these tests run in: npm run test:engine. */

const told = new NodeApiError({} as INode, {}, { failure: { cause: 'credential-invalid' } });

/** Whether n8n passes on all that is known of a failed request. */
export const tellsCause = told.failure !== undefined;

/** The cause that an error carries for n8n's scheduler, which older versions do not pass on. */
export const failure = (cause: object): object | undefined =>
	told.failure === undefined ? undefined : cause;

/** Whether n8n has a scheduler that keeps a row for each trigger and limits the time of a poll; older versions have not. */
const hasScheduler = Object.hasOwn(PollContext.prototype, 'getWorkflowStaticData');

/** Tests that older engines do not have. */
export const describeScheduled: (name: string, tests: () => void) => void = hasScheduler
	? describe
	: () => undefined;

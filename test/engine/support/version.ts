import { PollContext } from 'n8n-core';
import type { INode } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

/** Differences between the n8n versions in which `npm run test:engine` runs these tests. */

const told = new NodeApiError({} as INode, {}, { failure: { cause: 'credential-invalid' } });

/** Tells whether this n8n keeps the cause of a failed request. */
export const tellsCause = told.failure !== undefined;

/** Expects the cause that an error carries for n8n's scheduler. Older versions drop it. */
export const failure = (cause: object): object | undefined =>
	told.failure === undefined ? undefined : cause;

/**
 * Tells whether this n8n has a durable scheduler, which keeps a row for each trigger and limits the
 * time of a poll.
 */
const hasScheduler = Object.hasOwn(PollContext.prototype, 'getWorkflowStaticData');

/** Describes tests of the durable scheduler, which older engines do not have. */
export const describeScheduled: (name: string, tests: () => void) => void = hasScheduler
	? describe
	: () => undefined;

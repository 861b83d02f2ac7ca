import { PollContext } from 'n8n-core';
import type { INode } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

/**
 * The tests run in several versions of n8n (`npm run test:engine`). This file tells what the present
 * version can do.
 */

const errorWithCause = new NodeApiError({} as INode, {}, { failure: { cause: 'credential-invalid' } });

/** Whether errors of this n8n keep the cause of a failed request. Older versions drop it. */
export const tellsCause = errorWithCause.failure !== undefined;

/** Makes the `failure` that a test expects of an error: the cause, or nothing in a version that drops it. */
export function failure(cause: object): object | undefined {
	return tellsCause ? cause : undefined;
}

/**
 * Whether this n8n has a durable scheduler, which keeps a row for each trigger and limits the time of
 * a poll.
 */
const hasDurableScheduler = Object.hasOwn(PollContext.prototype, 'getWorkflowStaticData');

/** Describes tests of the durable scheduler. A version of n8n without it skips them. */
export function describeScheduled(name: string, tests: () => void): void {
	if (hasDurableScheduler) {
		describe(name, tests);
	}
}

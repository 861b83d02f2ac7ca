import { PollContext } from 'n8n-core';
import type { INode } from 'n8n-workflow';
import { NodeApiError } from 'n8n-workflow';

/** The tests run in several versions of n8n (`npm run test:engine`). This file tells the versions apart. */

const errorWithCause = new NodeApiError({} as INode, {}, { failure: { cause: 'credential-invalid' } });

/** Tells whether errors of this n8n keep the cause of a failed request. Older versions drop it. */
export const tellsCause = errorWithCause.failure !== undefined;

/** Registers tests that need the cause of a failed request, unless this n8n drops it. */
export function describeIfCauseIsKept(name: string, tests: () => void): void {
	if (tellsCause) {
		describe(name, tests);
	}
}

/** Makes the `failure` that a test expects of an error: the cause, or nothing in a version that drops it. */
export function makeFailure(cause: object): object | undefined {
	return tellsCause ? cause : undefined;
}

/**
 * Tells whether this n8n has a durable scheduler, which keeps a row for each trigger and limits the time of a
 * poll.
 */
const hasDurableScheduler = Object.hasOwn(PollContext.prototype, 'getWorkflowStaticData');

/** Registers tests of the durable scheduler, unless this n8n has none. */
export function describeScheduled(name: string, tests: () => void): void {
	if (hasDurableScheduler) {
		describe(name, tests);
	}
}

import { createHash } from 'crypto';
import type { IPollFunctions, IWebhookFunctions } from 'n8n-workflow';

/**
 * Makes a short text that differs for different texts. Each of its characters is one of 64.
 */
export const makeDigest = (text: string, length: number): string =>
	createHash('sha256').update(text).digest('base64url').slice(0, length);

/** Makes a key that identifies a trigger among those of all workflows in this process. */
export const makeTriggerKey = (
	context: Pick<IPollFunctions | IWebhookFunctions, 'getWorkflow' | 'getNode'>,
): string => `${context.getWorkflow().id} ${context.getNode().id}`;

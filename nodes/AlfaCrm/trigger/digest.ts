import { createHash } from 'crypto';
import type { IPollFunctions, IWebhookFunctions } from 'n8n-workflow';

/** Tells texts apart by few characters, six bits each. */
export const digest = (text: string, characters: number): string =>
	createHash('sha256').update(text).digest('base64url').slice(0, characters);

/** Tells the triggers of all workflows apart in this process. */
export const triggerKeyOf = (context: Pick<IPollFunctions | IWebhookFunctions, 'getWorkflow' | 'getNode'>) =>
	`${context.getWorkflow().id} ${context.getNode().id}`;

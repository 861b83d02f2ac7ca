import type { IPollFunctions, IWebhookFunctions } from 'n8n-workflow';

/** Tells the triggers of all workflows apart in this process. */
export const triggerKeyOf = (context: Pick<IPollFunctions | IWebhookFunctions, 'getWorkflow' | 'getNode'>) =>
	`${context.getWorkflow().id} ${context.getNode().id}`;

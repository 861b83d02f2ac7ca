import { createHash, timingSafeEqual } from 'crypto';
import type { IWebhookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

/**
 * AlfaCRM signs nothing, so a secret in the address is all that tells its calls from others. API notes 8.
 *
 * @throws NodeOperationError when there should be a secret and is none: that must not let everybody in
 */
export function knowsSecret(context: IWebhookFunctions): boolean {
	const secret = secretOf(context);
	const { secret: given } = context.getQueryData() as { secret?: unknown };
	return secret === '' || (typeof given === 'string' && isEqual(given.trim(), secret));
}

/** '' where none is asked for. Blanks around it are pasted along. */
function secretOf(context: IWebhookFunctions): string {
	const node = context.getNode();
	const entered = node.parameters.secret ?? '';
	const value: unknown = context.getNodeParameter('secret', '');
	const secret = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
	if (secret !== '' || entered === '') return secret;
	throw new NodeOperationError(node, "'Secret' gives no text", {
		description:
			'The call was refused, for without a secret whoever knows the URL could start the workflow. Correct it, or leave it empty if that is what you want.',
	});
}

/** Takes the same time wherever the texts differ; digests, for they must be of one length. */
function isEqual(one: string, other: string): boolean {
	const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
	return timingSafeEqual(a, b);
}

import { createHash, timingSafeEqual } from 'crypto';
import type { IWebhookFunctions } from 'n8n-workflow';

/** AlfaCRM signs nothing, so a secret in the address is all that tells its calls from others. API notes 8. */
export function knowsSecret(context: IWebhookFunctions): boolean {
	const secret = String(context.getNodeParameter('secret', '') ?? '');
	const { secret: given } = context.getQueryData() as { secret?: unknown };
	return secret === '' || (typeof given === 'string' && isEqual(given, secret));
}

/** Takes the same time wherever the texts differ; digests, for they must be of one length. */
function isEqual(one: string, other: string): boolean {
	const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
	return timingSafeEqual(a, b);
}

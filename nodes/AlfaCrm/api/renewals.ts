import type { ICredentialDataDecryptedObject, IHttpRequestHelper } from 'n8n-workflow';

import { logIn } from './login';
import { rateLimiterOf, readRate } from './rateLimiter';
import { loginOf, revokeToken, tokenFor } from './sessions';

/** Credentials that n8n renews for a call which it has still to send; it keeps to the same object meanwhile. */
const unsent = new WeakSet<ICredentialDataDecryptedObject>();

/** By the credentials of calls that the nodes of this package send, whose token n8n renews only after a 401. */
const resends = new WeakMap<ICredentialDataDecryptedObject, () => void>();

/**
 * Notes that a node of this package sends a call with it. Those of other nodes are renewed after any failure.
 *
 * @param onResend called before n8n sends the call with a renewed token; it throws if that must not be any more
 */
export function noteNodeCall(credential: ICredentialDataDecryptedObject, onResend = () => {}): void {
	resends.set(credential, onResend);
}

/** A token in place of that of a credential which n8n is about to send a call with: what it has sent so far was not carried out. */
export async function renewToken(
	helper: IHttpRequestHelper,
	credential: ICredentialDataDecryptedObject,
): Promise<string> {
	const login = loginOf(credential);
	const failing = String(credential.token ?? '');
	unsent.add(credential);
	// The other calls of this process need not try it.
	if (resends.has(credential)) revokeToken(login, failing);
	const perSecond = readRate(credential.requestsPerSecond);
	return await tokenFor(login, failing, async (find) => await logIn(helper, login, perSecond, find));
}

/**
 * Waits for a place of its own for what n8n sends with a token that was renewed for it, past the rate limiter. By then n8n
 * has put the token into its database, where other processes are waiting for it.
 */
export async function placeAfterRenewal(credential: ICredentialDataDecryptedObject): Promise<void> {
	if (!unsent.has(credential)) return;
	const { origin } = loginOf(credential);
	await rateLimiterOf(origin).reserve(readRate(credential.requestsPerSecond));
	resends.get(credential)?.();
	unsent.delete(credential);
}

/** Whether nothing was sent that may have been carried out. */
export const isUnsent = (credential: ICredentialDataDecryptedObject): boolean => unsent.has(credential);

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { RateLimiter } from './rateLimiter';

/** Credentials that n8n renews for a call which it has still to send; it keeps to the same object meanwhile. */
const unsent = new WeakSet<ICredentialDataDecryptedObject>();

/** Credentials of calls that this package's nodes send. */
const own = new WeakSet<ICredentialDataDecryptedObject>();

/** Notes that a call of one of this package's nodes is sent with it, whose token n8n renews only after a 401. */
export function noteOwnCall(credential: ICredentialDataDecryptedObject): void {
	own.add(credential);
}

/** Whether its token is dead when n8n renews it: that of other nodes is renewed after any failure. */
export const isOwnCall = (credential: ICredentialDataDecryptedObject): boolean => own.has(credential);

/** Notes that n8n renews the token for a call: what it has sent so far, if anything, was not carried out. */
export function beginRenewal(credential: ICredentialDataDecryptedObject): void {
	unsent.add(credential);
}

/**
 * Waits for a place of its own for what n8n sends with a token that was renewed for it, past the rate limiter. By then n8n
 * has put the token into its database, where other processes are waiting for it.
 */
export async function placeAfterRenewal(
	credential: ICredentialDataDecryptedObject,
	limiter: RateLimiter,
	perSecond: number,
): Promise<void> {
	if (!unsent.has(credential)) return;
	await limiter.reserve(perSecond);
	unsent.delete(credential);
}

/** Whether nothing was sent that may have been carried out. */
export const isUnsent = (credential: ICredentialDataDecryptedObject): boolean => unsent.has(credential);

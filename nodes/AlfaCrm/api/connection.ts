import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { readId } from '../values/formats';
import { readCallsAtOnce, readRate } from './rateLimiter';
import { readRateLimitWait, SHORT_RATE_LIMIT_WAIT_MS } from './retry';
import { nameAccount, readLogin } from './session';

/** The settings of a credential that hold for all calls of a client. */
export interface ConnectionSettings {
	/** The address of AlfaCRM without a path, such as `https://demo.s20.online`. */
	origin: string;
	/** The name of the account: the school's AlfaCRM and the user. See `nameAccount`. */
	account: string;
	/** The email of the user. */
	email: string;
	/** How many calls may be sent in any second; 0 for no limit. */
	perSecond: number;
	/**
	 * How many calls may be in flight: sent, and not yet answered. 0 for as many as it takes to reach
	 * the rate.
	 */
	callsAtOnce: number;
	/** For how many milliseconds a call is sent again while AlfaCRM gets too many requests. */
	rateLimitWaitMs: number;
	/**
	 * 'Branch ID' of the credential. Only the call for the list of branches uses it. The user enters
	 * it if the main branch is switched off, because AlfaCRM then refuses that call without a branch.
	 */
	branchInCredential?: number;
}

/**
 * Reads the settings of a credential that hold for all calls.
 *
 * @param canBeCancelled whether a user can end a long wait, as in an execution. The calls of a poll
 * or a dropdown wait at most 15 seconds while AlfaCRM gets too many requests.
 * @throws UserError if 'Hostname' is not a host name
 */
export function readConnectionSettings(
	credential: ICredentialDataDecryptedObject,
	{ canBeCancelled }: { canBeCancelled: boolean },
): ConnectionSettings {
	const login = readLogin(credential);
	const maxWaitMs = canBeCancelled ? Infinity : SHORT_RATE_LIMIT_WAIT_MS;
	const chosenWaitMs = readRateLimitWait(credential.rateLimitWait);

	return {
		origin: login.origin,
		account: nameAccount(login),
		email: login.email,
		perSecond: readRate(credential.requestsPerSecond),
		callsAtOnce: readCallsAtOnce(credential.callsAtOnce),
		rateLimitWaitMs: Math.min(chosenWaitMs, maxWaitMs),
		branchInCredential: readId(credential.branchId),
	};
}

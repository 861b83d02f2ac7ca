import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { ApiFailure } from './errors';
import { ResponseError } from './errors';
import type { Login, ReadCredential } from './sessions';
import {
	accountOf,
	isIssuedSince,
	loginCount,
	loginOf,
	offerCredential,
	revokeToken,
	usableToken,
} from './sessions';

/** How long a credential is used without reading it again, which takes n8n a query of its database each time. */
const CREDENTIAL_MS = 1_000;
/** How often a request is sent whose token was not taken: where a login ends all older tokens, several processes may log in. */
const MAX_LOGIN_ATTEMPTS = 6;
/** How many new tokens of this process's own may be turned down, since another one may log in at the same moment. */
const MAX_NEW_LOGINS = 2;
/** How long a path counts as forbidden after a new login did not change that, and a login as refused. */
const FORBIDDEN_MS = 60_000;
/** What is wrong with a login that would fail again in the same way. */
const LASTING_CAUSES: ReadonlyArray<ApiFailure['declaredCause']> = [
	'credential-invalid',
	'configuration-invalid',
];

/** What became of one call so far, as far as logins are concerned. */
export interface LoginProgress {
	/** Logins from then on are logins during this call. */
	readonly begun: number;
	/** How often it was sent. */
	attempts: number;
	login?: Login;
	/** The token that AlfaCRM saw last. */
	token: string;
	isNewLogin: boolean;
	/** New tokens that were turned down. */
	newLogins: number;
}

/** @param begun a moment, by `loginCount`, from which on a login counts as made for this call; else it is now */
export const beginLogin = (begun = loginCount()): LoginProgress => ({
	begun,
	attempts: 0,
	token: '',
	isNewLogin: false,
	newLogins: 0,
});

/** The credential of one client, its token, and what AlfaCRM has refused it. */
export class Authentication {
	private credential?: { values: ICredentialDataDecryptedObject; at: number };
	/** Paths that stayed forbidden after a new login, and when that was: yet another one would be useless. */
	private readonly forbidden = new Map<string, number>();
	/** The login that was refused last: with many items, each would try it again. */
	private refused?: { login: string; failure: ApiFailure; at: number };

	/** @param getCredential reads it out of n8n's database */
	constructor(private readonly getCredential: ReadCredential) {}

	/** Whether a path was refused with a 403 that a new login did not change. */
	isForbidden(path: string): boolean {
		return this.forbidden.has(path);
	}

	/**
	 * The credential as it was a second ago at most, with a token that is not known to be dead; '' if there is none.
	 *
	 * @param account whose data the client works with
	 */
	async readCredential(
		account: string,
		progress: LoginProgress,
	): Promise<ICredentialDataDecryptedObject & { token: string }> {
		// After a try that did not succeed something may have changed.
		const mayBeKnown = progress.login === undefined && this.refused === undefined;
		const age = performance.now() - (this.credential?.at ?? -Infinity);
		if (this.credential === undefined || !mayBeKnown || age >= CREDENTIAL_MS) {
			const values = await this.getCredential();
			this.credential = { values, at: performance.now() };
		}
		const { values } = this.credential;
		const login = loginOf(values);
		if (accountOf(login) !== account) {
			const serverMessage = 'the credential was changed to another account meanwhile. Run it again.';
			throw new ResponseError({ kind: 'notSent', serverMessage });
		}
		progress.login = login;
		return { ...values, token: usableToken(login, String(values.token ?? '')) };
	}

	/** While a call is under way, its token may be renewed. @returns to be called when it has ended */
	offerRenewal({ login }: LoginProgress): () => void {
		return login === undefined ? () => {} : offerCredential(login, this.getCredential);
	}

	/** The next calls go on with the token of a login; one that was only used may be older than theirs. */
	keepNewToken(values: ICredentialDataDecryptedObject): void {
		if (this.credential) this.credential.values = values;
	}

	/** @throws ResponseError when the very same login was refused a moment ago; a corrected one is tried */
	async assertNotRefused(account: string, progress: LoginProgress): Promise<void> {
		if (this.refused === undefined || performance.now() - this.refused.at >= FORBIDDEN_MS) return;
		await this.readCredential(account, progress);
		if (JSON.stringify(progress.login) === this.refused.login) throw new ResponseError(this.refused.failure);
	}

	/** Notes how a call failed. */
	noteFailure(failure: ApiFailure, { login }: LoginProgress): void {
		if (failure.kind !== 'login' || !LASTING_CAUSES.includes(failure.declaredCause)) return;
		if (this.refused?.failure === failure) return;
		this.refused = { login: JSON.stringify(login), failure, at: performance.now() };
	}

	/**
	 * After a token was not taken, or a 403, which may mean the same: whether another try makes sense. n8n renews a token
	 * after HTTP 401 by itself, once; never, as it is asked here, after a 403 or a 401 that comes with HTTP 200.
	 */
	async mayLogInAgain({ status }: ApiFailure, path: string, progress: LoginProgress): Promise<boolean> {
		const { login, token, begun } = progress;
		if (login === undefined || token === '' || (status !== 401 && status !== 403)) return false;
		progress.isNewLogin = isIssuedSince(login, token, begun);
		const isKnown = performance.now() - (this.forbidden.get(path) ?? -Infinity) < FORBIDDEN_MS;
		if (status === 403 && (isKnown || progress.isNewLogin) && !(await this.isReplaced(token))) {
			if (!isKnown) this.forbidden.set(path, performance.now());
			return false;
		}
		revokeToken(login, token);
		progress.newLogins += progress.isNewLogin ? 1 : 0;
		return progress.newLogins < MAX_NEW_LOGINS && progress.attempts < MAX_LOGIN_ATTEMPTS;
	}

	/** Whether another process has logged in since, which may have ended this token. */
	private async isReplaced(token: string): Promise<boolean> {
		const { token: stored } = await this.getCredential();
		return Boolean(stored) && stored !== token;
	}
}

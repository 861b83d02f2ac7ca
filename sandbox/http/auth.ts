import { createHash, randomBytes } from 'node:crypto';
import { HttpError, type ApiResponse } from '../model/httpError';
import type { JsonObject } from '../model/json';
import type { Settings } from '../model/settings';
import { accounts, type Account } from '../school/accounts';

interface Token {
	account: Account;
	/** In ms since the epoch. */
	expiresAt: number;
}

const invalidCredentials = 'Your request was made with invalid credentials.';

/** Logs users in, authenticates them by their tokens, and checks what they may do. */
export class Auth {
	private readonly tokens = new Map<string, Token>();

	constructor(private readonly settings: Settings) {}

	/** Checks the email and the key of a login and returns a new token. */
	login(body: JsonObject, now: number): ApiResponse {
		const { singleToken, tokenTtlSeconds } = this.settings;
		const account = accounts.find(({ email, apiKey }) => email === body.email && apiKey === body.api_key);
		if (!account) throw this.makeLoginError();

		if (singleToken) this.expire(account);
		const token = randomBytes(16).toString('hex');
		this.tokens.set(token, { account, expiresAt: now + tokenTtlSeconds * 1000 });
		return { status: 200, body: { token } };
	}

	/** Returns the user of a token. Throws the answer of the API if the token is unknown or has expired. */
	authenticate(tokenText: string | undefined, now: number): Account {
		const token = tokenText === undefined ? undefined : this.tokens.get(tokenText);
		if (!token) throw new HttpError(401, invalidCredentials);

		if (token.expiresAt <= now) throw this.makeExpiryError();
		return token.account;
	}

	/** Checks the application key that the account may demand of every call. */
	checkAppKey(appKey: string | undefined): void {
		const { requireAppKey } = this.settings;
		if (requireAppKey !== null && appKey !== requireAppKey) {
			throw new HttpError(403, 'Not Authorized');
		}
	}

	/** Checks whether the user may make the call. Throws the answer of the API if not. */
	authorize(account: Account, entity: string, action: string, branch: number | null): void {
		const { forbiddenCalls, forbiddenBranches } = this.settings;
		const callName = `${entity}/${action}`;

		const isDeniedToUser = !account.hasApi || account.denied.includes(callName);
		const isForbiddenCall = forbiddenCalls.includes(callName) || forbiddenCalls.includes(`${entity}/*`);
		const isForbiddenBranch = branch !== null && forbiddenBranches.includes(branch);
		if (isDeniedToUser || isForbiddenCall || isForbiddenBranch) {
			throw new HttpError(403, 'Access Denied');
		}
	}

	/** Lets the tokens of one user expire, or those of all users. */
	expire(account?: Account): void {
		for (const token of this.tokens.values()) {
			if (!account || token.account === account) token.expiresAt = 0;
		}
	}

	/** Lists every token that a login has returned, for tests that check that none leaks. */
	issuedTokens(): string[] {
		return [...this.tokens.keys()];
	}

	clear(): void {
		this.tokens.clear();
	}

	private makeLoginError(): HttpError {
		const isForbidden = this.settings.loginRejection === 'forbidden403';
		return isForbidden ? new HttpError(403, 'Not Authorized') : new HttpError(401, invalidCredentials);
	}

	/** Makes the answer to an expired token. With the setting 200, only the body has the status 401. */
	private makeExpiryError(): HttpError {
		const { expiredTokenStatus } = this.settings;
		if (expiredTokenStatus === 200) return new HttpError(401, invalidCredentials, undefined, 200);
		return new HttpError(expiredTokenStatus, invalidCredentials);
	}
}

/** Makes a short digest of a secret: enough to recognise the secret, not enough to use it. */
export function fingerprint(secret: string): string {
	const digest = createHash('sha256').update(secret).digest('hex');
	return `#${digest.slice(0, 8)}`;
}

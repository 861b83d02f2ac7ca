import { createHash, randomBytes } from 'node:crypto';
import { HttpError, type ApiResponse } from '../model/httpError';
import type { JsonObject } from '../model/json';
import type { Settings } from '../model/settings';
import { accounts, type Account } from '../school/accounts';

/** Enough of a secret to recognise it again, not enough to use it. */
export const fingerprint = (secret: string): string =>
	`#${createHash('sha256').update(secret).digest('hex').slice(0, 8)}`;

interface Token {
	account: Account;
	expiresAt: number;
}

const invalidCredentials = 'Your request was made with invalid credentials.';

/** What becomes of a login with a wrong email or key. */
const loginRejections: Record<Settings['loginRejection'], () => HttpError> = {
	forbidden403: () => new HttpError(403, 'Not Authorized'),
	unauthorized401: () => new HttpError(401, invalidCredentials),
};

/** Logs users in and authenticates them by their tokens. */
export class Auth {
	private readonly tokens = new Map<string, Token>();

	constructor(private readonly settings: Settings) {}

	login(body: JsonObject, now: number): ApiResponse {
		const account = accounts.find(({ email, apiKey }) => email === body.email && apiKey === body.api_key);
		if (!account) throw loginRejections[this.settings.loginRejection]();
		if (this.settings.singleToken) this.expire(account);
		const token = randomBytes(16).toString('hex');
		this.tokens.set(token, { account, expiresAt: now + this.settings.tokenTtlSeconds * 1000 });
		return { status: 200, body: { token } };
	}

	/** The user behind a token; throws the answer of the API when there is none. */
	authenticate(token: string | undefined, now: number): Account {
		const known = token === undefined ? undefined : this.tokens.get(token);
		if (!known) throw new HttpError(401, invalidCredentials);
		const { expiredTokenStatus: status } = this.settings;
		if (known.expiresAt <= now) {
			if (status === 200) throw new HttpError(401, invalidCredentials, undefined, 200);
			throw new HttpError(status, invalidCredentials);
		}
		return known.account;
	}

	checkAppKey(appKey: string | undefined): void {
		const { requireAppKey } = this.settings;
		if (requireAppKey !== null && appKey !== requireAppKey) {
			throw new HttpError(403, 'Not Authorized');
		}
	}

	authorize(account: Account, entity: string, action: string, branch: number | null): void {
		const { forbiddenCalls, forbiddenBranches } = this.settings;
		const isForbidden =
			(branch !== null && forbiddenBranches.includes(branch)) ||
			forbiddenCalls.some((call) => call === `${entity}/${action}` || call === `${entity}/*`);
		const isDenied = !account.hasApi || account.denied.includes(`${entity}/${action}`);
		if (isDenied || isForbidden) throw new HttpError(403, 'Access Denied');
	}

	/** Ends the tokens of one user or of all; they stay known as expired. */
	expire(account?: Account): void {
		for (const token of this.tokens.values()) {
			if (!account || token.account === account) token.expiresAt = 0;
		}
	}

	/** Every token given out, for tests that look for leaks. */
	issuedTokens(): string[] {
		return [...this.tokens.keys()];
	}

	clear(): void {
		this.tokens.clear();
	}
}

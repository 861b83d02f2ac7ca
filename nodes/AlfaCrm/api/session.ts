import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { readOrigin, trimBlanks } from './host';

/**
 * Keeps the tokens of each login in this process, and decides which token a call carries.
 *
 * n8n stores the newest token in its database, where all n8n processes find it. AlfaCRM documents
 * that a token lives for 15 minutes, and other clients saw longer lives, so a token is used until
 * it is refused. API notes 1.
 */

/**
 * When a token has expired, all n8n processes learn it at the same moment. Each waits for a random
 * time up to this one, so that one of them logs in first and the others find its token.
 */
const USUAL_WAIT_MS = 500;

/**
 * Where n8n takes long to read a credential, the token of another process is stored late too. So
 * the wait may take as long as reading the credential 40 times, but never longer than
 * `LONGEST_WAIT_MS`.
 */
const READINGS_TO_WAIT = 40;
const LONGEST_WAIT_MS = 3_000;

/**
 * A token that is younger than five minutes has not expired, because tokens live for at least 15
 * minutes. API notes 1.
 */
export const YOUNG_TOKEN_MS = 300_000;

/** How many of the tokens that AlfaCRM refused last a session remembers. */
const MAX_REFUSED_TOKENS = 50;

/** The address, the user and the keys with which n8n logs in, without blanks around them. */
export interface Login {
	/** The address of AlfaCRM without a path, such as `https://demo.s20.online`. */
	origin: string;
	email: string;
	apiKey: string;
	/** Empty for most accounts. */
	appKey: string;
}

/**
 * Reads from the credential with which keys to log in where.
 *
 * @throws UserError if 'Hostname' is not a host name
 */
export function readLogin(credential: ICredentialDataDecryptedObject): Login {
	return {
		origin: readOrigin(credential.hostname),
		email: trimBlanks(credential.email),
		apiKey: trimBlanks(credential.apiKey),
		appKey: trimBlanks(credential.appKey),
	};
}

/**
 * Names an account and its user: `https://demo.s20.online|api@school.example`. Executions with the
 * same name wait for each other before they create a record, and a trigger starts anew when the
 * name changes.
 *
 * The name ignores capital letters in the email, because nobody knows whether AlfaCRM does. If
 * AlfaCRM takes `A@b.c` and `a@b.c` for two users, their executions wait for each other in vain.
 * With two names for one user, they would not wait, and could create a record twice.
 */
export function nameAccount({ origin, email }: Pick<Login, 'origin' | 'email'>): string {
	return `${origin}|${email.toLowerCase()}`;
}

/** The sessions by login. */
const sessions = new Map<string, Session>();

/** Returns the session of a login. All credentials with the same login share it. */
export function getSession(login: Login): Session {
	const key = makeSessionKey(login);
	const session = sessions.get(key) ?? new Session();
	sessions.set(key, session);
	return session;
}

/**
 * Tells whether two credentials log in to the same account, as the same user, with the same keys.
 */
export function isSameLogin(login: Login, otherLogin: Login): boolean {
	return makeSessionKey(login) === makeSessionKey(otherLogin);
}

function makeSessionKey(login: Login): string {
	return [nameAccount(login), login.apiKey, login.appKey].join('\n');
}

/** The token that n8n's database holds, and how to read it again. */
interface StoredToken {
	/** The token in n8n's database; empty if there was none. */
	storedToken: string;
	/** When it was read, by `performance.now()`. This process may have logged in since. */
	readAt: number;
	/** Reads the token in n8n's database again. */
	readStoredToken: () => Promise<string>;
}

/** The tokens of one login, as far as this process knows them. */
export class Session {
	/**
	 * The latest token, and when this process logged in for it, by `performance.now()`; -Infinity if
	 * another process logged in.
	 */
	private newestLogin?: { token: string; issuedAt: number };
	/** Tokens that AlfaCRM refused. n8n may still have them in its database. */
	private readonly refusedTokens = new Set<string>();
	/** The login under way. Executions whose token was refused at the same moment share it. */
	private loginUnderWay?: Promise<string>;
	/** The search for the token of another process that is under way. */
	private searchUnderWay?: Promise<string>;

	/**
	 * Chooses the token to send: the one in n8n's database, or else the newest token of this process,
	 * or else a token that another process has stored meanwhile.
	 *
	 * @returns an empty text to make n8n log in
	 */
	async chooseToken(stored: StoredToken): Promise<string> {
		const { storedToken, readAt, readStoredToken } = stored;
		// If n8n's database had no token, n8n has to log in, unless it has done so since the reading.
		const hasLoggedInSinceReading =
			this.newestLogin !== undefined && this.newestLogin.issuedAt >= readAt;
		if (storedToken === '' && !hasLoggedInSinceReading) return '';

		if (this.isTokenUsable(storedToken)) return storedToken;

		const newestToken = this.newestLogin?.token ?? '';
		if (this.isTokenUsable(newestToken)) return newestToken;

		// AlfaCRM has refused both, so another process may have logged in again. All calls that come
		// here at the same time share one search for its token.
		this.searchUnderWay ??= this.findTokenOfOtherProcess(readStoredToken).finally(() => {
			this.searchUnderWay = undefined;
		});
		return await this.searchUnderWay;
	}

	/** Notes that AlfaCRM has refused a token, so that it is not sent again. */
	rememberRefusedToken(token: string): void {
		this.refusedTokens.add(token);
		if (this.refusedTokens.size > MAX_REFUSED_TOKENS) {
			const [oldest] = this.refusedTokens;
			this.refusedTokens.delete(oldest);
		}
	}

	/** Tells whether this process has logged in for a token since a moment of `performance.now()`. */
	wasIssuedSince(token: string, moment: number): boolean {
		return this.newestLogin?.token === token && this.newestLogin.issuedAt >= moment;
	}

	/**
	 * Gets a new token in place of a refused one: the token of a login a few minutes ago, or else
	 * that of a new login.
	 *
	 * @param refusedToken empty if n8n had no token. Then this process logs in, because `chooseToken`
	 * has already found that no known token may be sent.
	 * @param logIn sends the login and returns the token
	 */
	async getNewToken(refusedToken: string, logIn: () => Promise<string>): Promise<string> {
		const hadToken = refusedToken !== '';
		const youngToken = this.findYoungToken();
		const canReplaceToken = youngToken !== undefined && youngToken !== refusedToken;
		if (hadToken && canReplaceToken) return youngToken;

		// All calls that come here at the same time share one login.
		this.loginUnderWay ??= this.logInAndKeepToken(logIn).finally(() => {
			this.loginUnderWay = undefined;
		});
		return await this.loginUnderWay;
	}

	/**
	 * Finds a token that has certainly not expired, because this process logged in for it at most
	 * five minutes ago. Returns undefined if there is none, or if AlfaCRM has refused it.
	 */
	private findYoungToken(): string | undefined {
		const newestToken = this.newestLogin?.token ?? '';
		const fiveMinutesAgo = performance.now() - YOUNG_TOKEN_MS;
		const isYoung = this.wasIssuedSince(newestToken, fiveMinutesAgo);
		return isYoung && this.isTokenUsable(newestToken) ? newestToken : undefined;
	}

	/** Logs in, and keeps the token as the newest one. */
	private async logInAndKeepToken(logIn: () => Promise<string>): Promise<string> {
		const token = await logIn();
		this.newestLogin = { token, issuedAt: performance.now() };
		// AlfaCRM may give the same token again. It was refused before this login, not after it.
		this.refusedTokens.delete(token);
		return token;
	}

	/**
	 * Looks in n8n's database for a token that another process has stored: at once, and then again
	 * after a random wait, because another process may be logging in at this moment.
	 *
	 * @returns an empty text if no process has stored a new token
	 */
	private async findTokenOfOtherProcess(readStoredToken: () => Promise<string>): Promise<string> {
		const readingBeganAt = performance.now();
		let token = await readStoredToken();
		if (!this.isTokenUsable(token)) {
			const readingMs = performance.now() - readingBeganAt;
			await sleep(chooseRandomWait(readingMs));
			token = await readStoredToken();
		}
		if (!this.isTokenUsable(token)) return '';

		// Nobody knows when the other process logged in, so the token never counts as young.
		this.newestLogin = { token, issuedAt: -Infinity };
		return token;
	}

	/** Tells whether there is a token, and AlfaCRM has not refused it. */
	private isTokenUsable(token: string): boolean {
		return token !== '' && !this.refusedTokens.has(token);
	}
}

/**
 * Chooses at random how long a process waits for the login of another one, in milliseconds. Where
 * n8n takes long to read a credential, the token of the other process is stored late too, so the
 * wait may be longer: up to 40 times the reading, but at most three seconds.
 *
 * @param readingMs how long n8n took to read the credential
 */
function chooseRandomWait(readingMs: number): number {
	const usualMaxMs = Math.max(READINGS_TO_WAIT * readingMs, USUAL_WAIT_MS);
	const maxWaitMs = Math.min(usualMaxMs, LONGEST_WAIT_MS);
	return Math.random() * maxWaitMs;
}

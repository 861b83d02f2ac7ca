import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { originOf, trimBlanks } from './host';
import { touch } from './latest';

/** AlfaCRM's tokens live for 15 minutes; one that is older than this is not handed out any more. */
const TOKEN_MS = 840_000;
const MAX_REVOKED_TOKENS = 50;
const MAX_SESSIONS = 500;

/** What a login needs, without the blanks that are pasted along. */
export interface Login {
	origin: string;
	email: string;
	apiKey: string;
	appKey: string;
}

interface Session {
	/** The login under way, so that executions which meet an expired token together log in once. */
	pending?: Promise<string>;
	newest?: { token: string; at: number; order: number };
	/** Tokens that AlfaCRM did not take any more, which n8n may still have in its database. */
	revoked: Set<string>;
}

/** By login. An account may end the older tokens with each login, so all that log in alike share the newest one. */
const sessions = new Map<string, Session>();
/** How many logins there were, which tells what came first more surely than the clock. */
let logins = 0;

/** @throws UserError when the hostname is none */
export function loginOf(credential: ICredentialDataDecryptedObject): Login {
	return {
		origin: originOf(credential.hostname),
		email: trimBlanks(credential.email),
		apiKey: trimBlanks(credential.apiKey),
		appKey: trimBlanks(credential.appKey),
	};
}

/** Whose data it is, whichever credential leads there. */
export function accountOf({ origin, email }: Pick<Login, 'origin' | 'email'>): string {
	return `${origin}|${email.toLowerCase()}`;
}

/**
 * A token in place of one that does not work, or of none: that of the login under way, or the newest one if that is
 * another one, else a new one.
 *
 * @param failing '' where there is no token yet
 */
export async function tokenFor(login: Login, failing: string, logIn: () => Promise<string>): Promise<string> {
	const session = sessionOf(login);
	const other = failing === '' ? undefined : newestExcept(session, failing);
	if (other !== undefined) return other;
	session.pending ??= renew(session, logIn);
	return await session.pending;
}

async function renew(session: Session, logIn: () => Promise<string>): Promise<string> {
	try {
		const token = await logIn();
		session.newest = { token, at: Date.now(), order: ++logins };
		session.revoked.delete(token);
		return token;
	} finally {
		session.pending = undefined;
	}
}

/** What to send where n8n's database has `token`: '' makes n8n log in. */
export function usableToken(login: Login, token: string): string {
	const session = sessionOf(login);
	return session.revoked.has(token) ? (newestExcept(session, token) ?? '') : token;
}

/** AlfaCRM does not take this token any more, so nobody is to send it again. */
export function revokeToken(login: Login, token: string): void {
	const { revoked } = sessionOf(login);
	if (token === '') return;
	revoked.add(token);
	if (revoked.size > MAX_REVOKED_TOKENS) revoked.delete(revoked.values().next().value as string);
}

/** A moment to compare logins with. */
export function loginCount(): number {
	return logins;
}

/** Whether a login that ended after `since` gave this token. */
export function isIssuedSince(login: Login, token: string, since: number): boolean {
	const { newest } = sessionOf(login);
	return newest !== undefined && newest.token === token && newest.order > since;
}

function newestExcept({ newest, revoked }: Session, failing: string): string | undefined {
	const isUsable =
		newest !== undefined &&
		newest.token !== failing &&
		!revoked.has(newest.token) &&
		Math.abs(Date.now() - newest.at) < TOKEN_MS;
	return isUsable ? newest.token : undefined;
}

function sessionOf({ origin, email, apiKey, appKey }: Login): Session {
	const key = [origin, email.toLowerCase(), apiKey, appKey].join('\n');
	const session = sessions.get(key) ?? { revoked: new Set() };
	touch(sessions, key, session, MAX_SESSIONS);
	return session;
}

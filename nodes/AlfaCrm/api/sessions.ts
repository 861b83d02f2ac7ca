import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { originOf, trimBlanks } from './host';
import { touch } from './latest';

/** AlfaCRM's tokens live for 15 minutes; one that is older than this is not handed out any more. */
const TOKEN_MS = 840_000;
const MAX_REVOKED_TOKENS = 50;
const MAX_SESSIONS = 500;
/**
 * All n8n processes meet a dead token together, and one login is enough: each waits for another time and then looks
 * whether a new one is in n8n's database. The one that had logged in before does not wait as long as the others.
 */
const MAX_WAIT_MS = { own: 300, others: 1_500 };

/** What a login needs, without the blanks that are pasted along. */
export interface Login {
	origin: string;
	email: string;
	apiKey: string;
	appKey: string;
}

/** Reads the credential out of n8n's database, where another process may have put a new token. */
export type ReadCredential = () => Promise<ICredentialDataDecryptedObject>;

interface Session {
	readonly key: string;
	/** Of calls under way; what n8n calls to renew a token cannot read the credential itself. */
	readonly readers: Set<ReadCredential>;
	/** The login under way, so that executions which meet an expired token together log in once. */
	pending?: Promise<string>;
	/** The order tells logins of this process; 0 is that of another one. */
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
 * Lets a renewal of the token read the credential, for as long as a call with it is under way.
 *
 * @returns takes that back
 */
export function offerCredential(login: Login, read: ReadCredential): () => void {
	const { readers } = sessionOf(login);
	readers.add(read);
	return () => {
		readers.delete(read);
	};
}

/**
 * A token in place of one that does not work, or of none: that of the login under way, or the newest one if that is
 * another one, or what another process has got meanwhile, else a new one.
 *
 * @param failing '' where there is no token yet
 */
export async function tokenFor(login: Login, failing: string, logIn: () => Promise<string>): Promise<string> {
	const session = sessionOf(login);
	const other = failing === '' ? undefined : newestExcept(session, failing);
	if (other !== undefined) return other;
	session.pending ??= renew(session, failing, logIn);
	return await session.pending;
}

async function renew(session: Session, failing: string, logIn: () => Promise<string>): Promise<string> {
	try {
		const renewed = await renewedElsewhere(session, failing);
		const token = renewed ?? (await logIn());
		session.newest = { token, at: Date.now(), order: renewed === undefined ? ++logins : 0 };
		session.revoked.delete(token);
		return token;
	} finally {
		session.pending = undefined;
	}
}

/** The token of another process, if one has renewed it or does so in the moment that this one waits. */
async function renewedElsewhere(session: Session, failing: string): Promise<string | undefined> {
	const { newest, readers, revoked } = session;
	// Where there never was a token, or its time is over and it was this process that had logged in, it is for this one to do.
	if (readers.size === 0 || (failing === '' && revoked.size === 0)) return undefined;
	const dead = failing === '' ? newest?.token : failing;
	const isOwn = newest !== undefined && newest.order > 0 && newest.token === dead;
	if (isOwn && isOld(newest)) return undefined;
	for (const wait of [0, Math.random() * (isOwn ? MAX_WAIT_MS.own : MAX_WAIT_MS.others)]) {
		if (wait > 0) await sleep(wait);
		const token = await storedToken(session);
		if (token !== '' && token !== failing && !revoked.has(token)) return token;
	}
	return undefined;
}

/** '' where there is none, or none of this login. */
async function storedToken({ key, readers }: Session): Promise<string> {
	for (const read of readers) {
		const values = await read().catch(() => undefined);
		if (values !== undefined) return keyOf(loginOf(values)) === key ? String(values.token ?? '') : '';
	}
	return '';
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
		newest !== undefined && newest.token !== failing && !revoked.has(newest.token) && !isOld(newest);
	return isUsable ? newest.token : undefined;
}

const isOld = ({ at }: { at: number }): boolean => Math.abs(Date.now() - at) >= TOKEN_MS;

const keyOf = ({ origin, email, apiKey, appKey }: Login): string =>
	[origin, email.toLowerCase(), apiKey, appKey].join('\n');

function sessionOf(login: Login): Session {
	const key = keyOf(login);
	const session = sessions.get(key) ?? { key, readers: new Set(), revoked: new Set() };
	touch(sessions, key, session, MAX_SESSIONS);
	return session;
}

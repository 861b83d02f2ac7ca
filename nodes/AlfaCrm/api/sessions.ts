import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { originOf, trimBlanks } from './host';
import { lruSet } from './bounded';

/** AlfaCRM documents that its tokens live for 15 minutes; one that is older than this is not handed out any more. */
const TOKEN_MS = 840_000;
const MAX_REVOKED_TOKENS = 50;
const MAX_SESSIONS = 500;
/**
 * All n8n processes meet a dead token together, and one login is enough: each waits for another time and then looks
 * whether a new one is in n8n's database. The one that had logged in before does not wait as long as the others.
 */
const MAX_WAIT_MS = { afterOurLogin: 300, otherwise: 1_500 };

/** What a login needs, without the blanks that are pasted along. */
export interface Login {
	origin: string;
	email: string;
	apiKey: string;
	appKey: string;
}

/** Reads the credential out of n8n's database, where another process may have put a new token. */
export type ReadCredential = () => Promise<ICredentialDataDecryptedObject>;

/** Looks for the token that another process has got meanwhile. */
export type FindRenewed = () => Promise<string | undefined>;

/** A token of a login, or one that another process had got before the login was sent. */
export interface Renewal {
	token: string;
	isLogin: boolean;
}

/** @param find left out where no other process can have renewed the token */
type LogIn = (find?: FindRenewed) => Promise<Renewal>;

interface Session {
	readonly key: string;
	/** Of calls under way; what n8n calls to renew a token cannot read the credential itself. */
	readonly readers: Set<ReadCredential>;
	/** The renewal under way, so that executions which meet an expired token together log in once. */
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
export async function tokenFor(login: Login, failing: string, logIn: LogIn): Promise<string> {
	const session = sessionOf(login);
	const other = failing === '' ? undefined : newestExcept(session, failing);
	if (other !== undefined) return other;
	session.pending ??= renew(session, failing, logIn);
	return await session.pending;
}

async function renew(session: Session, failing: string, logIn: LogIn): Promise<string> {
	try {
		const { token, isLogin } = await findOrLogIn(session, failing, logIn);
		session.newest = { token, at: Date.now(), order: isLogin ? ++logins : 0 };
		session.revoked.delete(token);
		return token;
	} finally {
		session.pending = undefined;
	}
}

async function findOrLogIn(session: Session, failing: string, logIn: LogIn): Promise<Renewal> {
	if (!mayBeRenewed(session, failing)) return await logIn();
	const find = async () => await storedExcept(session, failing);
	const token = (await find()) ?? (await findLater(find, longestWait(session, failing)));
	return token === undefined ? await logIn(find) : { token, isLogin: false };
}

async function findLater(find: FindRenewed, longest: number): Promise<string | undefined> {
	const wait = Math.random() * longest;
	if (wait > 0) await sleep(wait);
	return await find();
}

/** Whether another process may have renewed the token, or be about to. */
function mayBeRenewed({ newest, readers, revoked }: Session, failing: string): boolean {
	if (readers.size === 0) return false;
	// Where there never was a token, or this one works as far as is known, somebody wants the key to be tried.
	if (failing === '' && (revoked.size === 0 || isUsable(newest, revoked))) return false;
	// Where its time is over and it was this process that had logged in, it is for this one to do.
	return !(isOfOurLogin(newest, failing) && isOld(newest));
}

const longestWait = ({ newest }: Session, failing: string): number =>
	isOfOurLogin(newest, failing) ? MAX_WAIT_MS.afterOurLogin : MAX_WAIT_MS.otherwise;

/** Whether the token that fails is one for which this process had logged in. */
const isOfOurLogin = (newest: Session['newest'], failing: string): newest is NonNullable<typeof newest> =>
	newest !== undefined && newest.order > 0 && (failing === '' || newest.token === failing);

/** The token in n8n's database, if it may work. */
async function storedExcept(session: Session, failing: string): Promise<string | undefined> {
	const token = await storedToken(session);
	return token !== '' && token !== failing && !session.revoked.has(token) ? token : undefined;
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
	return isUsable(newest, revoked) && newest.token !== failing ? newest.token : undefined;
}

const isUsable = (
	newest: Session['newest'],
	revoked: Session['revoked'],
): newest is NonNullable<typeof newest> =>
	newest !== undefined && !revoked.has(newest.token) && !isOld(newest);

const isOld = ({ at }: { at: number }): boolean => Math.abs(Date.now() - at) >= TOKEN_MS;

const keyOf = ({ origin, email, apiKey, appKey }: Login): string =>
	[origin, email.toLowerCase(), apiKey, appKey].join('\n');

function sessionOf(login: Login): Session {
	const key = keyOf(login);
	const session = sessions.get(key) ?? { key, readers: new Set(), revoked: new Set() };
	lruSet(sessions, key, session, MAX_SESSIONS);
	return session;
}

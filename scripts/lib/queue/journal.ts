import type { SandboxHandle } from '../sandbox';

/** One request that reached the sandbox. */
interface Call {
	path: string;
	status: number | null;
	/** Milliseconds since the epoch. */
	at: number;
}

const LOGIN = /auth\/login$/;
const TOO_MANY = 429;

/** What the calls come to. */
export interface CallFigures {
	/** Calls that the limit let pass, logins included. */
	accepted: number;
	logins: number;
	/** Calls that were answered with 429. */
	refused: number;
	/** Accepted calls, by the time from the first one to the last. */
	perSecond: number;
}

export function figuresOf(journal: Call[]): CallFigures {
	const accepted = journal.filter(({ status }) => status !== TOO_MANY);
	const seconds = accepted.length > 1 ? (accepted[accepted.length - 1].at - accepted[0].at) / 1_000 : NaN;
	return {
		accepted: accepted.length,
		logins: accepted.filter(({ path }) => LOGIN.test(path)).length,
		refused: journal.length - accepted.length,
		perSecond: (accepted.length - 1) / seconds,
	};
}

export const journalOf = async (sandbox: SandboxHandle) => await sandbox.control<Call[]>('GET', 'journal');

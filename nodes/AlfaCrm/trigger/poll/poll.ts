import type { IDataObject } from 'n8n-workflow';

import type { Look, Reader } from './reading';
import { HOUR_MS, readEach } from './reading';
import { dayAt, daysAfter } from './stamps';

/** How far back the newest records are looked for; at last among all. */
const DAYS_BACK = [2, 10, 40, 160, 640, null];

/** Something to report, and the branches that list it. */
export interface News {
	row: IDataObject;
	branches: number[];
}

export interface Outcome {
	/** The oldest first. */
	news: News[];
	/** What went wrong, by branch. */
	failures: ReadonlyMap<number, unknown>;
	/** What is known once so many of them have been reported. */
	after: (taken: number) => unknown;
}

/** What one poll of a watch works with. */
export interface Poll {
	reader: Reader;
	branches: readonly number[];
	/** All branches of the account are watched, those that are new too. */
	isAll: boolean;
	/** What decides which news are wanted. */
	filters: string;
	/** How many records are reported at most. */
	most: number;
	/** How many of those that are there already are news in the beginning. */
	startWith: number;
}

/** A list that tells what is new. */
export interface Watch {
	/** @param known what the last poll left, plain JSON; undefined in the beginning */
	poll: (poll: Poll, known: unknown) => Promise<Outcome>;
	/** Looks at the list of a branch from a day on, null for all of it. */
	look: (reader: Reader, branch: number, since: string | null) => Promise<Look>;
	/** All that such looks show and is wanted, the oldest first. */
	newsIn: (looks: ReadonlyMap<number, Look>, now: number) => News[];
}

export interface PollSettings extends Pick<Poll, 'filters' | 'most' | 'startWith'> {
	watch: Watch;
	/** All branches of the account if undefined. */
	branches?: number[];
	/** Account and event: another one begins anew. */
	subject: string;
}

/** All that is kept between two polls: plain JSON. */
export interface PollState {
	subject: string;
	/** Branches of the account, when all are watched, and when they were read, n8n's time in milliseconds. */
	branches?: number[];
	branchesReadAt?: number;
	known?: unknown;
}

/**
 * One poll: what is new since the last one. The first one only takes down what is there.
 *
 * @param state what the last one left; undefined in the beginning
 */
export async function poll(
	reader: Reader,
	{ watch, branches: chosen, subject, ...settings }: PollSettings,
	state?: PollState,
): Promise<Omit<Outcome, 'after'> & { after: (taken: number) => PollState }> {
	const listed = chosen === undefined ? await branchesOf(reader, state) : undefined;
	const branches = chosen ?? listed?.branches ?? [];
	const outcome = await watch.poll(
		{ reader, branches, isAll: listed !== undefined, ...settings },
		state?.known,
	);
	return { ...outcome, after: (taken) => ({ subject, ...listed, known: outcome.after(taken) }) };
}

/** Some of the newest, whatever was reported before; the oldest first. */
export async function sample(reader: Reader, settings: PollSettings, count: number): Promise<News[]> {
	const { watch, branches } = settings;
	return (await newest(watch, reader, branches ?? (await reader.branches()).ids, count)).news;
}

async function branchesOf(
	reader: Reader,
	state?: PollState,
): Promise<Required<Pick<PollState, 'branches' | 'branchesReadAt'>>> {
	const { branches, branchesReadAt = 0 } = state ?? {};
	if (branches && Math.abs(reader.now - branchesReadAt) < HOUR_MS) return { branches, branchesReadAt };
	const { ids, isWhole } = await reader.branches();
	// One that was overlooked must not be unknown for an hour.
	return { branches: ids, branchesReadAt: isWhole ? reader.now : 0 };
}

/** So many of the newest that are wanted, the oldest first, and the day from which on they were looked for. */
export async function newest(
	watch: Pick<Watch, 'look' | 'newsIn'>,
	reader: Reader,
	branches: readonly number[],
	count: number,
): Promise<{ news: News[]; looks: ReadonlyMap<number, Look>; since: string | null }> {
	for (let tries = 0; ; tries++) {
		const days = DAYS_BACK[tries];
		const since = days === null ? null : daysAfter(dayAt(reader.now), -days);
		const { looks } = await readEach(branches, async (branch) => await watch.look(reader, branch, since));
		const news = watch.newsIn(looks, reader.now);
		const isLate = reader.isLate && news.length > 0;
		if (news.length >= count || since === null || isLate) return { news: news.slice(-count), looks, since };
	}
}

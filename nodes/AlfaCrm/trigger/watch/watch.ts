import type { Look, News } from '../poll/look';
import type { Reader } from './reader';

/** What a poll is asked for. */
export interface Poll {
	reader: Reader;
	branches: readonly number[];
	/** Branches that would be watched if they were active. */
	closed: readonly number[];
	/** All branches of the account are watched, those that are new too. */
	isAll: boolean;
	/** What decides which news are wanted, and which branches are watched. */
	filters: string;
	scope: string;
	/** How many records are reported at most. */
	most: number;
	/** How many of those that are there already are news in the beginning. */
	startWith: number;
}

export interface Outcome {
	/** The oldest first. */
	news: News[];
	/** What went wrong, by branch. */
	failures: ReadonlyMap<number, unknown>;
	/** How many entries were seen that cannot be reported, since they show no time that can be read. */
	timeless?: number;
	/** What is known once so many of them have been reported. */
	after: (taken: number) => unknown;
}

/** What a test in the editor shows. */
export interface Samples {
	/** The oldest first. */
	news: News[];
	/** There is no more than was looked at. */
	isAll: boolean;
}

/** What tells what is new. The first poll only takes down what is there. */
export interface Watch {
	/** @param known what the last poll left, plain JSON; undefined in the beginning */
	poll: (poll: Poll, known: unknown) => Promise<Outcome>;
	/** So many of the newest that would be reported, or fewer where that takes too long. */
	samples: (reader: Reader, branches: readonly number[], count: number) => Promise<Samples>;
}

/** A list that shows what would be news if it had come just now. */
export interface Lookable<N extends News = News> {
	/** Looks at the list of a branch from a day on, '' for all of it. */
	look: (reader: Reader, branch: number, since: string) => Promise<Look>;
	/** All that such looks show and is wanted, the oldest first. */
	newsIn: (looks: ReadonlyMap<number, Look>, now: number) => N[];
}

/** Who reads one after the other: what is done already does not wait for one that fails, with which the next poll begins. */
export const unlessFirst =
	(done: readonly unknown[]) =>
	(failure: unknown): undefined => {
		if (done.length === 0) throw failure;
	};

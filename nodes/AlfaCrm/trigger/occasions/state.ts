import type { OccasionKind } from './kinds';
import type { KnownOccasions, KnownText } from './known';
import { readIds, writeIds } from './known';

/** A look at a list that takes more than one poll. */
interface Unfinished {
	next: number;
	size?: number;
	/** The day on which it began, and the limit: that is what the list is asked for, page after page. */
	day: number;
	limit: number;
	/** All customers are asked for, since the filters show none. */
	isUnfiltered?: true;
	/** Known ones that it has shown. */
	seen?: string;
}

/** What is known of a branch. */
export interface BranchLook {
	/** The day of its last whole look, and the limit then; missing until it has been read whole for the first time. */
	day?: number;
	limit?: number;
	/** n8n's time of that look in milliseconds. */
	at?: number;
	/** The first day whose occasions are open. */
	from?: number;
	/** The day of the trigger's first poll, until the branch has been read whole. */
	opening?: number;
	/** Known ones that it lists, where an occasion lasts until it is over; and those that may just have moved to another page. */
	shown?: string;
	doubtful?: string;
	unfinished?: Unfinished;
}

/** All that is kept between two polls: plain JSON. */
export interface OccasionsState {
	known: KnownText;
	/** The limit of the last poll. */
	limit: number;
	branches: Record<string, BranchLook>;
	/** Some branch has been read whole. */
	hasBegun: boolean;
}

/** What was read of a branch. */
export interface Looked<Row> {
	rows: Row[];
	/** Where to go on with, if there was no time for all. */
	next?: number;
	size?: number;
	isUnfiltered?: true;
	/** As many came as AlfaCRM counts, in one poll. */
	isSure: boolean;
}

/** Days for which what is over is remembered, should its day be corrected. */
const DAYS_AFTER = 7;
/** How many days a branch that cannot be read is waited for. */
const PATIENCE_DAYS = 60;
/** A clock that goes back by more than this was wrong before; zones explain less. */
const DAYS_PUT_BACK = 2;
/** Polls do not come on the second. */
const PUNCTUALITY = 0.9;

export const emptyOccasions = (limit: number): OccasionsState => ({
	known: {},
	limit,
	branches: {},
	hasBegun: false,
});

export const isBegun = (look?: BranchLook): look is BranchLook & { day: number; limit: number } =>
	look?.day !== undefined;

/** Whether a branch is to be looked at: in intervals, and as soon as there is another day or limit. */
export function isDue(
	look: BranchLook | undefined,
	{ now, today, limit, everyMs }: { now: number; today: number; limit: number; everyMs: number },
): boolean {
	if (!isBegun(look) || look.unfinished !== undefined) return true;
	return (
		look.day !== today || look.limit !== limit || Math.abs(now - (look.at ?? 0)) >= everyMs * PUNCTUALITY
	);
}

/**
 * The place where an unfinished look goes on, unless what was asked for is another list by now. There may be a day between
 * two polls.
 */
export function goesOn(look: BranchLook | undefined, limit: number): Unfinished | undefined {
	const { unfinished } = look ?? {};
	return unfinished?.limit === limit ? unfinished : undefined;
}

interface Settling {
	kind: OccasionKind;
	today: number;
	limit: number;
	now: number;
	/** Some of the news wait for the next poll, which reads the same again. */
	isLeft: boolean;
	/** Before this day nothing is open in a branch that is new. */
	opened: number;
}

/** What is known of a branch after a look at it. */
export function settled(
	before: BranchLook,
	{ next, size, isUnfiltered, isSure }: Looked<unknown>,
	shownNow: ReadonlySet<number>,
	{ kind, today, limit, now, isLeft, opened }: Settling,
): BranchLook {
	const unfinished = goesOn(before, limit);
	// A look over several days is as good as one of the first of them.
	const day = Math.min(unfinished?.day ?? today, today);
	// Who was missing in a list that may lack some is told by the next look.
	const isDoubtful = !isSure && next === undefined && unfinished === undefined;
	const opens = kind.opensFrom?.(isDoubtful ? Math.min(before.day ?? day, day) : day, limit);
	const seen = new Set([...readIds(unfinished?.seen), ...shownNow]);
	const shown = opens === undefined ? shownIn(before, seen, next === undefined, isSure && !unfinished) : {};
	const since = opens === undefined ? {} : { from: openFrom(before, opens, { opened, today }) };
	const begun = { ...since, ...before, ...shown };
	if (isLeft) return begun;
	if (next === undefined) return { day, limit, at: now, ...since, ...shown };
	const known = opens === undefined ? { seen: writeIds(seen) } : {};
	return { ...begun, unfinished: { next, size, isUnfiltered, day, limit, ...known } };
}

/** The first open day goes on with the clock, but not back unless the clock was wrong. */
function openFrom(
	{ day, from }: BranchLook,
	opens: number,
	{ opened, today }: Pick<Settling, 'opened' | 'today'>,
): number {
	const wasAhead = day !== undefined && day > today + DAYS_PUT_BACK;
	return wasAhead ? opens : Math.max(from ?? opened, opens);
}

/** Known ones that a branch lists. What moves to another page between two polls is missed by one look, hardly by two. */
function shownIn(
	before: BranchLook,
	seen: ReadonlySet<number>,
	isWhole: boolean,
	isSure: boolean,
): Pick<BranchLook, 'shown' | 'doubtful'> {
	const doubted = new Set(readIds(before.doubtful));
	const missing = readIds(before.shown).filter((id) => !seen.has(id));
	const doubtful = isWhole ? missing.filter((id) => !isSure && !doubted.has(id)) : missing;
	const shown = writeIds([...seen, ...doubtful]);
	if (!isWhole) return { shown, doubtful: before.doubtful };
	return { shown, doubtful: doubtful.length > 0 ? writeIds(doubtful) : undefined };
}

/** Leaves out what is over. */
export function stillKnown(
	known: KnownOccasions,
	branches: readonly BranchLook[],
	{ opensFrom }: OccasionKind,
): KnownOccasions {
	if (opensFrom === undefined) {
		const shown = new Set(branches.flatMap((look) => readIds(look.shown)));
		return new Map([...known].filter(([id]) => shown.has(id)));
	}
	const first = firstOf(branches, branches);
	if (first === undefined) return known;
	return new Map([...known].filter(([, { mark }]) => mark >= first - DAYS_AFTER));
}

/** The first day that is open in some of the branches; one that cannot be read is not waited for without end. */
export function firstOf(some: readonly BranchLook[], all: readonly BranchLook[]): number | undefined {
	const [own, others] = [some, all].map((looks) => looks.flatMap(({ from }) => from ?? []));
	return own.length === 0 ? undefined : Math.max(Math.min(...own), Math.max(...others) - PATIENCE_DAYS);
}

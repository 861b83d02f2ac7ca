import { idsIn, rangesOf } from './idRanges';
import { splitKeys } from './logEntries';

/**
 * Remembers which events were reported, because several entries of the log may tell of the same one.
 *
 * An attendance is one of thousands, so only the latest are known by keys of their own. Of older ones the lesson is known: nothing of
 * it is reported any more. IDs of lessons take little room, since they are stored as ranges.
 */

/** How many events are known by a key. */
const MOST_KEYS = 3_000;

/** The most characters of older lessons. Beyond it, the lessons with the lowest IDs are forgotten. */
const MOST_LESSON_CHARACTERS = 10_000;

/** What is stored between two polls, as plain JSON. Workflows store these names, so they must not change. */
export interface StoredEvents {
	/** The keys of the latest events, the oldest first. */
	reported: string;
	/** The lessons of these keys in the same order, `501*12,502`. Missing, also for the oldest keys, in states of older versions. */
	lessons?: string;
	/** The lessons of older events, as ranges of IDs. */
	olderLessons?: string;
}

export interface ReportedEvent {
	key: string;
	/** The lesson that the event belongs to, if it is known. */
	lesson?: number;
}

/** Events of a lesson that were reported one after the other. */
interface LessonRun {
	lesson: number;
	count: number;
}

/** Stands for events without a lesson. IDs begin with 1. */
const NO_LESSON = 0;

export class ReportedEvents {
	private readonly keys: Set<string>;
	private readonly runs: LessonRun[];
	private readonly olderLessons: Set<number>;

	constructor({ reported, lessons = '', olderLessons = '' }: StoredEvents) {
		this.keys = new Set(splitKeys(reported));
		this.runs = readRuns(lessons, this.keys.size);
		this.olderLessons = idsIn(olderLessons);
	}

	has({ key, lesson = NO_LESSON }: ReportedEvent): boolean {
		return this.keys.has(key) || this.olderLessons.has(lesson);
	}

	add({ key, lesson = NO_LESSON }: ReportedEvent): void {
		if (this.keys.has(key)) return;
		this.keys.add(key);
		const lastRun = this.runs.at(-1);
		if (lastRun?.lesson === lesson) lastRun.count++;
		else this.runs.push({ lesson, count: 1 });

		if (this.keys.size > MOST_KEYS) this.forgetOldestKey();
	}

	toStored(): StoredEvents {
		const lessons = this.runs.map(({ lesson, count }) => (count === 1 ? `${lesson}` : `${lesson}*${count}`));
		return {
			reported: [...this.keys].join(''),
			lessons: lessons.join(','),
			olderLessons: limitRanges(rangesOf(this.olderLessons)),
		};
	}

	private forgetOldestKey(): void {
		const [oldestKey] = this.keys;
		this.keys.delete(oldestKey);

		const oldestRun = this.runs[0];
		if (oldestRun.lesson !== NO_LESSON) this.olderLessons.add(oldestRun.lesson);
		oldestRun.count--;
		if (oldestRun.count === 0) this.runs.shift();
	}
}

/** Reads runs of lessons, the oldest first. The oldest keys may have none. */
function readRuns(text: string, keyCount: number): LessonRun[] {
	const runs = text
		.split(',')
		.filter(Boolean)
		.map((run): LessonRun => {
			const [lesson, count = 1] = run.split('*').map(Number);
			return { lesson, count };
		});
	const countWithRuns = runs.reduce((sum, { count }) => sum + count, 0);
	const countWithout = keyCount - countWithRuns;
	return countWithout > 0 ? [{ lesson: NO_LESSON, count: countWithout }, ...runs] : runs;
}

/** Leaves out the lowest of too many ranges. */
function limitRanges(ranges: string): string {
	if (ranges.length <= MOST_LESSON_CHARACTERS) return ranges;
	const end = ranges.slice(-MOST_LESSON_CHARACTERS);
	return end.slice(end.indexOf(',') + 1);
}

import { readIdRanges, writeIdRanges } from '../../idRanges';
import { splitKeys } from './shortKeys';

/**
 * Remembers which events were reported, because several entries of the log may be about the same
 * event.
 *
 * Attendances come in thousands. Storing a key for each would take too much room, so only the
 * latest 3,000 events keep one. Of an older event only the lesson is remembered, and no event of
 * that lesson is reported any more. IDs of lessons take little room, because they are stored as
 * ranges.
 */

/** At most this many events keep a key. */
const MOST_KEYS = 3_000;

/**
 * The stored older lessons take at most this many characters. If they need more, the lowest IDs are
 * forgotten.
 */
const MOST_LESSON_CHARACTERS = 10_000;

/** Stands for the lesson of events without a lesson. Real IDs begin with 1. */
const NO_LESSON = 0;

/**
 * The part of a trigger's state that is stored between two polls. Workflows store these names, so
 * they must not change.
 */
export interface StoredEvents {
	/**
	 * The keys of the latest events, the oldest first. All keys have the same length and stand one
	 * after the other: `anna01oleg01`.
	 */
	reported: string;
	/**
	 * The lessons of these keys, in the same order. `501*12,502,0*2`: the first 12 keys belong to
	 * lesson 501, the next one to lesson 502, and the last two to none. Older versions stored no
	 * lessons, so the text may count fewer keys than there are.
	 */
	lessons?: string;
	/** The lessons of older events, as ranges of IDs: `480-497,499`. */
	olderLessons?: string;
}

export interface ReportedEvent {
	/** As `makeShortKey` makes it. */
	key: string;
	/** The lesson that the event belongs to, if it is known. */
	lesson?: number;
}

/** Events of one lesson that were reported one after the other. */
interface LessonRun {
	/** The ID of the lesson, or `NO_LESSON`. */
	lesson: number;
	/** How many events there are. */
	count: number;
}

export class ReportedEvents {
	/** The keys of the latest events, the oldest first: a set keeps the order of adding. */
	private readonly keys: Set<string>;
	/** The lessons of these keys, in the same order. */
	private readonly runs: LessonRun[];
	private readonly olderLessons: Set<number>;

	constructor({ reported, lessons = '', olderLessons = '' }: StoredEvents) {
		this.keys = new Set(splitKeys(reported));
		this.runs = readRuns(lessons, this.keys.size);
		this.olderLessons = readIdRanges(olderLessons);
	}

	/** Whether an event was reported, or may have been because it belongs to an older lesson. */
	has({ key, lesson = NO_LESSON }: ReportedEvent): boolean {
		return this.keys.has(key) || this.olderLessons.has(lesson);
	}

	add({ key, lesson = NO_LESSON }: ReportedEvent): void {
		if (this.keys.has(key)) return;

		this.keys.add(key);
		this.addToRuns(lesson);
		if (this.keys.size > MOST_KEYS) this.forgetOldestKey();
	}

	toStored(): StoredEvents {
		return {
			reported: [...this.keys].join(''),
			lessons: this.runs.map(writeRun).join(','),
			olderLessons: limitRanges(writeIdRanges(this.olderLessons)),
		};
	}

	private addToRuns(lesson: number): void {
		const lastRun = this.runs.at(-1);
		if (lastRun?.lesson === lesson) {
			lastRun.count++;
		} else {
			this.runs.push({ lesson, count: 1 });
		}
	}

	/** Forgets the oldest key, and remembers its lesson, if it has one, among the older lessons. */
	private forgetOldestKey(): void {
		const [oldestKey] = this.keys;
		this.keys.delete(oldestKey);

		const oldestRun = this.runs[0];
		if (oldestRun.lesson !== NO_LESSON) this.olderLessons.add(oldestRun.lesson);
		oldestRun.count--;
		if (oldestRun.count === 0) this.runs.shift();
	}
}

/**
 * Reads the runs of lessons, the oldest first.
 *
 * @param keyCount the number of keys; if the runs count fewer, the oldest keys have no lesson
 */
function readRuns(text: string, keyCount: number): LessonRun[] {
	const runs = text.split(',').filter(Boolean).map(readRun);
	const countInRuns = runs.reduce((sum, { count }) => sum + count, 0);
	const countWithoutRun = keyCount - countInRuns;
	if (countWithoutRun <= 0) return runs;

	return [{ lesson: NO_LESSON, count: countWithoutRun }, ...runs];
}

/** Reads `501*12` as 12 events of lesson 501, and `502` as one event of lesson 502. */
function readRun(text: string): LessonRun {
	const [lesson, count = '1'] = text.split('*');
	return { lesson: Number(lesson), count: Number(count) };
}

const writeRun = ({ lesson, count }: LessonRun): string =>
	count === 1 ? `${lesson}` : `${lesson}*${count}`;

/**
 * Drops the lowest IDs if the text is too long.
 *
 * @param ranges ascending IDs, `480-497,499`
 */
function limitRanges(ranges: string): string {
	if (ranges.length <= MOST_LESSON_CHARACTERS) return ranges;

	const highestRanges = ranges.slice(-MOST_LESSON_CHARACTERS);
	// The first of them may be cut in half, so it is dropped.
	return highestRanges.slice(highestRanges.indexOf(',') + 1);
}

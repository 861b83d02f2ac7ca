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
const MAX_KEYS = 3_000;

/**
 * The stored older lessons take at most this many characters. If they need more, the lowest IDs are
 * forgotten.
 */
const MAX_LESSON_CHARACTERS = 10_000;

/** Stands for the lesson of events without a lesson. Real IDs begin with 1. */
const NO_LESSON = 0;

/**
 * The part of a trigger's state that is stored between two polls. Workflows store these names, so
 * they must not change.
 */
export interface StoredEvents {
	/**
	 * The keys of the latest events, the oldest first. All keys have the same length and stand one
	 * after the other: `Kd93-aZ0pQ_x` are two keys.
	 */
	reported: string;
	/**
	 * The lessons of these keys, in the same order. `501*12,502,0*2`: the first 12 keys belong to
	 * lesson 501, the next one to lesson 502, and the last two to no lesson. Older versions stored no
	 * lessons, so the text may count fewer keys than there are.
	 */
	lessons?: string;
	/** The lessons of older events, as ranges of IDs: `480-497,499`. */
	olderLessons?: string;
}

export interface ReportedEvent {
	/** As `makeShortKey` makes it. */
	key: string;
	/** The ID of the lesson that the event belongs to, if it is known. */
	lessonId?: number;
}

/** How many of the events that were reported one after the other belong to the same lesson. */
interface LessonCount {
	/** The ID of the lesson, or `NO_LESSON`. */
	lessonId: number;
	eventCount: number;
}

export class ReportedEvents {
	/** The keys of the latest events, the oldest first: a set keeps the order of adding. */
	private readonly keys: Set<string>;
	/** The lessons to which these keys belong, in the same order. */
	private readonly lessonCounts: LessonCount[];
	/** The IDs of the lessons of older events, whose keys are forgotten. */
	private readonly olderLessonIds: Set<number>;

	constructor({ reported, lessons = '', olderLessons = '' }: StoredEvents) {
		this.keys = new Set(splitKeys(reported));
		this.lessonCounts = readLessonCounts(lessons, this.keys.size);
		this.olderLessonIds = readIdRanges(olderLessons);
	}

	/**
	 * Whether an event was reported, as far as is known. The keys of older events are forgotten, so
	 * all events of their lessons count as reported.
	 */
	has({ key, lessonId = NO_LESSON }: ReportedEvent): boolean {
		return this.keys.has(key) || this.olderLessonIds.has(lessonId);
	}

	/**
	 * Remembers the key of an event, unless it is known already. If there are too many keys, forgets
	 * the oldest one.
	 */
	add({ key, lessonId = NO_LESSON }: ReportedEvent): void {
		if (this.keys.has(key)) return;

		this.keys.add(key);
		this.countEventOf(lessonId);
		if (this.keys.size > MAX_KEYS) this.forgetOldestKey();
	}

	toStored(): StoredEvents {
		return {
			reported: [...this.keys].join(''),
			lessons: this.lessonCounts.map(writeLessonCount).join(','),
			olderLessons: keepHighestRanges(writeIdRanges(this.olderLessonIds)),
		};
	}

	/**
	 * Counts an event for its lesson. Events of the same lesson often come one after the other, so
	 * they share a count: two events of lesson 501 and one of 502 make the counts 501: 2 and 502: 1.
	 */
	private countEventOf(lessonId: number): void {
		const newestCount = this.lessonCounts.at(-1);
		const isSameLessonAgain = newestCount?.lessonId === lessonId;
		if (isSameLessonAgain) {
			newestCount.eventCount++;
		} else {
			this.lessonCounts.push({ lessonId, eventCount: 1 });
		}
	}

	/**
	 * Forgets the key of the oldest event, to save room. If the event belongs to a lesson, remembers
	 * only the lesson: no event of it is reported any more.
	 */
	private forgetOldestKey(): void {
		const [oldestKey] = this.keys;
		this.keys.delete(oldestKey);

		// Keys and counts are in the same order, so the first count includes the oldest key.
		const oldestCount = this.lessonCounts[0];
		const hasLesson = oldestCount.lessonId !== NO_LESSON;
		if (hasLesson) this.olderLessonIds.add(oldestCount.lessonId);

		oldestCount.eventCount--;
		if (oldestCount.eventCount === 0) this.lessonCounts.shift();
	}
}

/**
 * Reads how many of the stored keys belong to which lesson: `501*12,502,0*2` stands for 12 keys of
 * lesson 501, one key of lesson 502, and two keys without a lesson.
 *
 * @param keyCount the number of stored keys, the oldest first
 */
function readLessonCounts(text: string, keyCount: number): LessonCount[] {
	const countTexts = text.split(',').filter((countText) => countText !== '');
	const lessonCounts = countTexts.map(parseLessonCount);

	let countedKeys = 0;
	for (const { eventCount } of lessonCounts) countedKeys += eventCount;
	const uncountedKeys = keyCount - countedKeys;
	if (uncountedKeys <= 0) return lessonCounts;

	// Older versions stored keys without lessons, so the oldest keys may have none.
	const oldestKeys = { lessonId: NO_LESSON, eventCount: uncountedKeys };
	return [oldestKeys, ...lessonCounts];
}

/** Reads `501*12` as 12 events of lesson 501, and `502` as one event of lesson 502. */
function parseLessonCount(text: string): LessonCount {
	const [lessonId, eventCount = '1'] = text.split('*');
	return { lessonId: Number(lessonId), eventCount: Number(eventCount) };
}

/** Writes 12 events of lesson 501 as `501*12`, and one event of lesson 502 as `502`. */
const writeLessonCount = ({ lessonId, eventCount }: LessonCount): string =>
	eventCount === 1 ? `${lessonId}` : `${lessonId}*${eventCount}`;

/**
 * Drops the lowest IDs from a text of ranges if it is too long to be stored.
 *
 * @param ranges ascending IDs, such as `480-497,499`
 */
function keepHighestRanges(ranges: string): string {
	if (ranges.length <= MAX_LESSON_CHARACTERS) return ranges;

	const highestRanges = ranges.slice(-MAX_LESSON_CHARACTERS);
	// The first of these ranges may be cut in half, so it is dropped.
	const endOfFirstRange = highestRanges.indexOf(',');
	return highestRanges.slice(endOfFirstRange + 1);
}

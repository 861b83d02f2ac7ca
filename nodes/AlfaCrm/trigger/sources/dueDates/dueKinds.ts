import type { IDataObject } from 'n8n-workflow';

import type { EventOf } from '../../../entities/events';
import { readNumber } from '../../../values/formats';
import { readDayNumber, writeDay, yearOfDay } from '../../dayNumbers';
import { findNextBirthday } from './birthdays';

/**
 * Declares what can fall due by the card of a client. Each kind reads one number from the card, the
 * **value**. Its **level** says how far it is from being due: it is due as soon as the level is no
 * higher than the **limit**, which the user chooses.
 *
 * | kind | value | level | limit |
 * | --- | --- | --- | --- |
 * | birthday | the day of the next birthday | days until then | days before the birthday |
 * | inDebt | balance | the value | highest balance that counts as a debt |
 * | lessonsRunningOut | lessons left | the value | lessons left |
 * | notSeen | the day of the last visit | minus the days since then | minus the days not seen |
 * | subscriptionEnding | the last paid day | days until then | days before the end |
 *
 * Days are numbers, see `dayNumbers.ts`. Balances are in hundredths, so that they are whole
 * numbers.
 *
 * To add a kind, declare it here, its event in `entities/events.ts`, and its parameter in
 * `events/dueDate.ts`.
 */
export const dueKinds: Record<OccasionName, DueKind> = {
	birthday: {
		isLasting: false,
		field: 'dob',
		fieldMeaning: 'date of birth',
		readValue({ dob }, firstOpenDay) {
			const dayOfBirth = readDayNumber(dob);
			return dayOfBirth === undefined ? undefined : findNextBirthday(firstOpenDay, dayOfBirth);
		},
		computeLevel: countDaysUntil,
		// A corrected date of birth moves the birthday of this year. That of the next year is another
		// occasion.
		isSameOccasion: (knownDay, day) => day - knownDay <= MOST_DAYS_BIRTHDAY_MOVES,
		findFirstOpenDay: (lastLookDay) => lastLookDay,
		describe: (day, today, { dob }) => ({
			birthday: writeDay(day),
			days_left: countDaysUntil(day, today),
			turns: yearOfDay(day) - yearOfDay(readDayNumber(dob) ?? day),
		}),
	},
	inDebt: {
		isLasting: true,
		field: 'balance',
		fieldMeaning: 'balance',
		readValue({ balance }) {
			const amount = readNumber(balance);
			return amount === undefined ? undefined : hundredths(amount);
		},
		computeLevel: (balance) => balance,
		isSameOccasion: () => true,
		describe: (balance) => ({ debt: Math.max(0, -balance) / 100 }),
	},
	lessonsRunningOut: {
		isLasting: true,
		field: 'paid_lesson_count',
		fieldMeaning: 'number of lessons left',
		readValue: ({ paid_lesson_count }) => readNumber(paid_lesson_count),
		computeLevel: (lessonsLeft) => lessonsLeft,
		// With more lessons than that, the client has a new subscription, which runs out on its own.
		isSameOccasion: (knownLessonsLeft, lessonsLeft) =>
			lessonsLeft <= knownLessonsLeft + MOST_LESSONS_TAKEN_BACK,
		describe: (lessonsLeft) => ({ lessons_left: lessonsLeft }),
	},
	notSeen: {
		isLasting: false,
		field: 'last_attend_date',
		fieldMeaning: 'day of the last visit',
		readValue: ({ last_attend_date }) => readDayNumber(last_attend_date),
		computeLevel: countDaysUntil,
		// An earlier day means that a visit was taken back. A later visit begins another absence.
		isSameOccasion: (knownVisit, visit) => visit <= knownVisit,
		// The absence after a visit on the day `lastLookDay + limit` fell due on the last look's day.
		findFirstOpenDay: (lastLookDay, limit) => lastLookDay + limit - MOST_DAYS_VISIT_IS_LATE,
		describe: (visit, today) => ({ last_seen: writeDay(visit), days_not_seen: today - visit }),
	},
	subscriptionEnding: {
		isLasting: false,
		field: 'paid_till',
		fieldMeaning: 'end of what is paid',
		readValue: ({ paid_till }) => readDayNumber(paid_till),
		computeLevel: countDaysUntil,
		isSameOccasion: (knownEnd, end) => end <= knownEnd + MOST_DAYS_END_MOVES,
		findFirstOpenDay: (lastLookDay) => lastLookDay,
		describe: (end, today) => ({ ends_on: writeDay(end), days_left: countDaysUntil(end, today) }),
	},
};

export type OccasionName = EventOf<'dueDate'>['occasion'];

export type DueKind = DatedKind | LastingKind;

/** A kind whose value is a day. It falls due on this day, or some days before or after it. */
interface DatedKind extends CardKind {
	isLasting: false;
	/**
	 * Returns the first open day: what belongs to an earlier day is over, and is not reported any
	 * more.
	 *
	 * @param lastLookDay the day on which the cards were read last
	 */
	findFirstOpenDay: (lastLookDay: number, limit: number) => number;
}

/** A kind that has no day. It stays due until the level is above the limit again. */
interface LastingKind extends CardKind {
	isLasting: true;
}

interface CardKind {
	/**
	 * The field of the card that holds the value. If a card has the field, but it is empty, nothing
	 * can fall due for this client. If no card has the field, AlfaCRM does not show it to this user.
	 */
	field: string;
	/** Names the field in messages. */
	fieldMeaning: string;
	/**
	 * Reads the value from a card.
	 *
	 * @param firstOpenDay a value that comes again every year, such as a birthday, is the first one
	 * from this day on
	 * @returns undefined if the field is empty or unreadable
	 */
	readValue: (card: IDataObject, firstOpenDay: number) => number | undefined;
	/** Computes how far the value is from being due. It is due if the limit is reached or passed. */
	computeLevel: (value: number, today: number) => number;
	/**
	 * Whether two values of a client belong to one occasion, because the card was only corrected
	 * meanwhile.
	 *
	 * @param knownValue the value with which the occasion was reported; for a lasting occasion, the
	 * lowest value that a card has shown since then
	 */
	isSameOccasion: (knownValue: number, value: number) => boolean;
	/** Makes the fields of an item that describe the occasion. The client's fields follow them. */
	describe: (value: number, today: number, card: IDataObject) => IDataObject;
}

/**
 * The birthdays of two years are further apart than this, even if the date of birth is corrected.
 */
const MOST_DAYS_BIRTHDAY_MOVES = 300;

/** When lessons are put off, the end of a subscription moves by less than a week. */
const MOST_DAYS_END_MOVES = 6;

/** A completed lesson may be taken back, which leaves one lesson more. */
const MOST_LESSONS_TAKEN_BACK = 1;

/** A visit may be entered late by this many days, and the absence after it is still reported. */
const MOST_DAYS_VISIT_IS_LATE = 30;

/** Converts an amount of money to hundredths, such as kopecks. */
export const hundredths = (amount: number): number => Math.round(amount * 100);

function countDaysUntil(day: number, today: number): number {
	return day - today;
}

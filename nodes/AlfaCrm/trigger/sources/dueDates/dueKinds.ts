import type { IDataObject } from 'n8n-workflow';

import type { EventOf } from '../../../entities/events';
import { readNumber } from '../../../values/formats';
import { readDayNumber, writeDay, yearOfDay } from '../../dayNumbers';
import { findNextBirthday } from './birthdays';

/**
 * Declares the kinds of **occasions**: what can fall due for a client, such as a birthday or a
 * debt. Each kind reads one number from the client's card (the record of this client), the
 * **value**. The **level** says how far the occasion is from being due. The user chooses a
 * **limit**: the occasion is due as soon as the level is at the limit or below it.
 *
 * | kind | value | level | limit |
 * | --- | --- | --- | --- |
 * | birthday | the day of the next birthday | days until then | days before the birthday |
 * | inDebt | balance | balance | highest balance that counts as a debt |
 * | lessonsRunningOut | lessons left | lessons left | most lessons left |
 * | notSeen | the day of the last visit | days since then, negative: -14 | days not seen, negative |
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
		hasDay: true,
		field: 'dob',
		fieldMeaning: 'date of birth',
		readValue: readNextBirthday,
		computeLevel: countDaysUntil,
		isSameOccasion: isSameBirthday,
		findFirstReportableDay: (lastReadingDay) => lastReadingDay,
		describe: describeBirthday,
	},
	inDebt: {
		hasDay: false,
		field: 'balance',
		fieldMeaning: 'balance',
		readValue: readBalanceInHundredths,
		computeLevel: (balance) => balance,
		isSameOccasion: () => true,
		describe: describeDebt,
	},
	lessonsRunningOut: {
		hasDay: false,
		field: 'paid_lesson_count',
		fieldMeaning: 'number of lessons left',
		readValue: (card) => readNumber(card.paid_lesson_count),
		computeLevel: (lessonsLeft) => lessonsLeft,
		isSameOccasion: areLessonsOfSameSubscription,
		describe: (lessonsLeft) => ({ lessons_left: lessonsLeft }),
	},
	notSeen: {
		hasDay: true,
		field: 'last_attend_date',
		fieldMeaning: 'day of the last visit',
		readValue: (card) => readDayNumber(card.last_attend_date),
		computeLevel: countDaysUntil,
		isSameOccasion: isSameAbsence,
		findFirstReportableDay: findFirstReportableVisit,
		describe: describeAbsence,
	},
	subscriptionEnding: {
		hasDay: true,
		field: 'paid_till',
		fieldMeaning: 'end of what is paid',
		readValue: (card) => readDayNumber(card.paid_till),
		computeLevel: countDaysUntil,
		isSameOccasion: isSameSubscriptionEnd,
		findFirstReportableDay: (lastReadingDay) => lastReadingDay,
		describe: describeSubscriptionEnd,
	},
};

/** The name of a kind of occasion, such as `birthday`. */
export type OccasionName = EventOf<'dueDate'>['occasion'];

export type DueKind = KindWithDay | KindWithoutDay;

/**
 * A kind whose value is a day, such as the day of a birthday. The occasion falls due on this day,
 * or some days before or after it.
 */
interface KindWithDay extends CardKind {
	hasDay: true;
	/**
	 * Finds the first day whose occasions can still be reported. The occasions of earlier days are
	 * over, or were found when the cards were read last.
	 *
	 * @param lastReadingDay the day on which the cards were read last
	 * @param limit the level at which the occasion is due
	 */
	findFirstReportableDay: (lastReadingDay: number, limit: number) => number;
}

/**
 * A kind whose value is no day, such as a balance. The occasion is due until the level is above the
 * limit again.
 */
interface KindWithoutDay extends CardKind {
	hasDay: false;
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
	 * @param firstDay for a value that comes again every year, such as a birthday: the value is the
	 * first one on this day or after it
	 * @returns undefined if the field is empty or unreadable
	 */
	readValue: (card: IDataObject, firstDay: number) => number | undefined;
	/** Computes how far the value is from being due. It is due at the limit and below it. */
	computeLevel: (value: number, today: number) => number;
	/**
	 * Whether two values of a client belong to one occasion, because the card was only corrected
	 * meanwhile.
	 *
	 * @param knownValue the value with which the occasion was reported; for an occasion without a
	 * day, the lowest value that a card has shown since then
	 */
	isSameOccasion: (knownValue: number, value: number) => boolean;
	/** Makes the fields of an item that describe the occasion. The client's fields follow them. */
	describe: (value: number, today: number, card: IDataObject) => IDataObject;
}

// ---------------------------------------------------------------- birthday

/** Reads the date of birth from a client's card, and finds the first birthday from a day on. */
function readNextBirthday(card: IDataObject, firstDay: number): number | undefined {
	const dayOfBirth = readDayNumber(card.dob);
	if (dayOfBirth === undefined) return undefined;

	return findNextBirthday(firstDay, dayOfBirth);
}

/**
 * Whether two birthdays of a client are in the same year: a corrected date of birth moves the
 * birthday within its year. The birthday of the next year is reported again.
 */
function isSameBirthday(knownBirthday: number, birthday: number): boolean {
	return birthday - knownBirthday <= MAX_DAYS_BIRTHDAY_MOVES;
}

/** Birthdays of two years are further apart than this, even if the date of birth is corrected. */
const MAX_DAYS_BIRTHDAY_MOVES = 300;

/**
 * Describes the next birthday of a client for the output: its day, how many days are left, and the
 * age that the client reaches.
 */
function describeBirthday(birthday: number, today: number, card: IDataObject): IDataObject {
	// The birthday was computed from the same card, so the card has a readable date of birth.
	const dayOfBirth = readDayNumber(card.dob) as number;
	return {
		birthday: writeDay(birthday),
		days_left: countDaysUntil(birthday, today),
		turns: yearOfDay(birthday) - yearOfDay(dayOfBirth),
	};
}

// ---------------------------------------------------------------- debt

function readBalanceInHundredths(card: IDataObject): number | undefined {
	const balance = readNumber(card.balance);
	return balance === undefined ? undefined : toHundredths(balance);
}

/** Converts an amount of money to hundredths, such as kopecks. */
export const toHundredths = (amount: number): number => Math.round(amount * 100);

/**
 * Describes the debt of a client for the output.
 *
 * @param balance in hundredths; negative if the client is in debt
 */
function describeDebt(balance: number): IDataObject {
	const debt = Math.max(0, -balance);
	return { debt: debt / 100 };
}

// ---------------------------------------------------------------- lessons running out

/**
 * Whether a client with this many lessons left still has the same subscription. From 2 to 3
 * lessons, only a lesson was taken back. From 2 to 8, the client has bought a new subscription, and
 * its end is reported again.
 */
function areLessonsOfSameSubscription(knownLessonsLeft: number, lessonsLeft: number): boolean {
	return lessonsLeft <= knownLessonsLeft + MAX_LESSONS_TAKEN_BACK;
}

/** A completed lesson may be taken back, which leaves one lesson more. */
const MAX_LESSONS_TAKEN_BACK = 1;

// ---------------------------------------------------------------- not seen

/**
 * Whether a client is still absent since the same visit. An earlier day of the last visit means
 * that a visit was taken back. After a later visit, another absence begins.
 */
function isSameAbsence(knownVisit: number, visit: number): boolean {
	return visit <= knownVisit;
}

/**
 * Finds the earliest last visit after which an absence can still be reported. It is 30 days before
 * the visit whose absence fell due when the cards were read last, because a visit may be entered
 * late. For example, the cards were read last on day 100, and an absence falls due after 14 days.
 * The absence since day 86 fell due then, so visits from day 56 on are reported.
 *
 * @param limit minus the days not seen, such as -14
 */
function findFirstReportableVisit(lastReadingDay: number, limit: number): number {
	const visitDueAtLastReading = lastReadingDay + limit;
	return visitDueAtLastReading - MAX_DAYS_VISIT_IS_LATE;
}

/** A visit may be entered late by this many days, and the absence after it is still reported. */
const MAX_DAYS_VISIT_IS_LATE = 30;

function describeAbsence(lastVisit: number, today: number): IDataObject {
	return {
		last_seen: writeDay(lastVisit),
		days_not_seen: today - lastVisit,
	};
}

// ---------------------------------------------------------------- subscription ending

/**
 * Whether two last paid days belong to the same subscription. When lessons are put off, the end
 * moves by a few days, such as from 10 to 14 March. An end a week or more later is that of a new
 * subscription, and is reported again.
 */
function isSameSubscriptionEnd(knownEnd: number, end: number): boolean {
	return end <= knownEnd + MAX_DAYS_END_MOVES;
}

/** When lessons are put off, the end of a subscription moves by less than a week. */
const MAX_DAYS_END_MOVES = 6;

function describeSubscriptionEnd(lastPaidDay: number, today: number): IDataObject {
	return {
		ends_on: writeDay(lastPaidDay),
		days_left: countDaysUntil(lastPaidDay, today),
	};
}

/** Counts the days from today until another day; the number is negative for a day in the past. */
function countDaysUntil(day: number, today: number): number {
	return day - today;
}

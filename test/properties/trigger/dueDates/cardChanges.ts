import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { OccasionName } from '../../../../nodes/AlfaCrm/trigger/sources/dueDates/dueKinds';
import { BEGINNING, DAY, MINUTE, writeDay } from './calendar';

/** The values that a card shows from a moment on. */
export interface CardChange {
	at: number;
	card: IDataObject;
}

const DAYS_IN_MINUTES = 24 * 60;

/** A moment in the weeks of the polls. */
const moment = fc.integer({ min: 0, max: 50 * DAYS_IN_MINUTES }).map((minute) => BEGINNING + minute * MINUTE);

/** A form in which cards show days. */
const dayForm = fc.nat(2);

/** Generates the changes of a client's card, by the occasion that they make due. */
export const cardChanges: Record<OccasionName, fc.Arbitrary<CardChange[]>> = {
	birthday: fc
		.record({
			year: fc.integer({ min: 1990, max: 2026 }),
			daysAfterBeginning: fc.integer({ min: -20, max: 100 }),
			isOn29February: fc.boolean(),
			form: dayForm,
		})
		.map(({ year, daysAfterBeginning, isOn29February, form }) => {
			const dayOfBirth = isOn29February
				? `${findLeapYear(year)}-02-29`
				: `${year}-${writeMonthAndDay(daysAfterBeginning)}`;
			return [{ at: 0, card: { dob: writeInForm(dayOfBirth, form) } }];
		}),

	inDebt: makeEvents(fc.integer({ min: -300, max: 200 }), { maxLength: 12 }).map((events) =>
		events.map(({ at, event: halfRoubles }) => ({
			at,
			card: { balance: (halfRoubles / 2).toFixed(2) },
		})),
	),

	/** Lessons are used one by one, taken back, or bought. */
	lessonsRunningOut: makeEvents(fc.constantFrom(-1, -1, -1, -1, 1, 2, 2, 6), { maxLength: 24 }).map(
		(events) => {
			let lessonsLeft = 4;
			return events.map(({ at, event: difference }) => {
				lessonsLeft += difference;
				return { at, card: { paid_lesson_count: lessonsLeft } };
			});
		},
	),

	notSeen: fc
		.array(
			fc.record({
				visitAfter: fc.integer({ min: 0, max: 100 * DAYS_IN_MINUTES }),
				daysLate: fc.integer({ min: 0, max: 35 }),
				daysTakenBack: fc.constantFrom(0, 0, 2, 8),
			}),
			{ minLength: 1, maxLength: 8 },
		)
		.map(enterVisits),

	subscriptionEnding: makeEvents(
		fc.record({
			days: fc.integer({ min: -3, max: 40 }),
			daysOfCorrection: fc.integer({ min: -7, max: 7 }),
			form: dayForm,
		}),
		{ maxLength: 5 },
	).map(sellSubscriptions),
};

/** Generates events at random moments, in their order. The first one happens before the beginning. */
function makeEvents<T>(
	event: fc.Arbitrary<T>,
	{ maxLength }: { maxLength: number },
): fc.Arbitrary<Array<{ at: number; event: T }>> {
	return fc.array(fc.record({ at: moment, event }), { minLength: 1, maxLength }).map((events) => {
		const [first, ...others] = events;
		return [{ ...first, at: 0 }, ...others].sort((a, b) => a.at - b.at);
	});
}

// ---------------------------------------------------------------- visits

interface DrawnVisit {
	/** The time of the visit, in minutes from 40 days before the beginning. */
	visitAfter: number;
	/** The number of days after which the visit is entered into AlfaCRM. */
	daysLate: number;
	/** The number of days by which a mistake makes the last visit earlier for a while; 0 for no mistake. */
	daysTakenBack: number;
}

interface EnteredVisit {
	/** The moment at which the visit is entered into AlfaCRM. */
	at: number;
	/** The day of the visit. */
	day: string;
	daysTakenBack: number;
}

/** Makes the changes by which visits show on a card. The first visit shows from the beginning. */
function enterVisits(drawnVisits: readonly DrawnVisit[]): CardChange[] {
	const visits = drawnVisits
		.map(({ visitAfter, daysLate, daysTakenBack }, index): EnteredVisit => {
			const visitedAt = BEGINNING - 40 * DAY + visitAfter * MINUTE;
			const at = index === 0 ? 0 : visitedAt + daysLate * DAY;
			return { at, day: writeDay(visitedAt), daysTakenBack };
		})
		.sort((a, b) => a.at - b.at);

	let lastDay = '';
	return visits.flatMap((visit, index) => {
		lastDay = visit.day > lastDay ? visit.day : lastDay;
		const laterVisits = visits.slice(index + 1);
		const isNextVisitSoon = laterVisits.some(({ at }) => at < visit.at + 20 * DAY);
		const changes = [showLastVisit(visit.at, lastDay)];
		if (visit.daysTakenBack > 0 && !isNextVisitSoon) {
			changes.push(...makeMistake(visit, lastDay));
		}
		return changes;
	});
}

/** Makes the changes of a mistake: after ten days the card shows an earlier last visit, and four days later the right one. */
function makeMistake({ at, daysTakenBack }: EnteredVisit, lastDay: string): CardChange[] {
	const mistakenDay = writeDay(Date.parse(lastDay) - daysTakenBack * DAY);
	return [showLastVisit(at + 10 * DAY, mistakenDay), showLastVisit(at + 14 * DAY, lastDay)];
}

/** Makes the change from which a card shows a day as the last visit. */
function showLastVisit(at: number, day: string): CardChange {
	return { at, card: { last_attend_date: day } };
}

// ---------------------------------------------------------------- subscriptions

interface SubscriptionEvent {
	at: number;
	event: {
		/** The days from the event to the end of a new subscription. An even number corrects the last end instead. */
		days: number;
		daysOfCorrection: number;
		form: number;
	};
}

/**
 * Makes the changes by which subscriptions show on a card. They follow each other, and some of their ends are
 * corrected.
 */
function sellSubscriptions(events: readonly SubscriptionEvent[]): CardChange[] {
	let end = -Infinity;
	return events.map(({ at, event: { days, daysOfCorrection, form } }) => {
		const correctedEnd = end + daysOfCorrection * DAY;
		const earliestNextEnd = end + 21 * DAY;
		const endOfSubscription = Math.max(at, BEGINNING) + days * DAY;
		const isCorrection = end > -Infinity && days % 2 === 0;
		end = isCorrection ? correctedEnd : Math.max(earliestNextEnd, endOfSubscription);
		return { at, card: { paid_till: writeInForm(writeDay(end), form) } };
	});
}

// ---------------------------------------------------------------- days

/** Finds the last leap year up to a year. It works from 1904 to 2099. */
function findLeapYear(year: number): number {
	return year - (year % 4);
}

/**
 * Writes the month and the day some days after the beginning, such as "12-24". Not every year has a 29
 * February.
 */
function writeMonthAndDay(daysAfterBeginning: number): string {
	const monthAndDay = writeDay(BEGINNING + daysAfterBeginning * DAY).slice(5);
	return monthAndDay === '02-29' ? '02-28' : monthAndDay;
}

/** Writes a day in one of the forms in which cards show days. */
function writeInForm(day: string, form: number): string {
	const forms = [day, day.split('-').reverse().join('.'), `${day} 18:30:00`];
	return forms[form];
}

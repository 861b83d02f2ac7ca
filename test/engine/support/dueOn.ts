import { DateTime } from 'luxon';

import type { JsonObject } from '../../../sandbox';

/**
 * The events by time as the form sets them up: each with a card of a client of whom it falls due on a day, and with what
 * makes it not due where a balance tells and no day.
 *
 * @param day `yyyy-mm-dd`
 */
export function dueOn(day: string): Array<[event: string, due: JsonObject, calm: JsonObject]> {
	const on = (days: number, format = 'yyyy-MM-dd') => DateTime.fromISO(day).plus({ days }).toFormat(format);
	return [
		['customerBirthday', { dob: on(0, "dd.MM.'2015'") }, {}],
		['subscriptionEnding', { paid_till: `${on(3)} 18:00:00` }, {}],
		['notSeen', { last_attend_date: on(-14) }, {}],
		['inDebt', { balance: '-5.00' }, { balance: '0.00' }],
		['lessonsRunningOut', { paid_lesson_count: 2 }, { paid_lesson_count: 9 }],
	];
}

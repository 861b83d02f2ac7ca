const DAY = 86_400_000;

/** Adds days to a day such as "2026-03-07". */
export function dayPlus(day: string, days: number): string {
	return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** Lists the days from the first to the last one. */
export function listDays(firstDay: string, lastDay: string): string[] {
	const days: string[] = [];
	for (let day = firstDay; day <= lastDay; day = dayPlus(day, 1)) {
		days.push(day);
	}
	return days;
}

/** Counts the days from one day to another. */
export function countDays(from: string, to: string): number {
	return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY;
}

/** Finds the number of a weekday, from 1 for Monday to 7 for Sunday. */
export function weekdayOf(day: string): number {
	return new Date(`${day}T12:00:00Z`).getUTCDay() || 7;
}

/** Writes the day "2026-03-07" as "07.03.2026". */
export function toDottedDay(day: string): string {
	return day.split('-').reverse().join('.');
}

/** Writes the time of a minute of the day, such as "07:15" for 435 and "24:00" for the last one. */
export function clockOfMinute(minute: number): string {
	const hours = String(Math.floor(minute / 60)).padStart(2, '0');
	const minutes = String(minute % 60).padStart(2, '0');
	return `${hours}:${minutes}`;
}

/** Writes the time of a quarter of an hour of the day, such as "07:15" for 29. */
export function clockOfQuarter(quarter: number): string {
	return clockOfMinute(quarter * 15);
}

/** Counts the quarters of an hour from midnight to a time such as "07:15". */
export function quarterOf(clock: string): number {
	const [hours, minutes] = clock.split(':').map(Number);
	return hours * 4 + minutes / 15;
}

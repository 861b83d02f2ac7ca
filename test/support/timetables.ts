import fc from 'fast-check';

/**
 * Free time by the minute, written from the facts and from nothing of the node: a second opinion on what a timetable leaves.
 */
type Row = Readonly<Record<string, unknown>>;

interface Rows {
	hours: readonly Row[];
	lessons: readonly Row[];
	regular: readonly Row[];
}

export interface Asked {
	teacher: number;
	room?: number;
	/** Undefined where hours of every branch count. */
	branch?: number;
	/** `yyyy-mm-dd` */
	from: string;
	to: string;
	duration: number;
	step: number;
	/** A moment before which nothing begins, and the zone of the school. */
	now?: number;
	zone: string;
}

const MINUTES = 24 * 60;
const minuteOf = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
const timeIn = (text: unknown) => /\d\d:\d\d/.exec(String(text))?.[0] ?? '00:00';
const isoOf = (text: unknown) => {
	const [, day, month, year] = /^(\d\d)\.(\d\d)\.(\d{4})/.exec(String(text)) ?? [];
	return year === undefined ? String(text).slice(0, 10) : `${year}-${month}-${day}`;
};
const named = (minute: number) =>
	[Math.floor(minute / 60), minute % 60].map((part) => (part < 10 ? `0${part}` : `${part}`)).join(':');
const daysFrom = (from: string, to: string) => {
	const days: string[] = [];
	for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += 86_400_000)
		days.push(new Date(at).toISOString().slice(0, 10));
	return days;
};

const iso = (day: string, add: number) =>
	new Date(Date.parse(`${day}T00:00:00Z`) + add * 86_400_000).toISOString().slice(0, 10);
const weekdayOf = (day: string) => new Date(`${day}T12:00:00Z`).getUTCDay();

const daysBetween = (one: string, other: string) =>
	Math.abs(Date.parse(`${one}T00:00:00Z`) - Date.parse(`${other}T00:00:00Z`)) / 86_400_000;

/** Whether a regular lesson is to take place on a day, whatever the calendar holds. */
function isDayOf(regular: Row, day: string): boolean {
	const sunday0 = weekdayOf(day);
	const isWeekday = regular.day === sunday0 || (sunday0 === 0 && regular.day === 7);
	return isWeekday && isoOf(regular.b_date) <= day && day <= isoOf(regular.e_date);
}

/**
 * The days of a regular lesson that are free for others, because a lesson of the calendar stands for them. A lesson on another
 * weekday stands for the day before it, or else for the day after it. It frees that day only if the other day has a lesson of
 * its own that is not cancelled, or if it stands for the day before it and is at most three days from it.
 */
function freedDays(regular: Row, lessons: readonly Row[]): Set<string> {
	const own = lessons
		.filter(({ regular_id }) => regular_id !== null && Number(regular_id) === Number(regular.id))
		.filter(({ date }) => isoOf(regular.b_date) <= String(date));
	const dates = own.map(({ date }) => String(date)).sort();
	const taking = new Set(own.filter(({ status }) => status !== 2).map(({ date }) => String(date)));
	const freed = new Set(dates.filter((date) => isDayOf(regular, date)));
	const stoodFor = new Set(freed);
	for (const date of dates) {
		if (isDayOf(regular, date)) continue;
		const around = daysFrom(iso(date, -6), iso(date, 6)).filter((day) => isDayOf(regular, day));
		const chosen = around.find((day) => !stoodFor.has(day));
		if (chosen === undefined) continue;
		const hasOtherItsOwn = around.every((day) => day === chosen || taking.has(day));
		const isShortlyBefore = chosen < date && daysBetween(chosen, date) <= 3;
		if (hasOtherItsOwn || isShortlyBefore) freed.add(chosen);
		stoodFor.add(chosen);
	}
	return freed;
}

/** What the clock in a zone shows, by the browser's own tables. */
export function wallAt(moment: number, timeZone: string): string {
	const how = { hourCycle: 'h23', timeZone } as const;
	const two = {
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		minute: '2-digit',
	} as const;
	const parts = new Intl.DateTimeFormat('en-CA', { ...two, ...how }).formatToParts(moment);
	const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
	return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}

export function freeByTheMinute({ hours, lessons, regular }: Rows, asked: Asked): string[] {
	const { teacher, room, branch, from, to, duration, step, now, zone } = asked;
	const isMeant = ({ teacher_ids, room_id }: Row) =>
		teacher_ids === null ||
		(teacher_ids as unknown[]).map(Number).includes(teacher) ||
		(room !== undefined && Number(room_id) === room);
	const notBefore = now === undefined ? '' : wallAt(now, zone);
	/** Minutes that are taken, by day; a lesson that goes on over midnight takes the rest of its day. */
	const taken = new Set<string>();
	const mark = (day: string, begin: string, end: string) => {
		const until = end <= begin ? MINUTES : minuteOf(end);
		for (let minute = minuteOf(begin); minute < until; minute++) taken.add(`${day} ${minute}`);
	};
	for (const row of lessons) {
		if (row.status === 2 || !isMeant(row)) continue;
		mark(String(row.date), timeIn(row.time_from), timeIn(row.time_to));
	}
	for (const row of regular) {
		if (!isMeant(row)) continue;
		const freed = freedDays(row, lessons);
		for (const day of daysFrom(from, to))
			if (isDayOf(row, day) && !freed.has(day)) mark(day, timeIn(row.time_from_v), timeIn(row.time_to_v));
	}
	const found: string[] = [];
	for (const day of daysFrom(from, to)) {
		const works = new Array<boolean>(MINUTES).fill(false);
		for (const row of hours) {
			if (row.weekday !== weekdayOf(day) + 1 || row.teacher_id !== teacher) continue;
			if (branch !== undefined && row.branch_id !== null && row.branch_id !== branch) continue;
			const end = minuteOf(timeIn(row.time_to));
			const until = end === 0 ? MINUTES : end % 60 === 59 ? end + 1 : end;
			for (let minute = minuteOf(timeIn(row.time_from)); minute < until; minute++) works[minute] = true;
		}
		let begun = -1;
		for (let minute = 0; minute < MINUTES; minute++) {
			if (!works[minute]) begun = -1;
			else if (begun < 0) begun = minute;
			if (begun < 0 || (minute - begun) % step !== 0) continue;
			const whole = Array.from({ length: duration }, (_, index) => minute + index);
			if (!whole.every((one) => one < MINUTES && works[one] && !taken.has(`${day} ${one}`))) continue;
			if (`${day} ${named(minute)}` < notBefore) continue;
			found.push(`${day} ${named(minute)}-${named(minute + duration)}`);
		}
	}
	return found;
}

// ---------------------------------------------------------------- random timetables

const ZONES = ['Europe/Moscow', 'America/New_York', 'Asia/Vladivostok', 'Europe/Berlin', 'Pacific/Apia'];
/** Around these days clocks are set somewhere. */
const FIRST_DAYS = ['2026-03-05', '2026-03-26', '2026-10-22', '2026-12-28', '2028-02-26'];
export const TEACHER = 1001;
export const ROOM = 2001;

const dotted = (day: string) => day.split('-').reverse().join('.');
const clockOf = (quarter: number) => named((quarter % 96) * 15);

/** From and to, in quarters of an hour, and whether that is on the next day. */
const spanOf = (from: number, length: number) =>
	[clockOf(from), clockOf(from + length), from + length >= 96] as const;
const byDay = fc.tuple(fc.integer({ min: 24, max: 88 }), fc.integer({ min: 1, max: 7 }));
const byNight = fc.tuple(fc.integer({ min: 86, max: 95 }), fc.integer({ min: 4, max: 36 }));
const span = fc
	.oneof({ weight: 5, arbitrary: byDay }, { weight: 1, arbitrary: byNight })
	.map(([from, length]) => spanOf(from, length));
const teachers = fc.constantFrom<unknown>([TEACHER], [TEACHER], [1, TEACHER], [2], []);
const rooms = fc.constantFrom<unknown>(null, ROOM, ROOM, 1);

const hour = fc
	.record({
		weekday: fc.integer({ min: 1, max: 7 }),
		from: fc.oneof(
			{ weight: 4, arbitrary: fc.integer({ min: 28, max: 60 }) },
			{ weight: 1, arbitrary: fc.integer({ min: 0, max: 20 }) },
		),
		length: fc.integer({ min: 1, max: 36 }),
		teacher_id: fc.constantFrom(TEACHER, TEACHER, TEACHER, 2),
		branch_id: fc.constantFrom(1, 1, 1, 2, null),
		ends: fc.constantFrom('exact', 'minuteBefore', 'seconds'),
	})
	.map(({ from, length, ends, ...row }) => {
		const to = Math.min(from + length, 96);
		const isWhole = to % 4 === 0;
		const end = to === 96 ? '00:00' : clockOf(to);
		return {
			...row,
			time_from: clockOf(from),
			time_to:
				ends === 'minuteBefore' && isWhole ? named(to * 15 - 1) : ends === 'seconds' ? `${end}:00` : end,
		};
	});

/** A lesson is of no regular lesson, of one that is known, or of one that AlfaCRM does not list. */
function regularIdOf(drawn: number | null, knownCount: number): number | null {
	if (drawn === null) return null;
	return 7001 + (drawn === UNKNOWN_REGULAR || knownCount === 0 ? UNKNOWN_REGULAR : drawn % knownCount);
}
const UNKNOWN_REGULAR = 8;

export interface Case {
	rows: { hours: Row[]; lessons: Row[]; regular: Row[] };
	asked: Asked;
}

export const timetables: fc.Arbitrary<Case> = fc
	.tuple(fc.constantFrom(...FIRST_DAYS), fc.integer({ min: 0, max: 9 }))
	.chain(([first, days]) => {
		const day = fc.integer({ min: -1, max: days + 1 }).map((add) => iso(first, add));
		const regular = fc
			.record({
				span,
				day: fc.integer({ min: 0, max: 7 }),
				teacher_ids: teachers,
				room_id: rooms,
				begins: fc.constantFrom(iso(first, -40), iso(first, 3)),
				ends: fc.constantFrom(iso(first, 2), iso(first, 5), iso(first, 400)),
				isDotted: fc.boolean(),
				branch_id: fc.constantFrom(1, 1, 2),
			})
			.map(({ span: [from, to], begins, ends, isDotted, ...row }) => ({
				...row,
				time_from_v: from,
				time_to_v: to,
				b_date: isDotted ? dotted(begins) : begins,
				e_date: isDotted ? dotted(ends) : ends,
			}));
		const lesson = fc
			.record({
				span,
				date: day,
				status: fc.constantFrom(1, 1, 2, 3),
				teacher_ids: teachers,
				room_id: rooms,
				regular: fc.option(fc.nat({ max: UNKNOWN_REGULAR })),
				branch_id: fc.constantFrom(1, 1, 2),
			})
			.map(({ span: [from, to, isOver], date, ...row }) => ({
				...row,
				date,
				time_from: `${date} ${from}:00`,
				time_to: `${isOver ? iso(date, 1) : date} ${to}:00`,
			}));
		const moment = Date.parse(`${first}T00:00:00Z`);
		return fc
			.record({
				hours: fc.array(hour, { minLength: 1, maxLength: 9 }),
				regular: fc.array(regular, { maxLength: 8 }),
				lessons: fc.array(lesson, { maxLength: 14 }),
				room: fc.constantFrom(undefined, undefined, ROOM),
				branch: fc.constantFrom(undefined, 1, 1),
				duration: fc.constantFrom(15, 30, 45, 60, 60, 90, 100),
				step: fc.constantFrom(10, 15, 30, 30, 60, 45),
				now: fc.option(
					fc
						.integer({ min: -12 * 60, max: (days + 1) * MINUTES })
						.map((minutes) => moment + minutes * 60_000),
					{ nil: undefined },
				),
				zone: fc.constantFrom(...ZONES),
			})
			.map(({ hours, regular: lots, lessons, ...asked }) => ({
				rows: {
					hours: hours.map((row, index) => ({ id: 5001 + index, ...row })),
					regular: lots.map((row, index) => ({ id: 7001 + index, ...row })),
					lessons: lessons.map(({ regular: of, ...row }, index) => ({
						...{ id: 9001 + index, regular_id: regularIdOf(of, lots.length), subject_id: 1 },
						...{ lesson_type_id: 2, ...row },
					})),
				},
				asked: { ...asked, teacher: TEACHER, from: first, to: iso(first, days) },
			}));
	});

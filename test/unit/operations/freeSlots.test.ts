import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { Calendar } from '../../../nodes/AlfaCrm/store/calendar/calendar';
import type { SlotRequest } from '../../../nodes/AlfaCrm/store/calendar/slots';
import { findFreeSlots } from '../../../nodes/AlfaCrm/store/calendar/slots';
import { depth, seed } from '../../support/depth';
import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import type { Settings } from '../../../sandbox';
import type { Case } from '../../support/timetables';
import { freeByTheMinute, ROOM, TEACHER, timetables, wallAt } from '../../support/timetables';
import { customerForm, SmallSchool } from './school';

const wanted: SlotRequest = {
	...{ teacherId: TEACHER, firstDay: '2026-02-09', lastDay: '2026-02-15' },
	...{ duration: 60, step: 60, zone: 'Europe/Moscow' },
};
/** Mondays from 10 to 14. */
const MONDAY = { weekday: 2, time_from: '10:00', time_to: '13:59', teacher_id: TEACHER };
const slots = (
	{ hours = [MONDAY], lessons = [], regular = [] }: Record<string, IDataObject[]>,
	more: Partial<SlotRequest> = {},
) =>
	findFreeSlots(
		{
			workingHours: hours,
			calendar: new Calendar({ lessons, regularLessons: regular }, more.zone ?? wanted.zone),
		},
		{ ...wanted, ...more },
	).map(({ date, start, end }) => `${date.slice(8)} ${start}-${end}`);
const lesson = (more: IDataObject = {}): IDataObject => ({
	...{ id: 1, date: '2026-02-09', time_from: '2026-02-09 11:00:00', time_to: '2026-02-09 12:00:00' },
	...{ status: 1, teacher_ids: [TEACHER], room_id: 3, regular_id: null, ...more },
});
const regular = (more: IDataObject = {}): IDataObject => ({
	...{ id: 55, day: 1, time_from_v: '12:00', time_to_v: '13:00', b_date: '2025-09-01', e_date: '2026-05-31' },
	...{ teacher_ids: [TEACHER], room_id: 3, ...more },
});
const ALL = ['09 10:00-11:00', '09 11:00-12:00', '09 12:00-13:00', '09 13:00-14:00'];
const without = (...hours: string[]) =>
	ALL.filter((slot) => !hours.some((hour) => slot.includes(` ${hour}`)));

it('random timetables leave what is free minute by minute', () => {
	let found = 0;
	const check = ({ rows, asked }: Case) => {
		const { now, zone, duration, step } = asked;
		const request: SlotRequest = {
			teacherId: asked.teacher,
			roomId: asked.room,
			branchId: asked.branch,
			firstDay: asked.from,
			lastDay: asked.to,
			duration,
			step,
			notBefore: now === undefined ? undefined : wallAt(now, zone),
			zone,
		};
		const lessonRows = {
			lessons: rows.lessons as IDataObject[],
			regularLessons: rows.regular as IDataObject[],
		};
		const timetable = {
			workingHours: rows.hours as IDataObject[],
			calendar: new Calendar(lessonRows, zone),
		};
		const given = findFreeSlots(timetable, request);
		expect(given.map(({ date, start, end }) => `${date} ${start}-${end}`)).toEqual(
			freeByTheMinute(rows, asked),
		);
		found += given.length;
	};
	fc.assert(fc.property(timetables, check), { seed, numRuns: depth.timetables });
	expect(found).toBeGreaterThan(depth.timetables);
}, 120_000);

it('hours that cannot be read are none, and 24:00 is midnight', () => {
	const hours = [
		{ ...MONDAY, time_from: '9', time_to: '20:00' },
		{ ...MONDAY, time_from: '15:00', time_to: null },
		{ ...MONDAY, time_from: '16:00', time_to: '14:00' },
		{ ...MONDAY, time_from: '23:00', time_to: '24:00' },
	];
	expect(slots({ hours })).toEqual(['09 23:00-24:00']);
	expect(slots({}, { teacherLeavesOn: '2026-02-09' })).toEqual([]);
	expect(slots({}, { teacherLeavesOn: '2026-02-10' })).toEqual(ALL);
});

it('numbers that come as texts, and what is not shown, are understood', () => {
	const at = { time_from: '2026-02-09 10:00:00', time_to: '2026-02-09 11:00:00', regular_id: '55' };
	expect(slots({ regular: [regular()], lessons: [lesson(at)] })).toEqual(without('10'));
	expect(slots({ regular: [regular()], lessons: [lesson({ ...at, status: '2' })] })).toEqual(ALL);
	expect(slots({ lessons: [lesson({ teacher_ids: [String(TEACHER)] })] })).toEqual(without('11'));
	// A list of the teacher's lessons need not say whose they are.
	expect(slots({ lessons: [lesson({ teacher_ids: null })] })).toEqual(without('11'));
	expect(slots({ regular: [regular({ day: null })] })).toEqual(ALL);
	const sunday = { hours: [{ ...MONDAY, weekday: 1 }], regular: [regular({ day: '0' })] };
	expect(slots(sunday)).toEqual(without('12').map((slot) => slot.replace('09 ', '15 ')));
});

it('a lesson without times takes the day, for it may be at any time of it; without an end the rest of it', () => {
	expect(slots({ lessons: [lesson({ time_from: null, time_to: null })] })).toEqual([]);
	for (const time_to of [null, '', '2026-02-09 11:00:00'])
		expect(slots({ lessons: [lesson({ time_to })] })).toEqual(['09 10:00-11:00']);
});

describe('Get Free Slots', () => {
	let school: SmallSchool;
	let id: number;
	beforeEach(() => {
		jest.useFakeTimers({ now: new Date('2026-02-01T09:00:00Z'), advanceTimers: true });
		school = new SmallSchool();
		id = school.addRecord('teacher', { id: TEACHER, name: 'Новикова Яна', branch_ids: [1] });
		school.addRecord('room', { id: ROOM, name: 'Зал', branch_id: 1 });
	});
	afterEach(() => jest.useRealTimers());

	/** Hours on Monday the 9th from 10 to 13. */
	const work = () =>
		void school.addRecord('working-hour', { ...MONDAY, time_to: '12:59', teacher_id: id, branch_id: 1 });
	const busy = (more: IDataObject = {}) => {
		const row = { branch_id: 1, subject_id: 1, lesson_type_id: 1, ...more };
		return school.addRecord('lesson', { ...lesson(row), id: 901 });
	};
	const form = (more: IDataObject = {}) =>
		customerForm('getFreeSlots', {
			...{ resource: 'teacher', id, date_from: '2026-02-09', date_to: '2026-02-15', duration: 60 },
			...{ returnAll: true, ...more },
		});
	const read = (items: readonly IDataObject[]) =>
		items.map(({ date, start, end }) => `${String(date)} ${String(start)}-${String(end)}`);
	const found = async (more: IDataObject = {}, timezone?: string) =>
		read((await school.run(form(more), { timezone })).json);
	const AROUND_11 = ['2026-02-09 10:00-11:00', '2026-02-09 12:00-13:00'];

	/** What differs from account to account. */
	const ways = fc
		.record({
			sunday: fc.constantFrom(7, 0),
			bodyPageSize: fc.constantFrom('ignored', 'honoured', 'refused400'),
			total: fc.constantFrom('present', 'missing'),
			ignoredFilters: fc.subarray([
				...['working-hour.teacher_id', 'lesson.teacher_id', 'regular-lesson.teacher_id'],
				...['lesson.date_from', 'lesson.date_to', 'lesson.room_ids'],
			]),
		})
		.map((one) => one as Partial<Settings>);

	it('leaves of random timetables the slots that are free minute by minute, by the rows that the school holds', async () => {
		let count = 0;
		const check = async ({ rows, asked }: Case, settings: Partial<Settings>, homes: number[]) => {
			school = new SmallSchool(settings);
			school.addRecord('teacher', { id: TEACHER, name: 'Новикова Яна', branch_ids: homes });
			school.addRecord('room', { id: ROOM, name: 'Зал', branch_id: 1 });
			for (const row of rows.hours) school.addRecord('working-hour', { ...row });
			// A room is one branch's own.
			const placed = (row: object) =>
				(row as IDataObject).branch_id === 1 ? { ...row } : { ...row, room_id: null };
			for (const row of rows.regular) school.addRecord('regular-lesson', placed(row));
			for (const row of rows.lessons) school.addRecord('lesson', placed(row));
			// The teacher is taken by what is in their branches; a room of this branch by what is in this branch.
			const isShown = ({ teacher_ids, branch_id }: IDataObject) =>
				(homes.includes(Number(branch_id)) && (teacher_ids as number[]).includes(TEACHER)) || branch_id === 1;
			// A lesson that somebody else gives is not listed for this teacher, so it frees none of the teacher's days.
			const ignores = (filter: string) => settings.ignoredFilters?.includes(filter) === true;
			const isListed = ({ teacher_ids, room_id, branch_id }: IDataObject) => {
				const isOfTeacher = (teacher_ids as number[]).includes(TEACHER) || ignores('lesson.teacher_id');
				const isInRoom = room_id === ROOM || ignores('lesson.room_ids');
				return (
					(homes.includes(Number(branch_id)) && isOfTeacher) ||
					(branch_id === 1 && asked.room !== undefined && isInRoom)
				);
			};
			const known = {
				hours: school.readRecords('working-hour'),
				lessons: school.readRecords('lesson').filter(isListed),
				regular: school.readRecords('regular-lesson').filter(isShown),
			};
			jest.setSystemTime(asked.now ?? Date.parse('2025-01-01T00:00:00Z'));
			const { from, to, duration, step, room, branch, now, zone } = asked;
			const more = {
				...{ date_from: from, date_to: to, duration },
				additionalFields: room === undefined ? {} : { room_id: room },
				options: { step, otherBranches: branch === undefined, past: now === undefined },
			};
			const slots = await found(more, zone);
			expect(slots).toEqual(freeByTheMinute(known, asked));
			count += slots.length;
		};
		const property = fc.asyncProperty(timetables, ways, fc.constantFrom<number[]>([1], [1, 2]), check);
		await fc.assert(property, { seed, numRuns: depth.freeSlotsOfSchools });
		expect(count).toBeGreaterThan(0);
	}, 300_000);

	it('gives one item for each, with all that a lesson needs, as the schema tells', async () => {
		work();
		busy();
		const wanted = form({ additionalFields: { room_id: ROOM } });
		const { json } = await school.run(wanted, { timezone: 'Asia/Almaty' });
		expect(json[0]).toEqual({
			...{ date: '2026-02-09', start: '10:00', end: '11:00', duration: 60, time_zone: 'Asia/Almaty' },
			...{ teacher_id: id, teacher_name: 'Новикова Яна', branch_id: 1, room_id: ROOM },
		});
		expect(read(json)).toEqual(AROUND_11);
		const { properties } = allSchemas()['teacher/getFreeSlots'];
		expect(Object.keys(properties).sort()).toEqual(Object.keys(json[0]).sort());
	});

	it('begins them at each step, as many as the limit says', async () => {
		work();
		expect(await found({ returnAll: false, limit: 2 })).toEqual([
			'2026-02-09 10:00-11:00',
			'2026-02-09 10:30-11:30',
		]);
		const two = { items: [{}, {}] };
		expect((await school.run(form({ returnAll: false, limit: 2 }), two)).hints).toEqual([
			"'Limit' was reached, so there may be more: raise it, or switch on 'Return All': 2 slots came",
		]);
		expect((await school.run(form({ returnAll: false, limit: 5 }), two)).hints).toEqual([]);
		expect(await found({ options: { step: 15 } })).toHaveLength(9);
		expect(await found({ duration: 181 })).toEqual([]);
	});

	it.each([2, 77])(
		'tells of branch %i, which cannot be seen, that the teacher may be busy there',
		async (branch) => {
			work();
			school.changeRecord('teacher', id, { branch_ids: [1, branch] });
			school.settings.forbiddenBranches = [2];
			const { json, hints } = await school.run(form());
			expect(json).toHaveLength(5);
			expect(hints).toEqual([
				expect.stringMatching(new RegExp(`may be busy there in a slot: branch ${branch}$`)),
			]);
		},
	);

	it.each(['teacher/working-hour', 'lesson/index', 'regular-lesson/index'])(
		'gives none where %s may not be read, but an error',
		async (call) => {
			school.settings.forbiddenCalls = [call];
			expect((await school.expectRefused(form())).httpCode).toBe('403');
		},
	);

	it('is an error where lessons are missing from a list that does not come whole', async () => {
		work();
		school.onCall = (call, request) =>
			call === 'lesson/index' ? school.answerWithUnstableList(request) : undefined;
		expect((await school.expectRefused(form())).message).toMatch(
			/did not come whole.*when the teacher is free/,
		);
	});

	it('leaves out what has begun today by the clock of the workflow, unless it is wanted', async () => {
		work();
		jest.setSystemTime(new Date('2026-02-09T05:30:00Z'));
		const first = async (zone: string, past = false) => (await found({ options: { past } }, zone))[0];
		expect(await first('Europe/Moscow')).toBe('2026-02-09 10:00-11:00');
		expect(await first('Asia/Tashkent')).toBe('2026-02-09 10:30-11:30');
		expect(await first('Asia/Vladivostok')).toBeUndefined();
		expect(await first('Asia/Vladivostok', true)).toBe('2026-02-09 10:00-11:00');
	});

	it('has none for a teacher who has left, and is an error for who, or a room that, is not of the branch', async () => {
		work();
		for (const [e_date, count] of [
			['2026-02-09', 0],
			['2026-02-10', 5],
		] as const) {
			school.changeRecord('teacher', id, { e_date });
			expect(await found()).toHaveLength(count);
		}
		const message = async (more: IDataObject) => (await school.expectRefused(form(more))).message;
		expect(await message({ id: 9_999 })).toBe('AlfaCRM has no teacher with ID 9999 in branch 1');
		const elsewhere = school.addRecord('room', { name: 'Чужая', branch_id: 2 });
		for (const room_id of [elsewhere, 9_999])
			expect(await message({ additionalFields: { room_id } })).toBe(
				`AlfaCRM has no room with ID ${room_id} in branch 1`,
			);
	});

	it('asks for hours, lessons of each status and regular lessons', async () => {
		await found();
		expect(school.calls[0]).toBe('teacher/index');
		expect(school.calls.slice(1).sort()).toEqual([
			...['lesson/index', 'lesson/index', 'lesson/index'],
			...['regular-lesson/index', 'teacher/working-hour'],
		]);
		const bodies = school.readRequests('lesson/index').map(({ body }) => body);
		expect(bodies.map(({ status }) => status).sort()).toEqual([1, 2, 3]);
		expect(bodies[0]).toMatchObject({ teacher_id: id, date_from: '2026-02-02', date_to: '2026-02-22' });
	});

	describe('of any teacher', () => {
		let other: number;
		beforeEach(() => {
			other = school.addRecord('teacher', { name: 'Сидорова Ева', branch_ids: [1] });
			work();
			school.addRecord('working-hour', { ...MONDAY, time_to: '11:59', teacher_id: other, branch_id: 1 });
			// Who works elsewhere, or has left, is nobody of the branch.
			for (const row of [{ branch_ids: [2] }, { branch_ids: [1], e_date: '2026-01-31' }]) {
				const gone = school.addRecord('teacher', { name: 'A', ...row });
				school.addRecord('working-hour', { ...MONDAY, teacher_id: gone, branch_id: 1 });
			}
		});
		const whose = async (more: IDataObject) =>
			(await school.run(form(more))).json.map(
				({ start, teacher_id }) => `${String(start)} ${String(teacher_id)}`,
			);

		it('come in the order of time, from lists that are read once for all', async () => {
			busy({ teacher_ids: [id] });
			const options = { step: 60 };
			const all = [`10:00 ${id}`, `10:00 ${other}`, `11:00 ${other}`, `12:00 ${id}`];
			expect(await whose({ id: '', options })).toEqual(all);
			expect(school.calls.filter((call) => call !== 'lesson/index').sort()).toEqual([
				...['regular-lesson/index', 'teacher/index', 'teacher/working-hour'],
			]);
			expect(school.readRequests('teacher/working-hour')[0].body).not.toHaveProperty('teacher_id');
			expect(await whose({ id: '', options, returnAll: false, limit: 1 })).toEqual(all.slice(0, 1));
		});

		it('are those of a subject: who has had lessons of it in four weeks, is to have one, or has regular ones', async () => {
			const options = { step: 60 };
			const of = async (subject_id: number) =>
				await whose({ id: '', options, additionalFields: { subject_id } });
			const past = { date: '2026-01-20', time_from: '2026-01-20 10:00:00', time_to: '2026-01-20 11:00:00' };
			busy({ ...past, teacher_ids: [other], subject_id: 7, status: 3 });
			expect(await of(7)).toEqual([`10:00 ${other}`, `11:00 ${other}`]);
			expect(await of(8)).toEqual([]);
			school.addRecord('regular-lesson', {
				...regular({ day: 3, subject_id: 8 }),
				branch_id: 1,
				teacher_ids: [id],
			});
			expect(await of(8)).toEqual([`10:00 ${id}`, `11:00 ${id}`, `12:00 ${id}`]);
		});
	});

	it('looks at two weeks only where that is enough for the limit', async () => {
		work();
		const days = { date_to: '2026-08-31', returnAll: false };
		const until = () => [...new Set(school.readRequests('lesson/index').map(({ body }) => body.date_to))];
		expect(await found({ ...days, limit: 1 })).toEqual(['2026-02-09 10:00-11:00']);
		// A week more, in which a lesson may be that was moved.
		expect(until()).toEqual(['2026-03-01']);
		expect(await found({ ...days, limit: 40 })).toHaveLength(40);
		expect(until()).toEqual(['2026-03-01', '2026-09-07']);
	});

	it.each<[string, object]>([
		['Date To', { date_from: '2026-02-10', date_to: '2026-02-09' }],
		['Date To', { date_from: '2026-02-10', date_to: '2027-02-12' }],
		['Duration', { duration: 0 }],
		['Step', { options: { step: 1 } }],
		// Slots in which the room is taken would do for whoever books it.
		['Room', { additionalFields: { room_id: '' } }],
	])("refuses '%s' if it is %j", async (label, more) => {
		expect((await school.expectRefusedUnsent(form(more as IDataObject))).message).toContain(label);
	});
});

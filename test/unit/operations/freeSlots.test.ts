import fc from 'fast-check';

import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { LESSON_STATUS, WORKING_HOUR_WEEKDAY } from '../../support/codes';
import { depth, seed } from '../../support/depth';
import { findSlotsByTheMinute } from '../../support/slotsByTheMinute';
import type { Timetable } from '../../support/timetables';
import { timetables } from '../../support/timetables';
import type { Account } from './freeSlotAccounts';
import {
	accounts,
	findSlotsInTimetable,
	listSlotsOfSchool,
	makeSchoolWithTimetable,
	readShownRows,
} from './freeSlotAccounts';
import {
	freeSlotsForm,
	freeSlotsOfAllTeachersForm,
	FreeSlotSchool,
	HALL,
	MONDAY,
	NOVIKOVA,
	NOW,
	SIDOROVA,
	SUBJECT,
	SUNDAY,
	TUESDAY,
	WEDNESDAY,
} from './freeSlotSchool';
import { findFreeHours, workingHoursRow, lessonRow, REGULAR_LESSON, regularLessonRow } from './slotRows';

describe('findFreeSlots', () => {
	it('findFreeSlots finds the same slots in random timetables as a search minute by minute', () => {
		let slotCount = 0;
		const compareSearches = ({ rows, request }: Timetable) => {
			const slots = findSlotsInTimetable(rows, request);

			expect(slots).toEqual(findSlotsByTheMinute(rows, request));
			slotCount += slots.length;
		};

		fc.assert(fc.property(timetables, compareSearches), { seed, numRuns: depth.timetables });

		// A timetable has more than one slot on average. Otherwise both searches might agree because they find nothing.
		expect(slotCount).toBeGreaterThan(depth.timetables);
	}, 120_000);

	it.each([
		{ problem: 'a start without minutes', hours: { time_from: '9', time_to: '20:00' } },
		{ problem: 'no end', hours: { time_from: '15:00', time_to: null } },
		{ problem: 'an end before the start', hours: { time_from: '16:00', time_to: '14:00' } },
	])('findFreeSlots finds no slots in working hours with $problem', ({ hours }) => {
		const freeHours = findFreeHours({ workingHours: [workingHoursRow(hours)] });

		expect(freeHours).toEqual([]);
	});

	it('findFreeSlots finds a slot until midnight when the working hours end at 24:00', () => {
		const lateHours = workingHoursRow({ time_from: '23:00', time_to: '24:00' });

		const freeHours = findFreeHours({ workingHours: [lateHours] });

		expect(freeHours).toEqual([`${MONDAY} 23:00-24:00`]);
	});

	it('findFreeSlots finds no slots on the day on which the teacher leaves the school', () => {
		const freeHours = findFreeHours({ lessons: [] }, { teacherLeavesOn: MONDAY });

		expect(freeHours).toEqual([]);
	});

	it('findFreeSlots finds slots on the day before the teacher leaves the school', () => {
		const freeHours = findFreeHours({ lessons: [] }, { teacherLeavesOn: TUESDAY });

		expect(freeHours).toEqual([
			`${MONDAY} 10:00-11:00`,
			`${MONDAY} 11:00-12:00`,
			`${MONDAY} 12:00-13:00`,
			`${MONDAY} 13:00-14:00`,
		]);
	});

	it('findFreeSlots offers the hour of a regular lesson that takes place at another hour, although `regular_id` is a text', () => {
		const regularLesson = regularLessonRow({ from: '12:00', to: '13:00' });
		const lesson = lessonRow({ from: '10:00', to: '11:00', regular_id: String(REGULAR_LESSON) });

		const freeHours = findFreeHours({ lessons: [lesson], regularLessons: [regularLesson] });

		expect(freeHours).toEqual([`${MONDAY} 11:00-12:00`, `${MONDAY} 12:00-13:00`, `${MONDAY} 13:00-14:00`]);
	});

	it('findFreeSlots offers the hour of a cancelled lesson and of its regular lesson, although the status is a text', () => {
		const regularLesson = regularLessonRow({ from: '12:00', to: '13:00' });
		const cancelledLesson = lessonRow({
			from: '12:00',
			to: '13:00',
			regular_id: REGULAR_LESSON,
			status: String(LESSON_STATUS.cancelled),
		});

		const freeHours = findFreeHours({ lessons: [cancelledLesson], regularLessons: [regularLesson] });

		expect(freeHours).toEqual([
			`${MONDAY} 10:00-11:00`,
			`${MONDAY} 11:00-12:00`,
			`${MONDAY} 12:00-13:00`,
			`${MONDAY} 13:00-14:00`,
		]);
	});

	it('findFreeSlots leaves out the hour of a lesson, although the ID of its teacher is a text', () => {
		const lesson = lessonRow({ from: '11:00', to: '12:00', teacher_ids: [String(NOVIKOVA)] });

		const freeHours = findFreeHours({ lessons: [lesson] });

		expect(freeHours).toEqual([`${MONDAY} 10:00-11:00`, `${MONDAY} 12:00-13:00`, `${MONDAY} 13:00-14:00`]);
	});

	it('findFreeSlots leaves out the hour of a lesson whose teachers AlfaCRM does not show', () => {
		const lesson = lessonRow({ from: '11:00', to: '12:00', teacher_ids: null });

		const freeHours = findFreeHours({ lessons: [lesson] });

		expect(freeHours).toEqual([`${MONDAY} 10:00-11:00`, `${MONDAY} 12:00-13:00`, `${MONDAY} 13:00-14:00`]);
	});

	it('findFreeSlots ignores a regular lesson whose weekday AlfaCRM does not show', () => {
		const regularLesson = regularLessonRow({ from: '12:00', to: '13:00', day: null });

		const freeHours = findFreeHours({ regularLessons: [regularLesson] });

		expect(freeHours).toEqual([
			`${MONDAY} 10:00-11:00`,
			`${MONDAY} 11:00-12:00`,
			`${MONDAY} 12:00-13:00`,
			`${MONDAY} 13:00-14:00`,
		]);
	});

	it('findFreeSlots leaves out the hour of a regular lesson on Sundays, although AlfaCRM shows Sunday as "0"', () => {
		const sundayHours = workingHoursRow({ weekday: WORKING_HOUR_WEEKDAY.sunday });
		const regularLesson = regularLessonRow({ from: '12:00', to: '13:00', day: '0' });

		const freeHours = findFreeHours({ workingHours: [sundayHours], regularLessons: [regularLesson] });

		expect(freeHours).toEqual([`${SUNDAY} 10:00-11:00`, `${SUNDAY} 11:00-12:00`, `${SUNDAY} 13:00-14:00`]);
	});

	it('findFreeSlots finds no slots on the day of a lesson whose times AlfaCRM does not show', () => {
		const lesson = lessonRow({ time_from: null, time_to: null });

		const freeHours = findFreeHours({ lessons: [lesson] });

		expect(freeHours).toEqual([]);
	});

	it.each([
		{ end: 'null', time_to: null },
		{ end: 'an empty text', time_to: '' },
		{ end: 'its start', time_to: '2026-02-09 11:00:00' },
	])('findFreeSlots finds no slots after the start of a lesson whose end is $end', ({ time_to }) => {
		const lesson = lessonRow({ time_from: '2026-02-09 11:00:00', time_to });

		const freeHours = findFreeHours({ lessons: [lesson] });

		expect(freeHours).toEqual([`${MONDAY} 10:00-11:00`]);
	});
});

describe('Get Free Slots', () => {
	const BEFORE_ALL_TIMETABLES = new Date('2025-01-01T00:00:00Z');

	let school: FreeSlotSchool;

	beforeEach(() => {
		jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
		school = new FreeSlotSchool();
	});

	afterEach(() => {
		jest.useRealTimers();
	});

	it('Get Free Slots returns the same slots of random schools as a search minute by minute', async () => {
		let slotCount = 0;
		const compareSearches = async ({ rows, request }: Timetable, account: Account) => {
			const randomSchool = makeSchoolWithTimetable(rows, account);
			jest.setSystemTime(request.now ?? BEFORE_ALL_TIMETABLES);

			const slots = await listSlotsOfSchool(randomSchool, request);

			const shownRows = readShownRows(randomSchool, account, request);
			expect(slots).toEqual(findSlotsByTheMinute(shownRows, request));
			slotCount += slots.length;
		};

		const property = fc.asyncProperty(timetables, accounts, compareSearches);
		await fc.assert(property, { seed, numRuns: depth.freeSlotsOfSchools });

		// Both searches would agree on schools without any slots, too.
		expect(slotCount).toBeGreaterThan(0);
	}, 300_000);

	describe('of one teacher', () => {
		it('Get Free Slots returns a slot with its teacher, branch, room and time zone', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 11 });

			const { json } = await school.run(freeSlotsForm({ additionalFields: { room_id: HALL } }), {
				timezone: 'Asia/Almaty',
			});

			expect(json).toEqual([
				{
					date: MONDAY,
					start: '10:00',
					end: '11:00',
					duration: 60,
					time_zone: 'Asia/Almaty',
					teacher_id: NOVIKOVA,
					teacher_name: 'Новикова Яна',
					branch_id: 1,
					room_id: HALL,
				},
			]);
		});

		it('Get Free Slots returns the fields of its output schema', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 11 });

			const { json } = await school.run(freeSlotsForm());

			const schema = allSchemas()['teacher/getFreeSlots'];
			expect(Object.keys(json[0]).sort()).toEqual(Object.keys(schema.properties).sort());
		});

		it('Get Free Slots leaves out the hour of a lesson of the teacher', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 13 });
			school.addLesson({ from: '11:00', to: '12:00', teacher_ids: [NOVIKOVA], room_id: null });

			const slots = await school.listSlots(freeSlotsForm());

			expect(slots).toEqual([`${MONDAY} 10:00-11:00`, `${MONDAY} 12:00-13:00`]);
		});

		it('Get Free Slots leaves out the hour at which another teacher uses the requested room', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 13 });
			school.addLesson({ from: '11:00', to: '12:00', teacher_ids: [SIDOROVA], room_id: HALL });

			const slots = await school.listSlots(freeSlotsForm({ additionalFields: { room_id: HALL } }));

			expect(slots).toEqual([`${MONDAY} 10:00-11:00`, `${MONDAY} 12:00-13:00`]);
		});

		it('Get Free Slots offers a slot every 30 minutes by default', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 12 });

			const slots = await school.listSlots(freeSlotsForm({ duration: 60 }));

			expect(slots).toEqual([`${MONDAY} 10:00-11:00`, `${MONDAY} 10:30-11:30`, `${MONDAY} 11:00-12:00`]);
		});

		it('Get Free Slots offers a slot every 15 minutes when Step is 15', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 12 });

			const slots = await school.listSlots(freeSlotsForm({ duration: 60, options: { step: 15 } }));

			expect(slots).toEqual([
				`${MONDAY} 10:00-11:00`,
				`${MONDAY} 10:15-11:15`,
				`${MONDAY} 10:30-11:30`,
				`${MONDAY} 10:45-11:45`,
				`${MONDAY} 11:00-12:00`,
			]);
		});

		it('Get Free Slots returns no slots when the lesson is a minute longer than the working hours', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 13 });

			const slots = await school.listSlots(freeSlotsForm({ duration: 181 }));

			expect(slots).toEqual([]);
		});

		it.each([
			{ branch: 2, reason: 'this user may not see' },
			{ branch: 77, reason: 'AlfaCRM does not have' },
		])(
			'Get Free Slots warns in a hint that it cannot see branch $branch of the teacher, which $reason',
			async ({ branch }) => {
				school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 11 });
				school.changeRecord('teacher', NOVIKOVA, { branch_ids: [1, branch] });
				school.settings.forbiddenBranches = [2];

				const { json, hints } = await school.run(freeSlotsForm());

				expect(json).toHaveLength(1);
				expect(hints).toEqual([
					`Not all branches in which the teacher works can be seen, so the teacher may be busy there in a slot: branch ${branch}`,
				]);
			},
		);

		it.each([
			{ list: 'working hours', call: 'teacher/working-hour' },
			{ list: 'lessons', call: 'lesson/index' },
			{ list: 'regular lessons', call: 'regular-lesson/index' },
		])('Get Free Slots fails when the user may not read the $list', async ({ call }) => {
			school.settings.forbiddenCalls = [call];

			const { httpCode } = await school.expectRefused(freeSlotsForm());

			expect(httpCode).toBe('403');
		});

		it('Get Free Slots fails when AlfaCRM does not return the whole list of lessons', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 13 });
			school.answerCallWithUnstableList('lesson/index');

			const { message } = await school.expectRefused(freeSlotsForm());

			expect(message).toMatch(/did not come whole.*when the teacher is free/);
		});

		it('Get Free Slots returns no slots on the day on which the teacher leaves the school', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 11 });
			school.setLeavingDay(NOVIKOVA, MONDAY);

			const slots = await school.listSlots(freeSlotsForm());

			expect(slots).toEqual([]);
		});

		it('Get Free Slots returns the slots on the day before the teacher leaves the school', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 11 });
			school.setLeavingDay(NOVIKOVA, TUESDAY);

			const slots = await school.listSlots(freeSlotsForm());

			expect(slots).toEqual([`${MONDAY} 10:00-11:00`]);
		});

		it('Get Free Slots reads the lessons once for each of the three statuses, and every other list once', async () => {
			await school.run(freeSlotsForm());

			expect([...school.calls].sort()).toEqual([
				'lesson/index',
				'lesson/index',
				'lesson/index',
				'regular-lesson/index',
				'teacher/index',
				'teacher/working-hour',
			]);
		});

		it('Get Free Slots reads the lessons of the teacher from a week before the first day until a week after the last day', async () => {
			await school.run(freeSlotsForm({ date_from: MONDAY, date_to: SUNDAY }));

			const MONDAY_BEFORE = '2026-02-02';
			const SUNDAY_AFTER = '2026-02-22';
			const [{ body }] = school.readRequests('lesson/index');
			expect(body).toMatchObject({
				teacher_id: NOVIKOVA,
				date_from: MONDAY_BEFORE,
				date_to: SUNDAY_AFTER,
			});
		});
	});

	describe('that have begun', () => {
		const HALF_PAST_EIGHT_IN_MOSCOW = new Date('2026-02-09T05:30:00Z');

		it.each([
			{
				zone: 'Europe/Moscow',
				time: '08:30',
				slots: [`${MONDAY} 10:00-11:00`, `${MONDAY} 10:30-11:30`, `${MONDAY} 11:00-12:00`],
			},
			{
				zone: 'Asia/Tashkent',
				time: '10:30',
				slots: [`${MONDAY} 10:30-11:30`, `${MONDAY} 11:00-12:00`],
			},
			{ zone: 'Asia/Vladivostok', time: '15:30', slots: [] },
		])(
			'Get Free Slots leaves out the slots before $time when it is $time in $zone, the time zone of the workflow',
			async ({ zone, slots }) => {
				school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 12 });
				jest.setSystemTime(HALF_PAST_EIGHT_IN_MOSCOW);

				const foundSlots = await school.listSlots(freeSlotsForm(), { timezone: zone });

				expect(foundSlots).toEqual(slots);
			},
		);

		it('Get Free Slots returns slots that are over when Include Past Slots is on', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 11 });
			jest.setSystemTime(HALF_PAST_EIGHT_IN_MOSCOW);

			const slots = await school.listSlots(freeSlotsForm({ options: { past: true } }), {
				timezone: 'Asia/Vladivostok',
			});

			expect(slots).toEqual([`${MONDAY} 10:00-11:00`]);
		});
	});

	describe('up to a limit', () => {
		it('Get Free Slots returns the two earliest slots when Limit is 2', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 13 });

			const slots = await school.listSlots(freeSlotsForm({ returnAll: false, limit: 2 }));

			expect(slots).toEqual([`${MONDAY} 10:00-11:00`, `${MONDAY} 10:30-11:30`]);
		});

		it('Get Free Slots says only once in a hint that the limit was reached, although there are two items', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 13 });

			const { hints } = await school.run(freeSlotsForm({ returnAll: false, limit: 2 }), {
				items: [{}, {}],
			});

			expect(hints).toEqual([
				"'Limit' was reached, so there may be more: raise it, or switch on 'Return All': 2 slots came",
			]);
		});

		it('Get Free Slots gives no hint about the limit when there are exactly as many slots as it allows', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 11 });

			const { json, hints } = await school.run(freeSlotsForm({ returnAll: false, limit: 1 }), {
				items: [{}, {}],
			});

			expect(json).toMatchObject([{ start: '10:00' }, { start: '10:00' }]);
			expect(hints).toEqual([]);
		});

		it('Get Free Slots gives no hint about the limit for a single item, because n8n itself gives one', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 13 });

			const { hints } = await school.run(freeSlotsForm({ returnAll: false, limit: 2 }), {
				items: [{}],
			});

			expect(hints).toEqual([]);
		});

		it('Get Free Slots stops reading after two weeks when they have more slots than the limit', async () => {
			// Each Monday has one slot.
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 11 });

			const slots = await school.listSlots(
				freeSlotsForm({ date_to: '2026-08-31', returnAll: false, limit: 1 }),
			);

			expect(slots).toEqual([`${MONDAY} 10:00-11:00`]);
			// The two weeks end on 22 February. The next week is read as well, because its lessons may have been moved.
			// There is one request for each status of lessons.
			expect(school.readRequests('lesson/index')).toMatchObject([
				{ body: { date_to: '2026-03-01' } },
				{ body: { date_to: '2026-03-01' } },
				{ body: { date_to: '2026-03-01' } },
			]);
		});

		it('Get Free Slots reads until Date To when the first two weeks have fewer slots than the limit', async () => {
			// Each Monday has one slot.
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 11 });

			const slots = await school.listSlots(
				freeSlotsForm({ date_to: '2026-08-31', returnAll: false, limit: 4 }),
			);

			expect(slots).toEqual([
				`${MONDAY} 10:00-11:00`,
				'2026-02-16 10:00-11:00',
				'2026-02-23 10:00-11:00',
				'2026-03-02 10:00-11:00',
			]);
			// The week after Date To is read as well, because its lessons may have been moved.
			const lastRequest = school.readRequests('lesson/index').at(-1);
			expect(lastRequest?.body.date_to).toBe('2026-09-07');
		});

		it('Get Free Slots says that the limit was reached when only later weeks have more slots than the limit', async () => {
			// Each week has one slot, so the first two weeks have exactly as many slots as the limit.
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 11 });

			const { hints } = await school.run(
				freeSlotsForm({ date_to: '2026-08-31', returnAll: false, limit: 2 }),
				{ items: [{}, {}] },
			);

			expect(hints).toEqual([
				"'Limit' was reached, so there may be more: raise it, or switch on 'Return All': 2 slots came",
			]);
		});
	});

	describe('of all teachers of the branch', () => {
		it('Get Free Slots returns the slots of all teachers in the order of time', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 13 });
			school.addMondayHours(SIDOROVA, { fromHour: 10, untilHour: 12 });
			school.addLesson({ from: '11:00', to: '12:00', teacher_ids: [NOVIKOVA] });

			const slots = await school.listStartsAndTeachers(freeSlotsOfAllTeachersForm());

			expect(slots).toEqual([
				'10:00 Новикова Яна',
				'10:00 Сидорова Ева',
				'11:00 Сидорова Ева',
				'12:00 Новикова Яна',
			]);
		});

		it('Get Free Slots returns only the earliest slot of all teachers when Limit is 1', async () => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 13 });
			school.addMondayHours(SIDOROVA, { fromHour: 10, untilHour: 13 });

			const slots = await school.listStartsAndTeachers(
				freeSlotsOfAllTeachersForm({ returnAll: false, limit: 1 }),
			);

			expect(slots).toEqual(['10:00 Новикова Яна']);
		});

		it('Get Free Slots reads the lists of all teachers together, without a filter by teacher', async () => {
			await school.run(freeSlotsOfAllTeachersForm());

			expect([...school.calls].sort()).toEqual([
				'lesson/index',
				'lesson/index',
				'lesson/index',
				'regular-lesson/index',
				'teacher/index',
				'teacher/working-hour',
			]);
			const [{ body }] = school.readRequests('teacher/working-hour');
			expect(body).not.toHaveProperty('teacher_id');
		});

		it.each([
			{ reason: 'works in another branch', values: { branch_ids: [2] } },
			{ reason: 'has left the school', values: { branch_ids: [1], e_date: '2026-01-31' } },
		])('Get Free Slots leaves out a teacher who $reason', async ({ values }) => {
			const otherTeacher = school.addRecord('teacher', { name: 'Примеров Ян', ...values });
			school.addMondayHours(otherTeacher, { fromHour: 10, untilHour: 13 });

			const slots = await school.listStartsAndTeachers(freeSlotsOfAllTeachersForm());

			expect(slots).toEqual([]);
		});
	});

	describe('of all teachers of a subject', () => {
		beforeEach(() => {
			school.addMondayHours(NOVIKOVA, { fromHour: 10, untilHour: 11 });
			school.addMondayHours(SIDOROVA, { fromHour: 10, untilHour: 11 });
		});

		it('Get Free Slots returns the slots of a teacher who held a lesson of the subject in the last four weeks', async () => {
			school.addLesson({
				date: '2026-01-20',
				subject_id: SUBJECT.chess,
				teacher_ids: [SIDOROVA],
				status: LESSON_STATUS.held,
			});

			const slots = await school.listStartsAndTeachers(
				freeSlotsOfAllTeachersForm({ additionalFields: { subject_id: SUBJECT.chess } }),
			);

			expect(slots).toEqual(['10:00 Сидорова Ева']);
		});

		it('Get Free Slots returns the slots of a teacher who has a planned lesson of the subject in the requested days', async () => {
			school.addLesson({ date: WEDNESDAY, subject_id: SUBJECT.chess, teacher_ids: [SIDOROVA] });

			const slots = await school.listStartsAndTeachers(
				freeSlotsOfAllTeachersForm({ additionalFields: { subject_id: SUBJECT.chess } }),
			);

			expect(slots).toEqual(['10:00 Сидорова Ева']);
		});

		it('Get Free Slots returns the slots of a teacher who has a regular lesson of the subject', async () => {
			school.addRegularLesson({ subject_id: SUBJECT.drawing, teacher_ids: [NOVIKOVA] });

			const slots = await school.listStartsAndTeachers(
				freeSlotsOfAllTeachersForm({ additionalFields: { subject_id: SUBJECT.drawing } }),
			);

			expect(slots).toEqual(['10:00 Новикова Яна']);
		});

		it('Get Free Slots returns no slots when nobody has lessons of the subject', async () => {
			school.addLesson({ date: WEDNESDAY, subject_id: SUBJECT.chess, teacher_ids: [SIDOROVA] });

			const slots = await school.listStartsAndTeachers(
				freeSlotsOfAllTeachersForm({ additionalFields: { subject_id: SUBJECT.music } }),
			);

			expect(slots).toEqual([]);
		});
	});

	describe('with a wrong form', () => {
		it('Get Free Slots refuses a teacher whom AlfaCRM does not have', async () => {
			const unknownTeacher = 9_999;

			const { message } = await school.expectRefused(freeSlotsForm({ id: unknownTeacher }));

			expect(message).toBe('AlfaCRM has no teacher with ID 9999 in branch 1');
		});

		it('Get Free Slots refuses a room that AlfaCRM does not have', async () => {
			const unknownRoom = 9_999;

			const { message } = await school.expectRefused(
				freeSlotsForm({ additionalFields: { room_id: unknownRoom } }),
			);

			expect(message).toBe('AlfaCRM has no room with ID 9999 in branch 1');
		});

		it('Get Free Slots refuses a room of another branch', async () => {
			const ROOM_OF_BRANCH_2 = 2_002;
			school.addRecord('room', { id: ROOM_OF_BRANCH_2, name: 'Чужая', branch_id: 2 });

			const { message } = await school.expectRefused(
				freeSlotsForm({ additionalFields: { room_id: ROOM_OF_BRANCH_2 } }),
			);

			expect(message).toBe('AlfaCRM has no room with ID 2002 in branch 1');
		});

		it.each([
			{
				problem: 'a Date To before the Date From',
				parameters: { date_from: '2026-02-10', date_to: '2026-02-09' },
				message: "'Date To' must be between 'Date From' (2026-02-10) and a year later, but it is 2026-02-09",
			},
			{
				problem: 'a Date To more than a year after the Date From',
				parameters: { date_from: '2026-02-10', date_to: '2027-02-12' },
				message: "'Date To' must be between 'Date From' (2026-02-10) and a year later, but it is 2027-02-12",
			},
			{
				problem: 'a Duration of 0',
				parameters: { duration: 0 },
				message: '\'Duration\' must be a whole number of at least 5 and of at most 1440, but it is "0"',
			},
			{
				problem: 'a Step of 1 minute',
				parameters: { options: { step: 1 } },
				message: '\'Step\' must be a whole number of at least 5 and of at most 1440, but it is "1"',
			},
			{
				// If the node ignored the room, the slots would include times at which the room is taken.
				problem: 'an empty Room',
				parameters: { additionalFields: { room_id: '' } },
				message: "'Room' is set but came out empty",
			},
		])('Get Free Slots refuses $problem before it sends anything', async ({ parameters, message }) => {
			const error = await school.expectRefusedUnsent(freeSlotsForm(parameters));

			expect(error.message).toBe(message);
		});
	});
});

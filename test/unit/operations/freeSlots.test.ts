import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { Calendar } from '../../../nodes/AlfaCrm/store/calendar/calendar';
import { findFreeSlots } from '../../../nodes/AlfaCrm/store/calendar/slots';
import { LESSON_STATUS, WORKING_HOUR_WEEKDAY } from '../../support/codes';
import { depth, seed } from '../../support/depth';
import { findSlotsByTheMinute, readClock } from '../../support/slotsByTheMinute';
import type { Timetable } from '../../support/timetables';
import { timetables } from '../../support/timetables';
import type { Account } from './freeSlotAccounts';
import { accounts, formOfRequest, makeSchoolWithTimetable, readShownRows } from './freeSlotAccounts';
import {
	freeSlotsForm,
	freeSlotsOfAllTeachersForm,
	FreeSlotSchool,
	HALL,
	NOVIKOVA,
	NOW,
	SIDOROVA,
	SUBJECT,
} from './freeSlotSchool';
import { findFreeHours, mondayHours, mondayLesson, REGULAR_LESSON, regularLessonOnMondays } from './slotRows';

describe('findFreeSlots', () => {
	it('findFreeSlots finds in random timetables the same slots as a search minute by minute', () => {
		let slotCount = 0;
		const checkTimetable = ({ rows, request }: Timetable) => {
			const lessons = rows.lessons as IDataObject[];
			const regularLessons = rows.regularLessons as IDataObject[];
			const timetable = {
				workingHours: rows.workingHours as IDataObject[],
				calendar: new Calendar({ lessons, regularLessons }, request.zone),
			};

			const slots = findFreeSlots(timetable, {
				teacherId: request.teacher,
				roomId: request.room,
				branchId: request.branch,
				firstDay: request.firstDay,
				lastDay: request.lastDay,
				duration: request.duration,
				step: request.step,
				notBefore: request.now === undefined ? undefined : readClock(request.now, request.zone),
				zone: request.zone,
			});

			const slotTexts = slots.map(({ date, start, end }) => `${date} ${start}-${end}`);
			expect(slotTexts).toEqual(findSlotsByTheMinute(rows, request));
			slotCount += slots.length;
		};

		fc.assert(fc.property(timetables, checkTimetable), { seed, numRuns: depth.timetables });

		expect(slotCount).toBeGreaterThan(depth.timetables);
	}, 120_000);

	it.each([
		{ problem: 'a start without minutes', hours: { time_from: '9', time_to: '20:00' } },
		{ problem: 'no end', hours: { time_from: '15:00', time_to: null } },
		{ problem: 'an end before the start', hours: { time_from: '16:00', time_to: '14:00' } },
	])('findFreeSlots finds no slots in working hours with $problem', ({ hours }) => {
		const freeHours = findFreeHours({ workingHours: [mondayHours(hours)] });

		expect(freeHours).toEqual([]);
	});

	it('findFreeSlots finds a slot until midnight when the working hours end at 24:00', () => {
		const lateHours = mondayHours({ time_from: '23:00', time_to: '24:00' });

		const freeHours = findFreeHours({ workingHours: [lateHours] });

		expect(freeHours).toEqual(['2026-02-09 23:00-24:00']);
	});

	it('findFreeSlots finds no slots on the day on which the teacher leaves the school', () => {
		const freeHours = findFreeHours({}, { teacherLeavesOn: '2026-02-09' });

		expect(freeHours).toEqual([]);
	});

	it('findFreeSlots finds slots on the day before the teacher leaves the school', () => {
		const freeHours = findFreeHours({}, { teacherLeavesOn: '2026-02-10' });

		expect(freeHours).toEqual([
			'2026-02-09 10:00-11:00',
			'2026-02-09 11:00-12:00',
			'2026-02-09 12:00-13:00',
			'2026-02-09 13:00-14:00',
		]);
	});

	it('findFreeSlots lets a lesson replace its regular lesson when the ID of the regular lesson comes as a text', () => {
		const lesson = mondayLesson({
			time_from: '2026-02-09 10:00:00',
			time_to: '2026-02-09 11:00:00',
			regular_id: String(REGULAR_LESSON),
		});

		const freeHours = findFreeHours({ lessons: [lesson], regularLessons: [regularLessonOnMondays()] });

		expect(freeHours).toEqual(['2026-02-09 11:00-12:00', '2026-02-09 12:00-13:00', '2026-02-09 13:00-14:00']);
	});

	it('findFreeSlots takes a lesson for cancelled when its status comes as a text', () => {
		const lesson = mondayLesson({
			regular_id: REGULAR_LESSON,
			status: String(LESSON_STATUS.cancelled),
		});

		const freeHours = findFreeHours({ lessons: [lesson], regularLessons: [regularLessonOnMondays()] });

		expect(freeHours).toEqual([
			'2026-02-09 10:00-11:00',
			'2026-02-09 11:00-12:00',
			'2026-02-09 12:00-13:00',
			'2026-02-09 13:00-14:00',
		]);
	});

	it('findFreeSlots leaves out the time of a lesson when the ID of its teacher comes as a text', () => {
		const lesson = mondayLesson({ teacher_ids: [String(NOVIKOVA)] });

		const freeHours = findFreeHours({ lessons: [lesson] });

		expect(freeHours).toEqual(['2026-02-09 10:00-11:00', '2026-02-09 12:00-13:00', '2026-02-09 13:00-14:00']);
	});

	it('findFreeSlots leaves out the time of a lesson that shows no teachers', () => {
		const lesson = mondayLesson({ teacher_ids: null });

		const freeHours = findFreeHours({ lessons: [lesson] });

		expect(freeHours).toEqual(['2026-02-09 10:00-11:00', '2026-02-09 12:00-13:00', '2026-02-09 13:00-14:00']);
	});

	it('findFreeSlots ignores a regular lesson that shows no weekday', () => {
		const freeHours = findFreeHours({ regularLessons: [regularLessonOnMondays({ day: null })] });

		expect(freeHours).toEqual([
			'2026-02-09 10:00-11:00',
			'2026-02-09 11:00-12:00',
			'2026-02-09 12:00-13:00',
			'2026-02-09 13:00-14:00',
		]);
	});

	it('findFreeSlots leaves out the time of a regular lesson on Sundays when AlfaCRM shows Sunday as "0"', () => {
		const sundayHours = mondayHours({ weekday: WORKING_HOUR_WEEKDAY.sunday });
		const regularLesson = regularLessonOnMondays({ day: '0' });

		const freeHours = findFreeHours({ workingHours: [sundayHours], regularLessons: [regularLesson] });

		expect(freeHours).toEqual(['2026-02-15 10:00-11:00', '2026-02-15 11:00-12:00', '2026-02-15 13:00-14:00']);
	});

	it('findFreeSlots finds no slots on the day of a lesson that shows no times, because it may take place at any time', () => {
		const lesson = mondayLesson({ time_from: null, time_to: null });

		const freeHours = findFreeHours({ lessons: [lesson] });

		expect(freeHours).toEqual([]);
	});

	it.each([
		{ end: 'null', time_to: null },
		{ end: 'an empty text', time_to: '' },
		{ end: 'its start', time_to: '2026-02-09 11:00:00' },
	])('findFreeSlots finds no slots after the start of a lesson whose end is $end', ({ time_to }) => {
		const lesson = mondayLesson({ time_from: '2026-02-09 11:00:00', time_to });

		const freeHours = findFreeHours({ lessons: [lesson] });

		expect(freeHours).toEqual(['2026-02-09 10:00-11:00']);
	});
});

describe('Get Free Slots', () => {
	let school: FreeSlotSchool;

	beforeEach(() => {
		jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
		school = new FreeSlotSchool();
	});

	afterEach(() => {
		jest.useRealTimers();
	});

	it('Get Free Slots returns from random schools the same slots as a search minute by minute', async () => {
		let slotCount = 0;
		const checkSchool = async ({ rows, request }: Timetable, account: Account) => {
			const randomSchool = makeSchoolWithTimetable(rows, account);
			jest.setSystemTime(request.now ?? Date.parse('2025-01-01T00:00:00Z'));

			const { json } = await randomSchool.run(formOfRequest(request), { timezone: request.zone });

			const slotTexts = json.map(({ date, start, end }) => `${String(date)} ${String(start)}-${String(end)}`);
			const shownRows = readShownRows(randomSchool, account, request);
			expect(slotTexts).toEqual(findSlotsByTheMinute(shownRows, request));
			slotCount += slotTexts.length;
		};

		const property = fc.asyncProperty(timetables, accounts, checkSchool);
		await fc.assert(property, { seed, numRuns: depth.freeSlotsOfSchools });

		expect(slotCount).toBeGreaterThan(0);
	}, 300_000);

	describe('of one teacher', () => {
		it('Get Free Slots returns an item with all that a lesson needs', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '10:59' });

			const { json } = await school.run(freeSlotsForm({ additionalFields: { room_id: HALL } }), {
				timezone: 'Asia/Almaty',
			});

			expect(json).toEqual([
				{
					date: '2026-02-09',
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
			school.addMondayHours(NOVIKOVA, { lastMinute: '10:59' });

			const { json } = await school.run(freeSlotsForm());

			const schema = allSchemas()['teacher/getFreeSlots'];
			expect(Object.keys(json[0]).sort()).toEqual(Object.keys(schema.properties).sort());
		});

		it('Get Free Slots leaves out the time of a lesson of the teacher', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '12:59' });
			school.addLesson({ from: '11:00', to: '12:00', teacher_ids: [NOVIKOVA], room_id: null });

			const slots = await school.listSlots(freeSlotsForm());

			expect(slots).toEqual(['2026-02-09 10:00-11:00', '2026-02-09 12:00-13:00']);
		});

		it('Get Free Slots leaves out the time of a lesson of another teacher in the requested room', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '12:59' });
			school.addLesson({ from: '11:00', to: '12:00', teacher_ids: [SIDOROVA], room_id: HALL });

			const slots = await school.listSlots(freeSlotsForm({ additionalFields: { room_id: HALL } }));

			expect(slots).toEqual(['2026-02-09 10:00-11:00', '2026-02-09 12:00-13:00']);
		});

		it('Get Free Slots lets a slot begin every 30 minutes by default', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '11:59' });

			const slots = await school.listSlots(freeSlotsForm({ duration: 60 }));

			expect(slots).toEqual(['2026-02-09 10:00-11:00', '2026-02-09 10:30-11:30', '2026-02-09 11:00-12:00']);
		});

		it('Get Free Slots lets a slot begin at each step that the user has chosen', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '11:59' });

			const slots = await school.listSlots(freeSlotsForm({ duration: 60, options: { step: 15 } }));

			expect(slots).toEqual([
				'2026-02-09 10:00-11:00',
				'2026-02-09 10:15-11:15',
				'2026-02-09 10:30-11:30',
				'2026-02-09 10:45-11:45',
				'2026-02-09 11:00-12:00',
			]);
		});

		it('Get Free Slots returns nothing when the lesson is a minute longer than the working hours', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '12:59' });

			const slots = await school.listSlots(freeSlotsForm({ duration: 181 }));

			expect(slots).toEqual([]);
		});

		it.each([
			{ branch: 2, reason: 'is forbidden to the user' },
			{ branch: 77, reason: 'AlfaCRM does not have' },
		])(
			'Get Free Slots warns in a hint of branch $branch of the teacher, which $reason',
			async ({ branch }) => {
				school.addMondayHours(NOVIKOVA, { lastMinute: '10:59' });
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

		it('Get Free Slots fails when the list of lessons does not come whole', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '12:59' });
			school.onCall = (call, request) =>
				call === 'lesson/index' ? school.answerWithUnstableList(request) : undefined;

			const { message } = await school.expectRefused(freeSlotsForm());

			expect(message).toMatch(/did not come whole.*when the teacher is free/);
		});

		it('Get Free Slots returns nothing from the day on which the teacher leaves the school', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '10:59' });
			school.changeRecord('teacher', NOVIKOVA, { e_date: '2026-02-09' });

			const slots = await school.listSlots(freeSlotsForm());

			expect(slots).toEqual([]);
		});

		it('Get Free Slots returns the slots of the day before the teacher leaves the school', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '10:59' });
			school.changeRecord('teacher', NOVIKOVA, { e_date: '2026-02-10' });

			const slots = await school.listSlots(freeSlotsForm());

			expect(slots).toEqual(['2026-02-09 10:00-11:00']);
		});

		it('Get Free Slots reads the working hours, the lessons of each status and the regular lessons once', async () => {
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
			await school.run(freeSlotsForm({ date_from: '2026-02-09', date_to: '2026-02-15' }));

			const [{ body }] = school.readRequests('lesson/index');
			expect(body).toMatchObject({
				teacher_id: NOVIKOVA,
				date_from: '2026-02-02',
				date_to: '2026-02-22',
			});
		});
	});

	describe('that have begun', () => {
		const HALF_PAST_EIGHT_IN_MOSCOW = new Date('2026-02-09T05:30:00Z');

		it.each([
			{
				zone: 'Europe/Moscow',
				time: '08:30',
				slots: ['2026-02-09 10:00-11:00', '2026-02-09 10:30-11:30', '2026-02-09 11:00-12:00'],
			},
			{
				zone: 'Asia/Tashkent',
				time: '10:30',
				slots: ['2026-02-09 10:30-11:30', '2026-02-09 11:00-12:00'],
			},
			{ zone: 'Asia/Vladivostok', time: '15:30', slots: [] },
		])(
			'Get Free Slots leaves out the slots before $time, the time in the zone $zone of the workflow',
			async ({ zone, slots }) => {
				school.addMondayHours(NOVIKOVA, { lastMinute: '11:59' });
				jest.setSystemTime(HALF_PAST_EIGHT_IN_MOSCOW);

				const foundSlots = await school.listSlots(freeSlotsForm(), { timezone: zone });

				expect(foundSlots).toEqual(slots);
			},
		);

		it('Get Free Slots returns slots that have begun when Include Past Slots is on', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '10:59' });
			jest.setSystemTime(HALF_PAST_EIGHT_IN_MOSCOW);

			const slots = await school.listSlots(freeSlotsForm({ options: { past: true } }), {
				timezone: 'Asia/Vladivostok',
			});

			expect(slots).toEqual(['2026-02-09 10:00-11:00']);
		});
	});

	describe('up to a limit', () => {
		it('Get Free Slots returns as many slots as the limit allows, the earliest first', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '12:59' });

			const slots = await school.listSlots(freeSlotsForm({ returnAll: false, limit: 2 }));

			expect(slots).toEqual(['2026-02-09 10:00-11:00', '2026-02-09 10:30-11:30']);
		});

		it('Get Free Slots says once for several items that the limit was reached', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '12:59' });

			const { hints } = await school.run(freeSlotsForm({ returnAll: false, limit: 2 }), {
				items: [{}, {}],
			});

			expect(hints).toEqual([
				"'Limit' was reached, so there may be more: raise it, or switch on 'Return All': 2 slots came",
			]);
		});

		it('Get Free Slots gives no hint when there are exactly as many slots as the limit allows', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '10:59' });

			const { json, hints } = await school.run(freeSlotsForm({ returnAll: false, limit: 1 }), {
				items: [{}, {}],
			});

			expect(json).toMatchObject([{ start: '10:00' }, { start: '10:00' }]);
			expect(hints).toEqual([]);
		});

		it('Get Free Slots gives no hint for a single item, because n8n itself says that the limit was reached', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '12:59' });

			const { hints } = await school.run(freeSlotsForm({ returnAll: false, limit: 2 }), {
				items: [{}],
			});

			expect(hints).toEqual([]);
		});

		it('Get Free Slots reads only two weeks and the week after them when they have more slots than the limit', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '10:59' });

			const slots = await school.listSlots(
				freeSlotsForm({ date_to: '2026-08-31', returnAll: false, limit: 1 }),
			);

			expect(slots).toEqual(['2026-02-09 10:00-11:00']);
			// One request for each status of lessons.
			expect(school.readRequests('lesson/index').map(({ body }) => body.date_to)).toEqual([
				'2026-03-01',
				'2026-03-01',
				'2026-03-01',
			]);
		});

		it('Get Free Slots reads all days when the first two weeks have fewer slots than the limit', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '10:59' });

			const slots = await school.listSlots(
				freeSlotsForm({ date_to: '2026-08-31', returnAll: false, limit: 4 }),
			);

			expect(slots).toEqual([
				'2026-02-09 10:00-11:00',
				'2026-02-16 10:00-11:00',
				'2026-02-23 10:00-11:00',
				'2026-03-02 10:00-11:00',
			]);
			expect(school.readRequests('lesson/index').at(-1)?.body.date_to).toBe('2026-09-07');
		});

		it('Get Free Slots says that the limit was reached when the first two weeks have exactly as many slots and later weeks have more', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '10:59' });

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
			school.addMondayHours(NOVIKOVA, { lastMinute: '12:59' });
			school.addMondayHours(SIDOROVA, { lastMinute: '11:59' });
			school.addLesson({ from: '11:00', to: '12:00', teacher_ids: [NOVIKOVA] });

			const slots = await school.listStartsAndTeachers(freeSlotsOfAllTeachersForm());

			expect(slots).toEqual([
				'10:00 Новикова Яна',
				'10:00 Сидорова Ева',
				'11:00 Сидорова Ева',
				'12:00 Новикова Яна',
			]);
		});

		it('Get Free Slots returns the first slots of all teachers up to the limit', async () => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '12:59' });
			school.addMondayHours(SIDOROVA, { lastMinute: '12:59' });

			const slots = await school.listStartsAndTeachers(
				freeSlotsOfAllTeachersForm({ returnAll: false, limit: 1 }),
			);

			expect(slots).toEqual(['10:00 Новикова Яна']);
		});

		it('Get Free Slots reads each list once for all teachers, without a filter by teacher', async () => {
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
			{ teacher: 'works in another branch', values: { branch_ids: [2] } },
			{ teacher: 'has left the school', values: { branch_ids: [1], e_date: '2026-01-31' } },
		])('Get Free Slots leaves out a teacher who $teacher', async ({ values }) => {
			const otherTeacher = school.addRecord('teacher', { name: 'Примеров Ян', ...values });
			school.addMondayHours(otherTeacher, { lastMinute: '12:59' });

			const slots = await school.listStartsAndTeachers(freeSlotsOfAllTeachersForm());

			expect(slots).toEqual([]);
		});
	});

	describe('of all teachers of a subject', () => {
		beforeEach(() => {
			school.addMondayHours(NOVIKOVA, { lastMinute: '10:59' });
			school.addMondayHours(SIDOROVA, { lastMinute: '10:59' });
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
			school.addLesson({ date: '2026-02-11', subject_id: SUBJECT.chess, teacher_ids: [SIDOROVA] });

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

		it('Get Free Slots returns nothing when nobody has lessons of the subject', async () => {
			school.addLesson({ date: '2026-02-11', subject_id: SUBJECT.chess, teacher_ids: [SIDOROVA] });

			const slots = await school.listStartsAndTeachers(
				freeSlotsOfAllTeachersForm({ additionalFields: { subject_id: SUBJECT.music } }),
			);

			expect(slots).toEqual([]);
		});
	});

	describe('with a wrong form', () => {
		it('Get Free Slots refuses a teacher whom AlfaCRM does not have', async () => {
			const { message } = await school.expectRefused(freeSlotsForm({ id: 9_999 }));

			expect(message).toBe('AlfaCRM has no teacher with ID 9999 in branch 1');
		});

		it('Get Free Slots refuses a room that AlfaCRM does not have', async () => {
			const { message } = await school.expectRefused(freeSlotsForm({ additionalFields: { room_id: 9_999 } }));

			expect(message).toBe('AlfaCRM has no room with ID 9999 in branch 1');
		});

		it('Get Free Slots refuses a room of another branch', async () => {
			school.addRecord('room', { id: 2_002, name: 'Чужая', branch_id: 2 });

			const { message } = await school.expectRefused(freeSlotsForm({ additionalFields: { room_id: 2_002 } }));

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
				// Without the room, the slots would include times at which it is taken.
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

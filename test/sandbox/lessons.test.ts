import type { JsonObject } from '../../sandbox';
import { ATTENDANCE, LESSON_STATUS, LOG_EVENT } from '../support/codes';
import {
	BUSY_ROOM,
	LESSON_TYPE,
	lessonForm,
	LessonSchool,
	regularLessonForm,
	TEACHER,
	TEACHER_OF_BRANCH_2,
} from './lessonSchool';
import { toIds, yiiError } from './support';

const school = new LessonSchool();

beforeAll(async () => {
	await school.open({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 2 });
});

beforeEach(() => {
	school.removeAllRecords('lesson');
	school.removeAllRecords('regular-lesson');
});

afterEach(async () => {
	await school.restore();
});

afterAll(async () => {
	await school.close();
});

describe('lesson/index', () => {
	const PLANNED = 101;
	const CANCELLED = 102;
	const HELD = 103;

	const ROOM_OF_LOCATION_1 = 1;
	const ROOM_OF_LOCATION_3 = 4;

	/** Adds a lesson of each status. */
	function addLessonOfEachStatus(): void {
		school.addLesson({ id: PLANNED, status: LESSON_STATUS.planned });
		school.addLesson({ id: CANCELLED, status: LESSON_STATUS.cancelled });
		school.addLesson({ id: HELD, status: LESSON_STATUS.held });
	}

	it('lesson/index lists the held lessons when no status is asked for', async () => {
		addLessonOfEachStatus();

		expect(await school.listIds('lesson/index')).toEqual([HELD]);
	});

	it.each([
		{ name: 'planned', status: LESSON_STATUS.planned, lesson: PLANNED },
		{ name: 'cancelled', status: LESSON_STATUS.cancelled, lesson: CANCELLED },
		{ name: 'held', status: LESSON_STATUS.held, lesson: HELD },
	])(
		'lesson/index lists only the $name lessons when their status is asked for',
		async ({ status, lesson }) => {
			addLessonOfEachStatus();

			expect(await school.listIds('lesson/index', { status })).toEqual([lesson]);
		},
	);

	it.each([{ status: null }, { status: 'planned' }])(
		'lesson/index lists the held lessons when the status $status is asked for',
		async ({ status }) => {
			addLessonOfEachStatus();

			expect(await school.listIds('lesson/index', { status })).toEqual([HELD]);
		},
	);

	it('lesson/index does not find a planned lesson by its ID alone', async () => {
		addLessonOfEachStatus();

		expect(await school.listIds('lesson/index', { id: PLANNED })).toEqual([]);
	});

	it('lesson/index finds a planned lesson by its ID and its status', async () => {
		addLessonOfEachStatus();

		const ids = await school.listIds('lesson/index', { id: PLANNED, status: LESSON_STATUS.planned });

		expect(ids).toEqual([PLANNED]);
	});

	it('lesson/index lists only the lessons of the branch in the path', async () => {
		school.addLesson({ branch_id: 1 });
		const lesson = school.addLesson({ branch_id: 2 });

		expect(await school.listIds('2/lesson/index')).toEqual([lesson]);
	});

	it('lesson/index lists the latest lesson first', async () => {
		const tuesdayLesson = school.addLessonOn('2026-02-03');
		const thursdayLesson = school.addLessonOn('2026-02-05');
		const mondayLesson = school.addLessonOn('2026-02-02');

		const { ids } = await school.call('lesson/index');

		expect(ids).toEqual([thursdayLesson, tuesdayLesson, mondayLesson]);
	});

	it.each<{ name: string; filter: JsonObject; match: JsonObject; other: JsonObject }>([
		{
			name: 'teacher',
			filter: { teacher_id: 1 },
			match: { teacher_ids: [2, 1] },
			other: { teacher_ids: [2] },
		},
		{
			name: 'customer',
			filter: { customer_id: 1 },
			match: { customer_ids: [2, 1] },
			other: { customer_ids: [2] },
		},
		{ name: 'group', filter: { group_id: 1 }, match: { group_ids: [2, 1] }, other: { group_ids: [2] } },
		{ name: 'subject', filter: { subject_id: 2 }, match: { subject_id: 2 }, other: { subject_id: 1 } },
		{
			name: 'lesson type',
			filter: { lesson_type_id: LESSON_TYPE.trial },
			match: { lesson_type_id: LESSON_TYPE.trial },
			other: { lesson_type_id: LESSON_TYPE.group },
		},
		{
			name: 'the first of two rooms',
			filter: { room_ids: [1, 4] },
			match: { room_id: 1 },
			other: { room_id: 2 },
		},
		{
			name: 'the second of two rooms',
			filter: { room_ids: [1, 4] },
			match: { room_id: 4 },
			other: { room_id: 2 },
		},
		{
			name: 'the location of its room',
			filter: { location_ids: [3] },
			match: { room_id: ROOM_OF_LOCATION_3 },
			other: { room_id: ROOM_OF_LOCATION_1 },
		},
		{
			name: 'the first day of its last change',
			filter: { updated_at_from: '05.02.2026' },
			match: { updated_at: '2026-02-05 00:00:00' },
			other: { updated_at: '2026-02-04 23:59:59' },
		},
		{
			name: 'the last day of its last change',
			filter: { updated_at_to: '05.02.2026' },
			match: { updated_at: '2026-02-05 23:59:59' },
			other: { updated_at: '2026-02-06 00:00:00' },
		},
	])('lesson/index finds a lesson by $name', async ({ filter, match, other }) => {
		const lesson = school.addLesson(match);
		school.addLesson(other);

		expect(await school.listIds('lesson/index', filter)).toEqual([lesson]);
	});

	it('lesson/index finds the lessons in every room of a location', async () => {
		const lesson = school.addLesson({ room_id: 4 });
		const otherLesson = school.addLesson({ room_id: 5 });

		expect(await school.listIds('lesson/index', { location_ids: [3] })).toEqual([lesson, otherLesson]);
	});

	it('lesson/index ignores filters that are nested', async () => {
		addLessonOfEachStatus();

		const ids = await school.listIds('lesson/index', { filters: { status: LESSON_STATUS.planned } });

		expect(ids).toEqual([HELD]);
	});

	it('lesson/index filters by days that are written as 2026-02-03', async () => {
		school.addLessonOn('2026-02-02');
		const lesson = school.addLessonOn('2026-02-03');
		school.addLessonOn('2026-02-04');

		const filter = { date_from: '2026-02-03', date_to: '2026-02-03' };

		expect(await school.listIds('lesson/index', filter)).toEqual([lesson]);
	});

	it('lesson/index ignores days that are written as 03.02.2026', async () => {
		const lesson = school.addLessonOn('2026-02-03');
		const laterLesson = school.addLessonOn('2026-02-04');

		const filter = { date_from: '03.02.2026', date_to: '03.02.2026' };

		expect(await school.listIds('lesson/index', filter)).toEqual([lesson, laterLesson]);
	});

	it.each([{ day: '03.02.2026' }, { day: '2026-02-03' }])(
		'lesson/index filters by the day $day when the account reads both ways of writing',
		async ({ day }) => {
			school.changeSettings({
				dateFormats: { 'lesson.date_from': 'either', 'lesson.date_to': 'either' },
			});
			school.addLessonOn('2026-02-02');
			const lesson = school.addLessonOn('2026-02-03');
			school.addLessonOn('2026-02-04');

			const filter = { date_from: day, date_to: day };

			expect(await school.listIds('lesson/index', filter)).toEqual([lesson]);
		},
	);

	it('lesson/index shows the attendance of a held lesson', async () => {
		const lesson = school.addLesson({ customer_ids: [1] });
		school.addRecord('lesson-details', {
			id: 901,
			lesson_id: lesson,
			customer_id: 1,
			branch_id: 1,
			is_attend: ATTENDANCE.attended,
			commission: '800.00',
			ctt_id: 7,
			grade: 5,
			bonus: 10,
		});

		const { items } = await school.call('lesson/index');

		expect(items).toMatchObject([{ id: lesson }]);
		expect(items[0]?.details).toEqual([
			{
				id: 901,
				customer_id: 1,
				branch_id: 1,
				is_attend: ATTENDANCE.attended,
				reason_id: null,
				commission: '800.00',
				ctt_id: 7,
				grade: 5,
				homework_grade_id: null,
				bonus: 10,
				note: null,
			},
		]);
	});
});

describe('lesson/create', () => {
	it('lesson/create stores the lesson with its day and times', async () => {
		const lesson = await school.createLesson({ teacher_ids: [TEACHER], group_ids: [1] });

		expect(lesson).toMatchObject({
			branch_id: 1,
			status: LESSON_STATUS.planned,
			date: '2026-03-05',
			time_from: '2026-03-05 10:00:00',
			time_to: '2026-03-05 11:00:00',
			teacher_ids: [TEACHER],
			group_ids: [1],
			customer_ids: [],
			created_at: '2026-02-10 12:00:00',
		});
	});

	it('lesson/create takes a duration in place of the end', async () => {
		const lesson = await school.createLesson({ time_to: null, duration: 90 });

		expect(lesson).toMatchObject({ time_to: '2026-03-05 11:30:00' });
	});

	it.each([{ input: 'duration' }, { input: 'lesson_date' }])(
		'lesson/create does not return $input, which is no field of a lesson',
		async ({ input }) => {
			const lesson = await school.createLesson({ time_to: null, duration: 90 });

			expect(lesson).not.toHaveProperty(input);
		},
	);

	it.each<{ problem: string; values: JsonObject; errors: JsonObject }>([
		{
			problem: 'has no subject',
			values: { subject_id: null },
			errors: { subject_id: ['Необходимо заполнить «Предмет».'] },
		},
		{
			problem: 'has no end',
			values: { time_to: null },
			errors: { time_to: ['Необходимо заполнить «Время окончания».'] },
		},
		{
			problem: 'ends before it begins',
			values: { time_to: '09:00' },
			errors: { time_to: ['Время окончания должно быть позже времени начала.'] },
		},
		{
			problem: 'ends when it begins',
			values: { time_to: '10:00' },
			errors: { time_to: ['Время окончания должно быть позже времени начала.'] },
		},
		{
			problem: 'goes on after midnight',
			values: { time_to: null, time_from: '23:30', duration: 60 },
			errors: { duration: ['Неверный формат значения «Длительность».'] },
		},
		{
			problem: 'is a trial lesson with a group',
			values: { lesson_type_id: LESSON_TYPE.trial, group_ids: [1] },
			errors: { group_ids: ['В пробный урок нельзя добавить группу.'] },
		},
		{
			problem: 'has a teacher of another branch',
			values: { teacher_ids: [TEACHER_OF_BRANCH_2] },
			errors: { teacher_ids: ['Педагог не работает в этом филиале.'] },
		},
		{
			problem: 'has an unknown status',
			values: { status: 4 },
			errors: { status: ['Неверный формат значения «Статус».'] },
		},
	])('lesson/create refuses a lesson that $problem', async ({ values, errors }) => {
		expect(await school.expectRefused('1/lesson/create', lessonForm(values))).toEqual(errors);
	});

	it('lesson/create accepts a trial lesson without a group', async () => {
		const lesson = await school.createLesson({
			lesson_type_id: LESSON_TYPE.trial,
			customer_ids: [1],
		});

		expect(lesson).toMatchObject({ lesson_type_id: LESSON_TYPE.trial, customer_ids: [1] });
	});

	it('lesson/create accepts a teacher of the branch of the lesson', async () => {
		const form = lessonForm({ teacher_ids: [TEACHER_OF_BRANCH_2], room_id: 4 });

		const lesson = await school.save('2/lesson/create', form);

		expect(lesson).toMatchObject({ branch_id: 2, teacher_ids: [TEACHER_OF_BRANCH_2] });
	});

	it.each([
		{ from: '10:59', to: '12:00' },
		{ from: '09:30', to: '10:01' },
		{ from: '10:00', to: '11:00' },
	])(
		'lesson/create refuses a lesson from $from to $to when its room is taken from 10:00 to 11:00',
		async ({ from, to }) => {
			await school.createLesson({ time_from: '10:00', time_to: '11:00' });

			const form = lessonForm({ time_from: from, time_to: to });

			expect(await school.expectRefused('1/lesson/create', form)).toEqual(BUSY_ROOM);
		},
	);

	it('lesson/create accepts a lesson that begins when another one ends in the same room', async () => {
		await school.createLesson({ time_from: '10:00', time_to: '11:00' });

		const lesson = await school.createLesson({ time_from: '11:00', time_to: '12:00' });

		expect(lesson).toMatchObject({ room_id: 1, time_from: '2026-03-05 11:00:00' });
	});

	it.each([
		{ place: 'another room', room: 2 },
		{ place: 'no room', room: null },
	])('lesson/create accepts $place at the time of a lesson in room 1', async ({ room }) => {
		await school.createLesson({ room_id: 1 });

		expect(await school.createLesson({ room_id: room })).toMatchObject({ room_id: room });
	});

	it('lesson/create accepts the room and the time of a cancelled lesson', async () => {
		const cancelledLesson = await school.createLesson();
		await school.updateLesson(cancelledLesson, { status: LESSON_STATUS.cancelled });

		expect(await school.createLesson()).toMatchObject({ room_id: 1 });
	});
});

describe('lesson/update', () => {
	it('lesson/update moves a lesson to another day at the same time', async () => {
		const lesson = await school.createLesson({
			lesson_date: '05.03.2026',
			time_from: '10:00',
			time_to: '11:00',
		});

		expect(await school.updateLesson(lesson, { lesson_date: '06.03.2026' })).toMatchObject({
			date: '2026-03-06',
			time_from: '2026-03-06 10:00:00',
			time_to: '2026-03-06 11:00:00',
		});
	});

	it('lesson/update moves a lesson to another time on the same day', async () => {
		const lesson = await school.createLesson({ lesson_date: '05.03.2026' });

		const times = { time_from: '12:00:00', time_to: '12:45:00' };

		expect(await school.updateLesson(lesson, times)).toMatchObject({
			date: '2026-03-05',
			time_from: '2026-03-05 12:00:00',
			time_to: '2026-03-05 12:45:00',
		});
	});

	it('lesson/update moves the end of a lesson when the duration changes', async () => {
		const lesson = await school.createLesson({ time_from: '10:00', time_to: '11:00' });

		expect(await school.updateLesson(lesson, { duration: 120 })).toMatchObject({
			date: '2026-03-05',
			time_from: '2026-03-05 10:00:00',
			time_to: '2026-03-05 12:00:00',
		});
	});

	it('lesson/update refuses a start that is later than the stored end', async () => {
		const lesson = await school.createLesson({ time_to: '11:00' });

		expect(await school.expectUpdateRefused(lesson, { time_from: '15:00' })).toEqual({
			time_to: ['Время окончания должно быть позже времени начала.'],
		});
	});

	it('lesson/update refuses to restore a cancelled lesson whose room is taken by now', async () => {
		const cancelledLesson = await school.createLesson();
		await school.updateLesson(cancelledLesson, { status: LESSON_STATUS.cancelled });
		await school.createLesson();

		const errors = await school.expectUpdateRefused(cancelledLesson, { status: LESSON_STATUS.planned });

		expect(errors).toEqual(BUSY_ROOM);
	});

	it('lesson/update keeps the fields that the body does not name', async () => {
		const lesson = await school.createLesson({
			teacher_ids: [TEACHER],
			customer_ids: [1, 2],
			group_ids: [1],
			topic: 'Циклы',
		});

		const updatedLesson = await school.updateLesson(lesson, { homework: 'Да' });

		expect(updatedLesson).toEqual({ ...lesson, homework: 'Да' });
	});

	it('lesson/update replaces a list of IDs as a whole', async () => {
		const lesson = await school.createLesson({ customer_ids: [1, 2] });

		const updatedLesson = await school.updateLesson(lesson, { customer_ids: [1] });

		expect(updatedLesson.customer_ids).toEqual([1]);
	});

	it('lesson/update empties the fields that the body does not name when the account blanks them', async () => {
		school.changeSettings({ lessonUpdate: 'blanks' });
		const lesson = await school.createLesson({
			teacher_ids: [TEACHER],
			customer_ids: [1, 2],
			group_ids: [1],
			topic: 'Циклы',
			note: 'Взять ноутбук',
		});

		expect(await school.updateLesson(lesson, { homework: 'Да' })).toEqual({
			...lesson,
			homework: 'Да',
			teacher_ids: [],
			customer_ids: [],
			group_ids: [],
			topic: null,
			note: null,
			room_id: null,
			time_from: null,
			time_to: null,
		});
	});
});

describe('lesson/update of an account that refuses partial updates', () => {
	beforeEach(() => {
		school.changeSettings({ lessonUpdate: 'refuses400' });
	});

	it('lesson/update answers HTTP 400 and names the missing parameters when the account refuses partial updates', async () => {
		const lesson = await school.createLesson();

		const path = `1/lesson/update?id=${String(lesson.id)}`;
		const { json } = await school.call(path, { homework: 'Да', time_from: '10:00' });

		expect(json).toEqual({
			...yiiError(400, 'Bad Request'),
			message: 'Отсутствуют обязательные параметры: lesson_date, time_to, lesson_type_id, subject_id',
		});
		expect(school.readRecord('lesson', lesson.id)).toMatchObject({ homework: null });
	});

	it('lesson/update accepts all fields of the form when the account refuses partial updates', async () => {
		const lesson = await school.createLesson();

		const updatedLesson = await school.updateLesson(lesson, lessonForm({ homework: 'Да' }));

		expect(updatedLesson).toMatchObject({ homework: 'Да' });
	});

	it('lesson/update accepts a lesson as an answer shows it when the account refuses partial updates', async () => {
		const lesson = await school.createLesson();

		const updatedLesson = await school.updateLesson(lesson, { ...lesson, homework: 'Да' });

		expect(updatedLesson).toEqual({ ...lesson, homework: 'Да' });
	});

	it('lesson/teach accepts the status alone when the account refuses partial updates', async () => {
		const lesson = await school.createLesson();

		const heldLesson = await school.teachLesson(lesson, { status: LESSON_STATUS.held });

		expect(heldLesson).toEqual({ ...lesson, status: LESSON_STATUS.held });
	});
});

describe('lesson/teach', () => {
	const attendanceForm: JsonObject = {
		status: LESSON_STATUS.held,
		branch_id: 1,
		topic: 'Циклы',
		time_to: '11:30',
		details: [
			{ customer_id: 1, is_attend: ATTENDANCE.attended, grade: 5, bonus: 10 },
			{ customer_id: 2, is_attend: ATTENDANCE.missed, reason_id: 2, note: 'Болеет' },
		],
	};

	it('lesson/teach holds the lesson and notes the attendance of each customer', async () => {
		const lesson = await school.createLesson({ customer_ids: [1] });

		expect(await school.teachLesson(lesson, attendanceForm)).toMatchObject({
			status: LESSON_STATUS.held,
			topic: 'Циклы',
			time_to: '2026-03-05 11:30:00',
			customer_ids: [1, 2],
			details: [
				{ customer_id: 1, is_attend: ATTENDANCE.attended, grade: 5, bonus: 10, branch_id: 1 },
				{
					customer_id: 2,
					is_attend: ATTENDANCE.missed,
					reason_id: 2,
					note: 'Болеет',
					branch_id: 1,
				},
			],
		});
	});

	it('lesson/teach returns the lesson as the list shows it', async () => {
		const lesson = await school.createLesson({ customer_ids: [1] });

		const heldLesson = await school.teachLesson(lesson, attendanceForm);

		const { items } = await school.call('lesson/index', { id: Number(lesson.id) });
		expect(items).toEqual([heldLesson]);
	});

	it('lesson/teach logs an entry for each attendance and one for the lesson', async () => {
		school.setClock('2026-02-11 12:00:00');
		const lesson = await school.createLesson({ customer_ids: [1] });

		await school.teachLesson(lesson, attendanceForm);

		const { items } = await school.call('log/index', { date_from: '11.02.2026' });
		expect(items).toMatchObject([
			{ entity: 'Lesson', event: LOG_EVENT.updated },
			{ entity: 'LessonDetails', event: LOG_EVENT.created },
			{ entity: 'LessonDetails', event: LOG_EVENT.created },
			{ entity: 'Lesson', event: LOG_EVENT.created },
		]);
	});

	it('lesson/teach changes the attendance of one customer of a lesson that was held before', async () => {
		const lesson = await school.createLesson({ customer_ids: [1] });
		await school.teachLesson(lesson, attendanceForm);

		const { details } = await school.teachLesson(lesson, {
			status: LESSON_STATUS.held,
			details: [{ customer_id: 1, is_attend: ATTENDANCE.missed }],
		});

		expect(details).toHaveLength(2);
		expect(details).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ customer_id: 1, is_attend: ATTENDANCE.missed, grade: 5, bonus: 10 }),
				expect.objectContaining({ customer_id: 2, is_attend: ATTENDANCE.missed, reason_id: 2 }),
			]),
		);
	});

	it.each<{ problem: string; body: JsonObject; field: string }>([
		{ problem: 'a status other than held', body: { status: LESSON_STATUS.planned }, field: 'status' },
		{
			problem: 'an attendance of an unknown customer',
			body: { details: [{ customer_id: 9999 }] },
			field: 'details',
		},
		{
			problem: 'an attendance that is neither yes nor no',
			body: { details: [{ customer_id: 1, is_attend: 'yes' }] },
			field: 'details',
		},
		{ problem: 'an end before the start', body: { time_to: '09:00' }, field: 'time_to' },
	])('lesson/teach refuses $problem and names $field', async ({ body, field }) => {
		const lesson = await school.createLesson();

		const errors = await school.expectRefused(`1/lesson/teach?id=${String(lesson.id)}`, body);

		expect(errors).toEqual({ [field]: [expect.any(String)] });
	});
});

describe('calendar', () => {
	it.each<{ calendar: string; attendees: JsonObject }>([
		{ calendar: 'calendar/customer?id=1', attendees: { customer_ids: [2, 1] } },
		{ calendar: 'calendar/teacher?id=1', attendees: { teacher_ids: [2, 1] } },
		{ calendar: 'calendar/group?id=1', attendees: { group_ids: [2, 1] } },
	])('$calendar shows the lessons of every status, the earliest first', async ({ calendar, attendees }) => {
		const heldLesson = school.addLessonOn('2026-02-03', attendees);
		const plannedLesson = school.addLessonOn('2026-02-12', { ...attendees, status: LESSON_STATUS.planned });
		const cancelledLesson = school.addLessonOn('2026-02-02', {
			...attendees,
			status: LESSON_STATUS.cancelled,
		});

		const events = await school.readCalendar(`${calendar}&date1=2026-02-02&date2=2026-02-20`);

		expect(toIds(events)).toEqual([cancelledLesson, heldLesson, plannedLesson]);
	});

	it.each<{ calendar: string; attendees: JsonObject }>([
		{ calendar: 'calendar/customer?id=1', attendees: { customer_ids: [2] } },
		{ calendar: 'calendar/teacher?id=1', attendees: { teacher_ids: [2] } },
		{ calendar: 'calendar/group?id=1', attendees: { group_ids: [2] } },
	])('$calendar leaves out a lesson of others', async ({ calendar, attendees }) => {
		school.addLessonOn('2026-02-03', attendees);

		expect(await school.readCalendar(`${calendar}&date1=2026-02-02&date2=2026-02-20`)).toEqual([]);
	});

	it.each([
		{ date1: '02.02.2026', date2: '20.02.2026' },
		{ date1: '2026-02-02', date2: '2026-02-20' },
	])('the calendar shows the lessons from $date1 to $date2, both days included', async ({ date1, date2 }) => {
		school.addLessonOn('2026-02-01', { teacher_ids: [TEACHER] });
		const lessonOnFirstDay = school.addLessonOn('2026-02-02', { teacher_ids: [TEACHER] });
		const lessonOnLastDay = school.addLessonOn('2026-02-20', { teacher_ids: [TEACHER] });
		school.addLessonOn('2026-02-21', { teacher_ids: [TEACHER] });

		const path = `calendar/teacher?id=${TEACHER}&date1=${date1}&date2=${date2}`;

		expect(toIds(await school.readCalendar(path))).toEqual([lessonOnFirstDay, lessonOnLastDay]);
	});

	it('the calendar shows the branch, type, status, times and subject of a lesson', async () => {
		const lesson = school.addLesson({ teacher_ids: [TEACHER] });

		const path = `1/calendar/teacher?id=${TEACHER}&date1=01.01.2026&date2=01.03.2026`;

		expect(await school.readCalendar(path)).toEqual([
			{
				id: lesson,
				branch_id: 1,
				type: LESSON_TYPE.group,
				status: LESSON_STATUS.held,
				start: '2026-02-03 10:00:00',
				end: '2026-02-03 11:00:00',
				title: 'Робототехника',
			},
		]);
	});

	it('the calendar answers HTTP 400 when a date cannot be read', async () => {
		const path = `1/calendar/teacher?id=${TEACHER}&date1=01.01.2026&date2=soon`;

		expect((await school.call(path)).status).toBe(400);
	});
});

describe('regular-lesson/create', () => {
	it('regular-lesson/create makes a record for each day of the week', async () => {
		const form = regularLessonForm({ days: [2, 4], teacher_ids: [TEACHER] });

		const regularLesson = await school.save('1/regular-lesson/create', form);

		expect(school.readRecords('regular-lesson')).toMatchObject([
			{ id: regularLesson.id, day: 2, teacher_ids: [TEACHER] },
			{ id: Number(regularLesson.id) + 1, day: 4, teacher_ids: [TEACHER] },
		]);
	});

	it.each<{ problem: string; values: JsonObject; field: string }>([
		{ problem: 'day 8 of the week', values: { days: [8] }, field: 'days' },
		{
			problem: 'a teacher of another branch',
			values: { teacher_ids: [TEACHER_OF_BRANCH_2] },
			field: 'teacher_ids',
		},
		{ problem: 'a lead as the attendee', values: { related_class: 'Lead' }, field: 'related_class' },
		{
			problem: 'an end before the start',
			values: { time_from_v: '18:00', time_to_v: '17:00' },
			field: 'time_to_v',
		},
	])('regular-lesson/create refuses $problem and names $field', async ({ values, field }) => {
		const errors = await school.expectRefused('1/regular-lesson/create', regularLessonForm(values));

		expect(errors).toEqual({ [field]: [expect.any(String)] });
	});
});

describe('regular-lesson/index', () => {
	/** Adds a regular lesson of branch 1 that takes place from 2025 to 2035. */
	function addRegularLesson(values: Record<string, number | number[]>): number {
		return school.addRecord('regular-lesson', {
			branch_id: 1,
			b_date: '2025-09-01',
			e_date: '2035-05-31',
			...values,
		});
	}

	it('regular-lesson/index filters by teacher', async () => {
		const regularLesson = addRegularLesson({ teacher_ids: [2, TEACHER] });
		addRegularLesson({ teacher_ids: [2] });

		expect(await school.listIds('regular-lesson/index', { teacher_id: TEACHER })).toEqual([regularLesson]);
	});

	it.each<{ filter: JsonObject }>([
		{ filter: { date_from: '2035-06-01' } },
		{ filter: { date_to: '31.08.2025' } },
	])('regular-lesson/index leaves out a lesson when $filter excludes all its days', async ({ filter }) => {
		addRegularLesson({ teacher_ids: [TEACHER] });

		expect(await school.listIds('regular-lesson/index', filter)).toEqual([]);
	});

	it.each<{ filter: JsonObject }>([
		{ filter: { date_from: '2035-05-31' } },
		{ filter: { date_to: '01.09.2025' } },
	])('regular-lesson/index lists a lesson when $filter includes one of its days', async ({ filter }) => {
		const regularLesson = addRegularLesson({ teacher_ids: [TEACHER] });

		expect(await school.listIds('regular-lesson/index', filter)).toEqual([regularLesson]);
	});

	it.each<{ filter: JsonObject }>([{ filter: { group_id: 2 } }, { filter: { related_id: 2 } }])(
		'regular-lesson/index ignores the filter $filter',
		async ({ filter }) => {
			const lessonOfGroup1 = addRegularLesson({ related_id: 1 });
			const lessonOfGroup2 = addRegularLesson({ related_id: 2 });

			expect(await school.listIds('regular-lesson/index', filter)).toEqual([lessonOfGroup1, lessonOfGroup2]);
		},
	);

	it.each<{ filter: JsonObject }>([{ filter: { group_id: 2 } }, { filter: { related_id: 2 } }])(
		'regular-lesson/index honours the filter $filter when the account ignores no filters',
		async ({ filter }) => {
			school.changeSettings({ ignoredFilters: [] });
			addRegularLesson({ related_id: 1 });
			const lessonOfGroup2 = addRegularLesson({ related_id: 2 });

			expect(await school.listIds('regular-lesson/index', filter)).toEqual([lessonOfGroup2]);
		},
	);
});

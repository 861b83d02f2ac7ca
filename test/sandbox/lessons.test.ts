import type { JsonObject, Row } from '../../sandbox';
import { listIncludes, toIds, sortIds, useSchool, yiiError } from './support';

const school = useSchool({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });

const list = async (body: JsonObject, path = 'lesson/index') => await school.listIds(path, body);
const idsWhere = (test: (row: Row) => boolean) => school.findIds('lesson', test);
const conducted = (test: (row: Row) => boolean = () => true) =>
	idsWhere((row) => row.status === 3 && test(row));
const times = { time_from: '10:00', time_to: '11:00' };
const plan = { lesson_date: '05.03.2026', ...times, lesson_type_id: 2, subject_id: 1 };
const create = async (body: JsonObject = {}, branch = 1) =>
	await school.call(`${branch}/lesson/create`, { ...plan, room_id: 1, ...body });
const update = async (id: unknown, body: JsonObject) =>
	await school.call(`1/lesson/update?id=${String(id)}`, body);
const teach = async (id: unknown, body: JsonObject) =>
	await school.call(`1/lesson/teach?id=${String(id)}`, body);

describe('lists of lessons', () => {
	it('hold conducted ones of the branch unless another status is asked for, by an id as well', async () => {
		for (const status of [1, 2, 3]) {
			const ids = idsWhere((row) => row.status === status);
			expect(ids.length).toBeGreaterThan(0);
			expect(await list({ status })).toEqual(ids);
		}
		expect(await list({}, '2/lesson/index')).toEqual(conducted((row) => row.branch_id === 2));
		for (const status of [null, 'planned']) expect(await list({ status })).toEqual(conducted());
		const [planned = 0] = idsWhere((row) => row.status === 1);
		expect([await list({ id: planned }), await list({ id: planned, status: 1 })]).toEqual([[], [planned]]);
	});

	it('have the newest first', async () => {
		const { items } = await school.call('lesson/index');
		const began = items.map((row) => String(row.time_from));
		expect(began).toEqual([...began].sort().reverse());
	});

	it.each<[JsonObject, (row: Row) => boolean]>([
		[{ teacher_id: 1 }, listIncludes('teacher_ids', 1)],
		[{ subject_id: 2 }, (row) => row.subject_id === 2],
		[{ lesson_type_id: 3 }, (row) => row.lesson_type_id === 3],
		[{ room_ids: [1, 4] }, (row) => row.room_id === 1 || row.room_id === 4],
		[{ location_ids: [3] }, (row) => row.room_id === 4 || row.room_id === 5],
		[{ updated_at_from: '05.02.2026' }, (row) => String(row.updated_at) >= '2026-02-05'],
		[{ customer_id: 3, filters: { status: 1 } }, listIncludes('customer_ids', 3)],
	])('are filtered by %j', async (body, test) => {
		expect(await list(body)).toEqual(conducted(test));
		expect(conducted(test).length).toBeLessThan(conducted().length);
	});

	it('take ISO dates, and dotted ones when told so', async () => {
		const dotted = { date_from: '03.02.2026', date_to: '03.02.2026' };
		const thatDay = conducted((row) => row.date === '2026-02-03');
		expect(await list(dotted)).toEqual(conducted());
		school.settings.dateFormats = { 'lesson.date_from': 'either', 'lesson.date_to': 'either' };
		expect(await list(dotted)).toEqual(thatDay);
		expect(await list({ date_from: '2026-02-03', date_to: '2026-02-03' })).toEqual(thatDay);
	});

	it('show the details of conducted ones', async () => {
		const { items } = await school.call('lesson/index', { lesson_type_id: 2 });
		const lesson = items.find(({ details }) => (details as JsonObject[]).length > 0) as JsonObject;
		const [detail] = lesson.details as JsonObject[];
		expect(detail).toEqual({
			...{ id: expect.any(Number), customer_id: expect.any(Number), branch_id: lesson.branch_id },
			...{ is_attend: expect.any(Number), bonus: expect.any(Number), reason_id: null, grade: null },
			...{ commission: expect.stringMatching(/^\d+\.00$/), ctt_id: expect.any(Number) },
			...{ homework_grade_id: null, note: null },
			...detail,
		});
	});
});

describe('a new lesson', () => {
	it('takes a duration in place of the end', async () => {
		const { model } = await create({ time_to: null, duration: 90, teacher_ids: [1], group_ids: [1] });
		expect(model).toMatchObject({
			...{ date: '2026-03-05', time_from: '2026-03-05 10:00:00', time_to: '2026-03-05 11:30:00' },
			...{ teacher_ids: [1], group_ids: [1], customer_ids: [], created_at: '2026-02-10 12:00:00' },
		});
		for (const input of ['duration', 'lesson_date']) expect(model).not.toHaveProperty(input);
	});

	it.each<[string, JsonObject, string, RegExp]>([
		['without a subject', { subject_id: null }, 'subject_id', /Необходимо заполнить «Предмет»/],
		['without an end', { time_to: null }, 'time_to', /Необходимо заполнить/],
		['that ends before it begins', { time_to: '09:00' }, 'time_to', /позже/],
		['past midnight', { time_to: null, time_from: '23:30', duration: 60 }, 'duration', /Неверный формат/],
		['on trial with a group', { lesson_type_id: 3, group_ids: [1] }, 'group_ids', /нельзя добавить группу/],
		['with a teacher of elsewhere', { teacher_ids: [4] }, 'teacher_ids', /Педагог/],
		['with a status that is none', { status: 4 }, 'status', /Неверный формат/],
	])('%s is refused', async (_what, body, field, message) => {
		const { json } = await create(body);
		expect(json).toEqual({ success: false, errors: { [field]: [expect.stringMatching(message)] } });
	});

	it('on trial without a group, or with a teacher of its branch, is fine', async () => {
		expect((await create({ lesson_type_id: 3, customer_ids: [1] })).json.success).toBe(true);
		expect((await create({ teacher_ids: [4], room_id: 4 }, 2)).model.branch_id).toBe(2);
	});

	it('finds its room busy while another lesson is on, which is not cancelled', async () => {
		const busy = { room_id: ['Аудитория занята'] };
		const { model } = await create();
		for (const [time_from, time_to, errors] of [
			['10:59', '12:00', busy],
			['09:30', '10:01', busy],
			['11:00', '12:00', []],
		] as const) {
			expect((await create({ time_from, time_to })).errors).toEqual(errors);
		}
		for (const room_id of [2, null]) expect((await create({ room_id })).json.success).toBe(true);
		await update(model.id, { status: 2 });
		expect((await create()).json.success).toBe(true);
		expect((await update(model.id, { status: 1 })).errors).toEqual(busy);
	});
});

describe('an update', () => {
	const lists = { teacher_ids: [1], customer_ids: [1, 2], group_ids: [1] };
	const make = async () => (await create({ ...lists, topic: 'Циклы' })).model;

	it('moves the day, the times, or both', async () => {
		const { model } = await create();
		const moved = async (body: JsonObject) => {
			const { date, time_from, time_to } = (await update(model.id, body)).model;
			return [date, time_from, time_to].map(String);
		};
		const day = '2026-03-06';
		expect(await moved({ lesson_date: '06.03.2026' })).toEqual([day, `${day} 10:00:00`, `${day} 11:00:00`]);
		const later = await moved({ time_from: '12:00:00', time_to: '12:45:00' });
		expect(later).toEqual([day, `${day} 12:00:00`, `${day} 12:45:00`]);
		expect(await moved({ duration: 120 })).toEqual([day, `${day} 12:00:00`, `${day} 14:00:00`]);
		expect((await update(model.id, { time_from: '15:00' })).errors).toHaveProperty('time_to');
	});

	it('keeps what it does not name', async () => {
		const model = await make();
		expect((await update(model.id, { homework: 'Да' })).model).toEqual({ ...model, homework: 'Да' });
		expect((await update(model.id, { customer_ids: [1] })).model.customer_ids).toEqual([1]);
	});

	it('can blank what it does not name', async () => {
		school.settings.lessonUpdate = 'blanks';
		const model = await make();
		expect((await update(model.id, { homework: 'Да' })).model).toEqual({
			...model,
			homework: 'Да',
			...{ teacher_ids: [], customer_ids: [], group_ids: [] },
			...{ topic: null, room_id: null, note: null, time_from: null, time_to: null },
		});
	});

	it('can be refused unless it is whole, other than teach', async () => {
		school.settings.lessonUpdate = 'refuses400';
		const model = await make();
		expect((await teach(model.id, { status: 3 })).model).toEqual({ ...model, status: 3 });
		expect((await update(model.id, { homework: 'Да', time_from: '10:00' })).json).toEqual({
			...yiiError(400, 'Bad Request'),
			message: 'Отсутствуют обязательные параметры: lesson_date, time_to, lesson_type_id, subject_id',
		});
		expect(school.readRecord('lesson', model.id)?.homework).toBeNull();
		expect((await update(model.id, { ...plan, homework: 'Да' })).model.homework).toBe('Да');
		expect((await update(model.id, { ...model, homework: 'Нет' })).model.homework).toBe('Нет');
	});
});

describe('teach', () => {
	it('conducts a lesson and notes who was there; again it changes these notes', async () => {
		const { model } = await create({ customer_ids: [1] });
		const details: JsonObject[] = [
			{ customer_id: 1, is_attend: 1, grade: 5, bonus: 10 },
			{ customer_id: 2, is_attend: 0, reason_id: 2, note: 'Болеет' },
		];
		const body = { status: 3, branch_id: 1, topic: 'Циклы', time_to: '11:30', details };
		const taught = await teach(model.id, body);
		expect(taught.json).toMatchObject({ success: true, errors: [] });
		expect(taught.model).toMatchObject({
			...{ status: 3, topic: 'Циклы', time_to: '2026-03-05 11:30:00', customer_ids: [1, 2] },
			details: details.map((one) => ({ ...one, branch_id: 1 })),
		});
		expect((await school.call('lesson/index', { id: model.id })).items[0]).toEqual(taught.model);
		const { items } = await school.call('log/index', { date_from: '10.02.2026' });
		const entries = items.slice(0, 4).map(({ entity, event }) => `${String(entity)} ${String(event)}`);
		expect(entries).toEqual(['Lesson 2', 'LessonDetails 1', 'LessonDetails 1', 'Lesson 1']);

		const again = await teach(model.id, { status: 3, details: [{ customer_id: 1, is_attend: 0 }] });
		const [first, second] = taught.model.details as JsonObject[];
		const notes = again.model.details as JsonObject[];
		expect(notes).toHaveLength(2);
		expect(notes).toEqual(expect.arrayContaining([{ ...first, is_attend: 0 }, second]));
	});

	it.each<[JsonObject, string]>([
		[{ status: 1 }, 'status'],
		[{ details: [{ customer_id: 9999 }] }, 'details'],
		[{ details: [{ customer_id: 1, is_attend: 'yes' }] }, 'details'],
		[{ time_to: '09:00' }, 'time_to'],
	])('with %j is refused and changes nothing', async (body, field) => {
		const { model } = await create();
		const { json } = await teach(model.id, body);
		expect(json).toMatchObject({ success: false, errors: { [field]: [expect.any(String)] } });
		expect(school.readRecord('lesson', model.id)).toMatchObject({ status: 1 });
	});
});

describe('calendars', () => {
	const eventsOf = async (path: string) => JSON.parse((await school.call(path)).text) as JsonObject[];

	it.each([
		['customer', 'customer_ids', 3],
		['teacher', 'teacher_ids', 1],
		['group', 'group_ids', 1],
	])('%s is a bare list of lessons of every status, by time', async (action, field, id) => {
		const week = idsWhere(
			(row) =>
				String(row.date) >= '2026-02-02' && String(row.date) <= '2026-02-20' && listIncludes(field, id)(row),
		);
		for (const dates of ['date1=02.02.2026&date2=20.02.2026', 'date1=2026-02-02&date2=2026-02-20']) {
			const events = await eventsOf(`calendar/${action}?id=${id}&${dates}`);
			expect(sortIds(toIds(events))).toEqual(week);
			const starts = events.map(({ start }) => String(start));
			expect(starts).toEqual([...starts].sort());
		}
	});

	it('show what is known of each event, and refuse dates that are none', async () => {
		const path = '1/calendar/teacher?id=1&date1=01.01.2026&date2=';
		const [event] = await eventsOf(`${path}01.03.2026`);
		expect(event).toEqual({
			...{ id: expect.any(Number), branch_id: 1, type: expect.any(Number), status: expect.any(Number) },
			...{ start: expect.stringMatching(/ \d\d:00:00$/), end: expect.any(String), title: expect.any(String) },
		});
		expect((await school.call(`${path}soon`)).status).toBe(400);
	});
});

describe('regular lessons', () => {
	const regular = { branch_id: 1, days: [2, 4], b_date_v: '01.09.2025', e_date_v: '31.05.2026' };
	const add = async (body: JsonObject) =>
		await school.call('1/regular-lesson/create', { ...regular, ...body });

	it('make a record for each day of the week', async () => {
		const { model } = await add({ teacher_ids: [1] });
		expect(school.readRecords('regular-lesson').slice(-2)).toMatchObject([
			{ id: model.id, day: 2 },
			{ id: Number(model.id) + 1, day: 4, teacher_ids: [1] },
		]);
	});

	it.each<[JsonObject, string]>([
		[{ days: [8] }, 'days'],
		[{ teacher_ids: [4] }, 'teacher_ids'],
		[{ related_class: 'Lead' }, 'related_class'],
		[{ time_from_v: '18:00', time_to_v: '17:00' }, 'time_to_v'],
	])('with %j are refused', async (body, field) => {
		expect(Object.keys((await add(body)).errors as JsonObject)).toEqual([field]);
	});

	it('are filtered by teacher and dates, not by group unless told so', async () => {
		const path = 'regular-lesson/index';
		const ids = (test: (row: Row) => boolean) => school.findIds('regular-lesson', test);
		expect(await list({ teacher_id: 1 }, path)).toEqual(ids(listIncludes('teacher_ids', 1)));
		expect(await list({ date_from: '2036-01-01' }, path)).toEqual([]);
		expect(await list({ date_to: '01.01.2020' }, path)).toEqual([]);
		const byGroup = async () => [await list({ group_id: 2 }, path), await list({ related_id: 2 }, path)];
		expect(await byGroup()).toEqual(Array(2).fill(ids(() => true)));
		school.settings.ignoredFilters = [];
		expect(await byGroup()).toEqual(Array(2).fill(ids((row) => row.related_id === 2)));
	});
});

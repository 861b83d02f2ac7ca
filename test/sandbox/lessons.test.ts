import type { JsonObject, Row } from '../../sandbox';
import { numbers, School } from './support';

let school: School;
beforeAll(async () => {
	school = await School.open({ now: '2026-02-10 12:00:00', pageSize: 500 }, { customers: 120 });
});
afterEach(() => school.restore());
afterAll(() => school.close());

const rows = (entity = 'lesson') => school.sandbox.store.rows(entity);
const sorted = (ids: readonly number[]) => [...ids].sort((a, b) => a - b);
const idsWhere = (test: (row: Row) => boolean) => sorted(numbers(rows().filter(test)));
const list = async (body: JsonObject, path = 'lesson/index') => sorted((await school.call(path, body)).ids);
const holds = (field: string, id: number) => (row: Row) => (row[field] as number[]).includes(id);
const plan = {
	lesson_date: '05.03.2026',
	time_from: '10:00',
	time_to: '11:00',
	lesson_type_id: 2,
	subject_id: 1,
	room_id: 1,
};
const create = (body: JsonObject, branch = 1) =>
	school.call(`${branch}/lesson/create`, { ...plan, ...body } as JsonObject);
const update = (id: unknown, body: JsonObject) => school.call(`1/lesson/update?id=${String(id)}`, body);

describe('lists of lessons', () => {
	it('hold conducted ones unless another status is asked for', async () => {
		for (const status of [1, 2, 3]) {
			const ids = idsWhere((row) => row.status === status);
			expect(ids.length).toBeGreaterThan(0);
			expect(await list({ status })).toEqual(ids);
		}
		const conducted = idsWhere((row) => row.status === 3);
		for (const status of [undefined, 'planned', [1, 2], null]) {
			expect(await list(status === undefined ? {} : { status })).toEqual(conducted);
		}
	});

	it('hide a planned one from its id as well', async () => {
		const planned = rows().find(({ status }) => status === 1);
		expect(await list({ id: planned?.id ?? 0 })).toEqual([]);
		expect(await list({ id: planned?.id ?? 0, status: 1 })).toEqual([planned?.id]);
	});

	it('have the newest first', async () => {
		const { items } = await school.call('lesson/index');
		const times = items.map((row) => String(row.time_from));
		expect(times).toEqual([...times].sort().reverse());
	});

	it.each<[JsonObject, (row: Row) => boolean]>([
		[{ teacher_id: 1 }, holds('teacher_ids', 1)],
		[{ group_id: 1 }, holds('group_ids', 1)],
		[{ subject_id: 2 }, (row) => row.subject_id === 2],
		[{ lesson_type_id: 3 }, (row) => row.lesson_type_id === 3],
		[{ room_ids: [1, 4] }, (row) => row.room_id === 1 || row.room_id === 4],
		[{ location_ids: [3] }, (row) => row.room_id === 4 || row.room_id === 5],
		[{ date_from: '2026-02-01', date_to: '2026-02-03' }, (row) => /^2026-02-0[123]$/.test(String(row.date))],
		[{ updated_at_from: '05.02.2026' }, (row) => String(row.updated_at) >= '2026-02-05'],
		[{ customer_id: 3, filters: { status: 1 } }, holds('customer_ids', 3)],
	])('%j', async (body, test) => {
		const all = idsWhere((row) => row.status === 3);
		const ids = idsWhere((row) => row.status === 3 && test(row));
		expect(await list(body)).toEqual(ids);
		expect(ids.length).toBeLessThan(all.length);
	});

	it('take ISO dates, and dotted ones when told so', async () => {
		const dotted = { date_from: '03.02.2026', date_to: '03.02.2026' };
		const ids = idsWhere((row) => row.status === 3 && row.date === '2026-02-03');
		expect(await list(dotted)).toEqual(await list({}));
		school.settings.dateFormats = { 'lesson.date_from': 'either', 'lesson.date_to': 'either' };
		expect(await list(dotted)).toEqual(ids);
		expect(await list({ date_from: '2026-02-03', date_to: '2026-02-03' })).toEqual(ids);
	});

	it('show the details of conducted ones, or of those of a customer only', async () => {
		const { items } = await school.call('lesson/index', { lesson_type_id: 2 });
		const lesson = items.find(({ details }) => (details as JsonObject[]).length > 0);
		expect((lesson?.details as JsonObject[])[0]).toEqual({
			...{ id: expect.any(Number), customer_id: expect.any(Number), branch_id: lesson?.branch_id },
			...{
				is_attend: expect.any(Number),
				commission: expect.stringMatching(/^\d+\.00$/),
				bonus: expect.any(Number),
			},
			...{ reason_id: null, ctt_id: expect.any(Number), grade: null, homework_grade_id: null, note: null },
			...(lesson?.details as JsonObject[])[0],
		});
		school.settings.lessonDetails = 'withCustomer';
		expect((await school.call('lesson/index', { id: Number(lesson?.id) })).items[0]?.details).toEqual([]);
		const customer = Number((lesson?.customer_ids as number[])[0]);
		const [again] = (await school.call('lesson/index', { id: Number(lesson?.id), customer_id: customer }))
			.items;
		expect(again?.details).toEqual(lesson?.details);
	});

	it('belong to a branch', async () => {
		expect(await list({}, '2/lesson/index')).toEqual(
			idsWhere((row) => row.status === 3 && row.branch_id === 2),
		);
	});
});

describe('a new lesson', () => {
	it('takes a duration in place of the end', async () => {
		const { model } = await create({ time_to: null, duration: 90, teacher_ids: [1], group_ids: [1] });
		expect(model).toMatchObject({
			date: '2026-03-05',
			time_from: '2026-03-05 10:00:00',
			time_to: '2026-03-05 11:30:00',
			teacher_ids: [1],
			group_ids: [1],
			customer_ids: [],
			created_at: '2026-02-10 12:00:00',
		});
		expect(model).not.toHaveProperty('duration');
		expect(model).not.toHaveProperty('lesson_date');
	});

	it.each<[string, JsonObject, string, RegExp]>([
		['without a subject', { subject_id: null }, 'subject_id', /Необходимо заполнить «Предмет»/],
		['without an end', { time_to: null }, 'time_to', /Необходимо заполнить/],
		['that ends before it begins', { time_to: '09:00' }, 'time_to', /позже/],
		['past midnight', { time_to: null, time_from: '23:30', duration: 60 }, 'duration', /Неверный формат/],
		['with a time that is none', { time_from: '25:00' }, 'time_from', /Неверный формат/],
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

	it('finds its room busy while another lesson is on', async () => {
		await create({});
		const times = [
			['10:30', '11:30', false],
			['09:30', '10:30', false],
			['10:15', '10:45', false],
			['11:00', '12:00', true],
		] as const;
		for (const [time_from, time_to, isFine] of times) {
			const { json } = await create({ time_from, time_to });
			expect(json.success).toBe(isFine);
			if (!isFine) expect(json.errors).toEqual({ room_id: ['Аудитория занята'] });
		}
		expect((await create({ room_id: 2 })).json.success).toBe(true);
		expect((await create({ room_id: null })).json.success).toBe(true);
		school.settings.roomCheck = false;
		expect((await create({})).json.success).toBe(true);
	});

	it('finds the room of a cancelled one free', async () => {
		const { model } = await create({});
		await update(model.id, { status: 2 });
		expect((await create({})).json.success).toBe(true);
		expect((await update(model.id, { status: 1 })).errors).toEqual({ room_id: ['Аудитория занята'] });
	});
});

describe('an update', () => {
	it('keeps what it does not name', async () => {
		const { model } = await create({ customer_ids: [1] });
		const { model: changed } = await update(model.id, { customer_ids: [1, 2] });
		expect(changed).toEqual({ ...model, customer_ids: [1, 2] });
	});

	it('moves the day, the times, or both', async () => {
		const { model } = await create({});
		const moved = async (body: JsonObject) => {
			const { date, time_from, time_to } = (await update(model.id, body)).model;
			return [date, time_from, time_to];
		};
		expect(await moved({ lesson_date: '06.03.2026' })).toEqual([
			'2026-03-06',
			'2026-03-06 10:00:00',
			'2026-03-06 11:00:00',
		]);
		expect((await moved({ time_from: '12:00:00', time_to: '12:45:00' })).slice(1)).toEqual([
			'2026-03-06 12:00:00',
			'2026-03-06 12:45:00',
		]);
		expect((await moved({ duration: 120 }))[2]).toBe('2026-03-06 14:00:00');
		expect((await update(model.id, { time_from: '15:00' })).errors).toHaveProperty('time_to');
	});
});

describe('teach', () => {
	const teach = (id: unknown, body: JsonObject) => school.call(`1/lesson/teach?id=${String(id)}`, body);

	it('conducts a lesson and notes who was there', async () => {
		const { model } = await create({ customer_ids: [1] });
		const details: JsonObject[] = [
			{ customer_id: 1, is_attend: 1, grade: 5, bonus: 10 },
			{ customer_id: 2, is_attend: 0, reason_id: 2, note: 'Болеет' },
		];
		const taught = await teach(model.id, {
			status: 3,
			branch_id: 1,
			topic: 'Циклы',
			time_to: '11:30',
			details,
		});
		expect(taught.json).toMatchObject({ success: true, errors: [] });
		expect(taught.model).toMatchObject({
			status: 3,
			topic: 'Циклы',
			time_to: '2026-03-05 11:30:00',
			customer_ids: [1, 2],
			details: details.map((one) => ({ ...one, branch_id: 1 })),
		});
		expect((await school.call('lesson/index', { id: Number(model.id) })).items[0]).toEqual(taught.model);
		const { items } = await school.call('log/index', { date_from: '10.02.2026' });
		expect(items.slice(0, 4).map(({ entity, event }) => [entity, event])).toEqual([
			['Lesson', 2],
			['LessonDetails', 1],
			['LessonDetails', 1],
			['Lesson', 1],
		]);
	});

	it.each([true, false])('names the lesson in the log where `logLesson` is %s', async (logLesson) => {
		school.settings.logLesson = logLesson;
		const { model } = await create({ customer_ids: [1] });
		const details = [{ customer_id: 1, is_attend: 1 }];
		await teach(model.id, { status: 3, details });
		const { items } = await school.call('log/index', { entity: 'LessonDetails' });
		const { lesson_id, ...fields } = items[0]?.fields_new as JsonObject;
		expect(fields).toEqual({ customer_id: 1, branch_id: 1, is_attend: 1 });
		expect(lesson_id).toBe(logLesson ? model.id : undefined);
	});

	it('again changes the details it has', async () => {
		const { model } = await create({ customer_ids: [1] });
		const first = await teach(model.id, { status: 3, details: [{ customer_id: 1, is_attend: 0 }] });
		const second = await teach(model.id, { status: 3, details: [{ customer_id: 1, is_attend: 1 }] });
		const [before, after] = [first, second].map((one) => (one.model.details as JsonObject[])[0]);
		expect(after).toEqual({ ...before, is_attend: 1 });
	});

	it.each<[JsonObject, string]>([
		[{ status: 1 }, 'status'],
		[{ details: 'все' }, 'details'],
		[{ details: [{ is_attend: 1 }] }, 'details'],
		[{ details: [{ customer_id: 9999 }] }, 'details'],
		[{ details: [{ customer_id: 1, is_attend: 'yes' }] }, 'details'],
		[{ time_to: '09:00' }, 'time_to'],
	])('with %j is refused and changes nothing', async (body, field) => {
		const { model } = await create({});
		const { json } = await teach(model.id, body);
		expect(json).toMatchObject({ success: false, errors: { [field]: [expect.any(String)] } });
		expect(school.sandbox.store.find('lesson', Number(model.id))).toMatchObject({ status: 1 });
	});

	it('of an unknown lesson is 404', async () => {
		expect((await teach(9999, {})).status).toBe(404);
	});
});

import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { answered } from '../../support/nodeErrors';
import { formOf, SmallSchool } from './school';

/** A Monday. */
const DAY = '2031-03-10';
/** The school's clock, for the node asks what has passed. */
const NOW = '2031-03-03T09:00:00Z';

let school: SmallSchool;
let anna: number;
let boris: number;
beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
	school = new SmallSchool();
	for (const path of ['subject', 'subject', 'lesson-type', 'lesson-type', 'lesson-type', 'lead-status'])
		school.add(path, { name: 'A' });
	school.add('lead-status', { name: 'Пробный урок' });
	for (const name of ['Петров Лев', 'Сидорова Ева', 'Примеров Ян'])
		school.add('teacher', { name, branch_ids: [1] });
	// Mondays and Tuesdays from ten to one.
	for (const teacher_id of [1, 2, 3])
		for (const weekday of [2, 3])
			school.add('working-hour', { teacher_id, branch_id: 1, weekday, time_from: '10:00', time_to: '12:59' });
	for (const branch_id of [1, 1, 2]) school.add('room', { name: 'A', branch_id, is_enabled: 1 });
	school.add('group', { name: 'A', branch_ids: [1] });
	[anna, boris] = [school.lead(), school.lead({ is_study: 1 })];
});
afterEach(() => jest.useRealTimers());

const lesson = (row: IDataObject = {}) =>
	school.add('lesson', {
		...{ branch_id: 1, date: DAY, time_from: `${DAY} 10:00:00`, time_to: `${DAY} 11:00:00` },
		...{ lesson_type_id: 1, subject_id: 2, teacher_ids: [1], group_ids: [], status: 1, room_id: null },
		...{ regular_id: null, customer_ids: [boris], ...row },
	});
const at = (from: string, to: string, date = DAY) => ({
	...{ date, time_from: `${date} ${from}:00`, time_to: `${date} ${to}:00` },
});
const regular = (row: IDataObject = {}) =>
	school.add('regular-lesson', {
		...{
			branch_id: 1,
			related_class: 'Group',
			related_id: 1,
			lesson_type_id: 2,
			subject_id: 1,
			room_id: null,
		},
		...{ day: 1, time_from_v: '10:00', time_to_v: '11:00', b_date: '2030-09-01', e_date: '2031-05-31' },
		...{ teacher_ids: [1], ...row },
	});

const form = (more: IDataObject = {}) =>
	formOf('book', {
		...{ resource: 'lesson', customer_ids: String(anna), subject_id: 1, lesson_type_id: 3, teacher_ids: [1] },
		...{ when: 'time', lesson_date: DAY, time_from: '10:00', date_to: '2031-03-16', duration: 60, ...more },
	});
const first = (more: IDataObject = {}) => form({ when: 'firstFree', time_from: '', ...more });
const booked = () => school.rows('lesson').filter(({ lesson_type_id }) => lesson_type_id === 3);
const times = () =>
	booked().map(({ time_from, teacher_ids }) => `${String(time_from)} ${String(teacher_ids)}`);
const stopped = async (parameters: IDataObject) => {
	const { message, description } = await school.stopped(parameters);
	return [message, description];
};

describe('at a time', () => {
	it('books a lesson, as the schema tells, and the second time finds it, with a hint', async () => {
		const one = await school.done(form({ additionalFields: { room_id: 1, note: 'Придёт с мамой' } }));
		expect(one.hints).toEqual([]);
		expect(one.json).toEqual([
			{
				...{ id: 1, operationResult: 'created', time_from: `${DAY} 10:00:00`, time_to: `${DAY} 11:00:00` },
				...{ status: 1, group_ids: '', customer_ids: anna, teacher_ids: 1, subject_id: 1, room_id: 1 },
				...{ lesson_type_id: 3, note: 'Придёт с мамой', teacher_names: 'Петров Лев' },
			},
		]);
		const known = Object.keys(allSchemas()['lesson/book'].properties);
		expect([...Object.keys(one.json[0])].sort()).toEqual([...known, 'note'].sort());
		expect(school.row('lesson', 1)).toMatchObject({ branch_id: 1, note: 'Придёт с мамой', date: DAY });

		const calls = school.calls.length;
		const two = await school.done(form({ lesson_date: '10.03.2031', time_from: `${DAY} 10:00:00` }));
		expect(two.json).toMatchObject([{ id: 1, operationResult: 'unchanged', teacher_names: 'Петров Лев' }]);
		expect(two.hints).toEqual(['This lesson was there already; no other one was booked: lesson 1']);
		expect(booked()).toHaveLength(1);
		expect(school.calls.slice(calls)).toEqual([
			'teacher/index',
			'cgi/customer',
			'cgi/customer',
			'lesson/index',
			'lesson/index',
			'lesson/index',
		]);
	});

	it('finds it when it has been held, or is given by another teacher now; not one that was cancelled', async () => {
		await school.done(form());
		school.patch('lesson', 1, { status: 3, teacher_ids: [2] });
		jest.setSystemTime(new Date('2031-03-11T09:00:00Z'));
		expect((await school.done(form())).json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
		jest.setSystemTime(new Date(NOW));
		school.patch('lesson', 1, { status: 2 });
		expect((await school.done(form())).json).toMatchObject([{ id: 2, operationResult: 'created' }]);
	});

	it('finds the one that another process has booked since it was looked for', async () => {
		let looks = 0;
		school.onCall = (call) => {
			// By status, and then what the teacher has.
			if (call === 'lesson/index' && ++looks === 3)
				lesson({ lesson_type_id: 3, subject_id: 1, customer_ids: [anna] });
			return undefined;
		};
		expect((await school.done(form())).json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
	});

	it('books a group, and a customer in a lesson of it', async () => {
		const group = form({ customer_ids: '', group_ids: '1', lesson_type_id: 2 });
		expect(await school.results(group, group)).toBe('created, unchanged');
		expect(school.rows('lesson')).toMatchObject([{ group_ids: [1], customer_ids: [] }]);
	});

	it.each<[string, () => IDataObject, IDataObject, string]>([
		[
			'a lesson',
			() => ({ id: lesson() }),
			{},
			'Teacher 1 (Петров Лев) has another lesson on 2031-03-10 at 10:00: lesson 1',
		],
		[
			'a part of one',
			() => ({ id: lesson(at('10:45', '11:45')) }),
			{},
			'Teacher 1 (Петров Лев) has another lesson on 2031-03-10 at 10:00: lesson 1',
		],
		[
			'a regular lesson that is not in the calendar',
			() => ({ id: regular() }),
			{},
			'Teacher 1 (Петров Лев) has another lesson on 2031-03-10 at 10:00: regular lesson 1',
		],
		[
			'a lesson of another teacher in the room',
			() => ({ id: lesson({ teacher_ids: [2], room_id: 1 }) }),
			{ additionalFields: { room_id: 1 } },
			'Room 1 has another lesson on 2031-03-10 at 10:00: lesson 1',
		],
	])('refuses the time of %s, with the next free ones', async (what, add, more, message) => {
		add();
		const next = what === 'a part of one' ? `${DAY} 12:00` : `${DAY} 11:00`;
		expect(await stopped(form(more))).toEqual([
			message,
			expect.stringContaining(`Free next: ${next} (Петров Лев), 2031-03-1`),
		]);
		expect(booked()).toEqual([]);
	});

	it.each<[string, IDataObject, string]>([
		[
			'before the hours',
			{ time_from: '09:30' },
			'Teacher 1 (Петров Лев) does not work on 2031-03-10 at 09:30 for 60 minutes',
		],
		[
			'beyond them',
			{ time_from: '12:30' },
			'Teacher 1 (Петров Лев) does not work on 2031-03-10 at 12:30 for 60 minutes',
		],
		[
			'on a Wednesday',
			{ lesson_date: '2031-03-12' },
			'Teacher 1 (Петров Лев) does not work on 2031-03-12 at 10:00 for 60 minutes',
		],
		...['2031-03-03', '2031-02-03', '2026-03-10'].map((day): [string, IDataObject, string] => [
			'that has passed',
			{ lesson_date: day },
			`${day} 10:00 has passed by the clock of the workflow (Europe/Moscow)`,
		]),
	])('refuses a time %s', async (_when, more, message) => {
		const [text, description] = await stopped(form(more));
		expect(text).toBe(message);
		expect(description).toMatch(
			/^Free next: 2031-03-\d\d \d\d:\d\d \(Петров Лев\), .*\. Nothing was saved\.$/,
		);
	});

	it.each([4242, 79161234567])('refuses whom nobody knows: customer %s', async (id) => {
		for (const more of [{}, { additionalFields: { lead_status_id: 2 } }, { when: 'firstFree' }])
			expect((await stopped(form({ customer_ids: String(id), ...more })))[0]).toContain(
				`AlfaCRM has no customer with ID ${id}`,
			);
		expect(booked()).toEqual([]);
	});

	it('books outside of the hours where that is chosen, and never over midnight', async () => {
		const options = { checkHours: false };
		await school.done(form({ time_from: '20:00', options }));
		expect(times()).toEqual([`${DAY} 20:00:00 1`]);
		expect((await stopped(form({ time_from: '23:30', options })))[0]).toContain('does not work');
	});

	it.each<[string, () => unknown, IDataObject, string]>([
		[
			'another lesson of the customer',
			() => lesson({ teacher_ids: [2], customer_ids: [boris, anna] }),
			{},
			'lesson 1',
		],
		[
			'one that is of another type',
			() => lesson({ ...at('10:30', '11:30'), customer_ids: [anna] }),
			{},
			'lesson 1',
		],
		[
			'one of the group',
			() => lesson({ teacher_ids: [2], group_ids: [1], customer_ids: [] }),
			{ customer_ids: '', group_ids: '1', lesson_type_id: 2 },
			'lesson 1',
		],
		[
			'a regular one of the group',
			() => regular({ teacher_ids: [1] }),
			{ customer_ids: '', group_ids: '1', lesson_type_id: 2 },
			'regular lesson 1',
		],
	])('refuses the time of %s, whoever is to teach', async (_what, add, more, which) => {
		add();
		for (const teacher_ids of [[1], [1, 3]]) {
			const [message, description] = await stopped(form({ ...more, teacher_ids }));
			expect(message).toBe(`The customer or group has another lesson on ${DAY} at 10:00: ${which}`);
			expect(description).toMatch(/^Free next: 2031-03-10 1[12]:[03]0/);
		}
	});

	it('refuses the time of a lesson of the group in which the customer is, though it does not name the members', async () => {
		const id = lesson({ teacher_ids: [2], customer_ids: [], group_ids: [1] });
		// AlfaCRM finds by a customer every lesson that is the customer's. API notes 5.11.
		school.onCall = (call, { body }) => {
			if (call !== 'lesson/index' || !('customer_id' in body)) return undefined;
			const items = body.status === 1 && body.customer_id === anna ? [school.row('lesson', id)] : [];
			return { items, total: items.length, count: items.length, page: 0 };
		};
		for (const teacher_ids of [[1], [1, 3]]) {
			const [message, description] = await stopped(form({ teacher_ids }));
			expect(message).toBe(`The customer or group has another lesson on ${DAY} at 10:00: lesson ${id}`);
			expect(description).toMatch(/^Free next: 2031-03-10 11:00/);
		}
		await school.done(first());
		await school.done(form({ customer_ids: String(boris) }));
		expect(times()).toEqual([`${DAY} 11:00:00 1`, `${DAY} 10:00:00 1`]);
	});

	describe('for a member of a group', () => {
		const join = (b_date: string, e_date: string | null) =>
			school.add('cgi', { customer_id: anna, group_id: 1, b_date, e_date });
		/** On Monday at ten, with a teacher who is not to give the booked lesson. */
		const addGroupLesson = (row: IDataObject = {}) =>
			lesson({ teacher_ids: [2], customer_ids: [], group_ids: [1], ...row });

		it('refuses the time of a group lesson that names nobody, and offers the next free times', async () => {
			join('01.09.2030', null);
			const lessonId = addGroupLesson();

			const [message, description] = await stopped(form());

			expect(message).toBe(`The customer or group has another lesson on ${DAY} at 10:00: lesson ${lessonId}`);
			expect(description).toMatch(/^Free next: 2031-03-10 11:00 \(Петров Лев\)/);
			expect(booked()).toEqual([]);
		});

		it('books the first slot after a group lesson that names nobody', async () => {
			join('01.09.2030', null);
			addGroupLesson();

			await school.done(first());

			expect(times()).toEqual([`${DAY} 11:00:00 1`]);
		});

		it.each<[string, string, string | null]>([
			['has left the group the day before', '01.09.2030', '09.03.2031'],
			['joins the group the day after', '11.03.2031', null],
		])('books over a group lesson if the customer %s', async (_when, from, until) => {
			join(from, until);
			addGroupLesson();

			await school.done(form());

			expect(times()).toEqual([`${DAY} 10:00:00 1`]);
		});

		it('refuses the time of a regular lesson of the group that is not in the calendar yet', async () => {
			join('10.03.2031', '10.03.2031');
			regular({ teacher_ids: [2] });

			const [message] = await stopped(form());

			expect(message).toBe(`The customer or group has another lesson on ${DAY} at 10:00: regular lesson 1`);
			await school.done(form({ lesson_date: '2031-03-17' }));
			expect(times()).toEqual(['2031-03-17 10:00:00 1']);
		});

		it('books at the time of a regular lesson of the group that is cancelled that day', async () => {
			join('01.09.2030', null);
			addGroupLesson({ regular_id: regular({ teacher_ids: [2] }), status: 2 });

			await school.done(form());

			expect(times()).toEqual([`${DAY} 10:00:00 1`]);
		});

		it('reads the memberships once for a booking, and once for its repeat', async () => {
			join('01.09.2030', null);

			await school.done(form());
			expect(school.calls.filter((call) => call === 'cgi/customer')).toHaveLength(2);

			await school.done(form());
			expect(school.calls.filter((call) => call === 'cgi/customer')).toHaveLength(4);
		});

		it('finds the lesson that was booked before also if the user may not list members', async () => {
			join('01.09.2030', null);
			await school.done(form());
			school.settings.forbiddenCalls = ['cgi/customer'];

			const { json } = await school.done(form());

			expect(json).toMatchObject([{ id: 1, operationResult: 'unchanged' }]);
		});

		it('books one lesson if the group and the member are booked for one time at the same moment', async () => {
			join('01.09.2030', null);
			school.onCall = async () => await sleep(20);
			const groupForm = form({ customer_ids: '', group_ids: '1', lesson_type_id: 2, teacher_ids: [1] });
			const memberForm = form({ teacher_ids: [2] });

			const runs = await Promise.all([school.run(groupForm), school.run(memberForm)]);

			const errors = runs.flatMap(({ error }) => error?.message ?? []);
			expect(errors).toEqual([`The customer or group has another lesson on ${DAY} at 10:00: lesson 1`]);
			expect(school.rows('lesson')).toMatchObject([{ group_ids: [1] }]);
		});

		it('books the next free slot for the member while the group takes the first one', async () => {
			join('01.09.2030', null);
			school.onCall = async () => await sleep(20);
			const groupForm = form({ customer_ids: '', group_ids: '1', lesson_type_id: 2, teacher_ids: [1] });
			const memberForm = first({ teacher_ids: [2] });

			await Promise.all([school.run(groupForm), school.run(memberForm)]);

			expect(school.rows('lesson')).toMatchObject([
				{ group_ids: [1], time_from: `${DAY} 10:00:00` },
				{ customer_ids: [anna], time_from: `${DAY} 11:00:00` },
			]);
		});
	});

	it.each(['Customer', 'Group'])(
		'refuses the time of a regular lesson of the %s itself, of whatever teacher',
		async (related_class) => {
			const isGroup = related_class === 'Group';
			regular({ related_class, related_id: isGroup ? 1 : anna, teacher_ids: [2] });
			const [message] = await stopped(form(isGroup ? { customer_ids: '', group_ids: '1' } : {}));
			expect(message).toBe(`The customer or group has another lesson on ${DAY} at 10:00: regular lesson 1`);
		},
	);

	it('refuses the time of a lesson of the second group that is booked', async () => {
		const secondGroup = school.add('group', { name: 'B', branch_ids: [1] });
		const lessonId = lesson({ teacher_ids: [2], customer_ids: [], group_ids: [secondGroup] });

		const [message] = await stopped(
			form({ customer_ids: '', group_ids: `1,${secondGroup}`, lesson_type_id: 2 }),
		);

		expect(message).toBe(`The customer or group has another lesson on ${DAY} at 10:00: lesson ${lessonId}`);
	});

	it('refuses the time of a lesson of the group that is booked together with a customer', async () => {
		const lessonId = lesson({ teacher_ids: [2], customer_ids: [], group_ids: [1] });

		const [message] = await stopped(form({ group_ids: '1', lesson_type_id: 2 }));

		expect(message).toBe(`The customer or group has another lesson on ${DAY} at 10:00: lesson ${lessonId}`);
	});

	it("refuses the time of another teacher's lesson of the second customer that is booked", async () => {
		const lessonId = lesson({ teacher_ids: [2], customer_ids: [boris] });

		const [message] = await stopped(form({ customer_ids: `${anna},${boris}`, teacher_ids: [1] }));

		expect(message).toBe(`The customer or group has another lesson on ${DAY} at 10:00: lesson ${lessonId}`);
		expect(booked()).toEqual([]);
	});

	it('refuses the time of a lesson of a group in which the second customer is', async () => {
		school.add('cgi', { customer_id: boris, group_id: 1, b_date: '01.09.2030', e_date: null });
		const lessonId = lesson({ teacher_ids: [2], customer_ids: [], group_ids: [1] });

		const [message] = await stopped(form({ customer_ids: `${anna},${boris}`, teacher_ids: [1, 3] }));

		expect(message).toBe(`The customer or group has another lesson on ${DAY} at 10:00: lesson ${lessonId}`);
		expect(booked()).toEqual([]);
	});

	it('gives no name of a teacher who has none in AlfaCRM', async () => {
		school.patch('teacher', 1, { name: null });

		const { json } = await school.done(form());

		expect(json).toMatchObject([{ operationResult: 'created', teacher_names: null }]);
	});

	it('books at the time of a lesson of the second group that is cancelled', async () => {
		const secondGroup = school.add('group', { name: 'B', branch_ids: [1] });
		lesson({ teacher_ids: [2], customer_ids: [], group_ids: [secondGroup], status: 2 });

		const { json } = await school.done(
			form({ customer_ids: '', group_ids: `1,${secondGroup}`, lesson_type_id: 2 }),
		);

		expect(json).toMatchObject([{ operationResult: 'created', time_from: `${DAY} 10:00:00` }]);
	});

	it('books where a regular lesson of theirs was cancelled that day', async () => {
		const regular_id = regular({ related_class: 'Customer', related_id: anna, teacher_ids: [2] });
		lesson({ regular_id, status: 2, teacher_ids: [2], customer_ids: [anna] });
		expect((await school.done(form())).json).toMatchObject([{ operationResult: 'created' }]);
	});

	it('says that nothing is free soon', async () => {
		for (const { id } of school.rows('working-hour'))
			school.patch('working-hour', id, { weekday: 7, teacher_id: 2 });
		expect(await stopped(form())).toEqual([
			'Teacher 1 (Петров Лев) does not work on 2031-03-10 at 10:00 for 60 minutes',
			'Nothing is free within 14 days. Nothing was saved.',
		]);
	});

	it('takes the first of several teachers who is free', async () => {
		lesson({ teacher_ids: [2] });
		await school.done(form({ teacher_ids: [2, 3, 1] }));
		expect(times()).toEqual([`${DAY} 10:00:00 3`]);
		lesson({ teacher_ids: [1] });
		expect((await stopped(form({ customer_ids: String(school.lead()), teacher_ids: [2, 3, 1] })))[0]).toBe(
			'No teacher is free on 2031-03-10 at 10:00 for 60 minutes',
		);
	});
});

describe('any teacher', () => {
	it('is one who has had lessons of the subject, or has regular ones', async () => {
		lesson({ ...at('10:00', '11:00', '2031-02-20'), subject_id: 1, status: 3, teacher_ids: [3] });
		regular({ teacher_ids: [2], subject_id: 2 });
		await school.done(form({ teacher_ids: [] }));
		expect(times()).toEqual([`${DAY} 10:00:00 3`]);
		await school.done(
			form({ teacher_ids: '', customer_ids: String(boris), subject_id: 2, time_from: '11:00' }),
		);
		expect(times()).toEqual([`${DAY} 10:00:00 3`, `${DAY} 11:00:00 2`]);
	});

	it('is nobody where nobody is known to teach it, which the message says', async () => {
		const [message, description] = await stopped(form({ teacher_ids: [] }));
		expect(message).toBe('No teacher is free on 2031-03-10 at 10:00 for 60 minutes');
		expect(description).toMatch(/^Nothing is free within 14 days\. As 'Teacher' is empty, only those count/);
	});

	it('works in the branch, and may be busy in another one', async () => {
		regular({ teacher_ids: [1], day: 5 });
		school.patch('teacher', 1, { branch_ids: [1, 2] });
		lesson({ branch_id: 2 });
		expect((await stopped(form({ teacher_ids: [] })))[0]).toContain('lesson 1');
		school.patch('teacher', 1, { branch_ids: [2] });
		expect((await stopped(form({ teacher_ids: [] })))[0]).toContain('No teacher is free');
	});
});

describe('the first free slot', () => {
	it('is booked, once for a person who has one like it to come', async () => {
		lesson();
		const one = await school.done(first());
		expect(one.json).toMatchObject([{ operationResult: 'created', time_from: `${DAY} 11:00:00` }]);
		for (const more of [{}, { lesson_date: '2031-03-03' }, { teacher_ids: [1, 2] }])
			expect((await school.done(first(more))).json).toMatchObject([
				{ id: one.json[0].id, operationResult: 'unchanged' },
			]);
		expect(booked()).toHaveLength(1);
		await school.done(first({ customer_ids: String(boris) }));
		expect(times()).toEqual([`${DAY} 11:00:00 1`, `${DAY} 12:00:00 1`]);
	});

	it.each<[string, IDataObject, IDataObject]>([
		['with another teacher', { teacher_ids: [2] }, {}],
		['of another subject', { subject_id: 2 }, {}],
		['of another type', { lesson_type_id: 1 }, {}],
		['that was held', { status: 3 }, {}],
		['that was cancelled', { status: 2 }, {}],
		['of every week', { regular_id: 7 }, {}],
		['before the time that is asked for', {}, { lesson_date: '2031-03-11' }],
		['where another one is wanted', {}, { options: { skipIfThere: false } }],
	])('is booked though there is one %s', async (_what, row, more) => {
		const id = lesson({ subject_id: 1, lesson_type_id: 3, customer_ids: [anna], ...row });
		expect((await school.done(first(more))).json[0]).not.toMatchObject({ id });
	});

	it('is that of the teacher who is free first, as given where several are', async () => {
		lesson({ ...at('10:00', '12:30'), teacher_ids: [1] });
		lesson({ ...at('10:00', '10:45'), teacher_ids: [2, 3] });
		await school.done(first({ teacher_ids: [1, 3, 2] }));
		expect(times()).toEqual([`${DAY} 11:00:00 3`]);
	});

	it('is none at which the customer is elsewhere', async () => {
		lesson({ ...at('10:15', '11:10'), teacher_ids: [2], customer_ids: [anna] });
		await school.done(first());
		expect(times()).toEqual([`${DAY} 11:30:00 1`]);
	});

	it('begins at each step, and may be weeks away', async () => {
		lesson(at('10:00', '10:15'));
		await school.done(first({ options: { step: 15 } }));
		expect(times()).toEqual([`${DAY} 10:15:00 1`]);
		for (const { id } of school.rows('working-hour')) school.patch('working-hour', id, { teacher_id: 9 });
		school.patch('working-hour', 1, { teacher_id: 1 });
		for (const date of ['2031-03-17', '2031-03-24']) lesson(at('09:00', '18:00', date));
		await school.done(
			first({ customer_ids: String(boris), lesson_date: '2031-03-11', date_to: '2031-06-30' }),
		);
		expect(times()[1]).toBe('2031-03-31 10:00:00 1');
	});

	it('is refused where there is none', async () => {
		const [message, description] = await stopped(first({ lesson_date: '2031-03-12' }));
		expect(message).toBe('No slot of 60 minutes is free from 2031-03-12 to 2031-03-16');
		expect(description).toMatch(/^Give later days.*Nothing was saved\.$/);
	});

	it('is another one once that which was booked is over, though nobody has marked it', async () => {
		await school.done(first());
		jest.setSystemTime(new Date(`${DAY}T08:10:00Z`));
		expect((await school.done(first())).json).toMatchObject([{ operationResult: 'created' }]);
		expect(times()).toEqual([`${DAY} 10:00:00 1`, `${DAY} 11:30:00 1`]);
	});

	it('is not one that has passed', async () => {
		jest.setSystemTime(new Date(`${DAY}T08:10:00Z`));
		await school.done(first());
		expect(times()).toEqual([`${DAY} 11:30:00 1`]);
	});
});

describe('a lesson for nobody', () => {
	it.each<[string, unknown]>([
		['null', null],
		['an empty text', ''],
		['an empty list', []],
		['an empty picker', { __rl: true, mode: 'id', value: '' }],
		['nothing', undefined],
	])('is refused: %s', async (_what, customer_ids) => {
		expect(await school.refused(form({ customer_ids } as IDataObject))).toMatchObject({
			message: "'Group' and 'Customer' are both empty, so the lesson would be for nobody",
		});
	});

	it.each<[string, IDataObject]>([
		['Lesson Type', { lesson_type_id: '' }],
		['Subject', { subject_id: null }],
		['Date', { lesson_date: '' }],
		['Start Time', { time_from: '' }],
		['Date To', { when: 'firstFree', date_to: '' }],
		['Date To', { when: 'firstFree', date_to: '2031-03-09' }],
		['Room', { additionalFields: { room_id: '' } }],
		['Stage', { customer_ids: '', group_ids: '1', additionalFields: { lead_status_id: 2 } }],
		['Duration', { duration: 0 }],
		['When', { when: 'soon' }],
	])("is one without a right '%s', which is refused", async (label, more) => {
		expect((await school.refused(form(more))).message).toContain(label);
	});

	it("is told to fill 'Customer' or to remove 'Stage' if a stage is given for a group", async () => {
		const groupWithStage = form({
			customer_ids: '',
			group_ids: '1',
			additionalFields: { lead_status_id: 2 },
		});

		const { description } = await school.refused(groupWithStage);

		expect(description).toBe("Fill 'Customer', or remove 'Stage'. Nothing was sent to AlfaCRM.");
	});
});

it.each([
	['a rejected lead', { is_study: 0, lead_reject_id: 1 }, true],
	['an archived one', { e_date: '2026-01-15', removed: 1 }, true],
	['anybody else', {}, false],
])('%s is booked, with a hint only where nobody would be told of the lesson', async (_who, row, isTold) => {
	const id = school.lead(row);
	const { json, hints } = await school.done(form({ customer_ids: String(id) }));
	expect(json).toMatchObject([{ operationResult: 'created' }]);
	const told = expect.stringContaining(`left out by 'Get Participants'`) as string;
	expect(hints).toEqual(isTold ? [told] : []);
});

describe('the stage of the lead', () => {
	const staged = (more: IDataObject = {}) => form({ additionalFields: { lead_status_id: 2 }, ...more });
	const stage = (id = anna) => school.row('customer', id).lead_status_id;

	it('is moved with the lesson, also where that was there, and once', async () => {
		await school.done(form());
		expect(await school.results(staged(), staged())).toBe('unchanged, unchanged');
		expect(stage()).toBe(2);
		expect(school.writes()).toEqual(['lesson/create', 'customer/update']);
	});

	it('stays where staff have moved it on since the lesson was booked, so a run of the next day takes nobody back', async () => {
		const paid = school.add('lead-status', { name: 'Оплачен', weight: 3, pipeline_id: 1 });
		for (const [id, weight] of [1, 2].entries())
			school.patch('lead-status', id + 1, { weight, pipeline_id: 1 });
		await school.done(staged());
		school.patch('customer', anna, { lead_status_id: paid });
		for (const patch of [{}, { weight: null }]) {
			school.patch('lead-status', paid, patch);
			const { json, hints } = await school.done(staged());
			expect(json).toMatchObject([{ operationResult: 'unchanged' }]);
			expect(hints).toContain(
				`The lesson was there already, and AlfaCRM does not show that the lead is in a stage before 'Stage', so that was left: customer ${anna}`,
			);
			expect(stage()).toBe(paid);
		}
		school.patch('lead-status', paid, { weight: 3 });
		// With a new lesson it begins again.
		await school.done(staged({ time_from: '12:00' }));
		expect(stage()).toBe(2);
		school.patch('customer', anna, { lead_status_id: 1 });
		expect(await school.results(staged())).toBe('unchanged');
		expect(stage()).toBe(2);
	});

	it('is none of a client, which a hint tells', async () => {
		const { hints } = await school.done(staged({ customer_ids: String(boris) }));
		expect(hints).toEqual([`A client has no stage, so that was not changed: customer ${boris}`]);
		expect(school.writes()).toEqual(['lesson/create']);
	});

	it('that cannot be moved is an error which says that the lesson was booked; the next run moves it', async () => {
		school.onCall = (call) => {
			if (call === 'customer/update') throw answered(500);
			return undefined;
		};
		const { error } = await school.run(staged());
		expect(error?.description).toContain(`Saved before: book the lesson on ${DAY} at 10:00.`);
		school.onCall = () => undefined;
		expect(await school.results(staged())).toBe('unchanged');
		expect([stage(), booked().length]).toEqual([2, 1]);
	});
});

describe('what comes in the way', () => {
	it.each([
		'lesson/index',
		'regular-lesson/index',
		'teacher/working-hour',
		'teacher/index',
		'customer/index',
		'cgi/customer',
	])('%s that may not be read is an error, and nothing is booked', async (call) => {
		school.settings.forbiddenCalls = [call];
		expect((await school.stopped(form())).httpCode).toBe('403');
	});

	it('another branch of the teacher that is closed is told in a hint', async () => {
		school.patch('teacher', 1, { branch_ids: [1, 2] });
		school.settings.forbiddenBranches = [2];
		const { hints } = await school.done(form());
		expect(hints).toEqual([expect.stringMatching(/may be busy there in a slot: branch 2$/)]);
	});

	it('Create of the same hour at the same moment: one of both is booked', async () => {
		const create = formOf('create', {
			...{
				resource: 'lesson',
				customer_ids: String(boris),
				lesson_date: DAY,
				time_from: '10:30',
				duration: 60,
			},
			...{ subject_id: 1, lesson_type_id: 3, teacher_ids: [1] },
		});
		const ends = await Promise.all([form(), create].map(async (one) => await school.run(one)));
		expect(ends.filter(({ error }) => error !== undefined)).toHaveLength(1);
		expect(booked()).toHaveLength(1);
	});
});

import type { IDataObject } from 'n8n-workflow';

import { makeAnswerError } from '../../support/nodeErrors';
import { customerForm, SmallSchool } from './school';

let school: SmallSchool;
let anna: number;
let boris: number;
beforeEach(() => {
	school = new SmallSchool();
	for (const path of ['subject', 'subject', 'subject', 'lesson-type', 'lesson-type', 'lesson-type'])
		school.addRecord(path, { name: 'A' });
	for (const branch_ids of [[1], [1]]) school.addRecord('teacher', { name: 'A', branch_ids });
	for (const branch_id of [1, 1, 2]) school.addRecord('room', { name: 'A', branch_id, is_enabled: 1 });
	for (const path of ['location', 'group'])
		school.addRecord(path, { name: 'A', branch_id: 1, branch_ids: [1] });
	[anna, boris] = [school.addLead({ is_study: 1 }), school.addLead({ is_study: 1 })];
});

const DAY = '2031-03-10';
const lesson = (row: IDataObject = {}) =>
	school.addRecord('lesson', {
		...{ branch_id: 1, date: DAY, time_from: `${DAY} 17:00:00`, time_to: `${DAY} 18:00:00` },
		...{ lesson_type_id: 2, subject_id: 1, teacher_ids: [], group_ids: [], status: 1 },
		...{ regular_id: null, customer_ids: [anna, boris], ...row },
	});
const job = (operation: string, more: IDataObject) =>
	customerForm(operation, { resource: 'lesson', ...more });

const booking = (more: IDataObject = {}) =>
	job('create', {
		...{ customer_ids: String(anna), lesson_date: DAY, time_from: '17:00', lesson_type_id: 3, subject_id: 1 },
		...{ duration: 60, ...more },
	});
const booked = () => school.readRecords('lesson').filter(({ date }) => date === DAY);
/** Of teacher and room. */
const slot = { teacher_ids: [2], room_id: 1 };
/** One of somebody else that is there, with that teacher in that room, an hour from five. */
const there = (row: IDataObject = {}) => lesson({ ...slot, customer_ids: [boris], ...row });

describe('the same lesson', () => {
	it('is booked once, however it is written, with a hint', async () => {
		const first = await school.run(booking());
		expect(first.hints).toEqual([]);
		const fields = { lesson_type_id: 3, subject_id: 1, customer_ids: anna, time_to: '18:30' };
		const json = { ...fields, lesson_date: '10.03.2031', time_from: '17:00:00' };
		const row = { ...fields, lesson_date: `${DAY}T00:00:00.000Z`, time_from: `${DAY} 17:00` };
		for (const form of [
			booking(),
			booking({ inputMode: 'json', json: JSON.stringify(json) }),
			booking({ inputMode: 'map', columns: { mappingMode: 'defineBelow', value: row } }),
		])
			expect(await school.run(form)).toMatchObject({
				json: [{ id: first.json[0].id, customer_ids: anna }],
				hints: ['This lesson was there already; no other one was booked: lesson 1'],
			});
		expect(booked()).toHaveLength(1);
	});

	it.each([1, 3])('that is there with status %s is not booked', async (status) => {
		const id = there({ status, customer_ids: [boris, anna], group_ids: [1] });
		for (const more of [{}, { group_ids: '1' }])
			expect((await school.run(booking(more))).json).toMatchObject([{ id }]);
		expect(booked()).toHaveLength(1);
	});

	it.each<[string, IDataObject, IDataObject]>([
		['cancelled', { status: 2, customer_ids: [1] }, {}],
		['one of somebody else', {}, {}],
		['one with one of two', { customer_ids: [1] }, { customer_ids: '1, 2' }],
		['one of the customer without the group', { customer_ids: [1] }, { group_ids: '1', lesson_type_id: 2 }],
		['at another time', { customer_ids: [1] }, { time_from: '18:00' }],
		['on another day', { customer_ids: [1] }, { lesson_date: '2031-03-11' }],
		['there, and that is chosen', { customer_ids: [1] }, { options: { skipIfThere: false } }],
	])('is none that is %s', async (_what, row, more) => {
		const id = there(row);
		expect((await school.run(booking(more))).json[0].id).not.toBe(id);
	});

	it('is booked once by two items, for which the list is read once, and on the next day too', async () => {
		const { json, hints } = await school.run(booking(), { items: [{}, {}] });
		expect(json[1].id).toBe(json[0].id);
		expect(hints).toHaveLength(1);
		// By status.
		expect(school.calls.filter((call) => call === 'lesson/index')).toHaveLength(2);
		school.settings.now = '2031-03-09 12:00:00';
		expect((await school.run(booking())).hints).toHaveLength(1);
		expect(booked()).toHaveLength(1);
	});

	it('is looked for in the branch of the lesson', async () => {
		const json = {
			customer_ids: anna,
			lesson_date: DAY,
			time_from: '17:00',
			lesson_type_id: 3,
			subject_id: 1,
		};
		const elsewhere = booking({ inputMode: 'json', json: { ...json, duration: 60, branch_id: 2 } });
		for (const form of [elsewhere, elsewhere]) await school.run(form);
		expect(booked()).toMatchObject([{ branch_id: 2 }]);
	});
});

describe('a teacher or a room that is taken', () => {
	it.each<[string, IDataObject, IDataObject]>([
		['Teacher 2', { room_id: null }, slot],
		['Room 1', { teacher_ids: [] }, slot],
		['Teacher 2', { status: 3 }, { ...slot, time_from: '16:30' }],
		['Teacher 2', {}, { ...slot, time_from: '17:59', duration: 5 }],
		['Teacher 2', {}, { ...slot, time_from: '16:00', additionalFields: { time_to: '19:00' } }],
	])('%s is not booked twice: %j, %j', async (who, row, more) => {
		const id = there(row);
		expect(await school.expectRefused(booking(more))).toMatchObject({
			message: `${who} has another lesson at that time: lesson ${id}, ${DAY} 17:00 to 18:00`,
			description:
				"Choose another time ('Get Free Slots' of the teacher shows some), or switch 'Check Teacher and Room' off in 'Options'. Nothing was saved.",
		});
	});

	it.each<[string, IDataObject, IDataObject]>([
		['before', {}, { time_from: '16:00' }],
		['after', {}, { time_from: '18:00' }],
		['on another day', {}, { lesson_date: '2031-03-11' }],
		['of others', { teacher_ids: [1], room_id: 2 }, {}],
		['that is cancelled', { status: 2 }, {}],
		['in a branch where the teacher does not work', { branch_id: 2, room_id: 3 }, {}],
		// A room that is taken is refused by AlfaCRM itself.
		['where that is chosen', { room_id: 2 }, { options: { checkBusy: false } }],
		['by a lesson that is cancelled itself', {}, { additionalFields: { status: 2 } }],
	])('does not stand in the way %s', async (_when, row, more) => {
		there(row);
		await school.run(booking({ ...slot, ...more }));
		expect(school.readWrites()).toEqual(['lesson/create']);
	});

	const elsewhere = () => {
		school.store.patch('teacher', 2, { branch_ids: [1, 2] } as never);
		return there({ branch_id: 2, room_id: 3 });
	};
	it('is taken where the teacher has a lesson in another branch', async () => {
		const id = elsewhere();
		expect((await school.expectRefused(booking(slot))).message).toContain(
			`Teacher 2 has another lesson at that time: lesson ${id}`,
		);
	});

	const UNLISTED =
		'Lessons of a branch could not be listed, so repeats and a busy teacher or room there were not noticed: branch';
	it.each([
		[403, '1/lesson/index', `${UNLISTED} 1`],
		[403, '2/lesson/index', `${UNLISTED} 2`],
		[404, '2/lesson/index', `${UNLISTED} 2`],
		[
			403,
			'1/teacher/index',
			'This user may not list teachers, so lessons that they have in other branches were not noticed: teacher 2',
		],
	])('is not noticed where AlfaCRM answers %i to %s, which a hint tells', async (status, call, hint) => {
		if (call.startsWith('1/lesson')) there({ room_id: 2 });
		else elsewhere();
		school.onCall = (_call, { url }) => {
			if (url.endsWith(call)) throw makeAnswerError(status);
			return undefined;
		};
		expect((await school.run(booking(slot))).hints).toEqual([hint]);
	});

	it('is an error if AlfaCRM says "not found" of the branch of the lesson itself, also after an item that read that branch for its teacher', async () => {
		elsewhere();
		school.onCall = (_call, { url }) => {
			if (url.endsWith('2/lesson/index')) throw makeAnswerError(404);
			return undefined;
		};
		const otherDay = { lesson_date: '2031-03-12' };
		const each = [booking({ ...slot, ...otherDay }), booking({ ...slot, ...otherDay, branchId: 2 })];

		const { json } = await school.runToEnd({}, { parametersByItem: each, continueOnFail: true });

		expect(json[1]).toHaveProperty('error');
		const created = school.readRecords('lesson').filter(({ date }) => date === '2031-03-12');
		expect(created).toMatchObject([{ id: json[0].id, branch_id: 1 }]);
	});

	it('is booked once by two items, and by executions at the same moment', async () => {
		const two = [anna, boris].map((id) => booking({ ...slot, customer_ids: String(id) }));
		expect((await school.runToEnd({}, { parametersByItem: two })).error?.message).toContain(
			'has another lesson',
		);
		expect(booked()).toHaveLength(1);
		const ends = await Promise.all(
			two.map(async (one) => await school.runToEnd({ ...one, time_from: '19:00' })),
		);
		expect(ends.filter(({ error }) => error !== undefined)).toHaveLength(1);
		expect(booked()).toHaveLength(2);
	});

	it('costs one look at the day, of two pages, for many lessons, which are all held against each other', async () => {
		const each = Array.from({ length: 6 }, (_, n) =>
			booking({ customer_ids: String(school.addLead()), room_id: (n % 3) + 1, duration: 30 }),
		);
		const { json } = await school.runToEnd({}, { parametersByItem: each, continueOnFail: true });
		expect(json.filter(({ error }) => error !== undefined)).toHaveLength(3);
		expect(booked()).toHaveLength(3);
		expect(school.calls.filter((call) => call === 'lesson/index')).toHaveLength(2);
	});
});

describe.each(['keeps', 'blanks', 'refuses400'] as const)(
	'an update of a lesson where AlfaCRM %s what is not named',
	(lessonUpdate) => {
		let id: number;
		let before: IDataObject;
		const at = (from: string, to: string, date = DAY) => ({
			...{ time_from: `${date} ${from}:00`, time_to: `${date} ${to}:00` },
		});
		beforeEach(() => {
			school.settings.lessonUpdate = lessonUpdate;
			id = lesson({
				...{ ...at('17:00', '18:30'), subject_id: 3, room_id: 2, teacher_ids: [1], group_ids: [1] },
				...{ topic: 'Датчики', note: 'Ноутбук', homework: 'Читать', custom_link: 'https://example.org/plan' },
			});
			before = structuredClone(school.readRecord('lesson', id));
		});
		const update = (updateFields: IDataObject, more: IDataObject = {}) =>
			job('update', { id, updateFields, ...more });
		const saved = { updated_at: expect.any(String) as string };
		const emptied = { options: { overwriteWithEmpty: true } };

		it.each<[string, IDataObject, IDataObject, more?: IDataObject]>([
			['its status', { status: 2 }, { status: 2 }],
			['its homework', { homework: 'Писать' }, { homework: 'Писать' }],
			[
				'its day',
				{ lesson_date: '2031-03-11' },
				{ date: '2031-03-11', ...at('17:00', '18:30', '2031-03-11') },
			],
			['its begin, and the end along with it', { time_from: '09:15' }, at('09:15', '10:45')],
			['its begin behind the end, which goes along', { time_from: '19:00' }, at('19:00', '20:30')],
			['its end', { time_to: '19:00' }, at('17:00', '19:00')],
			['its length', { duration: 45 }, at('17:00', '17:45')],
			['begin and end', { time_from: '19:00', time_to: '20:00' }, at('19:00', '20:00')],
			['begin and length', { time_from: '19:00', duration: 60 }, at('19:00', '20:00')],
			[
				'an end rather than a length',
				{ time_from: '19:00', time_to: '20:00', duration: 45 },
				at('19:00', '20:00'),
			],
			['its subject', { subject_id: 1 }, { subject_id: 1 }],
			['a list, added to', { customer_ids: '7' }, { customer_ids: [1, 2, 7] }, { listMode: 'add' }],
			[
				'what is to be empty',
				{ room_id: '', customer_ids: [] },
				{ room_id: null, customer_ids: [] },
				emptied,
			],
		])('changes %s and nothing else', async (_what, fields, changed, more = {}) => {
			await school.run(update(fields, more));
			expect(school.readRecord('lesson', id)).toEqual({ ...before, ...changed, ...saved });
			const { body } = school.requests.at(-1)!;
			if ('duration' in fields) expect('time_to' in body).not.toBe('duration' in body);
		});

		it.each([2, 3])('keeps a lesson of status %d as it is otherwise', async (status) => {
			school.store.patch('lesson', id, { status } as never);
			await school.run(update({ topic: 'Моторы' }));
			expect(school.readRecord('lesson', id)).toEqual({ ...before, status, topic: 'Моторы', ...saved });
		});

		it.each<[IDataObject, string, string]>([
			[
				{ time_from: '22:30' },
				"'End Time' would be on the next day: the lesson takes 90 minutes",
				"'Start Time' is 22:30. Correct it, or give 'End Time' too. Nothing was saved.",
			],
		])('moves nothing to times that are none: %j', async (fields, message, description) => {
			expect(await school.expectRefused(update(fields))).toMatchObject({ message, description });
		});
	},
);

describe('a regular lesson that is updated', () => {
	const form = (operation: string, more: IDataObject) =>
		customerForm(operation, { resource: 'regularLesson', ...more });
	let id: number;
	beforeEach(async () => {
		const made = form('create', {
			...{
				related_class: 'Group',
				related_id: '1',
				days: [2],
				time_from_v: '17:00',
				subject_id: 1,
				duration: 90,
			},
			...{ lesson_type_id: 2, b_date_v: '2031-09-01', e_date_v: '2032-05-31' },
		});
		id = Number((await school.run(made)).json[0].id);
	});
	const times = () => {
		const { time_from_v, time_to_v } = school.readRecord('regular-lesson', id);
		return `${String(time_from_v)}-${String(time_to_v)}`;
	};

	it.each<[string, IDataObject, string]>([
		['later', { time_from_v: '19:30' }, '19:30-21:00'],
		['to the morning', { time_from_v: '9:00' }, '09:00-10:30'],
		['together with its end', { time_from_v: '19:30', time_to_v: '20:00' }, '19:30-20:00'],
	])(
		'is moved %s: it takes as long as before unless an end is given',
		async (_where, updateFields, moved) => {
			await school.run(form('update', { id, updateFields }));
			expect(times()).toBe(moved);
		},
	);

	it.each<[IDataObject, string]>([
		[{ time_from_v: '22:30' }, "'End Time' would be on the next day: the regular lesson takes 90 minutes"],
	])('is not moved to times that are none: %j', async (updateFields, message) => {
		expect((await school.runToEnd(form('update', { id, updateFields }))).error?.message).toBe(message);
		expect(times()).toBe('17:00-18:30');
	});
});

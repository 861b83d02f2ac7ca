import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { Engine } from '../support/engine';
import { officeOf, pick } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 40 });
const { add, rows, run, set, stopped, whole } = officeOf(school);

const DAY = '2031-03-10';
const form = (more: INodeParameters = {}): INodeParameters => ({
	resource: 'lesson',
	operation: 'create',
	branchId: 1,
	customer_ids: pick(7),
	lesson_date: DAY,
	time_from: '17:00',
	lesson_type_id: 3,
	subject_id: 1,
	...more,
});
/** One that is there, an hour from five. */
const there = (row: IDataObject = {}) =>
	add('lesson', {
		...{ branch_id: 1, date: DAY, time_from: `${DAY} 17:00:00`, time_to: `${DAY} 18:00:00` },
		...{ status: 1, subject_id: 1, lesson_type_id: 3, customer_ids: [9], teacher_ids: [2], room_id: 1 },
		...row,
	});
const booked = () => rows('lesson').filter(({ date }) => date === DAY);
const slot = { teacher_ids: [2], room_id: '1' };

describe('the same lesson', () => {
	const THERE = 'These customers and groups already have a lesson at that time, so no other one was booked';

	it('is booked once, and comes out with a hint', async () => {
		const [first] = await run(form());
		const { json, hints } = await whole(form());
		expect(json).toMatchObject([{ id: first.id, customer_ids: [7] }]);
		expect(hints).toEqual([`${THERE}: lesson ${String(first.id)}`]);
		expect(school.entries('lesson/create')).toHaveLength(1);
	});

	it('is booked once, however it is written', async () => {
		await run(form());
		const fields = { lesson_type_id: 3, subject_id: 1, time_to: '18:30' };
		const json = { ...fields, customer_ids: 7, lesson_date: '10.03.2031', time_from: '17:00:00' };
		await run(form({ inputMode: 'json', json: JSON.stringify(json) }));
		const row = {
			...fields,
			customer_ids: '7',
			lesson_date: `${DAY}T00:00:00.000Z`,
			time_from: `${DAY} 17:00`,
		};
		const columns = { mappingMode: 'autoMapInputData', value: null };
		await run(form({ inputMode: 'map', columns }), { items: [row] });
		expect(booked()).toHaveLength(1);
	});

	it.each([1, 3])('that is there with status %s is not booked', async (status) => {
		const id = there({ status, customer_ids: [9, 7], group_ids: [1] });
		expect(await run(form())).toMatchObject([{ id }]);
		expect(await run(form({ group_ids: pick(1) }))).toMatchObject([{ id }]);
		expect(booked()).toHaveLength(1);
	});

	it.each<[string, IDataObject, INodeParameters]>([
		['cancelled', { status: 2, customer_ids: [7] }, {}],
		['one of somebody else', {}, {}],
		['one with one of two', { customer_ids: [7] }, { customer_ids: pick('7, 8') }],
		[
			'one of the customer, without the group',
			{ customer_ids: [7] },
			{ group_ids: pick(1), lesson_type_id: 2 },
		],
		['at another time', { customer_ids: [7] }, { time_from: '18:00' }],
		['on another day', { customer_ids: [7] }, { lesson_date: '2031-03-11' }],
		['there, and that is chosen', { customer_ids: [7] }, { options: { skipIfThere: false } }],
	])('is none that is %s', async (_what, row, more) => {
		const id = there(row);
		const [made] = await run(form(more));
		expect(made.id).not.toBe(id);
	});

	it('is booked once by two items, also where lists show it late', async () => {
		const { sandbox } = school;
		const original = sandbox.store.onChange;
		sandbox.store.onChange = (change) => {
			original(change);
			if (change.entity.path === 'lesson' && change.after) sandbox.store.hide('lesson', change.after.id);
		};
		const { json, hints } = await whole(form(), { items: [{}, {}] });
		sandbox.store.onChange = original;
		expect(json[1].id).toBe(json[0].id);
		expect(hints).toHaveLength(1);
		expect(booked()).toHaveLength(1);
	});

	it('is booked once by two executions at the same moment, also of two credentials', async () => {
		const other = new Engine({ ...school.credential, hostname: school.sandbox.url }, '2');
		await Promise.all([run(form()), run(form()), other.run({ parameters: form() })]);
		expect(booked()).toHaveLength(1);
	});

	it('is booked once where the answer was lost and it is run again, on the next day too', async () => {
		school.sandbox.faults.add({
			kind: 'reset',
			match: { entity: 'lesson', action: 'create' },
			when: 'after',
		});
		expect((await whole(form())).error?.description).toContain('may have');
		expect((await whole(form())).hints).toHaveLength(1);
		set({ now: '2031-03-09 12:00:00' });
		expect((await whole(form())).hints).toHaveLength(1);
		expect(booked()).toHaveLength(1);
	});

	it('is looked for in the branch of the lesson', async () => {
		const elsewhere = form({ additionalFields: { branch_id: 2 } });
		await run(elsewhere);
		await run(elsewhere);
		expect(booked()).toMatchObject([{ branch_id: 2 }]);
	});
});

describe('a teacher or a room that is taken', () => {
	it.each<[string, IDataObject, INodeParameters]>([
		['Teacher 2', { room_id: null }, slot],
		['Room 1', { teacher_ids: [] }, slot],
		['Teacher 2', { status: 3 }, { ...slot, time_from: '16:30' }],
		['Teacher 2', {}, { ...slot, time_from: '17:59', duration: 5 }],
		['Teacher 2', {}, { ...slot, time_from: '16:00', additionalFields: { time_to: '19:00' } }],
	])('%s is not booked twice: %j, %j', async (who, row, more) => {
		const id = there(row);
		const error = await stopped(form(more));
		expect(error.message).toBe(`${who} has another lesson at that time: lesson ${id}, ${DAY} 17:00 to 18:00`);
		expect(error.description).toBe(
			"Choose another time ('Get Free Slots' of the teacher shows some), or switch 'Check Teacher and Room' off in 'Options'. Nothing was saved.",
		);
	});

	it.each<[string, IDataObject, INodeParameters]>([
		['before', {}, { time_from: '16:00' }],
		['after', {}, { time_from: '18:00' }],
		['on another day', {}, { lesson_date: '2031-03-11' }],
		['of others', { teacher_ids: [1], room_id: 2 }, {}],
		['that is cancelled', { status: 2 }, {}],
		['in a branch where the teacher does not work', { branch_id: 2, room_id: 4 }, {}],
		['where that is chosen', {}, { options: { checkBusy: false } }],
		['by a lesson that is cancelled itself', {}, { additionalFields: { status: 2 } }],
	])('does not stand in the way %s', async (_when, row, more) => {
		set({ roomCheck: false });
		there(row);
		const { error } = await whole(form({ ...slot, ...more }));
		expect(error).toBeUndefined();
		expect(school.entries('lesson/create')).toHaveLength(1);
	});

	it('is taken where the teacher has a lesson in another branch', async () => {
		school.sandbox.store.patch('teacher', 2, { branch_ids: [1, 2] });
		const id = there({ branch_id: 2, room_id: 4 });
		const error = await stopped(form(slot));
		expect(error.message).toContain(`Teacher 2 has another lesson at that time: lesson ${id}`);
		// One that is closed, or not for this user, is passed over.
		set({ forbiddenBranches: [2] });
		const { json, hints } = await whole(form(slot));
		expect(json).toHaveLength(1);
		expect(hints).toEqual([expect.stringContaining('branch 2')]);
	});

	it('is taken over midnight by what began on the day before', async () => {
		const id = there({ date: '2031-03-09', time_from: '2031-03-09 23:30:00', time_to: `${DAY} 00:30:00` });
		const error = await stopped(form({ ...slot, time_from: '00:15' }));
		expect(error.message).toContain(`lesson ${id}, 2031-03-09 23:30 to 00:30`);
	});

	it('is booked once by two at the same moment: by two items, and by two executions', async () => {
		set({ roomCheck: false });
		const two = form({ ...slot, customer_ids: pick('={{ $json.id }}') });
		const { items } = await whole(two, { items: [{ id: 7 }, { id: 8 }] });
		expect(items).toHaveLength(0);
		expect(booked()).toHaveLength(1);
		const ends = await Promise.all(
			[11, 12, 13].map(
				async (id) => await whole(form({ ...slot, customer_ids: pick(id), time_from: '19:00' })),
			),
		);
		expect(ends.map(({ status }) => status).sort()).toEqual(['error', 'error', 'success']);
		expect(booked()).toHaveLength(2);
	});
});

it('many lessons of a day cost one look at it, and are all held against each other', async () => {
	set({ roomCheck: false, pageSize: 500 });
	const rooms = school.sandbox.store.rows('room').length;
	const items = Array.from({ length: 2 * rooms }, (_, n) => ({ customer: n + 1, room: (n % rooms) + 1 }));
	const parameters = form({
		customer_ids: pick('={{ $json.customer }}'),
		room_id: '={{ $json.room }}',
		duration: 30,
	});
	const { json: out } = await whole(parameters, { items, onError: 'continueRegularOutput' });
	expect(out.filter(({ error }) => error !== undefined)).toHaveLength(rooms);
	expect(booked()).toHaveLength(rooms);
	expect(school.entries('lesson/index')).toHaveLength(2);
});

it('who may not list lessons books all the same, with a hint', async () => {
	there();
	set({ forbiddenCalls: ['lesson/index'], roomCheck: false });
	const { hints, error } = await whole(form(slot));
	expect(error).toBeUndefined();
	expect(hints).toEqual([
		'Lessons of a branch could not be listed, so repeats and a busy teacher or room there were not noticed: branch 1',
	]);
});

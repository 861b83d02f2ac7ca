import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../../sandbox';
import { Poller } from '../../support/poller';
import { useSchool } from '../../support/school';

const school = useSchool({ customers: 60, settings: { now: '2026-03-10 12:00:00' } });

const started = async (event: string, parameters: INodeParameters = {}) => {
	const poller = new Poller(school.engine, { event, addNames: false, ...parameters });
	expect(await poller.tick()).toEqual([]);
	school.sandbox.clearJournal();
	return poller;
};
const store = () => school.sandbox.store;
const pupils = () => [1, 2, 3].map((n) => store().insert('customer', pupil(n)).id);
const pupil = (n: number) => ({
	...{ name: `Ученик ${n}`, is_study: 1, branch_ids: [1] },
	phone: [`+7(900)000-00-0${n}`],
});
const planned = (customer_ids: number[]) =>
	store().insert('lesson', {
		...{ branch_id: 1, date: '2026-03-10', time_from: '2026-03-10 10:00:00', time_to: '2026-03-10 11:00:00' },
		...{ lesson_type_id: 2, subject_id: 1, status: 1, teacher_ids: [1], group_ids: [1], customer_ids },
	}).id;
/** AlfaCRM's own way to complete a lesson: each customer's details, then the lesson. */
const teach = (lesson_id: number, there: Record<number, 0 | 1>, more: JsonObject = {}) => {
	for (const [customer, is_attend] of Object.entries(there)) {
		const own = store()
			.where('lesson-details', 'lesson_id', lesson_id)
			.find(({ customer_id }) => customer_id === Number(customer));
		const values = { branch_id: 1, customer_id: Number(customer), lesson_id, is_attend, ...more };
		if (own) store().patch('lesson-details', own.id, { is_attend });
		else store().insert('lesson-details', values);
	}
	store().patch('lesson', lesson_id, { status: 3 });
};
const who = (items: IDataObject[]) => items.map(({ lesson_id, customer_id }) => [lesson_id, customer_id]);

describe.each([
	['customerAttended', 1],
	['customerMissed', 0],
] as const)('%s', (event, isThere) => {
	const other = isThere === 1 ? 0 : 1;

	it.each([
		['the log names the lesson', {}],
		['it does not', { logLesson: false }],
		['details are shown to who asks for the customer', { lessonDetails: 'withCustomer' }],
		['both', { lessonDetails: 'withCustomer', logLesson: false }],
		['fields are JSON text', { logFields: 'jsonText' }],
		['a log shows the whole account', { logScope: 'account' }],
	] as const)('tells each pupil of a lesson once where %s', async (_name, settings) => {
		Object.assign(school.sandbox.settings, settings);
		const [one, two, three] = pupils();
		const lesson = planned([one, two, three]);
		const poller = await started(event);
		teach(lesson, { [one]: isThere, [two]: other, [three]: isThere });

		expect(who(await poller.tick())).toEqual([
			[lesson, one],
			[lesson, three],
		]);
		expect(await poller.tick()).toEqual([]);
		poller.restart();
		expect(await poller.tick()).toEqual([]);
	});

	it('has what is needed, flat and with names', async () => {
		const [one] = pupils();
		const lesson = planned([one]);
		const poller = await started(event, { addNames: true });
		teach(
			lesson,
			{ [one]: isThere },
			{ reason_id: 1, note: 'Предупредили', ctt_id: 4, commission: '800.00' },
		);

		const named = (path: string, id: number) => store().find(path, id)?.name;
		expect(await poller.tick()).toEqual([
			{
				...{ customer_id: one, customer_name: 'Ученик 1', customer_phone: ['+7(900)000-00-01'] },
				...{ customer_email: [], lesson_id: lesson, date: '2026-03-10' },
				...{ time_from: '2026-03-10 10:00:00', time_to: '2026-03-10 11:00:00' },
				...{ lesson_type_id: 2, lesson_type_name: named('lesson-type', 2) },
				...{ subject_id: 1, subject_name: named('subject', 1) },
				...{ teacher_ids: [1], teacher_names: [named('teacher', 1)] },
				...{ group_ids: [1], group_names: [named('group', 1)] },
				...{ is_attend: isThere, reason_id: 1, grade: null, note: 'Предупредили', commission: '800.00' },
				...{ subscription_id: 4, details_id: expect.any(Number) as number },
				...{ room_id: null, room_name: null, topic: null, homework: null },
				...{ branch_id: 1, user_id: 0, datetime: '2026-03-10 12:00:00' },
			},
		]);
	});

	it('tells nothing of a lesson that is only planned, and all of it once it is completed', async () => {
		const [one, two] = pupils();
		const lesson = planned([one, two]);
		const poller = await started(event);
		for (const customer_id of [one, two])
			store().insert('lesson-details', { branch_id: 1, customer_id, lesson_id: lesson, is_attend: isThere });
		expect(await poller.tick()).toEqual([]);
		store().patch('lesson', lesson, { status: 3 });
		expect(who(await poller.tick())).toEqual([
			[lesson, one],
			[lesson, two],
		]);
	});

	it.each([true, false])(
		'follows what is put right later, where the log names the lesson: %s',
		async (logLesson) => {
			school.sandbox.settings.logLesson = logLesson;
			const [one] = pupils();
			const lesson = planned([one]);
			const poller = await started(event);
			teach(lesson, { [one]: other });
			expect(await poller.tick()).toEqual([]);
			teach(lesson, { [one]: isThere });
			expect(who(await poller.tick())).toEqual([[lesson, one]]);
			teach(lesson, { [one]: other });
			expect(await poller.tick()).toEqual([]);
		},
	);

	it('tells a lesson in pieces where it has more pupils than a poll may report', async () => {
		const ids = pupils();
		const lessons = [planned(ids), planned(ids)];
		const poller = await started(event, { options: { maxPerPoll: 2 } });
		for (const lesson of lessons) teach(lesson, Object.fromEntries(ids.map((id) => [id, isThere])));
		const polls: IDataObject[][] = [];
		for (let n = 0; n < 4; n++) polls.push(await poller.tick());
		expect(polls.map(({ length }) => length)).toEqual([2, 2, 2, 0]);
		expect(who(polls.flat())).toEqual(lessons.flatMap((lesson) => ids.map((id) => [lesson, id])));
	});

	it('does not lose a lesson that cannot be read for now', async () => {
		const [one] = pupils();
		const lesson = planned([one]);
		const poller = await started(event);
		teach(lesson, { [one]: isThere });
		school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match: { entity: 'lesson' } });
		await expect(poller.tick()).rejects.toThrow();
		school.sandbox.faults.clear();
		expect(who(await poller.tick())).toEqual([[lesson, one]]);
	});

	it.each(['lesson', 'customer'])(
		'what was read before a %s that cannot be read for now does not wait for it',
		async (entity) => {
			const [one, two] = pupils();
			const lessons = [planned([one]), planned([two])];
			const poller = await started(event, { addNames: true });
			teach(lessons[0], { [one]: isThere });
			teach(lessons[1], { [two]: isThere });
			const bodyContains = `"id":${entity === 'lesson' ? lessons[1] : two}`;
			const match = { entity, bodyContains };
			school.sandbox.faults.add({ kind: 'status', status: 500, times: 0, match });
			expect(who(await poller.tick())).toEqual([[lessons[0], one]]);
			await expect(poller.tick()).rejects.toThrow();
			school.sandbox.faults.clear();
			expect(who(await poller.tick())).toEqual([[lessons[1], two]]);
			expect(await poller.tick()).toEqual([]);
		},
	);

	it('tells what the log says where lessons are not for this user', async () => {
		const [one] = pupils();
		const lesson = planned([one]);
		const poller = await started(event);
		school.sandbox.settings.forbiddenCalls = ['lesson/index'];
		teach(lesson, { [one]: isThere });
		const items = await poller.tick();
		const told = isThere === 1 ? [{ customer_id: one, lesson_id: lesson, date: null }] : [];
		expect(items).toMatchObject(told);
		for (const { lesson_error } of items) expect(lesson_error).toMatch(/AlfaCRM/);
	});

	it('tells nothing of a lesson that was deleted meanwhile', async () => {
		const [one] = pupils();
		const lesson = planned([one]);
		const poller = await started(event);
		teach(lesson, { [one]: isThere });
		store().remove('lesson', lesson);
		expect(await poller.tick()).toEqual([]);
		expect(await poller.tick()).toEqual([]);
	});

	it('reads a lesson once for all of its pupils', async () => {
		const ids = pupils();
		const lesson = planned(ids);
		const poller = await started(event);
		teach(lesson, Object.fromEntries(ids.map((id) => [id, isThere])));
		await poller.tick();
		expect(school.entries('lesson/index')).toHaveLength(1);
	});

	it('shows real ones as a test event', async () => {
		const ids = pupils();
		const lesson = planned(ids);
		const poller = await started(event);
		teach(lesson, { [ids[0]]: isThere, [ids[1]]: other, [ids[2]]: isThere });
		expect(who(await poller.fetchTestEvent())).toEqual([
			[lesson, ids[0]],
			[lesson, ids[2]],
		]);
		expect(await poller.tick()).toHaveLength(2);
	});
});

it('a test event says that it looked at the newest lessons alone, where older ones show an absence', async () => {
	const [one] = pupils();
	const poller = await started('customerMissed');
	teach(planned([one]), { [one]: 0 });
	for (let n = 0; n < 30; n++) teach(planned([one]), { [one]: 1 });
	await expect(poller.fetchTestEvent()).rejects.toThrow(
		'Among the newest records of AlfaCRM is none that this trigger would report',
	);
	expect(who(await poller.tick())).toHaveLength(1);
});

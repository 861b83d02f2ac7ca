import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Settings } from '../../../sandbox';
import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { depth, seed } from '../../support/depth';
import { formOf } from '../../support/form';
import { freeByTheMinute, ROOM, TEACHER, timetables } from '../../support/timetables';
import type { Case } from '../../support/timetables';
import { EMPTY, NULL, UNDEFINED, given, officeOf, pick, stopClock } from '../support/office';
import { useSchool } from '../support/school';

const school = useSchool({ customers: 20 });
const { add, patch, refused, rows, run, set, whole, writes } = officeOf(school);

const form = (teacher: unknown, more: INodeParameters = {}): INodeParameters => ({
	...{ resource: 'teacher', operation: 'getFreeSlots', branchId: 1, id: pick(teacher) },
	...{ date_from: '2026-02-09', date_to: '2026-02-15', duration: 60, returnAll: true },
	...{ additionalFields: {}, options: {}, ...more },
});
const read = (items: readonly IDataObject[]) =>
	items.map(({ date, start, end }) => `${String(date)} ${String(start)}-${String(end)}`);

beforeEach(() => stopClock('2026-02-01T09:00:00Z'));
afterEach(() => jest.useRealTimers());

/** Someone with hours on Monday the 9th from 10 to 13, and nothing else to do. */
function newTeacher(more: IDataObject = {}): number {
	const id = add('teacher', { name: 'Новикова Яна', branch_ids: [1], ...more });
	add('working-hour', { teacher_id: id, branch_id: 1, weekday: 2, time_from: '10:00', time_to: '12:59' });
	return id;
}
const lessonOf = (teacher: number, more: IDataObject = {}) =>
	add('lesson', {
		...{ branch_id: 1, date: '2026-02-09', time_from: '2026-02-09 11:00:00', time_to: '2026-02-09 12:00:00' },
		...{ status: 1, teacher_ids: [teacher], lesson_type_id: 1, subject_id: 1, ...more },
	});

describe('random timetables in a school of its own lessons', () => {
	/** What differs from account to account. */
	const anyWays = fc.record({
		sunday: fc.constantFrom(7, 0),
		bodyPageSize: fc.constantFrom('ignored', 'honoured', 'refused400'),
		total: fc.constantFrom('present', 'missing', 'oneTooLow'),
		pastEnd: fc.constantFrom('empty', 'repeatLast'),
		shuffle: fc.boolean(),
		ignoredFilters: fc.subarray([
			...['working-hour.teacher_id', 'lesson.teacher_id', 'regular-lesson.teacher_id'],
			...['lesson.date_from', 'lesson.date_to', 'lesson.room_ids'],
		]),
	}) as fc.Arbitrary<Partial<Settings>>;
	// Rows that change places from page to page and that nothing counts, or counts too low, may slip from whatever list.
	const ways = anyWays.map((one) => ({ ...one, shuffle: one.shuffle === true && one.total === 'present' }));

	it('leave the slots that are free minute by minute, by the rows that the school holds', async () => {
		const { sandbox } = school;
		const before = sandbox.snapshot();
		let found = 0;
		const check = async ({ rows: made, asked }: Case, settings: Partial<Settings>, homes: number[]) => {
			sandbox.restore(before);
			Object.assign(sandbox.settings, settings, { rateLimit: 0 });
			const { store } = sandbox;
			store.withoutEvents(() => {
				store.upsert('teacher', { id: TEACHER, name: 'Новикова Яна', branch_ids: homes });
				store.upsert('room', { id: ROOM, name: 'Зал', branch_id: 1 });
				for (const row of made.hours) store.upsert('working-hour', row as never);
				for (const row of made.regular) store.upsert('regular-lesson', row as never);
				for (const row of made.lessons) store.upsert('lesson', row as never);
			});
			// The teacher is taken by what is in their branches; a room of this branch by what is in this branch.
			const isShown = ({ teacher_ids, branch_id }: IDataObject) =>
				(homes.includes(Number(branch_id)) && (teacher_ids as number[]).includes(TEACHER)) || branch_id === 1;
			const visible = (path: string) => rows(path).filter(isShown);
			const known = {
				hours: rows('working-hour'),
				lessons: visible('lesson'),
				regular: visible('regular-lesson'),
			};
			const now = asked.now ?? Date.parse('2025-01-01T00:00:00Z');
			jest.setSystemTime(now);
			const { json, error } = await whole(
				form(TEACHER, {
					...{ date_from: asked.from, date_to: asked.to, duration: asked.duration },
					additionalFields: asked.room === undefined ? {} : { room_id: asked.room },
					options: {
						step: asked.step,
						otherBranches: asked.branch === undefined,
						past: asked.now === undefined,
					},
				}),
				{ timezone: asked.zone },
			);
			expect(error).toBeUndefined();
			expect(read(json)).toEqual(freeByTheMinute(known, asked));
			for (const { time_zone } of json) expect(time_zone).toBe(asked.zone);
			found += json.length;
		};
		const homes = fc.constantFrom<number[][]>([1], [1, 2]);
		const property = fc.asyncProperty(timetables, ways, homes, check);
		await fc.assert(property, { seed, numRuns: depth.freeSlotsOfSchools });
		expect(found).toBeGreaterThan(0);
		sandbox.restore(before);
	}, 300_000);
});

describe('free slots', () => {
	it('are one item each, with all that a lesson needs, as the schema tells', async () => {
		const id = newTeacher();
		lessonOf(id);
		const json = await run(form(id, { additionalFields: { room_id: 1 } }), {
			timezone: 'Asia/Almaty',
		});
		expect(json[0]).toEqual({
			...{ date: '2026-02-09', start: '10:00', end: '11:00', duration: 60, time_zone: 'Asia/Almaty' },
			...{ teacher_id: id, teacher_name: 'Новикова Яна', branch_id: 1, room_id: 1 },
		});
		expect(read(json)).toEqual(['2026-02-09 10:00-11:00', '2026-02-09 12:00-13:00']);
		const { properties } = allSchemas()['teacher/getFreeSlots'];
		expect(Object.keys(properties).sort()).toEqual(Object.keys(json[0]).sort());
		expect(writes()).toEqual([]);
	});

	it('begin at each step, as many as the limit says', async () => {
		const id = newTeacher();
		expect(read(await run(form(id, { returnAll: false, limit: 3 })))).toEqual([
			'2026-02-09 10:00-11:00',
			'2026-02-09 10:30-11:30',
			'2026-02-09 11:00-12:00',
		]);
		expect(await run(form(id, { options: { step: 15 } }))).toHaveLength(9);
		expect(await run(form(id, { duration: 181 }))).toEqual([]);
	});

	it('are none while a lesson in another branch takes the time', async () => {
		const id = newTeacher({ branch_ids: [1, 2] });
		lessonOf(id, { branch_id: 2 });
		expect(read(await run(form(id)))).toEqual(['2026-02-09 10:00-11:00', '2026-02-09 12:00-13:00']);
	});

	it.each([2, 77])(
		'whether a teacher is busy in branch %i, which cannot be seen, is not known; that is told',
		async (branch) => {
			const id = newTeacher({ branch_ids: [1, branch] });
			set({ forbiddenBranches: [2] });
			const { json, hints, error } = await whole(form(id));
			expect(error).toBeUndefined();
			expect(json).toHaveLength(5);
			expect(hints).toEqual([
				expect.stringMatching(new RegExp(`may be busy there in a slot: branch ${branch}$`)),
			]);
		},
	);

	it.each(['teacher/working-hour', 'lesson/index', 'regular-lesson/index'])(
		'are none where %s may not be read, but an error',
		async (call) => {
			const id = newTeacher();
			set({ forbiddenCalls: [call] });
			const { error, status } = await whole(form(id));
			expect([status, error?.httpCode]).toEqual(['error', '403']);
		},
	);

	it('are an error where lessons are missing from a list that does not come whole', async () => {
		const id = newTeacher();
		lessonOf(id);
		const hidden = lessonOf(id, { time_from: '2026-02-09 12:00:00', time_to: '2026-02-09 13:00:00' });
		school.sandbox.store.hide('lesson', hidden, 'counted');
		set({ shuffle: true });
		const { json, error, hints } = await whole(form(id));
		// A total that is always one too high is wrong; that is told.
		expect(error === undefined ? hints.join() : error.message).toMatch(
			/counts more lessons|did not come whole/,
		);
		expect(read(json)).not.toContain('2026-02-09 11:00-12:00');
	});

	it('what has begun today is left out, by the clock of the workflow, unless it is wanted', async () => {
		const id = newTeacher();
		jest.setSystemTime(new Date('2026-02-09T05:30:00Z'));
		const from = async (timezone: string, past = false) =>
			read(await run(form(id, { options: { past } }), { timezone }))[0];
		expect(await from('Europe/Moscow')).toBe('2026-02-09 10:00-11:00');
		expect(await from('Asia/Tashkent')).toBe('2026-02-09 10:30-11:30');
		expect(await from('Asia/Vladivostok')).toBeUndefined();
		expect(await from('Asia/Vladivostok', true)).toBe('2026-02-09 10:00-11:00');
	});

	it('a teacher who has left has none', async () => {
		const id = newTeacher();
		patch('teacher', id, { e_date: '2026-02-09' });
		expect(await run(form(id))).toEqual([]);
		patch('teacher', id, { e_date: '2026-02-10' });
		expect(await run(form(id))).toHaveLength(5);
	});

	it('a teacher or a room that the branch does not have is an error, and not free at any time', async () => {
		expect((await whole(form(9_999))).error?.message).toBe('AlfaCRM has no teacher with ID 9999 in branch 1');
		const id = newTeacher();
		const room = add('room', { name: 'Чужая', branch_id: 2 });
		for (const room_id of [room, 9_999]) {
			const { error } = await whole(form(id, { additionalFields: { room_id } }));
			expect(error?.message).toBe(`AlfaCRM has no room with ID ${room_id} in branch 1`);
		}
		set({ forbiddenCalls: ['room/index'] });
		const own = add('room', { name: 'Своя', branch_id: 1 });
		lessonOf(2, { room_id: own });
		expect(read(await run(form(id, { additionalFields: { room_id: own } })))).toEqual([
			...['2026-02-09 10:00-11:00', '2026-02-09 12:00-13:00'],
		]);
	});

	it('the lists are asked for together: the teacher, then hours, lessons of each status and regular lessons', async () => {
		const id = newTeacher();
		await run(form(id));
		const calls = school.calls().filter((call) => !call.startsWith('auth/'));
		expect(calls[0]).toBe('teacher/index');
		expect(calls.slice(1).sort()).toEqual([
			...['lesson/index', 'lesson/index', 'lesson/index'],
			...['regular-lesson/index', 'teacher/working-hour'],
		]);
		const asked = school.entries('lesson/index').map(({ body }) => body as IDataObject);
		expect(asked.map(({ status }) => status).sort()).toEqual([1, 2, 3]);
		// One of the day before may go on over midnight.
		expect(asked[0]).toMatchObject({ teacher_id: id, date_from: '2026-02-08', date_to: '2026-02-15' });
	});
});

it('no subject is asked for, since nobody can tell who teaches it', () => {
	const [more] = formOf({ resource: 'teacher', operation: 'getFreeSlots' }).filter(
		({ name }) => name === 'additionalFields',
	);
	expect((more.options ?? []).map(({ name }) => name)).toEqual(['room_id']);
});

describe('before anything is sent', () => {
	it.each([
		['Date To', { date_from: '2026-02-10', date_to: '2026-02-09' }],
		['Date To', { date_from: '2026-02-10', date_to: '2027-02-12' }],
		['Date From', { date_from: EMPTY }],
		['Date To', { date_to: UNDEFINED }],
		['Duration', { duration: given(0) }],
		['Duration', { duration: NULL }],
		['Step', { options: { step: given(1) } }],
		['Include Past Slots', { options: { past: given('maybe') } }],
		['Limit', { returnAll: false, limit: given(0) }],
		['Room', { additionalFields: { room_id: given('first') } }],
		// Slots in which the room is taken would do for whoever books it.
		...['', EMPTY, UNDEFINED, NULL, given([]), given(' ')].map((room_id): [string, INodeParameters] => [
			'Room',
			{ additionalFields: { room_id } },
		]),
		['Teacher', { id: pick(EMPTY) }],
	])("'%s' is refused if it is %j", async (label, more) => {
		await refused(form(2, more as INodeParameters), label);
	});
});

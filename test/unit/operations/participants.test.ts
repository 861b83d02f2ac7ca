import type { IDataObject } from 'n8n-workflow';

import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { findOccurrences } from '../../../nodes/AlfaCrm/store/calendar/occurrences';
import { LESSON_STATUS, REGULAR_LESSON_DAY } from '../../support/codes';
import {
	ANNA,
	BORIS,
	CUSTOMER_WITHOUT_CARD,
	GROUP,
	GROUP_LESSON,
	NOW,
	OTHER_LESSON,
	lessonParticipantsForm,
	tuesdayParticipantsForm,
	ParticipantsSchool,
	VERA,
} from './participantsSchool';

describe('findOccurrences', () => {
	const REGULAR_LESSON = 71;

	/** Each Tuesday at 17:00, such as 10 and 17 March. */
	const TUESDAYS: IDataObject = {
		id: REGULAR_LESSON,
		related_class: 'Group',
		related_id: GROUP,
		day: REGULAR_LESSON_DAY.tuesday,
		time_from_v: '17:00',
		time_to_v: '18:00',
		b_date: '2026-01-01',
		e_date: '2026-12-31',
	};

	/** Makes a planned lesson that belongs to the regular lesson. */
	function lessonOfRegularLesson(date: string, status: number = LESSON_STATUS.planned): IDataObject {
		return { id: 9_001, regular_id: REGULAR_LESSON, date, status };
	}

	/** Finds the days of a regular lesson, from 9 to 22 March 2026, for which there is no lesson. */
	function findRegularDays(lessons: IDataObject[], regularLesson: IDataObject): string[] {
		const days = { from: '2026-03-09', to: '2026-03-22', zone: 'Europe/Moscow' };
		const occurrences = findOccurrences({ lessons, regularLessons: [regularLesson] }, days, 1);
		return occurrences.filter(({ lesson_id }) => lesson_id === null).map(({ date }) => date);
	}

	it('findOccurrences finds the days of a regular lesson that has no lessons yet', () => {
		const regularDays = findRegularDays([], TUESDAYS);

		expect(regularDays).toEqual(['2026-03-10', '2026-03-17']);
	});

	it.each([
		{ weekday: 'the Thursday after it', date: '2026-03-12' },
		{ weekday: 'the Monday after it', date: '2026-03-16' },
	])('findOccurrences leaves out a Tuesday when the lesson was moved to $weekday', ({ date }) => {
		const regularDays = findRegularDays([lessonOfRegularLesson(date)], TUESDAYS);

		expect(regularDays).toEqual(['2026-03-17']);
	});

	it('findOccurrences leaves out the Tuesday after a moved lesson when the Tuesday before it has its own lesson', () => {
		const lessons = [lessonOfRegularLesson('2026-03-10'), lessonOfRegularLesson('2026-03-16')];

		const regularDays = findRegularDays(lessons, TUESDAYS);

		expect(regularDays).toEqual([]);
	});

	it('findOccurrences keeps the first Tuesday of a regular lesson that was on Mondays until then', () => {
		const lastMonday = lessonOfRegularLesson('2026-03-09', LESSON_STATUS.held);

		const regularDays = findRegularDays([lastMonday], { ...TUESDAYS, b_date: '2026-03-10' });

		expect(regularDays).toEqual(['2026-03-10', '2026-03-17']);
	});

	it('findOccurrences ends a regular lesson on the next day when it goes on after midnight', () => {
		const lateLesson = { ...TUESDAYS, time_from_v: '23:00', time_to_v: '00:30' };
		const tuesday = { from: '2026-03-10', to: '2026-03-10', zone: 'Europe/Moscow' };

		const occurrences = findOccurrences({ lessons: [], regularLessons: [lateLesson] }, tuesday, 1);

		expect(occurrences).toMatchObject([
			{
				time_from: '2026-03-10 23:00:00',
				time_to: '2026-03-11 00:30:00',
				branch_id: 1,
				group_ids: [GROUP],
			},
		]);
	});
});

describe('Get Participants', () => {
	const HIDDEN_BRANCH_HINT = /may not see all branches.*: branch 2$/;
	const MISSING_CARD_HINT = 'Some who are to come were left out, because AlfaCRM shows their card in no list';

	let school: ParticipantsSchool;

	beforeEach(() => {
		jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
		school = new ParticipantsSchool();
	});

	afterEach(() => {
		jest.useRealTimers();
	});

	it('Get Participants returns a member of the group with the phones, the email and the lesson', async () => {
		const { json } = await school.run(tuesdayParticipantsForm());

		expect(json).toEqual([
			{
				time_from: '2026-03-10 17:00:00',
				customer_id: ANNA,
				customer_name: 'Орлова Анна',
				customer_phone: '+7(900)000-05-01, +7(900)000-05-02',
				customer_email: 'a@example.org',
				lesson_id: GROUP_LESSON,
				group_id: GROUP,
				group_name: 'Роботы',
				subject_id: 1,
				subject_name: null,
				teacher_ids: 1,
				teacher_names: null,
				room_id: 1,
				room_name: null,
				lesson_type_id: 2,
				lesson_type_name: null,
				branch_id: 1,
				url: 'https://demo.s20.online/company/1/customer/view?id=501',
			},
		]);
	});

	it('Get Participants returns the fields of its output schema, in their order', async () => {
		const { json } = await school.run(tuesdayParticipantsForm());

		const { properties } = allSchemas()['lesson/getParticipants'];
		expect(Object.keys(json[0])).toEqual(Object.keys(properties));
	});

	it('Get Participants returns one item for each customer and lesson, in the order of the lessons', async () => {
		school.addLesson({ customer_ids: [ANNA, VERA], time: '19:00' });

		const { json } = await school.run(tuesdayParticipantsForm());

		expect(json).toMatchObject([
			{ time_from: '2026-03-10 17:00:00', customer_id: ANNA },
			{ time_from: '2026-03-10 19:00:00', customer_id: ANNA },
			{ time_from: '2026-03-10 19:00:00', customer_id: VERA },
		]);
	});

	it('Get Participants returns nobody for a day without lessons', async () => {
		const { json } = await school.run(
			tuesdayParticipantsForm({ date_from: '2026-03-15', date_to: '2026-03-15' }),
		);

		expect(json).toEqual([]);
	});

	it('Get Participants reads each list once in each branch, and lessons once for each status', async () => {
		school.addLesson({ id: 9_002, group_ids: [GROUP], time: '19:00' });
		school.addLesson({ id: 9_003, branch_id: 2, customer_ids: [VERA] });

		await school.run(tuesdayParticipantsForm({ simplify: false }));

		// The memberships of the group are read twice: the current ones, and those of all times.
		expect([...school.calls].sort()).toEqual([
			'branch/index',
			'cgi/index',
			'cgi/index',
			'customer/index',
			'customer/index',
			'lesson/index',
			'lesson/index',
			'lesson/index',
			'lesson/index',
			'lesson/index',
			'lesson/index',
			'regular-lesson/index',
			'regular-lesson/index',
		]);
	});

	it('Get Participants asks for the card of a customer among clients, leads and archived customers', async () => {
		await school.run(tuesdayParticipantsForm());

		expect(school.readRequests('customer/index')).toMatchObject([
			{ body: { id: ANNA, is_study: 2, removed: 1 } },
		]);
	});

	it('Get Participants returns all participants when AlfaCRM obeys only the first of several IDs', async () => {
		school.addLesson({ customer_ids: [ANNA, BORIS] });
		school.listOnlyFirstOfSeveralIds();

		const { json } = await school.run(lessonParticipantsForm(OTHER_LESSON));

		expect(json).toMatchObject([{ customer_id: ANNA }, { customer_id: BORIS }]);
	});

	it('Get Participants returns as many participants as Limit says', async () => {
		school.addLesson({ customer_ids: [BORIS, VERA], time: '09:00' });

		const { json } = await school.run(tuesdayParticipantsForm({ returnAll: false, limit: 2 }));

		expect(json).toMatchObject([{ customer_id: BORIS }, { customer_id: VERA }]);
	});

	it('Get Participants warns in a hint when a list changes while it is read', async () => {
		school.answerCallWithUnstableList('regular-lesson/index');

		const { hints } = await school.run(tuesdayParticipantsForm());

		expect(hints).toContainEqual(expect.stringContaining('did not come whole'));
	});

	it.each([
		{ form: 'a last day before the first day', date_from: '2026-03-11', date_to: '2026-03-10' },
		{ form: 'days of more than a year', date_from: '2026-03-11', date_to: '2027-03-13' },
		{ form: 'an empty first day', date_from: '', date_to: '2026-03-10' },
	])('Get Participants refuses $form before it sends anything', async ({ date_from, date_to }) => {
		const { message } = await school.expectRefusedUnsent(
			tuesdayParticipantsForm({ branchId: 1, date_from, date_to }),
		);

		expect(message).toContain('Date From');
	});

	it('Get Participants refuses a limit of 0 before it sends anything', async () => {
		const { message } = await school.expectRefusedUnsent(
			tuesdayParticipantsForm({ branchId: 1, returnAll: false, limit: 0 }),
		);

		expect(message).toContain('Limit');
	});

	describe('for one lesson', () => {
		it('Get Participants returns the participants of the lesson, whatever day and branch it has', async () => {
			school.addLesson({ date: '2026-03-20', branch_id: 2, customer_ids: [VERA] });

			const { json } = await school.run(lessonParticipantsForm(OTHER_LESSON));

			expect(json).toMatchObject([{ time_from: '2026-03-20 17:00:00', customer_id: VERA }]);
		});

		it('Get Participants ignores a Date To before Date From when one lesson is chosen', async () => {
			school.addLesson({ date: '2026-03-20', customer_ids: [BORIS] });

			const { json } = await school.run(lessonParticipantsForm(OTHER_LESSON, { date_to: '2020-01-01' }));

			expect(json).toMatchObject([{ customer_id: BORIS }]);
		});

		it('Get Participants returns nobody for a cancelled lesson', async () => {
			school.addLesson({ status: LESSON_STATUS.cancelled, customer_ids: [BORIS] });

			const { json } = await school.run(lessonParticipantsForm(String(OTHER_LESSON)));

			expect(json).toEqual([]);
		});

		it('Get Participants fails for a lesson that no branch has', async () => {
			const { message } = await school.expectRefused(lessonParticipantsForm(77));

			expect(message).toBe('AlfaCRM has no lesson with ID 77 in the branches that could be searched');
		});

		it('Get Participants fails for a lesson that the chosen branch does not have', async () => {
			school.addLesson({ id: 9_002, branch_id: 2 });

			const { message } = await school.expectRefused(lessonParticipantsForm(9_002, { branchId: 1 }));

			expect(message).toBe('AlfaCRM has no lesson with ID 9002 in branch 1');
		});

		it.each(['', null, '0', 'x', {}])(
			'Get Participants refuses %j as Lesson before it sends anything',
			async (lesson) => {
				const { message } = await school.expectRefusedUnsent(lessonParticipantsForm(lesson, { branchId: 1 }));

				expect(message).toContain("'Lesson'");
			},
		);
	});

	describe('of customers in other branches', () => {
		it('Get Participants finds the card of a customer who is in another branch than the lesson', async () => {
			school.addLesson({ customer_ids: [VERA] });

			const { json } = await school.run(tuesdayParticipantsForm({ branchId: 1 }));

			expect(json).toMatchObject([{ customer_id: ANNA }, { customer_id: VERA }]);
		});

		it.each([
			{ branch: 'an empty Branch', branchId: '' },
			{ branch: 'the branch of the lesson', branchId: 1 },
		])(
			'Get Participants finds the card of a customer of another branch for one lesson, with $branch',
			async ({ branchId }) => {
				school.addLesson({ customer_ids: [VERA] });

				const { json } = await school.run(lessonParticipantsForm(OTHER_LESSON, { branchId }));

				expect(json).toMatchObject([{ customer_id: VERA }]);
			},
		);

		it('Get Participants leaves out a customer of a branch that the user may not see, and says so in hints', async () => {
			school.addLesson({ customer_ids: [VERA] });
			school.settings.forbiddenBranches = [2];

			const { json, hints } = await school.run(tuesdayParticipantsForm({ branchId: 1 }));

			expect(json).toMatchObject([{ customer_id: ANNA }]);
			expect(hints).toEqual([
				expect.stringMatching(HIDDEN_BRANCH_HINT),
				`${MISSING_CARD_HINT}: customer 503`,
			]);
		});

		it('Get Participants leaves out a customer who is in no list of customers, and says so in a hint', async () => {
			school.addLesson({ customer_ids: [CUSTOMER_WITHOUT_CARD] });

			const { json, hints } = await school.run(tuesdayParticipantsForm());

			expect(json).toMatchObject([{ customer_id: ANNA }]);
			expect(hints).toEqual([`${MISSING_CARD_HINT}: customer 999`]);
		});
	});

	describe('for a user who may not read everything', () => {
		it('Get Participants leaves out a branch that the user may not see, and says so in a hint', async () => {
			school.addLesson({ branch_id: 2, customer_ids: [VERA] });
			school.settings.forbiddenBranches = [2];

			const { json, hints } = await school.run(tuesdayParticipantsForm());

			expect(json).toMatchObject([{ customer_id: ANNA }]);
			expect(hints).toEqual([expect.stringMatching(HIDDEN_BRANCH_HINT)]);
		});

		it('Get Participants fails when the user may not see the chosen branch', async () => {
			school.settings.forbiddenBranches = [2];

			const { httpCode } = await school.expectRefused(tuesdayParticipantsForm({ branchId: 2 }));

			expect(httpCode).toBe('403');
		});

		it.each(['lesson/index', 'regular-lesson/index', 'cgi/index', 'customer/index'])(
			'Get Participants fails when the user may not send %s in any branch',
			async (call) => {
				school.addLesson({ branch_id: 2, customer_ids: [VERA], group_ids: [GROUP] });
				school.settings.forbiddenCalls = [call];

				const { httpCode } = await school.expectRefused(tuesdayParticipantsForm());

				expect(httpCode).toBe('403');
			},
		);

		it.each(['cgi/index', 'customer/index'])(
			'Get Participants fails for one lesson when the user may not send %s in any branch',
			async (call) => {
				school.addLesson({ branch_id: 2, customer_ids: [VERA], group_ids: [GROUP] });
				school.settings.forbiddenCalls = [call];

				const { httpCode } = await school.expectRefused(lessonParticipantsForm(OTHER_LESSON));

				expect(httpCode).toBe('403');
			},
		);
	});
});

import type { IDataObject } from 'n8n-workflow';

import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';
import { findOccurrences } from '../../../nodes/AlfaCrm/store/calendar/occurrences';
import { CUSTOMER_TYPE, LESSON_STATUS, RECORD_STATUS, REGULAR_LESSON_DAY } from '../../support/codes';
import {
	ANNA,
	BORIS,
	CUSTOMER_WITHOUT_CARD,
	GROUP,
	GROUP_LESSON,
	NOW,
	lessonParticipantsForm,
	tuesdayParticipantsForm,
	ParticipantsSchool,
	VERA,
} from './participantsSchool';

describe('findOccurrences', () => {
	const REGULAR_LESSON = 71;

	const BRANCH = 1;
	const FIRST_TUESDAY = '2026-03-10';
	const SECOND_TUESDAY = '2026-03-17';

	/** A regular lesson of the group, on Tuesdays at 17:00. */
	const LESSON_ON_TUESDAYS: IDataObject = {
		id: REGULAR_LESSON,
		related_class: 'Group',
		related_id: GROUP,
		day: REGULAR_LESSON_DAY.tuesday,
		time_from_v: '17:00',
		time_to_v: '18:00',
		b_date: '2026-01-01',
		e_date: '2026-12-31',
	};

	/** Makes a lesson that belongs to the regular lesson. It is planned unless the test says otherwise. */
	function makeLessonOn(date: string, status: number = LESSON_STATUS.planned): IDataObject {
		return { id: 9_001, regular_id: REGULAR_LESSON, date, status };
	}

	/**
	 * Runs findOccurrences for the two weeks from Monday, 9 March until Sunday, 22 March 2026. Returns the days on which the
	 * regular lesson takes place although there is no lesson yet.
	 */
	function findDaysWithoutLesson(regularLesson: IDataObject, lessons: IDataObject[]): string[] {
		const twoWeeks = { from: '2026-03-09', to: '2026-03-22', zone: 'Europe/Moscow' };

		const occurrences = findOccurrences({ lessons, regularLessons: [regularLesson] }, twoWeeks, BRANCH);

		const occurrencesWithoutLesson = occurrences.filter(({ lesson_id }) => lesson_id === null);
		return occurrencesWithoutLesson.map(({ date }) => date);
	}

	it('findOccurrences finds each Tuesday of a regular lesson on Tuesdays that has no lessons yet', () => {
		const days = findDaysWithoutLesson(LESSON_ON_TUESDAYS, []);

		expect(days).toEqual([FIRST_TUESDAY, SECOND_TUESDAY]);
	});

	it.each([
		{ newDay: 'Thursday', date: '2026-03-12' },
		{ newDay: 'the next Monday', date: '2026-03-16' },
	])('findOccurrences leaves out a Tuesday when its lesson was moved to $newDay', ({ date }) => {
		const movedLesson = makeLessonOn(date);

		const days = findDaysWithoutLesson(LESSON_ON_TUESDAYS, [movedLesson]);

		expect(days).toEqual([SECOND_TUESDAY]);
	});

	it('findOccurrences leaves out the Tuesday after a moved lesson when the Tuesday before has its own lesson', () => {
		const lessonOnFirstTuesday = makeLessonOn(FIRST_TUESDAY);
		const movedLesson = makeLessonOn('2026-03-16');

		const days = findDaysWithoutLesson(LESSON_ON_TUESDAYS, [lessonOnFirstTuesday, movedLesson]);

		expect(days).toEqual([]);
	});

	it('findOccurrences finds the first Tuesday of a regular lesson that was on Mondays until then', () => {
		const regularLesson = { ...LESSON_ON_TUESDAYS, b_date: FIRST_TUESDAY };
		const lastMondayLesson = makeLessonOn('2026-03-09', LESSON_STATUS.held);

		const days = findDaysWithoutLesson(regularLesson, [lastMondayLesson]);

		expect(days).toEqual([FIRST_TUESDAY, SECOND_TUESDAY]);
	});

	it('findOccurrences returns the next day as the end of a regular lesson that goes on after midnight', () => {
		const lateLesson = { ...LESSON_ON_TUESDAYS, time_from_v: '23:00', time_to_v: '00:30' };
		const tuesday = { from: FIRST_TUESDAY, to: FIRST_TUESDAY, zone: 'Europe/Moscow' };

		const occurrences = findOccurrences({ lessons: [], regularLessons: [lateLesson] }, tuesday, BRANCH);

		expect(occurrences).toMatchObject([
			{
				time_from: '2026-03-10 23:00:00',
				time_to: '2026-03-11 00:30:00',
				branch_id: BRANCH,
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

	it('Get Participants returns a member of the group with phones, email, lesson and group', async () => {
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

	it('Get Participants returns an item for each customer of each lesson, in the order of the lessons', async () => {
		// Anna is also a member of the group, which has a lesson at 17:00.
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
		school.addLesson({ group_ids: [GROUP], time: '19:00' });
		school.addLesson({ branch_id: 2, customer_ids: [VERA] });

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

	it('Get Participants searches for a card among clients, leads and archived customers', async () => {
		await school.run(tuesdayParticipantsForm());

		expect(school.readRequests('customer/index')).toMatchObject([
			{ body: { id: ANNA, is_study: CUSTOMER_TYPE.all, removed: RECORD_STATUS.all } },
		]);
	});

	it('Get Participants returns all participants although AlfaCRM lists only the first of several customers by ID', async () => {
		const lesson = school.addLesson({ customer_ids: [ANNA, BORIS] });
		school.listOnlyFirstOfSeveralIds();

		const { json } = await school.run(lessonParticipantsForm(lesson));

		expect(json).toMatchObject([{ customer_id: ANNA }, { customer_id: BORIS }]);
	});

	it('Get Participants returns only the two earliest participants when Limit is 2', async () => {
		// Anna is the participant of a later lesson, at 17:00.
		school.addLesson({ customer_ids: [BORIS, VERA], time: '09:00' });

		const { json } = await school.run(tuesdayParticipantsForm({ returnAll: false, limit: 2 }));

		expect(json).toMatchObject([{ customer_id: BORIS }, { customer_id: VERA }]);
	});

	it('Get Participants warns in a hint when AlfaCRM does not return a whole list', async () => {
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
		it('Get Participants returns the participants of a chosen lesson, whatever its day and branch are', async () => {
			const lesson = school.addLesson({ date: '2026-03-20', branch_id: 2, customer_ids: [VERA] });

			const { json } = await school.run(lessonParticipantsForm(lesson));

			expect(json).toMatchObject([{ time_from: '2026-03-20 17:00:00', customer_id: VERA }]);
		});

		it('Get Participants ignores a Date To before Date From when a lesson is chosen', async () => {
			const lesson = school.addLesson({ date: '2026-03-20', customer_ids: [BORIS] });

			const { json } = await school.run(lessonParticipantsForm(lesson, { date_to: '2020-01-01' }));

			expect(json).toMatchObject([{ customer_id: BORIS }]);
		});

		it('Get Participants returns nobody for a cancelled lesson', async () => {
			const lesson = school.addLesson({ status: LESSON_STATUS.cancelled, customer_ids: [BORIS] });

			const { json } = await school.run(lessonParticipantsForm(String(lesson)));

			expect(json).toEqual([]);
		});

		it('Get Participants refuses a lesson that no branch has', async () => {
			const unknownLesson = 77;

			const { message } = await school.expectRefused(lessonParticipantsForm(unknownLesson));

			expect(message).toBe('AlfaCRM has no lesson with ID 77 in the branches that could be searched');
		});

		it('Get Participants refuses a lesson that the chosen branch does not have', async () => {
			const lesson = school.addLesson({ branch_id: 2 });

			const { message } = await school.expectRefused(lessonParticipantsForm(lesson, { branchId: 1 }));

			expect(message).toBe(`AlfaCRM has no lesson with ID ${lesson} in branch 1`);
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
		it('Get Participants finds the card of a customer of branch 2 who comes to a lesson of branch 1', async () => {
			school.addLesson({ customer_ids: [VERA] });

			const { json } = await school.run(tuesdayParticipantsForm({ branchId: 1 }));

			expect(json).toMatchObject([{ customer_id: ANNA }, { customer_id: VERA }]);
		});

		it.each([
			{ branch: 'an empty Branch', branchId: '' },
			{ branch: 'branch 1 as Branch', branchId: 1 },
		])(
			'Get Participants finds the card of a customer of branch 2 for a chosen lesson of branch 1, with $branch',
			async ({ branchId }) => {
				const lesson = school.addLesson({ customer_ids: [VERA] });

				const { json } = await school.run(lessonParticipantsForm(lesson, { branchId }));

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
				`${MISSING_CARD_HINT}: customer ${VERA}`,
			]);
		});

		it('Get Participants leaves out a customer whose card AlfaCRM shows in no list, and says so in a hint', async () => {
			school.addLesson({ customer_ids: [CUSTOMER_WITHOUT_CARD] });

			const { json, hints } = await school.run(tuesdayParticipantsForm());

			expect(json).toMatchObject([{ customer_id: ANNA }]);
			expect(hints).toEqual([`${MISSING_CARD_HINT}: customer ${CUSTOMER_WITHOUT_CARD}`]);
		});
	});

	describe('for a user who may not read everything', () => {
		it('Get Participants leaves out the lessons of a branch that the user may not see, and says so in a hint', async () => {
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
				const lesson = school.addLesson({ branch_id: 2, customer_ids: [VERA], group_ids: [GROUP] });
				school.settings.forbiddenCalls = [call];

				const { httpCode } = await school.expectRefused(lessonParticipantsForm(lesson));

				expect(httpCode).toBe('403');
			},
		);
	});
});

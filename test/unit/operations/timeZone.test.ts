import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS, RECORD_STATUS, WORKING_HOUR_WEEKDAY } from '../../support/codes';
import { customerForm, SmallSchool } from './school';

/** The default of n8n. */
const NEW_YORK = { timezone: 'America/New_York' };
/** The time zone of the school. */
const MOSCOW = { timezone: 'Europe/Moscow' };
/** The clock shows 04:00 in New York, and 12:00 in the school. */
const NOW = '2026-02-10T09:00:00Z';
const NINE_HOURS_LATER = '2026-02-10T18:00:00Z';
const A_MINUTE_AGO_IN_SCHOOL = '2026-02-10 11:59:00';
const LAST_WEEK = '2026-02-03 12:00:00';
const NEXT_TUESDAY = '2026-02-17';

const LEAD = 1;
const TEACHER = 1;
const SUBJECT = 1;
const LESSON_TYPE = 1;
const PAY_ACCOUNT = 1;

const CLOCK_HINT =
	"AlfaCRM's clock is at least 8 hours ahead of this workflow's (America/New_York). Set Settings → Timezone to the school's, or correct the clock of n8n's computer";

let school: SmallSchool;

beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
	school = new SmallSchool({ timeZone: 'Europe/Moscow' });
	school.addRecord('user', { name: 'A', email: 'api@school.example' });
	school.addRecord('subject', { id: SUBJECT, name: 'A' });
	school.addRecord('lesson-type', { id: LESSON_TYPE, name: 'A' });
	school.addRecord('pay-account', { id: PAY_ACCOUNT, name: 'A' });
	school.addRecord('teacher', { id: TEACHER, name: 'Петров Лев', branch_ids: [1] });
	school.addRecord('working-hour', {
		teacher_id: TEACHER,
		branch_id: 1,
		weekday: WORKING_HOUR_WEEKDAY.tuesday,
		time_from: '10:00',
		time_to: '20:59',
	});
	school.addLead({ id: LEAD, created_at: LAST_WEEK, updated_at: LAST_WEEK });
});

afterEach(() => {
	jest.useRealTimers();
});

/** Fills the form of Add Comment. */
function commentForm(): IDataObject {
	return customerForm('addComment', { id: LEAD, comment: 'Просил позвонить' });
}

/** Fills the form of Create Task. */
function taskForm(): IDataObject {
	return customerForm('createTask', { id: LEAD, title: 'Перезвонить' });
}

/** Fills the form of Take Payment. */
function paymentForm(): IDataObject {
	return customerForm('takePayment', { id: LEAD, income: 500, pay_account_id: PAY_ACCOUNT });
}

/** Fills the form of Book: a lesson of the lead next Tuesday at noon. */
function bookingForm(): IDataObject {
	return customerForm('book', {
		resource: 'lesson',
		customer_ids: String(LEAD),
		subject_id: SUBJECT,
		lesson_type_id: LESSON_TYPE,
		teacher_ids: [TEACHER],
		when: 'time',
		lesson_date: NEXT_TUESDAY,
		time_from: '12:00',
		duration: 60,
	});
}

/** Fills the form of Get Free Slots: the slots of next Tuesday. */
function freeSlotsForm(): IDataObject {
	return customerForm('getFreeSlots', {
		resource: 'teacher',
		id: String(TEACHER),
		date_from: NEXT_TUESDAY,
		date_to: NEXT_TUESDAY,
		duration: 60,
		returnAll: true,
	});
}

/** Fills the form of Get Participants: the participants of next Tuesday. */
function participantsForm(): IDataObject {
	return customerForm('getParticipants', {
		resource: 'lesson',
		date_from: NEXT_TUESDAY,
		date_to: NEXT_TUESDAY,
		returnAll: true,
	});
}

/** Fills the form of Get Overview. */
function overviewForm(): IDataObject {
	return customerForm('getOverview', { matchBy: 'id', id: String(LEAD), leaveOut: [] });
}

/** Adds a lesson of the lead next Tuesday from 10:00 to 11:00, which nobody has changed since last week. */
function addLesson(values: IDataObject): void {
	school.addRecord('lesson', {
		branch_id: 1,
		date: NEXT_TUESDAY,
		time_from: `${NEXT_TUESDAY} 10:00:00`,
		time_to: `${NEXT_TUESDAY} 11:00:00`,
		lesson_type_id: LESSON_TYPE,
		subject_id: SUBJECT,
		teacher_ids: [TEACHER],
		group_ids: [],
		customer_ids: [LEAD],
		regular_id: null,
		room_id: null,
		status: LESSON_STATUS.planned,
		created_at: LAST_WEEK,
		updated_at: LAST_WEEK,
		...values,
	});
}

describe('Add Comment in a workflow that runs in New York', () => {
	it('Add Comment adds a comment once, although the school is 8 hours ahead of the workflow', async () => {
		const first = await school.run(commentForm(), NEW_YORK);
		const second = await school.run(commentForm(), NEW_YORK);
		const third = await school.run(commentForm(), NEW_YORK);

		expect(first.json).toMatchObject([{ operationResult: 'created' }]);
		expect(second.json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(third.json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(school.readRecords('communication')).toHaveLength(1);
	});

	it('Add Comment adds a comment again nine hours later, although the school is ahead of the workflow', async () => {
		await school.run(commentForm(), NEW_YORK);
		jest.setSystemTime(new Date(NINE_HOURS_LATER));

		const { json } = await school.run(commentForm(), NEW_YORK);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
	});

	it('Add Comment says in a hint that the clock of the school is ahead of the workflow', async () => {
		const { hints } = await school.run(commentForm(), NEW_YORK);

		expect(hints).toContain(CLOCK_HINT);
	});

	it('Add Comment says in a hint that the clock is ahead when it finds the comment that it added before', async () => {
		await school.run(commentForm(), NEW_YORK);

		const { hints } = await school.run(commentForm(), NEW_YORK);

		expect(hints).toContain(CLOCK_HINT);
	});
});

describe('Operations that save a record', () => {
	const SAVING_OPERATIONS = [
		{ operation: 'Add Comment', form: commentForm() },
		{ operation: 'Create Task', form: taskForm() },
		{ operation: 'Take Payment', form: paymentForm() },
		{ operation: 'Book', form: bookingForm() },
	];

	it.each(SAVING_OPERATIONS)(
		'$operation warns in a hint when the record that it saves has a later time than the workflow',
		async ({ form }) => {
			const { hints } = await school.run(form, NEW_YORK);

			expect(hints).toContain(CLOCK_HINT);
		},
	);

	it.each(SAVING_OPERATIONS)(
		'$operation gives no hint about the clock when the workflow has the time zone of the school',
		async ({ form }) => {
			const { hints } = await school.run(form, MOSCOW);

			expect(hints.join()).not.toContain('clock');
		},
	);
});

describe('Operations that only read', () => {
	const READING_OPERATIONS = [
		{ operation: 'Get Free Slots', form: freeSlotsForm() },
		{ operation: 'Get Participants', form: participantsForm() },
		{ operation: 'Get Overview', form: overviewForm() },
	];

	it.each(READING_OPERATIONS)(
		'$operation warns in a hint when a lesson was changed later than it is in the workflow',
		async ({ form }) => {
			addLesson({ updated_at: A_MINUTE_AGO_IN_SCHOOL });

			const { hints } = await school.run(form, NEW_YORK);

			expect(hints).toContain(CLOCK_HINT);
		},
	);

	// A lesson may well be later today. Only the time of a change in the future proves that the clocks differ.
	it.each(READING_OPERATIONS)(
		'$operation gives no hint about the clock when a lesson is planned for later today',
		async ({ form }) => {
			addLesson({ date: '2026-02-10', time_from: '2026-02-10 12:00:00' });

			const { hints } = await school.run(form, NEW_YORK);

			expect(hints.join()).not.toContain('clock');
		},
	);

	it.each(READING_OPERATIONS)(
		"$operation does not read AlfaCRM's log of changes to find out about the clock",
		async ({ form }) => {
			addLesson({ date: '2026-02-10', time_from: '2026-02-10 12:00:00' });

			await school.run(form, NEW_YORK);

			expect(school.calls).not.toContain('log/index');
		},
	);
});

it('Daily Check warns in a hint when a lesson was changed later than it is in the workflow', async () => {
	addLesson({
		date: '2026-02-09',
		time_from: '2026-02-09 10:00:00',
		customer_ids: [],
		updated_at: A_MINUTE_AGO_IN_SCHOOL,
	});

	const { hints } = await school.run(customerForm('dailyCheck', { resource: 'account' }), NEW_YORK);

	expect(hints).toContain(CLOCK_HINT);
});

it('Get Many gives no hint about the clock, because it decides nothing by time', async () => {
	school.changeRecord('customer', LEAD, { updated_at: A_MINUTE_AGO_IN_SCHOOL });
	const form = customerForm('getAll', {
		returnAll: true,
		filters: {},
		removed: RECORD_STATUS.active,
		is_study: CUSTOMER_TYPE.all,
	});

	const { hints } = await school.run(form, NEW_YORK);

	expect(hints).toEqual([]);
});

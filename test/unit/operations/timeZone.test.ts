import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE, LESSON_STATUS, RECORD_STATUS, WORKING_HOUR_WEEKDAY } from '../../support/codes';
import { customerForm, SmallSchool } from './school';

/** The default of n8n. When it is 04:00 in New York, it is 12:00 in the school. */
const NEW_YORK = { timezone: 'America/New_York' };
const MOSCOW = { timezone: 'Europe/Moscow' };
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
/** A word that every hint about the time zone has. */
const CLOCK = 'clock';

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

const addCommentForm = (): IDataObject =>
	customerForm('addComment', { id: LEAD, comment: 'Просил позвонить' });

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
	it('adds a comment once when it runs three times', async () => {
		const first = await school.run(addCommentForm(), NEW_YORK);
		const second = await school.run(addCommentForm(), NEW_YORK);
		const third = await school.run(addCommentForm(), NEW_YORK);

		expect(first.json).toMatchObject([{ operationResult: 'created' }]);
		expect(second.json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(third.json).toMatchObject([{ operationResult: 'unchanged' }]);
		expect(school.readRecords('communication')).toHaveLength(1);
	});

	it('adds the comment again when the first one is older than the form allows for a repeat', async () => {
		await school.run(addCommentForm(), NEW_YORK);
		jest.setSystemTime(new Date(NINE_HOURS_LATER));

		const { json } = await school.run(addCommentForm(), NEW_YORK);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
	});

	it('says in a hint by how many hours the clock of the school is ahead', async () => {
		const { hints } = await school.run(addCommentForm(), NEW_YORK);

		expect(hints).toContain(CLOCK_HINT);
	});

	it('says so again when it finds the comment that it added before', async () => {
		await school.run(addCommentForm(), NEW_YORK);

		const { hints } = await school.run(addCommentForm(), NEW_YORK);

		expect(hints).toContain(CLOCK_HINT);
	});
});

describe.each([
	{ operation: 'Add Comment', form: addCommentForm() },
	{
		operation: 'Create Task',
		form: customerForm('createTask', { id: LEAD, title: 'Перезвонить' }),
	},
	{
		operation: 'Take Payment',
		form: customerForm('takePayment', { id: LEAD, income: 500, pay_account_id: PAY_ACCOUNT }),
	},
	{
		operation: 'Book',
		form: customerForm('book', {
			resource: 'lesson',
			customer_ids: String(LEAD),
			subject_id: SUBJECT,
			lesson_type_id: LESSON_TYPE,
			teacher_ids: [TEACHER],
			when: 'time',
			lesson_date: NEXT_TUESDAY,
			time_from: '12:00',
			duration: 60,
		}),
	},
])('$operation', ({ form }) => {
	it('says that the clock of the school is ahead when the record that it saves proves it', async () => {
		const { hints } = await school.run(form, NEW_YORK);

		expect(hints).toContain(CLOCK_HINT);
	});

	it('says nothing of the clock when the workflow has the time zone of the school', async () => {
		const { hints } = await school.run(form, MOSCOW);

		expect(hints.join()).not.toContain(CLOCK);
	});
});

describe.each([
	{
		operation: 'Get Free Slots',
		form: customerForm('getFreeSlots', {
			resource: 'teacher',
			id: String(TEACHER),
			date_from: NEXT_TUESDAY,
			date_to: NEXT_TUESDAY,
			duration: 60,
			returnAll: true,
		}),
	},
	{
		operation: 'Get Participants',
		form: customerForm('getParticipants', {
			resource: 'lesson',
			date_from: NEXT_TUESDAY,
			date_to: NEXT_TUESDAY,
			returnAll: true,
		}),
	},
	{
		operation: 'Get Overview',
		form: customerForm('getOverview', { matchBy: 'id', id: String(LEAD), leaveOut: [] }),
	},
])('$operation, which only reads', ({ form }) => {
	it('says that the clock of the school is ahead when a lesson was changed a minute ago', async () => {
		addLesson({ updated_at: A_MINUTE_AGO_IN_SCHOOL });

		const { hints } = await school.run(form, NEW_YORK);

		expect(hints).toContain(CLOCK_HINT);
	});

	it('says nothing of the clock when only the time of a lesson lies in the future', async () => {
		addLesson({ date: '2026-02-10', time_from: '2026-02-10 12:00:00' });

		const { hints } = await school.run(form, NEW_YORK);

		expect(hints.join()).not.toContain(CLOCK);
	});

	it("does not read AlfaCRM's log of changes to find out about the clock", async () => {
		addLesson({ date: '2026-02-10', time_from: '2026-02-10 12:00:00' });

		await school.run(form, NEW_YORK);

		expect(school.calls).not.toContain('log/index');
	});
});

it('Daily Check says that the clock of the school is ahead when a lesson was changed a minute ago', async () => {
	addLesson({
		date: '2026-02-09',
		time_from: '2026-02-09 10:00:00',
		customer_ids: [],
		updated_at: A_MINUTE_AGO_IN_SCHOOL,
	});

	const { hints } = await school.run(customerForm('dailyCheck', { resource: 'account' }), NEW_YORK);

	expect(hints).toContain(CLOCK_HINT);
});

it('Get Many says nothing of the clock, because it decides nothing by time', async () => {
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

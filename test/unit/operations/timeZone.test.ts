import type { IDataObject } from 'n8n-workflow';

import { customerForm, SmallSchool } from './school';

/** n8n's default, in which it is 04:00; in the school it is 12:00. */
const NEW_YORK = { timezone: 'America/New_York' };
const MOSCOW = { timezone: 'Europe/Moscow' };
const NOW = '2026-02-10T09:00:00Z';
const A_MINUTE_AGO = '2026-02-10 11:59:00';
const LAST_WEEK = '2026-02-03 12:00:00';

const HINT =
	"AlfaCRM's clock is at least 8 hours ahead of this workflow's (America/New_York). Set Settings → Timezone to the school's, or correct the clock of n8n's computer";

let school: SmallSchool;
let customer: number;
beforeEach(() => {
	jest.useFakeTimers({ now: new Date(NOW), advanceTimers: true });
	school = new SmallSchool({ timeZone: 'Europe/Moscow' });
	school.addRecord('user', { name: 'A', email: 'api@school.example' });
	for (const path of ['subject', 'lesson-type', 'pay-account']) school.addRecord(path, { name: 'A' });
	school.addRecord('teacher', { name: 'Петров Лев', branch_ids: [1] });
	school.addRecord('working-hour', {
		teacher_id: 1,
		branch_id: 1,
		weekday: 3,
		time_from: '10:00',
		time_to: '20:59',
	});
	customer = school.addLead({ created_at: LAST_WEEK, updated_at: LAST_WEEK });
});
afterEach(() => jest.useRealTimers());

const addComment = (more: IDataObject = {}) =>
	customerForm('addComment', { id: customer, comment: 'Просил позвонить', ...more });

function addLesson(more: IDataObject): number {
	return school.addRecord('lesson', {
		branch_id: 1,
		date: '2026-02-17',
		time_from: '2026-02-17 10:00:00',
		time_to: '2026-02-17 11:00:00',
		lesson_type_id: 1,
		subject_id: 1,
		teacher_ids: [1],
		group_ids: [],
		customer_ids: [],
		regular_id: null,
		room_id: null,
		status: 1,
		created_at: LAST_WEEK,
		updated_at: LAST_WEEK,
		...more,
	});
}

describe('Add Comment in a workflow that runs in New York', () => {
	it('adds a comment once, however often the form delivers it', async () => {
		const results = [];
		for (let delivery = 1; delivery <= 3; delivery++) {
			const { json } = await school.run(addComment(), NEW_YORK);
			results.push(json[0].operationResult);
		}

		expect(results).toEqual(['created', 'unchanged', 'unchanged']);
		expect(school.readRecords('communication')).toHaveLength(1);
	});

	it('adds the comment again once its stamp is older than the form says', async () => {
		await school.run(addComment(), NEW_YORK);
		jest.setSystemTime(new Date('2026-02-10T18:00:00Z'));

		const { json } = await school.run(addComment(), NEW_YORK);

		expect(json).toMatchObject([{ operationResult: 'created' }]);
	});

	it('says by how many hours the clock of the school is ahead', async () => {
		const first = await school.run(addComment(), NEW_YORK);
		const second = await school.run(addComment(), NEW_YORK);

		expect(first.hints).toContain(HINT);
		expect(second.hints).toContain(HINT);
	});
});

/** The form of each operation that decides by time. */
const FORMS: Array<[operation: string, form: () => IDataObject]> = [
	['Add Comment', () => addComment()],
	['Create Task', () => customerForm('createTask', { id: customer, title: 'Перезвонить' })],
	['Take Payment', () => customerForm('takePayment', { id: customer, income: 500, pay_account_id: 1 })],
	[
		'Book',
		() =>
			customerForm('book', {
				resource: 'lesson',
				customer_ids: String(customer),
				subject_id: 1,
				lesson_type_id: 1,
				teacher_ids: [1],
				when: 'time',
				lesson_date: '2026-02-17',
				time_from: '12:00',
				duration: 60,
			}),
	],
];

describe.each(FORMS)('%s', (_operation, form) => {
	it('says that the clock of the school is ahead, which the record that it saves shows', async () => {
		const { hints } = await school.run(form(), NEW_YORK);

		expect(hints).toContain(HINT);
	});

	it('says nothing of the time zone where it is the school’s', async () => {
		const { hints } = await school.run(form(), MOSCOW);

		expect(hints.join()).not.toContain('clock');
	});
});

const FREE_SLOTS = {
	resource: 'teacher',
	id: '1',
	date_from: '2026-02-17',
	date_to: '2026-02-17',
	duration: 60,
	returnAll: true,
};
const PARTICIPANTS = {
	resource: 'lesson',
	date_from: '2026-02-17',
	date_to: '2026-02-17',
	returnAll: true,
};
const OVERVIEW = { matchBy: 'id', id: '1', leaveOut: [] };

/** Operations that only read, and that look at the lesson that a test adds. */
const READING: Array<[operation: string, form: IDataObject]> = [
	['getFreeSlots', FREE_SLOTS],
	['getParticipants', PARTICIPANTS],
	['getOverview', OVERVIEW],
];

describe.each(READING)('%s', (operation, form) => {
	it('says that the clock of the school is ahead if a lesson was changed a moment ago', async () => {
		addLesson({ customer_ids: [customer], updated_at: A_MINUTE_AGO });

		const { hints } = await school.run(customerForm(operation, form), NEW_YORK);

		expect(hints).toContain(HINT);
	});

	it('takes no lesson to come for a proof, and asks for nothing more to find one', async () => {
		addLesson({ customer_ids: [customer], date: '2026-02-10', time_from: '2026-02-10 12:00:00' });

		const { hints } = await school.run(customerForm(operation, form), NEW_YORK);

		expect(hints.join()).not.toContain('clock');
		expect(school.calls).not.toContain('log/index');
	});
});

it('Daily Check says that the clock of the school is ahead', async () => {
	addLesson({ date: '2026-02-09', time_from: '2026-02-09 10:00:00', updated_at: A_MINUTE_AGO });
	const form = customerForm('dailyCheck', { resource: 'account' });

	const { hints } = await school.run(form, NEW_YORK);

	expect(hints).toContain(HINT);
});

it('Get Many decides nothing by time, so it says nothing of the time zone', async () => {
	school.changeRecord('customer', customer, { updated_at: A_MINUTE_AGO });
	const form = customerForm('getAll', { returnAll: true, filters: {}, removed: 0, is_study: 2 });

	const { hints } = await school.run(form, NEW_YORK);

	expect(hints).toEqual([]);
});

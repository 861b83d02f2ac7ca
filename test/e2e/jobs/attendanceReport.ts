import type { JsonObject, Sandbox } from '../../../sandbox';
import { ATTENDANCE, CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { dayPlus, toDottedDay, weekdayOf } from '../../support/days';
import { addLessonAt, messageTo } from './schoolRows';
import type { Job } from './types';

/** What the details of a lesson say about its customers, by their IDs. */
type AttendanceByCustomer = Readonly<Record<number, number>>;

const { attended, missed } = ATTENDANCE;

export const attendanceReport: Job = {
	name: 'attendance-report',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		const monday = mondayOfLastWeek(example.today);
		const sunday = dayPlus(monday, 6);
		const mia = addCustomer(sandbox, 'Орлова Мия', { branch_ids: [1, 2] });
		const yan = addCustomer(sandbox, 'Орлов Ян');
		const kim = addCustomer(sandbox, 'Дальний Ким', { branch_ids: [2], is_study: CUSTOMER_TYPE.lead });
		const deletedCustomer = addCustomer(sandbox, 'Исчезнувший Ян');

		addLesson(sandbox, monday, { [mia]: attended, [yan]: missed });
		addLesson(sandbox, dayPlus(monday, 2), { [mia]: attended, [yan]: missed });
		addLesson(sandbox, sunday, { [mia]: missed, [yan]: attended });
		addLesson(sandbox, dayPlus(monday, 3), { [kim]: attended }, { branch_id: 2 });
		addLesson(sandbox, dayPlus(monday, 4), { [deletedCustomer]: attended }, { branch_id: 2 });
		addLesson(sandbox, dayPlus(monday, 5), { [mia]: attended }, { branch_id: 2 });
		addLessonsThatDoNotCount(sandbox, monday, mia);
		sandbox.store.remove('customer', deletedCustomer);

		const execution = await example.runManually();

		expect(execution.outputs('Most Missed First')).toEqual([
			{
				name: 'Орлов Ян',
				lessons: 3,
				attended: 1,
				missed: 2,
				url: `${sandbox.url}/company/1/customer/view?id=${yan}`,
			},
			{
				// Mia has lessons in two branches, but only one row.
				name: 'Орлова Мия',
				lessons: 4,
				attended: 3,
				missed: 1,
				url: `${sandbox.url}/company/1/customer/view?id=${mia}`,
			},
			{
				name: `ID ${deletedCustomer}`,
				lessons: 1,
				attended: 1,
				missed: 0,
				url: '',
			},
			{
				name: 'Дальний Ким',
				lessons: 1,
				attended: 1,
				missed: 0,
				url: `${sandbox.url}/company/2/lead/view?id=${kim}`,
			},
		]);
		expect(example.readMessagesOf(execution)).toEqual([
			messageTo(
				'director@example.org',
				`Посещаемость ${toDottedDay(monday).slice(0, 5)}–${toDottedDay(sunday)}`,
				`Орлов Ян: 1 из 3\nОрлова Мия: 3 из 4\nID ${deletedCustomer}: 1 из 1\nДальний Ким: 1 из 1`,
			),
		]);
	},
};

function mondayOfLastWeek(today: string): string {
	const mondayOfThisWeek = dayPlus(today, 1 - weekdayOf(today));
	return dayPlus(mondayOfThisWeek, -7);
}

/** Adds a client of branch 1, or a customer with other properties. */
function addCustomer({ store }: Sandbox, name: string, changes: JsonObject = {}): number {
	return store.insert('customer', {
		name,
		is_study: CUSTOMER_TYPE.client,
		branch_ids: [1],
		...changes,
	}).id;
}

/** Adds a completed lesson of branch 1 with the attendance of its customers, or a lesson with other properties. */
function addLesson(
	sandbox: Sandbox,
	day: string,
	attendance: AttendanceByCustomer,
	changes: JsonObject = {},
): void {
	const customers = Object.keys(attendance).map(Number);
	const lesson = addLessonAt(sandbox, day, '17:00', {
		status: LESSON_STATUS.held,
		customer_ids: customers,
		...changes,
	});
	for (const customer of customers) {
		sandbox.store.insert('lesson-details', {
			lesson_id: lesson.id,
			customer_id: customer,
			branch_id: lesson.branch_id,
			is_attend: attendance[customer],
		});
	}
}

/** Adds a cancelled lesson, one on the day before the week of the report, and one on the day after it. */
function addLessonsThatDoNotCount(sandbox: Sandbox, monday: string, customer: number): void {
	addLesson(sandbox, dayPlus(monday, 3), { [customer]: attended }, { status: LESSON_STATUS.cancelled });
	addLesson(sandbox, dayPlus(monday, -1), { [customer]: missed });
	addLesson(sandbox, dayPlus(monday, 7), { [customer]: missed });
}

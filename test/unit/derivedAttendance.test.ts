import type { IDataObject } from 'n8n-workflow';

import { CREDENTIAL } from '../../nodes/AlfaCrm/api/client';
import type { Change } from '../../nodes/AlfaCrm/trigger/change';
import { makeChangeForReading } from '../../nodes/AlfaCrm/trigger/change';
import { makeAttendanceEvent } from '../../nodes/AlfaCrm/trigger/events/attendance';
import { LogLookup } from '../../nodes/AlfaCrm/trigger/sources/changeLog/logLookup';
import { MemoryLists } from '../properties/trigger/lists';
import { LESSON_STATUS } from '../support/codes';
import { NODE } from '../support/nodeErrors';

const LESSON = 7;
const ANNA = 5;
const ATTENDANCE_OF_ANNA = 9;

/** AlfaCRM's record that Anna was at the lesson. */
const annaWasThere = { id: ATTENDANCE_OF_ANNA, customer_id: ANNA, is_attend: 1 };

/** The log entry that the lesson was completed. It names no customer. */
const completionOfLesson: Change = {
	...makeChangeForReading('Lesson', LESSON),
	fields_new: { status: LESSON_STATUS.held },
};

/** The log entry that Anna was marked as present. */
const entryOfAttendance: Change = {
	...makeChangeForReading('LessonDetails', ATTENDANCE_OF_ANNA),
	fields_new: { ...annaWasThere, lesson_id: LESSON },
};

/**
 * Finds the customers whom the trigger of attendances reports after a log entry.
 *
 * @param change the log entry
 * @param lesson the values of the lesson that AlfaCRM shows now
 */
async function findReportedCustomers(change: Change, lesson: IDataObject): Promise<unknown[]> {
	const lists = new MemoryLists(() => [{ id: LESSON, branch_id: 1, ...lesson }]);
	const node = { ...NODE, credentials: { [CREDENTIAL]: {} } };
	Object.assign(lists.client, { node, origin: async () => 'https://demo.s20.online' });
	const lookup = new LogLookup(lists.client, lists.reader);

	const items = await makeAttendanceEvent(1).makeItemsOfChange(change, [1], lookup);

	return items.map(({ customer_id }) => customer_id);
}

/** Values that AlfaCRM may send in place of a list of maps. */
const ODD_VALUES: Array<{ shape: string; value: unknown }> = [
	{ shape: 'missing', value: undefined },
	{ shape: 'a text', value: 'text' },
	{ shape: 'a number', value: 7 },
	{ shape: 'a map, as PHP may write a list', value: { '1': annaWasThere } },
	{ shape: 'a list with null', value: [null] },
	{ shape: 'a list of texts', value: ['5'] },
	{ shape: 'a list of lists', value: [[annaWasThere]] },
];

describe('The event "customer attended lesson"', () => {
	it.each(ODD_VALUES)(
		'the trigger of attendances reports nobody when the list of attendances of a completed lesson is $shape',
		async ({ value }) => {
			const lesson = { status: LESSON_STATUS.held, details: value as IDataObject[], customer_ids: [ANNA] };

			expect(await findReportedCustomers(completionOfLesson, lesson)).toEqual([]);
		},
	);

	it.each(ODD_VALUES)(
		'the trigger of attendances reports the customer whom the log names, although the list of attendances of the lesson is $shape',
		async ({ value }) => {
			const lesson = { status: LESSON_STATUS.held, details: value as IDataObject[], customer_ids: [ANNA] };

			expect(await findReportedCustomers(entryOfAttendance, lesson)).toEqual([ANNA]);
		},
	);

	it.each(ODD_VALUES)(
		'the trigger of attendances reports the customers in the list of attendances, although the list of customers of the lesson is $shape',
		async ({ value }) => {
			const lesson = {
				status: LESSON_STATUS.held,
				details: [annaWasThere],
				customer_ids: value as IDataObject[],
			};

			expect(await findReportedCustomers(completionOfLesson, lesson)).toEqual([ANNA]);
		},
	);
});

describe('The event "customer attended lesson" of a lesson that is planned again', () => {
	const plannedLesson = {
		status: LESSON_STATUS.planned,
		details: [annaWasThere],
		customer_ids: [ANNA],
	};

	it('the trigger of attendances reports nobody when the lesson is planned again after its completion', async () => {
		expect(await findReportedCustomers(completionOfLesson, plannedLesson)).toEqual([]);
	});

	it('the trigger of attendances reports nobody when the lesson is planned again after a customer was marked as present', async () => {
		expect(await findReportedCustomers(entryOfAttendance, plannedLesson)).toEqual([]);
	});
});

import type { IDataObject } from 'n8n-workflow';

import type { Change } from '../../nodes/AlfaCrm/trigger/change';
import { recordNamed } from '../../nodes/AlfaCrm/trigger/change';
import { attendance } from '../../nodes/AlfaCrm/trigger/events/derived/attendance';
import type { LogLookup } from '../../nodes/AlfaCrm/trigger/logLookup';

const details = { id: 9, customer_id: 5, is_attend: 1 };
/** A log and lists that show this lesson, whoever asks. */
const showing = (lesson: IDataObject): LogLookup => {
	const row = { id: 7, status: 3, branch_id: 1, ...lesson };
	return {
		fieldsOf: async () => ({ customer_id: 5, lesson_id: 7, is_attend: 1 }),
		lesson: async () => ({ row }),
		lessonOf: async () => row,
		lessonWith: async () => row,
	} as unknown as LogLookup;
};
const completed: Change = { ...recordNamed('Lesson', 7), fields_new: { status: 3 } };
const marked = recordNamed('LessonDetails', 9);
const told = async (change: Change, lesson: IDataObject) =>
	(await attendance(1).derive(change, [1], showing(lesson))).map(({ customer_id }) => customer_id);

const ODD: unknown[] = [undefined, 'text', 7, { '1': details }, [null], ['5'], [[details]]];

describe('a lesson of an odd shape', () => {
	it.each(ODD)('details %j are read as empty', async (shown) => {
		const lesson = { details: shown as IDataObject[], customer_ids: [5] };
		expect(await told(completed, lesson)).toEqual([]);
		// What the log says of a customer itself still counts.
		expect(await told(marked, lesson)).toEqual([5]);
	});

	it.each(ODD)('customer_ids %j are read as empty', async (shown) => {
		const lesson = { customer_ids: shown as IDataObject[], details: [details] };
		expect(await told(completed, lesson)).toEqual([5]);
	});
});

it('a lesson that is only planned, or planned again, tells nothing, whatever the log says', async () => {
	const lesson = { status: 1, customer_ids: [5], details: [details] };
	expect([await told(completed, lesson), await told(marked, lesson)]).toEqual([[], []]);
});

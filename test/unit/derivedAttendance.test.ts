import type { IDataObject } from 'n8n-workflow';

import { CREDENTIAL } from '../../nodes/AlfaCrm/api/client';
import type { Change } from '../../nodes/AlfaCrm/trigger/change';
import { makeChangeForReading } from '../../nodes/AlfaCrm/trigger/change';
import { makeAttendanceEvent } from '../../nodes/AlfaCrm/trigger/events/attendance';
import { LogLookup } from '../../nodes/AlfaCrm/trigger/sources/changeLog/logLookup';
import { MemoryLists } from '../properties/trigger/lists';
import { NODE } from '../support/nodeErrors';

const details = { id: 9, customer_id: 5, is_attend: 1 };
const completed: Change = { ...makeChangeForReading('Lesson', 7), fields_new: { status: 3 } };
const marked: Change = {
	...makeChangeForReading('LessonDetails', 9),
	fields_new: { ...details, lesson_id: 7 },
};

/** Who came, by an entry of the log, where every list shows this lesson. */
async function customersOf(change: Change, lesson: IDataObject): Promise<unknown[]> {
	const lists = new MemoryLists(() => [{ id: 7, status: 3, branch_id: 1, ...lesson }]);
	const node = { ...NODE, credentials: { [CREDENTIAL]: {} } };
	Object.assign(lists.client, { node, origin: async () => 'https://demo.s20.online' });
	const items = await makeAttendanceEvent(1).makeItemsOfChange(
		change,
		[1],
		new LogLookup(lists.client, lists.reader),
	);
	return items.map(({ customer_id }) => customer_id);
}

const ODD: unknown[] = [undefined, 'text', 7, { '1': details }, [null], ['5'], [[details]]];

describe('a lesson of an odd shape', () => {
	it.each(ODD)('details %j are read as empty', async (shown) => {
		const lesson = { details: shown as IDataObject[], customer_ids: [5] };
		expect(await customersOf(completed, lesson)).toEqual([]);
		// What the log says of a customer itself still counts.
		expect(await customersOf(marked, lesson)).toEqual([5]);
	});

	it.each(ODD)('customer_ids %j are read as empty', async (shown) => {
		const lesson = { customer_ids: shown as IDataObject[], details: [details] };
		expect(await customersOf(completed, lesson)).toEqual([5]);
	});
});

it('a lesson that is only planned, or planned again, tells nothing, whatever the log says', async () => {
	const lesson = { status: 1, customer_ids: [5], details: [details] };
	expect([await customersOf(completed, lesson), await customersOf(marked, lesson)]).toEqual([[], []]);
});

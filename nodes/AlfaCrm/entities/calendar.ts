import { dottedDate, id, reference, text } from './fields';
import type { Action } from './types';

/** API notes 6: dates were seen in both formats. */
export const calendar = (noun: 'customer' | 'teacher'): Action => ({
	name: 'getCalendar',
	label: 'Get Calendar',
	title: `Get calendar of ${noun} between two days`,
	path: 'calendar',
	action: noun,
	idAs: 'id',
	query: [
		dottedDate('date1', 'Date From', { required: true, description: 'First day to include' }),
		dottedDate('date2', 'Date To', { required: true, description: 'Last day to include' }),
	],
	outputFields: [
		id('id', 'ID'),
		reference('branch_id', 'Branch ID', 'branch'),
		text('start', 'Start'),
		text('title', 'Title'),
	],
	kind: 'get',
});

import { dottedDate, id, reference, text } from './fields';
import type { Action } from './types';

/** API notes 6: dates were seen in both formats. */
export const calendar: Action = {
	name: 'getCalendar',
	label: 'Get Calendar',
	title: 'Get calendar of customer between two days',
	path: 'calendar',
	action: 'customer',
	idAs: 'id',
	query: [
		dottedDate('date1', 'Date From', { required: true, daysAhead: 0 }),
		dottedDate('date2', 'Date To', { required: true, daysAhead: 7 }),
	],
	outputFields: [
		id('id', 'ID'),
		reference('branch_id', 'Branch ID', 'branch'),
		text('start', 'Start'),
		text('title', 'Title'),
	],
	kind: 'get',
};

import { archivedView } from './archive';
import { calendar } from './calendar';
import { idFilter, nameFilter, note, readable } from './common';
import { emails, ids, integer, iso, phonePart, phones, rows, text } from './fields';
import type { Action } from './types';

/** API notes 5.15: three integrations list them, none shows what the call takes besides the page. */
const list = (facts: Pick<Action, 'name' | 'label' | 'title' | 'action'>): Action => ({
	...facts,
	description: `${facts.title} as AlfaCRM lists them. Whether it can be asked for one teacher only is not known.`,
	returns: 'pages',
	certainty: 'unconfirmed',
});

/** API notes 5.15. Fields for writing teachers are known from a guess only. */
export const teacher = readable({
	resource: 'teacher',
	path: 'teacher',
	className: 'Teacher',
	label: 'Teacher',
	plural: 'Teachers',
	certainty: 'confirmed',
	actions: [
		calendar('teacher'),
		list({
			name: 'getRates',
			label: 'Get Rates',
			title: 'Get the rates of teachers',
			action: 'teacher-rate',
		}),
		list({
			name: 'getWorkingHours',
			label: 'Get Working Hours',
			title: 'Get the working hours of teachers',
			action: 'working-hour',
		}),
	],
	search: { by: 'name' },
	simple: ['id', 'name', 'phone', 'email', 'branch_ids', 'dob', 'gender', 'note', 'e_date'],
	reveal: { removed: 1 },
	archive: { day: 'e_date' },
	shows: [
		text('name', 'Name'),
		text('avatarUrl', 'Avatar URL'),
		ids('branch_ids', 'Branch IDs'),
		text('dob', 'Date of Birth'),
		emails('email', 'Email'),
		iso('e_date', 'Archived On', { description: 'A past day if archived, 2030-12-31 if not' }),
		integer('gender', 'Gender'),
		note,
		phones('phone', 'Phone'),
		rows('teacher-to-skill', 'Skills', [text('name', 'Name')]),
	],
	views: [archivedView('teachers')],
	filters: [
		idFilter,
		nameFilter,
		phonePart('phone', 'Phone', {
			description: 'A phone number in any spelling, or some digits of it',
			recheck: { field: 'phone', test: 'phone' },
		}),
	],
});

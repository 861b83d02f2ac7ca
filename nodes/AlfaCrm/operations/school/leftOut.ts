import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { sortByName } from '../../fields/order';
import type { Item } from '../execution/item';

/** What an overview can do without: its name in the form, and the fields that go with it. */
const PARTS = {
	attendance: {
		label: 'Attendance',
		description: 'The last lessons: there or not, grades, bonus',
		fields: ['attendance'],
	},
	contacts: {
		label: 'Contacts',
		description: "Phone, email and the payer's name",
		fields: ['phone', 'email', 'payer_name'],
	},
	manager: {
		label: 'Manager and Stage',
		description: 'Who looks after the customer, and the stage or study status',
		fields: ['manager_id', 'manager_name', 'stage_id', 'stage_name'],
	},
	notes: {
		label: 'Notes',
		description: "The staff's notes on subscriptions, lessons and payments",
		fields: [],
	},
	payments: { label: 'Payments', description: 'The last payments', fields: ['payments'] },
	tasks: { label: 'Tasks', description: 'What the staff has still to do', fields: ['tasks'] },
} as const;

type LeftOutPart = keyof typeof PARTS;
type LeftOut = ReadonlySet<LeftOutPart>;

/** Notes of the staff stay out unless somebody lets them in: the answer may go to a parent, or to a model. */
export const leaveOut: INodeProperties = {
	displayName: 'Leave Out',
	name: 'leaveOut',
	type: 'multiOptions',
	options: sortByName(
		Object.entries(PARTS).map(([value, { label, description }]) => ({ name: label, value, description })),
	),
	default: ['notes'],
	description:
		'What is not returned. Notes that the staff makes for itself are left out unless you remove them here. Add Contacts, Manager and Stage, and Tasks, too, where a parent, or an AI model that answers parents, reads it.',
};

export const readLeftOut = (item: Item): LeftOut => new Set(item.choices(leaveOut) as LeftOutPart[]);

export const hiddenFields = (leftOut: LeftOut): string[] =>
	[...leftOut].flatMap((part) => [...PARTS[part].fields]);

/** An overview without what is left out; what is not there cannot be told on. */
export function withoutLeftOut(overview: IDataObject, leftOut: LeftOut): IDataObject {
	const shown = Object.entries(without(overview, hiddenFields(leftOut)));
	const withoutNotes = (value: IDataObject[string]) =>
		Array.isArray(value) ? (value as IDataObject[]).map((row) => without(row, ['note'])) : value;
	return Object.fromEntries(
		shown.map(([name, value]) => [name, leftOut.has('notes') ? withoutNotes(value) : value]),
	);
}

const without = (row: IDataObject, names: readonly string[]): IDataObject =>
	Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));

import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { sortByName } from '../../fields/order';
import type { Item } from '../execution/item';

/** The fields of an overview that go with each choice. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
	attendance: ['attendance'],
	contacts: ['phone', 'email', 'payer_name'],
	manager: ['manager_id', 'manager_name', 'stage_id', 'stage_name'],
	notes: ['note'],
	payments: ['payments'],
	tasks: ['tasks'],
};

/** Notes of the staff stay out unless somebody lets them in: the answer may go to a parent, or to a model. */
export const leaveOut: INodeProperties = {
	displayName: 'Leave Out',
	name: 'leaveOut',
	type: 'multiOptions',
	options: sortByName([
		{
			name: 'Attendance',
			value: 'attendance',
			description: 'The last lessons: there or not, grades, bonus',
		},
		{ name: 'Contacts', value: 'contacts', description: "Phone, email and the payer's name" },
		{
			name: 'Manager and Stage',
			value: 'manager',
			description: 'Who looks after the customer, and the stage or study status',
		},
		{
			name: 'Notes',
			value: 'notes',
			description: "The staff's notes on subscriptions, lessons and payments",
		},
		{ name: 'Payments', value: 'payments', description: 'The last payments' },
		{ name: 'Tasks', value: 'tasks', description: 'What the staff has still to do' },
	]),
	default: ['notes'],
	description:
		'What is not returned. Notes that the staff makes for itself are left out unless you remove them here. Add Contacts, Manager and Stage, and Tasks, too, where a parent, or an AI model that answers parents, reads it.',
};

/** The names of the fields that are left out. */
export const readLeftOut = (item: Item): string[] => item.choices(leaveOut).flatMap((name) => FIELDS[name]);

/** An overview, or a row in it, without these fields. */
export function without(row: IDataObject, leftOut: readonly string[]): IDataObject {
	const entries = Object.entries(row).filter(([name]) => !leftOut.includes(name));
	const inRows = (value: IDataObject[string]) =>
		Array.isArray(value) ? (value as IDataObject[]).map((one) => without(one, leftOut)) : value;
	return Object.fromEntries(entries.map(([name, value]) => [name, inRows(value)]));
}

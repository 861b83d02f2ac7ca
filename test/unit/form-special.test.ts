import type { INodeParameters } from 'n8n-workflow';

import { ACCOUNT, API_CALL } from '../../nodes/AlfaCrm/entities/registry';
import { formOf } from './form';

it.each([
	['customer', "What to save besides what the customer is matched by. A new customer needs 'Name'."],
	[
		'leadSource',
		"What to save besides what the lead source is matched by. A new lead source needs 'Name' and 'Code'.",
	],
	['room', "What to save besides what the room is matched by. A new room needs 'Name' and 'Color ID'."],
])('Create or Update says what a new %s needs', (resource, words) => {
	const form = formOf({ resource, operation: 'upsert' });
	expect(form.find(({ name }) => name === 'fieldsToSet')?.description).toBe(words);
});

it('Mark Attendance asks who was there before what to do about a conducted lesson', () => {
	const names = formOf({ resource: 'lesson', operation: 'markAttendance' }).map(({ name }) => name);
	expect(names.slice(3, 7)).toEqual(['id', 'present_ids', 'absent_ids', 'if_conducted']);
});

it('the form of the account asks for nothing that has to be filled', () => {
	const form = formOf({ resource: ACCOUNT, operation: 'check' });
	expect(form.map(({ name }) => name)).toEqual(['resource', 'operation', 'output', 'options']);
	expect(form.filter(({ required }) => required)).toEqual([]);
});

describe('the form of any call of the API', () => {
	const form = (chosen: INodeParameters = {}) =>
		formOf({ resource: API_CALL, operation: 'send', ...chosen }).map(({ name }) => name);

	it('asks for the parts of the call', () => {
		expect(form()).toEqual([
			'resource',
			'operation',
			'callBranch',
			'callPath',
			'callAction',
			'callQuery',
			'callBody',
			'allPages',
		]);
	});

	it('needs only the entity and the action', () => {
		const required = formOf({ resource: API_CALL, operation: 'send' }).filter((one) => one.required);
		expect(required.map(({ name }) => name)).toEqual(['callPath', 'callAction']);
	});

	it('asks for the same when it walks all pages', () => {
		expect(form({ allPages: true })).toEqual(form());
	});
});

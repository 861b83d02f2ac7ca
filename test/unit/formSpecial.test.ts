import type { INodeParameters, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { ACCOUNT } from '../../nodes/AlfaCrm/operations/account/account';
import { API_CALL } from '../../nodes/AlfaCrm/operations/apiCall';
import { formOf } from '../support/form';

it.each([
	['customer', 'phone', "A new customer needs 'Name': add it under 'Fields'."],
	['customer', 'phoneAndName', undefined],
	['customer', 'id', undefined],
	['leadSource', 'code', "A new lead source needs 'Name': add it under 'Fields'."],
	['leadSource', 'name', "A new lead source needs 'Code': add it under 'Fields'."],
	['room', 'name', "A new room needs 'Color ID': add it under 'Fields'."],
])('Create or Update says what a new %s by %s needs', (resource, matchBy, words) => {
	const form = formOf({ resource, operation: 'upsert', matchBy });
	expect(form.find(({ name }) => name === 'neededNotice')?.displayName).toBe(words);
	const asJson = formOf({ resource, operation: 'upsert', matchBy, inputMode: 'json' });
	expect(asJson.find(({ name }) => name === 'neededNotice')).toBeUndefined();
});

it.each([
	...['find', 'upsert', 'getOverview'].map((operation): [string, string, string] => [
		'customer',
		operation,
		'The first in this order: active before archived, clients before leads, then the highest ID',
	]),
	['group', 'find', 'The first in this order: active before archived, then the highest ID'],
	// What has no archive.
	['leadSource', 'find', 'The one with the highest ID'],
	['leadSource', 'upsert', 'The one with the highest ID'],
])('of several that match, %s → %s says which is the first', (resource, operation, words) => {
	const { options = [] } = formOf({ resource, operation }).find(({ name }) => name === 'options') ?? {};
	const several = (options as INodeProperties[]).find(({ name }) => name === 'ifSeveral');
	const choices = (several?.options ?? []) as INodePropertyOptions[];
	expect(choices.find(({ value }) => value === 'newest')?.description).toBe(words);
});

it('Complete Lesson asks who was there before what to do about a completed lesson', () => {
	const names = formOf({ resource: 'lesson', operation: 'complete' }).map(({ name }) => name);
	expect(names.slice(3)).toEqual([
		'id',
		'present_ids',
		'absent_ids',
		'details',
		'if_completed',
		'additionalFields',
		'simplify',
	]);
});

it.each([true, false, '={{ $json.simple }}'])(
	'asks once whether to add names where Simplify is %j',
	(simplify) => {
		for (const resource of ['customer', 'lesson', 'pay']) {
			const form = formOf({ resource, operation: 'getAll', simplify });
			const [addNames, ...others] = form.filter(({ name }) => name === 'addNames');
			expect([addNames.default, others]).toEqual([simplify !== false, []]);
		}
	},
);

it('asks for days without a time', () => {
	const form = formOf({ resource: 'pay', operation: 'create' });
	expect(form.find(({ name }) => name === 'document_date')).toMatchObject({
		type: 'dateTime',
		typeOptions: { dateOnly: true },
	});
});

it('says how the days of customers differ by which they can be filtered', () => {
	const { options = [] } =
		formOf({ resource: 'customer', operation: 'getAll' }).find(({ name }) => name === 'filters') ?? {};
	const told = (options as INodeProperties[]).filter(({ name }) =>
		/^(date|created_at)_(from|to)$/.test(name),
	);
	expect(told.map(({ description }) => /'(Added|Created)'/.exec(description ?? '')?.[1]).sort()).toEqual([
		...['Added', 'Added', 'Created', 'Created'],
	]);
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

import type { INodePropertyOptions } from 'n8n-workflow';

import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { ACCOUNT } from '../../nodes/AlfaCrm/operations/account/account';
import { API_CALL } from '../../nodes/AlfaCrm/operations/apiCall';
import {
	description,
	parameters,
	choicesOf,
	resource,
	operationLists,
	listOf,
	resources,
	actions,
	TABLE,
	entityAt,
	actionTable,
} from '../support/form';
import { withoutLinks, sorted } from './wordingRules';

describe('resources', () => {
	it('come first, and never by an expression', () => {
		expect(resource).toMatchObject({
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
		});
		expect(description.properties.filter(({ name }) => name === 'resource')).toHaveLength(1);
		for (const list of operationLists) {
			expect(list).toMatchObject({ displayName: 'Operation', type: 'options', noDataExpression: true });
		}
	});

	it('are all that the registry holds, by their singular names, the account, and any call of the API', () => {
		expect([...resources].sort()).toEqual(
			[ACCOUNT, API_CALL, ...entities.map((entity) => entity.resource)].sort(),
		);
		expect(choicesOf(resource).map(({ name }) => name)).toEqual(
			sorted(['Account', 'API Call', ...entities.map(({ label }) => label)]),
		);
	});

	it.each(TABLE)(
		'%s has one list of all its operations, with a list of records as the first choice',
		(value, entity) => {
			expect(listOf(value)).toHaveLength(1);
			const [list] = listOf(value);
			expect(list.default).toBe('getAll');
			expect(
				choicesOf(list)
					.map((choice) => String(choice.value))
					.sort(),
			).toEqual([...entity.operations, ...(entity.actions ?? []).map(({ name }) => name)].sort());
		},
	);

	it('have one operation for any call of the API', () => {
		const lists = listOf(API_CALL);
		expect(lists).toHaveLength(1);
		expect(lists[0].default).toBe('send');
		expect(choicesOf(lists[0]).map(({ value }) => value)).toEqual(['send']);
	});

	it('have one operation for the account', () => {
		const [list, ...others] = listOf(ACCOUNT);
		expect(others).toEqual([]);
		expect(choicesOf(list).map(({ value }) => value)).toEqual([list.default]);
		expect(list.default).toBe('check');
	});

	it('are the only ones that a parameter is shown for, with operations that they have', () => {
		const known = new Set(actionTable.map(([value, operation]) => `${value}.${operation}`));
		const unknown = description.properties.filter(({ name, displayOptions }) => {
			const { resource: shownFor = [], operation = [] } = displayOptions?.show ?? {};
			if (name === 'resource') return displayOptions !== undefined;
			if (shownFor.length === 0) return true;
			return shownFor.some((value) =>
				operation.length === 0
					? !resources.includes(String(value))
					: operation.some((one) => !known.has(`${String(value)}.${String(one)}`)),
			);
		});
		expect(unknown.map(({ name }) => name)).toEqual([]);
	});
});

/** What is called otherwise than an entity. */
const OTHERS: Record<string, { label: string; plural: string }> = {
	[ACCOUNT]: { label: 'Account', plural: 'Accounts' },
	[API_CALL]: { label: 'API Call', plural: 'API Calls' },
};

describe('operations', () => {
	it.each(
		actions.map(({ resource: value, operation }): [string, INodePropertyOptions] => [
			`${value}.${String(operation.value)}`,
			operation,
		]),
	)('%s has a name, an action and a description', (key, { name, action = '', description: text = '' }) => {
		const [value] = key.split('.');
		const { label, plural } = entityAt(value) ?? OTHERS[value];
		// AlfaCRM users know it by that name, and a bare "Complete" says little.
		if (key !== 'lesson.complete') expect(name).not.toContain(label);
		expect(action).toMatch(/^[A-Z][a-z]+( ([a-z]+|API|SMS))*$/);
		expect(action.toLowerCase()).toMatch(
			new RegExp(`\\b(${label.toLowerCase()}|${plural.toLowerCase()}|leads?)\\b`),
		);
		expect(text).not.toBe('');
		expect(text).not.toBe(name);
	});

	it.each([
		['create', /^Create$/, /^Create an? /],
		['delete', /^Delete$/, /^Delete an? /],
		['get', /^Get$/, /^Get an? /],
		['getAll', /^Get Many$/, /^Get many /],
		['find', /^Find$/, /^Find an? /],
		['update', /^Update$/, /^Update an? /],
		['upsert', /^Create or Update$/, /^Create or update an? /],
	])("%s is called as in n8n's own nodes", (value, name, action) => {
		const options = actions
			.map(({ operation }) => operation)
			.filter((operation) => operation.value === value);
		expect(options).not.toHaveLength(0);
		for (const operation of options) {
			expect(operation.name).toMatch(name);
			expect(operation.action).toMatch(action);
			if (value === 'getAll') expect(operation.description).toMatch(/^Get many /);
		}
	});

	it('find a record by what it is known by, in words that an AI agent can choose by', () => {
		const texts = Object.fromEntries(
			actions
				.filter(({ operation }) => operation.value === 'find')
				.map(({ resource: value, operation }) => [value, operation.description]),
		);
		expect(texts).toMatchObject({
			customer: 'Find a customer by phone, email or another key',
			leadSource: 'Find a lead source by code, name or ID',
			subject: 'Find a subject by name or ID',
		});
	});

	it('that take something away are chosen by nobody but the user', () => {
		for (const list of operationLists) {
			expect(list.noDataExpression).toBe(true);
			expect(['check', 'getAll', 'send']).toContain(list.default);
		}
		const how = parameters.filter(({ parameter }) => parameter.name === 'leave_by');
		expect(how.map(({ parameter }) => parameter.default)).toEqual(['end']);
	});

	it('put the right article before each noun', () => {
		const texts = [
			...actions.map(({ operation }) => `${operation.action} ${operation.description}`),
			...parameters.flatMap(({ parameter: { description: text = '', modes = [] } }) => [
				withoutLinks(text),
				...modes.map(({ placeholder = '' }) => placeholder),
			]),
		];
		expect(texts.filter((text) => /\ba [aeio]|\ban [^aeiou]/i.test(text))).toEqual([]);
	});

	it('say that they are unconfirmed exactly if they are', () => {
		const doubtful = entities.flatMap(
			({ resource: value, certainty, operations, unconfirmed = [], ...more }) =>
				[
					...(certainty === 'unconfirmed' ? operations : unconfirmed),
					...(more.actions ?? [])
						.filter((action) => action.certainty === 'unconfirmed')
						.map(({ name }) => name),
				].map((name) => `${value}.${name}`),
		);
		expect(doubtful).not.toHaveLength(0);
		const told = actions.filter(({ operation }) =>
			/unconfirmed|not verified/i.test(operation.description ?? ''),
		);
		expect(told.map((one) => `${one.resource}.${String(one.operation.value)}`).sort()).toEqual(
			doubtful.sort(),
		);
	});
});

import type { INodePropertyOptions } from 'n8n-workflow';

import { entities, resourceEntities as own } from '../../nodes/AlfaCrm/entities/registry';
import { ACCOUNT } from '../../nodes/AlfaCrm/operations/account/accountForm';
import { API_CALL } from '../../nodes/AlfaCrm/operations/apiCall';
import {
	offeredOperations,
	resourcesAndOperations,
	formChoices,
	listChoices,
	description,
	findEntityOfResource,
	evaluateExpression,
	findOperationLists,
	operationLists,
	formParameters,
	resourceParameter,
	resources,
	triggers,
} from '../support/form';
import {
	areUnique,
	DESCRIPTION_RULES,
	emptyOf,
	endsRightly,
	isTitleCase,
	MISCASED,
	PARAMETER_RULES,
	sorted,
	withoutLinks,
} from './wordingRules';

describe('the node', () => {
	it('has what n8n and its AI agents show of a node', () => {
		expect(description).toMatchObject({
			...{ displayName: 'AlfaCRM', name: 'alfaCrm', usableAsTool: true },
			credentials: [{ name: 'alfaCrmApi', required: true }],
			icon: { light: expect.stringMatching(/\.svg$/), dark: expect.stringMatching(/\.svg$/) },
		});
		expect(endsRightly(description.description)).toBe(true);
	});

	it.each(resourcesAndOperations)('is called in words in a workflow: %s, %s', (of, does) => {
		const said = evaluateExpression(String(description.subtitle), { resource: of, operation: does });
		const operation = findOperationLists(of)
			.flatMap(listChoices)
			.find(({ value }) => value === does);
		const [what] = listChoices(resourceParameter).filter(({ value }) => value === of);
		expect(said).toBe(`${operation?.name}: ${what.name}`);
	});

	it('is plain data, small enough to be sent to every editor that opens', () => {
		const text = JSON.stringify(description);
		expect(JSON.parse(text)).toEqual(description);
		expect(text.length).toBeLessThan(1_500_000);
	});
});

it.each(triggers.map((node) => [node.description.displayName, node] as const))(
	'the %s has what n8n shows of a trigger, and fills its dropdowns',
	(_name, { description: trigger, methods: own }) => {
		expect(trigger).toMatchObject({
			displayName: expect.stringMatching(/^AlfaCRM .*Trigger$/) as string,
			name: expect.stringMatching(/^alfaCrm\w*Trigger$/) as string,
			...{ group: ['trigger'], inputs: [], outputs: ['main'], icon: description.icon },
			subtitle: expect.stringMatching(/^=\{\{.*\}\}$/) as string,
			credentials: [{ name: 'alfaCrmApi' }],
		});
		expect(trigger.credentials).toHaveLength(1);
		expect(trigger.defaults.name).toBe(trigger.displayName);
		expect([isTitleCase(trigger.displayName), endsRightly(trigger.description)]).toEqual([true, true]);
		expect(trigger.usableAsTool).toBeUndefined();
		// One parameter may begin otherwise where another is set otherwise.
		const places = trigger.properties.map(({ name, displayOptions }) =>
			JSON.stringify([name, displayOptions]),
		);
		expect(areUnique(places)).toBe(true);
		expect(JSON.parse(JSON.stringify(trigger))).toEqual(trigger);
		const methods = trigger.properties.flatMap(({ typeOptions }) => typeOptions?.loadOptionsMethod ?? []);
		expect(Object.keys(own.loadOptions)).toEqual(expect.arrayContaining(methods));
	},
);

it.each(triggers.map(({ description: { properties, displayName } }) => [displayName, properties] as const))(
	"each event of the %s has a sentence of its own in n8n's panel",
	(_name, properties) => {
		const events = properties.find(({ displayName }) => ['Trigger On', 'Events'].includes(displayName));
		const sentences = listChoices(events ?? resourceParameter).map(({ action = '' }) => action);
		expect(areUnique(sentences)).toBe(true);
		for (const sentence of sentences) expect(sentence).toMatch(/^When (a|an|any|the|AlfaCRM) .*[a-z]$/);
	},
);

describe('resources', () => {
	it('come first, and never by an expression', () => {
		const shown = { displayName: 'Resource', name: 'resource', type: 'options', noDataExpression: true };
		expect(resourceParameter).toMatchObject(shown);
		expect(description.properties.filter(({ name }) => name === 'resource')).toHaveLength(1);
		for (const list of operationLists) {
			expect(list).toMatchObject({ displayName: 'Operation', type: 'options', noDataExpression: true });
		}
	});

	it('are those of the registry, by their singular names, two for its lists, the account, and any call of the API', () => {
		expect([...resources].sort()).toEqual(
			[ACCOUNT, API_CALL, 'message', 'referenceList', ...own.map((entity) => entity.resource)].sort(),
		);
		// n8n's panel lists actions in this order, and nobody looks for the last two first.
		expect(listChoices(resourceParameter).map(({ name }) => name)).toEqual([
			...sorted(['Message', 'Reference List', ...own.map(({ label }) => label)]),
			...['Account', 'API Call'],
		]);
	});

	it.each([
		...own.map(({ resource: value, operations, actions: more = [] }) => ({
			...{ value, first: 'getAll', all: [...operations, ...more.map(({ name }) => name)] },
		})),
		...['message', 'referenceList'].map((value) => ({ value, first: 'getAll', all: ['getAll'] })),
		{ value: API_CALL, first: 'send', all: ['send'] },
		{ value: ACCOUNT, first: 'check', all: ['check', 'dailyCheck', 'tryWrites'] },
	])('$value has one list of all its operations, of which $first comes first', ({ value, first, all }) => {
		const [list, ...others] = findOperationLists(value);
		expect([list.default, others]).toEqual([first, []]);
		expect(
			listChoices(list)
				.map((choice) => String(choice.value))
				.sort(),
		).toEqual([...all].sort());
	});

	it('are the only ones that a parameter is shown for, with operations that they have', () => {
		const known = new Set(resourcesAndOperations.map(([value, operation]) => `${value}.${operation}`));
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
	message: { label: 'Message', plural: 'Messages' },
	referenceList: { label: 'Reference List', plural: 'Reference Lists' },
};

describe('operations', () => {
	it.each(
		offeredOperations.map(({ resource: value, operation }): [string, INodePropertyOptions] => [
			`${value}.${String(operation.value)}`,
			operation,
		]),
	)(
		'%s has a name and an action of its own, and no description that repeats them',
		(key, { name, action = '', description: text }) => {
			const [value] = key.split('.');
			const { label, plural } = findEntityOfResource(value) ?? OTHERS[value];
			// AlfaCRM users know it by that name, and a bare "Complete" says little.
			if (key !== 'lesson.complete') expect(name).not.toContain(label);
			// An AI agent hears nothing else of an operation.
			expect(action).toMatch(/^[A-Z][a-z]+( ([a-z]+|API|SMS))*$/);
			expect(action).not.toMatch(/ (a|an|the) /);
			expect(action.toLowerCase()).toMatch(
				new RegExp(`\\b(${label.toLowerCase()}|${plural.toLowerCase()}|leads?|groups of customer)\\b`),
			);
			expect([name, action, '']).not.toContain(text);
		},
	);

	it.each([
		['create', /^Create$/, /^Create /],
		['delete', /^Delete$/, /^Delete /],
		['get', /^Get$/, /^Get /],
		['getAll', /^Get Many$/, /^Get many /],
		['find', /^Find$/, /^Find /],
		['update', /^Update$/, /^Update /],
		['upsert', /^Create or Update$/, /^Create or update /],
	])("%s is called as in n8n's own nodes", (value, name, action) => {
		const options = offeredOperations.flatMap(({ operation }) =>
			operation.value === value ? [operation] : [],
		);
		expect(options).not.toHaveLength(0);
		for (const operation of options) {
			expect(operation.name).toMatch(name);
			expect(operation.action).toMatch(action);
		}
	});

	it('find a record by what it is known by, in words that an AI agent can choose by', () => {
		const finding = offeredOperations.filter(({ operation }) => operation.value === 'find');
		expect(finding.map(({ operation }) => operation.action)).toEqual([
			'Find customer by phone or email or another key',
		]);
	});

	it('that take something away are chosen by nobody but the user', () => {
		for (const list of operationLists) {
			expect(list.noDataExpression).toBe(true);
			expect(['check', 'getAll', 'send']).toContain(list.default);
		}
		const how = formParameters.filter(({ parameter }) => parameter.name === 'leave_by');
		expect(how.map(({ parameter }) => parameter.default)).toEqual(['end']);
	});

	it('put the right article before each noun', () => {
		const texts = [
			...offeredOperations.map(({ operation }) => `${operation.action} ${operation.description}`),
			...formParameters.flatMap(({ parameter: { description: text = '', modes = [] } }) => [
				withoutLinks(text),
				...modes.map(({ placeholder = '' }) => placeholder),
			]),
		];
		expect(texts.filter((text) => /\ba [aeio]|\ban [^aeiou]/i.test(text))).toEqual([]);
	});

	it('say that they are unconfirmed exactly if they are', () => {
		const doubtful = own.flatMap(
			({ resource: value, certainty, operations, unconfirmed = [], actions: more = [] }) => {
				const doubted = more.filter((action) => action.unconfirmed).map(({ name }) => name);
				const usual = certainty === 'unconfirmed' ? operations : unconfirmed;
				return [...usual, ...doubted].map((name) => `${value}.${name}`);
			},
		);
		expect(doubtful).not.toHaveLength(0);
		const told = offeredOperations.filter(({ operation }) =>
			/unconfirmed|not verified/i.test(operation.description ?? ''),
		);
		expect(told.map((one) => `${one.resource}.${String(one.operation.value)}`).sort()).toEqual(
			doubtful.sort(),
		);
	});
});

describe('every parameter', () => {
	it('is looked at, whatever its type', () => {
		expect([...new Set(formParameters.map(({ parameter }) => parameter.type))].sort()).toEqual(
			Object.keys(emptyOf).sort(),
		);
		expect(formParameters.length).toBeGreaterThan(entities.length * 10);
		expect(formChoices.length).toBeGreaterThan(entities.length * 5);
	});

	it.each(PARAMETER_RULES)('%s', (_rule, holds) => {
		const broken = formParameters.filter((found) => !holds(found.parameter, found));
		expect(broken.map(({ where }) => where)).toEqual([]);
	});
});

describe('every description', () => {
	const described = [
		...formParameters.map(({ where, parameter }) => ({ where, text: parameter.description })),
		...formChoices.map(({ where, choice }) => ({ where, text: choice.description })),
	];

	it.each(DESCRIPTION_RULES)('%s', (_rule, holds) => {
		expect(described.filter(({ text }) => text !== undefined && !holds(text))).toEqual([]);
	});
});

it('every choice writes ID, URL, JSON and API in capitals', () => {
	expect(formChoices.filter(({ choice: { name } }) => MISCASED.test(name))).toEqual([]);
});

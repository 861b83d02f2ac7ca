import { entities, resourceEntities } from '../../nodes/AlfaCrm/entities/registry';
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
	endsRightly,
	hasDefaultOfType,
	isTitleCase,
	MISCASED,
	PARAMETER_RULES,
	sortNames,
	withoutLinks,
} from './wordingRules';

/** The names of the resources that are no entities. */
const OTHER_RESOURCES: Record<string, { label: string; plural: string }> = {
	[ACCOUNT]: { label: 'Account', plural: 'Accounts' },
	[API_CALL]: { label: 'API Call', plural: 'API Calls' },
	message: { label: 'Message', plural: 'Messages' },
	referenceList: { label: 'Reference List', plural: 'Reference Lists' },
};

/** Every operation that a user can choose, with its key as in "customer.create". */
const operations = offeredOperations.map(({ resource: resourceName, operation }) => ({
	key: `${resourceName}.${String(operation.value)}`,
	resourceName,
	value: String(operation.value),
	name: operation.name,
	action: operation.action ?? '',
	description: operation.description,
	resourceLabel: String(listChoices(resourceParameter).find(({ value }) => value === resourceName)?.name),
}));

/** The resources of the form with the operations that they must offer. */
const expectedOperations = [
	...resourceEntities.map((entity) => ({
		resourceName: entity.resource,
		firstOperation: 'getAll',
		allOperations: [...entity.operations, ...(entity.actions ?? []).map(({ name }) => name)],
	})),
	{ resourceName: 'message', firstOperation: 'getAll', allOperations: ['getAll'] },
	{ resourceName: 'referenceList', firstOperation: 'getAll', allOperations: ['getAll'] },
	{ resourceName: API_CALL, firstOperation: 'send', allOperations: ['send'] },
	{
		resourceName: ACCOUNT,
		firstOperation: 'check',
		allOperations: ['check', 'dailyCheck', 'tryWrites'],
	},
];

describe('the AlfaCRM node', () => {
	it('the AlfaCRM node has the name, icons and credential that n8n shows, and can be a tool of an agent', () => {
		expect(description).toMatchObject({
			displayName: 'AlfaCRM',
			name: 'alfaCrm',
			usableAsTool: true,
			credentials: [{ name: 'alfaCrmApi', required: true }],
			icon: { light: expect.stringMatching(/\.svg$/), dark: expect.stringMatching(/\.svg$/) },
		});
	});

	it('the AlfaCRM node has a description that ends as n8n demands', () => {
		expect(endsRightly(description.description)).toBe(true);
	});

	it.each(operations)(
		'the AlfaCRM node shows "$name: $resourceLabel" below its name in a workflow',
		(operation) => {
			const subtitle = evaluateExpression(String(description.subtitle), {
				resource: operation.resourceName,
				operation: operation.value,
			});

			expect(subtitle).toBe(`${operation.name}: ${operation.resourceLabel}`);
		},
	);

	it('the AlfaCRM node is described by plain data', () => {
		expect(JSON.parse(JSON.stringify(description))).toEqual(description);
	});

	it('the AlfaCRM node has a description that is small enough for every editor that opens', () => {
		expect(JSON.stringify(description).length).toBeLessThan(1_500_000);
	});
});

describe.each(
	triggers.map((node) => ({
		name: node.description.displayName,
		trigger: node.description,
		methods: node.methods,
	})),
)('the trigger $name', ({ name, trigger, methods }) => {
	const events = trigger.properties.find(({ displayName }) => ['Trigger On', 'Events'].includes(displayName));
	const sentencesOfEvents = listChoices(events ?? resourceParameter).map(({ action = '' }) => action);

	it(`the trigger ${name} has the name, icon, subtitle and credential that n8n shows`, () => {
		expect(trigger).toMatchObject({
			displayName: expect.stringMatching(/^AlfaCRM .*Trigger$/) as string,
			name: expect.stringMatching(/^alfaCrm\w*Trigger$/) as string,
			group: ['trigger'],
			inputs: [],
			outputs: ['main'],
			icon: description.icon,
			subtitle: expect.stringMatching(/^=\{\{.*\}\}$/) as string,
			credentials: [{ name: 'alfaCrmApi' }],
		});
		expect(trigger.credentials).toHaveLength(1);
	});

	it(`the trigger ${name} has a name in Title Case, which new nodes get`, () => {
		expect(isTitleCase(trigger.displayName)).toBe(true);
		expect(trigger.defaults.name).toBe(trigger.displayName);
	});

	it(`the trigger ${name} has a description that ends as n8n demands`, () => {
		expect(endsRightly(trigger.description)).toBe(true);
	});

	it(`the trigger ${name} cannot be a tool of an agent`, () => {
		expect(trigger.usableAsTool).toBeUndefined();
	});

	it(`the trigger ${name} has no two parameters with the same name and the same conditions`, () => {
		const places = trigger.properties.map((parameter) =>
			JSON.stringify([parameter.name, parameter.displayOptions]),
		);

		expect(areUnique(places)).toBe(true);
	});

	it(`the trigger ${name} is described by plain data`, () => {
		expect(JSON.parse(JSON.stringify(trigger))).toEqual(trigger);
	});

	it(`the trigger ${name} has the methods that fill its dropdowns`, () => {
		const neededMethods = trigger.properties.flatMap(
			({ typeOptions }) => typeOptions?.loadOptionsMethod ?? [],
		);

		expect(Object.keys(methods.loadOptions)).toEqual(expect.arrayContaining(neededMethods));
	});

	it(`the trigger ${name} has a different sentence for each event in n8n's panel`, () => {
		expect(sentencesOfEvents).not.toHaveLength(0);
		expect(areUnique(sentencesOfEvents)).toBe(true);
	});

	it.each(sentencesOfEvents.map((sentence) => ({ sentence })))(
		`the trigger ${name} has the sentence "$sentence", which begins with "When" and a noun`,
		({ sentence }) => {
			expect(sentence).toMatch(/^When (a|an|any|the|AlfaCRM) .*[a-z]$/);
		},
	);
});

describe('the choice of a resource', () => {
	it('the choice of a resource is the first parameter and takes no expression', () => {
		expect(description.properties[0]).toMatchObject({
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
		});
	});

	it('the choice of a resource is always shown, once', () => {
		const resourceParameters = description.properties.filter(({ name }) => name === 'resource');

		expect(resourceParameters).toHaveLength(1);
		expect(resourceParameter.displayOptions).toBeUndefined();
	});

	it('the choice of a resource offers every entity, the two kinds of lists, the account and the calls of the API', () => {
		const entityNames = resourceEntities.map((entity) => entity.resource);
		const expectedNames = [...entityNames, 'message', 'referenceList', ACCOUNT, API_CALL];

		expect([...resources].sort()).toEqual(expectedNames.sort());
	});

	it("the choice of a resource is sorted by label, with the account and the calls of the API last in n8n's panel", () => {
		const entityLabels = resourceEntities.map(({ label }) => label);
		const sortedLabels = sortNames(['Message', 'Reference List', ...entityLabels]);

		expect(listChoices(resourceParameter).map(({ name }) => name)).toEqual([
			...sortedLabels,
			'Account',
			'API Call',
		]);
	});
});

describe('the choice of an operation', () => {
	it.each(operationLists)(
		'the choice of an operation of $displayOptions.show.resource is called Operation and takes no expression',
		(list) => {
			expect(list).toMatchObject({ displayName: 'Operation', type: 'options', noDataExpression: true });
		},
	);

	it.each(operationLists)(
		'the choice of an operation of $displayOptions.show.resource is preset to one that reads, or to an API call',
		(list) => {
			expect(['check', 'getAll', 'send']).toContain(list.default);
		},
	);

	it.each(expectedOperations)(
		'the choice of an operation of $resourceName is one list, which is preset to $firstOperation',
		({ resourceName, firstOperation }) => {
			const lists = findOperationLists(resourceName);

			expect(lists).toHaveLength(1);
			expect(lists[0].default).toBe(firstOperation);
		},
	);

	it.each(expectedOperations)(
		'the choice of an operation of $resourceName offers all operations of the resource',
		({ resourceName, allOperations }) => {
			const values = findOperationLists(resourceName)
				.flatMap(listChoices)
				.map(({ value }) => String(value));

			expect(values.sort()).toEqual([...allOperations].sort());
		},
	);
});

describe('the conditions under which parameters are shown', () => {
	const knownKeys = new Set(
		resourcesAndOperations.map(([resourceName, operation]) => `${resourceName}.${operation}`),
	);
	const conditions = description.properties
		.filter(({ name }) => name !== 'resource')
		.map(({ name, displayOptions }) => ({
			name,
			resourceNames: (displayOptions?.show?.resource ?? []).map(String),
			operationNames: (displayOptions?.show?.operation ?? []).map(String),
		}));

	it('every parameter is shown for certain resources only', () => {
		expect(conditions.filter(({ resourceNames }) => resourceNames.length === 0)).toEqual([]);
	});

	it('no parameter is shown for a resource that does not exist', () => {
		const namedResources = conditions.flatMap(({ resourceNames }) => resourceNames);

		expect(namedResources.filter((resourceName) => !resources.includes(resourceName))).toEqual([]);
	});

	it('no parameter is shown for an operation that its resource does not have', () => {
		const namedKeys = conditions.flatMap(({ resourceNames, operationNames }) =>
			resourceNames.flatMap((resourceName) =>
				operationNames.map((operation) => `${resourceName}.${operation}`),
			),
		);

		expect(namedKeys.filter((key) => !knownKeys.has(key))).toEqual([]);
	});
});

describe('the words of an operation', () => {
	// AlfaCRM's users know this operation by that name, and a bare "Complete" says little.
	const operationsWithoutNoun = operations.filter(({ key }) => key !== 'lesson.complete');

	it.each(operationsWithoutNoun)(
		'the name of $key does not repeat the resource',
		({ name, resourceName }) => {
			const { label } = findEntityOfResource(resourceName) ?? OTHER_RESOURCES[resourceName];

			expect(name).not.toContain(label);
		},
	);

	it.each(operations)('the action of $key, "$action", is plain words without articles', ({ action }) => {
		expect(action).toMatch(/^[A-Z][a-z]+( ([a-z]+|API|SMS))*$/);
		expect(action).not.toMatch(/ (a|an|the) /);
	});

	// An AI agent reads nothing else about an operation.
	it.each(operations)('the action of $key, "$action", names the resource', ({ action, resourceName }) => {
		const { label, plural } = findEntityOfResource(resourceName) ?? OTHER_RESOURCES[resourceName];
		const nouns = `${label.toLowerCase()}|${plural.toLowerCase()}|leads?|groups of customer`;

		expect(action.toLowerCase()).toMatch(new RegExp(`\\b(${nouns})\\b`));
	});

	it.each(operations)('the description of $key repeats neither its name nor its action', (operation) => {
		expect([operation.name, operation.action, '']).not.toContain(operation.description);
	});

	it.each([
		{ value: 'create', name: 'Create', action: /^Create / },
		{ value: 'delete', name: 'Delete', action: /^Delete / },
		{ value: 'get', name: 'Get', action: /^Get / },
		{ value: 'getAll', name: 'Get Many', action: /^Get many / },
		{ value: 'find', name: 'Find', action: /^Find / },
		{ value: 'update', name: 'Update', action: /^Update / },
		{ value: 'upsert', name: 'Create or Update', action: /^Create or update / },
	])("every operation $value is called $name, as in n8n's own nodes", ({ value, name, action }) => {
		const namesakes = operations.filter((operation) => operation.value === value);
		const misnamed = namesakes.filter(
			(operation) => operation.name !== name || !action.test(operation.action),
		);

		expect(namesakes).not.toHaveLength(0);
		expect(misnamed).toEqual([]);
	});

	it('Find tells an AI agent by what it finds a customer', () => {
		const actionsOfFind = operations.filter(({ value }) => value === 'find').map(({ action }) => action);

		expect(actionsOfFind).toEqual(['Find customer by phone or email or another key']);
	});

	it('Leave Group ends a membership, and does not delete it, unless the user chooses so', () => {
		const waysToLeave = formParameters.filter(({ parameter }) => parameter.name === 'leave_by');

		expect(waysToLeave).toHaveLength(1);
		expect(waysToLeave[0].parameter.default).toBe('end');
	});

	it('every noun has the right article', () => {
		const textsOfOperations = operations.map((operation) => `${operation.action} ${operation.description}`);
		const textsOfParameters = formParameters.flatMap(
			({ parameter: { description: text = '', modes = [] } }) => [
				withoutLinks(text),
				...modes.map(({ placeholder = '' }) => placeholder),
			],
		);

		const texts = [...textsOfOperations, ...textsOfParameters];
		expect(texts.filter((text) => /\ba [aeio]|\ban [^aeiou]/i.test(text))).toEqual([]);
	});

	it('an operation is described as unconfirmed exactly if it is', () => {
		const unconfirmedKeys = resourceEntities.flatMap((entity) => {
			const { certainty, unconfirmed = [], actions: ownActions = [] } = entity;
			const usualOperations = certainty === 'unconfirmed' ? entity.operations : unconfirmed;
			const unconfirmedActions = ownActions.filter((action) => action.unconfirmed).map(({ name }) => name);
			return [...usualOperations, ...unconfirmedActions].map((name) => `${entity.resource}.${name}`);
		});
		const describedAsUnconfirmed = operations.filter((operation) =>
			/unconfirmed|not verified/i.test(operation.description ?? ''),
		);

		expect(unconfirmedKeys).not.toHaveLength(0);
		expect(describedAsUnconfirmed.map(({ key }) => key).sort()).toEqual(unconfirmedKeys.sort());
	});
});

describe('the rules of parameters', () => {
	it('the rules of parameters look at parameters of every type', () => {
		const types = new Set(formParameters.map(({ parameter }) => parameter.type));

		expect([...types].sort()).toEqual(Object.keys(hasDefaultOfType).sort());
	});

	it('the rules of parameters look at all parameters and choices', () => {
		expect(formParameters.length).toBeGreaterThan(entities.length * 10);
		expect(formChoices.length).toBeGreaterThan(entities.length * 5);
	});

	it.each(PARAMETER_RULES)('in every form, $rule', ({ isKept }) => {
		const breaches = formParameters.filter((found) => !isKept(found.parameter, found));

		expect(breaches.map(({ where }) => where)).toEqual([]);
	});
});

describe('the descriptions of parameters and choices', () => {
	const descriptions = [
		...formParameters.map(({ where, parameter }) => ({ where, text: parameter.description })),
		...formChoices.map(({ where, choice }) => ({ where, text: choice.description })),
	];

	it.each(DESCRIPTION_RULES)('every description $rule', ({ isKept }) => {
		expect(descriptions.filter(({ text }) => text !== undefined && !isKept(text))).toEqual([]);
	});

	it('every name of a choice writes ID, URL, JSON and API in capitals', () => {
		expect(formChoices.filter(({ choice: { name } }) => MISCASED.test(name))).toEqual([]);
	});
});

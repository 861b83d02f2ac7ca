import type { ESLint } from 'eslint';
import { Linter } from 'eslint';
import type {
	INode,
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { AlfaCrm } from '../../nodes/AlfaCrm/AlfaCrm.node';
import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { NODE } from './support';

const alfaCrm = new AlfaCrm();
const { description } = alfaCrm;

// ---------------------------------------------------------------- the form, flattened

interface Found {
	/** Path to it, for the report: customer.create / additionalFields / phone. */
	where: string;
	parameter: INodeProperties;
	/** Inside a collection. */
	nested: boolean;
}

const shownOn = ({ displayOptions }: INodeProperties) =>
	[displayOptions?.show?.resource, displayOptions?.show?.operation].flat().filter(Boolean).join('.');

function flatten(properties: INodeProperties[], where = '', nested = false): Found[] {
	return properties.flatMap((parameter) => {
		const here = [where, shownOn(parameter), parameter.name].filter(Boolean).join(' / ');
		return [{ where: here, parameter, nested }, ...flatten(childrenOf(parameter), here, true)];
	});
}

function childrenOf({ type, options = [] }: INodeProperties): INodeProperties[] {
	if (type === 'collection') return options as INodeProperties[];
	if (type === 'fixedCollection')
		return (options as INodePropertyCollection[]).flatMap(({ values }) => values);
	return [];
}

const isDynamic = ({ typeOptions }: INodeProperties) => typeOptions?.loadOptionsMethod !== undefined;

/** The entries of a static dropdown. */
const choicesOf = ({ type, options = [] }: INodeProperties): INodePropertyOptions[] =>
	type === 'options' || type === 'multiOptions' ? (options as INodePropertyOptions[]) : [];

const parameters = flatten(description.properties);
const choices = parameters.flatMap(({ where, parameter }) =>
	choicesOf(parameter).map((choice) => ({ where: `${where} = ${choice.name}`, choice })),
);

// ---------------------------------------------------------------- n8n's rules of wording

const SMALL_WORDS =
	/^(a|an|and|as|at|but|by|for|from|if|in|into|nor|of|on|or|per|so|than|that|the|to|up|via|vs|with)$/;

const isTitleCase = (text: string) => {
	const words = text.split(' ');
	return words.every((word, index) => {
		const inside = index > 0 && index < words.length - 1;
		return /^[(]?[A-Z0-9]/.test(word) || (inside && SMALL_WORDS.test(word));
	});
};

/** n8n counts sentences by the blanks behind their periods. */
const sentences = (text: string) => text.replace('e.g.', '').split('. ').length;
const endsRightly = (text: string) => text.endsWith('.') === sentences(text) > 1;

const MISCASED = /\b([Ii]ds?|[Uu]rls?|[Jj]son|[Aa]pi)\b/;
const withoutLinks = (text: string) => text.replace(/<a href="[^"]*">/g, '');
const isTidy = (text: string) => text !== '' && text === text.trim() && !/\s{2,}|\n/.test(text);

const PICK = {
	options:
		'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
	multiOptions:
		'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
} as const;

/** Rules for the description of a parameter or of a choice. */
const DESCRIPTION_RULES: Array<[rule: string, holds: (text: string, name: string) => boolean]> = [
	['is not empty or untidy', isTidy],
	['begins with a capital letter', (text) => /^[A-Z0-9]/.test(text)],
	['ends with a period exactly if it holds several sentences', endsRightly],
	['writes ID, URL, JSON and API in capitals', (text) => !MISCASED.test(withoutLinks(text))],
	['says more than the name', (text, name) => text.toLowerCase() !== name.toLowerCase()],
	['holds no markup but links', (text) => !/<(?!a href="https:\/\/|\/a>)|`/.test(text)],
	['hyphenates comma-separated', (text) => !/comma separated/i.test(text)],
	['is in English', (text) => /^[\x20-\x7e–’]*$/.test(text)],
];

const emptyOf: Partial<
	Record<INodeProperties['type'], (value: unknown, parameter: INodeProperties) => boolean>
> = {
	string: (value, { typeOptions }) =>
		typeOptions?.multipleValues ? Array.isArray(value) : typeof value === 'string',
	dateTime: (value) => typeof value === 'string',
	number: (value) => typeof value === 'number',
	boolean: (value) => typeof value === 'boolean',
	collection: (value) => JSON.stringify(value) === '{}',
	fixedCollection: (value) => JSON.stringify(value) === '{}',
	multiOptions: (value) => Array.isArray(value),
	options: (value, parameter) =>
		isDynamic(parameter) ? value === '' : choicesOf(parameter).some((choice) => choice.value === value),
};

const sorted = (names: string[]) => [...names].sort((a, b) => a.localeCompare(b, 'en'));
const isSorted = (names: string[]) => names.join('\n') === sorted(names).join('\n');
const areUnique = (values: unknown[]) => new Set(values).size === values.length;

/** Rules for each parameter, in collections too. */
const PARAMETER_RULES: Array<[rule: string, holds: (parameter: INodeProperties, found: Found) => boolean]> = [
	['displayName comes first', (parameter) => Object.keys(parameter)[0] === 'displayName'],
	['displayName is in Title Case', ({ displayName }) => isTitleCase(displayName)],
	['displayName and name are tidy', ({ displayName, name }) => isTidy(displayName) && isTidy(name)],
	['displayName writes ID, URL, JSON and API in capitals', ({ displayName }) => !MISCASED.test(displayName)],
	['displayName is in English', ({ displayName }) => /^[\x20-\x7e]*$/.test(displayName)],
	['the type is one that these tests know', ({ type }) => type in emptyOf],
	[
		'the default is of the right type',
		(parameter) => emptyOf[parameter.type]?.(parameter.default, parameter) ?? false,
	],
	['required is true or left out', ({ required }) => required !== false],
	['nothing in a collection is required', ({ required }, { nested }) => !(nested && required)],
	[
		'a switch tells "Whether ..."',
		({ type, description: text }) => type !== 'boolean' || (text?.startsWith('Whether ') ?? false),
	],
	[
		'a dropdown from the account is called "... Name or ID", or "... Names or IDs"',
		(parameter) =>
			!isDynamic(parameter) ||
			parameter.displayName.endsWith(parameter.type === 'options' ? ' Name or ID' : ' Names or IDs'),
	],
	[
		'only such a dropdown is called so',
		(parameter) => isDynamic(parameter) || !/Names? or IDs?$/.test(parameter.displayName),
	],
	[
		"a dropdown from the account is described in n8n's words, after a sentence of its own",
		(parameter) => {
			if (!isDynamic(parameter)) return true;
			const pick = PICK[parameter.type as keyof typeof PICK];
			const { description: text = '' } = parameter;
			return text === pick || text.endsWith(`. ${pick}.`);
		},
	],
	[
		'a dropdown from the account can be loaded',
		(parameter) =>
			!isDynamic(parameter) ||
			Object.hasOwn(alfaCrm.methods.loadOptions, parameter.typeOptions?.loadOptionsMethod ?? ''),
	],
	[
		'a dropdown is loaded again when parameters change that there are',
		({ typeOptions }) =>
			(typeOptions?.loadOptionsDependsOn ?? []).every((name) =>
				description.properties.some((parameter) => parameter.name === name),
			),
	],
	[
		'a static dropdown has choices',
		(parameter) =>
			choicesOf(parameter).length > 0 || !/options$/i.test(parameter.type) || isDynamic(parameter),
	],
	['choices are sorted by name', (parameter) => isSorted(choicesOf(parameter).map(({ name }) => name))],
	[
		'choices differ in name and value',
		(parameter) =>
			areUnique(choicesOf(parameter).map(({ name }) => name)) &&
			areUnique(choicesOf(parameter).map(({ value }) => value)),
	],
	[
		'what a collection offers is sorted',
		(parameter) => isSorted(childrenOf(parameter).map(({ displayName }) => displayName)),
	],
	[
		'what a collection offers differs in name',
		(parameter) => areUnique(childrenOf(parameter).map(({ name }) => name)),
	],
	[
		'a collection has something to offer and says "Add ..."',
		(parameter) =>
			!/collection$/i.test(parameter.type) ||
			(childrenOf(parameter).length > 0 && /^Add [A-Z]/.test(parameter.placeholder ?? '')),
	],
	[
		'a placeholder shows an example that starts with "e.g."',
		({ type, placeholder }) =>
			placeholder === undefined || /collection$/i.test(type) || /^e\.g\. \S/.test(placeholder),
	],
	[
		'an email shows an example',
		({ displayName, type, placeholder }) =>
			displayName !== 'Email' || type !== 'string' || placeholder !== undefined,
	],
	[
		'a secret is hidden',
		({ name, typeOptions }) =>
			!/secret|password|token|api_?key/i.test(name) || typeOptions?.password === true,
	],
];

describe('every parameter', () => {
	it('is looked at', () => {
		expect(parameters.length).toBeGreaterThan(entities.length * 10);
		expect(choices.length).toBeGreaterThan(entities.length * 5);
	});

	it.each(PARAMETER_RULES)('%s', (_rule, holds) => {
		expect(parameters.filter((found) => !holds(found.parameter, found)).map(({ where }) => where)).toEqual(
			[],
		);
	});
});

describe('every description', () => {
	const described = [
		...parameters.map(({ where, parameter }) => ({
			where,
			text: parameter.description,
			name: parameter.displayName,
		})),
		...choices.map(({ where, choice }) => ({ where, text: choice.description, name: choice.name })),
	].filter((one): one is { where: string; text: string; name: string } => one.text !== undefined);

	it.each(DESCRIPTION_RULES)('%s', (_rule, holds) => {
		const broken = described.filter(({ text, name }) => !holds(text, name));
		expect(broken.map(({ where, text }) => `${where}: ${text}`)).toEqual([]);
	});
});

it('every choice has a tidy name in Title Case', () => {
	const broken = choices.filter(
		({ choice: { name } }) => !isTidy(name) || !isTitleCase(name) || MISCASED.test(name),
	);
	expect(broken.map(({ where }) => where)).toEqual([]);
});

// ---------------------------------------------------------------- resources and operations

const [resource] = description.properties;
const operationLists = description.properties.filter(({ name }) => name === 'operation');
const listOf = (value: string) =>
	operationLists.filter(({ displayOptions }) => displayOptions?.show?.resource?.includes(value));
const resources = choicesOf(resource).map(({ value }) => String(value));
const actions = resources.flatMap((value) =>
	listOf(value).flatMap((list) => choicesOf(list).map((operation) => ({ resource: value, operation }))),
);
const actionTable = actions.map(({ resource: value, operation }): [string, string] => [
	value,
	String(operation.value),
]);

/** What the form shows for a resource and an operation, as n8n itself decides it. */
function formOf(chosen: INodeParameters): INodeProperties[] {
	const node: INode = { ...NODE, parameters: chosen };
	const values = NodeHelpers.getNodeParameters(
		description.properties,
		chosen,
		true,
		false,
		node,
		description as INodeTypeDescription,
	);
	return description.properties.filter((property) =>
		NodeHelpers.displayParameter(values ?? chosen, property, node, description as INodeTypeDescription),
	);
}

describe('resources', () => {
	it('come first, then their operations, neither as an expression', () => {
		expect(resource).toMatchObject({
			displayName: 'Resource',
			name: 'resource',
			type: 'options',
			noDataExpression: true,
		});
		const others = description.properties.slice(1 + operationLists.length);
		expect(others.filter(({ name }) => name === 'operation' || name === 'resource')).toEqual([]);
		for (const list of operationLists) {
			expect(list).toMatchObject({ displayName: 'Operation', type: 'options', noDataExpression: true });
		}
	});

	it('are all that the registry holds, by their singular names', () => {
		expect([...resources].sort()).toEqual(entities.map((entity) => entity.resource).sort());
		expect(choicesOf(resource).map(({ name }) => name)).toEqual(sorted(entities.map(({ label }) => label)));
	});

	it.each(resources)('%s has one list of operations, with a list of records as the first choice', (value) => {
		expect(listOf(value)).toHaveLength(1);
		expect(listOf(value)[0].default).toBe('getAll');
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

describe('operations', () => {
	it.each(
		actions.map(({ resource: value, operation }): [string, INodePropertyOptions] => [
			`${value}.${String(operation.value)}`,
			operation,
		]),
	)('%s has a name, an action and a description', (key, { name, action = '', description: text = '' }) => {
		const [value] = key.split('.');
		const { label, plural } = entities.find((entity) => entity.resource === value) ?? {
			label: '?',
			plural: '?',
		};
		expect(name).not.toContain(label);
		expect(action).toMatch(/^[A-Z][a-z]+( [a-z]+)*$/);
		expect(action.toLowerCase()).toMatch(
			new RegExp(`\\b(${label.toLowerCase()}|${plural.toLowerCase()})\\b`),
		);
		expect(text).not.toBe('');
		expect(text).not.toBe(name);
	});

	it.each([
		['create', /^Create$/, /^Create an? /],
		['delete', /^Delete$/, /^Delete an? /],
		['get', /^Get$/, /^Get an? /],
		['getAll', /^Get Many$/, /^Get many /],
		['update', /^Update$/, /^Update an? /],
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

	it('put the right article before each noun', () => {
		const texts = actions.map(({ operation }) => `${operation.action} ${operation.description}`);
		expect(texts.filter((text) => /\ba [aeio]|\ban [^aeiou]/i.test(text))).toEqual([]);
	});
});

describe.each(actionTable)('the form of %s, %s', (value, operation) => {
	const shown = formOf({ resource: value, operation });
	const named = (name: string) => shown.find((parameter) => parameter.name === name);
	const { scope } = entities.find((entity) => entity.resource === value) ?? {};

	it('shows no two parameters of the same name or label', () => {
		expect(areUnique(shown.map(({ name }) => name))).toBe(true);
		expect(areUnique(shown.map(({ displayName }) => displayName))).toBe(true);
	});

	it('asks for the branch exactly if the records belong to one', () => {
		expect(named('branchId')?.required).toBe(scope === 'branch' ? true : undefined);
	});

	it('asks for what is required before collections', () => {
		const isCollection = shown.map(({ type }) => /collection$/i.test(type));
		expect(isCollection).toEqual([...isCollection].sort((a, b) => Number(a) - Number(b)));
	});

	it('offers more than resource and operation, and asks for the ID where one record is meant', () => {
		expect(shown.length).toBeGreaterThan(2);
		expect(named('id')?.required).toBe(['delete', 'get', 'update'].includes(operation) ? true : undefined);
	});

	it('calls its collections as n8n does', () => {
		const collections = shown.filter(({ type }) => type === 'collection');
		const allowed: Record<string, string> = {
			additionalFields: 'Additional Fields',
			updateFields: 'Update Fields',
			filters: 'Filters',
			options: 'Options',
		};
		for (const { name, displayName } of collections) expect(displayName).toBe(allowed[name]);
		expect(named('updateFields') !== undefined).toBe(operation === 'update');
	});

	it('has Return All and Limit exactly for a list, in n8n’s words', () => {
		const all = formOf({ resource: value, operation, returnAll: true });
		expect(all.map(({ name }) => name)).not.toContain('limit');
		if (operation !== 'getAll') {
			expect([named('returnAll'), named('limit')]).toEqual([undefined, undefined]);
			return;
		}
		expect(named('returnAll')).toMatchObject({
			displayName: 'Return All',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		});
		expect(named('limit')).toMatchObject({
			displayName: 'Limit',
			type: 'number',
			default: 50,
			typeOptions: { minValue: 1 },
			description: 'Max number of results to return',
		});
	});
});

describe('the node', () => {
	it('has what n8n and its AI agents show of a node', () => {
		expect(description).toMatchObject({
			displayName: 'AlfaCRM',
			name: 'alfaCrm',
			usableAsTool: true,
			subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
			credentials: [{ name: 'alfaCrmApi', required: true }],
			icon: {
				light: expect.stringMatching(/\.svg$/) as string,
				dark: expect.stringMatching(/\.svg$/) as string,
			},
		});
		expect(endsRightly(description.description)).toBe(true);
	});

	it('stays small enough to be sent to every editor that opens', () => {
		expect(JSON.stringify(description).length).toBeLessThan(1_500_000);
	});

	it('is plain data', () => {
		expect(JSON.parse(JSON.stringify(description))).toEqual(description);
	});
});

// ---------------------------------------------------------------- n8n's own linter

describe("n8n's linter, given the form written out as it would be by hand", () => {
	type Plugin = ESLint.Plugin & { configs: { nodes: { rules: Linter.RulesRecord } } };
	/** Comes with @n8n/node-cli. */
	const plugin = jest.requireActual<Plugin>('eslint-plugin-n8n-nodes-base');

	const lint = (properties: INodeProperties[]) => {
		// The rules look for plain keys, JSON has quoted ones.
		const form = JSON.stringify(properties, null, '\t').replace(/^(\t*)"(\w+)":/gm, '$1$2:');
		const lines = `module.exports = ${form};`.split('\n');
		const found = new Linter({ configType: 'flat' }).verify(
			lines.join('\n'),
			{
				files: ['**/*.ts'],
				plugins: { 'n8n-nodes-base': plugin },
				rules: {
					...plugin.configs.nodes.rules,
					// Switched off by @n8n/node-cli.
					'n8n-nodes-base/node-param-type-options-max-value-present': 'off',
					// AlfaCRM's colors are numbers or words of its palette, which n8n's color picker does not know.
					'n8n-nodes-base/node-param-color-type-unused': 'off',
				},
			},
			{ filename: 'nodes/AlfaCrm/Written.ts' },
		);
		return found.map(
			({ ruleId, message, line }) => `${ruleId}: ${message} ${lines.slice(line - 1, line + 3).join(' ')}`,
		);
	};

	it('finds nothing', () => {
		expect(lint(description.properties)).toEqual([]);
	});

	it.each<[rule: string, parameter: Partial<INodeProperties>]>([
		['node-param-display-name-miscased', { displayName: 'class of pupil' }],
		['node-param-default-wrong-for-boolean', { type: 'boolean', description: 'Whether it is', default: '' }],
		[
			'node-param-description-boolean-without-whether',
			{ type: 'boolean', description: 'It is', default: false },
		],
		['node-param-description-excess-final-period', { description: 'One sentence.' }],
		[
			'node-param-options-type-unsorted-items',
			{
				type: 'options',
				default: 'f',
				options: [...'fedcba'].map((value) => ({ name: value.toUpperCase(), value })),
			},
		],
	])('would find %s', (rule, parameter) => {
		const planted = { displayName: 'Some Text', name: 'someText', type: 'string', default: '', ...parameter };
		expect(lint([planted as INodeProperties]).join('\n')).toContain(rule);
	});
});

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
import type { Entity, Field, FieldType, Filter } from '../../nodes/AlfaCrm/entities/types';
import { API_CALL } from '../../nodes/AlfaCrm/properties/apiCall';
import { toProperty } from '../../nodes/AlfaCrm/properties/fields';
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

/** The methods of the node that a parameter is filled by. */
const methodsOf = ({ typeOptions, modes = [] }: INodeProperties) => ({
	loadOptions: [typeOptions?.loadOptionsMethod],
	listSearch: modes.map((mode) => mode.typeOptions?.searchListMethod),
	resourceMapping: [typeOptions?.resourceMapper?.resourceMapperMethod],
});

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
	json: (value) => value === '{}',
	notice: (value) => value === '',
	resourceLocator: (value) => JSON.stringify(value) === JSON.stringify({ mode: 'list', value: '' }),
	resourceMapper: (value) =>
		JSON.stringify(value) === JSON.stringify({ mappingMode: 'defineBelow', value: null }),
};

const sorted = (names: string[]) => [...names].sort((a, b) => a.localeCompare(b, 'en'));
const isSorted = (names: string[]) => names.join('\n') === sorted(names).join('\n');
const areUnique = (values: unknown[]) => new Set(values).size === values.length;

/** Rules for each parameter, in collections too. */
const PARAMETER_RULES: Array<[rule: string, holds: (parameter: INodeProperties, found: Found) => boolean]> = [
	['displayName comes first', (parameter) => Object.keys(parameter)[0] === 'displayName'],
	['displayName is in Title Case', ({ type, displayName }) => type === 'notice' || isTitleCase(displayName)],
	[
		'a notice speaks in whole sentences',
		({ type, displayName }) => type !== 'notice' || /^[A-Z].*\.$/.test(displayName),
	],
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
		'what fills it from the account is a method of the node',
		(parameter) =>
			Object.entries(methodsOf(parameter)).every(([kind, names]) =>
				names.every(
					(name) =>
						name === undefined || Object.hasOwn(alfaCrm.methods[kind as keyof typeof alfaCrm.methods], name),
				),
			),
	],
	[
		'a record is picked from a list that can be searched, by its ID or by its URL',
		({ type, modes = [] }) =>
			type !== 'resourceLocator' ||
			(modes.map(({ name }) => name).join() === 'list,id,url' &&
				modes[0].typeOptions?.searchable === true &&
				modes[0].typeOptions.searchListMethod !== undefined),
	],
	[
		'the ways to pick a record are named and show an example',
		({ modes = [] }) =>
			modes.every(
				({ displayName, placeholder = '' }) =>
					isTitleCase(displayName) && /^(Select an? [a-z ]+\.\.\.|e\.g\. \S.*)$/.test(placeholder),
			),
	],
	[
		'a field mapper asks for its columns, whatever an expression says',
		({ type, typeOptions, noDataExpression }) =>
			type !== 'resourceMapper' ||
			(noDataExpression === true && typeOptions?.resourceMapper?.resourceMapperMethod !== undefined),
	],
	['JSON tells what to write', ({ type, description: text = '' }) => type !== 'json' || text !== ''],
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
	it('is looked at, whatever its type', () => {
		expect([...new Set(parameters.map(({ parameter }) => parameter.type))].sort()).toEqual(
			Object.keys(emptyOf).sort(),
		);
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

describe('every field of every entity', () => {
	/** The parameter of each type. */
	const TYPES: Record<FieldType['type'], INodeProperties['type']> = {
		text: 'string',
		longText: 'string',
		texts: 'string',
		id: 'string',
		ids: 'string',
		time: 'string',
		integer: 'number',
		number: 'number',
		flag: 'boolean',
		boolean: 'boolean',
		date: 'dateTime',
		choice: 'options',
		choices: 'multiOptions',
		reference: 'options',
		references: 'multiOptions',
		record: 'resourceLocator',
		rows: 'fixedCollection',
	};
	const deep = (field: Field | Filter): Array<Field | Filter> =>
		field.type === 'rows' ? [field, ...field.fields.flatMap(deep)] : [field];
	const fields = entities
		.flatMap(({ fields: own, filters, views = [], keys = [], actions: acts = [] }) => [
			...own,
			...filters,
			...views,
			...keys,
			...acts.flatMap(({ query = [], body = [] }) => [...query, ...body]),
		])
		.flatMap(deep);

	it.each(Object.entries(TYPES))('of type %s is asked for by a parameter of type %s', (type, wanted) => {
		const those = fields.filter((field) => field.type === type);
		expect(those).not.toHaveLength(0);
		for (const field of those) {
			const { displayName, name, type: actual, description: text = '' } = toProperty(field);
			expect([name, actual]).toEqual([field.name, wanted]);
			expect(displayName.startsWith(field.label)).toBe(true);
			expect(text).toContain((field.description ?? '').replace(/\.$/, ''));
		}
	});

	it('of the day shows how to write a time', () => {
		for (const field of fields.filter(({ type }) => type === 'time')) {
			expect(toProperty(field).placeholder).toMatch(/^e\.g\. \d\d:\d\d$/);
		}
	});

	it('of several rows may be given several times, with a parameter for each field of a row', () => {
		for (const field of fields) {
			if (field.type !== 'rows') continue;
			const property = toProperty(field);
			expect(property.typeOptions).toEqual({ multipleValues: true });
			expect(
				childrenOf(property)
					.map(({ name }) => name)
					.sort(),
			).toEqual(field.fields.map(({ name }) => name).sort());
		}
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
const TABLE = entities.map((entity): [string, Entity] => [entity.resource, entity]);
const entityAt = (value: string) => entities.find((entity) => entity.resource === value);
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

	it('are all that the registry holds, by their singular names, and any call of the API', () => {
		expect([...resources].sort()).toEqual([API_CALL, ...entities.map((entity) => entity.resource)].sort());
		expect(choicesOf(resource).map(({ name }) => name)).toEqual(
			sorted(['API Call', ...entities.map(({ label }) => label)]),
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
		const { label, plural } = entityAt(value) ?? { label: 'API Call', plural: 'API Calls' };
		expect(name).not.toContain(label);
		expect(action).toMatch(/^[A-Z][a-z]+( ([a-z]+|API|SMS))*$/);
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
		const told = actions.filter(({ operation }) => /unconfirmed/i.test(operation.description ?? ''));
		expect(told.map((one) => `${one.resource}.${String(one.operation.value)}`).sort()).toEqual(
			doubtful.sort(),
		);
	});
});

describe.each(actionTable)('the form of %s, %s', (value, operation) => {
	const entity = entityAt(value);
	const action = entity?.actions?.find(({ name }) => name === operation);
	const saves = ['create', 'update'].includes(operation);
	const modes = saves ? ['form', 'json', ...(entity?.custom ? ['map'] : [])] : [undefined];
	const forms = modes.map((inputMode) =>
		formOf({ resource: value, operation, ...(inputMode === undefined ? {} : { inputMode }) }),
	);
	const [shown] = forms;
	const named = (name: string, form = shown) => form.find((parameter) => parameter.name === name);
	const namesIn = (form: INodeProperties[]) => form.map(({ name }) => name);

	it('begins with the resource, the operation and, if the records belong to one, the branch', () => {
		const start = ['resource', 'operation', ...(entity?.scope === 'branch' ? ['branchId'] : [])];
		for (const form of forms) {
			expect(namesIn(form).slice(0, start.length)).toEqual(start);
			expect(named('branchId', form)?.required).toBe(entity?.scope === 'branch' ? true : undefined);
		}
	});

	it('shows no two parameters of the same name or label', () => {
		for (const form of forms) {
			expect(areUnique(namesIn(form))).toBe(true);
			expect(areUnique(form.map(({ displayName }) => displayName))).toBe(true);
		}
	});

	it('asks for what is required before collections', () => {
		for (const form of forms) {
			const isCollection = form.map(({ type }) => /collection$/i.test(type));
			expect(isCollection).toEqual([...isCollection].sort((a, b) => Number(a) - Number(b)));
		}
	});

	it('offers more than resource and operation, and asks for the ID where one record is meant', () => {
		const needsId = ['delete', 'get', 'update'].includes(operation) || action?.idAs !== undefined;
		for (const form of forms) {
			expect(form.length).toBeGreaterThan(2);
			const id = named('id', form);
			expect(id?.required).toBe(needsId ? true : undefined);
			if (needsId) {
				expect(id?.type).toBe(entity?.search ? 'resourceLocator' : 'string');
				expect(id?.displayName).toBe(entity?.search ? entity.label : `${entity?.label} ID`);
			}
		}
	});

	it('asks for the IDs that travel in the query exactly where they do', () => {
		for (const key of entity?.keys ?? []) {
			if (action) continue;
			const travels = (key.in as readonly string[]).includes(operation);
			for (const form of forms) {
				const asked = named(key.name, form);
				expect([key.name, asked !== undefined]).toEqual([key.name, travels]);
				if (asked && key.type !== 'choice') expect(asked.required).toBe(true);
			}
		}
	});

	it('calls its collections as n8n does', () => {
		const allowed: Record<string, string> = {
			additionalFields: 'Additional Fields',
			updateFields: 'Update Fields',
			filters: 'Filters',
			options: 'Options',
		};
		for (const form of forms) {
			const collections = form.filter(({ type }) => type === 'collection');
			for (const { name, displayName } of collections) expect(displayName).toBe(allowed[name]);
		}
		expect(named('updateFields') !== undefined).toBe(operation === 'update');
		if (operation !== 'create' && !action) expect(named('additionalFields')).toBeUndefined();
	});

	it('has Return All and Limit exactly for a list, in n8n’s words', () => {
		const all = formOf({ resource: value, operation, returnAll: true });
		expect(namesIn(all)).not.toContain('limit');
		if (operation !== 'getAll' && action?.returns !== 'pages') {
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

	it('has Simplify exactly where wide records are read, in n8n’s words, and on', () => {
		const simplifies = entity?.simple !== undefined && ['get', 'getAll'].includes(operation);
		expect(named('simplify') !== undefined).toBe(simplifies);
		if (!simplifies) return;
		expect(named('simplify')).toMatchObject({
			displayName: 'Simplify',
			type: 'boolean',
			default: true,
			description: 'Whether to return a simplified version of the response instead of the raw data',
		});
	});

	it('offers every filter, the views beside them and what is asked for one at a time', () => {
		const { filters = [], views = [], sweep } = operation === 'getAll' ? (entity ?? {}) : {};
		const offered = named('filters');
		expect((offered ? childrenOf(offered) : []).map(({ name }) => name).sort()).toEqual(
			filters.map(({ name }) => name).sort(),
		);
		for (const view of views) {
			expect(named(view.name)).toMatchObject({ type: 'options', default: view.preset });
		}
		if (sweep) expect(named(sweep.name)).toMatchObject({ type: 'multiOptions', default: [] });
	});

	it('takes the fields of a record in a form, as JSON or, where they are custom, from a mapper', () => {
		const list = named('inputMode');
		expect(list !== undefined).toBe(saves);
		if (!saves || !list || !entity) return;
		expect(list.default).toBe('form');
		expect(
			choicesOf(list)
				.map((choice) => choice.value)
				.sort(),
		).toEqual([...modes].sort());

		const required = entity.fields.filter((field) => field.required).map(({ name }) => name);
		const keys = (entity.keys ?? []).map(({ name }) => name);
		const own: Record<string, string[]> = {
			form: operation === 'create' ? [...required, 'additionalFields'] : ['updateFields'],
			json: ['json', 'unknownFields'],
			map: ['columns', 'unknownFields'],
		};
		const shared = new Set(['resource', 'operation', 'branchId', 'id', 'inputMode', 'listMode', ...keys]);
		modes.forEach((mode = '', index) => {
			const rest = namesIn(forms[index]).filter((name) => !shared.has(name));
			expect([mode, ...rest.sort()]).toEqual([mode, ...own[mode].sort()]);
			if (mode !== 'form') expect(named('unknownFields', forms[index])?.default).toBe('refuse');
		});
	});

	it('offers every writable field, and the custom ones where there are some', () => {
		const collection = named(operation === 'create' ? 'additionalFields' : 'updateFields');
		if (!saves || !entity) return;
		const optional = entity.fields.filter((field) => operation === 'update' || !field.required);
		expect((collection ? childrenOf(collection) : []).map(({ name }) => name).sort()).toEqual(
			[...optional.map(({ name }) => name), ...(entity.custom ? ['customFields'] : [])].sort(),
		);
	});

	it('asks whether lists are replaced exactly if an update has lists, and does so by default', () => {
		const hasLists = entity?.fields.some(({ type }) =>
			['texts', 'ids', 'references', 'choices'].includes(type),
		);
		expect(named('listMode')?.default).toBe(operation === 'update' && hasLists ? 'replace' : undefined);
	});

	it('asks for the parameters of an action, the required ones outside of the collection', () => {
		if (!action) return;
		const all = [...(action.query ?? []), ...(action.body ?? [])];
		const collection = named('additionalFields');
		const optional = all.filter((field) => !field.required).map(({ name }) => name);
		expect((collection ? childrenOf(collection) : []).map(({ name }) => name).sort()).toEqual(
			optional.sort(),
		);
		for (const field of all.filter((one) => one.required)) {
			const given = field.type === 'choice' || field.type === 'flag' ? undefined : true;
			expect([field.name, named(field.name)?.required]).toEqual([field.name, given]);
		}
	});
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

	it('warns when it walks all pages', () => {
		expect(form({ allPages: true })).toEqual([...form(), 'allPagesNotice']);
	});
});

it('no two parameters of one name can be shown at once, whatever is chosen', () => {
	type Shown = Record<string, unknown[] | undefined>;
	const meet = (one: Shown, other: Shown) =>
		Object.entries(one).every(([name, values]) => {
			const others = other[name];
			return !values || !others || values.some((value) => others.includes(value));
		});
	const shows = description.properties.map(({ name, displayOptions = {} }) => {
		expect([name, Object.keys(displayOptions).filter((key) => key !== 'show')]).toEqual([name, []]);
		return { name, show: (displayOptions.show ?? {}) as Shown };
	});
	const clashes = shows.filter(({ name, show }, index) =>
		shows.slice(index + 1).some((other) => other.name === name && meet(show, other.show)),
	);
	expect(clashes).toEqual([]);
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

	/** AlfaCRM calls the seats of a group `limit`; n8n's rules take each `limit` for the one of Get Many. */
	const renamed = (_key: string, value: unknown) => {
		const isSeats = (value as INodeProperties | null)?.displayName === 'Seats';
		return isSeats ? { ...(value as INodeProperties), name: 'seats' } : value;
	};

	const lint = (properties: INodeProperties[]) => {
		// The rules look for plain keys, JSON has quoted ones.
		const form = JSON.stringify(properties, renamed, '\t').replace(/^(\t*)"(\w+)":/gm, '$1$2:');
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

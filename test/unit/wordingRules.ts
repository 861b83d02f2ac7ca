import type { INodeProperties } from 'n8n-workflow';

import type { FormParameter } from '../support/form';
import {
	listNestedParameters,
	listChoices,
	findFormAround,
	isDynamic,
	listMethods,
	findNodeAround,
} from '../support/form';

const SMALL_WORDS =
	/^(a|an|and|as|at|but|by|for|from|if|in|into|nor|of|on|or|per|so|than|that|the|to|up|via|vs|with)$/;

export const isTitleCase = (text: string) => {
	const words = text.split(' ');
	return words.every((word, index) => {
		const inside = index > 0 && index < words.length - 1;
		return /^[(]?[A-Z0-9]/.test(word) || (inside && SMALL_WORDS.test(word));
	});
};

/** n8n counts sentences by the blanks behind their periods. */
const sentences = (text: string) => text.replace('e.g.', '').split('. ').length;
export const endsRightly = (text: string) => text.endsWith('.') === sentences(text) > 1;

export const MISCASED = /\b([Ii]ds?|[Uu]rls?|[Jj]son|[Aa]pi)\b/;
export const withoutLinks = (text: string) => text.replace(/<a href="[^"]*">/g, '');
const isTidy = (text: string) => text !== '' && text === text.trim() && !/\s{2,}|\n/.test(text);

/** Rules for the description of a parameter or of a choice that n8n's linter does not have. */
export const DESCRIPTION_RULES: Array<[rule: string, holds: (text: string) => boolean]> = [
	['writes ID, URL, JSON and API in capitals', (text) => !MISCASED.test(withoutLinks(text))],
	['holds no markup but links', (text) => !/<(?!a href="https:\/\/|\/a>)|`/.test(text)],
	['is in English', (text) => /^[\x20-\x7e–’]*$/.test(text)],
];

export const emptyOf: Partial<
	Record<INodeProperties['type'], (value: unknown, parameter: INodeProperties) => boolean>
> = {
	string: (value, { typeOptions }) =>
		typeOptions?.multipleValues ? Array.isArray(value) : typeof value === 'string',
	dateTime: (value) => typeof value === 'string',
	// Empty where a zero is refused.
	number: (value) => typeof value === 'number' || value === '',
	boolean: (value) => typeof value === 'boolean',
	collection: (value) => JSON.stringify(value) === '{}',
	fixedCollection: (value) => JSON.stringify(value) === '{}',
	multiOptions: (value) => Array.isArray(value),
	options: (value, parameter) =>
		isDynamic(parameter) ? value === '' : listChoices(parameter).some((choice) => choice.value === value),
	// A model gives it where the node is a tool.
	json: (value, { displayOptions }) => value === '{}' || displayOptions?.show?.['@tool'] !== undefined,
	notice: (value) => value === '',
	resourceLocator: (value) => JSON.stringify(value) === JSON.stringify({ mode: 'list', value: '' }),
	resourceMapper: (value) =>
		JSON.stringify(value) === JSON.stringify({ mappingMode: 'defineBelow', value: null }),
};

export const sorted = (names: string[]) => [...names].sort((a, b) => a.localeCompare(b, 'en'));
const isSorted = (names: string[]) => names.join('\n') === sorted(names).join('\n');
export const areUnique = (values: unknown[]) => new Set(values).size === values.length;

/** Rules for each parameter, in collections too, that n8n's linter does not have. */
export const PARAMETER_RULES: Array<
	[rule: string, holds: (parameter: INodeProperties, found: FormParameter) => boolean]
> = [
	[
		'a notice speaks in whole sentences',
		({ type, displayName }) => type !== 'notice' || /^[A-Z].*\.$/.test(displayName),
	],
	['name is tidy', ({ name }) => isTidy(name)],
	['displayName writes ID, URL, JSON and API in capitals', ({ displayName }) => !MISCASED.test(displayName)],
	['displayName is in English', ({ displayName }) => /^[\x20-\x7e]*$/.test(displayName)],
	['the type is one that these tests know', ({ type }) => type in emptyOf],
	[
		'the default is of the right type',
		(parameter) => emptyOf[parameter.type]?.(parameter.default, parameter) ?? false,
	],
	[
		'a switch tells "Whether ..."',
		({ type, description: text }) => type !== 'boolean' || (text?.startsWith('Whether ') ?? false),
	],
	[
		'only such a dropdown is called so',
		(parameter) => isDynamic(parameter) || !/Names? or IDs?$/.test(parameter.displayName),
	],
	[
		'what fills it from the account is a method of the node',
		(parameter, found) => {
			const methods = findNodeAround(found).methods as Record<string, object>;
			return Object.entries(listMethods(parameter)).every(([kind, names]) =>
				names.every((name) => name === undefined || Object.hasOwn(methods[kind], name)),
			);
		},
	],
	[
		'a record is picked from a list that can be searched, by its ID and, where that tells it, by its name, its URL or its keys',
		({ type, modes = [] }) =>
			type !== 'resourceLocator' ||
			(/^list,(id|name,id|id,url|id,url,phone(,[a-z]+)*)$/.test(modes.map(({ name }) => name).join()) &&
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
		({ typeOptions }, found) =>
			(typeOptions?.loadOptionsDependsOn ?? []).every((name) =>
				// What a picker holds is its `value`.
				findFormAround(found).some((parameter) => parameter.name === name.replace(/\.value$/, '')),
			),
	],
	[
		'a static dropdown has choices',
		(parameter) =>
			listChoices(parameter).length > 0 || !/options$/i.test(parameter.type) || isDynamic(parameter),
	],
	[
		'choices are sorted by name',
		// The order of resources is that of n8n's panel.
		(parameter) => parameter.name === 'resource' || isSorted(listChoices(parameter).map(({ name }) => name)),
	],
	[
		'what a collection offers is sorted',
		(parameter) => isSorted(listNestedParameters(parameter).map(({ displayName }) => displayName)),
	],
	[
		'what a collection offers differs in name',
		(parameter) => areUnique(listNestedParameters(parameter).map(({ name }) => name)),
	],
	[
		'a collection has something to offer and says "Add ..."',
		(parameter) =>
			!/collection$/i.test(parameter.type) ||
			(listNestedParameters(parameter).length > 0 && /^Add [A-Z]/.test(parameter.placeholder ?? '')),
	],
	[
		'a placeholder shows an example that starts with "e.g."',
		({ type, placeholder }) =>
			placeholder === undefined || /collection$/i.test(type) || /^e\.g\. \S/.test(placeholder),
	],
	[
		'a secret is hidden',
		({ name, typeOptions }) =>
			!/secret|password|token|api_?key/i.test(name) || typeOptions?.password === true,
	],
];

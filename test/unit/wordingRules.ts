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

/** Whether a text is in Title Case. Small words inside of it, such as "of", are not in capitals. */
export function isTitleCase(text: string): boolean {
	const words = text.split(' ');
	return words.every((word, index) => {
		const isInside = index > 0 && index < words.length - 1;
		return /^[(]?[A-Z0-9]/.test(word) || (isInside && SMALL_WORDS.test(word));
	});
}

/** Counts sentences as n8n does, by the blanks behind their periods. */
function countSentences(text: string): number {
	return text.replace('e.g.', '').split('. ').length;
}

/** Whether a text ends as n8n demands: with a period only if it has several sentences. */
export function endsRightly(text: string): boolean {
	return text.endsWith('.') === countSentences(text) > 1;
}

/** Finds an abbreviation that is not in capitals. */
export const MISCASED = /\b([Ii]ds?|[Uu]rls?|[Jj]son|[Aa]pi)\b/;

/** Leaves out the addresses of links in a text. */
export function withoutLinks(text: string): string {
	return text.replace(/<a href="[^"]*">/g, '');
}

/** Whether a text is not empty and has no superfluous blanks. */
function isTidy(text: string): boolean {
	return text !== '' && text === text.trim() && !/\s{2,}|\n/.test(text);
}

interface DescriptionRule {
	/** The rule as a sentence whose subject is the description. */
	rule: string;
	isKept: (text: string) => boolean;
}

interface ParameterRule {
	/** The rule as a sentence of its own. */
	rule: string;
	isKept: (parameter: INodeProperties, found: FormParameter) => boolean;
}

/** Rules for the description of a parameter or of a choice that n8n's linter does not have. */
export const DESCRIPTION_RULES: DescriptionRule[] = [
	{
		rule: 'writes ID, URL, JSON and API in capitals',
		isKept: (text) => !MISCASED.test(withoutLinks(text)),
	},
	{
		rule: 'has no markup except links',
		isKept: (text) => !/<(?!a href="https:\/\/|\/a>)|`/.test(text),
	},
	{
		rule: 'is in English',
		isKept: (text) => /^[\x20-\x7e–’]*$/.test(text),
	},
];

/** Whether a parameter of a type has a default of that type, which leaves it empty. */
export const hasDefaultOfType: Partial<
	Record<INodeProperties['type'], (value: unknown, parameter: INodeProperties) => boolean>
> = {
	string: (value, { typeOptions }) =>
		typeOptions?.multipleValues ? Array.isArray(value) : typeof value === 'string',
	dateTime: (value) => typeof value === 'string',
	// It is empty if the parameter refuses a zero.
	number: (value) => typeof value === 'number' || value === '',
	boolean: (value) => typeof value === 'boolean',
	collection: (value) => JSON.stringify(value) === '{}',
	fixedCollection: (value) => JSON.stringify(value) === '{}',
	multiOptions: (value) => Array.isArray(value),
	options: (value, parameter) =>
		isDynamic(parameter) ? value === '' : listChoices(parameter).some((choice) => choice.value === value),
	// A model fills it in when the node is a tool.
	json: (value, { displayOptions }) => value === '{}' || displayOptions?.show?.['@tool'] !== undefined,
	notice: (value) => value === '',
	resourceLocator: (value) => JSON.stringify(value) === JSON.stringify({ mode: 'list', value: '' }),
	resourceMapper: (value) =>
		JSON.stringify(value) === JSON.stringify({ mappingMode: 'defineBelow', value: null }),
};

/** Sorts names as n8n's linter does. */
export function sortNames(names: readonly string[]): string[] {
	return [...names].sort((a, b) => a.localeCompare(b, 'en'));
}

function areSorted(names: readonly string[]): boolean {
	return names.join('\n') === sortNames(names).join('\n');
}

export function areUnique(values: readonly unknown[]): boolean {
	return new Set(values).size === values.length;
}

/** Rules for each parameter, in collections too, that n8n's linter does not have. */
export const PARAMETER_RULES: ParameterRule[] = [
	{
		rule: 'a notice speaks in whole sentences',
		isKept: ({ type, displayName }) => type !== 'notice' || /^[A-Z].*\.$/.test(displayName),
	},
	{
		rule: 'the name has no superfluous blanks',
		isKept: ({ name }) => isTidy(name),
	},
	{
		rule: 'the label writes ID, URL, JSON and API in capitals',
		isKept: ({ displayName }) => !MISCASED.test(displayName),
	},
	{
		rule: 'the label is in English',
		isKept: ({ displayName }) => /^[\x20-\x7e]*$/.test(displayName),
	},
	{
		rule: 'the type is known to these tests',
		isKept: ({ type }) => type in hasDefaultOfType,
	},
	{
		rule: 'the default is of the right type',
		isKept: (parameter) => hasDefaultOfType[parameter.type]?.(parameter.default, parameter) ?? false,
	},
	{
		rule: 'the description of a switch begins with "Whether"',
		isKept: ({ type, description: text }) => type !== 'boolean' || (text?.startsWith('Whether ') ?? false),
	},
	{
		rule: 'only a dropdown that is filled from the account is called "Name or ID"',
		isKept: (parameter) => isDynamic(parameter) || !/Names? or IDs?$/.test(parameter.displayName),
	},
	{
		rule: 'a list from the account is filled by a method of the node',
		isKept: (parameter, found) => {
			const methods = findNodeAround(found).methods as Record<string, object>;
			return Object.entries(listMethods(parameter)).every(([kind, names]) =>
				names.every((name) => name === undefined || Object.hasOwn(methods[kind], name)),
			);
		},
	},
	{
		rule: 'a picker of records offers a searchable list and the ID, and perhaps the name, the URL or match keys',
		isKept: ({ type, modes = [] }) =>
			type !== 'resourceLocator' ||
			(/^list,(id|name,id|id,url|id,url,phone(,[a-z]+)*)$/.test(modes.map(({ name }) => name).join()) &&
				modes[0].typeOptions?.searchable === true &&
				modes[0].typeOptions.searchListMethod !== undefined),
	},
	{
		rule: 'each mode of a picker has a label in Title Case and shows an example',
		isKept: ({ modes = [] }) =>
			modes.every(
				({ displayName, placeholder = '' }) =>
					isTitleCase(displayName) && /^(Select an? [a-z ]+\.\.\.|e\.g\. \S.*)$/.test(placeholder),
			),
	},
	{
		rule: 'a field mapper asks the node for its columns and takes no expression',
		isKept: ({ type, typeOptions, noDataExpression }) =>
			type !== 'resourceMapper' ||
			(noDataExpression === true && typeOptions?.resourceMapper?.resourceMapperMethod !== undefined),
	},
	{
		rule: 'a parameter for JSON has a description',
		isKept: ({ type, description: text = '' }) => type !== 'json' || text !== '',
	},
	{
		rule: 'a dropdown depends only on parameters of its form',
		isKept: ({ typeOptions }, found) =>
			(typeOptions?.loadOptionsDependsOn ?? []).every((name) =>
				// The dropdown depends on the `value` of a picker.
				findFormAround(found).some((parameter) => parameter.name === name.replace(/\.value$/, '')),
			),
	},
	{
		rule: 'a static dropdown has choices',
		isKept: (parameter) =>
			listChoices(parameter).length > 0 || !/options$/i.test(parameter.type) || isDynamic(parameter),
	},
	{
		rule: 'choices are sorted by name',
		// Resources stand in the order of n8n's panel.
		isKept: (parameter) =>
			parameter.name === 'resource' || areSorted(listChoices(parameter).map(({ name }) => name)),
	},
	{
		rule: 'the parameters of a collection are sorted by label',
		isKept: (parameter) => areSorted(listNestedParameters(parameter).map(({ displayName }) => displayName)),
	},
	{
		rule: 'no two parameters of a collection have the same name',
		isKept: (parameter) => areUnique(listNestedParameters(parameter).map(({ name }) => name)),
	},
	{
		rule: 'a collection offers parameters and its button begins with "Add"',
		isKept: (parameter) =>
			!/collection$/i.test(parameter.type) ||
			(listNestedParameters(parameter).length > 0 && /^Add [A-Z]/.test(parameter.placeholder ?? '')),
	},
	{
		rule: 'a placeholder is an example that begins with "e.g."',
		isKept: ({ type, placeholder }) =>
			placeholder === undefined || /collection$/i.test(type) || /^e\.g\. \S/.test(placeholder),
	},
	{
		rule: 'a secret is shown as dots',
		isKept: ({ name, typeOptions }) =>
			!/secret|password|token|api_?key/i.test(name) || typeOptions?.password === true,
	},
];

import type { INodePropertyOptions } from 'n8n-workflow';

import type { Action, Entity, OperationName } from '../entities/types';

type Words = Record<'name' | 'action' | 'description', string>;

const words: Record<OperationName, (one: string, many: string) => Words> = {
	create: (one) => ({ name: 'Create', action: `Create ${one}`, description: `Create ${one} and return it` }),
	delete: (one) => ({
		name: 'Delete',
		action: `Delete ${one}`,
		description: `Delete ${one}. It is not known whether AlfaCRM can restore it.`,
	}),
	find: (one) => ({
		name: 'Find',
		action: `Find ${one}`,
		description: `Find ${one} by what it is known by, without its ID`,
	}),
	get: (one) => ({ name: 'Get', action: `Get ${one}`, description: `Get ${one} by its ID` }),
	getAll: (_one, many) => ({ name: 'Get Many', action: `Get many ${many}`, description: `Get many ${many}` }),
	update: (one) => ({
		name: 'Update',
		action: `Update ${one}`,
		description: `Change some fields of ${one} and leave the rest`,
	}),
	upsert: (one) => ({
		name: 'Create or Update',
		action: `Create or update ${one}`,
		description: `Create ${one.replace(/^an? /, 'a new ')}, or update the current one if it already exists (upsert)`,
	}),
};

export function operationOption(
	{ label, plural, certainty, unconfirmed = [] }: Entity,
	operation: OperationName,
): INodePropertyOptions {
	const noun = label.toLowerCase();
	const one = `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
	const option = { value: operation, ...words[operation](one, plural.toLowerCase()) };
	const doubtful = certainty === 'unconfirmed' || unconfirmed.includes(operation);
	return { ...option, description: withDoubt(option.description, doubtful) };
}

export function actionOption({ name, label, title, description, certainty }: Action): INodePropertyOptions {
	return {
		value: name,
		name: label,
		action: title,
		description: withDoubt(description ?? title, certainty === 'unconfirmed'),
	};
}

/** What rests on a single or doubtful source says so. */
function withDoubt(description: string, doubtful: boolean): string {
	if (!doubtful || /unconfirmed/i.test(description)) return description;
	return `${description.replace(/\.$/, '')}. Unconfirmed: it rests on few sources.`;
}

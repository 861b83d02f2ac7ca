import type { INodePropertyOptions } from 'n8n-workflow';

import type { Action, Entity, OperationName } from '../entities/types';

type Words = Record<'name' | 'action' | 'description', string>;

const words: Record<OperationName, (one: string, many: string, keys: string) => Words> = {
	create: (one) => ({ name: 'Create', action: `Create ${one}`, description: `Create ${one} and return it` }),
	delete: (one) => ({
		name: 'Delete',
		action: `Delete ${one}`,
		description: `Delete ${one}. It is not known whether AlfaCRM can restore it.`,
	}),
	find: (one, _many, keys) => ({
		name: 'Find',
		action: `Find ${one}`,
		description: `Find ${one} by ${keys}`,
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
	{ label, plural, certainty, unconfirmed = [], match }: Entity,
	operation: OperationName,
): INodePropertyOptions {
	const noun = label.toLowerCase();
	const one = `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
	const option = { value: operation, ...words[operation](one, plural.toLowerCase(), keysOf(match)) };
	const doubtful = certainty === 'unconfirmed' || unconfirmed.includes(operation);
	return { ...option, description: withDoubt(option.description, doubtful) };
}

/** "phone, email or another key", or all of a few. */
function keysOf({ keys }: NonNullable<Entity['match']> = { keys: [] }): string {
	const single = keys.filter(({ fields }) => fields.length === 1).map(({ label }) => label);
	const names = single.map((name) => (name === 'ID' ? name : name.toLowerCase()));
	const all = names.length === keys.length;
	const last = all ? names.pop() : 'another key';
	return `${names.slice(0, all ? names.length : 2).join(', ')} or ${last ?? ''}`;
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

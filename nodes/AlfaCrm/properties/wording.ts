import type { INodePropertyOptions } from 'n8n-workflow';

import type { Entity, OperationName } from '../entities/types';

type Words = Record<'name' | 'action' | 'description', string>;

const words: Record<OperationName, (one: string, many: string) => Words> = {
	create: (one) => ({ name: 'Create', action: `Create ${one}`, description: `Create ${one} and return it` }),
	delete: (one) => ({
		name: 'Delete',
		action: `Delete ${one}`,
		description: `Delete ${one}. It is not known whether AlfaCRM can restore it.`,
	}),
	get: (one) => ({ name: 'Get', action: `Get ${one}`, description: `Get ${one} by its ID` }),
	getAll: (_one, many) => ({ name: 'Get Many', action: `Get many ${many}`, description: `Get many ${many}` }),
	update: (one) => ({
		name: 'Update',
		action: `Update ${one}`,
		description: `Change some fields of ${one} and leave the rest`,
	}),
};

export function operationOption({ label, plural }: Entity, operation: OperationName): INodePropertyOptions {
	const noun = label.toLowerCase();
	const one = `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
	return { value: operation, ...words[operation](one, plural.toLowerCase()) };
}

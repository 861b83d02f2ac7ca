import type { INodeProperties } from 'n8n-workflow';

/**
 * The parameter 'Skip If It Already Exists' of operations that add a record. If it is on, and
 * AlfaCRM has an equal record already, the operation returns that record and adds nothing.
 * Workflows have stored the name `skipIfThere`, so it stays.
 */
export const skipIfExists: INodeProperties = {
	displayName: 'Skip If It Already Exists',
	name: 'skipIfThere',
	type: 'boolean',
	default: true,
	description: 'Whether to return the same one if it is there',
};

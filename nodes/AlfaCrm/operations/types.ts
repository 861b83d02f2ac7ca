import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Entity } from '../entities/types';

/** One thing that a user can do, done for one input item. */
export type Operation = (
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
) => Promise<IDataObject[]>;

import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../entities/types';
import type { Item } from './item';

/** One thing that a user can do, done for one input item. */
export type Operation = (item: Item, entity: Entity) => Promise<IDataObject[]>;

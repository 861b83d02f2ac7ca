import type { IDataObject } from 'n8n-workflow';

import type { Action, Entity, Recipe } from '../../entities/types';
import type { Item } from '../item';

/** How actions of one kind are carried out, for one input item. */
export type ActionKind<K extends Recipe['kind']> = (
	item: Item,
	entity: Entity,
	action: Action,
	recipe: Extract<Recipe, { kind: K }>,
) => Promise<IDataObject[]>;

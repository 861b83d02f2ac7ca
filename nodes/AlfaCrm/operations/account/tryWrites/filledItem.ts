import type { IDataObject } from 'n8n-workflow';

import type { Parameter } from '../../../form/parameters';
import { Item } from '../../../run/item';

/**
 * An item whose form the node fills itself. An operation treats it like an item whose form a user
 * has filled.
 */
export class FilledItem extends Item {
	/**
	 * @param item the item of the user, whose execution it belongs to
	 * @param values the values of the form by parameter; a parameter that is missing has its default
	 */
	constructor(
		{ execution, index }: Item,
		private readonly values: IDataObject,
	) {
		super(execution, index);
	}

	/** Is empty, so that no data of the user's input item can get into the test records. */
	override get json(): IDataObject {
		return {};
	}

	override input({ name, default: byDefault }: Parameter): unknown {
		return name in this.values ? this.values[name] : byDefault;
	}
}

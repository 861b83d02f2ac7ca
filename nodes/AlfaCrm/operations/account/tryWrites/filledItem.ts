import type { IDataObject } from 'n8n-workflow';

import type { Parameter } from '../../../form/parameters';
import { Item } from '../../../run/item';

/**
 * An item whose form the node fills itself, and not a user. Operations treat it like any other
 * item.
 */
export class FilledItem extends Item {
	/**
	 * @param userItem the user's item; the filled item runs in its execution
	 * @param values the values of the form, by the name of the parameter; a parameter that is missing
	 * has its default value
	 */
	constructor(
		userItem: Item,
		private readonly values: IDataObject,
	) {
		super(userItem.execution, userItem.index);
	}

	/** The input data: none, so that no data of the user's item can get into the test records. */
	override get json(): IDataObject {
		return {};
	}

	override input(parameter: Parameter): unknown {
		const isFilled = parameter.name in this.values;
		return isFilled ? this.values[parameter.name] : parameter.default;
	}
}

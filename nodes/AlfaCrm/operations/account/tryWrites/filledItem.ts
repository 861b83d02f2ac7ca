import type { IDataObject } from 'n8n-workflow';

import type { Parameter } from '../../../form/parameters';
import { Item } from '../../../run/item';

/**
 * An item whose form *Try Writes* fills in place of a user. Operations treat it like any other
 * item.
 */
export class FilledItem extends Item {
	/**
	 * @param userItem the user's item, whose execution and index the filled item has as well
	 * @param values the values of the form, by the names of the parameters. A parameter without a
	 * value here has its default value.
	 */
	constructor(
		userItem: Item,
		private readonly values: IDataObject,
	) {
		super(userItem.execution, userItem.index);
	}

	/** Returns empty input data, so that no data of the user's item gets into the test records. */
	override get json(): IDataObject {
		return {};
	}

	/** Returns the value of a parameter from the filled form. */
	override readRawValue(parameter: Parameter): unknown {
		const isFilled = parameter.name in this.values;
		return isFilled ? this.values[parameter.name] : parameter.default;
	}
}

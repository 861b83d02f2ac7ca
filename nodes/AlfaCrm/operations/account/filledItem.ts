import type { IDataObject } from 'n8n-workflow';

import { Item } from '../../run/item';
import type { Parameter } from '../../form/parameters';

/** An item whose form the node itself has filled, so that an operation does for it what it does for anybody. */
export class FilledItem extends Item {
	constructor(
		{ execution, index }: Item,
		private readonly values: IDataObject,
	) {
		super(execution, index);
	}

	override get json(): IDataObject {
		return {};
	}

	override input({ name, default: byDefault }: Parameter): unknown {
		return name in this.values ? this.values[name] : byDefault;
	}
}

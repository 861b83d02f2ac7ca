import type { IBinaryKeyData, IDataObject, INodeProperties } from 'n8n-workflow';

import type { ObjectSchema } from './output/recordSchema';
import type { Item } from './execution/item';

/** What comes out for one input item. */
export interface Output {
	json: IDataObject;
	binary?: IBinaryKeyData;
}

/** A resource that is no entity of AlfaCRM. */
export interface OtherResource {
	label: string;
	/** Its whole part of the form, operations included. */
	form: readonly INodeProperties[];
	/** Does for one input item what its form says. */
	execute(item: Item): Promise<Output[]>;
	/** What comes out, by operation, where that is known. */
	outputs: Readonly<Record<string, ObjectSchema>>;
	/** What it does is not known, so each item waits for the one before. */
	oneByOne?: true;
}

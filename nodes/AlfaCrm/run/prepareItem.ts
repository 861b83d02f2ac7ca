import type { Item } from './item';
import type { Catalogue, Output } from './operation';
import { resolveItem } from './resolveItem';

/** Does for an item what its parameters say. */
type Perform = () => Promise<Output[]>;

/**
 * Finds out what an item is about: its operation, its branch, and the records that its parameters
 * name.
 *
 * @returns a function that performs the operation. Everything that the item needs to take its turn
 * is known by then, so it asks for its locks before it waits for anything else. Therefore items
 * that begin one after the other ask for their locks in their order.
 */
export async function prepareItem(item: Item, catalogue: Catalogue): Promise<Perform> {
	const resource = item.choice(catalogue.resource);
	const otherResource = catalogue.otherResources.get(resource);
	if (otherResource) return async () => await otherResource.execute(item);

	const entity = catalogue.entities.get(resource);
	if (entity === undefined) throw item.error(`There is no resource "${resource}"`);

	const operationName = item.text(catalogue.operation);
	const entry = catalogue.entriesOf(entity).get(operationName);
	if (entry === undefined)
		throw item.error(
			`'Operation' must be one that ${entity.label} has, but it is "${operationName}"`,
		);

	const { operation } = entry;
	item.execution.decidesByTime ||= operation.decidesByTime === true;
	const resolvedItem = await resolveItem(item, { entity, operationName, entry });
	return async () => {
		const rows = await operation.execute(resolvedItem, entity);
		return rows.map((json) => ({ json }));
	};
}

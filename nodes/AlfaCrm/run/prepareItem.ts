import type { Item } from './item';
import type { Catalogue, Output } from './operation';
import { resolveItem } from './resolveItem';

/** Carries out the operation of an item, and returns its output. */
type Perform = () => Promise<Output[]>;

/**
 * Finds the operation of an item, its branch, and the records that its parameters name. For a
 * resource that is not an entity, such as *API Call*, finds only the resource.
 *
 * @returns a function that carries out the operation. Call these functions in the order of the
 * items. A function asks for its locks first, so items that need one lock get it in their order.
 */
export async function prepareItem(item: Item, catalogue: Catalogue): Promise<Perform> {
	const resource = item.choice(catalogue.resource);
	const nonEntityResource = catalogue.nonEntityResources.get(resource);
	if (nonEntityResource) return async () => await nonEntityResource.execute(item);

	const entity = catalogue.entities.get(resource);
	if (entity === undefined) throw item.error(`There is no resource "${resource}"`);

	const operationName = item.text(catalogue.operation);
	const entry = catalogue.operationEntriesOf(entity).get(operationName);
	if (entry === undefined) {
		throw item.error(
			`'Operation' must be one that ${entity.label} has, but it is "${operationName}"`,
		);
	}

	const { operation } = entry;
	item.execution.dependsOnTimeZone ||= operation.dependsOnTimeZone === true;
	const resolvedItem = await resolveItem(item, { entity, operationName, entry });
	return async () => {
		const rows = await operation.execute(resolvedItem, entity);
		return rows.map((json) => ({ json }));
	};
}

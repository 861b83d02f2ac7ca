import { settleBranch } from './branches';
import type { Item } from './item';
import { namedRecord, settleRecord } from './matching/named';
import type { Catalogue, Output } from './operation';
import { settleNames } from './settleNames';

/** Does for an item what its parameters say. */
type Perform = () => Promise<Output[]>;

/**
 * Finds out what an item is about: its operation, its branch, and the records that its parameters name.
 *
 * @returns a function that performs the operation. Everything that the item needs to take its turn is known by then, so it
 * asks for its locks before it waits for anything else. Therefore items that begin one after the other ask for their locks in
 * their order.
 */
export async function prepareItem(item: Item, catalogue: Catalogue): Promise<Perform> {
	const resource = item.choice(catalogue.resource);
	const otherResource = catalogue.otherResources.get(resource);
	if (otherResource) return async () => await otherResource.execute(item);

	const entity = catalogue.entities.get(resource);
	if (entity === undefined) throw item.error(`There is no resource "${resource}"`);

	const name = item.text(catalogue.operation);
	const entry = catalogue.entriesOf(entity).get(name);
	if (entry === undefined)
		throw item.error(`'Operation' must be one that ${entity.label} has, but it is "${name}"`);

	const { operation } = entry;
	item.onlyReads = operation.reads === true;
	item.execution.decidesByTime ||= operation.decidesByTime === true;
	const named = namedRecord(item, entity, entry);
	if (entity.scope === 'branch' && !operation.anyBranch) await settleBranch(item, named);
	await settleNames(item, entity, name);
	await settleRecord(item, named);
	return async () => (await operation.execute(item, entity)).map((json) => ({ json }));
}

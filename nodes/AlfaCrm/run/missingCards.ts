import type { Item } from './item';

/** Adds a hint about the customers who come to a lesson, but whose card is in none of the lists that could be read. */
export function warnOfMissingCards(item: Item, customerIds: readonly number[]): void {
	if (customerIds.length === 0) return;
	item.execution.hints.add(
		'Some who are to come were left out, because AlfaCRM shows their card in no list',
		`customer ${customerIds.join(', ')}`,
	);
}

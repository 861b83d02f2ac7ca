import type { Item } from './item';

/**
 * Adds a hint about customers who come to a lesson but are missing from the output: no list shows
 * their records, which the hint calls cards.
 */
export function warnOfMissingCards(item: Item, customerIds: readonly number[]): void {
	if (customerIds.length === 0) return;
	item.execution.hints.add(
		'Some who are to come were left out, because AlfaCRM shows their card in no list',
		`customer ${customerIds.join(', ')}`,
	);
}

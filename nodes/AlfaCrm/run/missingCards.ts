import type { Item } from './item';

/**
 * Warns of customers who come to a lesson, but whose cards AlfaCRM shows in none of the lists that
 * could be read.
 */
export function warnOfMissingCards(item: Item, customerIds: readonly number[]): void {
	if (customerIds.length === 0) return;
	item.execution.hints.add(
		'Some who are to come were left out, because AlfaCRM shows their card in no list',
		`customer ${customerIds.join(', ')}`,
	);
}

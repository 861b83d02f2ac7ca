import type { Item } from './item';

/**
 * Adds a hint about customers who are expected at a lesson but are missing from the output, because
 * no list of AlfaCRM shows their records. The hint calls the record of a customer a card.
 */
export function warnOfMissingCards(item: Item, customerIds: readonly number[]): void {
	if (customerIds.length === 0) return;
	item.execution.hints.add(
		'Some who are to come were left out, because AlfaCRM shows their card in no list',
		`customer ${customerIds.join(', ')}`,
	);
}

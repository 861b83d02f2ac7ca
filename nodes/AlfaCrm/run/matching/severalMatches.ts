import type { IDataObject } from 'n8n-workflow';

import { CUSTOMER_TYPE } from '../../entities/customer';
import type { Entity, MatchKey } from '../../entities/types';
import { readFlag } from '../../values/formats';
import type { Item } from '../item';
import type { Match } from './search';

/** The part of a match that messages mention. */
type NamedMatch = Pick<Match, 'archived' | 'row'>;

/**
 * Makes the error for a run that stops because several records match.
 *
 * @param advice the beginning of the advice, for an operation without 'If Several Match'
 */
export function severalMatchError(
	item: Item,
	entity: Entity,
	key: MatchKey,
	matches: readonly NamedMatch[],
	advice = "Choose in 'If Several Match' what to do",
): Error {
	const noun = entity.label.toLowerCase();
	const plural = entity.plural.toLowerCase();
	return item.error(
		`${matches.length} ${plural} match by ${key.label}: ${describeMatches(matches).join(', ')}`,
		`${advice}, match by something that only one ${noun} has${describeNarrowerKey(entity, key)}, or merge them in AlfaCRM.`,
	);
}

/**
 * Adds a hint that several records are returned, because users may expect one: the next nodes run
 * for each of them.
 */
export function warnOfSeveralMatches(
	item: Item,
	entity: Entity,
	matches: readonly NamedMatch[],
): void {
	item.execution.hints.add(
		`Several ${entity.plural.toLowerCase()} match and all are returned, so the next nodes, such as a payment, run once for each`,
		describeMatches(matches).join(', '),
	);
}

/**
 * Describes a key with several fields that must all match, if it is not the key in use. It matches
 * fewer records. The text follows a sentence: " (Phone and Name tells siblings apart …)".
 */
function describeNarrowerKey({ match }: Entity, usedKey: MatchKey): string {
	const narrowerKey = match?.keys.find(
		({ fields, isOneEnough }) => fields.length > 1 && !isOneEnough,
	);
	if (narrowerKey === undefined || narrowerKey === usedKey) return '';

	const { label, description = '' } = narrowerKey;
	return ` (${label} ${description.charAt(0).toLowerCase()}${description.slice(1)})`;
}

/** Describes each match for a message, as in "501 (client)" and "388 (lead, archived)". */
function describeMatches(matches: readonly NamedMatch[]): string[] {
	return matches.map(({ row, archived }) => {
		const words = [customerTypeOf(row), archived ? 'archived' : ''].filter((word) => word !== '');
		return words.length === 0 ? String(row.id) : `${String(row.id)} (${words.join(', ')})`;
	});
}

/** Returns "lead" or "client", or an empty text if a row shows neither. */
function customerTypeOf({ is_study }: IDataObject): string {
	const customerType = readFlag(is_study);
	if (customerType === CUSTOMER_TYPE.lead) return 'lead';
	return customerType === CUSTOMER_TYPE.client ? 'client' : '';
}

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
	const matchList = describeMatches(matches).join(', ');
	const narrowerKey = describeNarrowerKey(entity, key);
	return item.error(
		`${matches.length} ${plural} match by ${key.label}: ${matchList}`,
		`${advice}, match by something that only one ${noun} has${narrowerKey}, or merge them in AlfaCRM.`,
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
 * Recommends a key that matches fewer records than the key in use, because all of its fields must
 * match. The text stands in the middle of a sentence: " (Phone and Name tells siblings apart …)".
 * It is empty if there is no such key, or if it is the key in use.
 */
function describeNarrowerKey(entity: Entity, usedKey: MatchKey): string {
	const keys = entity.match?.keys ?? [];
	const narrowerKey = keys.find(
		({ fields, isOneFieldEnough }) => fields.length > 1 && !isOneFieldEnough,
	);
	if (narrowerKey === undefined || narrowerKey === usedKey) return '';

	// The description begins with a verb, as in "Tells siblings apart …".
	const { label, description = '' } = narrowerKey;
	const lowerCaseDescription = `${description.charAt(0).toLowerCase()}${description.slice(1)}`;
	return ` (${label} ${lowerCaseDescription})`;
}

/** Describes each match for a message, as in "501 (client)" and "388 (lead, archived)". */
function describeMatches(matches: readonly NamedMatch[]): string[] {
	return matches.map(({ row, archived }) => {
		const id = String(row.id);
		const customerType = describeCustomerType(row);
		const words = archived ? [...customerType, 'archived'] : customerType;
		return words.length === 0 ? id : `${id} (${words.join(', ')})`;
	});
}

/** Returns the word "lead" or "client"; no word if a row shows neither. */
function describeCustomerType(row: IDataObject): string[] {
	const customerType = readFlag(row.is_study);
	if (customerType === CUSTOMER_TYPE.lead) return ['lead'];
	if (customerType === CUSTOMER_TYPE.client) return ['client'];
	return [];
}

import type { IDataObject, INodePropertyOptions } from 'n8n-workflow';

import { readFlag } from '../../values/formats';
import { CUSTOMER_TYPE } from '../../entities/customer';
import type { Entity, MatchKey } from '../../entities/types';
import type { Item } from '../item';
import { listOf } from '../../fields/field';
import type { Search } from './keys';
import { isMatch } from './keys';
import type { LocatedRecord } from '../../store/located';

const KINDS = ['lead', 'client'];

export type IfSeveral = 'refuse' | 'newest' | 'all';
export type IfArchived = 'update' | 'restore' | 'create' | 'skip';

/** A record that a search has found. */
export interface Found extends LocatedRecord {
	archived: boolean;
	/** What has found it: of several keys in an order, the one that decides. */
	by: Search;
	/** `Execution.version` before the search. */
	version: number;
	/** It comes from a list that was read for all items, maybe long ago. */
	isCached: boolean;
}

/**
 * The records that are meant of those found, none where there is to be a new one: archived ones count only where there is
 * no active one.
 *
 * @throws NodeOperationError when several match and none is to be chosen
 */
export function decide(
	item: Item,
	entity: Entity,
	search: Search,
	all: readonly Found[],
	{ ifSeveral, ifArchived }: { ifSeveral: IfSeveral; ifArchived: IfArchived },
): Found[] {
	const found = ifSeveral === 'all' ? all : meantBy(search, all);
	const active = found.filter(({ archived }) => !archived);
	if (active.length === 0 && ifArchived === 'create') return [];
	const pool = inOrder(active.length > 0 ? active : found);
	if (active.length === 0 && ifArchived === 'skip') return pool.slice(0, 1);
	if (pool.length > 1 && ifSeveral === 'refuse') throw severalMatchError(item, entity, pool[0].by.key, pool);
	return ifSeveral === 'all' ? pool : pool.slice(0, 1);
}

/**
 * Of several numbers, as people type them into one field, the first one that somebody active has says who is meant, else
 * the first one that anybody has.
 */
export function meantBy(search: Search, found: readonly Found[]): readonly Found[] {
	const by = found.at(0)?.by ?? search;
	// Of a phone and an email that are two people's, neither says more.
	if (by.key.any) return found;
	const [name, value] = Object.entries(by.wanted).find(([, one]) => listOf(one).length > 1) ?? [''];
	const having = listOf(value).map((one) => {
		const only = { ...by, wanted: { ...by.wanted, [name]: [one] } as IDataObject };
		return found.filter(({ row }) => isMatch(only, row));
	});
	const isActive = (some: readonly Found[]) => some.some(({ archived }) => !archived);
	return having.find(isActive) ?? having.find(({ length }) => length > 0) ?? found;
}

/** Active ones first, then clients, then the newest: AlfaCRM counts its IDs upwards. */
export function inOrder<T extends Pick<Found, 'archived' | 'row'>>(matches: readonly T[]): T[] {
	const rank = ({ archived, row }: T) =>
		(archived ? 2 : 0) + (readFlag(row.is_study) === CUSTOMER_TYPE.client ? 0 : 1);
	return [...matches].sort((a, b) => rank(a) - rank(b) || Number(b.row.id) - Number(a.row.id));
}

/** Refuses to choose among records that all match. */
export function severalMatchError(
	item: Item,
	entity: Entity,
	key: MatchKey,
	matches: ReadonlyArray<Pick<Found, 'archived' | 'row'>>,
	advice = "Choose in 'If Several Match' what to do",
): Error {
	const { label, plural, match } = entity;
	const narrower = match?.keys.find(({ fields, any }) => fields.length > 1 && !any);
	const { description = '' } = narrower ?? {};
	const words = `${description.charAt(0).toLowerCase()}${description.slice(1)}`;
	const such = narrower === undefined || narrower === key ? '' : ` (${narrower.label} ${words})`;
	return item.error(
		`${matches.length} ${plural.toLowerCase()} match by ${key.label}: ${named(matches).join(', ')}`,
		`${advice}, match by something that only one ${label.toLowerCase()} has${such}, or merge them in AlfaCRM.`,
	);
}

/** Several that go on may come as a surprise: the next node acts on each. */
export function warnOfSeveral(item: Item, entity: Entity, matches: readonly Found[]): void {
	item.execution.hints.add(
		`Several ${entity.plural.toLowerCase()} match and all are returned, so the next nodes, such as a payment, run once for each`,
		named(matches).join(', '),
	);
}

/** "501 (client)", "388 (lead, archived)". */
const named = (matches: ReadonlyArray<Pick<Found, 'archived' | 'row'>>): string[] =>
	matches.map(({ row, archived }) => {
		const kind = readFlag(row.is_study);
		const what = [kind === undefined ? '' : KINDS[kind], archived ? 'archived' : ''].filter(Boolean);
		return what.length === 0 ? String(row.id) : `${String(row.id)} (${what.join(', ')})`;
	});

/** The choice that takes one of several, in the order of `inOrder`. */
export const firstChoice = (name: string): INodePropertyOptions => ({
	name,
	value: 'newest',
	description: 'The first in this order: active before archived, clients before leads, then the highest ID',
});

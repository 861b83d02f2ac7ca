import type { Entity, MatchKey } from '../../entities/types';
import { isEmpty, isPlain } from '../../fields/blank';
import { quoted } from '../../fields/unreadable';
import { oncePer } from '../../form/oncePer';
import type { Item } from '../item';
import type { Operation } from '../operation';
import type { PlacedRecord } from '../branches';
import { allBranches, findInBranches, SEARCHED } from '../branches';
import { customIn, keyOfMode, NO_CUSTOM_VALUE } from '../recordParameter';
import { asksForBranch, branch, givenBranch, idOf, idParameter, labelsOf } from '../target';
import { chooseMatches } from './chooseMatches';
import type { Search } from './keys';
import { unusableValueError, readSearch } from './keys';
import type { Match } from './search';
import { findMatches } from './search';
import { severalMatchError } from './severalMatches';
import type { Branch } from '../../store/located';
import { currentRecord, notFoundError } from '../records';

const formOf = oncePer((operation: Operation) => oncePer((entity: Entity) => operation.form(entity)));

/** A record that is looked for before the operation which is about it begins. */
interface NamedRecord extends PlacedRecord {
	/** It is given by a key, so that its ID is to be found and put in place of it, whatever the branch. */
	isByKey: boolean;
}

/**
 * The record that an operation is about, where a key names it or its branch is not given. Undefined where there is
 * nothing to look for, or the branch must be known. What cannot be read is refused before anything is sent.
 */
export function namedRecord(item: Item, entity: Entity, operation: Operation): NamedRecord | undefined {
	const { scope, keys = [] } = entity;
	// That of another record is reached through the branch of that one.
	if (scope === 'global' || keys.length > 0) return undefined;
	const { mode, value } = givenIn(item, entity);
	const key = keyOfMode(entity, mode);
	if (!key && !isEmpty(item.input(branch))) return undefined;
	const form = formOf(operation)(entity);
	const { id: [parameter] = [], match = [] } = form;
	const kind = { isByKey: false, isByIdAlone: !asksForBranch(entity, form) };
	if (parameter === undefined)
		return match.length > 0 && operation.reads ? { ...kind, find: async () => undefined } : undefined;
	if (key && parameter.modes?.some(({ name }) => name === mode)) {
		const search = searchFor(item, entity, key, value);
		const find = async (branches: readonly Branch[]) => await findByKey(item, entity, search, branches);
		return { ...kind, isByKey: true, find };
	}
	const id = idOf(item, entity);
	// The usual operations look in all branches by themselves.
	if (kind.isByIdAlone) return { ...kind, find: async () => undefined };
	return { ...kind, find: async (branches) => await branchOfId(item, entity, id, branches) };
}

/** Looks for one that a key names, where its branch did not ask for that before. */
export async function settleRecord(item: Item, named: NamedRecord | undefined): Promise<void> {
	if (!named?.isByKey || item.place?.isOfRecord) return;
	await named.find(await allBranches(item, item.place?.branch ?? givenBranch(item)));
}

/** How the form names the record. What an AI builder writes may lack n8n's mark of a locator. */
function givenIn(item: Item, entity: Entity): { mode?: unknown; value?: unknown } {
	const given = item.input({ ...idParameter(entity), default: '' });
	return isPlain(given) ? given : {};
}

/** What of a customer is needed to go on. */
type Meant = Omit<Match, 'isCached' | 'matchedBy' | 'version'>;

async function findByKey(
	item: Item,
	entity: Entity,
	search: Search,
	branches: readonly Branch[],
): Promise<Branch> {
	const target = { path: entity.path, query: {}, labels: labelsOf(entity.fields) };
	const read = async () => {
		const matches = await findMatches(item, entity, target, search, branches, { skipsArchived: false });
		// Thousands of items must not keep thousands of whole cards.
		return chooseMatches(matches, 'refuse').map(
			({ row: { id, is_study }, branch: home, archived }): Meant => ({
				row: { id, is_study },
				branch: home,
				archived,
			}),
		);
	};
	const name = JSON.stringify(['named', search.matchValues, branches]);
	const found = await item.execution.cached(entity.path, name, read, { untilOwnWrite: true });
	const active = found.filter(({ archived }) => !archived);
	const [meant, ...others] = active.length > 0 ? active : found;
	if (meant === undefined) {
		const noun = entity.label.toLowerCase();
		throw item.apiError(
			`AlfaCRM has no ${noun} with this ${search.key.label.toLowerCase()}${SEARCHED}`,
			`Check the value in '${entity.label}'. To go on without one, look with 'Find' before.`,
			404,
		);
	}
	if (others.length > 0) throw severalMatchError(item, entity, search.key, [meant, ...others], GIVE_ID);
	item.withIds.set(idParameter(entity).name, meant.row.id);
	return meant.branch;
}

const GIVE_ID = "Give the ID of the one that is meant, which 'Find' returns";

function searchFor(item: Item, entity: Entity, key: MatchKey, value: unknown): Search {
	const custom = key.fields.length === 0 ? customIn(value) : undefined;
	if (key.fields.length === 0 && !custom && !isEmpty(value)) {
		throw item.unreadableError(
			`'${entity.label}' ${NO_CUSTOM_VALUE}, but it is ${quoted(value)}`,
			entity.label,
		);
	}
	const own = custom ? { ...key, fields: [custom.name] } : key;
	const given = () => (custom ? custom.value : value);
	const search = readSearch(item, entity, own, { readValue: given });
	if (!search.isUsable) throw unusableValueError(item, entity, own, { readValue: given });
	return search;
}

/** The branch of one that is given by its ID. */
async function branchOfId(
	item: Item,
	entity: Entity,
	id: number,
	branches: readonly Branch[],
): Promise<Branch> {
	const target = { path: entity.path, query: {}, labels: {} };
	const listed = branches.filter((one) => one !== undefined);
	const read = async () => {
		const look = async (one: Branch) => await currentRecord(item, entity, id, { ...target, branch: one });
		return (await findInBranches(item, listed, look))?.branch;
	};
	const name = JSON.stringify(['branch of', id]);
	const home = await item.execution.cached(entity.path, name, read, { untilOwnWrite: true });
	if (home === undefined) throw notFoundError(item, entity, id);
	return home;
}

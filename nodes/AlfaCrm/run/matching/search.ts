import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../values/formats';
import type { Entity } from '../../entities/types';
import { isCustom } from '../../fields/custom';
import { isBlank, kindOf, listOf } from '../../fields/field';
import { normalizeText } from '../../fields/normalizeText';
import { quoted } from '../../fields/unreadable';
import type { Field, Wire } from '../../entities/fieldTypes';
import type { LockKey } from '../execution';
import type { Item } from '../item';
import type { Collection } from '../../form/parameters';
import { isArchived } from '../archived';
import { allBranches, findInBranches, searchedIn } from '../branches';
import { readFiltered } from '../readList';
import { branchesOf } from '../target';
import type { Found } from './decide';
import type { Resemblance, Search } from './keys';
import { findResemblance, holds, isMatch, keyField, stepsOf } from './keys';
import type { LocatedRecord, Target, Branch } from '../../store/located';

/** A record that does not match, but may be the one that is looked for. */
interface SimilarRecord extends LocatedRecord {
	by: Search;
	resemblance: Resemblance;
}

/**
 * Finds the records that match a search. If the search has several keys in an order, those of the first key that finds an
 * active record are returned, or else those of the first key that finds any.
 *
 * @param skipsArchived whether the caller takes no archived record, so that an archived one neither matches nor stops the run
 * @throws NodeOperationError if no active record matches, but a similar one may be the record all the same
 */
export async function findMatches(
	item: Item,
	entity: Entity,
	target: Target,
	search: Search,
	branches: readonly Branch[],
	{ skipsArchived }: { skipsArchived: boolean },
): Promise<Found[]> {
	let archived: Found[] = [];
	const similarRecords: SimilarRecord[] = [];
	for (const by of stepsOf(search)) {
		const { matches, similar } = await findBy(item, entity, target, by, branches);
		const found = matches.map((match) => ({ ...match, by }));
		if (found.some((match) => !match.archived)) return found;
		if (archived.length === 0) archived = found;
		similarRecords.push(...similar);
	}
	const archivedMatch = skipsArchived ? undefined : archived.at(0);
	// An archived record that matches comes before similar archived ones. A similar active record may be the one that is meant.
	const ignoresArchived = skipsArchived || archivedMatch !== undefined;
	for (const record of similarRecords) {
		const isIgnored = ignoresArchived && (await isArchived(item, entity, target, record));
		if (!isIgnored) throw similarRecordError(item, entity, record, archivedMatch);
	}
	return archived;
}

/**
 * Names a similar record and the value in which it differs.
 *
 * @param archivedMatch an archived record that matches, if the similar one is active
 */
function similarRecordError(
	item: Item,
	{ label }: Entity,
	{ row, by, resemblance: { field, reason } }: SimilarRecord,
	archivedMatch?: Found,
): Error {
	const noun = label.toLowerCase();
	const wanted = listOf(by.wanted[field.name]).join(', ');
	const held = listOf(row[field.name]).join(', ');
	const problem = `${label} ${String(row.id)} with '${field.label}' ${quoted(held)} may be the one with ${quoted(wanted)}: ${reason}`;
	if (archivedMatch !== undefined) {
		const archivedId = String(archivedMatch.row.id);
		return item.error(
			`${problem}. ${label} ${archivedId} matches, but is archived`,
			`If the active one is meant, write '${field.label}' alike here and in AlfaCRM; if the archived one is, restore it in AlfaCRM first.`,
		);
	}
	return item.error(
		problem,
		`If it is, write '${field.label}' alike here and in AlfaCRM; if that is another ${noun}, add the new one with 'Create' first.`,
	);
}

/** The records that a key finds, each once: those that match, and those that may be meant all the same. */
interface KeyFindings {
	matches: Array<Omit<Found, 'by'>>;
	similar: SimilarRecord[];
}

/**
 * Finds the records of a key in all of the branches. AlfaCRM's filters only narrow the lists down, for some are ignored and
 * others find too much; each row that comes is compared here.
 */
async function findBy(
	item: Item,
	entity: Entity,
	target: Target,
	search: Search,
	[first, ...others]: readonly Branch[],
): Promise<KeyFindings> {
	const found = new Map<number, Omit<Found, 'archived' | 'by'>>();
	const similar = new Map<number, SimilarRecord>();
	const look = async (branch: Branch): Promise<undefined> => {
		for (const question of questionsOf(entity, search)) {
			for (const filters of question.forms) {
				const version = item.execution.version();
				const { rows, isCached } = await ask(item, entity, { ...target, branch }, question, filters);
				for (const row of rows) {
					const id = readId(row.id);
					if (id === undefined || found.has(id)) continue;
					if (isMatch(search, row)) {
						found.set(id, { row, branch, version, isCached });
						continue;
					}
					const resemblance = findResemblance(search, row);
					if (resemblance !== undefined) similar.set(id, { row, branch, by: search, resemblance });
				}
				if (findsAllSpellings(item, entity, question, filters, rows)) break;
			}
		}
	};
	// Where none is chosen, none must be allowed.
	if (first !== undefined || entity.scope === 'global') await look(first);
	await findInBranches(item, others, look);
	const matches: Array<Omit<Found, 'by'>> = [];
	for (const match of found.values())
		matches.push({ ...match, archived: await isArchived(item, entity, target, match) });
	return { matches, similar: [...similar.values()] };
}

/**
 * Whether the other spellings bring nothing new, for AlfaCRM looks at the digits of phones alone, or ignores the filter.
 * A row shows that which does not hold the very text that was asked for. Where all such rows hold the digits in another
 * spelling, that proves the former, which other executions go by as well. API notes 10.
 */
function findsAllSpellings(
	{ execution }: Item,
	{ path }: Entity,
	{ field }: Question,
	filters: IDataObject,
	rows: readonly IDataObject[],
): boolean {
	const seen: LockKey = [path, 'finds all spellings', ...Object.keys(filters)];
	const holdsText = (held: unknown, asked: unknown) =>
		listOf(held).some((one) => normalizeText(String(one)).includes(normalizeText(String(asked))));
	const isLoose = (row: IDataObject) =>
		Object.entries(filters).some(([name, asked]) => row[name] !== undefined && !holdsText(row[name], asked));
	const holdsDigits = (row: IDataObject) =>
		Object.values(filters).every(
			(asked) => /^\d+$/.test(String(asked)) && containsPart(field, row[field.name], asked),
		);
	const loose = rows.filter(isLoose);
	if (loose.length > 0) execution.noteSeen(seen, loose.every(holdsDigits));
	return execution.hasSeen(seen);
}

/** The rows that may hold what a question is about. */
async function ask(
	item: Item,
	entity: Entity,
	target: Target,
	{ field, value }: Question,
	asked: IDataObject,
): Promise<{ rows: IDataObject[]; isCached: boolean }> {
	const body = { ...target.query, ...entity.hidden?.show };
	const list = { ...target, body, task: `look for the ${entity.label.toLowerCase()}` };
	const { name } = field;
	const finds = ({ [name]: held }: IDataObject) =>
		holds(field, held, value) || Object.values(asked).some((one) => containsPart(field, held, one));
	const noCustomFieldError = () =>
		item.error(
			`AlfaCRM's ${entity.label.toLowerCase()} has no field "${name}"`,
			`Correct 'Custom Field': 'Get' with 'Simplify' off shows which ones there are.`,
		);
	const hiddenError = () => hiddenFieldError(item, entity, field);
	const filter = {
		fieldName: name,
		query: asked,
		mayMatch: finds,
		fieldMissingError: isCustom(name) ? noCustomFieldError : hiddenError,
	};
	// One that did not come might match as well, so that the wrong record would be taken, or a second one made.
	const what = `which ${entity.plural.toLowerCase()} match`;
	const { rows, whole } = await readFiltered(item, entity, list, filter, what);
	if (isEveryValueHidden(field, asked, rows)) throw hiddenError();
	return { rows: whole?.findCandidates(field, value) ?? rows, isCached: whole !== undefined };
}

/** Filters that a single source knows. AlfaCRM may ignore them and list everybody. API notes 5.3. */
const UNSURE_FILTERS = ['email'];

/**
 * Tells whether AlfaCRM has found records by a field and hides its value on all of them. The filters of most declared fields
 * work (API notes 5.3), so such records have values that this user may not see. Filters by custom fields may be ignored.
 */
function isEveryValueHidden(field: Field, query: IDataObject, rows: readonly IDataObject[]): boolean {
	const isFiltered = Object.keys(query).length > 0;
	const isSure = !isCustom(field.name) && !UNSURE_FILTERS.includes(field.name);
	if (!isFiltered || !isSure || rows.length === 0) return false;

	return rows.every((row) => {
		const held = row[field.name];
		// A filler such as +7(999)999-99-99 is no phone, but it is what AlfaCRM has found by 9999.
		const showsQuery = Object.values(query).some((part) => containsPart(field, held, part));
		return isBlank(field, held) && !showsQuery;
	});
}

/** Stops the run, since it could not tell the record from others and would make a new one each time. */
function hiddenFieldError(item: Item, { plural }: Entity, { label }: Field): Error {
	return item.error(
		`AlfaCRM finds ${plural.toLowerCase()} by '${label}' but shows it on none of them, so it is not sure which one is meant`,
		`Let the role of the credential's user see it, or match by something that this user sees.`,
	);
}

/** Whether a filter that heeds what it is asked can have found a value, for AlfaCRM looks for a part of it. API notes 10. */
function containsPart(field: Field, held: unknown, asked: unknown): boolean {
	const words = normalizeText(String(asked)).split(' ');
	const hasWords = (one: unknown) => words.every((word) => normalizeText(String(one)).includes(word));
	const { finds = hasWords } = kindOf(field);
	return listOf(held).some((one) => finds(one, asked));
}

/** One value to ask a list for. */
interface Question {
	field: Field;
	value: unknown;
	/** The filters that find it, each in another spelling; an empty one where the list has no such filter. */
	forms: IDataObject[];
}

function questionsOf(entity: Entity, { key, wanted }: Search): Question[] {
	const isKnown = (filter: string) =>
		filter === 'id' || isCustom(filter) || entity.filters.some((one) => one.name === filter);
	const names = (key.ask ?? key.fields).filter((name) => name in wanted);
	return names.flatMap((name) => {
		const field = keyField(entity, name);
		return listOf(wanted[name]).map((value) => {
			const forms = kindOf(field).searchForms(field, name, value as Wire);
			const isFilter = forms.every((form) => Object.keys(form).every(isKnown));
			return { field, value, forms: isFilter ? forms : [{}] };
		});
	});
}

/** Where to look: in the branches chosen, else in all. */
export async function searchedBranches(
	item: Item,
	entity: Entity,
	{ branch }: Target,
	chosen: readonly number[],
	saved?: IDataObject,
): Promise<Branch[]> {
	if (chosen.length === 0) return await allBranches(item, branch);
	// Where a new record would be saved it must be found the next time.
	return [...new Set([...chosen, ...(saved ? branchesOf(branch, entity.fields, saved) : [])])];
}

/** Those that are chosen, read before anything is sent; none for all. */
export function chosenBranches(options: Collection): number[] {
	if (!options.has(searchedIn.name)) return [];
	const value = options.input(options.parameter(searchedIn.name));
	const isNone = Array.isArray(value) && isBlank(searchedIn, value);
	return isNone ? [] : (options.toWire(searchedIn, value) as number[]);
}

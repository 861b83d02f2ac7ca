import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Field, Wire } from '../../entities/fieldTypes';
import type { Entity } from '../../entities/types';
import { isNeeded, kindOf } from '../../fields/field';
import { collection, showWhen } from '../../form/assemble';
import { findOrCreate } from '../execution/findOrCreate';
import { recordKey } from '../execution/execution';
import type { Operation } from '../operation';
import { isArchived } from '../records/archived';
import { changesOf, fitting } from '../records/body';
import { inMode, inputModeForm, fieldOptions, readFieldInput } from '../records/fieldInput';
import { getRecord, notFoundError } from '../records/findById';
import { differences, saveChanges } from '../records/saveChanges';
import { report, reportSchema } from '../output/report';
import { simplified, simplifiedSchema, simplifyForm } from '../output/simplify';
import { targetOf } from '../records/target';
import type { Decision, Found } from './decide';
import { decide, warnOfSeveral } from './decide';
import type { Search } from './keys';
import { emptyKeyError, keyOf, locksOf, matchForm, searchOf } from './keys';
import { rulesOf, upsertOptions } from './upsertRules';
import type { UpsertInput } from './upsertValues';
import { canonicalIn, keyValues, newRecord } from './upsertValues';
import { chosenBranches, findMatches, isMatch, searchedBranches } from './search';

interface UpsertRequest extends UpsertInput {
	/** What of the input changes a record, as it is sent. */
	changes: IDataObject;
	show: (row: IDataObject) => IDataObject;
}

/** What a new record needs, as far as nothing is preset. */
const neededFields = ({ fields }: Entity) =>
	fields.filter(
		(field) =>
			isNeeded(field) && !kindOf(field).alwaysFilled && kindOf(field).defaultValue(field) === undefined,
	);

const upsertFields = (entity: Entity): INodeProperties => ({
	...collection('Fields', 'fieldsToSet', fieldOptions(entity.fields, entity)),
	description: `What to save besides what the ${entity.label.toLowerCase()} is matched by`,
});

/** Says what to add, unless the record is matched by it. */
function neededNotices(entity: Entity): INodeProperties[] {
	const keysBy = new Map<string, string[]>();
	for (const { name, fields } of entity.match?.keys ?? []) {
		const missing = neededFields(entity).filter((field) => !fields.includes(field.name));
		const labels = missing.map(({ label }) => `'${label}'`).join(' and ');
		if (labels !== '' && name !== 'id') keysBy.set(labels, [...(keysBy.get(labels) ?? []), name]);
	}
	return [...keysBy].map(([labels, matchBy]) =>
		showWhen(
			{
				displayName: `A new ${entity.label.toLowerCase()} needs ${labels}: add it under 'Fields'.`,
				name: 'neededNotice',
				type: 'notice',
				default: '',
			},
			{ inputMode: ['form'], matchBy },
		),
	);
}

/** Creates a record unless its key finds one, else saves only what differs. Whatever is wrong is found before a search. */
export const upsert: Operation = {
	text: ({ one }) => ({
		name: 'Create or Update',
		action: `Create or update ${one}`,
		description: `Create ${one.replace(/^an? /, 'a new ')}, or update the current one if it already exists (upsert)`,
	}),
	form: (entity) => ({
		...inputModeForm(entity),
		match: matchForm(entity),
		simplify: simplifyForm(entity),
		upsertFields: [...neededNotices(entity), inMode('form', upsertFields(entity))],
		upsertOptions: [upsertOptions(entity)],
	}),
	async execute(item, entity) {
		const key = keyOf(item, entity);
		const options = item.collection(upsertOptions(entity));
		const chosen = chosenBranches(options);
		const rules = rulesOf(entity, options, key.name);
		const fit = (field: Field, value: Wire) => fitting(item, field, value, rules.shortens);
		const search = searchOf(item, entity, key, fit);
		const show = simplified(item, entity);
		const input = readFieldInput(item, entity, upsertFields(entity));
		if (!search.isEnough && rules.ifKeyEmpty === 'refuse') {
			throw emptyKeyError(item, entity, key, ", or let 'If Match Value Is Empty' create a record");
		}
		const changes = canonicalIn(
			entity,
			changesOf(item, entity, input, rules.overwriteWithEmpty, rules.shortens),
		);
		const target = targetOf(item, entity, 'upsert');
		const request = { item, entity, target, input, changes, rules, show };
		const locks = [...locksOf(entity, changes), ...locksOf(entity, search.wanted)];
		if (!search.isEnough)
			return await item.withLock(locks, async () => [await create(request, search.wanted)]);

		return await item.withLock(locks, async () => {
			const branches = await searchedBranches(item, entity, target, chosen, changes);
			for (;;) {
				const find = async () => await findMatches(item, entity, target, search, branches);
				const decisionNow = async () => decisionOn(request, search, await find());
				const createNow = async () => await create(request, search.wanted);
				const { found, created } = await findOrCreate(item, decisionNow, createNow);
				const results = created === undefined ? await carryOut(request, search, found) : [created];
				if (results) return results;
			}
		});
	},
	output: (entity) => reportSchema(simplifiedSchema(entity)),
};

/** @returns what to do with the records that were found; undefined where there is to be a new one */
function decisionOn(
	{ item, entity, target, rules }: UpsertRequest,
	search: Search,
	matches: readonly Found[],
): Decision | undefined {
	const decision = decide(item, entity, search.key, matches, rules);
	if (decision === undefined && 'id' in search.wanted) {
		const id = Number(search.wanted.id);
		if (matches.length === 0) throw notFoundError(item, entity, id, target.branch);
		throw item.refused(
			`${entity.label} ${id} is archived, and a match by ID creates nothing`,
			"Choose in 'If the Match Is Archived' to update or skip it. Nothing was saved.",
		);
	}
	return decision;
}

/** @returns undefined where what was found has changed meanwhile, so that the search is to be done again */
async function carryOut(
	request: UpsertRequest,
	search: Search,
	{ act, matches }: Decision,
): Promise<IDataObject[] | undefined> {
	const { item, entity, show } = request;
	if (act === 'skip') return matches.map(({ row }) => report(show, row, 'skipped', []));
	if (matches.length > 1) warnOfSeveral(item, entity, matches);
	const saved: IDataObject[] = [];
	for (const match of matches) {
		const key = recordKey(entity, Number(match.row.id));
		const result = await item.withLock([key], async () => await change(request, search, match));
		if (result === undefined) return undefined;
		saved.push(result);
	}
	return saved;
}

async function create(request: UpsertRequest, wanted: IDataObject): Promise<IDataObject> {
	const { item, entity, target, show } = request;
	const body = newRecord(request, wanted);
	const task = `create the ${entity.label.toLowerCase()}`;
	const model = await item.save({ ...target, action: 'create', body, task }, []);
	const row = { ...body, ...model };
	return report(show, row, 'created', Object.keys(body));
}

async function change(
	request: UpsertRequest,
	search: Search,
	found: Found,
): Promise<IDataObject | undefined> {
	const { item, entity, rules } = request;
	const id = Number(found.row.id);
	const { addToLists } = rules;
	let [match, values] = [found, valuesFor(request, search, found)];
	const isWritten = item.execution.wasWrittenSince([recordKey(entity, id)], match.version);
	const differs = () => Object.keys(differences(item, entity, match.row, values, addToLists)).length > 0;
	// People may have changed it since a list was read that serves all items; where it says what is wanted, that is enough.
	if (isWritten || (match.isCached && differs())) {
		match = await readAgain(request, match);
		if (!isMatch(search, match.row) || (match.archived && ['create', 'skip'].includes(rules.ifArchived))) {
			if (item.hasSaved) {
				throw item.refused(
					`${entity.label} ${id} was changed meanwhile, so that it does not match any more`,
					`Run it again. ${item.savedNote()}`,
				);
			}
			item.execution.forget(entity.path);
			return undefined;
		}
		values = valuesFor(request, search, match);
	}
	return await saveChanges(request, match, { values, addToLists });
}

/** What a record that was found is to hold. */
function valuesFor(request: UpsertRequest, { wanted }: Search, { archived, row }: Found): IDataObject {
	const { entity, rules, changes } = request;
	const given = { ...changes, ...canonicalIn(entity, keyValues(request, wanted, row)) };
	return {
		...(archived && rules.ifArchived === 'restore' ? { removed: 0 } : {}),
		...Object.fromEntries(Object.entries(given).filter(([field]) => !rules.isOnlyForNew(field))),
	};
}

async function readAgain({ item, entity, target }: UpsertRequest, { row, branch }: Found): Promise<Found> {
	const version = item.execution.version();
	const current = await getRecord(item, entity, Number(row.id), { ...target, branch });
	return { ...current, version, isCached: false, archived: await isArchived(item, entity, target, current) };
}

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import type { Entity, MatchKey } from '../entities/types';
import { customIn, fieldsToSend, wireFields } from './fields/body';
import { decide } from './match/decide';
import type { IfArchived, IfSeveral } from './match/decide';
import type { DiffRules } from './fields/diff';
import { notFound } from './findById';
import { givenFields } from './fields/given';
import { emptyKey, keyField, keyOf, keyParameters, wantedValues } from './match/keys';
import type { Match } from './match/memory';
import { writtenHere } from './match/memory';
import { report } from './report';
import { save } from './save';
import { saveChanges } from './saveChanges';
import { allBranches, findMatches, isArchived } from './match/search';
import type { Target } from './target';
import { targetOf } from './target';
import { credentialOf, inTurn } from './match/turns';
import type { Operation } from './types';
import { toWire } from './fields/values';
import { isNothing } from '../fields/blank';
import { isBlank, isList, keyReadings, listOf, presetOf } from '../fields/field';
import { writtenPhone } from '../fields/phoneNumber';

interface Rules extends DiffRules {
	ifSeveral: IfSeveral;
	ifArchived: IfArchived;
	ifKeyEmpty: 'refuse' | 'create';
	onlyForNew: readonly string[];
	searchBranches: unknown;
}

interface Job {
	context: IExecuteFunctions;
	entity: Entity;
	itemIndex: number;
	target: Target;
	key: MatchKey;
	/** What the user gave, and the same as it is sent. */
	given: IDataObject;
	wire: IDataObject;
	rules: Rules;
}

/** Creates a record unless its key finds one, else saves only what differs. Whatever is wrong is found before a search. */
export const upsert: Operation = async (context, entity, itemIndex) => {
	const key = keyOf(context, entity, itemIndex);
	const rules = rulesOf(context, entity, itemIndex);
	const { id, ...given } = givenValues(context, entity, itemIndex, key);
	const wanted = wantedValues(context, entity, itemIndex, key, { id, ...given });
	if (wanted === undefined && rules.ifKeyEmpty === 'refuse') {
		throw emptyKey(context, entity, itemIndex, key, ", or let 'If Match Value Is Empty' create a record");
	}
	const wire = wireFields(context, entity.fields, itemIndex, given);
	const target = targetOf(context, entity, itemIndex, 'upsert');
	const job = { context, entity, itemIndex, target, key, given, wire, rules };
	if (wanted === undefined) return [await create(job)];

	const branches = await searchedBranches(context, entity, itemIndex, target, rules.searchBranches);
	return await inTurn(turnsOf(job, wanted), async () => {
		const matches = await findMatches(context, entity, target, key, wanted, branches);
		return await settle(job, matches, wanted);
	});
};

async function settle(job: Job, matches: Match[], wanted: IDataObject): Promise<IDataObject[]> {
	const { context, entity, itemIndex, key, target, rules } = job;
	const archived = ({ row }: Match) => isArchived(entity, row, context.getTimezone());
	const decision = decide(matches, archived, rules);
	switch (decision.act) {
		case 'create':
			if (!('id' in wanted)) return [await create(job)];
			throw notFound(context, entity, wanted.id as number, {
				...target,
				branch: entity.match?.everyBranch ? undefined : target.branch,
			});
		case 'skip':
			return decision.matches.map(({ row }) => report(context, entity, itemIndex, row, 'skipped', []));
		case 'refuse':
			throw several(context, entity, itemIndex, key, decision.matches);
		case 'update': {
			const saved: IDataObject[] = [];
			for (const match of decision.matches) saved.push(await change(job, match, archived(match)));
			return saved;
		}
	}
}

async function create({ context, entity, itemIndex, target, given }: Job): Promise<IDataObject> {
	const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => !isNothing(value)));
	const presets = presetsOf(entity);
	const body = {
		...fieldsToSend(context, itemIndex, entity.fields, { ...presets, ...filled }, target.branch),
		...customIn(filled),
	};
	const task = `create the ${entity.label.toLowerCase()}`;
	const model = await save(context, { ...target, action: 'create', body, task });
	const row = { ...body, ...model };
	writtenHere(context, entity.path).set(Number(row.id), { row, branch: target.branch });
	return report(context, entity, itemIndex, row, 'created', Object.keys(body));
}

async function change(job: Job, match: Match, archived: boolean): Promise<IDataObject> {
	const { context, entity, target, key, wire, rules } = job;
	// The key agrees by its own rules, which are wider: it would only be spelled differently.
	const agreed = key.any ? [] : key.fields.filter((name) => !isList(keyField(entity, name)));
	const kept = new Set([...agreed, ...rules.onlyForNew]);
	const wanted = Object.fromEntries(Object.entries(wire).filter(([name]) => !kept.has(name)));
	const restored = archived && rules.ifArchived === 'restore' ? { removed: 0 } : {};
	return await saveChanges(context, entity, target, match, { ...restored, ...wanted }, rules);
}

function rulesOf(context: IExecuteFunctions, { match }: Entity, itemIndex: number): Rules {
	const { listMode = 'add', ...options } = context.getNodeParameter('options', itemIndex, {}) as IDataObject;
	return {
		ifSeveral: 'refuse',
		ifArchived: 'restore',
		ifKeyEmpty: 'refuse',
		onlyForNew: match?.onlyForNew ?? [],
		searchBranches: [],
		overwriteWithEmpty: false,
		...options,
		addToLists: listMode === 'add',
	};
}

/** The key is a part of the record; a list may have more values among the other fields. */
function givenValues(
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
	key: MatchKey,
): IDataObject {
	const given = givenFields(context, entity, itemIndex, 'upsert');
	const filled = Object.entries(keyParameters(context, key, itemIndex)).filter(
		([name, value]) => !isBlank(keyField(entity, name), value),
	);
	const keyed = filled.map(([name, value]) => {
		const isLonger = isList(keyField(entity, name)) && !isNothing(given[name]);
		return [name, isLonger ? [...listOf(value), ...listOf(given[name])] : value];
	});
	const all = { ...given, ...(Object.fromEntries(keyed) as IDataObject) };
	const phones = entity.fields.filter((field) => field.type === 'phones' && !isBlank(field, all[field.name]));
	const written = phones.map(({ name }) => [name, listOf(all[name]).map(writtenPhone)]);
	return { ...all, ...Object.fromEntries(written) };
}

/** What the form of Create begins with. */
function presetsOf({ fields }: Entity): IDataObject {
	const presets = fields
		.filter(({ required }) => required)
		.map((field) => [field.name, presetOf(field) ?? '']);
	return Object.fromEntries(presets) as IDataObject;
}

/** All branches, where the same record may be in any and none are chosen. */
export async function searchedBranches(
	context: IExecuteFunctions,
	entity: Entity,
	itemIndex: number,
	{ branch }: Target,
	chosen: unknown,
): Promise<Array<number | undefined>> {
	const field = { type: 'ids', name: 'searchBranches', label: 'Search in Branches' } as const;
	if (!isNothing(chosen)) return toWire(context, itemIndex, field, chosen) as number[];
	return entity.match?.everyBranch ? await allBranches(context, branch) : [branch];
}

/** One for each value that is looked for, the same in every spelling. */
function turnsOf({ context, entity }: Job, wanted: IDataObject): string[] {
	return Object.entries(wanted).flatMap(([name, value]) =>
		listOf(value).map((one) =>
			JSON.stringify([credentialOf(context), entity.path, name, keyReadings(keyField(entity, name), one)[0]]),
		),
	);
}

export function several(
	context: IExecuteFunctions,
	{ label, plural }: Entity,
	itemIndex: number,
	key: MatchKey,
	matches: readonly Match[],
): NodeOperationError {
	const ids = matches.map(({ row }) => String(row.id)).join(', ');
	return new NodeOperationError(
		context.getNode(),
		`${matches.length} ${plural.toLowerCase()} match by ${key.label}: ${ids}`,
		{
			description: `Choose in 'If Several Match' what to do, match by something that only one ${label.toLowerCase()} has, or merge them in AlfaCRM. Nothing was saved.`,
			itemIndex,
		},
	);
}

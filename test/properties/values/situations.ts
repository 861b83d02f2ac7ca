import type { IDataObject, INodeParameters, INodeProperties } from 'n8n-workflow';

import { byWholeName } from '../../../nodes/AlfaCrm/entities/common';
import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import type { Action, Entity } from '../../../nodes/AlfaCrm/entities/types';
import { resourcesAndOperations, findEntityOfResource, findShownParameters } from '../../support/form';
import type { Described } from './meaning';
import type { Row, Store } from './targets';
import { customFieldOf, extrasOf, holderOf, sampleOf, targetOf } from './targets';

/** One operation with a form that is filled well, and what it may do to the account. */
export interface Situation {
	title: string;
	resource: string;
	operation: string;
	entity?: Entity;
	action?: Action;
	/** Which of several ways to fill the form: the input mode, or the key and whether it finds a record. */
	variant: string;
	build: (store: Store) => Built;
}

export interface Built {
	parameters: INodeParameters;
	/** Record that a write may touch, by path; nothing else may change. */
	target?: { path: string; id: number };
	/** Calls that may write, as "customer/update". */
	writes: readonly string[];
	/** Fields of a record that AlfaCRM would take, for JSON and mapper. */
	sample?: IDataObject;
}

/** What the declarations say about a parameter of the form. */
export function fieldOf(
	situation: Pick<Situation, 'entity' | 'action' | 'operation'>,
	name: string,
): Described | undefined {
	const { entity, action, operation } = situation;
	if (entity === undefined) return undefined;
	const own =
		action && action.kind !== 'overview'
			? [...(action.query ?? []), ...(action.fields ?? [])]
			: operation === 'getAll'
				? [
						...(entity.hidden?.views ?? []),
						...(entity.hidden?.partition ? [{ ...entity.hidden.partition, type: 'choices' as const }] : []),
						...entity.filters,
					]
				: entity.fields;
	const found = [...own, ...(entity.parentFields ?? [])].find((field) => field.name === name) as
		| Described
		| undefined;
	if (found) return { ...found, ...boundsOf(entity.resource, operation, name) };
	if (name === 'id') return { type: 'record', name, label: entity.label };
	if (name === 'branchId') return { type: 'id', name, label: 'Branch' };
	return undefined;
}

/** Money that cannot be: a payment of nothing or less, a bonus of nothing. */
function boundsOf(resource: string, operation: string, name: string): Partial<Described> {
	if (name === 'income' && operation === 'takePayment') return { min: 0.01 };
	if (name === 'amount' && operation === 'changeBonus') return { min: 0.01 };
	return resource === 'pay' && name === 'income' ? { nonZero: true } : {};
}

/** What the form shows for what it holds, but for what only tells something. */
export const shownWith = (parameters: INodeParameters): INodeProperties[] =>
	findShownParameters(parameters).filter(({ type }) => type !== 'notice');

/** Whether a record is told by a key. */
export const looksUp = ({ operation, action }: Pick<Situation, 'operation' | 'action'>): boolean =>
	['find', 'upsert'].includes(operation) || action?.kind === 'overview';

/** Required parameters get good values, the others stay as the form has them. */
function filled(store: Store, situation: Situation, fixed: INodeParameters): INodeParameters {
	const parameters: INodeParameters = {
		resource: situation.resource,
		operation: situation.operation,
		...fixed,
	};
	for (const property of shownWith(parameters)) {
		const { name, type } = property;
		if (name in parameters || ['collection', 'json', 'resourceMapper'].includes(type)) continue;
		const field = fieldOf(situation, name);
		const isMatch = looksUp(situation);
		const isWanted = property.required || property.default === '' || field?.requiredUnless !== undefined;
		if (!field || !(isWanted || isMatch)) continue;
		if (field.name === 'is_study' && situation.operation === 'getAll') continue;
		const value = sampleOf(store, field);
		parameters[name] = (isMatch && Array.isArray(value) ? value[0] : value) as string;
	}
	return parameters;
}

/** Values of the key: those that a record has, or those of nobody. */
function keyValues(entity: Entity, key: string, row: Row | undefined): INodeParameters {
	const keys = [...(entity.match?.keys ?? []), byWholeName];
	const { fields = [], mayHaveCustomField } = keys.find(({ name }) => name === key) ?? {};
	const own = customFieldOf(entity.resource);
	const byName = { matchField: own, matchValue: String(row?.[own] ?? 'Нигде') };
	const declared = fields.map((name) => {
		const held = [row?.[name]].flat()[0];
		return [name, (held ?? NOBODY[name] ?? 'Никто') as string];
	});
	return {
		...(fields.length === 0 || mayHaveCustomField ? byName : {}),
		...(Object.fromEntries(declared) as INodeParameters),
	};
}

const NOBODY: Record<string, string | number> = {
	phone: '+7(900)555-00-99',
	email: 'nobody@example.org',
	web: '@nobody_at_all',
	dob: '01.02.2015',
	id: 999_999,
};

/** A value for every key that the form may ask for. */
export const keysOfNobody = ({ resource }: Situation): INodeParameters => ({
	...NOBODY,
	name: 'Никто',
	code: 'nobody',
	matchField: customFieldOf(resource),
	matchValue: 'Нигде',
});

/** What Account → Try Writes sends, and takes back. */
const TRIED = ['customer', 'communication', 'task', 'cgi'].flatMap((path) =>
	['create', 'update', 'delete'].map((action) => `${path}/${action}`),
);

function build(store: Store, situation: Situation): Built {
	const { entity, action, operation, resource, variant } = situation;
	if (entity === undefined) {
		const call = resource === 'apiCall' ? { callPath: 'lead-status', callAction: 'index' } : {};
		const isTrial = operation === 'tryWrites';
		const own = isTrial ? { writeTestLead: true } : call;
		return { parameters: { resource, operation, ...own }, writes: isTrial ? TRIED : [] };
	}
	const { path } = entity;
	const [mode, key] = variant.split(' ');
	const base: INodeParameters = entity.scope === 'branch' ? { branchId: 1 } : {};
	if (['create', 'update', 'upsert'].includes(operation)) base.inputMode = mode;
	if (operation === 'getAll' || isListed(action)) base.returnAll = mode !== 'limit';
	if (mode === 'limit') base.limit = 2;

	if (looksUp(situation)) {
		const isFound = operation !== 'upsert' || variant.endsWith('found');
		const row = isFound ? holderOf(store) : undefined;
		Object.assign(base, { matchBy: key, ...keyValues(entity, key, row) });
		if (operation === 'upsert') base.options = { onlyForNew: [] };
		const { fields: keyed = [] } = entity.match?.keys.find(({ name }) => name === key) ?? {};
		if (operation === 'upsert' && mode === 'form' && !row) {
			const record = Object.entries(recordOf(store, situation)).filter(([name]) => !keyed.includes(name));
			// Of these, n8n takes each where the form has it.
			Object.assign(base, Object.fromEntries(record), { fieldsToSet: Object.fromEntries(record) });
		}
		return {
			parameters: filled(store, situation, base),
			...(row ? { target: { path, id: row.id } } : {}),
			writes: operation !== 'upsert' ? [] : [`${path}/${row ? 'update' : 'create'}`],
		};
	}
	const isAbout = shownWith({ resource, operation }).some(({ name }) => name === 'id');
	const row = isAbout ? targetOf(store, entity, operation) : undefined;
	const extras = extrasOf(store, entity, operation, row);
	const parameters = filled(store, situation, { ...base, ...(row ? { id: row.id } : {}), ...extras });
	if (operation === 'update' && mode === 'form') parameters.updateFields = someField(store, entity);
	const saves = action
		? !['get', 'getMany', 'freeSlots', 'participants'].includes(action.kind)
		: ['create', 'update', 'delete'].includes(operation);
	const call = `${action?.path ?? path}/${action?.action ?? operation}`;
	const besides = { removeFromGroup: ['cgi/delete'], book: ['customer/update'] }[operation] ?? [];
	const writes = saves ? [call, ...besides] : [];
	const sample = operation === 'create' ? recordOf(store, situation) : {};
	if (mode === 'json')
		parameters.json = JSON.stringify(operation === 'create' ? sample : someField(store, entity));
	if (mode === 'map') {
		parameters.columns = {
			mappingMode: 'defineBelow',
			value: operation === 'create' ? sample : someField(store, entity),
		} as INodeParameters;
	}
	return { parameters, ...(row ? { target: { path, id: row.id } } : {}), writes, sample };
}

const isListed = (action?: Action): boolean =>
	['getMany', 'freeSlots', 'participants'].includes(action?.kind ?? '');

/** A field that any update may change. */
function someField(store: Store, { fields }: Entity): INodeParameters {
	const isPlain = ({ type }: Field) => type === 'text' || type === 'longText';
	const field = fields.find(isPlain) ?? fields.find(({ type }) => type === 'flag') ?? fields[0];
	return { [field.name]: sampleOf(store, field as Described) };
}

/** A whole new record. */
function recordOf(store: Store, situation: Situation): IDataObject {
	const { entity } = situation;
	if (entity === undefined) return {};
	const { additionalFields = {}, ...extras } = extrasOf(store, entity, 'create');
	const required = entity.fields
		.filter(({ required: must, requiredUnless }) => must ?? requiredUnless !== undefined)
		.map(({ name }) => {
			const given = fieldOf(situation, name) as Described;
			return [name, sampleOf(store, given)];
		});
	const own = Object.entries({ ...extras, ...(additionalFields as IDataObject) });
	const names = new Set(entity.fields.map(({ name }) => name));
	return Object.fromEntries([...required, ...own.filter(([name]) => names.has(name))]) as IDataObject;
}

/** What has no custom fields is filled in by a form alone. */
const modesOf = ({ hasCustomFields }: Entity): string[] => [
	'form',
	...(hasCustomFields ? ['json', 'map'] : []),
];

const MODES: Record<string, (entity: Entity) => string[]> = {
	create: modesOf,
	update: modesOf,
	getAll: () => ['all', 'limit'],
	find: ({ match }) => (match?.keys ?? []).map(({ name }) => `by ${name}`),
	getOverview: ({ match }) => [...(match?.keys ?? []), byWholeName].map(({ name }) => `by ${name}`),
	upsert: ({ match, hasCustomFields }) => [
		...(match?.keys ?? []).flatMap(({ name }) => [`form ${name} found`, `form ${name} new`]),
		`json ${match?.keys[0].name} found`,
		...(hasCustomFields ? [`map ${match?.keys[0].name} found`] : []),
	],
};

/** What is listed by resources that list several entities, unless another one is chosen. */
const FIRST_LISTS: Record<string, string> = { message: 'smsMessage', referenceList: 'lessonType' };

/** Every operation of the form, in all the ways to fill it. */
export const situations: readonly Situation[] = resourcesAndOperations.flatMap(([resource, operation]) => {
	const entity = findEntityOfResource(FIRST_LISTS[resource] ?? resource);
	const action = entity?.actions?.find(({ name }) => name === operation);
	const variants = entity
		? (MODES[operation]?.(entity) ?? (isListed(action) ? ['all', 'limit'] : ['']))
		: [''];
	return variants.map((variant) => {
		const situation: Situation = {
			title: `${resource}.${operation}${variant ? ` (${variant})` : ''}`,
			resource,
			operation,
			entity,
			action,
			variant,
			build: (store) => build(store, situation),
		};
		return situation;
	});
});

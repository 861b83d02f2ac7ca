import type { INodeProperties } from 'n8n-workflow';

import type { Entity, OperationName } from '../entities/types';
import { entityOf } from '../entities/registry';
import { columnsMethod } from '../entities/methodNames';
import { isList, toProperty } from '../fields/field';
import type { Field } from '../fields/types';
import { idProperty, mustBeFilled } from './fields';
import {
	collection,
	customFields,
	inputMode,
	jsonInput,
	limit,
	listMode,
	mapper,
	returnAll,
	simplify,
	skipIfThere,
	unknownFields,
	updateOptions,
} from './shared';

import { findOptions, matchForm, upsertFields, upsertOptions } from './upsert';

type Shown = NonNullable<INodeProperties['displayOptions']>['show'];

/** The parameters of the usual operations, in the places of the form: the same ones for each entity. */
export function crudForm(entity: Entity): INodeProperties[][] {
	const on = (
		property: INodeProperties,
		operations: readonly OperationName[],
		more: Shown = {},
	): INodeProperties[] => {
		const offered = operations.filter((operation) => entity.operations.includes(operation));
		const show = { resource: [entity.resource], operation: offered, ...more };
		return offered.length === 0 ? [] : [{ ...property, displayOptions: { show } }];
	};
	const form = { inputMode: ['form'] };
	const ahead = entity.fields.filter((field) => field.required || field.upfront);
	const optional = entity.fields.filter((field) => !ahead.includes(field));
	const custom = entity.custom ? [customFields] : [];

	return [
		on(idProperty(entity), ['delete', 'get', 'update']),
		(entity.keys ?? []).flatMap((key) => on({ ...toProperty(key), ...mustBeFilled(key) }, key.in)),
		matchForm(entity),
		on(inputMode(entity), ['create', 'update', 'upsert']),
		ahead.flatMap((field) =>
			on({ ...toProperty(field), ...(field.required ? mustBeFilled(field) : {}) }, ['create'], form),
		),
		on(
			collection('Additional Fields', 'additionalFields', [...optional.map(toProperty), ...custom]),
			['create'],
			form,
		),
		entity.fields.some(isList) ? on(listMode(entity), ['update']) : [],
		on(
			collection('Update Fields', 'updateFields', [...entity.fields.map(toProperty), ...custom]),
			['update'],
			form,
		),
		entity.custom
			? on(mapper(columnsMethod(entity)), ['create', 'update', 'upsert'], { inputMode: ['map'] })
			: [],
		on(jsonInput(entity), ['create', 'update', 'upsert'], { inputMode: ['json'] }),
		on(unknownFields, ['create', 'update', 'upsert'], {
			inputMode: entity.custom ? ['json', 'map'] : ['json'],
		}),
		(entity.views ?? []).flatMap((view) => on(toProperty(view), ['getAll'])),
		entity.sweep ? on(toProperty({ ...entity.sweep, type: 'choices' }), ['getAll']) : [],
		on(returnAll, ['getAll']),
		on(limit, ['getAll'], { returnAll: [false] }),
		entity.simple ? on(simplify, ['find', 'get', 'getAll', 'upsert']) : [],
		entity.filters.length > 0
			? on(collection('Filters', 'filters', entity.filters.map(toProperty), 'Add Filter'), ['getAll'])
			: [],
		on(upsertFields(entity, [...entity.fields.map(toProperty), ...custom]), ['upsert'], form),
		on(findOptions(entity), ['find']),
		on(updateOptions, ['update']),
		on(upsertOptions(entity), ['upsert']),
	];
}

/** The parameters of what can be done besides, in the same way. */
export function actionForm(entity: Entity): INodeProperties[][] {
	const actions = (entity.actions ?? []).map((action) => {
		const on = (property: INodeProperties, more: Shown = {}): INodeProperties => ({
			...property,
			displayOptions: { show: { resource: [entity.resource], operation: [action.name], ...more } },
		});
		const fields = [...(action.query ?? []), ...(action.body ?? [])];
		const upfront = fields.filter((field) => field.required || field.upfront);
		const optional = fields.filter((field) => !upfront.includes(field));
		const asked = (field: Field) =>
			on({ ...toProperty(field), ...(field.required ? mustBeFilled(field) : {}) });
		const { recipe } = action;
		const shown =
			recipe?.kind === 'add'
				? entityOf(recipe.entity)
				: recipe?.kind === 'change' || recipe?.kind === 'attend'
					? entity
					: undefined;
		return [
			action.idAs ? [on(idProperty(entity))] : [],
			upfront.filter((field) => !isTable(field)).map(asked),
			recipe?.kind === 'change' && upfront.some(isList)
				? [on(listMode({ ...entity, fields: upfront }, 'add'))]
				: [],
			recipe?.kind === 'add' ? [on(skipIfThere)] : [],
			shown?.simple ? [on(simplify)] : [],
			action.returns === 'pages' ? [on(returnAll), on(limit, { returnAll: [false] })] : [],
			upfront.filter(isTable).map(asked),
			optional.length > 0
				? [on(collection('Additional Fields', 'additionalFields', optional.map(toProperty)))]
				: [],
		];
	});
	return byPlace(actions);
}

/** Tables of rows stand with the collections, below single parameters. */
const isTable = (field: Field): boolean => toProperty(field).type === 'fixedCollection';

/** Lists of places become places, each with what all the lists have there. */
export function byPlace<T>(lists: readonly T[][][]): T[][] {
	const places = Math.max(0, ...lists.map((list) => list.length));
	return Array.from({ length: places }, (_, place) => lists.flatMap((list) => list[place] ?? []));
}

import type { INodeProperties } from 'n8n-workflow';

import { isList } from '../entities/fields';
import type { Entity, Field, OperationName } from '../entities/types';
import { columnsMethod } from '../methods/names';
import { byDisplayName, picker, toProperty } from './fields';
import {
	customFields,
	inputMode,
	jsonInput,
	limit,
	listMode,
	mapper,
	returnAll,
	simplify,
	unknownFields,
} from './shared';

type Shown = NonNullable<INodeProperties['displayOptions']>['show'];

/** The parameters of create, delete, get, get many and update. */
export function crudForm(entity: Entity): INodeProperties[] {
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
	const required = entity.fields.filter((field) => field.required);
	const optional = entity.fields.filter((field) => !field.required);
	const custom = entity.custom ? [customFields] : [];

	return [
		...on(idProperty(entity), ['delete', 'get', 'update']),
		...(entity.keys ?? []).flatMap((key) => on({ ...toProperty(key), ...mustBeFilled(key) }, key.in)),
		...on(inputMode(entity), ['create', 'update']),
		...required.flatMap((field) => on({ ...toProperty(field), ...mustBeFilled(field) }, ['create'], form)),
		...on(
			collection('Additional Fields', 'additionalFields', [...optional.map(toProperty), ...custom]),
			['create'],
			form,
		),
		...(entity.fields.some(isList) ? on(listMode(entity), ['update']) : []),
		...on(
			collection('Update Fields', 'updateFields', [...entity.fields.map(toProperty), ...custom]),
			['update'],
			form,
		),
		...(entity.custom ? on(mapper(columnsMethod(entity)), ['create', 'update'], { inputMode: ['map'] }) : []),
		...on(jsonInput(entity), ['create', 'update'], { inputMode: ['json'] }),
		...on(unknownFields, ['create', 'update'], { inputMode: entity.custom ? ['json', 'map'] : ['json'] }),
		...(entity.views ?? []).flatMap((view) => on(toProperty(view), ['getAll'])),
		...(entity.sweep ? on(toProperty({ ...entity.sweep, type: 'choices' }), ['getAll']) : []),
		...on(returnAll, ['getAll']),
		...on(limit, ['getAll'], { returnAll: [false] }),
		...(entity.simple ? on(simplify, ['get', 'getAll']) : []),
		...(entity.filters.length > 0
			? on(collection('Filters', 'filters', entity.filters.map(toProperty), 'Add Filter'), ['getAll'])
			: []),
	];
}

/** The parameters of what can be done besides. */
export function actionForm(entity: Entity): INodeProperties[] {
	return (entity.actions ?? []).flatMap((action) => {
		const on = (property: INodeProperties, more: Shown = {}): INodeProperties => ({
			...property,
			displayOptions: { show: { resource: [entity.resource], operation: [action.name], ...more } },
		});
		const fields = [...(action.query ?? []), ...(action.body ?? [])];
		const optional = fields.filter((field) => !field.required);
		return [
			...(action.idAs ? [on(idProperty(entity))] : []),
			...fields
				.filter((field) => field.required)
				.map((field) => on({ ...toProperty(field), ...mustBeFilled(field) })),
			...(action.returns === 'pages' ? [on(returnAll), on(limit, { returnAll: [false] })] : []),
			...(optional.length > 0
				? [on(collection('Additional Fields', 'additionalFields', optional.map(toProperty)))]
				: []),
		];
	});
}

function idProperty(entity: Entity): INodeProperties {
	const name = `${entity.label} ID`;
	const description = `The number that AlfaCRM shows for the ${entity.label.toLowerCase()}`;
	if (entity.search) return { ...picker(entity.label, entity), name: 'id', required: true, description };
	return {
		displayName: name,
		name: 'id',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. 501',
		description,
	};
}

/** Choices and switches always hold a value. */
function mustBeFilled({ type }: Field): Partial<INodeProperties> {
	return type === 'choice' || type === 'flag' ? {} : { required: true };
}

function collection(
	displayName: string,
	name: string,
	fields: INodeProperties[],
	placeholder = 'Add Field',
): INodeProperties {
	return { displayName, name, type: 'collection', placeholder, default: {}, options: byDisplayName(fields) };
}

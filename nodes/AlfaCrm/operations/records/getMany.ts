import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { filterForms, isBlank, isList, toProperty } from '../../fields/field';
import { collection } from '../../form/assemble';
import type { Item } from '../execution/item';
import type { Operation } from '../operation';
import { nameSourceOf } from '../output/nameLists';
import { readingForm, readingOutput, readingSchema } from '../output/readings';
import { keysForm, targetOf } from './target';
import { collectSome } from './rows';
import { limitForm, limitOf } from './limit';
import { hiddenSubtypes } from './subtypes';
import {
	defaultFiltersBody,
	defaultFiltersForm,
	passesDefaultFilter,
	readDefaultFilters,
} from './defaultFilters';
import { rowFilterOf } from './rowFilter';

/** The values that the index shows one at a time; all of them unless some are chosen. */
const partition = ({ partitionBy }: Entity): INodeProperties[] =>
	partitionBy ? [toProperty({ ...partitionBy, type: 'choices' })] : [];

const filtersParameter = ({ filters }: Entity): INodeProperties =>
	collection('Filters', 'filters', filters.map(toProperty), 'Add Filter');

/** Lists records, a page after the other. */
export const getMany: Operation = {
	text: ({ many }) => ({ name: 'Get Many', action: `Get many ${many}`, description: `Get many ${many}` }),
	form: (entity) => ({
		limit: limitForm,
		keys: keysForm(entity, 'getAll'),
		defaultFilters: defaultFiltersForm(entity),
		partition: partition(entity),
		simplify: readingForm(entity),
		filters: entity.filters.length > 0 ? [filtersParameter(entity)] : [],
	}),
	async execute(item, entity) {
		const target = targetOf(item, entity, 'getAll');
		const most = limitOf(item);
		const show = readingOutput(item, entity);
		const wanted = readFilters(item, entity);
		const defaults = readDefaultFilters(item, entity);
		const body: IDataObject = { ...target.query, ...defaultFiltersBody(defaults) };
		const chosen = eachWith(readPartitions(item, entity), formsOf(entity, wanted));
		const isOfSubtype = entity.subtypes !== undefined && entity.subtypes.name in wanted;
		const others = isOfSubtype ? [] : await hiddenSubtypes(item, entity, target.branch);
		const passes = eachWith([{}, ...others], chosen);
		const isWanted = await rowFilterOf(item, entity, target, wanted);
		const keep = (row: IDataObject) =>
			defaults.every((one) => passesDefaultFilter(one, row, item.zone)) && isWanted(row);
		const plural = entity.plural.toLowerCase();
		const list = { ...target, body, task: `list the ${plural}` };
		const isCertain = !entity.filters.some(
			({ name, verifyBy = 'trusted' }) => name in wanted && (verifyBy !== 'trusted' || wanted[name] === null),
		);
		const rows = await collectSome(item, plural, list, { limit: most, keep, passes, isCertain });
		const { branch } = target;
		return await show(
			rows.map((row) => ({ row, branch })),
			nameSourceOf(item),
		);
	},
	output: readingSchema,
};

/** The ways to ask for the filters: some values are found in another form than the one in which they are given. */
function formsOf({ filters }: Entity, wanted: IDataObject): IDataObject[] {
	return filters
		.filter(({ name }) => name in wanted)
		.map((filter) => {
			const value = wanted[filter.name];
			return value === null
				? [filter.none?.ask ?? {}]
				: filterForms(filter, filter.sentAs ?? filter.name, value);
		})
		.reduce<IDataObject[]>(eachWith, [{}]);
}

const eachWith = (bodies: IDataObject[], others: IDataObject[]): IDataObject[] =>
	bodies.flatMap((body) => others.map((other) => ({ ...body, ...other })));

/** One pass for each value that the index shows one at a time. */
function readPartitions(item: Item, { partitionBy }: Entity): IDataObject[] {
	if (partitionBy === undefined) return [{}];
	const { name, label, choices } = partitionBy;
	const options = choices.map(({ value, label: shown }) => ({ name: shown, value }));
	const values = item.choices({ name, displayName: label, default: [], options });
	return (values.length > 0 ? values : choices.map(({ value }) => value)).map((value) => ({ [name]: value }));
}

/**
 * The filters as they are sent. One that is there but empty is refused: leaving it out would return every record, and
 * the next node might change them all.
 */
function readFilters(item: Item, entity: Entity): IDataObject {
	const { filters, plural } = entity;
	const input = item.object({ ...filtersParameter(entity), default: {} });
	const body: IDataObject = {};
	for (const [name, value] of Object.entries(input)) {
		const filter = filters.find((one) => one.name === name);
		if (filter === undefined) {
			throw item.refused(
				`'Filters' has no "${name}"`,
				'Remove it, or correct its name. Nothing was sent to AlfaCRM.',
			);
		}
		// What is there and says too little is refused when it is read, in words that tell what is missing.
		if (isEmpty(value) || (isList(filter) && isBlank(filter, value))) {
			throw item.refused(
				`The filter '${filter.label}' is empty`,
				`Without it all ${plural.toLowerCase()} would be returned. Fill it, or remove it from 'Filters'.`,
			);
		}
		body[name] = item.read(filter, value);
	}
	return body;
}

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { formatDay } from '../api/formats';
import type { Entity } from '../entities/types';
import type { Filter } from '../fields/types';
import { bodyForIndex } from './fields/body';
import { collectPages } from './collect';
import { simplified } from './simplify';
import { targetOf } from './target';
import type { Operation } from './types';
import { toWire } from './fields/values';

export const getAll: Operation = async (context, entity, itemIndex) => {
	const target = targetOf(context, entity, itemIndex, 'getAll');
	const body = { ...target.query, ...bodyForIndex(context, entity, itemIndex) };
	const task = `list the ${entity.plural.toLowerCase()}`;
	const keep = checkedAgain(entity, body, context.getTimezone());
	const passes = passesOf(context, entity, itemIndex);
	const rows = await collectPages(context, entity, { ...target, body, task, keep, passes });
	return simplified(context, entity, itemIndex, rows);
};

/** One pass for each value that the index shows one at a time. */
function passesOf(
	context: IExecuteFunctions,
	{ sweep }: Entity,
	itemIndex: number,
): IDataObject[] | undefined {
	if (sweep === undefined) return undefined;
	const chosen = context.getNodeParameter(sweep.name, itemIndex, []);
	const field = { ...sweep, type: 'choices' as const };
	const values = toWire(context, itemIndex, field, chosen) as number[];
	const all = sweep.choices.map(({ value }) => value);
	return (values.length > 0 ? values : all).map((value) => ({ [sweep.name]: value }));
}

/** For filters that the server is known to ignore. */
function checkedAgain({ filters }: Entity, body: IDataObject, zone: string): (row: IDataObject) => boolean {
	const tests = filters.filter(({ name, recheck }) => recheck !== undefined && name in body);
	return (row) => tests.every((filter) => passes(filter, body[filter.name], row, zone));
}

function passes({ recheck }: Filter, wanted: unknown, row: IDataObject, zone: string): boolean {
	if (recheck === undefined) return true;
	const value = row[recheck.field];
	const also = Object.entries(recheck.also ?? {}).every(([field, other]) => row[field] === other);
	switch (recheck.test) {
		case 'is':
			return also && String(value) === String(wanted);
		case 'has':
			return also && [value].flat().map(String).includes(String(wanted));
		default: {
			const [day, bound] = [value, wanted].map((date) => formatDay(date, 'iso', zone));
			if (day === undefined || bound === undefined) return false;
			return also && (recheck.test === 'from' ? day >= bound : day <= bound);
		}
	}
}

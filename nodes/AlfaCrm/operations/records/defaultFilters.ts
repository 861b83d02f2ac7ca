import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { formatDay, today } from '../../values/formats';
import type { DefaultFilter, Entity } from '../../entities/types';
import { toProperty } from '../../fields/field';
import type { Item } from '../execution/item';
import { holdsExactly } from './rowFilter';

/** Filters that the form always shows, because the server's own default hides records. */
export const defaultFiltersForm = ({ defaultFilters = [] }: Entity): INodeProperties[] =>
	defaultFilters.map(toProperty);

/** What was chosen in one. */
interface ChosenDefaultFilter {
	filter: DefaultFilter;
	value: number;
}

export function readDefaultFilters(item: Item, { defaultFilters = [] }: Entity): ChosenDefaultFilter[] {
	return defaultFilters.map((filter) => {
		const input = item.inputOf(filter, filter.default);
		return { filter, value: Number(item.read(filter, input)) };
	});
}

/** As they are sent. */
export function defaultFiltersBody(chosen: readonly ChosenDefaultFilter[]): IDataObject {
	const sent = chosen.filter(({ filter, value }) => value !== filter.serverDefault);
	return Object.fromEntries(
		sent.map(({ filter, value }) => [filter.name, filter.wireValues?.[value] ?? value]),
	);
}

/** Whether a row belongs to what was chosen, by the flag and the last day that it shows, if it does. */
export function passesDefaultFilter(
	{ filter, value }: ChosenDefaultFilter,
	row: IDataObject,
	zone: string,
): boolean {
	const { name, serverDefault, until = [], flags, flagNames = [name] } = filter;
	const wanted = flags[value] as 0 | 1 | undefined;
	if (wanted === undefined) return true;
	const shown = flagNames.filter((flag) => row[flag] !== undefined);
	const isWanted = (flag: string) =>
		holdsExactly({ type: 'flag', name: flag, label: flag }, row[flag], wanted);
	// It is archived if one of the flags says so.
	const agrees = wanted === 1 && shown.length > 0 ? shown.some(isWanted) : shown.every(isWanted);
	if (!agrees) return false;
	const last = until.map((field) => formatDay(row[field], 'iso', zone)).find((day) => day !== undefined);
	return value !== serverDefault || last === undefined || last >= today('iso', zone);
}

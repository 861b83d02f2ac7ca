import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../entities/types';

type Detail = NonNullable<Entity['details']>[number];

/** How a record is called in a list. */
export function titleOf(row: IDataObject, entity: Entity): string {
	const words = (entity.title ?? ['name'])
		.map((field) => row[field])
		.filter((word) => word !== null && word !== undefined);
	return words.join(' ') || `${entity.label} ${String(row.id)}`;
}

/** The same where namesakes have to be told apart. */
export function fullTitleOf(row: IDataObject, entity: Entity, isArchived: boolean): string {
	const details = (entity.details ?? []).map((detail) => detailOf(row, detail));
	const shown = details.filter((detail) => detail !== undefined);
	return [titleOf(row, entity), ...shown, ...(isArchived ? ['archived'] : [])].join(' · ');
}

function detailOf(row: IDataObject, { name, choices }: Detail): string | undefined {
	if (choices) return choices.find(({ value }) => String(value) === String(row[name]))?.label;
	return [row[name]].flat().find((one) => typeof one === 'string' && one.trim() !== '') as string | undefined;
}

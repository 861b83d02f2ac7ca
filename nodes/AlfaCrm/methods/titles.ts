import type { IDataObject } from 'n8n-workflow';

import type { Entity } from '../entities/types';

/** How a record is called in a list. */
export function titleOf(row: IDataObject, entity: Entity): string {
	const words = (entity.title ?? ['name'])
		.map((field) => row[field])
		.filter((word) => word !== null && word !== undefined);
	return words.join(' ') || `${entity.label} ${String(row.id)}`;
}

/** The same where namesakes have to be told apart. */
export function fullTitleOf(row: IDataObject, entity: Entity, isArchived: boolean): string {
	const details = entity.resource === 'customer' ? customerDetails(row) : [];
	return [titleOf(row, entity), ...details, ...(isArchived ? ['archived'] : [])].join(' · ');
}

function customerDetails({ phone, is_study }: IDataObject): string[] {
	const [first] = [phone].flat().filter((one) => typeof one === 'string' && one.trim() !== '');
	const type = { '0': 'Lead', '1': 'Client' }[String(is_study)];
	return [first as string | undefined, type].filter((detail) => detail !== undefined);
}

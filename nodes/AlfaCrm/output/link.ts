import type { IDataObject } from 'n8n-workflow';

import { readId } from '../values/formats';
import { belongsToBranch, shownBranches } from '../entities/branch';
import type { Entity } from '../entities/types';

/** The key of the address of a record's page. */
export const LINK = 'url';

/** The branch of a record: the one in whose list it was found, unless it says that it is not in that. */
export function branchOf(row: IDataObject, found?: number): number | undefined {
	const isFoundInOwn = found !== undefined && belongsToBranch(row, found);
	return isFoundInOwn ? found : (shownBranches(row).at(0) ?? found);
}

/** The address of the page that shows a record in AlfaCRM, null where that is not known. API notes 6. */
export function linkOf(entity: Entity, row: IDataObject, origin: string, found?: number): string | null {
	const id = readId(row.id);
	const branch = branchOf(row, found);
	if (id === undefined || branch === undefined || origin === '') return null;
	const { pages = [] } = entity;
	const { name } = pages.find(({ isOf }) => isOf?.(row)) ?? pages[0];
	return `${origin}/company/${branch}/${name}/view?id=${id}`;
}

/** Whether a value is such an address, or says that there is none; it comes back with a row and is not written. */
export function isLink({ pages = [] }: Entity, value: unknown): boolean {
	if (pages.length > 0 && value === null) return true;
	return typeof value === 'string' && pages.some(({ name }) => value.includes(`/${name}/view?id=`));
}

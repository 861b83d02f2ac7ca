import type { IDataObject } from 'n8n-workflow';

import { belongsToBranch, shownBranches } from '../entities/branch';
import type { Entity } from '../entities/types';
import { readId } from '../values/formats';

/** Builds the addresses of the pages that show records in AlfaCRM. API notes 6. */

/** The field of an output item that holds the address. */
export const LINK = 'url';

/**
 * Returns the address of the page that shows a record of an entity with pages. Returns null if the
 * ID, the branch or the address of the AlfaCRM is not known.
 *
 * @param origin the address of the AlfaCRM, such as `https://demo.s20.online`
 * @param listedIn the branch in whose list the record was found
 */
export function linkOf(
	{ pages = [] }: Entity,
	row: IDataObject,
	origin: string,
	listedIn?: number,
): string | null {
	const id = readId(row.id);
	const branch = branchOf(row, listedIn);
	if (id === undefined || branch === undefined || origin === '') return null;

	const page = pages.find(({ isOf }) => isOf?.(row)) ?? pages[0];
	return `${origin}/company/${branch}/${page.name}/view?id=${id}`;
}

/**
 * Finds a branch to which a record belongs. The branch in whose list it was found is taken, unless
 * the record names only other branches: a branch may list records of others. API notes 3.
 */
export function branchOf(row: IDataObject, listedIn?: number): number | undefined {
	if (listedIn !== undefined && belongsToBranch(row, listedIn)) return listedIn;
	return shownBranches(row).at(0) ?? listedIn;
}

/**
 * Whether a value is an address that `linkOf` has made, or the null that it returns for none. A row
 * may come back into the node with it, and it must not be written.
 */
export function isLink({ pages = [] }: Entity, value: unknown): boolean {
	if (value === null) return pages.length > 0;
	return typeof value === 'string' && pages.some(({ name }) => value.includes(`/${name}/view?id=`));
}

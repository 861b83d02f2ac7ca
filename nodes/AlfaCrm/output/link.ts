/**
 * Builds the addresses of the pages that show records in AlfaCRM, such as
 * `https://demo.s20.online/company/1/customer/view?id=501`. Such pages are known for customers and
 * groups only. API notes 6.
 */

import type { IDataObject } from 'n8n-workflow';

import { belongsToBranch, shownBranches } from '../entities/branch';
import type { Entity } from '../entities/types';
import { readId } from '../values/formats';

/** The field of an output item that holds the address. */
export const LINK = 'url';

/**
 * Returns the address of the page that shows a record of an entity with pages. Returns null if the
 * ID, the branch or the address of the AlfaCRM is not known.
 *
 * @param origin the address of the AlfaCRM, such as `https://demo.s20.online`
 * @param listedIn the ID of the branch in whose list the record was found
 */
export function buildLink(
	{ pages = [] }: Entity,
	row: IDataObject,
	origin: string,
	listedIn?: number,
): string | null {
	const id = readId(row.id);
	const branch = findBranchOfRecord(row, listedIn);
	if (id === undefined || branch === undefined || origin === '') return null;

	// A page with `isOf` shows only some records of the entity: that of leads shows no clients.
	const page = pages.find(({ isOf }) => isOf?.(row)) ?? pages[0];
	return `${origin}/company/${branch}/${page.name}/view?id=${id}`;
}

/**
 * Finds the ID of a branch to which a record belongs. This is the branch in whose list the record
 * was found, unless the record names only other branches: a branch may also list records of other
 * branches. API notes 3.
 */
export function findBranchOfRecord(row: IDataObject, listedIn?: number): number | undefined {
	if (listedIn !== undefined && belongsToBranch(row, listedIn)) return listedIn;
	return shownBranches(row).at(0) ?? listedIn;
}

/**
 * Whether a value of an input item is an address that `buildLink` has made, or the null that `buildLink`
 * returns for no address. If an earlier step has returned the item, its address must not be written
 * to AlfaCRM.
 */
export function isBuiltLink({ pages = [] }: Entity, value: unknown): boolean {
	if (value === null) return pages.length > 0;
	return typeof value === 'string' && pages.some(({ name }) => value.includes(`/${name}/view?id=`));
}

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
 * Builds the address of the page that shows a record. Returns null if no page shows records of the
 * entity, or if the ID, the branch or the address of the account is not known.
 *
 * @param origin the address of the account, such as `https://demo.s20.online`
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

	// Some pages show only the records for which `showsRecord` is true: the page of leads shows no clients.
	// The first page of the entity shows all other records.
	const page = pages.find(({ showsRecord }) => showsRecord?.(row)) ?? pages.at(0);
	if (page === undefined) return null;
	return `${origin}/company/${branch}/${page.name}/view?id=${id}`;
}

/**
 * Finds the ID of a branch to which a record belongs. This is the branch in whose list the record
 * was found, unless the record names only other branches: a branch may also list records of other
 * branches. API notes 3.
 */
export function findBranchOfRecord(row: IDataObject, listedIn?: number): number | undefined {
	if (listedIn !== undefined && belongsToBranch(row, listedIn)) return listedIn;
	return shownBranches(row).at(0);
}

/**
 * Whether a value is what `buildLink` returns: an address, or null for a record without one. An
 * input item may have such a value from an earlier step, and it must not be written to AlfaCRM.
 *
 * @param value the value of the key `LINK` of an input item
 */
export function isBuiltLink({ pages = [] }: Entity, value: unknown): boolean {
	if (value === null) return pages.length > 0;
	return typeof value === 'string' && pages.some(({ name }) => value.includes(`/${name}/view?id=`));
}

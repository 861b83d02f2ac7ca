/** Reads the choices in the form on which the content of a dropdown depends, such as the branch. */

import type { IDataObject, ILoadOptionsFunctions } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { collect } from '../api/list';
import { makeNoBranchesError } from '../api/messages';
import { unwrapParameter, readFormBranch } from '../api/request';
import { branch as branchEntity, isClosedBranch } from '../entities/branch';
import type { Field } from '../entities/fieldTypes';
import { makeListCall } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { serialize } from '../fields/field';
import { normalizeText } from '../fields/normalizeText';
import { titleOf } from '../fields/titles';
import { readId } from '../values/formats';

/**
 * Chooses the branch in which a dropdown lists its records. It is one of these:
 *
 * - the branch whose ID is in the form; if a trigger watches several branches, the first of them
 * - the branch whose name is in the form
 * - the first branch of the account that is not closed, if no branch is chosen or an expression
 *   will choose the branch when the node runs
 *
 * @returns the ID of the branch; undefined for an entity that AlfaCRM addresses without a branch
 */
export async function chooseBranch(
	context: ILoadOptionsFunctions,
	client: ApiClient,
	entity: Entity,
): Promise<number | undefined> {
	if (entity.scope === 'global') return undefined;

	const branchInForm = readFormBranch(context);
	if (branchInForm !== undefined) return branchInForm;

	const { rows } = await collect(client, makeListCall(branchEntity));
	const branches = rows.sort(compareByWeight);
	const openBranch = branches.find((branch) => !isClosedBranch(branch));
	const defaultBranch = openBranch ?? branches.at(0);

	const chosenBranch = findBranchByName(context, branches) ?? defaultBranch;
	if (chosenBranch === undefined) throw makeNoBranchesError(client.node);
	return readId(chosenBranch.id);
}

/**
 * Finds the branch whose name is in the form. A user can type a name in place of an ID, and then
 * the form holds the name.
 */
function findBranchByName(
	context: ILoadOptionsFunctions,
	branches: readonly IDataObject[],
): IDataObject | undefined {
	for (const parameter of ['branchId', 'branchIds']) {
		const nameInForm = unwrapParameter(context.getCurrentNodeParameter(parameter));
		if (typeof nameInForm !== 'string') continue;

		const normalName = normalizeText(nameInForm);
		const branch = branches.find(
			(candidate) => normalizeText(titleOf(candidate, branchEntity)) === normalName,
		);
		if (branch !== undefined) return branch;
	}
	return undefined;
}

/**
 * Compares two rows by `weight`, the place of a row in AlfaCRM's own order of the list, and by
 * name if the weights are equal.
 */
export function compareByWeight(a: IDataObject, b: IDataObject): number {
	const weightDifference = Number(a.weight ?? 0) - Number(b.weight ?? 0);
	return weightDifference || String(a.name).localeCompare(String(b.name));
}

/**
 * Reads the ID of the record that is chosen in a parameter of the form. Returns undefined if none
 * is chosen, or if an expression will choose it when the node runs.
 */
export function readChosenId(
	context: ILoadOptionsFunctions,
	field: Field,
	zone: string,
): number | undefined {
	try {
		const value = context.getCurrentNodeParameter(field.name);
		return readId(serialize(field, value, zone));
	} catch {
		return undefined;
	}
}

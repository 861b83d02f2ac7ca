/** Reads what the user has chosen in the form so far, which decides what a dropdown lists. */

import type { IDataObject, ILoadOptionsFunctions } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { collect } from '../api/list';
import { noBranchesError } from '../api/messages';
import { unwrapParameter, readFormBranch } from '../api/request';
import { branch as branchEntity, isClosedBranch } from '../entities/branch';
import type { Field } from '../entities/fieldTypes';
import { listCall } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { serialize } from '../fields/field';
import { normalizeText } from '../fields/normalizeText';
import { titleOf } from '../fields/titles';
import { readId } from '../values/formats';

/**
 * Chooses the branch in which a dropdown lists its records. This is the branch whose ID is in the
 * form; if a trigger watches several branches, the first of them. If the form holds a name instead,
 * it is the branch with that name. If no branch is chosen, or an expression will choose it when the
 * node runs, it is the first branch of the account that is not closed.
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

	const { rows } = await collect(client, listCall(branchEntity));
	const branches = rows.sort(compareByWeight);
	const openBranch = branches.find((row) => !isClosedBranch(row));
	const defaultBranch = openBranch ?? branches.at(0);
	const branch = findBranchByName(context, branches) ?? defaultBranch;
	if (branch === undefined) throw noBranchesError(client.node);
	return readId(branch.id);
}

/**
 * Finds the first branch that the form holds by name. The form keeps the name; the node looks up
 * its ID only when it runs.
 */
function findBranchByName(
	context: ILoadOptionsFunctions,
	branches: readonly IDataObject[],
): IDataObject | undefined {
	const namesInForm = ['branchId', 'branchIds']
		.map((parameter) => unwrapParameter(context.getCurrentNodeParameter(parameter)))
		.filter((name) => typeof name === 'string')
		.map(normalizeText);
	const namedBranches = namesInForm.flatMap((name) =>
		branches.filter((branch) => normalizeText(titleOf(branch, branchEntity)) === name),
	);
	return namedBranches.at(0);
}

/**
 * Compares two rows by `weight`, which gives the order of a list in AlfaCRM, and by name if the
 * weights are equal.
 */
export function compareByWeight(a: IDataObject, b: IDataObject): number {
	const difference = Number(a.weight ?? 0) - Number(b.weight ?? 0);
	return difference || String(a.name).localeCompare(String(b.name));
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
		return readId(serialize(field, context.getCurrentNodeParameter(field.name), zone));
	} catch {
		return undefined;
	}
}

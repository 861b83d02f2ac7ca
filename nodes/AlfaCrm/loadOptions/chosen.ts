import type { IDataObject, ILoadOptionsFunctions } from 'n8n-workflow';

import type { ApiClient } from '../api/client';
import { collect } from '../api/list';
import { noBranchesError } from '../api/messages';
import { branchIn, branchOfForm } from '../api/request';
import { branch as branchEntity, isClosedBranch } from '../entities/branch';
import type { Field } from '../entities/fieldTypes';
import { listCall } from '../entities/listCall';
import type { Entity } from '../entities/types';
import { serialize } from '../fields/field';
import { normalizeText } from '../fields/normalizeText';
import { titleOf } from '../fields/titles';
import { readId } from '../values/formats';

/**
 * The branch that a list asks in; of those that a trigger watches, the first. While none is chosen, or an expression
 * chooses it at run time, the first one of the account that is not closed stands in.
 */
export async function chosenBranch(
	context: ILoadOptionsFunctions,
	client: ApiClient,
	entity: Entity,
): Promise<number | undefined> {
	if (entity.scope === 'global') return undefined;
	const chosen = branchOfForm(context);
	if (chosen !== undefined) return chosen;
	const rows = (await collect(client, listCall(branchEntity))).rows.sort(byWeight);
	const first =
		['branchId', 'branchIds']
			.map((name) => branchIn(context.getCurrentNodeParameter(name)))
			.flatMap((name) => rows.filter((row) => isNamed(row, name)))
			.at(0) ??
		rows.find((row) => !isClosedBranch(row)) ??
		rows[0];
	if (first === undefined) throw noBranchesError(client.node);
	return readId(first.id);
}

const isNamed = (row: IDataObject, name: unknown): boolean =>
	typeof name === 'string' && normalizeText(titleOf(row, branchEntity)) === normalizeText(name);

/** AlfaCRM's own order of its lists. */
export function byWeight(a: IDataObject, b: IDataObject): number {
	return Number(a.weight ?? 0) - Number(b.weight ?? 0) || String(a.name).localeCompare(String(b.name));
}

/** The record that is chosen in a parameter of the form; undefined for none, and for an expression. */
export function chosenId(context: ILoadOptionsFunctions, field: Field, zone: string): number | undefined {
	try {
		return readId(serialize(field, context.getCurrentNodeParameter(field.name), zone));
	} catch {
		return undefined;
	}
}

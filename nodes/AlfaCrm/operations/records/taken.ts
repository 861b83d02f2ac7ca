import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../api/formats';
import { ownUser } from '../../api/ownUsers';
import { LARGEST_PAGE } from '../../api/page';
import type { Field, TakenFrom } from '../../entities/fieldTypes';
import { listCall } from '../../entities/listCall';
import { entityOf } from '../../entities/registry';
import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { listOf } from '../../fields/field';
import { normalizeText } from '../../fields/normalizeText';
import { longestOf, readText, shortened } from '../../fields/text';
import type { Item } from '../run/item';
import type { LocatedRecord } from '../run/writeCache';
import { currentRecord } from './findById';
import type { Target } from './target';

type Read = (item: Item, entity: Entity, id: number, target: Target) => Promise<LocatedRecord | undefined>;

/** In the branch of the call. */
const inBranch: Read = async (...asked) => (await currentRecord(...asked)).match;

/**
 * What a new record that lacks it takes from another one, as the name of a payer from the customer; and its author, who is
 * the user of the credential.
 */
export async function takenFromOthers(
	item: Item,
	fields: readonly Field[],
	body: IDataObject,
	branch: number | undefined,
	read = inBranch,
): Promise<IDataObject> {
	const taken: IDataObject = {};
	for (const field of fields) {
		const { name, takenFrom } = field;
		if (takenFrom === undefined || body[name] !== undefined) continue;
		const value =
			takenFrom === 'credential'
				? await userOf(item, branch)
				: await textOf(item, takenFrom, readId(body[takenFrom.owner]), branch, read);
		// Nobody chose how long that is.
		const fitting = typeof value === 'string' ? shortened(value, longestOf(field)) : value;
		if (!isEmpty(fitting)) taken[name] = fitting;
	}
	return taken;
}

async function textOf(
	item: Item,
	{ entity, fields }: TakenFrom,
	id: number | undefined,
	branch: number | undefined,
	read: Read,
): Promise<string | undefined> {
	if (id === undefined) return undefined;
	const row = await rowOf(item, entityOf(entity), id, branch, read);
	return fields.map((one) => readText(row[one])).find((value) => !isEmpty(value));
}

/** Who may write the one need not be allowed to see the other; AlfaCRM says whether it does without. */
async function rowOf(
	item: Item,
	entity: Entity,
	id: number,
	branch: number | undefined,
	read: Read,
): Promise<IDataObject> {
	const list = listCall(entity, branch);
	try {
		return (await read(item, entity, id, { path: entity.path, branch, query: {}, labels: {} }))?.row ?? {};
	} catch (caught) {
		if (item.run.client.isForbidden(list)) return {};
		throw item.asError(caught);
	}
}

/** The number of the user of the credential, unless the list of users does not show it or may not be read. */
async function userOf(item: Item, branch: number | undefined): Promise<number | undefined> {
	const { client } = item.run;
	const account = await client.account();
	const list = listCall(entityOf('user'), branch);
	return await item.run.cached(
		list.path,
		'own',
		async () => await ownUser(account, async () => await findUser(item, list)),
	);
}

async function findUser(item: Item, list: ReturnType<typeof listCall>): Promise<number | undefined> {
	const { client } = item.run;
	const email = await client.email();
	const keep = (row: IDataObject) =>
		listOf(row.email).some((one) => normalizeText(String(one)) === normalizeText(email));
	try {
		// AlfaCRM may find no other capitals than those that it is asked for.
		for (const body of [{ email }, {}]) {
			const { rows } = await item.collect({ ...list, body, pageSize: LARGEST_PAGE }, { keep, limit: 1 });
			if (rows.length > 0) return readId(rows[0].id);
		}
		return undefined;
	} catch (caught) {
		if (client.isForbidden(list)) return undefined;
		throw item.asError(caught);
	}
}

import type { IDataObject } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import { readId } from '../../values/formats';
import { LARGEST_PAGE } from '../../api/pages';
import type { Field } from '../../entities/fieldTypes';
import { listCall } from '../../entities/listCall';
import { user } from '../../entities/user';
import { listOf } from '../../fields/field';
import { normalizeText } from '../../fields/normalizeText';
import type { Item } from '../execution/item';
import type { Branch } from './branches';

/** A new record with its author: the user of the credential, if none is given. API notes 5.19. */
export async function authored(
	item: Item,
	fields: readonly Field[],
	body: IDataObject,
	branch: Branch,
): Promise<IDataObject> {
	const author = fields.find(({ isAuthor }) => isAuthor);
	if (author === undefined || body[author.name] !== undefined) return body;
	const id = await ownUserIn(item, branch);
	return id === undefined ? body : { [author.name]: id, ...body };
}

/** The number of the user of the credential, unless the list of users does not show it or may not be read. */
async function ownUserIn(item: Item, branch: Branch): Promise<number | undefined> {
	const { client } = item.execution;
	return await item.execution.cached(
		user.path,
		'own',
		async () => await client.ownUser(async () => await findUser(item, branch)),
	);
}

async function findUser(item: Item, branch: Branch): Promise<number | undefined> {
	const list = { ...listCall(user, branch), pageSize: LARGEST_PAGE };
	const email = await item.execution.client.email();
	const keep = (row: IDataObject) =>
		listOf(row.email).some((one) => normalizeText(String(one)) === normalizeText(email));
	try {
		const { rows } = await item.collect(list, { keep, limit: 1 });
		return readId(rows[0]?.id);
	} catch (caught) {
		if (hasStatus(caught, 403, 404)) return undefined;
		throw item.asError(caught);
	}
}

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { formatDay } from '../../api/formats';
import { pages } from '../legacyClient';
import { entityOf } from '../../entities/registry';
import type { Action, Addition, Entity, Field } from '../../entities/types';
import { valuesOf } from '../fields/actionValues';
import { writtenHere } from '../match/memory';
import { report } from '../report';
import { same } from '../fields/same';
import { save } from '../save';
import { reach } from '../match/search';
import type { Target } from '../target';
import { idOf, targetOf } from '../target';
import { credentialOf, inTurn } from '../match/turns';
import { isEmpty } from '../fields/values';

const DAY_MS = 86_400_000;

/** Adds something to a record, such as a payment, unless the same was added before. */
export async function addOnce(
	context: IExecuteFunctions,
	entity: Entity,
	action: Action,
	recipe: Addition,
	itemIndex: number,
): Promise<IDataObject[]> {
	const { branch } = targetOf(context, entity, itemIndex);
	const id = idOf(context, entity, itemIndex);
	const other = entityOf(recipe.entity);
	const link = { [action.idAs ?? 'id']: recipe.link === 'list' ? [id] : id };
	const query = recipe.link === 'query' ? { ...recipe.query, ...link } : {};
	const body: IDataObject = {
		...link,
		...query,
		...valuesOf(context, itemIndex, branch, action.body),
		...action.fixed,
	};
	const labels = Object.fromEntries(
		[...other.fields, ...(action.body ?? [])].map((one) => [one.name, one.label]),
	);
	const target = { path: other.path, branch, query, labels, itemIndex };
	const written = writtenHere(context, `${other.path} of ${entity.path} ${id}`);

	return await inTurn([JSON.stringify([credentialOf(context), entity.path, other.path, id])], async () => {
		const looks = context.getNodeParameter('skipIfThere', itemIndex, true) === true;
		const twin = looks
			? await findTwin(
					context,
					other,
					recipe,
					target,
					body,
					[...written.values()].map(({ row }) => row),
				)
			: undefined;
		if (twin) return [report(context, other, itemIndex, twin, 'unchanged', [])];

		const filled = { ...(await fillIns(context, entity, recipe, id, body, itemIndex)), ...body };
		const task = `create the ${other.label.toLowerCase()}`;
		const row = { ...filled, ...(await save(context, { ...target, action: 'create', body: filled, task })) };
		written.set(Number(row.id), { row, branch });
		return [report(context, other, itemIndex, row, 'created', Object.keys(filled))];
	});
}

/** A record that holds the same as what is to be added. */
async function findTwin(
	context: IExecuteFunctions,
	other: Entity,
	recipe: Addition,
	target: Target,
	body: IDataObject,
	written: IDataObject[],
): Promise<IDataObject | undefined> {
	const zone = context.getTimezone();
	const isTwin = (row: IDataObject) => isSame(other, recipe, row, body, zone);
	const own = written.find(isTwin);
	if (own) return own;
	const narrow = Object.entries(recipe.narrow ?? {}).filter(([, field]) => !isEmpty(body[field]));
	const without = Object.entries(recipe.without ?? {}).filter(([field]) => isEmpty(body[field]));
	const filters = Object.assign(
		Object.fromEntries(narrow.map(([filter, field]) => [filter, body[field]])),
		...without.map(([, filter]) => filter),
	) as IDataObject;
	const task = `look for the same ${other.label.toLowerCase()}`;
	for await (const { rows } of pages(context, { ...target, body: { ...target.query, ...filters }, task })) {
		const twin = rows.find(isTwin);
		if (twin) return twin;
	}
	return undefined;
}

function isSame(
	{ fields, keys = [] }: Entity,
	{ same: compared, unless = {}, recent }: Addition,
	row: IDataObject,
	body: IDataObject,
	zone: string,
): boolean {
	if (Object.entries(unless).some(([name, value]) => String(row[name]) === String(value))) return false;
	if (recent && !isRecent(row[recent], zone)) return false;
	const all: readonly Field[] = [...fields, ...keys];
	return compared
		.filter((name) => !isEmpty(body[name]))
		.every((name) => {
			const field = all.find((one) => one.name === name) ?? { type: 'text' as const };
			return same(field, row[name], body[name], zone);
		});
}

/** What shows no day counts, for it may be new. */
function isRecent(value: unknown, zone: string): boolean {
	const day = formatDay(value, 'iso', zone);
	const yesterday = formatDay(new Date(Date.now() - DAY_MS), 'iso', zone) ?? '';
	return day === undefined || day >= yesterday;
}

async function fillIns(
	context: IExecuteFunctions,
	entity: Entity,
	{ fill = {} }: Addition,
	id: number,
	body: IDataObject,
	itemIndex: number,
): Promise<IDataObject> {
	const lacking = Object.entries(fill).filter(([name]) => isEmpty(body[name]));
	if (lacking.length === 0) return {};
	const { row: record } = await reach(context, entity, id, targetOf(context, entity, itemIndex));
	const found = lacking.map(([name, sources]) => [
		name,
		sources.map((one) => record[one]).find((value) => !isEmpty(value)),
	]);
	return Object.fromEntries(found.filter(([, value]) => value !== undefined)) as IDataObject;
}

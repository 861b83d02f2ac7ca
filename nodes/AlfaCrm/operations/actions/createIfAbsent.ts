import type { IDataObject } from 'n8n-workflow';

import { readId } from '../../values/formats';
import { passesOf } from '../../entities/listCall';
import { customer as owning } from '../../entities/customer';
import { externalId } from '../../entities/pay';
import { entityOf } from '../../entities/registry';
import type { Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { isBlank, isList, listOf } from '../../fields/field';
import { findOrCreate } from '../execution/findOrCreate';
import type { LockKey } from '../execution/execution';
import type { Item } from '../execution/item';
import { report, reportSchema, useful } from '../output/readings';
import { bodyOf, shortensTexts, textOptions } from '../records/body';
import { skipIfThere } from '../records/create';
import type { Branch } from '../records/branches';
import { allBranches, inOtherBranches } from '../records/branches';
import { authored, forOwner } from '../records/owner';
import { readWholeList, readWholeListOnce } from '../records/readList';
import { branchesOf, idOf, labelsOf, targetOf } from '../records/target';
import type { Addition, Wanted } from './additions';
import { additions } from './additions';
import type { ExternalId } from './externalId';
import {
	assertSameSum,
	findElsewhere,
	hasAnyNumber,
	hasNumber,
	isOfType,
	isTwin,
	keepExternalId,
	numberedError,
	payerOf,
	twinError,
} from './externalId';
import { readFields } from './fields';
import type { ActionKind } from '../operation';

/** Adds something to a customer, such as a payment, unless the same was added before. */
export const createIfAbsent: ActionKind<'createIfAbsent'> = {
	form: (_entity, { body = [], creates }) => ({
		skipIfThere: [skipIfThere, ...(additions[creates].form ?? [])],
		options: textOptions(body),
	}),
	async execute(item, entity, { body: fields = [], creates, idAs, fixed, onlyNumbered }) {
		const addition = additions[creates];
		const other = entityOf(creates);
		const noun = other.label.toLowerCase();
		const { branch } = targetOf(item, entity);
		const input = readFields(item, fields);
		const [options] = onlyNumbered ? [] : textOptions(fields);
		const shortens = shortensTexts(options && item.collection(options));
		const isOneOfMany = other.fields.some((field) => field.name === idAs && isList(field));
		const { external, values } = keepExternalId(
			item,
			bodyOf(item, fields, input, branch, shortens),
			!onlyNumbered,
		);
		const payer = onlyNumbered && external ? async () => await payerOf(item, branch, external) : undefined;
		const customer = Number(values[idAs] ?? (await payer?.()) ?? idOf(item, entity));
		const given = { ...values, [idAs]: isOneOfMany ? [customer] : customer, ...fixed };
		const skips = onlyNumbered ? external !== undefined : item.flag(skipIfThere);
		const isSame = skips ? sameness(item, addition, external) : undefined;
		const show = useful(item, other, Object.keys(given));

		const query = Object.fromEntries((other.keys ?? []).map(({ name }) => [name, given[name]]));
		// The form has the customer under its own label.
		const labels = labelsOf([...other.fields, ...fields, { name: idAs, label: owning.label }]);
		const compared = other.fields
			.filter(({ name }) => name !== idAs)
			// The branch of the same one may be another if nobody gave it, for its owner may have moved.
			.filter((field) => !isBlank(field, (field.fromBranch ? input : given)[field.name]));
		const lock: LockKey = [owning.path, customer, other.path];
		const locks = [lock, ...(external ? [[other.path, externalId.name, external.id] as const] : [])];
		return await item.withLock(locks, async () => {
			const owner = { entity: owning, id: customer };
			const draft = { fields, input, body: given, branch };
			const { body, branch: home, homes = [] } = await forOwner(item, draft, owner);
			const target = { path: other.path, branch: home, query, labels };
			const wanted: Wanted = { item, customer, target, body, compared };
			const create = async () => {
				await addition.check?.(wanted);
				const all = await authored(item, fields, body, home);
				const call = { ...target, action: 'create', body: all, task: `create the ${noun}` };
				const model = await item.save(call, [lock]);
				return report(show, { ...all, ...model }, 'created', Object.keys(all));
			};
			if (isSame === undefined) return [await create()];

			const isOwn = (row: IDataObject) => listOf(row[idAs]).some((one) => readId(one) === customer);
			let twin: IDataObject | undefined;
			// Without a number, one that has a number may be another one.
			let numbered: IDataObject | undefined;
			const isDoubtful = (row: IDataObject) =>
				creates === 'pay' && !external && isEmpty(body.note) && hasAnyNumber(row);
			const look = async (one: Branch) => {
				const rows = (await rowsIn(one, wanted, other, addition)).filter(isOwn);
				if (external) twin ??= rows.find((row) => isTwin(row, wanted, external));
				const same = rows.filter((row) => isSame(row, wanted));
				numbered ??= same.find(isDoubtful);
				return same.find((row) => !isDoubtful(row));
			};
			const branches = [...new Set([branch, ...branchesOf(home, other.fields, body)])];
			// One that the staff has typed in may be in a branch that the customer has left since.
			const others = async () => {
				const all = external ? await allBranches(item, home) : [];
				return [...new Set([...homes, ...all])].filter((one) => !branches.includes(one));
			};
			const find = async () => {
				let found: IDataObject | undefined;
				for (const one of branches) found ??= await look(one);
				// One that is closed, or not for this user, must not keep the customer from paying.
				found ??= await inOtherBranches(item, await others(), look);
				if (external) found ??= await findElsewhere(wanted, external);
				if (found === undefined && external && twin) throw twinError(wanted, external, twin);
				if (found === undefined && numbered) throw numberedError(wanted, numbered);
				if (found === undefined) return undefined;
				if (external) assertSameSum(wanted, external, found);
				item.execution.hints.addRepeat(
					`This ${noun} was there already; nothing was added`,
					`${noun} ${String(found.id)}${'added' in found ? ` of ${String(found.added)}` : ''}`,
				);
				return report(show, found, 'unchanged', []);
			};
			return [await findOrCreate(item, find, create)];
		});
	},
	output: (_entity, { creates }) => reportSchema(entityOf(creates)),
};

/** Where there is a number, that alone tells the same one. */
const sameness = (item: Item, { isSame }: Addition, external?: ExternalId): ReturnType<Addition['isSame']> =>
	external ? (row, { body }) => hasNumber(row, external) && isOfType(row, body, external) : isSame(item);

/** Adds a refund or a correction, each time unless it has a number by which it is found. */
export const correctPayment: ActionKind<'correctPayment'> = {
	form: () => ({}),
	execute: async (item, entity, action) =>
		await createIfAbsent.execute(item, entity, {
			...action,
			...{ kind: 'createIfAbsent', creates: 'pay', idAs: 'customer_id', onlyNumbered: true },
		}),
	output: reportSchema,
};

/** The rows of a branch among which the same one would be. */
async function rowsIn(
	branch: Branch,
	{ item, target, body: given }: Wanted,
	other: Entity,
	{ filters, isOfAll }: Addition,
): Promise<readonly IDataObject[]> {
	const body = { ...target.query, ...filters?.(given) };
	const task = `look for the same ${other.label.toLowerCase()}`;
	const list = { ...target, branch, body, passes: passesOf(other), task };
	return isOfAll ? (await readWholeListOnce(item, other, list)).rows : await readWholeList(item, other, list);
}

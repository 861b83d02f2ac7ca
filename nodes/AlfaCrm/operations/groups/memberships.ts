import type { IDataObject } from 'n8n-workflow';

import { daysAfter, dotted, formatDay, readId, readIds, today } from '../../values/formats';
import { shownBranches } from '../../entities/branch';
import { cgi } from '../../entities/cgi';
import { customer as customerEntity } from '../../entities/customer';
import { group as groupEntity } from '../../entities/group';
import { passesOf } from '../../entities/listCall';
import type { Action, Entity } from '../../entities/types';
import { listOf } from '../../fields/field';
import { findOrCreate } from '../../run/findOrCreate';
import type { LockKey } from '../../run/execution';
import { recordKey } from '../../run/execution';
import type { Item, ItemRequest } from '../../run/item';
import type { ObjectSchema } from '../../output/recordSchema';
import type { RecordOutput } from '../../output/report';
import { makeRecordOutput, withResult, withResultSchema } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import { objectOf, shownFields } from '../../output/recordSchema';
import { bodyOf } from '../../run/body';
import { allBranches, findInBranches } from '../../run/branches';
import { firstDay, lastDay } from '../../store/calendar/periods';
import { readWholeList } from '../../run/readList';
import { idOf, labelsOf, targetOf } from '../../run/target';
import { readFields } from '../../run/actionFields';
import type { ActionKind } from '../../run/operation';
import { currentRecord } from '../../run/records';
import type { Branch } from '../../store/located';

/** How AlfaCRM refuses somebody who is in the group already. API notes 5.7. */
const IN_ALREADY = /уже состоит/i;

/** A customer joins a group for some days. Who is in it on one of them stays in it, on the others too. */
export const joinGroup: ActionKind<'joinGroup'> = {
	decidesByTime: () => true,
	form: () => ({}),
	async execute(item, entity, action) {
		const form = readMembership(item, entity, action);
		const days = daysOf(form);
		return await item.withLock([form.lock], async () => {
			const membership = await inBranchOfGroup(form);
			let others: IDataObject[] = [];
			const cover = async () => {
				others = await listMemberships(membership);
				const plan = planned(item, others, days);
				return plan && (await carryOut(membership, plan));
			};
			return [await findOrCreate(item, cover, async () => await join(membership, days, others))];
		});
	},
	output: () => membershipSchema('alreadyMember'),
};

/** The days that somebody is to be in the group: to an end, or open, with the days that are to be covered in any case. */
interface Days {
	from: string;
	to: string;
	isOpen: boolean;
}

function daysOf({ item, given }: Membership): Days {
	const now = today('iso', item.zone);
	const from = dayIn(item, given.b_date) ?? now;
	const end = dayIn(item, given.e_date);
	const to = end ?? (from > now ? from : now);
	if (to < from) {
		throw item.error(
			`'End Date' must not be before ${given.b_date === undefined ? 'today' : "'Start Date'"}`,
			"Give a later day, or use 'Remove From Group'.",
		);
	}
	return { from, to, isOpen: end === undefined };
}

/** The membership that is to cover the days, and what is to change in it. */
interface Plan {
	row: IDataObject;
	body: IDataObject;
	alreadyMember: boolean;
}

/** How a membership that is there can cover the days. Undefined if a new one is needed. */
function planned(item: Item, all: readonly IDataObject[], { from, to, isOpen }: Days): Plan | undefined {
	const first = (row: IDataObject) => firstDay(row, item.zone);
	const last = (row: IDataObject) => lastDay(row, item.zone);
	const within = all
		.filter((row) => last(row) >= from && first(row) <= to)
		.sort((one, other) => (last(one) > last(other) ? -1 : 1));
	const [next] = all
		.filter((row) => first(row) > to)
		.sort((one, other) => (first(one) < first(other) ? -1 : 1));
	// With an open end a later one would be in the way of a new one, so that is brought forward.
	const row = within[0] ?? (isOpen ? next : undefined);
	if (row === undefined) return undefined;

	const body: IDataObject = {};
	if (first(row) > from) {
		if (within.length > 1)
			throw item.error(
				`The customer was in the group more than once from ${from} to ${to}`,
				"Give a later 'Start Date', or change the memberships in AlfaCRM.",
			);
		body.b_date = dotted(from);
	}
	if (!isOpen && last(row) !== to) body.e_date = dotted(to);
	// One that ends now goes on, as if it had never been ended, until the next one. API notes 5.7.
	if (isOpen && last(row) <= to) {
		const before = next && daysAfter(first(next), -1);
		if (before !== last(row)) body.e_date = before === undefined ? null : dotted(before);
	}
	return { row, body, alreadyMember: within.length > 0 };
}

async function carryOut(membership: Membership, { row, body, alreadyMember }: Plan): Promise<IDataObject> {
	const { customer, group, show } = membership;
	if (Object.keys(body).length === 0) {
		noteRepeat(membership, IS_MEMBER);
		return { ...withResult(show(row), 'unchanged'), alreadyMember };
	}
	const task = `change the days of customer ${customer} in group ${group} (membership ${String(row.id)})`;
	const model = await save(membership, { action: 'update', body, task }, row);
	return { ...withResult(show({ ...row, ...body, ...model }), 'updated'), alreadyMember };
}

async function join(
	membership: Membership,
	days: Days,
	others: readonly IDataObject[],
): Promise<IDataObject> {
	const { item, customer, group, given, show } = membership;
	const body = { group_id: group, customer_id: customer, ...given };
	let row: IDataObject;
	try {
		const task = `add customer ${customer} to group ${group}`;
		row = { ...body, ...(await save(membership, { action: 'create', body, task })) };
	} catch (caught) {
		const error = item.asError(caught);
		// On which days it is in the group is not known, so days that were given are not known to be covered; and one of
		// which memberships of other days alone are shown may be in it on those only.
		if (!IN_ALREADY.test(error.message) || Object.keys(given).length > 0 || others.length > 0) throw error;
		noteRepeat(membership, IS_MEMBER);
		return {
			...withResult(show({ customer_id: customer, group_id: group }), 'unchanged'),
			alreadyMember: true,
		};
	}
	// Without an end AlfaCRM takes that of the group, which may be over: then the next run would find nobody in it.
	const plan = planned(item, [row], days);
	const isEnded = days.isOpen && Object.keys(plan?.body ?? {}).length > 0;
	const changed = plan && isEnded ? await carryOut(membership, plan) : show(row);
	return { ...withResult(changed, 'created'), alreadyMember: false };
}

/** A customer leaves a group: on a day, or as if it had never been there. Who is not in it has left it. */
export const leaveGroup: ActionKind<'leaveGroup'> = {
	form: () => ({}),
	async execute(item, entity, action) {
		const form = readMembership(item, entity, action);
		const { customer, group, given, lock, show } = form;
		const now = today('iso', item.zone);
		const day = dayIn(item, given.e_date) ?? now;
		const isDeletion = given.leave_by === 'delete';
		return await item.withLock([lock], async () => {
			const membership = await inBranchOfGroup(form);
			const rows = (await listMemberships(membership)).filter((row) =>
				isDeletion ? lastDay(row, item.zone) >= day : lastDay(row, item.zone) > day,
			);
			const begun = rows.map((row) => firstDay(row, item.zone)).find((first) => first > day && first <= now);
			if (!isDeletion && begun !== undefined) {
				throw item.error(
					`'Last Day' must not be before the membership began, on ${begun}`,
					"Give a later day, or set 'How' to Delete It.",
				);
			}
			const result: IDataObject[] = [];
			for (const row of rows) {
				const task = `take customer ${customer} out of group ${group} (membership ${String(row.id)})`;
				// One that has not begun by then cannot end then.
				const isDeleted = isDeletion || firstDay(row, item.zone) > day;
				const body = isDeleted ? {} : { e_date: given.e_date };
				const [action, operationResult] = isDeleted
					? (['delete', 'deleted'] as const)
					: (['update', 'updated'] as const);
				const model = await save(membership, { action, body, task }, row);
				result.push({
					...withResult(show({ ...row, ...body, ...model }), operationResult),
					alreadyLeft: false,
				});
			}
			if (result.length > 0) return result;
			noteRepeat(membership, `This customer is not in the group after ${day}; nothing was changed`);
			return [
				{ ...withResult(show({ customer_id: customer, group_id: group }), 'unchanged'), alreadyLeft: true },
			];
		});
	},
	output: () => membershipSchema('alreadyLeft'),
};

/** A customer and a group, and what else was given. */
interface Membership {
	item: Item;
	branch?: number;
	customer: number;
	group: number;
	given: IDataObject;
	/** What the form calls its fields. */
	labels: Record<string, string>;
	lock: LockKey;
	show: RecordOutput;
}

function readMembership(item: Item, entity: Entity, { fields = [] }: Action): Membership {
	const { branch } = targetOf(item, entity);
	const customer = idOf(item, entity);
	const { group_id, ...given } = bodyOf(item, fields, readFields(item, fields), branch);
	const group = group_id as number;
	const labels = labelsOf([...shownFields(cgi), ...fields]);
	const show = makeRecordOutput(item, cgi, []);
	return { item, branch, customer, group, given, labels, lock: [cgi.path, customer, group], show };
}

/**
 * Moves a membership into the branch of its group, where no branch was chosen and the group is not in the branch in which the
 * customer was found first: memberships are reached through the group. Of several branches of the group, it takes one that the
 * card of the customer names. API notes 5.7.
 *
 * @throws NodeOperationError if the group is in several branches, and the card names none of them
 */
async function inBranchOfGroup(membership: Membership): Promise<Membership> {
	const { item, branch, customer, group } = membership;
	if (item.place?.isOfRecord !== true) return membership;

	const groupBranches = await readGroupBranches(item, group, branch);
	const [groupBranch, ...others] = groupBranches;
	if (groupBranch === undefined || groupBranches.some((one) => one === branch)) return membership;
	if (others.length === 0) return { ...membership, branch: groupBranch };

	const cardBranches = await readCardBranches(membership);
	const sharedBranch = groupBranches.find((id) => cardBranches.includes(id));
	if (sharedBranch !== undefined) return { ...membership, branch: sharedBranch };
	throw item.error(
		`Group ${group} is in the branches ${groupBranches.join(', ')}, and customer ${customer} was found in branch ${branch}`,
		`Choose one of the group's branches in 'Branch'.`,
	);
}

/** Reads the branches that the card of the customer names. */
async function readCardBranches({ item, branch, customer }: Membership): Promise<number[]> {
	const target = { path: customerEntity.path, query: {}, labels: {}, branch };
	const card = await currentRecord(item, customerEntity, customer, target);
	return card === undefined ? [] : shownBranches(card.row);
}

/**
 * Reads the branches of a group, once for all items.
 *
 * @param firstBranch where to look first
 * @returns nothing if AlfaCRM shows the group in no branch
 */
async function readGroupBranches(item: Item, group: number, firstBranch: Branch): Promise<number[]> {
	const target = { path: groupEntity.path, query: {}, labels: {} };
	const look = async (branch: Branch) => await currentRecord(item, groupEntity, group, { ...target, branch });
	const read = async () => {
		const found = await findInBranches(item, await allBranches(item, firstBranch), look);
		const namedBranches = readIds(listOf(found?.row.branch_ids));
		return namedBranches.length > 0 ? namedBranches : readIds([found?.branch]);
	};
	const name = JSON.stringify(['branches of', group, firstBranch]);
	return await item.execution.cached(groupEntity.path, name, read);
}

const IS_MEMBER = 'This customer was in the group already; nothing was added';

const noteRepeat = ({ item, customer, group }: Membership, message: string): void =>
	item.execution.hints.addRepeat(message, `customer ${customer}, group ${group}`);

const dayIn = (item: Item, value: unknown): string | undefined => formatDay(value, 'iso', item.zone);

/** All memberships of the customer in the group, past and future ones too. */
async function listMemberships(membership: Membership): Promise<IDataObject[]> {
	const { item, branch, customer, group, labels } = membership;
	const query = { customer_id: customer };
	const task = `list the groups of customer ${customer}`;
	const call = { path: cgi.path, action: 'customer', branch, query, labels, task };
	const rows = await readWholeList(item, cgi, { ...call, passes: passesOf(cgi) });
	return rows.filter((row) => readId(row.group_id) === group);
}

/** Sends a call that changes memberships of the group: one that is there, or a new one. */
async function save(
	{ item, branch, group, labels, lock }: Membership,
	call: Pick<ItemRequest, 'action' | 'body' | 'task'>,
	row?: IDataObject,
): Promise<IDataObject> {
	const query = { ...(row && { id: row.id }), group_id: group };
	const keys = row ? [lock, recordKey(cgi, Number(row.id))] : [lock];
	return await item.save({ path: cgi.path, branch, labels, query, ...call }, keys);
}

/** A membership, what became of it, and whether it was so already. */
function membershipSchema(flag: string): ObjectSchema {
	const { properties } = withResultSchema(simplifiedSchema(cgi));
	return objectOf({ ...properties, [flag]: { type: 'boolean' } });
}

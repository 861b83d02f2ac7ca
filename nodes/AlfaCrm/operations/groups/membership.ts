import type { IDataObject } from 'n8n-workflow';

import { cgi } from '../../entities/cgi';
import { passesOf } from '../../entities/listCall';
import type { Action, Entity } from '../../entities/types';
import type { RecordToOutput } from '../../output/report';
import { makeRecordToOutput, withResultSchema } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import type { ObjectSchema } from '../../output/recordSchema';
import { objectOf, shownFields } from '../../output/recordSchema';
import { readFields } from '../../run/actionFields';
import { bodyOf } from '../../run/body';
import type { LockKey } from '../../run/execution';
import { recordKey } from '../../run/execution';
import type { Item, ItemRequest } from '../../run/item';
import { readWholeList } from '../../run/readList';
import { idOf, labelsOf, targetOf } from '../../run/target';
import type { Branch } from '../../store/located';
import { readId } from '../../values/formats';

/**
 * What *Add to Group* (`joinGroup.ts`) and *Remove From Group* (`leaveGroup.ts`) share: the form,
 * the calls, and the output. A membership says on which days a customer belongs to a group. AlfaCRM
 * calls it `cgi`; its first day is `b_date`, and its last day is `e_date`. API notes 5.7.
 */

/** The form of either action, and what its calls need. */
export interface MembershipForm {
	item: Item;
	/** The branch of the calls. */
	branch: Branch;
	customerId: number;
	groupId: number;
	/** The other fields that the user has filled, as AlfaCRM takes them. */
	fields: IDataObject;
	/** What the form calls the fields, by AlfaCRM's names. */
	labels: Record<string, string>;
	/** Makes items about the same customer and group run one after the other. */
	lock: LockKey;
	toOutput: RecordToOutput;
}

/** Reads the form of an action about a customer and a group. */
export function readMembershipForm(
	item: Item,
	entity: Entity,
	{ fields: formFields = [] }: Action,
): MembershipForm {
	const { branch } = targetOf(item, entity);
	const customerId = idOf(item, entity);
	const { group_id, ...fields } = bodyOf(item, formFields, readFields(item, formFields), branch);
	const groupId = group_id as number;
	return {
		item,
		branch,
		customerId,
		groupId,
		fields,
		labels: labelsOf([...shownFields(cgi), ...formFields]),
		lock: [cgi.path, customerId, groupId],
		toOutput: makeRecordToOutput(item, cgi, []),
	};
}

/** Lists all memberships of the customer in the group, including past and future ones. */
export async function listMemberships(form: MembershipForm): Promise<IDataObject[]> {
	const { item, branch, customerId, groupId, labels } = form;
	const memberships = await readWholeList(item, cgi, {
		path: cgi.path,
		action: 'customer',
		branch,
		query: { customer_id: customerId },
		// Without days AlfaCRM lists only current memberships.
		passes: passesOf(cgi),
		labels,
		task: `list the groups of customer ${customerId}`,
	});
	return memberships.filter((membership) => readId(membership.group_id) === groupId);
}

/**
 * Sends a call that creates, changes or deletes a membership.
 *
 * @param membership the membership that is changed or deleted; undefined for a new one
 * @returns the membership as AlfaCRM shows it in its answer
 */
export async function saveMembership(
	{ item, branch, groupId, labels, lock }: MembershipForm,
	call: Pick<ItemRequest, 'action' | 'body' | 'task'>,
	membership?: IDataObject,
): Promise<IDataObject> {
	const groupQuery = { group_id: groupId };
	const query = membership === undefined ? groupQuery : { id: membership.id, ...groupQuery };
	const records = membership === undefined ? [lock] : [lock, recordKey(cgi, Number(membership.id))];
	return await item.save({ path: cgi.path, branch, labels, query, ...call }, records);
}

/** Tells the user that everything was done already and nothing was changed. */
export function hintThatNothingChanged(
	{ item, customerId, groupId }: MembershipForm,
	message: string,
): void {
	item.execution.hints.addRepeat(message, `customer ${customerId}, group ${groupId}`);
}

/**
 * Describes the output: the membership, what became of it, and a flag.
 *
 * @param flag the name of the flag that is true if the customer had joined or left the group before
 */
export function membershipSchema(flag: 'alreadyLeft' | 'alreadyMember'): ObjectSchema {
	const { properties } = withResultSchema(simplifiedSchema(cgi));
	return objectOf({ ...properties, [flag]: { type: 'boolean' } });
}

/**
 * What *Add to Group* (`joinGroup.ts`) and *Remove From Group* (`leaveGroup.ts`) share: the form,
 * the calls, and the output. A membership says on which days a customer belongs to a group. AlfaCRM
 * calls it `cgi`; its first day is `b_date`, and its last day is `e_date`. API notes 5.7.
 */

import type { IDataObject } from 'n8n-workflow';

import { cgi as membershipEntity } from '../../entities/cgi';
import { passesOf } from '../../entities/listCall';
import type { Action, Entity } from '../../entities/types';
import type { RecordToOutput } from '../../output/report';
import { makeRecordToOutput, withResultSchema } from '../../output/report';
import { simplifiedSchema } from '../../output/simplified';
import type { ObjectSchema } from '../../output/recordSchema';
import { objectOf, shownFields } from '../../output/recordSchema';
import { readFields } from '../../run/actionFields';
import { buildRequestBody } from '../../run/body';
import type { LockKey } from '../../run/keys';
import { recordKey } from '../../run/keys';
import type { Item } from '../../run/item';
import type { ItemRequest } from '../../run/itemCalls';
import { readWholeList } from '../../run/readList';
import { idOf, labelsOf, targetOf } from '../../run/target';
import type { Branch } from '../../store/located';
import { readId } from '../../values/formats';

/** The form of either action, and what its calls need. */
export interface MembershipForm {
	item: Item;
	/** The branch of the calls. */
	branch: Branch;
	customerId: number;
	groupId: number;
	/** The fields that the user has filled, without the group, as AlfaCRM takes them. */
	fields: IDataObject;
	/** The labels of the fields in the form, by AlfaCRM's names of the fields. */
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
	// `buildRequestBody` converts the values as AlfaCRM takes them, and refuses a form without a
	// group.
	const { group_id, ...fields } = buildRequestBody(item, formFields, readFields(item, formFields), {
		branch,
	});
	const groupId = group_id as number;
	return {
		item,
		branch,
		customerId,
		groupId,
		fields,
		labels: labelsOf([...shownFields(membershipEntity), ...formFields]),
		lock: [membershipEntity.path, customerId, groupId],
		// The fields that *Simplify* keeps include all fields of a membership, so none is added.
		toOutput: makeRecordToOutput(item, membershipEntity, []),
	};
}

/** Lists all memberships of the customer in the group, including past and future ones. */
export async function listMemberships(form: MembershipForm): Promise<IDataObject[]> {
	const { item, branch, customerId, groupId, labels } = form;
	const memberships = await readWholeList(item, membershipEntity, {
		path: membershipEntity.path,
		// `cgi/customer` lists the groups of a customer. API notes 5.7.
		action: 'customer',
		branch,
		query: { customer_id: customerId },
		// Without days AlfaCRM lists only current memberships. So the list is read in two passes: one
		// without days, and one with days that include the past and the future.
		passes: passesOf(membershipEntity),
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
	const changedRecords =
		membership === undefined ? [lock] : [lock, recordKey(membershipEntity, Number(membership.id))];
	return await item.save(
		{ path: membershipEntity.path, branch, labels, query, ...call },
		changedRecords,
	);
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
	const { properties } = withResultSchema(simplifiedSchema(membershipEntity));
	return objectOf({ ...properties, [flag]: { type: 'boolean' } });
}

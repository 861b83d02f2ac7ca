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
	/**
	 * The key of all memberships of the customer in the group. Its lock makes items about them run
	 * one after the other.
	 */
	membershipsKey: LockKey;
	toOutput: RecordToOutput;
}

/**
 * Reads the form of an action about a customer and a group.
 *
 * @throws NodeOperationError if no group is given, or a value cannot be used
 */
export function readMembershipForm(item: Item, entity: Entity, action: Action): MembershipForm {
	const formFields = action.fields ?? [];
	const { branch } = targetOf(item, entity);
	const customerId = idOf(item, entity);

	const input = readFields(item, formFields);
	const { group_id, ...fields } = buildRequestBody(item, formFields, input, { branch });
	// The group is a required field, so `buildRequestBody` has returned it or thrown an error.
	const groupId = group_id as number;
	return {
		item,
		branch,
		customerId,
		groupId,
		fields,
		labels: labelsOf([...shownFields(membershipEntity), ...formFields]),
		membershipsKey: [membershipEntity.path, customerId, groupId],
		toOutput: makeMembershipToOutput(item),
	};
}

/** Makes the function that turns memberships into output items. */
function makeMembershipToOutput(item: Item): RecordToOutput {
	// The output has all fields of a membership, so the fields that the user has given add nothing.
	const givenFields: string[] = [];
	return makeRecordToOutput(item, membershipEntity, givenFields);
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
	form: MembershipForm,
	call: Pick<ItemRequest, 'action' | 'body' | 'task'>,
	membership?: IDataObject,
): Promise<IDataObject> {
	const { item, branch, groupId, labels, membershipsKey } = form;
	const target = { path: membershipEntity.path, branch, labels };
	// `save` takes the keys of the records that the call changes, so that they are read anew.
	if (membership === undefined) {
		const query = { group_id: groupId };
		return await item.save({ ...target, query, ...call }, [membershipsKey]);
	}

	const query = { id: membership.id, group_id: groupId };
	const membershipKey = recordKey(membershipEntity, Number(membership.id));
	return await item.save({ ...target, query, ...call }, [membershipsKey, membershipKey]);
}

/** Tells the user that everything was done already and nothing was changed. */
export function hintThatNothingChanged(form: MembershipForm, message: string): void {
	const { item, customerId, groupId } = form;
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

/**
 * The form, the calls and the output that *Add to Group* (`joinGroup.ts`) and *Remove From Group*
 * (`leaveGroup.ts`) share. A membership says on which days a customer belongs to a group. AlfaCRM
 * calls it `cgi`; its first day is `b_date`, and its last day is `e_date` (docs/alfacrm-api.md
 * 5.7).
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

/** The values of the form of *Add to Group* or *Remove From Group*, and what its calls need. */
export interface MembershipForm {
	item: Item;
	/** The branch of the calls. */
	branch: Branch;
	customerId: number;
	groupId: number;
	/** The other fields that the user has filled, such as the days, in AlfaCRM's format. */
	fields: IDataObject;
	/** The labels of the fields in the form, by AlfaCRM's names of the fields. */
	labels: Record<string, string>;
	/**
	 * The key that stands for all memberships of the customer in the group. Items with the same key
	 * run one after the other, because each of them holds the lock of the key.
	 */
	membershipsKey: LockKey;
	/** Turns a membership into an output item. */
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
	// The group is a required field: `buildRequestBody` throws an error if it is empty.
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
	// The output has all fields of a membership anyway, so no further fields have to be named.
	const additionalFields: string[] = [];
	return makeRecordToOutput(item, membershipEntity, additionalFields);
}

/** Lists all memberships of the customer in the group, including past and future ones. */
export async function listMemberships(form: MembershipForm): Promise<IDataObject[]> {
	const { item, branch, customerId, groupId, labels } = form;
	const memberships = await readWholeList(item, membershipEntity, {
		path: membershipEntity.path,
		// `cgi/customer` lists the groups of a customer.
		action: 'customer',
		branch,
		query: { customer_id: customerId },
		// AlfaCRM lists only current memberships unless a request names days. So the list is requested
		// twice: without days, and with days that include the past and the future.
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
	// `save` takes the keys of the records that the call changes. Earlier readings of these records
	// are not used any more.
	if (membership === undefined) {
		const query = { group_id: groupId };
		return await item.save({ ...target, query, ...call }, [membershipsKey]);
	}

	const query = { id: membership.id, group_id: groupId };
	const membershipKey = recordKey(membershipEntity, Number(membership.id));
	return await item.save({ ...target, query, ...call }, [membershipsKey, membershipKey]);
}

/**
 * Adds a hint that nothing was changed, because the customer had joined or left the group before.
 */
export function hintThatNothingChanged(form: MembershipForm, message: string): void {
	const { item, customerId, groupId } = form;
	item.execution.hints.addRepeat(message, `customer ${customerId}, group ${groupId}`);
}

/**
 * Describes an output item: the membership, whether it was created, updated and so on, and a flag.
 *
 * @param flag the name of the flag that is true if the customer had joined or left the group before
 */
export function membershipSchema(flag: 'alreadyLeft' | 'alreadyMember'): ObjectSchema {
	const { properties } = withResultSchema(simplifiedSchema(membershipEntity));
	return objectOf({ ...properties, [flag]: { type: 'boolean' } });
}

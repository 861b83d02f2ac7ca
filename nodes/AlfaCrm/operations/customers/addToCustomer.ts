import type { IDataObject } from 'n8n-workflow';

import { entityOf } from '../../entities/registry';
import type { ActionOf, Entity } from '../../entities/types';
import { isList } from '../../fields/field';
import { reportSchema } from '../../output/report';
import { textOptions } from '../../run/body';
import type { Item } from '../../run/item';
import type { ActionKind } from '../../run/operation';
import { recordParameter } from '../../run/recordParameter';
import { idOf } from '../../run/target';
import type { Addition, AdditionDraft } from '../common/addition';
import {
	completeFromCustomer,
	createAddition,
	findOrCreateAddition,
	makeAdditionLock,
	readActionDraft,
} from '../common/addition';
import { searchCustomerRecords } from '../common/additionSearch';
import { skipIfExists } from '../common/skipIfExists';
import type { EqualRecordRule, EqualityTest } from './equalRecords';
import { equalRecordRules } from './equalRecords';

/**
 * Adds a subscription, task or comment to a customer. Adds nothing if the customer has an equal
 * record already: an earlier run of the workflow, or the staff, may have added that record.
 */
export const addToCustomer: ActionKind<'addToCustomer'> = {
	// A rule that says nothing about the time zone does not depend on it.
	dependsOnTimeZone: ({ addedResource }) =>
		equalRecordRules[addedResource].dependsOnTimeZone ?? false,

	form: (customerEntity, { fields = [], addedResource }) => ({
		id: [recordParameter(customerEntity)],
		skipIfThere: [skipIfExists, ...(equalRecordRules[addedResource].form ?? [])],
		options: textOptions(fields),
	}),

	async execute(item, customerEntity, action) {
		const rule = equalRecordRules[action.addedResource];
		const draft = readCustomerDraft(item, customerEntity, action);
		// If 'Skip If It Already Exists' is off, no test is needed: each run adds a new record.
		const isEqual = item.flag(skipIfExists) ? rule.makeEqualityTest(item) : undefined;

		return await item.withLock([makeAdditionLock(draft)], async () => {
			const addition = await completeFromCustomer(draft);
			const create = async () => await createAddition(addition);
			if (isEqual === undefined) return [await create()];

			const findExisting = async () => await findEqualRecord(addition, rule, isEqual);
			return [await findOrCreateAddition(addition, findExisting, create)];
		});
	},

	output: (_customerEntity, { addedResource }) => reportSchema(entityOf(addedResource)),
};

/** Reads the customer and the new record from the form, before anything is sent. */
function readCustomerDraft(
	item: Item,
	customerEntity: Entity,
	action: ActionOf<'addToCustomer'>,
): AdditionDraft {
	const { fields = [], customerField } = action;
	const entity = entityOf(action.addedResource);
	const draft = readActionDraft(item, customerEntity, fields, { offersShortening: true });
	const customerId = idOf(item, customerEntity);

	// A task may be about several customers, so its field takes a list of them.
	const isListOfCustomers = entity.fields.some(
		(field) => field.name === customerField && isList(field),
	);
	const customerValue = isListOfCustomers ? [customerId] : customerId;
	// `fixedValues` are the same for every record that the action adds.
	const body = { ...draft.body, [customerField]: customerValue, ...action.fixedValues };

	return { ...draft, item, entity, customerId, customerField, body };
}

/** Finds a record of the customer that is equal to the new record, by the rule of the entity. */
async function findEqualRecord(
	addition: Addition,
	rule: EqualRecordRule,
	isEqual: EqualityTest,
): Promise<IDataObject | undefined> {
	const result = await searchCustomerRecords(addition, {
		filters: rule.makeFilters?.(addition.body),
		isListOfAllCustomers: rule.isListOfAllCustomers,
		isSameRecord: (record) => isEqual(record, addition),
	});
	return 'existing' in result ? result.existing : undefined;
}

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
	additionLock,
	completeAddition,
	createAddition,
	findOrAdd,
	readActionDraft,
} from '../common/addition';
import { searchCustomerRecords } from '../common/additionSearch';
import { skipIfThere } from '../common/create';
import type { EqualRecordRule, EqualityTest } from './equalRecords';
import { equalRecordRules } from './equalRecords';

/**
 * Adds a subscription, task or comment to a customer, unless an equal record is there already:
 * added by an earlier run of the workflow, or by the staff.
 */
export const addToCustomer: ActionKind<'addToCustomer'> = {
	// Decides whether the form names the time zone of the workflow.
	decidesByTime: ({ addedResource }) => equalRecordRules[addedResource].decidesByTime === true,

	form: (customerEntity, { fields = [], addedResource }) => ({
		id: [recordParameter(customerEntity)],
		skipIfThere: [skipIfThere, ...(equalRecordRules[addedResource].form ?? [])],
		options: textOptions(fields),
	}),

	async execute(item, customerEntity, action) {
		const rule = equalRecordRules[action.addedResource];
		const form = readForm(item, customerEntity, action);
		const isEqual = item.flag(skipIfThere) ? rule.makeEqualityTest(item) : undefined;

		return await item.withLock([additionLock(form)], async () => {
			const addition = await completeAddition(form);
			const create = async () => await createAddition(addition);
			if (isEqual === undefined) return [await create()];

			const find = async () => await findEqualRecord(addition, rule, isEqual);
			return [await findOrAdd(addition, find, create)];
		});
	},

	output: (_customerEntity, { addedResource }) => reportSchema(entityOf(addedResource)),
};

/** Reads the new record from the form. Call it before anything is sent. */
function readForm(
	item: Item,
	customerEntity: Entity,
	{ fields = [], addedResource, customerField, fixedValues }: ActionOf<'addToCustomer'>,
): AdditionDraft {
	const entity = entityOf(addedResource);
	const draft = readActionDraft(item, customerEntity, fields, { hasTextOptions: true });
	const customerId = idOf(item, customerEntity);
	// A task may be about several customers.
	const isListOfCustomers = entity.fields.some(
		(field) => field.name === customerField && isList(field),
	);
	const customerValue = isListOfCustomers ? [customerId] : customerId;

	return {
		...draft,
		item,
		entity,
		customerId,
		customerField,
		body: { ...draft.body, [customerField]: customerValue, ...fixedValues },
	};
}

async function findEqualRecord(
	addition: Addition,
	rule: EqualRecordRule,
	isEqual: EqualityTest,
): Promise<IDataObject | undefined> {
	const result = await searchCustomerRecords(addition, {
		filters: rule.makeFilters?.(addition.body),
		isListOfAllCustomers: rule.isListOfAllCustomers,
		isRepeated: (record) => isEqual(record, addition),
	});
	return 'existing' in result ? result.existing : undefined;
}

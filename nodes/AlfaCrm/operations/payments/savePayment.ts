import type { IDataObject } from 'n8n-workflow';

import { externalIdInput, pay } from '../../entities/pay';
import type { LockKey } from '../../run/execution';
import type { Item } from '../../run/item';
import type { Draft } from '../../run/owner';
import type { AdditionForm } from '../common/addition';
import { additionLock, completeAddition, createAddition, findOrAdd } from '../common/addition';
import { findExistingPayment } from './existingPayment';
import type { ExternalId } from './externalId';
import { assertOwnSubscription } from './paidSubscription';

const CUSTOMER_FIELD = 'customer_id';

/** A payment as the form describes it. */
interface PaymentForm extends Omit<Draft, 'body'> {
	item: Item;
	customerId: number;
	/** The values as AlfaCRM takes them. The note or the custom field holds the external ID, if there is one. */
	values: IDataObject;
	externalId?: ExternalId;
}

/**
 * Saves a new payment, and returns it as the output shows it. If the same payment exists already, that one is returned.
 *
 * @param mayDuplicate whether to save the payment without a look at the existing ones
 * @throws NodeOperationError if an existing payment may be the same one, but nothing proves it
 */
export async function savePayment(
	{ values, externalId, ...form }: PaymentForm,
	{ mayDuplicate }: { mayDuplicate: boolean },
): Promise<IDataObject> {
	const { item, customerId } = form;
	const body = { ...values, [CUSTOMER_FIELD]: customerId };
	const addition: AdditionForm = { ...form, body, entity: pay, customerField: CUSTOMER_FIELD };

	return await item.withLock(locksFor(addition, externalId), async () => {
		const newPayment = await completeAddition(addition);
		const create = async () => {
			await assertOwnSubscription(newPayment);
			return await createAddition(newPayment);
		};
		if (mayDuplicate) return await create();

		const find = async () => await findExistingPayment(newPayment, externalId);
		return await findOrAdd(newPayment, find, create);
	});
}

/** Lets this process enter one payment at a time for a customer, and one with an external ID at a time for anybody. */
function locksFor(addition: AdditionForm, externalId?: ExternalId): LockKey[] {
	const customerLock = additionLock(addition);
	if (externalId === undefined) return [customerLock];
	return [customerLock, [pay.path, externalIdInput.name, externalId.value]];
}

import type { IDataObject } from 'n8n-workflow';

import { externalIdInput, pay } from '../../entities/pay';
import type { LockKey } from '../../run/keys';
import type { Item } from '../../run/item';
import type { Draft } from '../../run/owner';
import type { AdditionDraft } from '../common/addition';
import {
	completeFromCustomer,
	createAddition,
	findOrCreateAddition,
	makeAdditionLock,
} from '../common/addition';
import { findExistingPayment } from './existingPayment';
import type { ExternalId } from './externalId';
import { assertPayersSubscription } from './paidSubscription';

/** A new payment as the user has described it in the form. */
interface PaymentForm extends Draft {
	item: Item;
	customerId: number;
	/**
	 * The external ID, if there is one. `body` contains it as well: in the note or in the custom
	 * field.
	 */
	externalId?: ExternalId;
}

/**
 * Saves a new payment, and returns it as the output shows it. If it would repeat an existing
 * payment, saves nothing and returns the existing one.
 *
 * @param mayDuplicate whether to save the payment without a search for an existing one
 * @throws NodeOperationError if an existing payment may be the same, but nothing proves it
 */
export async function savePayment(
	payment: PaymentForm,
	{ mayDuplicate }: { mayDuplicate: boolean },
): Promise<IDataObject> {
	const { item, externalId } = payment;
	const draft = makeAdditionDraft(payment);

	return await item.withLock(makePaymentLocks(draft, externalId), async () => {
		// The record of the customer adds the branch and the name of the payer.
		const newPayment = await completeFromCustomer(draft);
		const create = async () => {
			await assertPayersSubscription(newPayment);
			return await createAddition(newPayment);
		};
		if (mayDuplicate) return await create();

		const findExisting = async () => await findExistingPayment(newPayment, externalId);
		return await findOrCreateAddition(newPayment, findExisting, create);
	});
}

/**
 * Makes the general form of a customer's new record from a payment: adds the entity, and the
 * customer among the values to send.
 */
function makeAdditionDraft(payment: PaymentForm): AdditionDraft {
	const { item, customerId, fields, input, branch } = payment;
	const customerField = 'customer_id';
	const body = { ...payment.body, [customerField]: customerId };
	return { item, entity: pay, customerId, customerField, fields, input, body, branch };
}

/**
 * Makes the keys of the locks under which a payment is saved. While this process holds them, it
 * saves no other payment of the same customer, and no other payment with the same external ID for
 * any customer.
 */
function makePaymentLocks(draft: AdditionDraft, externalId?: ExternalId): LockKey[] {
	const customerLock = makeAdditionLock(draft);
	if (externalId === undefined) return [customerLock];

	const externalIdLock: LockKey = [pay.path, externalIdInput.name, externalId.value];
	return [customerLock, externalIdLock];
}

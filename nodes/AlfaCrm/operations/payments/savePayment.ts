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
import { assertSubscriptionOfPayer } from './paidSubscription';

/** A new payment as the user has described it in the form. */
interface PaymentDraft extends Draft {
	item: Item;
	/** The payer. */
	customerId: number;
	/**
	 * The external ID, if the user has given one. `body` contains the ID as well, in the note or in a
	 * custom field.
	 */
	externalId?: ExternalId;
}

/**
 * Creates a payment in AlfaCRM, and returns it as the output shows it. If the payment exists
 * already, creates nothing and returns the existing payment.
 *
 * @param searchesExisting whether to look for the existing payment at all
 * @throws NodeOperationError if it is not certain whether an existing payment is the new one
 */
export async function savePayment(
	payment: PaymentDraft,
	{ searchesExisting }: { searchesExisting: boolean },
): Promise<IDataObject> {
	const { item, externalId } = payment;
	const draft = makeAdditionDraft(payment);

	return await item.withLock(makeLockKeys(draft, externalId), async () => {
		// Adds the branch and the name of the payer, which the form may leave open.
		const newPayment = await completeFromCustomer(draft);
		const create = async () => {
			await assertSubscriptionOfPayer(newPayment);
			return await createAddition(newPayment);
		};
		if (!searchesExisting) return await create();

		const findExisting = async () => await findExistingPayment(newPayment, externalId);
		return await findOrCreateAddition(newPayment, findExisting, create);
	});
}

/**
 * Turns the draft of a payment into the draft that the functions of `addition.ts` take. They add
 * any record to a customer, so the draft names the entity and the field of the customer.
 */
function makeAdditionDraft(payment: PaymentDraft): AdditionDraft {
	const { item, customerId, fields, input, branch } = payment;
	const customerField = 'customer_id';
	const body = { ...payment.body, [customerField]: customerId };
	return { item, entity: pay, customerId, customerField, fields, input, body, branch };
}

/**
 * Makes the keys to lock while a payment is saved. Under these locks, this process saves no other
 * payment of the customer, and no other payment with the external ID for any customer.
 */
function makeLockKeys(draft: AdditionDraft, externalId?: ExternalId): LockKey[] {
	const customerKey = makeAdditionLock(draft);
	if (externalId === undefined) return [customerKey];

	const externalIdKey: LockKey = [pay.path, externalIdInput.name, externalId.value];
	return [customerKey, externalIdKey];
}

import type { IDataObject } from 'n8n-workflow';

import { externalIdInput, pay } from '../../entities/pay';
import type { LockKey } from '../../run/keys';
import type { Item } from '../../run/item';
import type { Draft } from '../../run/owner';
import type { AdditionDraft } from '../common/addition';
import { additionLock, completeAddition, createAddition, findOrAdd } from '../common/addition';
import { findExistingPayment } from './existingPayment';
import type { ExternalId } from './externalId';
import { assertPayersSubscription } from './paidSubscription';

/** A payment as the user has described it in the form. */
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
	const form = toAdditionForm(payment);

	return await item.withLock(locksFor(form, externalId), async () => {
		const newPayment = await completeAddition(form);
		const create = async () => {
			await assertPayersSubscription(newPayment);
			return await createAddition(newPayment);
		};
		if (mayDuplicate) return await create();

		const find = async () => await findExistingPayment(newPayment, externalId);
		return await findOrAdd(newPayment, find, create);
	});
}

/** Describes a payment as an addition: adds the entity, and the customer to the values. */
function toAdditionForm({
	item,
	customerId,
	fields,
	input,
	body,
	branch,
}: PaymentForm): AdditionDraft {
	const customerField = 'customer_id';
	return {
		item,
		entity: pay,
		customerId,
		customerField,
		fields,
		input,
		body: { ...body, [customerField]: customerId },
		branch,
	};
}

/**
 * Makes the keys of the locks under which a payment is saved. While this process holds them, it
 * saves no other payment of the same customer, and no other payment with the same external ID for
 * any customer.
 */
function locksFor(form: AdditionDraft, externalId?: ExternalId): LockKey[] {
	const customerLock = additionLock(form);
	if (externalId === undefined) return [customerLock];
	return [customerLock, [pay.path, externalIdInput.name, externalId.value]];
}

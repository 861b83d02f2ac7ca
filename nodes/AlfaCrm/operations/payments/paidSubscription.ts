import { customerTariff } from '../../entities/customerTariff';
import { findById } from '../../store/records';
import { readId } from '../../values/formats';
import type { Addition } from '../common/addition';

/**
 * Makes sure that the subscription for which a payment is made belongs to the payer. If it does
 * not, the user has chosen the wrong customer or the wrong subscription.
 *
 * @throws NodeOperationError if AlfaCRM lists no such subscription of the payer
 */
export async function assertPayersSubscription(newPayment: Addition): Promise<void> {
	const { item, customerId, target, body } = newPayment;
	const subscriptionId = readId(body.ctt_id);
	if (subscriptionId === undefined) return;

	const subscriptionTarget = {
		...target,
		path: customerTariff.path,
		query: { customer_id: customerId },
	};
	// A user who may enter payments may lack permission to see subscriptions. Then the payment is
	// entered without this check.
	const find = async () =>
		await findById(item, {
			entity: customerTariff,
			id: subscriptionId,
			target: subscriptionTarget,
		});
	const result = await item.readIfAllowed(find);
	if (result === undefined) return;
	if (result.record !== undefined) return;
	// If some rows of the list did not arrive, the subscription may be among them.
	if (!result.isConclusive) return;

	throw item.error(
		`AlfaCRM lists no customer subscription ${subscriptionId} of customer ${customerId}`,
		`Correct 'Customer', or 'Customer Subscription', or run it again if it was added a moment ago.`,
	);
}

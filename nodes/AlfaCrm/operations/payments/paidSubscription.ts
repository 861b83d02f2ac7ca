import { customerTariff as subscriptionEntity } from '../../entities/customerTariff';
import { findById } from '../../store/records';
import { readId } from '../../values/formats';
import type { Addition } from '../common/addition';

/**
 * Makes sure that the subscription for which a payment is made belongs to the payer. Otherwise the
 * user has chosen the wrong customer or the wrong subscription.
 *
 * @throws NodeOperationError if AlfaCRM lists no such subscription of the payer
 */
export async function assertSubscriptionOfPayer(newPayment: Addition): Promise<void> {
	const { item, customerId, target, body } = newPayment;
	// `ctt_id` is AlfaCRM's name for the ID of the subscription.
	const subscriptionId = readId(body.ctt_id);
	if (subscriptionId === undefined) return;

	const subscriptionTarget = {
		...target,
		path: subscriptionEntity.path,
		query: { customer_id: customerId },
	};
	const findSubscription = async () =>
		await findById(item, {
			entity: subscriptionEntity,
			id: subscriptionId,
			target: subscriptionTarget,
		});
	const result = await item.readIfAllowed(findSubscription);
	// If this user may not list subscriptions, the payment is entered without this check.
	if (result === undefined) return;
	if (result.record !== undefined) return;
	// If some rows of the list did not arrive, the subscription may be among them.
	if (!result.isConclusive) return;

	throw item.error(
		`AlfaCRM lists no customer subscription ${subscriptionId} of customer ${customerId}`,
		`Correct 'Customer', or 'Customer Subscription', or run it again if it was added a moment ago.`,
	);
}

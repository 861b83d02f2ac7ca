import type { IDataObject } from 'n8n-workflow';

import { reportSchema } from '../../output/report';
import type { Item } from '../../run/item';
import type { ActionKind } from '../../run/operation';
import type { Branch } from '../../store/located';
import { readActionDraft } from '../common/addition';
import type { ExternalId } from './externalId';
import { extractExternalId } from './externalId';
import { findPayer } from './externalIdSearch';
import { savePayment } from './savePayment';

/**
 * *Payment → Create Correction or Refund*: enters a refund, or a correction of a customer's
 * balance.
 *
 * The user can give an external ID, such as the number `inv-1` that a bank has given to the
 * refunded payment. The refund gets the same ID, so a second run finds the refund and enters
 * nothing. Without an external ID, each run enters a refund: two equal refunds can both be meant,
 * for example if a payment is given back in equal parts.
 */
export const correctPayment: ActionKind<'correctPayment'> = {
	// The form has only the fields that `entities/pay.ts` declares for the action.
	form: () => ({}),

	async execute(item, paymentEntity, action) {
		const { fields: formFields = [] } = action;
		// The form has no option 'Shorten Long Texts'.
		const draft = readActionDraft(item, paymentEntity, formFields, { offersShortening: false });
		const { externalId, body } = extractExternalId(item, draft.body, { entersIncomes: false });
		const customerId = await readOrFindPayer(item, draft.branch, body, externalId);

		const payment = { ...draft, body, item, customerId, externalId };
		const searchesExisting = externalId !== undefined;
		return [await savePayment(payment, { searchesExisting })];
	},

	output: reportSchema,
};

/**
 * Returns the customer whom the user has chosen in 'Customer'. If 'Customer' is empty, finds the
 * customer who made the refunded payment, by the external ID of that payment.
 */
async function readOrFindPayer(
	item: Item,
	branch: Branch,
	{ customer_id: chosenCustomerId }: IDataObject,
	externalId?: ExternalId,
): Promise<number> {
	if (chosenCustomerId === undefined && externalId !== undefined) {
		return await findPayer(item, branch, externalId);
	}
	// The form requires 'Customer' unless an external ID is given, so a customer was chosen.
	return Number(chosenCustomerId);
}

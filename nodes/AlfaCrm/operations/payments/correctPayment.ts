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
 * Enters a refund, or a payment that corrects another one. An external ID makes sure that it is
 * entered only once. Without one it is entered at each run: two equal refunds may both be meant,
 * for example if a payment is given back in equal parts.
 */
export const correctPayment: ActionKind<'correctPayment'> = {
	form: () => ({}),

	async execute(item, paymentEntity, { fields = [] }) {
		const draft = readActionDraft(item, paymentEntity, fields, { offersShortening: false });
		const { externalId, body } = extractExternalId(item, draft.body, { isIncome: false });
		const customerId = await readOrFindPayer(item, draft.branch, body, externalId);
		const mayDuplicate = externalId === undefined;

		const payment = { ...draft, body, item, customerId, externalId };
		return [await savePayment(payment, { mayDuplicate })];
	},

	output: reportSchema,
};

/**
 * Reads the ID of the payer from the form. If 'Customer' is empty, finds the customer who made the
 * income with the external ID. One of the two is always there: the declaration of the action
 * requires 'Customer' unless an external ID is given.
 */
async function readOrFindPayer(
	item: Item,
	branch: Branch,
	{ customer_id: givenId }: IDataObject,
	externalId?: ExternalId,
): Promise<number> {
	const isCustomerEmpty = givenId === undefined;
	if (isCustomerEmpty && externalId !== undefined) return await findPayer(item, branch, externalId);

	return Number(givenId);
}

import { pay } from '../../entities/pay';
import { reportSchema } from '../../output/report';
import { textOptions } from '../../run/body';
import type { ActionKind } from '../../run/operation';
import { recordParameter } from '../../run/recordParameter';
import { idOf } from '../../run/target';
import { readActionDraft } from '../common/addition';
import { skipIfExists } from '../common/skipIfExists';
import { extractExternalId } from './externalId';
import { savePayment } from './savePayment';

/**
 * Enters an income of a customer, unless the same payment is there already: entered by an earlier
 * run of the workflow, or by the staff.
 */
export const enterPayment: ActionKind<'enterPayment'> = {
	form: (customerEntity, { fields = [] }) => ({
		id: [recordParameter(customerEntity)],
		skipIfThere: [skipIfExists],
		options: textOptions(fields),
	}),

	async execute(item, customerEntity, { fields = [] }) {
		const draft = readActionDraft(item, customerEntity, fields, { offersShortening: true });
		const { externalId, body } = extractExternalId(item, draft.body, { isIncome: true });
		const customerId = idOf(item, customerEntity);
		const mayDuplicate = !item.flag(skipIfExists);

		const payment = { ...draft, body, item, customerId, externalId };
		return [await savePayment(payment, { mayDuplicate })];
	},

	// The action stands under Customer, but its output is a payment.
	output: () => reportSchema(pay),
};

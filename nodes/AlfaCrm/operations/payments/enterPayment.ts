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
 * *Customer → Take Payment*: enters money that a customer has paid. If an earlier run or the staff
 * has entered this payment before, returns the existing one.
 */
export const enterPayment: ActionKind<'enterPayment'> = {
	form: (customerEntity, { fields: formFields = [] }) => ({
		id: [recordParameter(customerEntity)],
		skipIfThere: [skipIfExists],
		// The option 'Shorten Long Texts'.
		options: textOptions(formFields),
	}),

	async execute(item, customerEntity, { fields: formFields = [] }) {
		const draft = readActionDraft(item, customerEntity, formFields, { offersShortening: true });
		const { externalId, body } = extractExternalId(item, draft.body, { entersIncomes: true });
		const customerId = idOf(item, customerEntity);

		const payment = { ...draft, body, item, customerId, externalId };
		const searchesExisting = item.flag(skipIfExists);
		return [await savePayment(payment, { searchesExisting })];
	},

	// The action belongs to the entity of customers, but its output is a payment.
	output: () => reportSchema(pay),
};

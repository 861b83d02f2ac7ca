import type { Action, ActionContext } from '../../engine/action';
import { invalidMessage, isBlank, requiredMessage } from '../../engine/fieldTypes';
import { readParams } from '../../engine/params';
import { success } from '../../engine/write';
import { HttpError, type ApiResponse } from '../../model/httpError';
import { toNumber, type Row } from '../../model/json';

/** The actions of `bonus`, which read and change the bonuses of a customer. API notes 6. */
export const bonus: Readonly<Record<string, Action>> = {
	'balance-bonus': {
		isRead: true,
		run: (context) => {
			const customer = findCustomer(context);
			return { status: 200, body: { balance_bonus: readBalance(customer) } };
		},
	},
	'bonus-add': {
		isRead: false,
		run: (context) => changeBalance(context, (balance, amount) => balance + amount),
	},
	'bonus-spend': {
		isRead: false,
		run: (context) => changeBalance(context, (balance, amount) => balance - amount),
	},
};

/** Changes the bonuses of a customer by the `amount` of the call. A balance cannot get below zero. */
function changeBalance(
	context: ActionContext,
	computeBalance: (balance: number, amount: number) => number,
): ApiResponse {
	const { call, store, settings, writer } = context;
	const customer = findCustomer(context);
	const { amount: sentAmount, note = null } = call.body;
	const label = 'Сумма';
	if (isBlank(sentAmount)) return writer.invalid({ amount: [requiredMessage(label)] });

	const amount = toNumber(sentAmount) ?? 0;
	if (amount <= 0) return writer.invalid({ amount: [invalidMessage(label)] });

	const balance = computeBalance(readBalance(customer), amount);
	if (balance < 0) return writer.invalid({ amount: ['Недостаточно бонусов.'] });

	const origin = { user: call.user, branch: call.branch };
	store.patch('customer', customer.id, { balance_bonus: balance }, origin);
	if (settings.bonusAnswer === 'bare') return { status: 200, body: { balance_bonus: balance } };
	return success({ customer_id: customer.id, amount, note, balance_bonus: balance });
}

/** Finds the customer whom the call names in its query. Throws the answer of the API if there is none. */
function findCustomer({ call, store }: ActionContext): Row {
	const { customer_id: id = 0 } = readParams(['customer_id'], call);
	const customer = store.find('customer', Number(id));
	if (!customer) throw new HttpError(404, 'Запрашиваемая страница не существует.');
	return customer;
}

function readBalance({ balance_bonus }: Row): number {
	return Number(balance_bonus ?? 0);
}

import type { Action, ActionContext } from '../../engine/action';
import { invalidMessage, isBlank, requiredMessage } from '../../engine/fieldTypes';
import { readParams } from '../../engine/params';
import { success } from '../../engine/write';
import { HttpError, type ApiResponse } from '../../model/httpError';
import { toNumber, type Json, type Row } from '../../model/json';

function customerOf({ call, store }: ActionContext): Row {
	const { customer_id: id = 0 } = readParams(['customer_id'], call);
	const customer = store.find('customer', Number(id));
	if (!customer) throw new HttpError(404, 'Запрашиваемая страница не существует.');
	return customer;
}

const balanceOf = ({ balance_bonus: held }: Row): number => Number(held ?? 0);

function amountOf(value: Json | undefined): number | string {
	const label = 'Сумма';
	if (isBlank(value)) return requiredMessage(label);
	const amount = toNumber(value);
	return amount !== undefined && amount > 0 ? amount : invalidMessage(label);
}

/** Adds bonuses to a customer's, or takes some away. */
function change(context: ActionContext, sign: 1 | -1): ApiResponse {
	const { call, store, settings, writer } = context;
	const customer = customerOf(context);
	const amount = amountOf(call.body.amount);
	if (typeof amount === 'string') return writer.invalid({ amount: [amount] });
	const balance = balanceOf(customer) + sign * amount;
	if (balance < 0) return writer.invalid({ amount: ['Недостаточно бонусов.'] });
	const { user, branch } = call;
	store.patch('customer', customer.id, { balance_bonus: balance }, { user, branch });
	if (settings.bonusAnswer === 'bare') return { status: 200, body: { balance_bonus: balance } };
	return success({ customer_id: customer.id, amount, note: call.body.note ?? null, balance_bonus: balance });
}

const write = (sign: 1 | -1): Action => ({ isRead: false, run: (context) => change(context, sign) });

export const bonus: Readonly<Record<string, Action>> = {
	'balance-bonus': {
		isRead: true,
		run: (context) => ({ status: 200, body: { balance_bonus: balanceOf(customerOf(context)) } }),
	},
	'bonus-add': write(1),
	'bonus-spend': write(-1),
};

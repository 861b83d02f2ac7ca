import type { Act, Acting } from '../../engine/action';
import { invalidMessage, isBlank, requiredMessage } from '../../engine/field-types';
import { readParams } from '../../engine/params';
import { success } from '../../engine/write';
import { YiiError, type Answer } from '../../model/http-error';
import { toNumber, type Json, type Row } from '../../model/json';

function customerOf({ call, store, settings }: Acting): Row {
	const { customer_id: id = 0 } = readParams(`bonus/${call.action}`, ['customer_id'], call, settings);
	const customer = store.find('customer', Number(id));
	if (!customer) throw new YiiError(404, 'Запрашиваемая страница не существует.');
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
function change(acting: Acting, sign: 1 | -1): Answer {
	const { call, store, settings, writer } = acting;
	const customer = customerOf(acting);
	const amount = amountOf(call.body.amount);
	if (typeof amount === 'string') return writer.refuse({ amount: [amount] });
	const balance = balanceOf(customer) + sign * amount;
	if (balance < 0) return writer.refuse({ amount: ['Недостаточно бонусов.'] });
	const { user, branch } = call;
	store.patch('customer', customer.id, { balance_bonus: balance }, { user, branch });
	if (settings.bonusAnswer === 'bare') return { status: 200, body: { balance_bonus: balance } };
	return success({ customer_id: customer.id, amount, note: call.body.note ?? null, balance_bonus: balance });
}

const write = (sign: 1 | -1): Act => ({ isRead: false, run: (acting) => change(acting, sign) });

export const bonus: Readonly<Record<string, Act>> = {
	'balance-bonus': {
		isRead: true,
		run: (acting) => ({ status: 200, body: { balance_bonus: balanceOf(customerOf(acting)) } }),
	},
	'bonus-add': write(1),
	'bonus-spend': write(-1),
};

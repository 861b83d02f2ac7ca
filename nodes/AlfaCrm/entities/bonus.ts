import { note } from './common';
import { number } from './fields';
import type { Action } from './types';

/** API notes 6. All three are known from one integration, which runs in production. */
const bonus = { path: 'bonus', idAs: 'customer_id', unconfirmed: true } as const;

/** API notes 6: its answer is assumed, not seen. */
const changeOfBonus = { ...bonus, kind: 'save', confirmedBy: 'balance_bonus' } as const;

const amount = number('amount', 'Amount', { required: true, min: 0.01 });

/** A customer's bonus balance. */
export const bonuses: Action[] = [
	{
		...bonus,
		kind: 'get',
		name: 'getBonusBalance',
		label: 'Get Bonus Balance',
		title: 'Get the bonus balance of a customer',
		description: 'Get how much bonus a customer has',
		action: 'balance-bonus',
	},
	{
		...changeOfBonus,
		name: 'addBonus',
		label: 'Add Bonus',
		title: 'Add bonus to a customer',
		description: 'Raise the bonus balance of a customer',
		action: 'bonus-add',
		body: [amount, note],
	},
	{
		...changeOfBonus,
		name: 'spendBonus',
		label: 'Spend Bonus',
		title: 'Spend bonus of a customer',
		description: 'Lower the bonus balance of a customer',
		action: 'bonus-spend',
		body: [amount, { ...note, required: true }],
	},
];

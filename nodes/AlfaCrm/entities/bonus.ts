import { note } from './common';
import { choice, number } from './fields';
import type { Action } from './types';

/** API notes 6: known from one integration, which runs in production; its answer is assumed, not seen. */
export const changeBonus: Action = {
	name: 'changeBonus',
	label: 'Change Bonus',
	title: 'Add or spend bonus of customer',
	kind: 'save',
	path: 'bonus',
	idAs: 'customer_id',
	action: 'bonus-add',
	actionBy: 'change',
	body: [
		choice(
			'change',
			'Change',
			[
				{ value: 'bonus-add', label: 'Add' },
				{ value: 'bonus-spend', label: 'Spend' },
			],
			'bonus-add',
			{ required: true },
		),
		number('amount', 'Amount', { required: true, min: 0.01 }),
		{ ...note, required: true },
	],
	confirmedBy: 'balance_bonus',
	unconfirmed: true,
};

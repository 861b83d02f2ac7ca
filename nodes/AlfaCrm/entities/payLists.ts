import { readable, weight } from './common';
import { flag, id, ids, text } from './fields';

/** What payments are sorted by. API notes 5.17: `index` is all that is known. */
export const payAccount = readable({
	resource: 'payAccount',
	path: 'pay-account',
	className: 'PayAccount',
	label: 'Payment Account',
	plural: 'Payment Accounts',
	certainty: 'documented',
	outputFields: [
		text('name', 'Name'),
		id('branch_id', 'Branch ID'),
		ids('user_ids', 'User IDs'),
		flag('is_enabled', 'Enabled'),
		weight,
	],
});

export const payItem = readable({
	resource: 'payItem',
	path: 'pay-item',
	label: 'Payment Item',
	plural: 'Payment Items',
	certainty: 'confirmed',
	outputFields: [
		text('name', 'Name'),
		ids('branch_ids', 'Branch IDs'),
		id('category_id', 'Category ID'),
		ids('pay_type_ids', 'Payment Type IDs'),
		weight,
	],
});

export const payItemCategory = readable({
	resource: 'payItemCategory',
	path: 'pay-item-category',
	className: 'PayItemCategory',
	label: 'Payment Item Category',
	plural: 'Payment Item Categories',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name'), weight],
});

export const payType = readable({
	resource: 'payType',
	path: 'pay-type',
	label: 'Payment Type',
	plural: 'Payment Types',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name')],
});

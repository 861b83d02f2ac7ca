import { makeReferenceList, weight } from './common';
import { flag, reference, references, text } from './fields';

/**
 * The short lists by which payments are sorted: accounts, items with their categories, and types.
 * Only the index of each is known. API notes 5.17.
 */

export const payAccount = makeReferenceList({
	resource: 'payAccount',
	className: 'PayAccount',
	label: 'Payment Account',
	certainty: 'documented',
	outputFields: [
		text('name', 'Name'),
		reference('branch_id', 'Branch ID', 'branch'),
		references('user_ids', 'User IDs', 'user'),
		flag('is_enabled', 'Enabled'),
		weight,
	],
});

export const payItem = makeReferenceList({
	resource: 'payItem',
	label: 'Payment Item',
	certainty: 'confirmed',
	outputFields: [
		text('name', 'Name'),
		references('branch_ids', 'Branch IDs', 'branch'),
		reference('category_id', 'Category ID', 'payItemCategory'),
		references('pay_type_ids', 'Payment Type IDs', 'payType'),
		weight,
	],
});

export const payItemCategory = makeReferenceList({
	resource: 'payItemCategory',
	className: 'PayItemCategory',
	label: 'Payment Item Category',
	plural: 'Payment Item Categories',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name'), weight],
});

export const payType = makeReferenceList({
	resource: 'payType',
	label: 'Payment Type',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name')],
});

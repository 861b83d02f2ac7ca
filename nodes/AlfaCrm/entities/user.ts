import { referenceList, emailFilter } from './common';
import { text } from './fields';

/** API notes 5.22. */
export const user = referenceList({
	resource: 'user',
	className: 'User',
	label: 'User',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name'), text('email', 'Email')],
	filters: [emailFilter],
});

/**
 * The account's own legal entities. API notes 5.22: one source, which lists no fields; the name is
 * assumed.
 */
export const company = referenceList({
	resource: 'company',
	scope: 'global',
	label: 'Company',
	plural: 'Companies',
	certainty: 'unconfirmed',
	outputFields: [text('name', 'Name')],
});

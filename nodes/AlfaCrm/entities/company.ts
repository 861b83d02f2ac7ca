import { readable } from './common';
import { text } from './fields';

/** The account's own legal entities. API notes 5.22: one source, which lists no fields; the name is assumed. */
export const company = readable({
	resource: 'company',
	path: 'company',
	scope: 'global',
	label: 'Company',
	plural: 'Companies',
	certainty: 'unconfirmed',
	outputFields: [text('name', 'Name')],
});

import { makeReferenceList, emailFilter } from './common';
import { text } from './fields';

/** The users of the account: the staff who log in to AlfaCRM. API notes 5.22. */
export const user = makeReferenceList({
	resource: 'user',
	className: 'User',
	label: 'User',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name'), text('email', 'Email')],
	filters: [emailFilter],
});

/**
 * The legal entities of the school. The only source lists no fields, so the field `name` is
 * assumed. API notes 5.22.
 */
export const company = makeReferenceList({
	resource: 'company',
	scope: 'global',
	label: 'Company',
	plural: 'Companies',
	certainty: 'unconfirmed',
	outputFields: [text('name', 'Name')],
});

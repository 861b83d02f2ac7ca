import {
	enabled,
	enabledFilter,
	name,
	nameFilter,
	nameOfAnyLength,
	referenceList,
	weight,
	writable,
} from './common';
import { flag, reference, text } from './fields';
import type { Entity } from './types';

/** The short lists that an account defines for itself share one shape. API notes 5.4. */
const list = (
	facts: Pick<Entity, 'resource' | 'className' | 'label' | 'fields'> & Partial<Entity>,
): Entity =>
	writable({
		certainty: 'confirmed',
		outputFields: [weight],
		filters: [enabledFilter, nameFilter],
		...facts,
	});

export const studyStatus = list({
	resource: 'studyStatus',
	className: 'StudyStatus',
	label: 'Study Status',
	plural: 'Study Statuses',
	fields: [name('e.g. Studying'), enabled],
});

export const leadStatus = list({
	resource: 'leadStatus',
	className: 'LeadStatus',
	label: 'Stage',
	fields: [
		name('e.g. Trial lesson booked'),
		enabled,
		text('color', 'Color'),
		reference('pipeline_id', 'Pipeline', 'pipeline'),
	],
	listed: {
		// "Не разобрано" in AlfaCRM, a column that is no row of this list. API notes 5.3.
		none: 'Not Sorted',
		partOf: { field: 'pipeline_id', entity: 'pipeline' },
	},
});

export const leadSource = list({
	resource: 'leadSource',
	className: 'LeadSource',
	label: 'Lead Source',
	fields: [
		nameOfAnyLength('e.g. Website'),
		text('code', 'Code', { required: true, longest: 50, placeholder: 'e.g. site' }),
		enabled,
	],
	filters: [text('code', 'Code'), enabledFilter, nameFilter],
});

/** No filters of it are listed. */
export const leadReject = list({
	resource: 'leadReject',
	className: 'LeadReject',
	label: 'Lead Reject Reason',
	certainty: 'documented',
	fields: [nameOfAnyLength('e.g. Too expensive'), enabled],
	filters: [],
});

/** Two integrations list it, none writes it; its fields are taken to be those of the others. */
export const customerReject = referenceList({
	resource: 'customerReject',
	className: 'CustomerReject',
	label: 'Customer Reject Reason',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name'), flag('is_enabled', 'Enabled'), weight],
});

/** API notes 5.4: one integration lists it, and a live account answered. */
export const pipeline = referenceList({
	resource: 'pipeline',
	label: 'Pipeline',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name')],
});

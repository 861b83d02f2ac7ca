import {
	enabled,
	enabledFilter,
	idFilter,
	name,
	nameFilter,
	nameOfAnyLength,
	readable,
	weight,
	writable,
} from './common';
import { flag, reference, text } from './fields';
import { byId, byTheName, byNameOrId } from './match';
import type { Entity } from './types';
import type { Field } from './fieldTypes';

/** The short lists that an account defines for itself share one shape. API notes 5.4. */
const list = (
	names: Pick<Entity, 'resource' | 'path' | 'className' | 'label' | 'plural'>,
	called: Field,
	more: {
		first?: Field[];
		last?: Field[];
		filters?: Entity['filters'];
		certainty?: 'documented';
		match?: Entity['match'];
		listed?: Entity['listed'];
	} = {},
): Entity =>
	writable({
		...names,
		certainty: more.certainty ?? 'confirmed',
		match: more.match ?? byNameOrId,
		...(more.listed ? { listed: more.listed } : {}),
		fields: [called, ...(more.first ?? []), enabled, ...(more.last ?? []), weight],
		filters: more.filters ?? [enabledFilter, idFilter, nameFilter],
	});

export const studyStatus = list(
	{
		resource: 'studyStatus',
		path: 'study-status',
		className: 'StudyStatus',
		label: 'Study Status',
		plural: 'Study Statuses',
	},
	name('e.g. Studying'),
);

export const leadStatus = list(
	{
		resource: 'leadStatus',
		path: 'lead-status',
		className: 'LeadStatus',
		label: 'Stage',
		plural: 'Stages',
	},
	name('e.g. Trial lesson booked'),
	{
		last: [
			text('color', 'Color', { description: 'Written by one known integration' }),
			reference('pipeline_id', 'Pipeline', 'pipeline', {
				description: 'Funnel that the stage belongs to. Written by one known integration.',
			}),
		],
		listed: {
			// "Не разобрано" in AlfaCRM, a column that is no row of this list. API notes 5.3.
			none: 'Not Sorted',
			partOf: { field: 'pipeline_id', entity: 'pipeline' },
		},
	},
);

export const leadSource = list(
	{
		resource: 'leadSource',
		path: 'lead-source',
		className: 'LeadSource',
		label: 'Lead Source',
		plural: 'Lead Sources',
	},
	nameOfAnyLength('e.g. Website'),
	{
		first: [
			text('code', 'Code', {
				required: true,
				longest: 50,
				placeholder: 'e.g. site',
			}),
		],
		filters: [text('code', 'Code', { description: 'Code to look for' }), enabledFilter, idFilter, nameFilter],
		match: { keys: [{ name: 'code', label: 'Code', fields: ['code'] }, byTheName, byId] },
	},
);

/** No filters of it are listed. */
export const leadReject = list(
	{
		resource: 'leadReject',
		path: 'lead-reject',
		className: 'LeadReject',
		label: 'Lead Reject Reason',
		plural: 'Lead Reject Reasons',
	},
	nameOfAnyLength('e.g. Too expensive'),
	{ filters: [], certainty: 'documented' },
);

/** Two integrations list it, none writes it; its fields are taken to be those of the others. */
export const customerReject = readable({
	resource: 'customerReject',
	path: 'customer-reject',
	className: 'CustomerReject',
	label: 'Customer Reject Reason',
	plural: 'Customer Reject Reasons',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name'), flag('is_enabled', 'Enabled'), weight],
});

import {
	enabled,
	enabledFilter,
	name,
	nameFilter,
	nameOfAnyLength,
	makeReferenceList,
	weight,
	makeWritableEntity,
} from './common';
import { flag, reference, text } from './fields';
import type { Entity } from './types';

/**
 * Makes an entity for a short list of statuses, reasons or sources. These lists share most fields.
 * The `weight` orders the records of a list. docs/alfacrm-api.md 5.4.
 */
const makeStatusList = (
	facts: Pick<Entity, 'resource' | 'className' | 'label' | 'fields'> & Partial<Entity>,
): Entity =>
	makeWritableEntity({
		certainty: 'confirmed',
		outputFields: [weight],
		filters: [enabledFilter, nameFilter],
		...facts,
	});

/** The statuses of clients, such as "Studying" or "On holiday". */
export const studyStatus = makeStatusList({
	resource: 'studyStatus',
	className: 'StudyStatus',
	label: 'Study Status',
	plural: 'Study Statuses',
	fields: [name('e.g. Studying'), enabled],
});

/** The stages of the funnels through which leads pass. AlfaCRM calls a funnel `pipeline`. */
export const leadStatus = makeStatusList({
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
		// AlfaCRM shows leads in no stage in the column "Не разобрано", which is not a stage itself.
		// API notes 5.3.
		none: 'Not Sorted',
		partOf: { field: 'pipeline_id', entity: 'pipeline' },
	},
});

/** The places where leads come from, such as the website. */
export const leadSource = makeStatusList({
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

/** The reasons why leads are lost. No filters of their list are known. API notes 5.4. */
export const leadReject = makeStatusList({
	resource: 'leadReject',
	className: 'LeadReject',
	label: 'Lead Reject Reason',
	certainty: 'documented',
	fields: [nameOfAnyLength('e.g. Too expensive'), enabled],
	filters: [],
});

/**
 * The reasons why clients leave. Two integrations show that AlfaCRM lists them. Whether AlfaCRM
 * lets them be changed is not known. Their fields are assumed to be those of the other lists.
 * API notes 5.4.
 */
export const customerReject = makeReferenceList({
	resource: 'customerReject',
	className: 'CustomerReject',
	label: 'Customer Reject Reason',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name'), flag('is_enabled', 'Enabled'), weight],
});

/**
 * The funnels. One integration and a call in a live account show that AlfaCRM lists them.
 * API notes 5.4.
 */
export const pipeline = makeReferenceList({
	resource: 'pipeline',
	label: 'Pipeline',
	certainty: 'confirmed',
	outputFields: [text('name', 'Name')],
});

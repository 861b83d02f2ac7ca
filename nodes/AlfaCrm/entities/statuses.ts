import { enabled, flag, id, idFilter, name, nameFilter, text, weight } from './fields';
import type { Entity, Field } from './types';

const enabledFilter = flag('is_enabled', 'Enabled', {
	description: 'Whether to return only enabled ones or only disabled ones',
});

/** The short lists that an account defines for itself share one shape. API notes 5.4. */
const list = (
	names: Pick<Entity, 'resource' | 'path' | 'label' | 'plural'>,
	example: string,
	more: { first?: Field[]; last?: Field[]; filters?: Entity['filters'] } = {},
): Entity => ({
	...names,
	scope: 'branch',
	operations: ['create', 'delete', 'get', 'getAll', 'update'],
	fields: [name(example), ...(more.first ?? []), enabled, ...(more.last ?? []), weight],
	filters: [...(more.filters ?? []), enabledFilter, idFilter, nameFilter],
});

export const studyStatus = list(
	{ resource: 'studyStatus', path: 'study-status', label: 'Study Status', plural: 'Study Statuses' },
	'e.g. Studying',
);

export const leadStatus = list(
	{ resource: 'leadStatus', path: 'lead-status', label: 'Lead Status', plural: 'Lead Statuses' },
	'e.g. Trial lesson booked',
	{
		last: [
			text('color', 'Color', { description: 'Written by one known integration; unconfirmed' }),
			id('pipeline_id', 'Pipeline ID', {
				description: 'Funnel that the stage belongs to. Written by one known integration; unconfirmed.',
			}),
		],
	},
);

export const leadSource = list(
	{ resource: 'leadSource', path: 'lead-source', label: 'Lead Source', plural: 'Lead Sources' },
	'e.g. Website',
	{
		first: [
			text('code', 'Code', {
				required: true,
				description: 'At most 50 characters',
				placeholder: 'e.g. site',
			}),
		],
		filters: [text('code', 'Code', { description: 'Code to look for' })],
	},
);

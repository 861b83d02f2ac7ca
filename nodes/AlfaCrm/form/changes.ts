import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { entities } from '../entities/registry';
import { sortByName } from '../fields/order';

/** Classes that AlfaCRM's log and webhooks name and its API does not list. API notes 5.21. */
const OTHER_CLASSES: Record<string, string> = {
	AclRole: 'Access Role',
	Bill: 'Bill',
	CommodityCategory: 'Commodity Category',
	CrmTrigger: 'CRM Trigger',
	CustomerContract: 'Customer Contract',
	Dashboard: 'Dashboard',
	Duplicate: 'Duplicate',
	DuplicateSearch: 'Duplicate Search',
	Export: 'Export',
	FieldVisibility: 'Field Visibility',
	GroupStatus: 'Group Status',
	Import: 'Import',
	LeadForm: 'Lead Form',
	LessonDetails: 'Lesson Details',
	LessonReason: 'Lesson Reason',
	License: 'License',
	MailTemplate: 'Mail Template',
	Mailing: 'Mailing',
	PayDraft: 'Payment Draft',
	SmsTemplate: 'SMS Template',
	TaskTemplate: 'Task Template',
};

/** Where one class is more than the label of the resource says. */
const CLEARER: Record<string, string> = { Customer: 'Customer (Leads and Clients)' };

function classOptions(): INodePropertyOptions[] {
	const listed = entities.flatMap(
		({ className, label }): Array<[string, string]> =>
			className === undefined ? [] : [[className, CLEARER[className] ?? label]],
	);
	return sortByName(
		[...listed, ...Object.entries(OTHER_CLASSES)].map(([value, name]) => ({
			name,
			value,
			description: `AlfaCRM calls it ${value}`,
		})),
	);
}

/** What both triggers ask about changes that AlfaCRM tells of, by the names of its log and its webhooks. */
export const changeEvents: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	options: [
		{ name: 'Created', value: 'create' },
		{ name: 'Deleted', value: 'delete' },
		{ name: 'Updated', value: 'update' },
	],
	default: [],
	description: 'What must have happened. Left empty, every event counts.',
};

export const changeEntities: INodeProperties = {
	displayName: 'Entities',
	name: 'entities',
	type: 'multiOptions',
	options: classOptions(),
	default: [],
	description:
		'What it must have happened to. Left empty, all entities count; an expression can give names of classes that are not listed.',
};

export const changedFields: INodeProperties = {
	displayName: 'Changed Fields',
	name: 'changedFields',
	type: 'string',
	default: '',
	placeholder: 'e.g. lead_status_id, study_status_id',
	description:
		'Names of fields as AlfaCRM calls them, separated by commas. An update must have changed one of them; other events pass.',
};

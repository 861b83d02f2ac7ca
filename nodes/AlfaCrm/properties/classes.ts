import type { INodePropertyOptions } from 'n8n-workflow';

import { entities } from '../entities/registry';
import { byName } from './fields';

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

/** What events can be about, by the names that AlfaCRM's log and webhooks use. */
export function classOptions(): INodePropertyOptions[] {
	const listed = entities.flatMap(
		({ className, label }): Array<[string, string]> =>
			className === undefined ? [] : [[className, CLEARER[className] ?? label]],
	);
	return byName(
		[...listed, ...Object.entries(OTHER_CLASSES)].map(([value, name]) => ({
			name,
			value,
			description: `AlfaCRM calls it ${value}`,
		})),
	);
}

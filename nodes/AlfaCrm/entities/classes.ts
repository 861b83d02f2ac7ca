import { entities } from './registry';

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

/** What AlfaCRM's log and webhooks call a record, with its label. */
export const classLabels: Readonly<Record<string, string>> = {
	...Object.fromEntries(
		entities.flatMap(({ className, label }) => (className === undefined ? [] : [[className, label]])),
	),
	...OTHER_CLASSES,
};

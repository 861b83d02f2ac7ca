import { branch } from './branch';
import { cgi } from './cgi';
import { communication } from './communication';
import { customer } from './customer';
import { customerTariff } from './customerTariff';
import { discount } from './discount';
import { group, level } from './group';
import { lesson } from './lesson';
import { lessonType } from './lessonType';
import { location } from './location';
import { log } from './log';
import { mailMessage, phoneCall, smsMessage } from './messages';
import { pay } from './pay';
import { payAccount, payItem, payItemCategory, payType } from './payLists';
import { regularLesson } from './regularLesson';
import { room } from './room';
import {
	customerReject,
	leadReject,
	leadSource,
	leadStatus,
	pipeline,
	studyStatus,
} from './statuses';
import { subject } from './subject';
import { tariff } from './tariff';
import { task } from './task';
import { teacher } from './teacher';
import type { Entity } from './types';
import { company, user } from './user';

/** All entities, in the order of their labels: `log` is "Change Log", `cgi` is "Group Member". */
export const entities: readonly Entity[] = [
	branch,
	log,
	communication,
	company,
	customer,
	customerReject,
	customerTariff,
	discount,
	group,
	cgi,
	leadReject,
	leadSource,
	lesson,
	lessonType,
	level,
	location,
	mailMessage,
	pay,
	payAccount,
	payItem,
	payItemCategory,
	payType,
	phoneCall,
	pipeline,
	regularLesson,
	room,
	smsMessage,
	leadStatus,
	studyStatus,
	subject,
	tariff,
	task,
	teacher,
	user,
];

/** The entities with an own choice in 'Resource'. The others share a choice, such as 'Message'. */
export const resourceEntities: readonly Entity[] = entities.filter(
	({ listedIn }) => listedIn === undefined,
);

const byResource = new Map(entities.map((entity) => [entity.resource, entity]));

/** Returns the entity with the given `resource`, such as `customerTariff`. */
export function entityOf(resource: string): Entity {
	const entity = byResource.get(resource);
	if (entity === undefined) throw new RangeError(`There is no resource "${resource}"`);
	return entity;
}

const byClassName = new Map(entities.map((entity) => [entity.className, entity]));

/**
 * Finds an entity by the name that the log and the webhooks give it, such as `CustomerToTariff`.
 * Returns undefined for a class that the API does not list.
 */
export function entityOfClass(className: string): Entity | undefined {
	return byClassName.get(className);
}

/**
 * Labels of the classes that appear in the log and the webhooks, but have no list in the API.
 * API notes 5.21.
 */
const UNLISTED_CLASSES: Record<string, string> = {
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

/** The label of each class of records that appears in the log and the webhooks. */
export const classLabels: Readonly<Record<string, string>> = {
	...collectLabelsOfClasses(),
	...UNLISTED_CLASSES,
};

/** Collects the labels of the entities by their classes, such as `{ Pay: 'Payment' }`. */
function collectLabelsOfClasses(): Record<string, string> {
	const labels: Record<string, string> = {};
	for (const { className, label } of entities) {
		if (className !== undefined) labels[className] = label;
	}
	return labels;
}

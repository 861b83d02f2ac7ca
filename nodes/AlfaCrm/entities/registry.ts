import { branch } from './branch';
import { cgi } from './cgi';
import { communication } from './communication';
import { company } from './company';
import { customer } from './customer';
import { customerTariff } from './customerTariff';
import { discount } from './discount';
import { group } from './group';
import { lesson } from './lesson';
import { lessonType } from './lessonType';
import { level } from './level';
import { location } from './location';
import { log } from './log';
import { mailMessage, phoneCall, smsMessage } from './messages';
import { pay } from './pay';
import { payAccount, payItem, payItemCategory, payType } from './payLists';
import { pipeline } from './pipeline';
import { regularLesson } from './regularLesson';
import { room } from './room';
import { customerReject, leadReject, leadSource, leadStatus, studyStatus } from './statuses';
import { subject } from './subject';
import { tariff } from './tariff';
import { task } from './task';
import { teacher } from './teacher';
import type { Entity } from './types';
import { user } from './user';

/** Everything that the node knows of AlfaCRM, in the order of the labels. */
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

const byResource = new Map(entities.map((entity) => [entity.resource, entity]));

export function entityOf(resource: string): Entity {
	const entity = byResource.get(resource);
	if (entity === undefined) throw new RangeError(`There is no resource "${resource}"`);
	return entity;
}

const byClassName = new Map(entities.map((entity) => [entity.className, entity]));

/** @returns undefined for what the log and the webhooks name and the API does not list */
export function entityOfClass(className: string): Entity | undefined {
	return byClassName.get(className);
}

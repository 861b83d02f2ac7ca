import type { Entity } from '../../model/entity';
import { branch } from './branch';
import { cgi } from './cgi';
import { communication, mailMessage, phoneCall, smsMessage, task } from './communication';
import { customer } from './customer';
import { customerTariff } from './customerTariff';
import { group } from './group';
import { lesson, lessonType } from './lesson';
import { lessonDetails } from './lessonDetails';
import { location } from './location';
import { log } from './log';
import { pay, payAccount, payItem, payItemCategory, payType } from './pay';
import { regularLesson } from './regularLesson';
import { room } from './room';
import { company, level, teacher, teacherRate, user, workingHour } from './staff';
import { customerReject, leadReject, leadSource, leadStatus, pipeline, studyStatus } from './statuses';
import { subject } from './subject';
import { discount, tariff } from './tariff';

/** Everything that the school holds, in the order in which it is generated. */
export const entities: readonly Entity[] = [
	...[subject, branch, location, studyStatus, leadStatus, leadSource, leadReject, customerReject, pipeline],
	...[level, company, user, room, teacher, teacherRate, workingHour, lessonType, tariff],
	...[payAccount, payItemCategory, payItem, payType],
	...[customer, group, cgi, customerTariff, discount],
	...[regularLesson, lesson, lessonDetails, pay],
	...[task, communication, smsMessage, mailMessage, phoneCall, log],
];

const byPath = new Map(entities.map((entity) => [entity.path, entity]));

export const findEntity = (path: string): Entity | undefined => byPath.get(path);
export const entityNames: readonly string[] = [...byPath.keys()];

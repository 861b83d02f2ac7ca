import { aiNextLesson } from './aiNextLesson';
import { amocrmDealToClient } from './amocrmDealToClient';
import { attendanceReport } from './attendanceReport';
import { bankStatement } from './bankStatement';
import { birthdayGreetings } from './birthdayGreetings';
import { dailyFreeSlots } from './dailyFreeSlots';
import { debtWithLink } from './debtWithLink';
import { formToLead } from './formToLead';
import { incrementalSync } from './incrementalSync';
import { lessonCancelledNotice } from './lessonCancelledNotice';
import { lessonReminder } from './lessonReminder';
import { lessonsRunningOutToManager } from './lessonsRunningOutToManager';
import { mcpServer } from './mcpServer';
import { messengerFunnel } from './messengerFunnel';
import { missedLessonToParents } from './missedLessonToParents';
import { morningCheck } from './morningCheck';
import { newLeadToMessenger } from './newLeadToMessenger';
import { nightlyExport } from './nightlyExport';
import { parentBot } from './parentBot';
import { paymentCloudpayments } from './paymentCloudpayments';
import { paymentReceipt } from './paymentReceipt';
import { paymentRobokassa } from './paymentRobokassa';
import { paymentYookassa } from './paymentYookassa';
import { promoterLead } from './promoterLead';
import { staffAgent } from './staffAgent';
import { subscriptionEndingTask } from './subscriptionEndingTask';
import { tildaFormToLead } from './tildaFormToLead';
import { trialBooking } from './trialBooking';
import type { Job } from './types';

export const jobs: readonly Job[] = [
	formToLead,
	newLeadToMessenger,
	nightlyExport,
	paymentReceipt,
	birthdayGreetings,
	subscriptionEndingTask,
	lessonCancelledNotice,
	incrementalSync,
	attendanceReport,
	aiNextLesson,
	tildaFormToLead,
	dailyFreeSlots,
	parentBot,
	amocrmDealToClient,
	missedLessonToParents,
	lessonsRunningOutToManager,
	mcpServer,
	paymentYookassa,
	debtWithLink,
	paymentCloudpayments,
	paymentRobokassa,
	bankStatement,
	lessonReminder,
	trialBooking,
	morningCheck,
	staffAgent,
	promoterLead,
	messengerFunnel,
];

import { aiNextLesson } from './aiNextLesson';
import { attendanceReport } from './attendanceReport';
import { birthdayGreetings } from './birthdayGreetings';
import { formToLead } from './formToLead';
import { incrementalSync } from './incrementalSync';
import { lessonCancelledNotice } from './lessonCancelledNotice';
import { newLeadToMessenger } from './newLeadToMessenger';
import { nightlyExport } from './nightlyExport';
import { paymentReceipt } from './paymentReceipt';
import { subscriptionEndingTask } from './subscriptionEndingTask';
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
];

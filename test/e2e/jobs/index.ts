import { aiNextLesson } from './ai-next-lesson';
import { attendanceReport } from './attendance-report';
import { birthdayGreetings } from './birthday-greetings';
import { formToLead } from './form-to-lead';
import { incrementalSync } from './incremental-sync';
import { lessonCancelledNotice } from './lesson-cancelled-notice';
import { newLeadToMessenger } from './new-lead-to-messenger';
import { nightlyExport } from './nightly-export';
import { paymentReceipt } from './payment-receipt';
import { subscriptionEndingTask } from './subscription-ending-task';
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

import { DateTime } from 'luxon';

import type { Row, Sandbox } from '../../../sandbox';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { dayPlus } from '../../support/days';
import type { Example } from '../support/example';
import { waitFor } from '../support/wait';
import {
	addTeacherForTwoLessons,
	CENTRAL_BRANCH,
	clearSchedule,
	LESSON_TYPE,
	ROBOTICS,
	STAGE,
} from './demoSchool';
import { publishForm, submitForm } from './n8nForm';
import { watchNewCustomers } from './schoolRows';
import type { Job } from './types';

const PATIENCE_MS = 30_000;
const NOT_BOOKED = 'Запись не подтверждена';

export const trialBooking: Job = {
	name: 'trial-booking',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		const address = await publishForm(example, 'Website Form');
		const school = new BookingSchool(example, sandbox, address);

		await expectLessonAtFirstFreeTime(school);
		await expectSameLessonForRepeatedForms(school);
		await expectLastFreeTimeBookedOnce(school);
		await expectNoLessonForSibling(school);

		await example.unpublish();
	},
};

/** The school whose visitors book a trial lesson. It has two free times, at 10:00 and at 11:00 of one day. */
class BookingSchool {
	/** The day that the visitors choose. */
	readonly chosenDay: string;
	/** The day after it, which is the first with a free time. */
	readonly freeDay: string;
	readonly teacher: number;
	readonly readNewCustomers: () => readonly Row[];

	constructor(
		{ today }: Example,
		private readonly sandbox: Sandbox,
		private readonly address: string,
	) {
		this.chosenDay = dayPlus(today, 3);
		this.freeDay = dayPlus(today, 4);
		clearSchedule(sandbox);
		this.teacher = addTeacherForTwoLessons(sandbox, this.freeDay);
		addHeldLesson(sandbox, this.teacher, today);
		this.readNewCustomers = watchNewCustomers(sandbox);
	}

	/** Fills in the form as a visitor does, and returns the page with which it ends. */
	async fillInForm(name: string, phone: string, day = this.chosenDay): Promise<string> {
		const response = await submitForm(this.address, [name, phone, day]);
		const { formWaitingUrl } = (await response.json()) as { formWaitingUrl: string };
		await waitForLastPage(formWaitingUrl);
		const page = await fetchText(formWaitingUrl);
		// The page posts this when it is shown, and the execution ends.
		await fetch(formWaitingUrl, { method: 'POST' });
		return page;
	}

	readTrialLessons(): readonly Row[] {
		return this.sandbox.store.where('lesson', 'lesson_type_id', LESSON_TYPE.trial);
	}

	/** The words by which the last page confirms a lesson on the free day. */
	confirmationOf(time: string): string {
		const day = DateTime.fromISO(this.freeDay, { locale: 'ru' }).toFormat('cccc, d MMMM');
		return `Ждём вас: ${day}, ${time}`;
	}
}

async function expectLessonAtFirstFreeTime(school: BookingSchool): Promise<void> {
	const page = await school.fillInForm('Орлова Мия', '+7 900 000-77-22');

	expect(page).toContain(school.confirmationOf('10:00'));
	const [mia] = school.readNewCustomers();
	expect(mia).toMatchObject({
		name: 'Орлова Мия',
		is_study: CUSTOMER_TYPE.lead,
		lead_status_id: STAGE.trialLesson,
	});
	expect(school.readTrialLessons()).toMatchObject([
		{
			customer_ids: [mia.id],
			teacher_ids: [school.teacher],
			subject_id: ROBOTICS,
			status: LESSON_STATUS.planned,
			time_from: `${school.freeDay} 10:00:00`,
		},
	]);
}

/** Mia sends the form again, with other spellings of her name and phone, and for another day of that week. */
async function expectSameLessonForRepeatedForms(school: BookingSchool): Promise<void> {
	const lessonsBefore = school.readTrialLessons();

	const page = await school.fillInForm('орлова  мия', '8 (900) 000 77 22');
	const pageOfOtherDay = await school.fillInForm('ОРЛОВА МИЯ', '9000007722', school.freeDay);

	expect(page).toContain(school.confirmationOf('10:00'));
	expect(pageOfOtherDay).toContain(school.confirmationOf('10:00'));
	expect(school.readNewCustomers()).toHaveLength(1);
	expect(school.readTrialLessons()).toEqual(lessonsBefore);
}

/** Two visitors send the form at the same moment, when there is time for one lesson. */
async function expectLastFreeTimeBookedOnce(school: BookingSchool): Promise<void> {
	const pages = await Promise.all([
		school.fillInForm('Орлов Ян', '+7 900 000-77-33'),
		school.fillInForm('Пока Роза', '+7 900 000-77-44'),
	]);

	expect(pages.filter((page) => page.includes(school.confirmationOf('11:00')))).toHaveLength(1);
	expect(pages.filter((page) => page.includes(NOT_BOOKED))).toHaveLength(1);
	expect(school.readTrialLessons()).toMatchObject([
		{ time_from: `${school.freeDay} 10:00:00` },
		{ time_from: `${school.freeDay} 11:00:00` },
	]);

	// The visitor without a lesson is a lead, too, but not at the stage of the trial lesson.
	const leads = school.readNewCustomers();
	expect(leads).toHaveLength(3);
	expect(leads.filter(({ lead_status_id }) => lead_status_id === STAGE.trialLesson)).toHaveLength(2);
}

/** A sibling with the phone of Mia's parent has a card of its own, and learns nothing about the lesson of Mia. */
async function expectNoLessonForSibling(school: BookingSchool): Promise<void> {
	const page = await school.fillInForm('Орлов Тим', '+7 900 000-77-22');

	expect(page).toContain(NOT_BOOKED);
	expect(page).not.toContain('10:00');
	expect(school.readNewCustomers()).toHaveLength(4);
	expect(school.readNewCustomers()[3]).toMatchObject({ name: 'Орлов Тим', is_study: CUSTOMER_TYPE.lead });
	expect(school.readTrialLessons()).toHaveLength(2);
}

/** Adds a lesson of this morning. It shows the example that the teacher teaches the subject. */
function addHeldLesson({ store }: Sandbox, teacher: number, today: string): void {
	store.insert('lesson', {
		branch_id: CENTRAL_BRANCH,
		date: today,
		time_from: `${today} 09:00:00`,
		time_to: `${today} 10:00:00`,
		lesson_type_id: LESSON_TYPE.group,
		subject_id: ROBOTICS,
		teacher_ids: [teacher],
		status: LESSON_STATUS.held,
	});
}

/** Waits until the execution has reached the last page of the form. */
async function waitForLastPage(formWaitingUrl: string): Promise<void> {
	const statusUrl = new URL(formWaitingUrl);
	statusUrl.pathname += '/n8n-execution-status';
	await waitFor(
		'the last page of the form',
		async () => ((await fetchText(statusUrl)).trim() === 'form-waiting' ? true : undefined),
		PATIENCE_MS,
	);
}

async function fetchText(url: string | URL): Promise<string> {
	const response = await fetch(url);
	return await response.text();
}

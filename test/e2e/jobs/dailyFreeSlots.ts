import { DateTime } from 'luxon';

import type { Sandbox } from '../../../sandbox';
import { LESSON_STATUS } from '../../support/codes';
import { dayPlus, weekdayOf } from '../../support/days';
import { addLessonAt, messageTo } from './schoolRows';
import type { Job } from './types';

export const dailyFreeSlots: Job = {
	name: 'daily-free-slots',
	play: async (importExample, side, { sandbox }) => {
		const example = await importExample(side);
		const { today } = example;
		removeWorkingHours(sandbox);
		addScheduleOfAda(sandbox, today);
		addScheduleOfBoris(sandbox, today);
		addTeachersWithoutSlots(sandbox, today);
		sandbox.clearJournal();

		const firstExecution = await example.runManually();
		const actions = listActions(sandbox);
		const secondExecution = await example.runManually();

		const message = messageTo(
			'manager@example.org',
			`Свободное время ${formatDay(today, 'dd.MM')}–${formatDay(dayPlus(today, 6), 'dd.MM.yyyy')}`,
			[
				`${formatDay(dayPlus(today, 1), 'ccc dd.MM')}, Центральный, Адамова Ада: 10:00, 12:00, 13:00`,
				`${formatDay(dayPlus(today, 2), 'ccc dd.MM')}, Северный, Борисов Борис: 09:00, 10:00`,
				`${formatDay(dayPlus(today, 6), 'ccc dd.MM')}, Центральный, Адамова Ада: 18:00`,
			].join('\n'),
		);
		expect(example.readMessagesOf(firstExecution)).toEqual([message]);
		// The workflow only reads, so the next morning brings the message again.
		expect(actions).toEqual(['index', 'working-hour']);
		expect(example.readMessagesOf(secondExecution)).toEqual([message]);
	},
};

function removeWorkingHours({ store }: Sandbox): void {
	for (const { id } of store.rows('working-hour')) {
		store.remove('working-hour', id);
	}
}

/** Adds a teacher with four hours tomorrow, of which a planned lesson takes one, and with an hour and a half in six days. */
function addScheduleOfAda(sandbox: Sandbox, today: string): void {
	const tomorrow = dayPlus(today, 1);
	const ada = addTeacher(sandbox, 'Адамова Ада', [1]);
	addWorkingHours(sandbox, ada, 1, tomorrow, '10:00', '14:00');
	addWorkingHours(sandbox, ada, 1, dayPlus(today, 6), '18:00', '19:30');

	addLessonAt(sandbox, tomorrow, '11:00', {
		teacher_ids: [ada],
		time_to: `${tomorrow} 12:00:00`,
	});
	addLessonAt(sandbox, tomorrow, '13:00', {
		teacher_ids: [ada],
		time_to: `${tomorrow} 14:00:00`,
		status: LESSON_STATUS.cancelled,
	});
}

/** Adds a teacher of both branches whose only hour in branch 1 is taken by a lesson. In branch 2 two hours are free. */
function addScheduleOfBoris(sandbox: Sandbox, today: string): void {
	const tomorrow = dayPlus(today, 1);
	const boris = addTeacher(sandbox, 'Борисов Борис', [1, 2]);
	addWorkingHours(sandbox, boris, 1, tomorrow, '09:00', '10:00');
	addWorkingHours(sandbox, boris, 2, dayPlus(today, 2), '09:00', '11:00');

	addLessonAt(sandbox, tomorrow, '09:00', {
		teacher_ids: [boris],
		time_to: `${tomorrow} 10:00:00`,
	});
}

/** Adds a teacher who has left the school, and one without working hours. */
function addTeachersWithoutSlots(sandbox: Sandbox, today: string): void {
	const formerTeacher = addTeacher(sandbox, 'Ушедшая Ева', [1], '2025-01-01');
	addWorkingHours(sandbox, formerTeacher, 1, dayPlus(today, 1), '10:00', '14:00');
	addTeacher(sandbox, 'Без Часов', [1]);
}

/** Adds a teacher, who may have left the school on a day. */
function addTeacher({ store }: Sandbox, name: string, branches: number[], lastDay?: string): number {
	const teacher = { name, branch_ids: branches };
	return store.insert('teacher', lastDay === undefined ? teacher : { ...teacher, e_date: lastDay }).id;
}

/** Adds the working hours of a teacher on the weekday of a day. */
function addWorkingHours(
	{ store }: Sandbox,
	teacher: number,
	branch: number,
	day: string,
	start: string,
	end: string,
): void {
	store.insert('working-hour', {
		teacher_id: teacher,
		branch_id: branch,
		// AlfaCRM counts the weekdays of working hours from Sunday, which is 1.
		weekday: (weekdayOf(day) % 7) + 1,
		time_from: start,
		time_to: end,
	});
}

/** Lists the different actions that AlfaCRM was asked for, without the login, in alphabetical order. */
function listActions({ journal }: Sandbox): string[] {
	const calls = journal.filter(({ entity }) => entity !== 'auth');
	const actions = new Set(calls.map(({ action }) => String(action)));
	return [...actions].sort();
}

/** Writes a day in Russian, such as "пт 07.03" in the format "ccc dd.MM". */
function formatDay(day: string, format: string): string {
	return DateTime.fromISO(day, { locale: 'ru' }).toFormat(format);
}

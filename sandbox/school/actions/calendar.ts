import type { Action, ActionContext } from '../../engine/action';
import { readParams } from '../../engine/params';
import { isInBranch } from '../../engine/rows';
import type { Store } from '../../engine/store';
import { readDate } from '../../model/dates';
import { HttpError, type ApiResponse } from '../../model/httpError';
import { isList, type Json, type JsonObject, type Row } from '../../model/json';
import { lesson } from '../entities/lesson';

/** The actions of `calendar`, which list the lessons of a customer, a teacher or a group. */
export const calendar: Readonly<Record<string, Action>> = {
	customer: makeCalendarAction('customer_ids'),
	teacher: makeCalendarAction('teacher_ids'),
	group: makeCalendarAction('group_ids'),
};

/** @param participantField the field of a lesson in which the action looks for the ID of the call */
function makeCalendarAction(participantField: string): Action {
	return {
		isRead: true,
		run: (context) => listLessons(context, participantField),
	};
}

/**
 * Lists the lessons from the day `date1` to the day `date2`, whatever their status. The answer is a
 * plain list, without pages, and the earliest lesson comes first.
 */
function listLessons({ call, store }: ActionContext, participantField: string): ApiResponse {
	const params = readParams(['id', 'date1', 'date2'], call);
	const { id: participantId = null } = params;
	const firstDay = readDayParam('date1', params.date1);
	const lastDay = readDayParam('date2', params.date2);

	const lessons = store.rows('lesson').filter((row) => {
		const day = String(row.date);
		const participants = row[participantField];
		const hasParticipant = isList(participants) && participants.includes(participantId);
		return hasParticipant && day >= firstDay && day <= lastDay && isInBranch(lesson, row, call.branch);
	});

	lessons.sort((a, b) => String(a.time_from).localeCompare(String(b.time_from)) || a.id - b.id);
	return { status: 200, body: lessons.map((row) => makeCalendarEvent(store, row)) };
}

function readDayParam(name: string, value: Json | undefined): string {
	const day = readDate(String(value), 'either');
	if (day === undefined) throw new HttpError(400, `Неверное значение параметра: ${name}`);
	return day;
}

/** Makes the form in which the calendar shows a lesson, with its subject as the title. */
function makeCalendarEvent(store: Store, row: Row): JsonObject {
	const subject = store.find('subject', Number(row.subject_id));
	return {
		id: row.id,
		branch_id: row.branch_id ?? null,
		type: row.lesson_type_id ?? null,
		status: row.status ?? null,
		start: row.time_from ?? null,
		end: row.time_to ?? null,
		title: String(subject?.name ?? 'Урок'),
	};
}

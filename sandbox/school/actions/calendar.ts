import type { Action, ActionContext } from '../../engine/action';
import { readParams } from '../../engine/params';
import { isInBranch } from '../../engine/rows';
import { readDate } from '../../model/dates';
import { HttpError, type ApiResponse } from '../../model/httpError';
import { isList, type Json, type JsonObject, type Row } from '../../model/json';
import { lesson } from '../entities/lesson';

function dayParam(name: string, value: Json | undefined): string {
	const day = readDate(String(value), 'either');
	if (day === undefined) throw new HttpError(400, `Неверное значение параметра: ${name}`);
	return day;
}

const event = (row: Row, title: string): JsonObject => ({
	id: row.id,
	branch_id: row.branch_id ?? null,
	type: row.lesson_type_id ?? null,
	status: row.status ?? null,
	start: row.time_from ?? null,
	end: row.time_to ?? null,
	title,
});

/** Lessons of all statuses between two days, as a bare list without pages, the earliest first. */
function events(field: string, { call, store }: ActionContext): ApiResponse {
	const names = ['id', 'date1', 'date2'];
	const params = readParams(names, call);
	const from = dayParam('date1', params.date1);
	const to = dayParam('date2', params.date2);
	const subjectOf = (row: Row): string =>
		String(store.find('subject', Number(row.subject_id))?.name ?? 'Урок');
	const lessons = store.rows('lesson').filter((row) => {
		const members = row[field];
		const day = String(row.date);
		const isTheirs = isList(members) && members.includes(params.id ?? null);
		return isTheirs && day >= from && day <= to && isInBranch(lesson, row, call.branch);
	});
	const body = [...lessons]
		.sort((a, b) => String(a.time_from).localeCompare(String(b.time_from)) || a.id - b.id)
		.map((row) => event(row, subjectOf(row)));
	return { status: 200, body };
}

const of = (field: string): Action => ({ isRead: true, run: (context) => events(field, context) });

export const calendar: Readonly<Record<string, Action>> = {
	customer: of('customer_ids'),
	teacher: of('teacher_ids'),
	group: of('group_ids'),
};

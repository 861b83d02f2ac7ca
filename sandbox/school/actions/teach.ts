import type { Action, ActionContext } from '../../engine/action';
import { success } from '../../engine/write';
import type { Changeset } from '../../model/changeset';
import type { ApiResponse } from '../../model/httpError';
import { isList, isObject, toInt, type Json, type JsonObject, type Row } from '../../model/json';
import { lesson } from '../entities/lesson';
import { lessonDetails } from '../entities/lessonDetails';

/** Status of a completed lesson. */
const completed = 3;

/** Fields of the body that say something about the attendances and nothing about the lesson. */
const attendanceFields = ['details', 'branch_id'];

/** `lesson/teach`: completes a lesson and saves the attendance of its customers. API notes 5.11. */
export const teach: Action = { isRead: false, run: teachLesson };

/** Saves nothing if a value of the lesson or of an attendance is wrong. */
function teachLesson(context: ActionContext): ApiResponse {
	const { call, writer } = context;
	const row = writer.findTarget({ ...call, entity: lesson });
	if (!row) return writer.notFound();

	const lessonChange = validateLesson(context, row);
	const attendances = validateAttendances(context, row, lessonChange);
	if (lessonChange.hasErrors) return writer.invalid(lessonChange.errors);

	saveAttendances(context, row, attendances);
	const completedLesson = saveLesson(context, row, lessonChange, attendances);
	return success(writer.serialize(lesson, completedLesson));
}

/** Checks the values of the lesson itself. Its branch stays as it is, and its status can only be completed. */
function validateLesson({ call, writer }: ActionContext, row: Row): Changeset {
	const lessonValues = Object.entries(call.body).filter(([name]) => !attendanceFields.includes(name));
	const body = Object.fromEntries(lessonValues);
	const changeset = writer.validate({ ...call, entity: lesson, body }, row, {});

	const { status = completed } = changeset.input;
	if (status !== completed) changeset.addError('status', 'Неверный формат значения «Статус».');
	return changeset;
}

/**
 * Checks the attendances in `details`, one for each customer, and reports their first error as an
 * error of the lesson.
 */
function validateAttendances(context: ActionContext, lessonRow: Row, lessonChange: Changeset): Changeset[] {
	const { details = [], branch_id: branch = lessonRow.branch_id ?? null } = context.call.body;
	if (!isList(details)) {
		lessonChange.addError('details', 'Неверный формат значения «Посещения».');
		return [];
	}

	const attendances = details.map((detail) => {
		const values = isObject(detail) ? detail : {};
		return validateAttendance(context, lessonRow, { branch_id: branch, ...values });
	});
	for (const { errors } of attendances) {
		const [firstError] = Object.entries(errors);
		if (!firstError) continue;
		const [name, messages] = firstError;
		lessonChange.addError('details', messages[0] ?? name);
	}
	return attendances;
}

/** Checks the attendance of one customer. It changes the stored attendance, if there is one already. */
function validateAttendance(
	{ call, store, writer }: ActionContext,
	lessonRow: Row,
	body: JsonObject,
): Changeset {
	const customer = toInt(body.customer_id);
	const storedAttendances = store.where('lesson-details', 'lesson_id', lessonRow.id);
	const storedAttendance = storedAttendances.find(({ customer_id }) => customer_id === customer);
	return writer.validate({ ...call, entity: lessonDetails, body }, storedAttendance, {});
}

function saveAttendances(
	{ call, store }: ActionContext,
	lessonRow: Row,
	attendances: readonly Changeset[],
): void {
	const origin = { user: call.user, branch: call.branch };
	for (const { row, changes } of attendances) {
		if (row) {
			store.patch('lesson-details', row.id, changes, origin);
		} else {
			store.insert('lesson-details', { ...changes, lesson_id: lessonRow.id }, origin);
		}
	}
}

/** Completes the lesson and adds the customers of the attendances to its participants. */
function saveLesson(
	{ call, store }: ActionContext,
	row: Row,
	lessonChange: Changeset,
	attendances: readonly Changeset[],
): Row {
	const participants = lessonChange.fieldValue('customer_ids');
	const customers = new Set<Json>(isList(participants) ? participants : []);
	for (const { input } of attendances) {
		customers.add(input.customer_id ?? null);
	}

	const values = { ...lessonChange.changes, status: completed, customer_ids: [...customers] };
	const origin = { user: call.user, branch: call.branch };
	return store.patch('lesson', row.id, values, origin) ?? row;
}

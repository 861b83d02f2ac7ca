import type { Action, ActionContext } from '../../engine/action';
import { success } from '../../engine/write';
import type { Changeset } from '../../model/changeset';
import type { ApiResponse } from '../../model/httpError';
import { isList, isObject, toInt, type Json, type JsonObject } from '../../model/json';
import { lesson } from '../entities/lesson';
import { lessonDetails } from '../entities/lessonDetails';

const conducted = 3;

/** Who came, one entry for each customer. */
function readDetails({ call, store, writer }: ActionContext, parent: Changeset): Changeset[] {
	const { details = [], branch_id: branch = parent.row?.branch_id ?? null } = call.body;
	if (!isList(details)) {
		parent.addError('details', 'Неверный формат значения «Посещения».');
		return [];
	}
	return details.map((given) => {
		const body: JsonObject = { branch_id: branch, ...(isObject(given) ? given : {}) };
		const row = store
			.where('lesson-details', 'lesson_id', parent.row?.id ?? 0)
			.find(({ customer_id }) => customer_id === toInt(body.customer_id));
		const changeset = writer.validate({ ...call, entity: lessonDetails, body }, row, {});
		const [[name, messages] = []] = Object.entries(changeset.errors);
		if (name && messages) parent.addError('details', messages[0] ?? name);
		return changeset;
	});
}

/** What is said about the lesson itself; its branch stays. */
const ownFields = (body: JsonObject): JsonObject =>
	Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'details' && name !== 'branch_id'));

/** `lesson/teach`: the lesson is conducted, with what is said about the customers who were there. */
function run(context: ActionContext): ApiResponse {
	const { call, store, writer } = context;
	const row = writer.findTarget({ ...call, entity: lesson });
	if (!row) return writer.notFound();
	const changeset = writer.validate({ ...call, entity: lesson, body: ownFields(call.body) }, row, {});
	const { status = conducted } = changeset.input;
	if (status !== conducted) changeset.addError('status', 'Неверный формат значения «Статус».');
	const details = readDetails(context, changeset);
	if (changeset.hasErrors) return writer.invalid(changeset.errors);

	const held = changeset.fieldValue('customer_ids');
	const there = details.map(({ input }) => input.customer_id ?? null);
	const customers = [...new Set<Json>([...(isList(held) ? held : []), ...there])];
	const { user, branch } = call;
	const values = { ...changeset.changes, status: conducted, customer_ids: customers };
	for (const { row: known, changes: detail } of details) {
		if (known) store.patch('lesson-details', known.id, detail, { user, branch });
		else store.insert('lesson-details', { ...detail, lesson_id: row.id }, { user, branch });
	}
	const changed = store.patch('lesson', row.id, values, { user, branch }) ?? row;
	return success(writer.serialize(lesson, changed));
}

export const teach: Action = { isRead: false, run };

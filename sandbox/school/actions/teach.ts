import type { Act, Acting } from '../../engine/action';
import { success } from '../../engine/write';
import type { Writing } from '../../model/changeset';
import type { Answer } from '../../model/http-error';
import { isList, isObject, toInt, type Json, type JsonObject } from '../../model/json';
import { lesson } from '../entities/lesson';
import { lessonDetails } from '../entities/lesson-details';

const conducted = 3;

/** Who came, one entry for each customer. */
function readDetails({ call, store, writer }: Acting, conducting: Writing): Writing[] {
	const { details = [], branch_id: branch = conducting.row?.branch_id ?? null } = call.body;
	if (!isList(details)) {
		conducting.refuse('details', 'Неверный формат значения «Посещения».');
		return [];
	}
	return details.map((given) => {
		const body: JsonObject = { branch_id: branch, ...(isObject(given) ? given : {}) };
		const row = store
			.where('lesson-details', 'lesson_id', conducting.row?.id ?? 0)
			.find(({ customer_id }) => customer_id === toInt(body.customer_id));
		const writing = writer.check({ ...call, entity: lessonDetails, body }, row, {}, row === undefined);
		const [[name, messages] = []] = Object.entries(writing.errors);
		if (name && messages) conducting.refuse('details', messages[0] ?? name);
		return writing;
	});
}

/** What is said about the lesson itself; its branch stays. */
const ownFields = (body: JsonObject): JsonObject =>
	Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'details' && name !== 'branch_id'));

/** `lesson/teach`: the lesson is conducted, with what is said about the customers who were there. */
function run(acting: Acting): Answer {
	const { call, store, writer } = acting;
	const row = writer.target({ ...call, entity: lesson });
	if (!row) return writer.notFound();
	const conducting = writer.check({ ...call, entity: lesson, body: ownFields(call.body) }, row, {}, false);
	const { status = conducted } = conducting.given;
	if (status !== conducted) conducting.refuse('status', 'Неверный формат значения «Статус».');
	const details = readDetails(acting, conducting);
	if (conducting.isRefused) return writer.refuse(conducting.errors);

	const held = conducting.next('customer_ids');
	const there = details.map(({ given }) => given.customer_id ?? null);
	const customers = [...new Set<Json>([...(isList(held) ? held : []), ...there])];
	const { user, branch } = call;
	const values = { ...conducting.values, status: conducted, customer_ids: customers };
	for (const { row: known, values: detail } of details) {
		if (known) store.patch('lesson-details', known.id, detail, { user, branch });
		else store.insert('lesson-details', { ...detail, lesson_id: row.id }, { user, branch });
	}
	const changed = store.patch('lesson', row.id, values, { user, branch }) ?? row;
	return success(writer.model(lesson, changed));
}

export const teach: Act = { isRead: false, run };

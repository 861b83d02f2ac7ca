import type { IDataObject, ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { ApiClient } from '../api/client';
import { collect } from '../api/list';
import { cgi as membershipEntity } from '../entities/cgi';
import { customer } from '../entities/customer';
import type { Field } from '../entities/fieldTypes';
import { lesson as lessonEntity } from '../entities/lesson';
import { makeListCall, passesOf } from '../entities/listCall';
import { listOf } from '../fields/field';
import { addIdsToEqualNames } from '../fields/titles';
import { namedCustomerIds } from '../store/calendar/lessonRow';
import { formatDay, readId, readIds } from '../values/formats';
import { chooseBranch, readChosenId } from './formChoices';
import { RecordNames } from './recordNames';

/** The parameter in which the user chooses the lesson. */
const LESSON_PARAMETER: Field = {
	type: 'record',
	entity: lessonEntity.resource,
	name: 'id',
	label: lessonEntity.label,
};

/**
 * Lists the possible participants of the lesson that is chosen in the form: the customers whom the
 * lesson names, and the members of its groups on the day of the lesson. Empty if no lesson is
 * chosen.
 */
export async function listLessonCustomers(
	context: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	const client = new ApiClient(context);
	const lessonId = readChosenId(context, LESSON_PARAMETER, client.zone);
	if (lessonId === undefined) return [];

	const branch = await chooseBranch(context, client, lessonEntity);
	const lesson = await findLesson(client, branch, lessonId);
	if (lesson === undefined) return [];

	const memberIds = await readMemberIds(client, branch, lesson);
	const customerIds = [...new Set([...namedCustomerIds(lesson), ...memberIds])];
	const names = new RecordNames(client, branch);
	await names.readByIds(customer, customerIds);

	const options = customerIds.map((id) => ({
		name: names.findName(customer.resource, id) ?? `Customer ${id}`,
		value: id,
	}));
	options.sort((a, b) => a.name.localeCompare(b.name, 'ru'));
	return addIdsToEqualNames(options);
}

/**
 * Finds a lesson of any status. Even with a filter by ID, AlfaCRM lists lessons of one status at a
 * time, so the list is read once for each status. See docs/alfacrm-api.md 5.11.
 */
async function findLesson(
	client: ApiClient,
	branch: number | undefined,
	id: number,
): Promise<IDataObject | undefined> {
	const list = { ...makeListCall(lessonEntity, branch), body: { id } };
	const { rows } = await collect(client, list, {
		passes: passesOf(lessonEntity),
		limit: 1,
		keep: (row) => readId(row.id) === id,
	});
	return rows.at(0);
}

/**
 * Reads the IDs of the customers who belong to a lesson's groups on the day of the lesson or, if
 * the lesson shows no day, today. If the members of a group cannot be read, they are left out, so
 * that the user can still choose among the other customers.
 */
async function readMemberIds(
	client: ApiClient,
	branch: number | undefined,
	lesson: IDataObject,
): Promise<number[]> {
	const day = formatDay(lesson.time_from ?? lesson.date, 'dotted', client.zone);
	// As far as known, AlfaCRM lists the memberships that include a day from `b_date` to `e_date`.
	// Without these filters, it lists the memberships of today.
	const body = day === undefined ? {} : { b_date: day, e_date: day };
	const readMemberships = async (groupId: number): Promise<IDataObject[]> => {
		const list = { ...makeListCall(membershipEntity, branch), query: { group_id: groupId }, body };
		try {
			const { rows } = await collect(client, list);
			return rows;
		} catch {
			return [];
		}
	};

	const groupIds = readIds(listOf(lesson.group_ids));
	const membershipLists = await Promise.all(groupIds.map(readMemberships));
	return readIds(membershipLists.flat().map(({ customer_id }) => customer_id));
}

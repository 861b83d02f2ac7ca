import fc from 'fast-check';

import type { JsonObject, Row, Settings } from '../../sandbox';
import type { Entity } from '../../sandbox/model/entity';
import { entities } from '../../sandbox/school/entities';
import { allCustomers, type School } from './support';

/** The entities whose records can be updated. */
export const UPDATABLE_ENTITIES = entities.filter(
	({ actions }) => actions === undefined || actions.includes('update'),
);

/** Generates the settings that change how answers show a record, or how an update reads it. */
export const shapeSettings: fc.Arbitrary<Partial<Settings>> = fc.record(
	{
		sunday: fc.constantFrom(7, 0),
		groupTeachers: fc.constantFrom('ids', 'names', 'objects'),
		shownFields: fc.constantFrom([], ['customer.removed', 'group.removed']),
		refundSum: fc.constantFrom('income', 'expenditure'),
		lessonUpdate: fc.constantFrom('keeps', 'blanks', 'refuses400'),
		timeZone: fc.constantFrom('Europe/Moscow', 'Asia/Vladivostok', 'America/New_York'),
		now: fc.constantFrom('2026-02-10 12:00:00', '2024-02-29 23:59:59', '2031-06-01 00:00:00'),
	},
	{ requiredKeys: [] },
);

/** Filters with which a list leaves out nothing because of its day or its end. */
const WIDEST_FILTERS = {
	...allCustomers,
	b_date: '01.01.1900',
	e_date: '31.12.2099',
	active: false,
};

/**
 * Reads a record from its list, with filters that leave out no record. Returns `{}` if the list does not show
 * it.
 */
export async function readFromList(school: School, entity: Entity, row: Row): Promise<JsonObject> {
	// A list of lessons shows one status at a time.
	const partition: JsonObject = entity.path === 'lesson' ? { status: row.status ?? null } : {};
	const body: JsonObject = { ...WIDEST_FILTERS, id: row.id, ...partition };

	const items = await school.listEveryPage(`${entity.path}/index?${makeParentQuery(entity, row)}`, body);

	return items.find(({ id }) => id === row.id) ?? {};
}

/**
 * Updates a record with all the values that its list has shown, as some programs do, and returns the answer.
 * `row` is the record in the sandbox, and `record` is what the list has shown.
 */
export async function writeBack(
	school: School,
	entity: Entity,
	{ row, record }: { row: Row; record: JsonObject },
): Promise<unknown> {
	const path = `${entity.path}/update?id=${row.id}&${makeParentQuery(entity, row)}`;
	const { json } = await school.call(path, record);
	return json;
}

/** Empties the texts of a record past the API, which would refuse empty texts in required fields. */
export function breakTexts(school: School, entity: Entity, row: Row): void {
	for (const [name, { kind }] of Object.entries(entity.fields)) {
		// Without its class, which says whether it is about a customer, a comment could not be listed.
		if (kind === 'string' && name !== 'class') {
			school.changeRecord(entity.path, row.id, { [name]: '' });
		}
	}
}

/** Blanks the time of the last update, so that records can be compared without it. */
export function withoutUpdateTime(record: JsonObject | undefined): JsonObject {
	return { ...record, updated_at: null };
}

/** Makes the query by which a list or an update names the parent of a record, such as "customer_id=5". */
function makeParentQuery(entity: Entity, row: Row): string {
	const names = entity.params?.index ?? [];
	return names.map((name) => `${name}=${String(row[name])}`).join('&');
}

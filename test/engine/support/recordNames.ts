import type { IDataObject } from 'n8n-workflow';

import { readRecordsOfBranch } from './arbitraryValues';
import type { School } from './school';

/**
 * The rule by which an output item shows names: beside each ID of a short list, and beside each code,
 * stands its name. The lists and the codes are written down here a second time on purpose, so that a
 * wrong one in the node fails a test.
 */

/** The list that has the names of an ID, by the field without its ending: "room" for `room_id`. */
const LIST_BY_FIELD: Record<string, string> = {
	assigned: 'user',
	branch: 'branch',
	category: 'pay-item-category',
	company: 'company',
	customer_reject: 'customer-reject',
	group: 'group',
	lead_reject: 'lead-reject',
	lead_source: 'lead-source',
	lead_status: 'lead-status',
	lesson_type: 'lesson-type',
	level: 'level',
	location: 'location',
	pay_account: 'pay-account',
	pay_item: 'pay-item',
	pay_type: 'pay-type',
	pipeline: 'pipeline',
	room: 'room',
	study_status: 'study-status',
	subject: 'subject',
	tariff: 'tariff',
	teacher: 'teacher',
	user: 'user',
};

export const NAME_LISTS: readonly string[] = Object.values(LIST_BY_FIELD);

/** The names of codes, by resource and field. */
const NAMES_BY_CODE: Record<string, Record<number, string>> = {
	'customer.is_study': { 0: 'Lead', 1: 'Client' },
	'customer.legal_type': { 1: 'Person', 2: 'Company' },
	'customer.gender': { 0: 'Not Given', 1: 'Male', 2: 'Female' },
	'lesson.status': { 1: 'Planned', 2: 'Cancelled', 3: 'Completed' },
	'log.event': { 1: 'Created', 2: 'Updated', 3: 'Deleted' },
	'regularLesson.day': {
		1: 'Monday',
		2: 'Tuesday',
		3: 'Wednesday',
		4: 'Thursday',
		5: 'Friday',
		6: 'Saturday',
		7: 'Sunday',
	},
	'tariff.type': { 1: 'Per Lesson', 2: 'Monthly', 3: 'Weekly or Unlimited' },
};

/** Finds the names that an output item of branch 1 must show, by their fields. */
export function findExpectedNames(school: School, resource: string, record: IDataObject): IDataObject {
	const names: IDataObject = {};
	for (const [field, value] of Object.entries(record)) {
		const namesByCode = NAMES_BY_CODE[`${resource}.${field}`];
		if (namesByCode !== undefined) {
			names[`${field}_name`] = namesByCode[Number(value)] ?? null;
		}

		const list = findNameList(resource, field);
		if (list === undefined) continue;

		if (field.endsWith('_ids')) {
			names[field.replace(/_ids$/, '_names')] = findNamesOfIds(school, list, value);
		} else {
			names[field.replace(/_id$/, '_name')] = findNameOfId(school, list, value) ?? null;
		}
	}
	return names;
}

/** Finds the list that has the names for a field. Returns undefined if the field gets no name. */
function findNameList(resource: string, field: string): string | undefined {
	const [, stem] = /^(.*)_ids?$/.exec(field) ?? [];
	// No source says what the fields of a phone call refer to.
	if (stem === undefined || resource === 'phoneCall') return undefined;
	// The list of groups is long, and only a lesson is told by its group.
	if (stem === 'group' && resource !== 'lesson') return undefined;
	return LIST_BY_FIELD[stem];
}

/**
 * Finds the names of several IDs. An unknown ID stands for itself among known ones. Returns null if
 * all IDs are unknown.
 */
function findNamesOfIds(school: School, list: string, value: unknown): IDataObject[string] {
	// Simplify has made a text with commas of a list.
	const ids = String(value ?? '')
		.split(',')
		.map((id) => id.trim())
		.filter((id) => id !== '');
	const isAnyNameKnown = ids.some((id) => findNameOfId(school, list, id) !== undefined);
	if (ids.length > 0 && !isAnyNameKnown) return null;

	const names = ids.map((id) => findNameOfId(school, list, id) ?? id);
	return Array.isArray(value) ? names : names.join(', ');
}

/** Finds the name of a record in a list of branch 1. */
function findNameOfId(school: School, list: string, id: unknown): string | undefined {
	const branchRecords = { branch: 1, rows: (path: string) => school.sandbox.store.rows(path) };
	const record = readRecordsOfBranch(branchRecords, list).find((row) => row.id === Number(id));
	return record?.name as string | undefined;
}

import { warnOfMissingCards } from '../../run/missingCards';
import type { IDataObject } from 'n8n-workflow';

import { customer as customerEntity } from '../../entities/customer';
import { reference, references } from '../../entities/fields';
import type { Shown } from '../../entities/fieldTypes';
import { lesson as lessonEntity } from '../../entities/lesson';
import type { Entity } from '../../entities/types';
import { readId } from '../../values/formats';
import type { Item } from '../../run/item';
import type { ActionKind } from '../../run/operation';
import { readFilterFields } from '../../run/actionFields';
import { LINK, linkOf } from '../../output/link';
import type { NameSource } from '../../output/names';
import { namedFields, withNames } from '../../output/names';
import { simplify, withNameSchema } from '../../output/readings';
import { makeFlattener } from '../../output/simplified';
import { objectOf, STRING } from '../../output/recordSchema';
import { bodyOf } from '../../run/body';
import { allBranches, findInBranches, openBranches } from '../../run/branches';
import { limitForm, readLimit, warningReader, warnOfLimit } from '../../run/readList';
import { givenBranch } from '../../run/target';
import type { Occurrence, Participant } from '../../store/calendar/participants';
import { occurrenceOf, participantsOf, readParticipants } from '../../store/calendar/participants';
import { assertDayRange } from './timetable';
import { nameSourceOf } from '../../run/names';
import { currentRecord, notFoundError } from '../../run/records';
import type { Branch } from '../../store/located';

/** Who comes to lessons. */
export const participants: ActionKind<'participants'> = {
	decidesByTime: () => true,
	form: () => ({ limit: limitForm, simplify: [simplify] }),
	async execute(item, entity, { fields: fields = [] }) {
		const { date_from, date_to, lesson_id } = bodyOf(item, fields, readFilterFields(item, fields));
		const [from, to, id] = [String(date_from), String(date_to), readId(lesson_id)];
		const most = readLimit(item);
		const isSimple = item.flag(simplify);
		const given = givenBranch(item);
		if (id === undefined) assertDayRange(item, from, to, 'Date From');

		const branches = given === undefined ? await openBranches(item) : [given];
		const reader = warningReader(item, 'rows');
		const refusals = new Map<Branch, unknown>();
		const asked = {
			zone: item.zone,
			inBranch: passingOver(item, given, refusals),
			otherBranches: async () => await allBranches(item, given ?? branches[0]),
		};
		const lesson = id === undefined ? undefined : await lessonIn(item, entity, id, branches);
		const { participants: found, withoutCard } = lesson
			? await participantsOf(reader, [lesson], asked)
			: await readParticipants(reader, { branches, from, to, ...asked });
		// Where nothing could be looked at, nobody knows that nobody comes.
		const [refused, ...others] = (lesson ? [lesson.branch] : branches).map((one) => refusals.get(one));
		if (refused !== undefined && !others.includes(undefined)) throw item.asError(refused);
		warnOfMissingCards(item, withoutCard);
		if (found.length > most) warnOfLimit(item, most, 'participants');
		return await shownParticipants(found.slice(0, most), nameSourceOf(item), isSimple);
	},
	output: () => participantSchema,
	reads: true,
	anyBranch: true,
};

/** A branch that this user may not see is left out with a hint, unless it is the one that was chosen; why is noted. */
const passingOver =
	(item: Item, chosen: Branch, refusals: Map<Branch, unknown>) =>
	async <T>(branch: Branch, read: () => Promise<T>): Promise<T | undefined> => {
		if (branch === chosen) return await read();
		const noting = async () =>
			await read().catch((failure: unknown) => {
				refusals.set(branch, failure);
				throw failure;
			});
		return await findInBranches(item, [branch], noting);
	};

async function lessonIn(
	item: Item,
	entity: Entity,
	id: number,
	branches: readonly Branch[],
): Promise<{ branch: Branch; occurrences: Occurrence[] }> {
	const target = { path: entity.path, query: {}, labels: {} };
	const look = async (branch: Branch) => await currentRecord(item, lessonEntity, id, { ...target, branch });
	const [only, ...others] = branches;
	const found = others.length === 0 ? await look(only) : await findInBranches(item, branches, look);
	if (found === undefined) throw notFoundError(item, entity, id, others.length === 0 ? only : undefined);
	const { row, branch } = found;
	const occurrence = occurrenceOf(row, item.zone, branch);
	return { branch, occurrences: occurrence ? [occurrence] : [] };
}

// ---------------------------------------------------------------- what comes out

const contacts = customerEntity.fields
	.filter(({ name }) => ['phone', 'email'].includes(name))
	.map((field) => ({ ...field, name: `customer_${field.name}` }));

/** What a lesson says besides its time, with names. */
const shown: Shown[] = [
	reference('group_id', 'Group', 'group'),
	reference('subject_id', 'Subject', 'subject'),
	references('teacher_ids', 'Teacher', 'teacher'),
	reference('room_id', 'Room', 'room'),
	reference('lesson_type_id', 'Lesson Type', 'lessonType'),
];
const named = namedFields(shown);
const flat = makeFlattener([...contacts, ...shown], named);

const INTEGER = { type: 'integer' } as const;

const participantSchema = withNameSchema(
	objectOf({
		...{ time_from: STRING, customer_id: INTEGER, customer_name: STRING },
		...{
			customer_phone: STRING,
			customer_email: STRING,
			lesson_id: INTEGER,
			group_id: INTEGER,
			subject_id: INTEGER,
		},
		teacher_ids: { type: ['string', 'integer'] },
		...{ room_id: INTEGER, lesson_type_id: INTEGER, branch_id: INTEGER, [LINK]: STRING },
	}),
	shown,
);

/** One item for each; the whole card and lesson where that is not to be simple. */
export async function shownParticipants(
	all: readonly Participant[],
	names: NameSource,
	isSimple: boolean,
): Promise<IDataObject[]> {
	if (!isSimple) return all.map((one) => ({ ...one }));
	const items: IDataObject[] = [];
	// One after the other, for the first one reads the lists that the others need.
	for (const { customer, customer_branch, customer_id, time_from, date, ...lesson } of all) {
		const { lesson_id, group_id, subject_id, teacher_ids, room_id, lesson_type_id, branch_id } = lesson;
		const row = {
			...{ time_from: time_from ?? date, customer_id, customer_name: customer.name ?? null },
			...{ customer_phone: customer.phone, customer_email: customer.email },
			...{ lesson_id, group_id, subject_id, teacher_ids, room_id, lesson_type_id, branch_id },
		};
		const branch = branch_id ?? undefined;
		items.push({
			...flat(await withNames({ row, branch }, named, names)),
			[LINK]: linkOf(customerEntity, customer, names.origin, customer_branch),
		});
	}
	return items;
}

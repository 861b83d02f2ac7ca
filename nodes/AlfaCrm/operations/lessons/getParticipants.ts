import type { IDataObject } from 'n8n-workflow';

import { customer as customerEntity } from '../../entities/customer';
import { reference, references } from '../../entities/fields';
import type { Field, ShownField } from '../../entities/fieldTypes';
import { lesson as lessonEntity } from '../../entities/lesson';
import type { Entity } from '../../entities/types';
import { readId } from '../../values/formats';
import { LINK, buildLink } from '../../output/link';
import type { NameSource } from '../../output/names';
import { findNamedFields, withNames } from '../../output/names';
import { simplify, addNamesToSchema } from '../../output/outputItems';
import { makeValueSimplifier } from '../../output/simplified';
import { objectOf, STRING } from '../../output/recordSchema';
import { readFilterFields } from '../../run/actionFields';
import { buildRequestBody } from '../../run/body';
import {
	allBranches,
	searchUntilFound,
	hintThatBranchIsHidden,
	requireBranchesInUse,
} from '../../run/branches';
import type { Item } from '../../run/item';
import { warnOfMissingCards } from '../../run/missingCards';
import { makeNameSource } from '../../run/names';
import type { ActionKind } from '../../run/operation';
import { limitForm, readLimit, makeReaderWithHints, warnOfLimit } from '../../run/readList';
import { findRecordInBranch, notFoundError } from '../../run/records';
import { givenBranch } from '../../run/target';
import { readLessonAsOccurrence } from '../../store/calendar/occurrences';
import type {
	LessonsOfBranch,
	Participant,
	ParticipantOptions,
	ParticipantReading,
} from '../../store/calendar/participants';
import {
	readParticipantsOfLessons,
	readParticipantsOfDays,
} from '../../store/calendar/participants';
import type { Branch } from '../../store/located';
import { assertDayRange } from './timetable';

/**
 * *Lesson → Get Participants*: lists the customers who come to the lessons of some days, or to one
 * lesson. Each customer at each lesson is one output item.
 */
export const getParticipants: ActionKind<'participants'> = {
	// Whether a customer is archived may depend on today's date (`isArchivedByRow` in
	// `entities/archive.ts`), so the result depends on the clock.
	dependsOnTimeZone: () => true,
	form: () => ({ limit: limitForm, simplify: [simplify] }),

	async execute(item, entity, { fields: formFields = [] }) {
		const form = readForm(item, formFields);
		const branches = form.branch === undefined ? await requireBranchesInUse(item) : [form.branch];

		const { participants, customerIdsWithoutCard } = await readParticipants(
			item,
			entity,
			form,
			branches,
		);
		// A card is the record of a customer.
		warnOfMissingCards(item, customerIdsWithoutCard);

		const { limit, isSimple } = form;
		if (participants.length > limit) {
			warnOfLimit(item, limit, 'participants');
		}
		const returnedParticipants = participants.slice(0, limit);
		return await makeParticipantItems(returnedParticipants, makeNameSource(item), { isSimple });
	},

	output: () => participantSchema,
	onlyReads: true,
	// If 'Branch' is empty, all branches are read.
	readsAllBranches: true,
};

interface ParticipantsForm {
	/** The branch that the user has chosen; undefined if all branches in use are read. */
	branch?: number;
	/** `yyyy-mm-dd` */
	firstDay: string;
	/** `yyyy-mm-dd` */
	lastDay: string;
	/** The lesson that the user has chosen. Then the two days have no effect. */
	lessonId?: number;
	/** The largest number of participants to return. */
	limit: number;
	/** Whether the output has only the useful fields, with names beside IDs. */
	isSimple: boolean;
}

/**
 * Reads the values of the form.
 *
 * @throws NodeOperationError if a value cannot be used, or the days are in the wrong order
 */
function readForm(item: Item, fields: readonly Field[]): ParticipantsForm {
	const input = readFilterFields(item, fields);
	const values = buildRequestBody(item, fields, input);
	const form = {
		firstDay: String(values.date_from),
		lastDay: String(values.date_to),
		lessonId: readId(values.lesson_id),
		limit: readLimit(item),
		isSimple: item.flag(simplify),
		branch: givenBranch(item),
	};
	if (form.lessonId === undefined) {
		assertDayRange(item, form, { firstDayLabel: 'Date From' });
	}
	return form;
}

/**
 * Reads the participants of the lesson or the days that the user has chosen. Leaves out a branch
 * that this user may not see, and adds a hint.
 *
 * @throws NodeApiError if this user may see none of the branches. An empty result would say that
 * nobody comes.
 */
async function readParticipants(
	item: Item,
	entity: Entity,
	form: ParticipantsForm,
	branches: readonly Branch[],
): Promise<ParticipantReading> {
	// The noun is for the hint about missing rows. Several lists are read, so it is a general one.
	const reader = makeReaderWithHints(item, 'rows');
	const [firstBranch] = branches;
	const options: ParticipantOptions = {
		zone: item.zone,
		branchesToSkip: 'deniedBranches',
		// The record of a customer may be in another branch than the lesson.
		listOtherBranches: async () => await allBranches(item, firstBranch),
	};
	if (form.lessonId !== undefined) {
		const lesson = await findLesson(item, entity, form.lessonId, branches);
		const reading = await readParticipantsOfLessons(reader, [lesson], options);
		reportDeniedBranches(item, [lesson.branch], reading);
		return reading;
	}

	const request = { branches, from: form.firstDay, to: form.lastDay };
	const reading = await readParticipantsOfDays(reader, request, options);
	reportDeniedBranches(item, branches, reading);
	return reading;
}

/**
 * Adds a hint for each branch that this user may not see: branches of lessons, and branches in
 * which the records of customers were searched for.
 *
 * @param lessonBranches the branches of the lessons, at least one
 * @throws NodeApiError if this user may see none of `lessonBranches`
 */
function reportDeniedBranches(
	item: Item,
	lessonBranches: readonly Branch[],
	{ failures: errorsByBranch }: ParticipantReading,
): void {
	const mayReadNone = lessonBranches.every((branch) => errorsByBranch.has(branch));
	if (mayReadNone) throw item.asError(errorsByBranch.get(lessonBranches[0]));

	for (const branch of errorsByBranch.keys()) {
		hintThatBranchIsHidden(item, branch);
	}
}

/**
 * Finds the lesson that the user has chosen, in the first branch that has it.
 *
 * @returns the branch and the lesson. A cancelled lesson is left out, because nobody comes to it.
 * @throws NodeApiError if no branch has the lesson
 */
async function findLesson(
	item: Item,
	entity: Entity,
	id: number,
	branches: readonly Branch[],
): Promise<LessonsOfBranch> {
	const target = { path: entity.path, query: {}, labels: {} };
	const findInBranch = async (branch: Branch) =>
		await findRecordInBranch(item, lessonEntity, id, { ...target, branch });

	const [firstBranch, ...otherBranches] = branches;
	const isOnlyBranch = otherBranches.length === 0;
	// `searchUntilFound` skips a branch that this user may not see. If there is no other branch, the
	// user has to get the error.
	const lesson = isOnlyBranch
		? await findInBranch(firstBranch)
		: await searchUntilFound(item, branches, findInBranch);
	if (lesson === undefined) {
		const searchedBranch = isOnlyBranch ? firstBranch : undefined;
		throw notFoundError(item, entity, id, searchedBranch);
	}

	// An occurrence is something that takes place on a day; undefined for a cancelled lesson.
	const occurrence = readLessonAsOccurrence(lesson.row, item.zone, lesson.branch);
	const occurrences = occurrence === undefined ? [] : [occurrence];
	return { branch: lesson.branch, occurrences };
}

// ---------------------------------------------------------------- output

/** The phone and the email of a customer, under their names in the output: `customer_phone`. */
const contactFields = customerEntity.fields
	.filter(({ name }) => ['phone', 'email'].includes(name))
	.map((field) => ({ ...field, name: `customer_${field.name}` }));

/** The fields of the lesson that hold IDs. The output shows a name beside each ID. */
const lessonFields: ShownField[] = [
	reference('group_id', 'Group', 'group'),
	reference('subject_id', 'Subject', 'subject'),
	references('teacher_ids', 'Teacher', 'teacher'),
	reference('room_id', 'Room', 'room'),
	reference('lesson_type_id', 'Lesson Type', 'lessonType'),
];
const lessonNames = findNamedFields(lessonFields);
/** Turns each list, such as several phones, into one text with commas. */
const simplifyValues = makeValueSimplifier([...contactFields, ...lessonFields], lessonNames);

const INTEGER = { type: 'integer' } as const;

const participantSchema = addNamesToSchema(
	objectOf({
		time_from: STRING,
		customer_id: INTEGER,
		customer_name: STRING,
		customer_phone: STRING,
		customer_email: STRING,
		lesson_id: INTEGER,
		group_id: INTEGER,
		subject_id: INTEGER,
		// A single ID is a number. Several IDs are a text with commas.
		teacher_ids: { type: ['string', 'integer'] },
		room_id: INTEGER,
		lesson_type_id: INTEGER,
		branch_id: INTEGER,
		[LINK]: STRING,
	}),
	lessonFields,
);

/**
 * Makes an output item for each participant.
 *
 * @param isSimple whether an item has only the useful fields, and names beside IDs. Otherwise it
 * has all fields of the lesson and of the customer's card.
 */
export async function makeParticipantItems(
	participants: readonly Participant[],
	names: NameSource,
	{ isSimple }: { isSimple: boolean },
): Promise<IDataObject[]> {
	// TypeScript takes only the copy of a `Participant` for an `IDataObject`.
	if (!isSimple) return participants.map((participant) => ({ ...participant }));

	const items: IDataObject[] = [];
	// One after the other, so that the lists of names are read only once, for the first participant.
	for (const participant of participants) {
		items.push(await simplifyParticipant(participant, names));
	}
	return items;
}

/** Makes an output item with the useful fields of a participant, and names beside IDs. */
async function simplifyParticipant(
	participant: Participant,
	names: NameSource,
): Promise<IDataObject> {
	const { customer, branch_id } = participant;
	const row = {
		// Some lessons have a day but no start time.
		time_from: participant.time_from ?? participant.date,
		customer_id: participant.customer_id,
		customer_name: customer.name ?? null,
		customer_phone: customer.phone,
		customer_email: customer.email,
		lesson_id: participant.lesson_id,
		group_id: participant.group_id,
		subject_id: participant.subject_id,
		teacher_ids: participant.teacher_ids,
		room_id: participant.room_id,
		lesson_type_id: participant.lesson_type_id,
		branch_id,
	};
	const locatedRow = { row, branch: branch_id ?? undefined };
	const rowWithNames = await withNames(locatedRow, lessonNames, names);
	const link = buildLink(customerEntity, customer, names.origin, participant.customer_branch);
	return { ...simplifyValues(rowWithNames), [LINK]: link };
}

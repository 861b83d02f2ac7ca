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
	findInBranches,
	hintThatBranchIsHidden,
	requireBranchesInUse,
} from '../../run/branches';
import type { Item } from '../../run/item';
import { warnOfMissingCards } from '../../run/missingCards';
import { nameSourceOf } from '../../run/names';
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
 * *Lesson → Get Participants*: lists who comes to the lessons of some days, or to one lesson. Each
 * person at each lesson is one item.
 */
export const participants: ActionKind<'participants'> = {
	// Whether a customer is archived may depend on today's date (`archivedByRow` in
	// `entities/archive.ts`), so the result depends on the clock.
	decidesByTime: () => true,
	form: () => ({ limit: limitForm, simplify: [simplify] }),

	async execute(item, entity, { fields: fields = [] }) {
		const form = readForm(item, fields);
		const branches = form.branch === undefined ? await requireBranchesInUse(item) : [form.branch];

		const reading = await readFromBranches(item, entity, form, branches);
		warnOfMissingCards(item, reading.customerIdsWithoutCard);

		if (reading.participants.length > form.limit) {
			warnOfLimit(item, form.limit, 'participants');
		}
		const returnedParticipants = reading.participants.slice(0, form.limit);
		const { isSimple } = form;
		return await makeParticipantItems(returnedParticipants, nameSourceOf(item), { isSimple });
	},

	output: () => participantSchema,
	onlyReads: true,
	// While 'Branch' is empty, all branches are read.
	readsAllBranches: true,
};

interface ParticipantsForm {
	/** The branch that the user has chosen; undefined if all open branches are read. */
	branch?: number;
	/** Both `yyyy-mm-dd`, and both included. */
	firstDay: string;
	lastDay: string;
	/** If given, only the participants of this lesson are read, whatever its day is. */
	lessonId?: number;
	limit: number;
	isSimple: boolean;
}

/**
 * Reads from the form whose participants the user asks for: the days, or one lesson.
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
 * Reads who comes to the lessons of some days, or to one lesson. A branch that this user may not
 * see is left out, with a hint.
 *
 * @throws NodeApiError if this user may see none of the branches. An empty result would say that
 * nobody comes.
 */
async function readFromBranches(
	item: Item,
	entity: Entity,
	form: ParticipantsForm,
	branches: readonly Branch[],
): Promise<ParticipantReading> {
	const readerThatWarns = makeReaderWithHints(item, 'rows');
	const options: ParticipantOptions = {
		zone: item.zone,
		// A branch that this user may not see is skipped.
		branchesToSkip: 'deniedBranches',
		// The card of a customer may be in another branch than the lesson.
		listOtherBranches: async () => await allBranches(item, form.branch ?? branches[0]),
	};
	if (form.lessonId !== undefined) {
		const lesson = await findLesson(item, entity, form.lessonId, branches);
		const reading = await readParticipantsOfLessons(readerThatWarns, [lesson], options);
		reportDeniedBranches(item, [lesson.branch], reading);
		return reading;
	}

	const days = { from: form.firstDay, to: form.lastDay };
	const reading = await readParticipantsOfDays(readerThatWarns, { branches, ...days }, options);
	reportDeniedBranches(item, branches, reading);
	return reading;
}

/**
 * Adds a hint for each branch that this user may not see.
 *
 * @param lessonBranches the branches of the lessons, at least one. `reading` may tell of further
 * denied branches, where the cards of customers were looked for: they get a hint, too.
 * @throws NodeApiError if this user may see none of `lessonBranches`
 */
function reportDeniedBranches(
	item: Item,
	lessonBranches: readonly Branch[],
	reading: ParticipantReading,
): void {
	const errorsByBranch = reading.failures;
	const mayReadNone = lessonBranches.every((branch) => errorsByBranch.has(branch));
	if (mayReadNone) throw item.asError(errorsByBranch.get(lessonBranches[0]));

	for (const branch of errorsByBranch.keys()) {
		hintThatBranchIsHidden(item, branch);
	}
}

/**
 * Finds a lesson in the first of the branches that has it.
 *
 * @returns the branch, and the lesson if it takes place: a cancelled lesson has no participants
 * @throws NodeApiError if the lesson is in none of the branches
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
	// `findInBranches` skips a branch that cannot be read. For an only branch that is an error.
	const lesson = isOnlyBranch
		? await findInBranch(firstBranch)
		: await findInBranches(item, branches, findInBranch);
	if (lesson === undefined) {
		throw notFoundError(item, entity, id, isOnlyBranch ? firstBranch : undefined);
	}

	const occurrence = readLessonAsOccurrence(lesson.row, item.zone, lesson.branch);
	const occurrences = occurrence === undefined ? [] : [occurrence];
	return { branch: lesson.branch, occurrences };
}

// ---------------------------------------------------------------- output

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
const flatten = makeValueSimplifier([...contactFields, ...lessonFields], lessonNames);

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
		// One ID is a number, several are a text with commas.
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
	participantList: readonly Participant[],
	names: NameSource,
	{ isSimple }: { isSimple: boolean },
): Promise<IDataObject[]> {
	if (!isSimple) return participantList.map((participant) => ({ ...participant }));

	const items: IDataObject[] = [];
	// One after the other: the first participant reads the lists of names, and the later ones find
	// them in the cache.
	for (const participant of participantList) {
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
	return { ...flatten(rowWithNames), [LINK]: link };
}

import type { IDataObject } from 'n8n-workflow';

import { customer as customerEntity } from '../../entities/customer';
import { reference, references } from '../../entities/fields';
import type { Field, Shown } from '../../entities/fieldTypes';
import { lesson as lessonEntity } from '../../entities/lesson';
import type { Entity } from '../../entities/types';
import { readId } from '../../values/formats';
import { LINK, linkOf } from '../../output/link';
import type { NameSource } from '../../output/names';
import { namedFields, withNames } from '../../output/names';
import { simplify, withNameSchema } from '../../output/readings';
import { makeFlattener } from '../../output/simplified';
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
import { occurrenceOf } from '../../store/calendar/occurrences';
import type {
	LessonsOfBranch,
	Participant,
	ParticipantOptions,
	ParticipantReading,
} from '../../store/calendar/participants';
import { participantsOf, readParticipants } from '../../store/calendar/participants';
import type { Branch } from '../../store/located';
import { assertDayRange } from './timetable';

/**
 * *Lesson → Get Participants*: lists who comes to the lessons of some days, or to one lesson. Each
 * person at each lesson is one item.
 */
export const participants: ActionKind<'participants'> = {
	// Whether a customer is archived may depend on today's date: see `archivedByRow`.
	decidesByTime: () => true,
	form: () => ({ limit: limitForm, simplify: [simplify] }),

	async execute(item, entity, { fields: fields = [] }) {
		const form = readForm(item, fields);
		const branches = form.branch === undefined ? await requireBranchesInUse(item) : [form.branch];

		const reading = await readFromBranches(item, entity, form, branches);
		warnOfMissingCards(item, reading.customerIdsWithoutCard);

		const { limit } = form;
		if (reading.participants.length > limit) {
			warnOfLimit(item, limit, 'participants');
		}
		return await shownParticipants(
			reading.participants.slice(0, limit),
			nameSourceOf(item),
			form.isSimple,
		);
	},

	output: () => participantSchema,
	onlyReads: true,
	readsAllBranches: true,
};

interface ParticipantsForm {
	/** The branch that the user has chosen; undefined for all open ones. */
	branch: Branch;
	/** Both `yyyy-mm-dd`, and both included. */
	firstDay: string;
	lastDay: string;
	/** If given, only the participants of this lesson are read, whatever its day is. */
	lessonId?: number;
	limit: number;
	isSimple: boolean;
}

function readForm(item: Item, fields: readonly Field[]): ParticipantsForm {
	const { date_from, date_to, lesson_id } = buildRequestBody(
		item,
		fields,
		readFilterFields(item, fields),
	);
	const form = {
		firstDay: String(date_from),
		lastDay: String(date_to),
		lessonId: readId(lesson_id),
		limit: readLimit(item),
		isSimple: item.flag(simplify),
		branch: givenBranch(item),
	};
	if (form.lessonId === undefined) {
		assertDayRange(item, form.firstDay, form.lastDay, 'Date From');
	}
	return form;
}

/**
 * Reads who comes. A branch that this user may not see is left out, with a hint.
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
	const reader = makeReaderWithHints(item, 'rows');
	const options: ParticipantOptions = {
		zone: item.zone,
		skippedBranches: 'deniedBranches',
		listOtherBranches: async () => await allBranches(item, form.branch ?? branches[0]),
	};
	if (form.lessonId !== undefined) {
		const lesson = await findLesson(item, entity, form.lessonId, branches);
		const reading = await participantsOf(reader, [lesson], options);
		tellOfDeniedBranches(item, [lesson.branch], reading);
		return reading;
	}

	const days = { from: form.firstDay, to: form.lastDay };
	const reading = await readParticipants(reader, { branches, ...days }, options);
	tellOfDeniedBranches(item, branches, reading);
	return reading;
}

/**
 * Adds a hint for each branch that this user may not see.
 *
 * @param branches the branches of the lessons. `reading` may also tell of other branches that this
 * user may not see, because the cards of customers were looked for there as well.
 * @throws NodeApiError if this user may see none of `branches`
 */
function tellOfDeniedBranches(
	item: Item,
	branches: readonly Branch[],
	{ failures }: ParticipantReading,
): void {
	const isEveryBranchDenied = branches.every((branch) => failures.has(branch));
	if (isEveryBranchDenied) throw item.asError(failures.get(branches[0]));

	for (const branch of failures.keys()) {
		hintThatBranchIsHidden(item, branch);
	}
}

/** @throws NodeApiError if the lesson is in none of the branches */
async function findLesson(
	item: Item,
	entity: Entity,
	id: number,
	branches: readonly Branch[],
): Promise<LessonsOfBranch> {
	const target = { path: entity.path, query: {}, labels: {} };
	const findIn = async (branch: Branch) =>
		await findRecordInBranch(item, lessonEntity, id, { ...target, branch });
	const [firstBranch] = branches;
	const isOneBranch = branches.length === 1;
	const found = isOneBranch
		? await findIn(firstBranch)
		: await findInBranches(item, branches, findIn);
	if (found === undefined)
		throw notFoundError(item, entity, id, isOneBranch ? firstBranch : undefined);

	const occurrence = occurrenceOf(found.row, item.zone, found.branch);
	return { branch: found.branch, occurrences: occurrence === undefined ? [] : [occurrence] };
}

// ---------------------------------------------------------------- output

const contactFields = customerEntity.fields
	.filter(({ name }) => ['phone', 'email'].includes(name))
	.map((field) => ({ ...field, name: `customer_${field.name}` }));

/** The fields of the lesson besides its time. Each has a name beside its ID. */
const lessonFields: Shown[] = [
	reference('group_id', 'Group', 'group'),
	reference('subject_id', 'Subject', 'subject'),
	references('teacher_ids', 'Teacher', 'teacher'),
	reference('room_id', 'Room', 'room'),
	reference('lesson_type_id', 'Lesson Type', 'lessonType'),
];
const lessonNames = namedFields(lessonFields);
const flatten = makeFlattener([...contactFields, ...lessonFields], lessonNames);

const INTEGER = { type: 'integer' } as const;

const participantSchema = withNameSchema(
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
 * Returns an output item for each participant.
 *
 * @param isSimple whether an item has only the useful fields, and names beside IDs. Otherwise it
 * has all fields of the lesson and of the customer's card.
 */
export async function shownParticipants(
	participantList: readonly Participant[],
	names: NameSource,
	isSimple: boolean,
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
	const namedRow = await withNames({ row, branch: branch_id ?? undefined }, lessonNames, names);
	return {
		...flatten(namedRow),
		[LINK]: linkOf(customerEntity, customer, names.origin, participant.customer_branch),
	};
}
